"""Slots: asking for one, taking a value, refusing one that can't be."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal

from bot.dialogue.actions import Choice
from bot.dialogue.also import also_choices
from bot.dialogue.choosing import YES_NO, buttons, chosen
from bot.dialogue.keypad import LETTERED
from bot.dialogue.lettered import domains
from bot.dialogue.meaning import Reading
from bot.dialogue.program import ChooseStep
from bot.dialogue.run import Run
from bot.dialogue.session import Frame
from bot.dialogue.slot import Slot
from bot.dialogue.values import Moment, Value

SERVED = "served."  # among a frame's visits
FAILED = "failed."  # among a frame's visits: it was asked for in vain, and what is to be done then was done
REFUSED = "invalid."  # among a frame's visits: how often a value for this slot was refused
# What the built-in prompts say of a value that a slot can't hold.
REFUSALS = (
    "in_the_past",
    "in_the_future",
    "out_of_range",
    "too_small",
    "too_big",
    "wrong_length",
    "wrong_length_between",
    "wrong_signs",
    "wrong_signs_between",
)
HANDED = "handed."  # among a frame's visits: its value was handed over, and nobody has looked at it yet
UNSAID = "unsaid"  # among a frame's visits: it waits for an answer to what was not asked aloud, for they spoke first
MAX_INVALID = 4  # values refused for one slot before a person is asked to help


def ask(run: Run, slot: Slot) -> None:
    """Ask for it and wait. What is partly known ("завтра") is asked for in its missing part."""
    _uncount(run, UNSAID)
    attempt = run.session.misses + run.session.silences
    partial = run.frame.partial.get(slot.name)
    question = run.frame.question if run.frame.asked == slot.name else None
    if question is None and isinstance(partial, Moment):
        question = _missing(slot, partial)
    if question:
        run.say_builtin(
            f"ask_{question}",
            attempt=attempt,
            extra={"day": partial_day(partial), "time": partial_time(partial)},
            choices=(*domain_choices(run, question), *also_choices(run)),
        )
    elif slot.many and chosen(run.frame, slot):
        so_far = run.told(slot, chosen(run.frame, slot))
        run.say_builtin("anything_more", choices=option_choices(run, slot), extra={"chosen": so_far})
    else:
        run.say(slot.ask, attempt=attempt, choices=(*option_choices(run, slot), *also_choices(run)))
    if attempt and run.session.medium == "voice":
        tell_keys(run, slot, question)
    run.wait(asked=slot.name, question=question)


def tell_keys(run: Run, slot: Slot, question: str | None) -> None:
    """How to give it by keys, to a caller who was not understood: in the author's words, or for letters in our own."""
    if slot.keypad is not None and slot.type == "datetime" and question == "time":  # the author's words tell of the day
        run.say_builtin("keypad_time")
    elif slot.keypad is not None:
        run.say(slot.keypad)
    elif slot.type in LETTERED and question is None:
        run.say_builtin(f"keypad_{slot.type}")


def domain_choices(run: Run, question: str | None) -> tuple[Choice, ...]:
    """Of the rest of an email whose name was keyed."""
    return tuple(run.choice(each) for each in domains(run.session.language)) if question == "domain" else ()


def _missing(slot: Slot, partial: Moment) -> str | None:
    """What of it is to be asked for: a date has no hour, a time no day."""
    if slot.type in ("datetime", "time") and partial.time is None:
        return "time"
    return "day" if slot.type in ("datetime", "date") and partial.day is None else None


def partial_day(partial: Value) -> Value:
    return partial.day if isinstance(partial, Moment) else None


def partial_time(partial: Value) -> Value:
    return partial.time if isinstance(partial, Moment) else None


def option_choices(run: Run, slot: Slot) -> tuple[Choice, ...]:
    choices = tuple(run.choice(option) for option in slot.keyed_options)
    if slot.type == "yesno":
        choices = YES_NO[run.session.language]
    return buttons(run, slot, choices)


def served(frame: Frame, step: ChooseStep) -> bool:
    """Whether something chosen or wished for at this menu was done: from then on it asks "anything else?"."""
    return frame.visits.get(f"{SERVED}{step.id}", 0) > 0


def serve(run: Run, step: ChooseStep) -> None:
    run.visit(f"{SERVED}{step.id}")


def take(run: Run, slot: Slot, reading: Reading) -> bool:
    """Take what was read for a slot. False: it was refused, and the customer has been told why."""
    if reading.wrong is not None:
        if reading.wrong == "past" and slot.invalid is not None:
            run.say(slot.invalid, extra={slot.name: None})
        elif reading.wrong == "past":
            run.say_builtin("in_the_past", extra={slot.name: None, "when": None})
        else:
            run.say_builtin("no_such_time")
        kept = _day_told(run, slot) if reading.wrong == "no_such_time" else None
        refuse(run, slot, kept, keep_day=kept is not None)
        return False
    if reading.value is None:
        known = run.frame.partial.get(slot.name)
        if reading.begun:
            run.put(partial={**run.frame.partial, slot.name: reading.begun}, asked=slot.name, question=reading.question)
            run.put(values={name: value for name, value in run.frame.values.items() if name != slot.name})
            return True
        partial = reading.partial or (known if isinstance(known, Moment) else None)
        if partial is not None and partial.day is not None and not slot.past and partial.day < run.now.date():
            return take(run, slot, Reading(wrong="past"))  # "12.11.2020": no use to ask for the hour
        run.put(partial={**run.frame.partial, slot.name: partial}, asked=slot.name, question=reading.question)
        run.put(values={name: value for name, value in run.frame.values.items() if name != slot.name})
        return True
    value = reading.value
    if not holds(run, slot, value):
        return False
    run.forget(slot.name)
    if run.frame.visits:
        accepted(run, slot.name)
        _uncount(run, f"{FAILED}{slot.name}")
    run.store(**{slot.name: value})
    if run.frame.asked == slot.name:
        run.put(asked=None, question=None)
    return True


