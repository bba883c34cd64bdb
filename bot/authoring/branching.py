"""`if:` and `case:`: one way or another, by what is known."""

from __future__ import annotations

from collections.abc import Iterable

from bot.authoring.draft import Block, Draft, Place, Values
from bot.authoring.tree import Fields
from bot.dialogue.cases import NONE, key_of
from bot.dialogue.expressions import Expression
from bot.dialogue.grammar import Name
from bot.dialogue.program import BranchStep, CaseStep


def if_(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    when = draft.reader.expression(fields["if"])
    if "then" not in fields:
        draft.reader.problem("missing_key", at.node, name="then")
    then = block(draft, fields.get("then"), f"{at.path}/then", at.after, at.road)
    otherwise = block(draft, fields.get("else"), f"{at.path}/else", at.after, at.road)
    if when is None:
        return at.after
    return draft.add(BranchStep(id=at.path, next=then, line=at.line, when=when, otherwise=otherwise), at.node)


def case(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    """Each value under `of` is a way; what is none of them goes by `else`, or on."""
    reader = draft.reader
    value = reader.expression(fields["case"])
    source = fields.get("of")
    ways: dict[str, str] = {}
    if source is None:
        reader.problem("missing_key", at.node, name="of")
    elif not isinstance(source, Fields) or not source.entries:
        reader.problem("want_fields", source)
    else:
        possible = _possible(draft, value)
        for number, entry in enumerate(source.entries):
            key = key_of(reader.value(entry.key))
            if key in ways:
                reader.problem("case_twice", entry.key, name=key)
            if possible is not None and key not in possible:
                reader.unknown("unknown_case", entry.key, key, possible)
            ways[key] = block(draft, entry.value, f"{at.path}/of.{number}", at.after, at.road)
    otherwise = block(draft, fields.get("else"), f"{at.path}/else", at.after, at.road)
    if value is None:
        return at.after
    return draft.add(
        CaseStep(id=at.path, next=otherwise, line=at.line, value=value, ways=ways),
        at.node,
    )


def _possible(draft: Draft, value: Expression | None) -> Iterable[str] | None:
    """What a choice can be; None where the value may be anything."""
    if value is None or not isinstance(value.root, Name) or len(value.root.path) != 1:
        return None
    slot = draft.slots.get(value.root.path[0])
    if slot is None:
        return None
    if slot.type == "yesno":
        return ("yes", "no", NONE)
    if slot.type != "choice" or not slot.options:
        return None
    return (*(option.id for option in slot.options), NONE)
