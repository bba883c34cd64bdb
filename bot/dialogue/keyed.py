"""What was keyed in letters is read back before it is taken: "Вы набрали: а, один, два, три. Верно?"."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.asking import REFUSED, unfit
from bot.dialogue.choosing import YES_NO
from bot.dialogue.failing import give_up, refused_too_often
from bot.dialogue.keypad import LETTERED
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import CollectStep
from bot.dialogue.run import Run
from bot.dialogue.session import Pending
from bot.dialogue.slot import Slot
from bot.dialogue.steps import go_on
from bot.dialogue.values import MASK


def to_be_read_back(run: Run, keys: str, meaning: Meaning) -> Slot | None:
    """The slot that these keys spelled a value for; one that it can't hold is refused at once, and digits are sure."""
    step = run.step
    if run.session.status != "bot" or run.session.pending is not None or not isinstance(step, CollectStep):
        return None
    slot = run.scenario.slots.get(run.frame.asked or "")
    value = meaning.readings[slot.name].value if slot is not None and slot.name in meaning.readings else None
    lettered = slot is not None and (slot.type == "email" or (slot.type in LETTERED and "*" in keys))
    if slot is None or not lettered or not isinstance(value, str):
        return None
    return slot if unfit(slot, value, run.now) is None else None


def ask_whether(run: Run, slot: Slot, value: str) -> None:
    """Read it back, and wait for a yes."""
    run.understood()
    meaning = Meaning(readings={slot.name: Reading(value=value)})
    pending = Pending(kind="keyed", intents=(), meaning=meaning)
    run.change(pending=pending)
    read_back(run, pending)


def read_back(run: Run, pending: Pending) -> None:
    """For the eye a sensitive value is hidden."""
    ((name, reading),) = pending.meaning.readings.items()
    slot = run.scenario.slots.get(name)
    prompt = run.scenarios.builtin.get("keyed_right")
    if slot is None or prompt is None:
        run.fault(f"'{name}' can't be read back")
        return
    attempt = run.session.misses + run.session.silences
    choices = YES_NO[run.session.language]
    say = run.rendered(prompt, attempt=attempt, choices=choices, extra={"value": reading.value})
    if slot.sensitive:
        hidden = run.rendered(prompt, attempt=attempt, choices=choices, extra={"value": MASK})
        voice = run.session.medium == "voice"
        say = replace(say, text=hidden.text, speech=say.speech if voice else hidden.text, secret=voice)
    run.actions.append(say)


def wrong(run: Run, pending: Pending) -> None:
    """Keyed amiss: asked for anew, as often as a value may be refused."""
    run.understood()
    (name,) = pending.meaning.readings
    run.forget(name)
    run.visit(f"{REFUSED}{name}")
    run.put(awaiting="", asked=None, question=None)
    refused = refused_too_often(run)
    if refused is not None:
        give_up(run, name=refused, reason="not understood")
        return
    go_on(run)