def holds(run: Run, slot: Slot, value: Value) -> bool:
    """Whether the slot may have this value. False: it was refused, and the customer has been told why."""
    why = unfit(slot, value, run.now)
    if why is not None:
        name, extra = why
        if slot.invalid is not None:
            run.say(slot.invalid, extra={slot.name: value})
        else:
            run.say_builtin(name, extra={slot.name: value, **extra})
        refuse(run, slot, value, keep_day=isinstance(value, datetime) and value.date() > run.now.date())
        return False
    for rule in slot.rules:
        if not run.evaluate(rule.when, {slot.name: value}, default=True):
            otherwise = rule.otherwise or slot.invalid
            if otherwise is not None:
                run.say(otherwise, extra={slot.name: value})
            refuse(run, slot, value, keep_day=isinstance(value, datetime) and _opens(run, value))
            return False
    return True


def hand_over(run: Run, names: Iterable[str]) -> None:
    """These slots have values that the customer didn't tell us: looked at when the scenario comes to collect them."""
    marks = {f"{HANDED}{name}": 1 for name in names if name in run.scenario.slots}
    if marks:
        run.put(visits={**run.frame.visits, **marks})


def handed_well(run: Run, slot: Slot) -> bool:
    """Whether a value that was handed over may stay, if this is one. False: the customer has been told why not, and is
    to be asked; but who spoke first is told nothing before they are heard."""
    key = f"{HANDED}{slot.name}"
    if key not in run.frame.visits:
        return True
    _uncount(run, key)
    value = run.frame.values.get(slot.name)
    if value is None or value == ():
        return True
    known = {option.id for option in slot.options}
    if slot.type == "choice" and not known.issuperset(value if isinstance(value, tuple) else (value,)):
        run.fault(f"'{slot.name}' was handed over as none of its options")
        run.forget(slot.name)
        return False
    said = len(run.actions)
    well = holds(run, slot, value)
    if run.quiet:
        del run.actions[said:]
    if not well:
        accepted(run, slot.name)  # it was not the customer who was refused
        run.visit(slot.name)  # asked for now, also where it was only to be taken when it is said
    return well


def unfit(slot: Slot, value: Value, now: datetime) -> tuple[str, dict[str, Value]] | None:
    """Why the slot can't hold this value, one of REFUSALS and what it names; None where it can."""
    if isinstance(value, datetime):
        return ("in_the_past", {"when": value}) if value <= now else None
    if isinstance(value, date):
        if slot.past:
            return ("in_the_future", {"when": value}) if value > now.date() else None
        return ("in_the_past", {"when": value}) if value < now.date() else None
    if slot.length is not None and isinstance(value, str):
        fewest, most = slot.length
        if not fewest <= len(value) <= most:
            name = "wrong_signs" if slot.type == "code" else "wrong_length"
            name += "" if fewest == most else "_between"
            return name, {"low": fewest, "high": most, "count": len(value)}
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        if slot.low is not None and value < slot.low:
            return "too_small" if slot.high is None else "out_of_range", {"low": slot.low, "high": slot.high}
        if slot.high is not None and value > slot.high:
            return "too_big" if slot.low is None else "out_of_range", {"low": slot.low, "high": slot.high}
    return None


def _opens(run: Run, value: datetime) -> bool:
    """Whether another hour of that day may do: on a holiday none would."""
    return bool(run.scenarios.business.hours.of(value))


def refuse(run: Run, slot: Slot, value: Value, *, keep_day: bool) -> None:
    """Forget the value; of a moment the day stays, so that only the hour is asked again."""
    run.forget(slot.name)
    run.visit(f"{REFUSED}{slot.name}")
    run.put(asked=None, question=None)
    if keep_day and isinstance(value, datetime):
        run.put(partial={**run.frame.partial, slot.name: Moment(day=value.date())})


def _day_told(run: Run, slot: Slot) -> datetime | None:
    """The day that was told already, where only the hour was being asked for."""
    partial = run.frame.partial.get(slot.name)
    hour = run.frame.asked == slot.name and run.frame.question in ("time", "part_of_day")
    if not hour or not isinstance(partial, Moment) or partial.day is None:
        return None
    return datetime.combine(partial.day, time())


def accepted(run: Run, name: str) -> None:
    """What was refused before counts no more: the value is there now, or a person was called for it."""
    _uncount(run, f"{REFUSED}{name}")


def _uncount(run: Run, key: str) -> None:
    if key in run.frame.visits:
        run.put(visits={each: count for each, count in run.frame.visits.items() if each != key})


def collected_at(run: Run, slot: str) -> str | None:
    """The id of the step that collects this slot; a correction goes back there, so that later steps see it."""
    return run.scenario.collected_at.get(slot)
