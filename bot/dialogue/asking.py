"""Slots: asking for one, taking a value, refusing one that can't be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Option, Reading
from bot.dialogue.run import Run
from bot.dialogue.scenario import ChooseStep, CollectStep, Slot
from bot.dialogue.session import Frame
from bot.dialogue.values import Moment, Value

KEYS = "123456789"
SERVED = "served."  # among a frame's visits
MAX_INVALID = 4  # values refused for one slot before a person is asked to help


def ask(run: Run, slot: Slot) -> None:
    """Ask for it and wait. What is partly known ("завтра") is asked for in its missing part."""
    attempt = run.session.misses + run.session.silences
    partial = run.frame.partial.get(slot.name)
    question = run.frame.question if run.frame.asked == slot.name else None
    if question is None and isinstance(partial, Moment) and (partial.day is None or partial.time is None):
        question = "time" if partial.time is None else "day"
    if question:
        run.say_builtin(
            f"ask_{question}", attempt=attempt, extra={"day": partial_day(partial), "time": partial_time(partial)}
        )
    else:
        run.say(slot.ask, attempt=attempt, choices=option_choices(run, slot))
    if attempt and slot.keypad and run.session.medium == "voice":
        run.say(slot.keypad)
    run.wait(asked=slot.name, question=question)


def partial_day(partial: Value) -> Value:
    return partial.day if isinstance(partial, Moment) else None


def partial_time(partial: Value) -> Value:
    return partial.time if isinstance(partial, Moment) else None


def options(slot: Slot) -> tuple[Option, ...]:
    """A choice's options; those without a key of their own take 1 to 9 in order, if nobody has a key."""
    if any(option.key for option in slot.options):
        return slot.options
    return tuple(
        replace(option, key=KEYS[place]) if place < len(KEYS) else option for place, option in enumerate(slot.options)
    )


def option_choices(run: Run, slot: Slot) -> tuple[Choice, ...]:
    return tuple(run.choice(option) for option in options(slot))


def served(frame: Frame, step: ChooseStep) -> bool:
    """Whether something chosen or wished for at this menu was done: from then on it asks "anything else?"."""
    return frame.visits.get(f"{SERVED}{step.id}", 0) > 0


def serve(run: Run, step: ChooseStep) -> None:
    run.visit(f"{SERVED}{step.id}")


def take(run: Run, slot: Slot, reading: Reading) -> bool:
    """Take what was read for a slot. False: it was refused, and the customer has been told why."""
    if reading.wrong is not None:
        if reading.wrong == "past":
            run.say_builtin("in_the_past", extra={slot.name: None, "when": None})
        else:
            run.say_builtin("no_such_time")
        refuse(run, slot, None, keep_day=False)
        return False
    if reading.value is None:
        known = run.frame.partial.get(slot.name)
        partial = reading.partial or (known if isinstance(known, Moment) else None)
        if partial is not None and partial.day is not None and partial.day < run.now.date():
            return take(run, slot, Reading(wrong="past"))  # "12.11.2020": no use to ask for the hour
        run.put(partial={**run.frame.partial, slot.name: partial}, asked=slot.name, question=reading.question)
        run.put(values={name: value for name, value in run.frame.values.items() if name != slot.name})
        return True
    value = reading.value
    if isinstance(value, datetime) and value <= run.now:
        run.say_builtin("in_the_past", extra={slot.name: value, "when": value})
        refuse(run, slot, value, keep_day=value.date() > run.now.date())
        return False
    for rule in slot.rules:
        if not run.evaluate(rule.when, {slot.name: value}, default=True):
            run.say(rule.otherwise, extra={slot.name: value})
            refuse(run, slot, value, keep_day=True)
            return False
    run.forget(slot.name)
    run.store(**{slot.name: value})
    if run.frame.asked == slot.name:
        run.put(asked=None, question=None)
    return True


def refuse(run: Run, slot: Slot, value: Value, *, keep_day: bool) -> None:
    """Forget the value; of a moment the day stays, so that only the hour is asked again."""
    run.forget(slot.name)
    run.visit(f"invalid.{slot.name}")
    run.put(asked=None, question=None)
    if keep_day and isinstance(value, datetime):
        run.put(partial={**run.frame.partial, slot.name: Moment(day=value.date())})


def refused_too_often(run: Run) -> bool:
    return any(count >= MAX_INVALID for key, count in run.frame.visits.items() if key.startswith("invalid."))


def collected_at(run: Run, slot: str) -> str | None:
    """The id of the step that collects this slot; a correction goes back there, so that later steps see it."""
    for step in run.scenario.steps.values():
        if isinstance(step, CollectStep) and slot in step.slots:
            return step.id
    return None
