"""What can only be checked when a whole scenario, or the whole set, is known. Everything here only adds problems."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader, Use
from bot.authoring.slots import FIXED
from bot.authoring.steps import DONE, Draft
from bot.authoring.tree import Node, Text
from bot.dialogue.prompts import FILTERS, FUNCTIONS
from bot.dialogue.scenario import (
    AgainStep,
    BranchStep,
    Business,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    DoStep,
    EndStep,
    HandoffStep,
    Scenario,
    Slot,
    StartStep,
    Step,
)
from bot.dialogue.values import Value

CUSTOMER = ("name", "phone", "language", "email")
_ASKS = (CollectStep, ChooseStep, ConfirmStep, HandoffStep, EndStep, StartStep)


Rows = Mapping[str, Mapping[str, Value]]


def scenario(draft: Draft, first: str, business: Business, facts: Iterable[str], rows: Rows) -> None:
    """One scenario: `go` and `again` lead somewhere, every step is reached, nothing runs for ever, names exist."""
    for name, node in draft.targets:
        if name and name not in draft.steps:
            draft.reader.unknown("unknown_step", node, name, (each for each in draft.steps if "/" not in each))
    _settle_agains(draft)
    collected = {name for step in draft.steps.values() if isinstance(step, CollectStep) for name in step.slots}
    misspelt = any(
        p.file == draft.reader.file and p.code in ("unknown_key", "unknown_slot") for p in draft.reader.problems
    )
    for slot in draft.slots.values():
        if slot.name not in collected and slot.required and not misspelt:  # "colect:" is told of where it stands
            draft.reader.problem("unused_slot", Node(line=slot.line, column=1), name=slot.name)
    for name, action, node in draft.needs:
        if name not in draft.slots and name not in draft.variables:
            draft.reader.problem("missing_arg", node, name=action, arg=name)
    reached = set(_reached(first, draft.steps))
    lost = {name: step for name, step in draft.steps.items() if name not in reached}
    led_to = {target for step in lost.values() for target in leads(step)}
    for name in lost:
        if name not in led_to:
            draft.reader.problem("unreachable", draft.nodes[name])
    _endless(draft)
    names = {*FIXED, *draft.slots, *draft.variables}
    for use in draft.reader.uses:
        expression(draft.reader, use, names, draft.slots, business, facts, rows)


def expression(
    reader: Reader,
    use: Use,
    names: Iterable[str],
    slots: Mapping[str, Slot],
    business: Business,
    facts: Iterable[str],
    rows: Rows,
) -> None:
    """Its names, filters and functions exist. facts: what the customer's profile may hold."""
    known = {*names, *use.known}
    for path in sorted(use.expression.names):
        first, _, rest = path.partition(".")
        if first not in known:
            alone = isinstance(use.node, Text) and use.node.quoted and use.node.value.strip() == path
            if alone and not near(path, known):
                reader.problem("text_or_name", use.node, name=path)  # YAML took the quotes away
            else:
                reader.unknown("unknown_name", use.node, path, known)
            continue
        parts = _parts(first, slots, business, facts, rows) if first not in use.known else None
        part = rest.partition(".")[0]
        if part and parts is not None and part not in parts:
            inside = [f"{first}.{each}" for each in sorted(parts)]
            reader.problem("unknown_name", use.node, name=path, near=near(path, inside), known=listed(inside) or "—")
    for name in sorted(use.expression.filters - set(FILTERS)):
        reader.unknown("unknown_filter", use.node, name, FILTERS)
    for name in sorted(use.expression.functions - set(FUNCTIONS)):
        reader.unknown("unknown_function", use.node, name, FUNCTIONS)


def _parts(
    first: str,
    slots: Mapping[str, Slot],
    business: Business,
    facts: Iterable[str],
    rows: Rows,
) -> set[str] | None:
    """What may follow the dot; None where anything may."""
    if first == "business":
        return {"name", *business.facts}
    if first == "customer":
        return {*CUSTOMER, *facts}
    if first == "caller":
        return {"phone"}
    slot = slots.get(first)
    if slot is None:
        return None
    if slot.type == "choice":
        return {key for option in slot.options for key in rows.get(option.id, {})}
    return {"given", "patronymic", "family"} if slot.type == "person" else set()


