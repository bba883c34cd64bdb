"""What the profile knows is asked back in one short sentence where it matters: "Записать на Ивана Петрова?". A yes
takes it, a no asks, and another value may be told at once: "нет, на Марию"."""

from __future__ import annotations

from bot.dialogue.actions import Agreed
from bot.dialogue.asking import accepted, unfit
from bot.dialogue.choosing import YES_NO
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import CollectStep
from bot.dialogue.run import Run
from bot.dialogue.session import Pending
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value

ASKED_BACK = ("person", "phone", "email", "address")  # whose mistake sends somebody else's name or number along
PROMPTS = {"person": "known_person", "phone": "known_phone"}


def doubted(run: Run, slot: Slot, value: Value) -> bool:
    """Whether this value, with which the slot would be filled unasked, is asked back."""
    if slot.prefill is None or slot.sensitive or slot.confirm_known is False or unfit(slot, value, run.now) is not None:
        return False
    if slot.confirm_known:
        return True
    if slot.type not in ASKED_BACK or value == run.session.caller:
        return False
    return bool(_doubtful(run, slot, value))


def _doubtful(run: Run, slot: Slot, value: Value) -> tuple[str, ...]:
    """The facts by which the slot has that value, of those that are worth a question."""
    names = slot.prefill.names if slot.prefill is not None else ()
    facts = {name.partition(".")[2] for name in names if name.startswith("customer.")}
    known = run.session.customer
    return tuple(fact for fact in run.session.doubtful if fact in facts and known.get(fact) == value)


def ask_back(run: Run, slot: Slot, value: Value) -> None:
    """Ask, and wait for a yes. The slot stays empty."""
    pending = Pending(kind="known", intents=(), meaning=Meaning(readings={slot.name: Reading(value=value)}))
    run.change(pending=pending)
    ask_known(run, pending)
    run.wait(asked=slot.name)


def ask_known(run: Run, pending: Pending) -> None:
    ((name, reading),) = pending.meaning.readings.items()
    slot = run.scenario.slots.get(name)
    if slot is None:
        run.fault(f"'{name}' can't be asked back")
        return
    attempt = run.session.misses + run.session.silences
    choices = YES_NO[run.session.language]
    extra: dict[str, Value] = {name: reading.value, "value": run.told(slot, reading.value), "title": dict(slot.title)}
    if slot.known is not None:
        run.say(slot.known, attempt=attempt, choices=choices, extra=extra)
    else:
        run.say_builtin(PROMPTS.get(slot.type, "known_value"), attempt=attempt, choices=choices, extra=extra)


def agreed(run: Run, pending: Pending) -> None:
    """It is so: it isn't asked again, in this conversation or in the next one of the same channel."""
    ((name, reading),) = pending.meaning.readings.items()
    slot = run.scenario.slots.get(name)
    facts = _doubtful(run, slot, reading.value) if slot is not None else ()
    run.actions.extend(Agreed(fact=fact) for fact in facts)
    run.change(doubtful=tuple(fact for fact in run.session.doubtful if fact not in facts))


def not_so(run: Run, pending: Pending) -> None:
    """Asked for as if nothing were known."""
    run.understood()
    (name,) = pending.meaning.readings
    accepted(run, name)
    run.visit(name)  # it isn't filled in again
    if isinstance(run.step, CollectStep):
        run.put(awaiting="", asked=None, question=None)
