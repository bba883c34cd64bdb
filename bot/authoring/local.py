"""What every step that asks may say besides its question: `also:`, understood only there, and `interrupt:`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.authoring.business import key_of
from bot.authoring.draft import Draft, Place
from bot.authoring.manners import MANNER, manner
from bot.authoring.tree import Fields, Node
from bot.dialogue.meaning import Option
from bot.dialogue.pending import NO, YES
from bot.dialogue.program import Also
from bot.dialogue.slot import Slot

WAITING = ("also", "interrupt", *MANNER)  # keys of every step that asks
KEYS = ("title", "key", "phrases", "steps")
INTERRUPT = ("allow", "deny", "confirm")
# Slots that are answered by several keys.
TYPED = ("datetime", "date", "time", "phone", "number", "money", "digits", "code", "email", "nps")
YES_NO = (YES, NO)

Lay = Callable[[Draft, Node, str, str, str], str]


def waiting(
    draft: Draft, fields: Mapping[str, Node], at: Place, taken: Iterable[Option], lay: Lay, *, usual: str = "allow"
) -> dict[str, Any]:
    """The fields of WaitingStep. taken: what keys already choose at this step. lay: `block`, of steps/also/id. usual:
    the `interrupt` of a step that doesn't say."""
    interrupt = draft.reader.one_of(fields.get("interrupt"), INTERRUPT, usual)
    also = _also(draft, fields.get("also"), at, list(taken), lay)
    return {"also": also, "interrupt": interrupt, "manner": manner(draft.reader, fields)}


def asked_by_keys(slots: Iterable[Slot]) -> tuple[Option, ...]:
    """What keys choose while these slots are collected; one that is typed takes every digit."""
    found: list[Option] = []
    for slot in slots:
        typed = slot.type in TYPED
        found += (Option(id=slot.name, title={}, key=key) for key in "0123456789" if typed)
        found += slot.keyed_options
        found += YES_NO if slot.type == "yesno" else ()
    return tuple(found)


def _also(draft: Draft, node: Node | None, at: Place, taken: list[Option], lay: Lay) -> tuple[Also, ...]:
    reader = draft.reader
    if node is None:
        return ()
    if not isinstance(node, Fields) or not node.entries:
        reader.problem("want_fields", node)
        return ()
    out = []
    for entry in node.entries:
        ident = reader.name(entry.key)
        fields = reader.fields(entry.value, KEYS, ("steps",))
        if not ident or "steps" not in fields:
            continue
        if "phrases" not in fields and "title" not in fields:
            reader.problem("also_unsaid", entry.key, name=ident)
        intent = f"{draft.name}:{at.path}.{ident}"
        option = Option(
            id=intent,
            title=reader.by_language(fields["title"]) if "title" in fields else {},
            key=key_of(reader, fields.get("key")),
        )
        other = next((each for each in taken if option.key is not None and each.key == option.key), None)
        if other is not None:
            name = other.id.rpartition(".")[2]
            reader.problem("key_clash", fields["key"], key=str(option.key), name=name)
        taken.append(option)
        if "phrases" in fields:
            draft.local.append((intent, fields["phrases"]))
        target = lay(draft, fields["steps"], f"{at.path}/also/{ident}", at.path, at.path)
        out.append(Also(option=option, target=target))
    return tuple(out)