def _settle_agains(draft: Draft) -> None:
    """`again: when` goes back to the step that collects it: the nearest one above, or else the first."""
    for name, step in list(draft.steps.items()):
        if not isinstance(step, AgainStep):
            continue
        if not step.slots:
            continue
        collects = sorted(
            (each for each in draft.steps.values() if isinstance(each, CollectStep) and step.slots[0] in each.slots),
            key=lambda each: each.line,
        )
        if not collects:
            draft.reader.problem("again_uncollected", draft.nodes[name], name=step.slots[0])
            continue
        above = [each for each in collects if each.line < step.line]
        draft.steps[name] = replace(step, target=(above or collects)[-1 if above else 0].id)


def leads(step: Step) -> tuple[str, ...]:
    """The steps that may come right after this one."""
    if isinstance(step, DoStep):
        branches = tuple(step.branches.values())
        return branches if "ok" in step.branches else (*branches, step.next)
    if isinstance(step, BranchStep):
        return step.next, step.otherwise
    if isinstance(step, ConfirmStep):
        return (step.next, step.declined) if step.declined is not None else (step.next,)
    if isinstance(step, AgainStep):
        return (step.target,)
    if isinstance(step, ChooseStep):
        own = tuple(item.target for item in step.items if item.target)
        return own if step.loop else (*own, step.next)
    return (step.next,)


def _reached(first: str, steps: Mapping[str, Step]) -> Iterator[str]:
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name == DONE or name in seen or name not in steps:
            continue
        seen.add(name)
        yield name
        waiting.extend(leads(steps[name]))


def _endless(draft: Draft) -> None:
    """A circle of steps of which none asks anything would never end the turn."""
    quiet = {name: step for name, step in draft.steps.items() if not isinstance(step, _ASKS)}
    for circle in circles({name: [to for to in leads(step) if to in quiet] for name, step in quiet.items()}):
        first = min(circle, key=lambda name: (draft.nodes[name].line, name))
        draft.reader.problem("endless", draft.nodes[first])


def circles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """One circle for each way back in a walk through the graph, without recursion: files are not to be trusted."""
    state: dict[str, int] = {}  # 1: on the path, 2: done
    out: list[list[str]] = []
    for root in edges:
        path: list[str] = []
        stack: list[tuple[str, Iterator[str]]] = []
        if root not in state:
            state[root] = 1
            path.append(root)
            stack.append((root, iter(edges[root])))
        while stack:
            name, following = stack[-1]
            to = next(following, None)
            if to is None:
                stack.pop()
                path.pop()
                state[name] = 2
            elif state.get(to) == 1:
                out.append(path[path.index(to) :])
            elif to not in state and to in edges:
                state[to] = 1
                path.append(to)
                stack.append((to, iter(edges[to])))
    return out


def given(draft: Draft, scenarios: Mapping[str, Scenario]) -> None:
    """What `with:` gives to another scenario is one of its slots."""
    for step in draft.steps.values():
        if isinstance(step, StartStep) and step.scenario in scenarios:
            slots = scenarios[step.scenario].slots
            for name in step.args:
                if name not in slots:
                    draft.reader.unknown("unknown_slot", draft.nodes[step.id], name, slots)


def starts_at_once(scenario: Scenario) -> set[str]:
    """The scenarios this one starts before it has asked anything."""
    asking = (CollectStep, ChooseStep, ConfirmStep, HandoffStep, EndStep)
    seen: set[str] = set()
    waiting = [scenario.first]
    out: set[str] = set()
    while waiting:
        name = waiting.pop()
        step = scenario.steps.get(name)
        if step is None or name in seen or isinstance(step, asking):
            continue
        seen.add(name)
        if isinstance(step, StartStep):
            out.add(step.scenario)
        waiting.extend(leads(step))
    return out
