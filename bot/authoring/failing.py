"""The `on_fail:` of slots: steps for when one can't be had. Laid out after the main road, off which they branch."""

from __future__ import annotations

from dataclasses import replace

from bot.authoring.draft import DONE, Block, Draft
from bot.authoring.tree import Fields, Node
from bot.dialogue.program import CollectStep


def on_fail(draft: Draft, slots: Node | None, block: Block) -> None:
    """`continue` leads back to where the slot was asked for, which goes on without it."""
    if not isinstance(slots, Fields):
        return
    for entry in slots.entries:
        name = entry.key.value
        node = entry.value.get("on_fail") if isinstance(entry.value, Fields) else None
        if node is None or name not in draft.slots:
            continue
        collects = [step for step in draft.steps.values() if isinstance(step, CollectStep) and name in step.slots]
        if not collects:
            continue
        first = block(draft, node, f"slots/{name}/on_fail", DONE, collects[0].id)
        for step in collects:
            draft.steps[step.id] = replace(step, fails={**step.fails, name: first})
