"""What a customer, and the world, can do now: drawn from what the dialogue expects, with the line that tells of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Literal

from bot.authoring.actions import ACTIONS
from bot.dialogue.actions import Fetch
from bot.dialogue.delegated import COMMAND, Bot
from bot.dialogue.engine import expects
from bot.dialogue.events import Chosen, Event, Fetched, Keys, Silence, Started, Utterance
from bot.dialogue.meaning import REPAIRS, Expectation, Language, Meaning, Reading, SlotSpec
from bot.dialogue.program import ConfirmStep, DoStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.showing import Register, show
from bot.dialogue.values import PersonName, Value

NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)  # a Wednesday, as in golden conversations
_TODAY = NOW.replace(tzinfo=None)
_TOMORROW = _TODAY + timedelta(days=1)
CALLER = "+79051234567"

# What a move is for the questions that are asked of the graph.
# good: an answer of somebody who wants to come through, and a world where all works. no: to what is to be confirmed.
# else: any other answer or outcome. wish: for another scenario. repair: help, repeat and the like. escape: leads out of
# anything. silence, miss: no answer.
Kind = Literal["good", "no", "else", "wish", "repair", "escape", "silence", "miss"]
ESCAPES = ("operator", "goodbye", "cancel", "menu", "back")
_WORDS: Mapping[Language, Mapping[str, str]] = {
    "ru": {
        "yes": "да", "no": "нет", "miss": "абракадабра", "cancel": "отмена", "repeat": "повторите",
        "slower": "помедленнее", "wait": "подождите", "back": "назад", "help": "помощь", "menu": "меню",
        "operator": "оператор", "greeting": "здравствуйте", "thanks": "спасибо", "goodbye": "до свидания",
        "language": "по-английски", "skip": "пропустить",
    },
    "en": {
        "yes": "yes", "no": "no", "miss": "abracadabra", "cancel": "cancel", "repeat": "repeat", "slower": "slower",
        "wait": "wait a minute", "back": "back", "help": "help", "menu": "menu", "operator": "operator",
        "greeting": "hello", "thanks": "thank you", "goodbye": "goodbye", "language": "in Russian", "skip": "skip",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """line: as a golden conversation tells it."""

    event: Event
    line: str
    kind: Kind


def beginning(scenarios: ScenarioSet, scenario: Scenario, language: Language) -> Move:
    """A call that begins with this scenario, with all that it may be given."""
    given: dict[str, Value] = {name: _of_name(name, scenarios) for name in scenario.given}
    if scenario.outbound:
        for slot in scenario.slots.values():
            spec = SlotSpec(name=slot.name, type=slot.type, options=slot.options, length=slot.length, past=slot.past)
            given[slot.name] = next(iter(valid(spec)), None)
    event = Started(
        id="start",
        at=NOW,
        medium="voice",
        channel="sip",
        language=language,
        caller=CALLER,
        scenario=scenario.name,
        given={name: value for name, value in given.items() if value is not None},
    )
    return Move(event=event, line="", kind="good")


def moves(session: Session, fetch: Fetch | None, scenarios: ScenarioSet, *, wishes: int) -> Iterator[Move]:
    """fetch: what a backend is asked and has not answered. wishes: how many other scenarios are wished for."""
    if fetch is not None:
        yield from _outcomes(session, fetch, scenarios)
        return
    expectation = expects(session, scenarios)
    yield from _answers(session, expectation, scenarios)
    words = _WORDS[session.language]
    yield _said(words["miss"], Meaning(), "miss")
    yield Move(event=Silence(id="m", at=NOW, seconds=6.0), line="> …", kind="silence")
    wished = 0
    for intent in expectation.intents:
        if intent.startswith("call_after_"):
            continue  # one hour of many is tried by none of them: all say a word and go on, as `may_call` does
        if intent in REPAIRS:
            yield _said(words.get(intent, intent), Meaning.only(intent), "escape" if intent in ESCAPES else "repair")
        elif wished < wishes:
            wished += 1
            examples = scenarios.phrases.get(intent, {}).get(session.language) or (intent,)
            yield _said(examples[0], Meaning.only(intent), "wish")


def _said(text: str, meaning: Meaning, kind: Kind) -> Move:
    return Move(event=Utterance(id="m", at=NOW, text=text, meaning=meaning), line=f"> {text}", kind=kind)


# --- answers ---


def _answers(session: Session, expectation: Expectation, scenarios: ScenarioSet) -> Iterator[Move]:
    frame = session.stack[-1]
    step = scenarios.scenarios[frame.scenario].steps.get(frame.step)
    confirming = isinstance(step, ConfirmStep) and session.pending is None and session.offer is None
    words = _WORDS[session.language]
    for option in expectation.choices:
        if option.id in ("yes", "no") and expectation.yesno:
            continue  # said below
        title = option.title.get(session.language) or next(iter(option.title.values()), option.id)
        changing = confirming and frame.awaiting != "change"
        yield Move(
            event=Chosen(id="m", at=NOW, option=option.id, title=title),
            line=f"> ({title})",
            kind="else" if changing else "good",
        )
    if expectation.yesno:
        yield _said(words["yes"], Meaning(yes=True), "good")
        yield _said(words["no"], Meaning(yes=False), "no" if confirming else "good")
    register = Register(session.language, False, _TODAY, scenarios.business, scenarios.rows)
    for name, spec in expectation.slots.items():
        asked = name == expectation.asked
        if not (asked or confirming):
            continue
        for value in valid(spec):
            if spec.type != "choice" or spec.many or confirming:
                text = show(register, value) or "…"
                yield _said(text, Meaning(readings={name: Reading(value=value)}), "good" if asked else "else")
        for value in invalid(spec) if asked else ():
            yield _said(show(register, value), Meaning(readings={name: Reading(value=value)}), "else")
    if expectation.digits:
        digits = "1911" if expectation.digits == 4 else "1" * expectation.digits
        yield Move(event=Keys(id="m", at=NOW, digits=digits), line=f"> [{digits}]", kind="else")


def valid(spec: SlotSpec) -> tuple[Value, ...]:
    """What such a slot should take; of moments several, for some may be outside of the business's hours."""
    if spec.type == "choice":
        ids = tuple(option.id for option in spec.options)
        if not spec.many:
            return ids
        return (*((each,) for each in ids[:2]), ids[:2], *(((),) if spec.none else ()))
    if spec.type == "datetime":
        usual = tuple(datetime.combine(_TOMORROW.date() + timedelta(days=days), time(hour)) for days, hour in _MOMENTS)
        hours = spec.open_hours
        if hours is None or any(map(hours.is_open, usual)):
            return usual
        opens = hours.next_open(datetime.combine(_TOMORROW.date(), time()))  # by night, or at weekends alone
        return usual if opens is None else (opens, *usual)
    if spec.type == "date":
        days = (-12_000, -3) if spec.past else (1, 5)
        return tuple(_TODAY.date() + timedelta(days=each) for each in days)
    if spec.type == "time":
        return time(15), time(11)
    if spec.type == "number" or (spec.type == "money" and spec.low is not None):
        return _numbers(spec)
    if spec.type == "code" and spec.length:
        return ("А123ВС77777777777777777"[: spec.length[0]],)
    if spec.type == "digits":
        least, most = spec.length or (4, 4)
        return tuple(dict.fromkeys(("1042".ljust(least, "7")[:most], "7" * least)))
    return _SAMPLES.get(spec.type, (5,) if spec.options == () else tuple(option.id for option in spec.options))


