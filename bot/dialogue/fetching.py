"""What another program answered, and where its outcome leads."""

from __future__ import annotations

from bot.dialogue import relaying
from bot.dialogue.asking import hand_over
from bot.dialogue.events import Fetched
from bot.dialogue.program import DelegateStep, DoStep
from bot.dialogue.run import Run
from bot.dialogue.steps import go_on, hand_off


def fetched(run: Run, event: Fetched) -> None:
    """For the scenario that asked, wherever it stands: another one may have begun above it meanwhile. Where a person
    has come, the answer is kept, and the bot goes on from there when they leave."""
    stack = run.session.stack
    if run.frame.awaiting == event.request:
        if isinstance(run.step, DelegateStep):
            relaying.answered(run, run.step, event)
            return
        known = _answered(run, event)
    else:
        depth = next((at for at, frame in enumerate(stack) if frame.awaiting == event.request), None)
        if depth is None:
            return  # the customer went elsewhere meanwhile
        with run.under(depth):
            known = _answered(run, event)
    if known:
        go_on(run)
    elif run.session.status == "bot":  # else whoever is there sees to it
        run.say_builtin("internal_error")
        hand_off(run, reason="error")


def _answered(run: Run, event: Fetched) -> bool:
    """On to what the outcome leads to; False: the step has no way for it."""
    step = run.step
    if not isinstance(step, DoStep):  # edited meanwhile: the answer is to a question that is no more
        run.put(awaiting="")
        return True
    if isinstance(step, DelegateStep):
        return relaying.answered(run, step, event, aside=True)
    run.store(**event.data)
    hand_over(run, event.data)
    target = step.branches.get(event.outcome, step.next if event.outcome == "ok" else None)
    if target is None:
        run.fault(f"{step.action} answered '{event.outcome}', which has no branch")
        run.go(step.next if run.session.status == "bot" else "")
        return False
    run.go(target)
    return True
