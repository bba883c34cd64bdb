"""Telephone keys: what one means everywhere is not taken for something else, and whoever presses keys can reach all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.authoring.checks.whole import Places, Whole
from bot.authoring.draft import Draft
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.keypad import REPAIR_KEYS
from bot.dialogue.meaning import Option
from bot.dialogue.program import Asking, ChooseStep, HandoffStep, Item

_MEANS = {"0": ("calls a person", "зовёт человека"), "*": ("goes back", "ведёт назад"), "#": ("repeats", "повторяет")}


def keys(whole: Whole) -> None:
    places = Places(whole.readers)
    rows = whole.rows
    for draft in whole.drafts.values():
        for slot in draft.slots.values():
            node = Node(line=slot.line, column=1)
            for option in slot.options:
                owner, at = rows.get(option.id, (draft.reader, places.of(option.title, node)))
                _taken(owner, option, at)
            _some(draft.reader, slot.options, node)
        for ident, step in draft.steps.items():
            if isinstance(step, ChooseStep):
                for item in step.items:
                    at = places.of(item.option.title, draft.nodes[ident])
                    if not (item.option.key == "0" and leads_to_person(whole, draft, item)):
                        _taken(draft.reader, item.option, at)
                _some(draft.reader, [item.option for item in step.items], draft.nodes[ident])
            for also in step.also if isinstance(step, Asking) else ():
                if not (also.option.key == "0" and _hands_over(draft, also.target)):
                    name = also.option.id.rpartition(".")[2]
                    _taken(
                        draft.reader, replace(also.option, id=name), places.of(also.option.title, draft.nodes[ident])
                    )


def _taken(reader: Reader, option: Option, node: Node) -> None:
    if option.key in REPAIR_KEYS:
        english, russian = _MEANS[option.key]
        told = any(p.code == "key_means" and p.line == node.line and p.file == reader.file for p in reader.problems)
        if not told:
            reader.problem("key_means", node, key=option.key, name=option.id, means=english, means_ru=russian)


def leads_to_person(whole: Whole, draft: Draft, item: Item) -> bool:
    """The item hands over, itself or through the scenario it starts."""
    started = whole.made.scenarios.get(item.scenario or "")
    if started is not None:
        return any(isinstance(step, HandoffStep) for step in started.steps.values())
    return bool(item.target) and _hands_over(draft, item.target)


def _hands_over(draft: Draft, first: str) -> bool:
    """The block that begins with this step gives the conversation to a person."""
    block = first.rpartition("/")[0]
    return any(
        isinstance(step, HandoffStep) and (name == first or (bool(block) and name.startswith(f"{block}/")))
        for name, step in draft.steps.items()
    )


def _some(reader: Reader, options: Sequence[Option], node: Node) -> None:
    """Some have a key and some have none: by keys those can't be had."""
    without = [option.id for option in options if not option.key]
    if without and len(without) < len(options) and len(options) <= 12:
        reader.problem("some_keys", node, name=without[0])
