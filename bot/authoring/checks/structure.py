"""One scenario by itself: its steps lead somewhere, each is reached, none runs for ever, what they name exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from bot.authoring.checks.flow import ASKS, circles, leads, onward, reached
from bot.authoring.checks.names import Rows, expression
from bot.authoring.checks.types import types
from bot.authoring.draft import Draft
from bot.authoring.reading import Use
from bot.authoring.slots import FIXED
from bot.authoring.tree import Node
from bot.dialogue.grammar import Literal
from bot.dialogue.program import AgainStep, CollectStep, DoStep, SetStep, StartStep
from bot.dialogue.scenario import Business, Scenario

_MISSPELT = (
    "unknown_key", "unknown_slot", "lookalike", "want_brackets", "no_space", "no_step", "bad_name", "two_steps",
)  # fmt: skip


def scenario(draft: Draft, first: str, business: Business, facts: Iterable[str], rows: Rows) -> None:
    """One scenario: `go` and `again` lead somewhere, every step is reached, nothing runs for ever, names exist."""
    for name, node in draft.targets:
        if name and name not in draft.steps:
            draft.reader.unknown("unknown_step", node, name, (each for each in draft.steps if "/" not in each))
    _settle_agains(draft)
    collected = {name for step in draft.steps.values() if isinstance(step, CollectStep) for name in step.slots}
    misspelt = _broken(draft, _MISSPELT)
    for slot in draft.slots.values():
        if (
            slot.name not in {*collected, *draft.given} and slot.required and not misspelt
        ):  # "colect:" is told of where it stands
            draft.reader.problem("unused_slot", Node(line=slot.line, column=1), name=slot.name)
    for name, action, node in draft.needs:
        if name not in draft.slots and name not in draft.variables:
            draft.reader.problem("missing_arg", node, name=action, arg=name)
    found = {step for begin in (first, *draft.roads) for step in reached(begin, draft.steps)}
    lost = {name: step for name, step in draft.steps.items() if name not in found}
    led_to = {target for step in lost.values() for target in leads(step)}
    for name in lost:
        if name not in led_to and not _broken(draft, ("bad_template",)):  # "if: a = b": its steps are told of there
            draft.reader.problem("unreachable", draft.nodes[name])
    _endless(draft)
    names = {*FIXED, *draft.slots, *draft.variables}
    for use in draft.reader.uses:
        expression(draft.reader, use, names, draft.slots, business, facts, rows)
    types(draft, business, rows)


def _broken(draft: Draft, codes: Collection[str]) -> bool:
    """Whether one of these is wrong in the scenario, so that what is missing may only seem so."""
    return any(problem.file == draft.reader.file and problem.code in codes for problem in draft.reader.problems)


def _settle_agains(draft: Draft) -> None:
    """`again: when` goes back to the step that collects it: the nearest one above, or else the first."""
    asking: dict[str, list[CollectStep]] = {}
    for each in draft.steps.values():
        if isinstance(each, CollectStep):
            for slot in each.slots:
                asking.setdefault(slot, []).append(each)
    for found in asking.values():
        found.sort(key=lambda each: each.line)
    for name, step in list(draft.steps.items()):
        if not isinstance(step, AgainStep):
            continue
        if not step.slots:
            continue
        collects = asking.get(step.slots[0], [])
        if not collects:
            if _broken(draft, _MISSPELT):
                continue
            draft.reader.problem("again_uncollected", draft.nodes[name], name=step.slots[0])
            continue
        above = [each for each in collects if each.line < step.line]
        draft.steps[name] = replace(step, target=(above or collects)[-1 if above else 0].id)


def _endless(draft: Draft) -> None:
    """A circle of steps of which none asks anything would never end the turn."""
    quiet = {name: step for name, step in draft.steps.items() if not isinstance(step, (*ASKS, StartStep))}
    for circle in circles({name: [to for to in leads(step) if to in quiet] for name, step in quiet.items()}):
        first = min(circle, key=lambda name: (draft.nodes[name].line, name))
        draft.reader.problem("endless", draft.nodes[first])
    # A slot that is filled isn't asked for again, so a way back to its question asks nothing: `again` does.
    asked = {name for step in draft.steps.values() if isinstance(step, CollectStep) for name in step.slots}
    once = {
        name: step
        for name, step in draft.steps.items()
        if name in quiet or isinstance(step, CollectStep)
        if not isinstance(step, AgainStep) and not (isinstance(step, SetStep) and asked & set(step.assignments))
    }
    # What failed is left out from then on, so coming back from `on_fail` goes on.
    after = {name: (step.next,) if isinstance(step, CollectStep) else onward(step) for name, step in once.items()}
    for circle in circles({name: [to for to in ways if to in once] for name, ways in after.items()}):
        collects = [name for name in circle if isinstance(once[name], CollectStep)]
        if collects:
            slots = once[collects[0]]
            assert isinstance(slots, CollectStep)
            draft.reader.problem("not_asked_again", draft.nodes[collects[0]], name=", ".join(slots.slots))


def calls(draft: Draft) -> Iterator[tuple[str, Node]]:
    """Scenarios of this set that calls placed by `phone.call` begin; those of other sets are not seen from here."""
    for step in draft.steps.values():
        wanted = step.args.get("scenario") if isinstance(step, DoStep) and step.action == "phone.call" else None
        if wanted is not None and isinstance(wanted.root, Literal):
            name = str(wanted.root.value)
            if name and "/" not in name:
                yield name, draft.nodes[step.id]


def given(draft: Draft, scenarios: Mapping[str, Scenario]) -> None:
    """What `with:` gives to another scenario is one of its slots, or of the names it says are given."""
    for step in draft.steps.values():
        if isinstance(step, StartStep) and step.scenario in scenarios:
            known = (*scenarios[step.scenario].slots, *scenarios[step.scenario].given)
            for name in step.args:
                if name not in known:
                    draft.reader.unknown("unknown_slot", draft.nodes[step.id], name, known)


def results(draft: Draft, drafts: Mapping[str, Draft], business: Business, facts: Iterable[str], rows: Rows) -> None:
    """What `results:` takes from another scenario exists there."""
    for name, found, node in draft.results:
        other = drafts.get(name)
        if other is not None:
            names = {*FIXED, *other.slots, *other.variables}
            expression(draft.reader, Use(found, node), names, other.slots, business, facts, rows)
