"""`barge_in:`, `wait:` and `key_pause:` of a slot, a step, or a whole set."""

from __future__ import annotations

from collections.abc import Mapping

from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.manner import PLAIN, Manner

PACE = ("wait", "key_pause")
MANNER = ("barge_in", *PACE)
WAIT = (1.0, 120.0)  # seconds of silence; after two minutes a line is as good as dead
KEY_PAUSE = (0.5, 30.0)  # seconds; fast fingers need half a second between two keys


def manner(reader: Reader, fields: Mapping[str, Node]) -> Manner:
    if not any(key in fields for key in MANNER):
        return PLAIN
    return Manner(
        barge_in=reader.barge_in(fields.get("barge_in")),
        wait=reader.seconds(fields.get("wait"), *WAIT),
        key_pause=reader.seconds(fields.get("key_pause"), *KEY_PAUSE),
    )
