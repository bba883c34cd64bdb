"""Waiting for a person: where one stands, how long it takes, being rung back instead, and what to do when nobody has
answered. Nothing is said that isn't known: without figures of late there is no estimate, and no call back where none
can be placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue import spoken_en, spoken_ru
from bot.dialogue.actions import RingBack, Withdraw
from bot.dialogue.choosing import YES_NO
from bot.dialogue.dialable import reaches
from bot.dialogue.events import Queued, TransferFailed
from bot.dialogue.keypad import PHONE_DIGITS
from bot.dialogue.meaning import Expectation, Language, Meaning, Option, SlotSpec
from bot.dialogue.pending import NO, YES
from bot.dialogue.run import Run
from bot.dialogue.session import Queueing, Session
from bot.dialogue.steps import finish

HOLDS = 8  # words to a caller for whom nobody is there: two minutes at the telephone's pace, four with music
HOLDS_IN_QUEUE = 60  # and where people are: half an hour
ASKED = 2  # times for a number before the caller simply goes on waiting
RING_BACK = Option(
    id="ring_back",
    title={"ru": "Перезвоните мне", "en": "Call me back"},
    synonyms={
        "ru": (
            "перезвоните",
            "перезвони",
            "обратный звонок",
            "перезвоните мне",
            "лучше перезвоните",
            "наберите меня",
            "позвоните мне",
            "перезвоните потом",
            "хочу обратный звонок",
        ),
        "en": ("call back", "call me back", "callback", "ring me back", "please call me", "call me later"),
    },
    key="1",
)
WAIT_ON = Option(
    id="wait_on",
    title={"ru": "Подождать", "en": "I'll wait"},
    synonyms={
        "ru": ("подожду", "жду", "я подожду", "подожду ещё", "остаюсь на линии", "буду ждать", "хочу подождать"),
        "en": ("wait", "i will wait", "i'll hold", "hold", "keep waiting", "stay on the line", "go on waiting"),
    },
    key="2",
)
NUMBER = SlotSpec(name="callback_number", type="phone", asked=True)
_KEYS = {"1": "ring_back", "*": "back"}


def expected(session: Session) -> Expectation:
    """What would be understood of somebody who waits."""
    place = session.queueing
    if place is None or not (place.callback or place.asking) or session.medium != "voice":
        return Expectation(intents=("cancel", "menu"))
    if place.asking == "whether":
        choices = (RING_BACK, WAIT_ON) if place.callback else (WAIT_ON,)
        keys = {key: id for key, id in _KEYS.items() if place.callback or key != RING_BACK.key}
        return Expectation(
            choices=choices, keys=keys | {"2": WAIT_ON.id}, intents=("cancel", "menu", "back", "operator", "wait")
        )
    if not place.asking:
        choices = (RING_BACK,)
        return Expectation(choices=choices, keys=_KEYS, intents=("cancel", "menu", "back", "operator"))
    slots = {NUMBER.name: NUMBER}
    if place.asking == "number":
        return Expectation(asked=NUMBER.name, slots=slots, digits=PHONE_DIGITS, intents=("cancel", "back", "operator"))
    return Expectation(
        yesno=True,
        choices=(YES, NO),
        keys={"1": "yes", "2": "no", "*": "back"},
        slots={NUMBER.name: replace(NUMBER, asked=False)},
        intents=("cancel", "back", "operator"),
    )


def queued(run: Run, event: Queued) -> None:
    if run.session.status != "waiting":
        return
    before = run.session.queueing
    place = Queueing(
        position=event.position,
        wait_s=event.wait_s,
        agents=event.agents,
        callback=event.callback,
        numbers=event.numbers,
    )
    if before is not None and before.asking:  # not into the middle of something else
        run.change(queueing=replace(place, asking=before.asking, number=before.number, asked=before.asked))
        return
    run.change(queueing=place)
    tell(run, place)
    if place.callback and before is None and run.session.medium == "voice":
        run.say_builtin("queue_callback")


def nobody_answered(run: Run, event: TransferFailed) -> bool:
    """Whether who waits may wait on, or be rung back, and is asked so: their place is kept meanwhile. Who is agreeing
    on a number already isn't disturbed."""
    if run.session.medium != "voice" or not (event.agents or event.callback):
        return False
    place = Queueing(
        position=event.position,
        wait_s=event.wait_s,
        agents=event.agents,
        callback=event.callback,
        numbers=event.numbers,
        asking="whether",
    )
    before = run.session.queueing
    if before is not None and before.asking:
        run.change(queueing=replace(place, asking=before.asking, number=before.number, asked=before.asked))
    else:
        run.say_builtin("nobody_answered")
        if place.agents:
            tell(run, place)
        _ask(run, place)
    return True


def tell(run: Run, place: Queueing) -> None:
    """The place and the wait."""
    language = run.session.language
    run.say_builtin("queue_place", extra={"place": PLACES[language](place.position), "position": place.position})
    minutes = told_minutes(place.wait_s)
    if minutes is None:
        return
    if minutes == 0:
        run.say_builtin("queue_soon")
    elif minutes > 60:
        run.say_builtin("queue_long")
    else:
        run.say_builtin("queue_wait", extra={"wait": WAITS[language](minutes), "minutes": minutes})


