"""`outbound:` of a scenario: `yes`, or what is said first, what a machine hears, how often nobody is called again, what
follows where nobody is."""

from __future__ import annotations

from dataclasses import replace

from bot.authoring.draft import DONE, Block, Draft
from bot.authoring.tree import Fields, Node
from bot.dialogue.scenario import Outbound, Redial

ROADS = {"on_no_answer": "no_answer", "on_busy": "busy", "on_refused": "refused", "on_machine": "machine"}
_KEYS = ("announce", "voicemail", "machine", "again", *ROADS)
_AGAIN = ("times", "after", "busy_after", "machines")
TIMES = 10  # more is no redialling, but harassment
MINUTES = (1, 1_440)  # between two calls


def outbound(draft: Draft, node: Node | None) -> Outbound | None:
    """All but the roads, which are laid out after the main one. None where we don't begin."""
    reader = draft.reader
    if node is None:
        return None
    if not isinstance(node, Fields):
        if not reader.yes(node, False):
            return None
        draft.rings = node
        return Outbound()
    fields = reader.fields(node, _KEYS)
    announce, voicemail = fields.get("announce"), fields.get("voicemail")
    draft.rings = node
    ways = ("message", "hang_up", "talk")
    machine = reader.one_of(fields.get("machine"), ways, "hang_up" if voicemail is None else "message")
    if machine == "message" and voicemail is None and "on_machine" not in fields:
        reader.problem("no_voicemail", fields["machine"])
    return Outbound(
        announce=None if announce is None else reader.prompt(announce, f"{draft.name}:announce"),
        voicemail=None if voicemail is None else reader.prompt(voicemail, f"{draft.name}:voicemail"),
        machine="message" if machine == "message" else "talk" if machine == "talk" else "hang_up",
        redial=_again(draft, fields.get("again")),
    )


def _again(draft: Draft, node: Node | None) -> Redial | None:
    """`2`: so many times more; or with the minutes between: `{times: 2, after: 60, busy_after: 5, machines: no}`."""
    reader, usual = draft.reader, Redial()
    if node is None:
        return None
    if not isinstance(node, Fields):
        return Redial(times=reader.number(node, 0, TIMES, 0))
    fields = reader.fields(node, _AGAIN, ("times",))
    return Redial(
        times=reader.number(fields.get("times"), 0, TIMES, 0),
        after_s=reader.number(fields.get("after"), *MINUTES, usual.after_s // 60) * 60,
        busy_after_s=reader.number(fields.get("busy_after"), *MINUTES, usual.busy_after_s // 60) * 60,
        machines=reader.yes(fields.get("machines"), usual.machines),
    )


def roads(draft: Draft, node: Node | None, made: Outbound, block: Block) -> Outbound:
    """The steps of each outcome; on the draft, too, so that they count as reached."""
    if not isinstance(node, Fields):
        return made
    found = {
        ROADS[entry.key.value]: block(draft, entry.value, f"outbound/{entry.key.value}", DONE, None)
        for entry in node.entries
        if entry.key.value in ROADS
    }
    draft.roads = tuple(found.values())
    return replace(made, roads=found)
