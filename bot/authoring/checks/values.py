"""Where values come from and where they go: used before anything sets them, set or asked and never used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.authoring.checks.flow import leads, reached
from bot.authoring.checks.whole import Places, Whole, expressions, prompts
from bot.authoring.draft import DONE, Draft
from bot.authoring.tree import Node
from bot.dialogue.expressions import Expression
from bot.dialogue.program import CollectStep, ConfirmStep, DoStep, HandoffStep, SetStep, StartStep, Step
from bot.dialogue.scenario import Scenario

MAX_WORK = 200_000  # names by steps; a long real scenario has twenty by sixty


def values(whole: Whole) -> None:
    places = Places(whole.readers)
    handed = _handed(whole)
    elsewhere = _asked_of_others(whole)
    for name, draft in whole.drafts.items():
        scenario = whole.made.scenarios.get(name)
        if scenario is None:
            continue
        _used_before_set(draft, scenario, handed.get(name, set()), places)
        _never_used(draft, elsewhere | handed.get(name, set()))


def _handed(whole: Whole) -> dict[str, set[str]]:
    """By scenario, what others give it with `with:`."""
    out: dict[str, set[str]] = {}
    for draft in whole.drafts.values():
        for step in draft.steps.values():
            if isinstance(step, StartStep):
                out.setdefault(step.scenario, set()).update(step.args)
    return out


def _asked_of_others(whole: Whole) -> set[str]:
    """Names another scenario may read of this one: `before.service`, and what `results:` takes."""
    out: set[str] = set()
    for draft in whole.drafts.values():
        for use in draft.reader.uses:
            out.update(path.split(".")[1] for path in use.expression.names if path.startswith("before."))
        for _, expression, _ in draft.results:
            out |= _firsts(expression)
    return out


def _firsts(expression: Expression) -> set[str]:
    return {path.partition(".")[0] for path in expression.names}


# --- used before set ---


def _used_before_set(draft: Draft, scenario: Scenario, handed: set[str], places: Places) -> None:
    """No way to a step sets the name it uses: there it is always empty."""
    setters = {name for step in draft.steps.values() for name in _sets(draft, step)}
    asked = {name for step in draft.steps.values() if isinstance(step, CollectStep) for name in step.slots}
    prefilled = {slot.name for slot in draft.slots.values() if slot.prefill is not None or not slot.required}
    # What can come from elsewhere is never told of: `with:`, the wish itself, a step this check doesn't know.
    known = {*handed, *draft.given, *((draft.variables | set(draft.slots)) - setters - asked), *prefilled}
    watched = (setters | asked) - known
    if len(watched) * len(draft.steps) > MAX_WORK:
        return
    before = _set_before(draft, scenario.first, watched)
    told: set[tuple[int, str]] = set()
    for ident in reached(scenario.first, draft.steps):
        step = draft.steps[ident]
        for expression in _used_at(step):
            for name in sorted(_firsts(expression) & watched - before.get(ident, set())):
                if name in asked and not _shown(step, expression):
                    continue  # `if: when` asks whether it was said along with the wish
                node = places.of(expression, draft.nodes[ident])
                if (node.line, name) not in told:
                    told.add((node.line, name))
                    draft.reader.problem("never_set_before", node, name=name)


def _used_at(step: Step) -> Iterator[Expression]:
    if isinstance(step, StartStep):
        yield from step.args.values()  # its results are read in the other scenario
    elif not isinstance(step, CollectStep):
        yield from expressions(step)


def _shown(step: Step, expression: Expression) -> bool:
    """Whether it is said, rather than asked about."""
    return any(each is expression for prompt in prompts(step) for each in expressions(prompt))


def _set_before(draft: Draft, first: str, watched: set[str]) -> dict[str, set[str]]:
    """What some way to each step has set: the union over all ways, by steps until nothing changes."""
    before: dict[str, set[str]] = {first: set()}
    waiting = [first]
    while waiting:
        ident = waiting.pop()
        step = draft.steps.get(ident)
        if step is None:
            continue
        for target, given in _edges(draft, step):
            if target == DONE or target not in draft.steps:
                continue
            now = before[ident] | (given & watched)
            if target not in before:
                before[target] = now
                waiting.append(target)
            elif not now <= before[target]:
                before[target] |= now
                waiting.append(target)
    return before


def _edges(draft: Draft, step: Step) -> Iterator[tuple[str, set[str]]]:
    """Where a step leads, with what is set on that way."""
    if isinstance(step, DoStep):
        signature = draft.actions.get(step.action)
        outcomes = signature.outcomes if signature else {}
        for outcome, target in step.branches.items():
            yield target, set(outcomes.get(outcome, ()))
        if "ok" not in step.branches:
            yield step.next, set(outcomes.get("ok", ()))
        return
    given = set(_sets(draft, step))
    if isinstance(step, ConfirmStep):
        given |= set(step.change)
    for target in leads(step):
        yield target, given


def _sets(draft: Draft, step: Step) -> Iterable[str]:
    if isinstance(step, SetStep):
        return tuple(step.assignments)
    if isinstance(step, CollectStep):
        return step.slots
    if isinstance(step, StartStep):
        return tuple(step.results)
    if isinstance(step, DoStep):
        signature = draft.actions.get(step.action)
        return [name for names in signature.outcomes.values() for name in names] if signature else ()
    return ()


# --- never used ---


def _never_used(draft: Draft, elsewhere: set[str]) -> None:
    kept = {*draft.hidden, "score", "comment"} if draft.hidden else set()  # by a survey, with or without the scenario
    used = {*elsewhere, *kept}
    for use in draft.reader.uses:
        used |= _firsts(use.expression)
    for step in draft.steps.values():
        if isinstance(step, DoStep):
            for argument in step.args.values():
                used |= _firsts(argument)
    _unused_variables(draft, used, kept)
    handing = any(isinstance(step, HandoffStep) for step in draft.steps.values())
    if handing:  # the agent sees every slot
        return
    for name, slot in draft.slots.items():
        if name not in used and not slot.learn and not _decides(draft, name):
            draft.reader.problem("slot_never_read", Node(line=slot.line, column=1), name=name)


def _decides(draft: Draft, name: str) -> bool:
    """A yes or no whose rules alone matter, or a slot some step names otherwise than by an expression."""
    return any(
        name in getattr(step, "slots", ()) or name in getattr(step, "change", ())
        for step in draft.steps.values()
        if not isinstance(step, CollectStep | ConfirmStep)
    )


def _unused_variables(draft: Draft, used: set[str], kept: set[str]) -> None:
    told = set(kept)
    for ident, step in draft.steps.items():
        if not isinstance(step, SetStep):
            continue
        for name in step.assignments:
            own = _only_in_itself(draft, name)
            if (name not in used or own) and name not in told and name not in draft.slots:
                told.add(name)
                draft.reader.problem("variable_never_read", draft.nodes[ident], name=name)


def _only_in_itself(draft: Draft, name: str) -> bool:
    """`tries: tries + 1` and nothing else reads it."""
    own = {
        id(step.assignments[name])
        for step in draft.steps.values()
        if isinstance(step, SetStep) and name in step.assignments
    }
    readers = [use for use in draft.reader.uses if name in _firsts(use.expression)]
    arguments = [
        argument
        for step in draft.steps.values()
        if isinstance(step, DoStep)
        for argument in step.args.values()
        if name in _firsts(argument)
    ]
    return bool(readers) and not arguments and all(id(use.expression) in own for use in readers)