_MOMENTS = ((0, 15), (1, 11), (5, 12))  # days from tomorrow, and the hour
_SAMPLES: Mapping[str, tuple[Value, ...]] = {
    "phone": (CALLER,),
    "person": (PersonName(given="Иван", family="Петров"),),
    "yesno": (True, False),
    "money": (1500, 20),
    "code": ("А123ВС77",),
    "email": ("anna@example.com",),
    "address": ("улица Садовая, дом 5, квартира 25",),
    "text": ("абв",),
}


def _numbers(spec: SlotSpec) -> tuple[Value, ...]:
    low = int(spec.low if spec.low is not None else 1)
    high = int(spec.high) if spec.high is not None else low + 2
    return tuple(dict.fromkeys(((low + high) // 2, low, high)))


def invalid(spec: SlotSpec) -> tuple[Value, ...]:
    """What it should refuse."""
    if spec.type == "datetime":
        return (_TODAY - timedelta(days=2), datetime.combine(_TOMORROW.date(), time(3)))
    if spec.type == "date":
        return (_TODAY.date() + timedelta(days=40_000 if spec.past else -2),)
    if spec.type in ("number", "money"):
        return tuple(value for value in (_beyond(spec.high, 1), _beyond(spec.low, -1)) if value is not None)
    if spec.type in ("digits", "code") and spec.length:
        return ("1" * (spec.length[1] + 1),)
    return ()


def _beyond(bound: int | Decimal | None, by: int) -> int | None:
    return None if bound is None else int(bound) + by


# --- the world ---


def _outcomes(session: Session, fetch: Fetch, scenarios: ScenarioSet) -> Iterator[Move]:
    frame = session.stack[-1]
    step = scenarios.scenarios[frame.scenario].steps.get(frame.step)
    branches = step.branches if isinstance(step, DoStep) else {}
    for outcome, data in answers(fetch, scenarios, tuple(branches)):
        yield Move(
            event=Fetched(id=fetch.id, at=NOW, request=fetch.id, outcome=outcome, data=data),
            line=f"## {fetch.name}: {outcome}",
            kind="good" if outcome == "ok" else "else",
        )


def answers(
    fetch: Fetch, scenarios: ScenarioSet, branches: tuple[str, ...] = ()
) -> tuple[tuple[str, Mapping[str, Value]], ...]:
    """Every outcome with data of its kind; of another program first what its samples hold."""
    external = scenarios.outside(fetch.name)
    if isinstance(external, Bot):
        return _bot(external, fetch, scenarios)
    sampled = [(each.outcome, each.data) for each in external.samples if each.data] if external else []
    gives: dict[str, tuple[str, ...]] = {"ok": external.gives if external else (), "error": ()}
    if external:
        gives |= dict.fromkeys(external.outcomes, ())
    elif fetch.name in ACTIONS:
        gives |= ACTIONS[fetch.name].outcomes
    gives |= {name: () for name in branches if name not in gives}
    known = {outcome for outcome, _ in sampled}
    made = [
        (outcome, {name: _of_name(name, scenarios) for name in names})
        for outcome, names in gives.items()
        if outcome not in known
    ]
    return (*sampled, *made)


def _bot(bot: Bot, fetch: Fetch, scenarios: ScenarioSet) -> tuple[tuple[str, Mapping[str, Value]], ...]:
    """It greets, and at the next word gives the dialogue back; or it can't be reached."""
    says: Mapping[str, Value] = {"said": ({"text": "…", "buttons": ()},), "back": "", "values": {}}
    values = {name: _of_name(name, scenarios) for name in bot.gives}
    begun = str(fetch.args.get("message")).startswith(COMMAND)
    return ("ok", says if begun else {**says, "back": "back", "values": values}), ("error", {})


def _of_name(name: str, scenarios: ScenarioSet) -> Value:
    """Data that the built-in actions, and whoever starts a scenario, would give under this name."""
    if name == "service":
        return next(iter(scenarios.rows), None)
    return _DATA.get(name, "42")


_DATA: Mapping[str, Value] = {
    "free": (datetime.combine(_TOMORROW.date(), time(12)), datetime.combine(_TOMORROW.date(), time(16))),
    "when": datetime.combine(_TOMORROW.date(), time(15)),
    "day": _TOMORROW.date(),
    "created": _TODAY - timedelta(days=1),
    "count": 1,
    "total": 2500,
    "sum": 2500,
    "amount": 2500,
    "name": PersonName(given="Иван", family="Петров"),
    "phone": CALLER,
    "date": date(2026, 11, 19),
}
