"""Where a step leads: the graph of a scenario, and its circles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.authoring.draft import DONE
from bot.dialogue.program import (
    AgainStep,
    Asking,
    BranchStep,
    CaseStep,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    DelegateStep,
    DoStep,
    EndStep,
    HandoffStep,
    ProveStep,
    StartStep,
    Step,
)
from bot.dialogue.scenario import Scenario

# Steps at which the conversation waits for somebody, or is over: a circle with one of them in it ends a turn.
ASKS: tuple[type[Step], ...] = (CollectStep, ChooseStep, ConfirmStep, DelegateStep, HandoffStep, ProveStep, EndStep)


def leads(step: Step) -> tuple[str, ...]:
    """The steps that may come right after this one."""
    also = tuple(each.target for each in step.also) if isinstance(step, Asking) else ()
    return (*onward(step), *also)


def onward(step: Step) -> tuple[str, ...]:
    """The same without what only the customer's own words lead to (`also`), for which the step must wait."""
    lead = LEADS.get(type(step))
    return lead(step) if lead else (step.next,)


def _after_do(step: DoStep) -> tuple[str, ...]:
    branches = tuple(step.branches.values())
    return branches if "ok" in step.branches else (*branches, step.next)


def _after_confirm(step: ConfirmStep) -> tuple[str, ...]:
    return (step.next, step.declined) if step.declined is not None else (step.next,)


def _after_choose(step: ChooseStep) -> tuple[str, ...]:
    own = tuple(item.target for item in step.items if item.target)
    return own if step.loop else (*own, step.next)


# A new kind of step that leads elsewhere than to `next` says so here.
LEADS: Mapping[type[Step], Callable[..., tuple[str, ...]]] = {
    CollectStep: lambda step: (step.next, *step.fails.values()),
    ProveStep: lambda step: (step.next,) if step.unproven is None else (step.next, step.unproven),
    CaseStep: lambda step: (*step.ways.values(), step.next),
    DoStep: _after_do,
    DelegateStep: _after_do,
    BranchStep: lambda step: (step.next, step.otherwise),
    ConfirmStep: _after_confirm,
    AgainStep: lambda step: (step.target,),
    StartStep: lambda step: (step.next,) if step.cancelled is None else (step.next, step.cancelled),
    ChooseStep: _after_choose,
}


def reached(first: str, steps: Mapping[str, Step]) -> Iterator[str]:
    """The steps that some way from `first` comes to, itself with them."""
    seen: set[str] = set()
    waiting = [first]
    while waiting:
        name = waiting.pop()
        if name == DONE or name in seen or name not in steps:
            continue
        seen.add(name)
        yield name
        waiting.extend(leads(steps[name]))


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


def starts_at_once(scenario: Scenario) -> set[str]:
    """The scenarios this one starts before it has asked anything."""
    seen: set[str] = set()
    waiting = [scenario.first]
    out: set[str] = set()
    while waiting:
        name = waiting.pop()
        step = scenario.steps.get(name)
        if step is None or name in seen or isinstance(step, ASKS):
            continue
        seen.add(name)
        if isinstance(step, StartStep):
            out.add(step.scenario)
        waiting.extend(leads(step))
    return out
