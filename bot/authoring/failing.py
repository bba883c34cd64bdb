"""The `on_fail:` of slots: steps for when one can't be had. Laid out after the main road, off which they branch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.authoring.draft import DONE, Block, Draft
from bot.authoring.tree import Entry, Fields, Listing, Node
from bot.dialogue.program import CollectStep


def on_fail(draft: Draft, slots: Node | None, block: Block) -> None:
    """`continue` leads back to the step that asked for the slot, which goes on without it; where several ask for it,
    the steps are laid out for each."""
    if not isinstance(slots, Fields):
        return
    for entry in slots.entries:
        name = entry.key.value
        node = entry.value.get("on_fail") if isinstance(entry.value, Fields) else None
        if node is None or name not in draft.slots:
            continue
        collects = [step for step in draft.steps.values() if isinstance(step, CollectStep) and name in step.slots]
        collects.reverse()  # a step is laid out after those that follow it
        back = len(collects) > 1 and any(each.key.value == "continue" for each in _entries(node))
        own = next((each for each in _entries(node) if each.key.value == "id"), None)
        if back and own is not None:
            draft.reader.problem("on_fail_id", own.key, name=name)
            continue
        first = DONE
        menus = set(draft.menus)
        for place, step in enumerate(collects):
            if back or place == 0:
                draft.menus = set(menus)
                path = f"slots/{name}/on_fail" + (f"/{step.id}" if place else "")
                first = block(draft, node, path, DONE, step.id)
            draft.steps[step.id] = replace(step, fails={**step.fails, name: first})


def _entries(node: Node) -> Iterable[Entry]:
    """Every key in it, however deep."""
    if isinstance(node, Fields):
        for entry in node.entries:
            yield entry
            yield from _entries(entry.value)
    elif isinstance(node, Listing):
        for item in node.items:
            yield from _entries(item)
