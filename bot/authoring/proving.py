"""`prove:`, a step and a key of a telephone's slot: what comes after waits for a code that came to the number."""

from __future__ import annotations

from dataclasses import replace

from bot.authoring.draft import DONE, Block, Draft, Place, Values
from bot.authoring.tree import Fields, Node, Text
from bot.dialogue.program import CollectStep, ProveStep

CUSTOMER = "customer"  # the number that they are known by


def prove(block: Block, draft: Draft, fields: Values, at: Place) -> str:
    node, gone = fields["prove"], fields.get("unproven")
    name = node.value.strip() if isinstance(node, Text) else ""
    phones = tuple(each for each, slot in draft.slots.items() if slot.type == "phone")
    if name != CUSTOMER and name not in phones:
        draft.reader.unknown("no_phone_to_prove", node, name, (CUSTOMER, *phones))
    step = ProveStep(
        id=at.path,
        next=at.after,
        line=at.line,
        slot="" if name == CUSTOMER else name,
        unproven=None if gone is None else block(draft, gone, f"{at.path}/unproven", DONE, at.after),
    )
    return draft.add(step, at.node)


def of_slots(draft: Draft, slots: Node | None) -> None:
    """A slot that is to be proven is, as soon as the step that collects it is done."""
    for entry in slots.entries if isinstance(slots, Fields) else ():
        name = entry.key.value
        node = entry.value.get("prove") if isinstance(entry.value, Fields) else None
        slot = draft.slots.get(name)
        if node is None or slot is None or not draft.reader.yes(node, False):
            continue
        for step in [each for each in draft.steps.values() if isinstance(each, CollectStep) and name in each.slots]:
            ident = f"{step.id}/prove/{name}"
            draft.add(ProveStep(id=ident, next=step.next, line=slot.line, slot=name, optional=True), entry.key)
            draft.steps[step.id] = replace(step, next=ident)