def told_minutes(wait_s: int | None) -> int | None:
    """Rounded up, for who is called sooner is glad: 0 is less than one, from ten on by fives; None: not known."""
    if wait_s is None:
        return None
    if wait_s < 60:
        return 0
    minutes = -(-wait_s // 60)
    return minutes if minutes <= 10 else -(-minutes // 5) * 5


def _place_ru(position: int) -> str:
    return spoken_ru.ordinal(position, gender="neuter")


def _wait_ru(minutes: int) -> str:
    """After "около": "минуты", "двух минут", "двадцати одной минуты"."""
    if minutes == 1:
        return "минуты"
    form = "минуты" if spoken_ru.plural_form(minutes) == 0 else "минут"
    return f"{spoken_ru.cardinal(minutes, case='genitive', gender='feminine')} {form}"


def _place_en(position: int) -> str:
    return spoken_en.number(position)


def _wait_en(minutes: int) -> str:
    return "a minute" if minutes == 1 else f"{spoken_en.number(minutes)} minutes"


PLACES: Mapping[Language, Callable[[int], str]] = {"ru": _place_ru, "en": _place_en}
WAITS: Mapping[Language, Callable[[int], str]] = {"ru": _wait_ru, "en": _wait_en}


def heard(run: Run, meaning: Meaning) -> bool:
    """What a waiting caller said to it; False where it is nothing of ours, or they want nobody any more."""
    place = run.session.queueing
    if place is None or not (place.callback or place.asking) or run.session.medium != "voice":
        return False
    if place.asking == "whether" and meaning.option != RING_BACK.id:
        return _whether(run, place, meaning)
    if place.asking in ("agree", "number"):
        return _asking(run, place, meaning)
    if meaning.option == RING_BACK.id:
        caller = run.session.caller
        if not (caller.startswith("+") and reaches(place.numbers, caller)):
            caller = ""
        _ask(run, replace(place, asking="agree" if caller else "number", number=caller, asked=0))
        return True
    if meaning.intent == "operator":
        tell(run, place)
        return True
    return False


def _whether(run: Run, place: Queueing, meaning: Meaning) -> bool:
    if meaning.option == "back" or meaning.intent in ("cancel", "menu", "back"):
        return False  # they want nobody any more
    if meaning.option == WAIT_ON.id or meaning.intent in ("operator", "wait"):
        _waits_on(run, place)
        return True
    return unanswered(run)


def _asking(run: Run, place: Queueing, meaning: Meaning) -> bool:
    reading = meaning.readings.get(NUMBER.name)
    if reading is not None and isinstance(reading.value, str) and not reaches(place.numbers, reading.value):
        run.say_builtin("callback_elsewhere")  # agreed to now, nobody would ring it later
        if place.asking == "number" and place.asked + 1 >= ASKED:
            _waits_on(run, place)
        else:
            asked = place.asked + 1 if place.asking == "number" else 0
            _ask(run, replace(place, asking="number", number="", asked=asked))
    elif reading is not None and isinstance(reading.value, str):
        _ask(run, replace(place, asking="agree", number=reading.value, asked=0))
    elif place.asking == "agree" and meaning.yes:
        _promised(run, place)
    elif place.asking == "agree" and meaning.yes is False:
        _ask(run, replace(place, asking="number", asked=0))
    elif meaning.option == "back" or meaning.intent in ("cancel", "back", "operator"):
        _waits_on(run, place)
    else:
        unanswered(run)
    return True


def unanswered(run: Run) -> bool:
    """Silence, or words that were no answer; whether something was asked."""
    place = run.session.queueing
    if place is None or not place.asking:
        return False
    if place.asked + 1 >= ASKED:
        if place.asking == "whether" and not place.agents:  # there is nobody to wait for
            run.change(queueing=replace(place, asking=""), silences=HOLDS)
            return False
        _waits_on(run, place)
    else:
        _ask(run, replace(place, asked=place.asked + 1))
    return True


def _ask(run: Run, place: Queueing) -> None:
    run.change(queueing=place, silences=0)
    if place.asking == "whether":
        if place.callback:
            run.say_builtin("queue_callback")
        run.say_builtin("queue_wait_on")
        run.say_builtin("queue_go_on")
    elif place.asking == "agree":
        choices = YES_NO[run.session.language]
        run.say_builtin("callback_agree", attempt=place.asked, choices=choices, extra={"number": place.number})
    else:
        run.say_builtin("callback_number", attempt=place.asked)


def _waits_on(run: Run, place: Queueing) -> None:
    run.change(queueing=replace(place, asking="", number="", asked=0))
    run.say_builtin("callback_not")


def _promised(run: Run, place: Queueing) -> None:
    run.actions.append(RingBack(number=place.number, language=run.session.language))
    run.say_builtin("callback_promised")
    finish(run, reason="callback")


def patience(session: Session) -> int:
    """How many words to keep waiting are said before the bot takes the caller back."""
    return HOLDS_IN_QUEUE if session.queueing is not None and session.queueing.agents else HOLDS


def left(run: Run) -> None:
    """Out of the queue."""
    run.actions.append(Withdraw())
    run.change(status="bot", queueing=None)
