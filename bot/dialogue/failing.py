"""What can't be had: a slot that is left out, and one that was asked for too often."""

from __future__ import annotations

from bot.dialogue.asking import FAILED, MAX_INVALID, REFUSED, accepted
from bot.dialogue.program import CollectStep
from bot.dialogue.run import Run
from bot.dialogue.slot import Slot
from bot.dialogue.steps import finish, go_on, hand_off


def asked_slot(run: Run) -> Slot | None:
    """The slot that the customer was just asked for."""
    step = run.step
    if run.session.offer is not None or not isinstance(step, CollectStep):
        return None
    return run.scenario.slots.get(run.frame.asked or "")


def left_out(run: Run) -> bool:
    """Go on without the slot that is asked for, where it may be left out; else nothing is done."""
    slot = asked_slot(run)
    if slot is None or (slot.required and not slot.skip):
        return False
    leave_out(run, slot.name)
    run.understood()
    run.put(awaiting="", asked=None, question=None)
    go_on(run)
    return True


def leave_out(run: Run, name: str) -> None:
    """It stays empty and is not asked for again, unless it is forgotten (`again`, "поменять")."""
    run.forget(name)
    run.put(skipped=(*run.frame.skipped, name))


def refused_too_often(run: Run) -> str | None:
    """The slot of which as many values were refused as it may be asked for."""
    for key, count in run.frame.visits.items():
        name = key.removeprefix(REFUSED)
        slot = run.scenario.slots.get(name) if key.startswith(REFUSED) else None
        if slot is not None and count >= (slot.max_attempts or MAX_INVALID):
            return name
    return None


def give_up(run: Run, *, reason: str, name: str | None = None) -> None:
    """A slot was asked for in vain, the one asked now or `name`: on to its own `on_fail`, or a person helps.

    Once: who gives nothing after `on_fail` has brought them back to it is not asked for ever.
    """
    slot = run.scenario.slots.get(name) if name is not None else asked_slot(run)
    if slot is not None:
        accepted(run, slot.name)
    target = _fails(run, slot.name) if slot is not None and run.session.offer is None else None
    again = slot is not None and target is not None and run.visit(f"{FAILED}{slot.name}")
    if slot is None or target is None or again:
        if reason == "silence" and run.scenarios.scenarios[run.session.stack[0].scenario].outbound:
            run.say_builtin("goodbye")  # we rang, and nobody talks: an answering machine is no matter for a person
            finish(run, reason="silence")
            return
        hand_off(run, reason=reason)
        return
    run.understood()
    leave_out(run, slot.name)
    run.go(target)
    go_on(run)


def _fails(run: Run, name: str) -> str | None:
    """Where its `on_fail` leads from the step that asks for it."""
    at = run.scenario.steps.get(run.scenario.collected_at.get(name, ""))
    for step in (run.step, at):
        if isinstance(step, CollectStep) and name in step.slots:
            return step.fails.get(name)
    return None
