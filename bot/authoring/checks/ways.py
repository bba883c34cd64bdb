"""Ways through a scenario on which somebody is left standing: silence at the end, no end at all, no person to go to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.authoring.actions import ACTIONS
from bot.authoring.checks.flow import leads, reached
from bot.authoring.checks.whole import Whole
from bot.authoring.draft import DONE, Draft
from bot.authoring.http import FILE
from bot.authoring.rasa.declaring import FILE as RASA
from bot.authoring.reading import Reader
from bot.authoring.tree import Node
from bot.dialogue.program import (
    AgainStep,
    BranchStep,
    CaseStep,
    ChooseStep,
    CollectStep,
    DoStep,
    EndStep,
    HandoffStep,
    LanguageStep,
    SetStep,
    StartStep,
    Step,
)
from bot.dialogue.scenario import Scenario

QUIET: tuple[type[Step], ...] = (SetStep, BranchStep, CaseStep, LanguageStep)
MANY_ATTEMPTS = 5  # a question heard six times has lost the caller; a person comes after two or three by default


def ways(whole: Whole) -> None:
    called = _called(whole)
    for name, draft in whole.drafts.items():
        scenario = whole.made.scenarios.get(name)
        if scenario is None:
            continue
        if name not in called:
            _silent_ends(draft, scenario)
        _no_way_out(draft, scenario)
        _errors(draft)
        _menus(draft)
        _attempts(draft)
    _nobody_starts(whole)
    _unannounced(whole)
    _samples(whole)


def _called(whole: Whole) -> set[str]:
    """Scenarios that others run and then go on from: they may end without a word."""
    return {
        step.scenario
        for draft in whole.drafts.values()
        for step in draft.steps.values()
        if isinstance(step, StartStep) and step.returns
    }


# --- dead ends ---


def _silent_ends(draft: Draft, scenario: Scenario) -> None:
    """After a question or an action the scenario is over, and not a word was said of it."""
    ends = _silently_done(draft.steps)
    for ident in reached(scenario.first, draft.steps):
        step = draft.steps[ident]
        node = draft.nodes[ident]
        if isinstance(step, DoStep):
            for outcome, target in step.branches.items():
                if target in ends:
                    draft.reader.problem("dead_end", node, name=f"{step.action}: {outcome}")
            if "ok" not in step.branches and step.next in ends:
                draft.reader.problem("dead_end", node, name=f"{step.action}: ok")
        elif isinstance(step, ChooseStep):
            for item in step.items:
                if item.target and item.target in ends and not step.loop:
                    draft.reader.problem("dead_end", node, name=item.id)
        elif isinstance(step, CollectStep) and step.next in ends:
            draft.reader.problem("dead_end", node, name=", ".join(step.slots))


def _silently_done(steps: Mapping[str, Step]) -> set[str]:
    """DONE, and the steps from which some way leads there without a word or a question."""
    back: dict[str, list[str]] = {}
    for ident, step in steps.items():
        if isinstance(step, QUIET):
            for target in leads(step):
                back.setdefault(target, []).append(ident)
    ends = {DONE}
    waiting = [DONE]
    while waiting:
        for ident in back.get(waiting.pop(), ()):
            if ident not in ends:
                ends.add(ident)
                waiting.append(ident)
    return ends


# --- no end ---


def _no_way_out(draft: Draft, scenario: Scenario) -> None:
    """Steps from which no way leads to the end, to a person, or back to a menu."""
    steps = {ident: draft.steps[ident] for ident in reached(scenario.first, draft.steps)}
    back: dict[str, list[str]] = {}
    out: set[str] = set()
    for ident, step in steps.items():
        targets = leads(step)
        for target in targets:
            back.setdefault(target, []).append(ident)
        if isinstance(step, EndStep | HandoffStep) or DONE in targets or (isinstance(step, ChooseStep) and step.loop):
            out.add(ident)
    waiting = list(out)
    while waiting:
        for ident in back.get(waiting.pop(), ()):
            if ident not in out:
                out.add(ident)
                waiting.append(ident)
    caught = [ident for ident in steps if ident not in out]
    if caught:
        first = min(caught, key=lambda ident: (draft.nodes[ident].line, ident))
        draft.reader.problem("no_way_out", draft.nodes[first])


# --- actions, menus, attempts ---


def _errors(draft: Draft) -> None:
    """Another program may be down; the built-in words and a person follow, but the author knows better ones."""
    for ident, step in draft.steps.items():
        own = isinstance(step, DoStep) and step.action in ACTIONS
        if isinstance(step, DoStep) and not own and "error" not in step.branches:
            draft.reader.problem("no_error_branch", draft.nodes[ident], name=step.action)


def _samples(whole: Whole) -> None:
    """An action that asks nobody: made up to try a scenario with."""
    reader = Reader(FILE, whole.readers[0].problems)
    for name, action in whole.made.actions.items():
        if not action.url:
            reader.problem("samples_only", Node(line=action.line, column=1), name=name)
    reader = Reader(RASA, whole.readers[0].problems)
    for name, bot in whole.made.bots.items():
        if not bot.url:
            reader.problem("samples_only", Node(line=bot.line, column=1), name=name)


def _menus(draft: Draft) -> None:
    for ident, step in draft.steps.items():
        if not isinstance(step, ChooseStep):
            continue
        for item in step.items:
            if step.loop and not (item.scenario or item.continues) and item.target in ("", ident):
                draft.reader.problem("item_nowhere", draft.nodes[ident], name=item.id)


def _attempts(draft: Draft) -> None:
    for name, slot in draft.slots.items():
        node = Node(line=slot.line, column=1)
        if slot.max_attempts is not None and slot.max_attempts > MANY_ATTEMPTS:
            draft.reader.problem("many_attempts", node, name=name, count=str(slot.max_attempts))
        collects = [step for step in draft.steps.values() if isinstance(step, CollectStep)]
        target = next((step.fails[name] for step in collects if name in step.fails), None)
        if target and not _helped(draft.steps, target, name):
            draft.reader.problem("fail_loop", node, name=name)


def _helped(steps: Mapping[str, Step], first: str, slot: str) -> bool:
    """Whether from here some way leads to the end or to a person, without asking for the slot again."""
    seen: set[str] = set()
    waiting: Sequence[str] = [first]
    while waiting:
        following: list[str] = []
        for ident in waiting:
            step = steps.get(ident)
            if step is None or isinstance(step, EndStep | HandoffStep):
                return True
            if ident in seen or (isinstance(step, AgainStep) and slot in step.slots):
                continue
            seen.add(ident)
            following.extend(leads(step))
        waiting = following
    return False


def _nobody_starts(whole: Whole) -> None:
    """A scenario that is neither begun with, nor started, nor asked for in words."""
    started = {whole.made.start, *whole.made.phrases, *whole.made.instead.values()}
    for draft in whole.drafts.values():
        started.update(name for name, _ in draft.starts)
    for name, draft in whole.drafts.items():
        scenario = whole.made.scenarios.get(name)
        if scenario is not None and name not in started and not scenario.outbound:
            draft.reader.problem("nobody_starts", next(_nodes(draft)), name=name)


def _unannounced(whole: Whole) -> None:
    """We call, and don't say that a robot does; or have a message for machines that is never left."""
    for name, draft in whole.drafts.items():
        scenario = whole.made.scenarios.get(name)
        about = scenario.outbound if scenario is not None else None
        if about is None or draft.rings is None:
            continue
        if about.announce is None:
            draft.reader.problem("no_announce", draft.rings)
        if about.voicemail is not None and about.machine != "message":
            draft.reader.problem("voicemail_unsaid", draft.rings, machine=about.machine)


def _nodes(draft: Draft) -> Iterator[Node]:
    yield Node(line=min((node.line for node in draft.nodes.values()), default=1), column=1)
