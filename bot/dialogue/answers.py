"""What an answer means at the step that waits for it: a table, one function per kind of waiting step.

Each returns True when it took the answer. What it leaves is looked at as a new wish, and then as a miss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from bot.dialogue.actions import Invite, Say
from bot.dialogue.asking import collected_at, serve, served, take
from bot.dialogue.choosing import DONE, NOTHING, SKIP, press
from bot.dialogue.failing import give_up, left_out, refused_too_often
from bot.dialogue.keyed import ask_whether
from bot.dialogue.lettered import DOMAIN
from bot.dialogue.meaning import Meaning, Reading
from bot.dialogue.program import ChooseStep, CollectStep, ConfirmStep, Item, SayStep, Step
from bot.dialogue.repair import goodbye
from bot.dialogue.run import Run
from bot.dialogue.session import Frame, changed
from bot.dialogue.slot import Slot
from bot.dialogue.steps import go_on, ordered
from bot.dialogue.usual import asks_usual, chose, refuse, usual
from bot.dialogue.values import Moment, Value

_ID = attrgetter("id")


def read_slots(run: Run, meaning: Meaning) -> tuple[str, ...]:
    """Take every slot that was read; the names of those that were, wholly or in part, or were refused aloud."""
    taken = []
    for name, reading in meaning.readings.items():
        slot = run.scenario.slots.get(name)
        if slot is None or (reading.value is None and reading.question is None and reading.wrong is None):
            continue
        if reading.value is not None and reading.value == run.frame.values.get(name):
            continue
        take(run, slot, reading)
        taken.append(name)
    return tuple(taken)


def _collect(run: Run, step: CollectStep, meaning: Meaning) -> bool:
    asked = run.scenario.slots.get(run.frame.asked or "")
    if meaning.option == SKIP and left_out(run):
        return True
    if asked is not None and asked.skip and asked.type == "text" and meaning.yes is not None and not meaning.intents:
        if meaning.yes:
            run.say_builtin("wait_ok")  # "Хотите что-то добавить?" "Да": then they go on to say what
        else:
            left_out(run)
        return True
    if asked is not None and asked.type == "yesno" and meaning.yes is not None:
        meaning = replace(meaning, readings={**meaning.readings, asked.name: Reading(value=meaning.yes)})
    begun = run.frame.partial.get(asked.name) if asked is not None and run.frame.question == "domain" else None
    if asked is not None and isinstance(begun, str) and asked.name not in meaning.readings:
        domain = meaning.readings[DOMAIN].value if DOMAIN in meaning.readings else meaning.option
        if domain is not None:
            ask_whether(run, asked, f"{begun}@{domain}")
            return True
    before = changed(run.frame)
    if meaning.option and asked and _pressed(run, asked, meaning.option):
        acknowledge(run, before, (asked.name,))
        settle(run, step.id)
        return True
    taken = read_slots(run, meaning)
    if taken:
        acknowledge(run, before, taken)
        settle(run, _from(run, step, before, taken))
        return True
    if meaning.option in run.scenario.slots and run.frame.values.get(str(meaning.option)) is not None:
        ask_anew(run, step, str(meaning.option))  # "телефон другой"
        return True
    if not meaning.intents and (again := _told_again(run, meaning)):
        for name in again:
            slot = run.scenario.slots[name]
            run.say_builtin("corrected", extra={"value": run.told(slot, run.frame.values[name])})
        settle(run, step.id)
        return True
    return False


def _told_again(run: Run, meaning: Meaning) -> tuple[str, ...]:
    """Slots said once more as they are known, while another was asked: "да в пятницу же". Heard, and no miss."""
    return tuple(
        name
        for name, reading in meaning.readings.items()
        if (slot := run.scenario.slots.get(name)) is not None  # a scenario also keeps what it was told of other names
        and reading.value is not None
        and reading.value == run.frame.values.get(name)
        and not slot.sensitive
    )


def _from(run: Run, step: CollectStep, before: Frame, taken: tuple[str, ...]) -> str:
    """Where to go on after an answer: what was told at an earlier step and is corrected now goes through all that
    followed it ("не в пятницу, а в субботу" while the name is asked: is Saturday free?)."""
    told = [name for name in taken if before.values.get(name) is not None and name not in step.slots]
    collected = [at for at in (collected_at(run, name) for name in told) if at is not None]
    order = run.scenario.written  # what was volunteered for a later step skips nothing before it
    return min((at for at in collected if order.index(at) < order.index(step.id)), key=order.index, default=step.id)


def ask_anew(run: Run, step: CollectStep | ConfirmStep, name: str) -> None:
    """Ask for a slot that has a value. Of a moment the parts stay: "в одиннадцать" then means the same day."""
    value = run.frame.values.get(name)
    run.understood()
    run.forget(name)
    run.visit(name)
    if isinstance(value, datetime):
        run.put(partial={**run.frame.partial, name: Moment(day=value.date(), time=value.time())})
    run.go(collected_at(run, name) or step.id)
    go_on(run)


def _pressed(run: Run, slot: Slot, option: str) -> bool:
    """Whether that button belongs to what was asked; then it is taken."""
    if slot.many:
        if option not in (DONE, NOTHING, *(each.id for each in slot.options)):
            return False
        whole = press(run, slot, option)
        if whole is not None:
            take(run, slot, Reading(value=whole))
        return True
    if all(each.id != option for each in slot.options):
        return False
    take(run, slot, Reading(value=option))
    return True


def acknowledge(run: Run, before: Frame, taken: tuple[str, ...]) -> None:
    """Say back what was told: in the slot's own words for it, where it has them; else in built-in ones what was
    corrected while something else was asked. before: the frame as it was."""
    for name in taken:
        slot, value = run.scenario.slots[name], run.frame.values.get(name)
        if value is None:
            _tell_day(run, slot, before)
        if slot.sensitive or value is None:
            continue  # what is secret is read back where the author says so, and for the ear alone
        first = len(run.actions)
        if slot.echo is not None:
            run.say(slot.echo)
        elif name != before.asked and before.values.get(name) is not None:
            run.say_builtin("corrected", extra={"value": run.told(slot, value)})
        if len(run.actions) > first:
            run.echoes += [action for action in run.actions[first:] if isinstance(action, Say)]


def _tell_day(run: Run, slot: Slot, before: Frame) -> None:
    """«На какой час?» «А в пятницу?»: the hour is asked once more, of another day."""
    was, told = before.partial.get(slot.name), run.frame.partial.get(slot.name)
    if isinstance(was, Moment) and isinstance(told, Moment) and was.day and told.day and was.day != told.day:
        run.say_builtin("corrected", extra={"value": told.day})


def proceed(run: Run) -> None:
    """Run on. Where a summary comes at once, it says back all there is to say back."""
    go_on(run)
    if run.echoes and isinstance(run.step, ConfirmStep):
        run.actions = [action for action in run.actions if not any(action is echo for echo in run.echoes)]


def settle(run: Run, step: str) -> None:
    """Slots changed: run on from the step that collects them, unless too much was refused."""
    run.understood()
    run.put(step=step, awaiting="")
    refused = refused_too_often(run)
    if refused is not None:
        give_up(run, name=refused, reason="not understood")
        return
    proceed(run)


def _choose(run: Run, step: ChooseStep, meaning: Meaning) -> bool:
    for item in step.items:
        if meaning.option == item.id or (meaning.option is None and meaning.intent == item.intent):
            if meaning.option and run.session.done:
                run.change(done={})  # a button is no "сколько это стоит?": it speaks of nothing that was said before
            choose(run, step, item, meaning)
            return True
    if asks_usual(run.frame) and meaning.yes is not None and not meaning.intents:
        return _usual(run, step, meaning)
    if meaning.yes is False and not meaning.intents and served(run.frame, step):
        goodbye(run)  # "Чем ещё помочь?" "Нет, спасибо"
        return True
    if meaning.yes and not meaning.intents and served(run.frame, step):
        run.understood()  # "Да": then with what?
        run.put(visits={}, awaiting="")
        go_on(run)
        return True
    return False


def _usual(run: Run, step: ChooseStep, meaning: Meaning) -> bool:
    """«Оплатить кабельное, как обычно?» A yes serves it, a no reads the menu."""
    item = usual(run.session, step)
    if meaning.yes and item is not None:
        choose(run, step, item, Meaning())
        return True
    run.understood()
    refuse(run, step)
    go_on(run)
    return True


def choose(run: Run, step: ChooseStep, item: Item, meaning: Meaning) -> None:
    run.understood()
    if step.learns:
        run.actions.append(chose(run, step, item, tuple(map(_ID, ordered(run, step)))))
    if item.continues:
        run.actions.append(Invite(to=item.continues))  # the menu stays asked: where to is said when the link is made
        return
    serve(run, step)
    run.change(topic=item.intent if isinstance(run.scenario.steps.get(item.target), SayStep) else "")
    after = step.id if step.loop else step.next
    run.go(item.target or after)
    if item.scenario:
        run.go(after)
        begin(run, item.scenario, meaning)
    else:
        go_on(run)


def begin(run: Run, scenario: str, meaning: Meaning) -> None:
    """Start a scenario with what the same utterance already said for its slots."""
    run.push(scenario, _once_more(run, scenario, meaning) if meaning.same else None)
    if meaning.readings:
        before = changed(run.frame)
        acknowledge(run, before, read_slots(run, meaning))
    proceed(run)


def _once_more(run: Run, scenario: str, meaning: Meaning) -> Mapping[str, Value]:
    """What was told for it last, but what is told anew. No moment comes twice: it is asked for where none is told."""
    slots = run.scenarios.scenarios[scenario].slots
    return {
        name: value
        for name, value in run.session.done.items()
        if name in slots and name not in meaning.readings and not isinstance(value, date)
    }


def _confirm(run: Run, step: ConfirmStep, meaning: Meaning) -> bool:
    changed = read_slots(run, _only(meaning, step.change))
    if changed:
        settle(run, collected_at(run, changed[0]) or step.id)
        return True
    if meaning.option in step.change:  # "телефон другой", or the button after "Что поправить?"
        ask_anew(run, step, str(meaning.option))
        return True
    if meaning.yes is None or (meaning.yes and meaning.proposed):  # to agree is the customer's own word alone
        return False
    run.understood()
    if run.frame.awaiting == "change" and meaning.yes:  # "Что поправить?" "Да": to what? The summary is asked once more
        run.put(awaiting="")
    elif run.frame.awaiting == "change":  # "Что поправить?" "Ничего, не надо"
        if run.visit(f"unchanged.{step.id}"):
            run.say_builtin("declined")
            run.go("")
        else:
            run.put(awaiting="")  # nothing to change, or nothing wanted at all: ask which
    elif meaning.yes:
        run.go(step.next)
    elif step.declined is not None:
        run.go(step.declined)
    elif step.change:
        slots = [run.scenario.slots[name] for name in step.change if name in run.frame.values]
        run.say_builtin("what_to_change", choices=tuple(run.slot_choice(slot) for slot in slots))
        run.wait(awaiting="change")
        return True
    else:
        run.say_builtin("declined")
        run.go("")
    go_on(run)
    return True


def _only(meaning: Meaning, names: tuple[str, ...]) -> Meaning:
    return Meaning(readings={name: reading for name, reading in meaning.readings.items() if name in names})


ANSWERS: Mapping[type[Step], Callable[[Run, Any, Meaning], bool]] = {
    CollectStep: _collect,
    ChooseStep: _choose,
    ConfirmStep: _confirm,
}
