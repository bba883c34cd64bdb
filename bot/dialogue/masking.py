"""What must not be kept: the values of sensitive slots, hidden from the journal and from everybody who reads it.

The conversation itself goes on with the real values: they stand in its session, and are taken out of it when it ends.
The journal gets its own form of each entry, in which they are MASK for the eye and a stand-in of the same shape for a
replay: a number of as many noughts. So a stored conversation replays step by step, but not over conditions on them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from bot.dialogue.actions import Action, Fetch, Say
from bot.dialogue.concealing import concealed
from bot.dialogue.events import Attached, Chosen, Event, Keys, Started, Utterance, WentOn
from bot.dialogue.keypad import REPAIR_KEYS
from bot.dialogue.meaning import REPAIRS, Meaning, Reading
from bot.dialogue.program import CollectStep, ConfirmStep
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Frame, Session, Unfinished
from bot.dialogue.slot import Slot
from bot.dialogue.values import MASK, Moment, PersonName, Value

DOT = "•"
SHORTEST = 4  # characters; a shorter secret is found in many a word by chance, and hidden where it stands alone
# Fields that name things and hold nothing of what was said.
_NAMES = frozenset(("_", "id", "request", "at", "conversation", "prompt", "scenario", "step", "name", "starter"))
_LONG_AGO = datetime(2000, 1, 1)


def kept(entry: Event | Action, session: Session | None, scenarios: ScenarioSet) -> Event | Action:
    """The journal's form of an entry. session: before the event, or after the action."""
    if isinstance(entry, Utterance) and not _tells(entry, session, scenarios):
        return _worded(entry, session, scenarios)
    if not scenarios.sensitive:
        return entry
    if isinstance(entry, Say):
        return replace(entry, speech=entry.text) if entry.secret else entry
    if isinstance(entry, Fetch) and entry.meanwhile is not None and entry.meanwhile.secret:
        return replace(entry, meanwhile=replace(entry.meanwhile, speech=entry.meanwhile.text))
    if isinstance(entry, Started):
        return _started(entry, scenarios)
    if isinstance(entry, Attached) and entry.kind == "edited":
        return replace(entry, text=MASK)  # of whichever message, answering whatever
    if isinstance(entry, WentOn):
        return replace(entry, unfinished=_left_open(entry.unfinished, scenarios))
    asked = _asked(session, scenarios)
    hidden = asked is not None and asked.sensitive
    if isinstance(entry, Utterance):
        return _utterance(entry, scenarios)
    deciding = session is not None and session.pending is not None  # a yes or no, or which of two
    if isinstance(entry, Keys) and hidden and not deciding and entry.digits not in REPAIR_KEYS:
        return replace(entry, digits="".join(key if key in "#*" else DOT for key in entry.digits))
    if isinstance(entry, Chosen) and hidden and asked and any(entry.option == option.id for option in asked.options):
        return replace(entry, option=MASK, title=MASK)
    return entry


def unread(event: Event, scenarios: ScenarioSet) -> Event:
    """What was said to a bot that broke before it was understood: nobody knows what is in it."""
    if not scenarios.sensitive:
        return event
    if isinstance(event, Utterance) or (isinstance(event, Attached) and event.kind == "edited"):
        return replace(event, text=MASK)
    return event


def resembles(journalled: Value, value: Value) -> bool:
    """Whether what the journal has may be that value: a sensitive one has only its shape there."""
    return journalled in (value, _shape(value))


def secrets(sessions: Iterable[Session | None], event: Event | None, scenarios: ScenarioSet) -> frozenset[str]:
    """The values as they may stand inside other texts: arguments, notes, answers of backends."""
    if not scenarios.sensitive:
        return frozenset()
    sessions = tuple(sessions)
    values = [
        value
        for session in sessions
        if session is not None
        for frame in session.stack
        for name, value in (*frame.values.items(), *frame.partial.items())
        if name in scenarios.sensitive
    ]
    values += [
        one.value
        for session in sessions
        if session is not None and session.pending is not None
        for name, one in session.pending.meaning.readings.items()
        if name in scenarios.sensitive
    ]
    if isinstance(event, Utterance):
        values += [one.value for name, one in event.meaning.readings.items() if name in scenarios.sensitive]
    if isinstance(event, Started):
        values += [value for name, value in event.given.items() if name in scenarios.sensitive]
    return frozenset(word for value in values for word in _written(value) if len(word) >= SHORTEST)


def scrubbed(encoded: Any, hidden: frozenset[str]) -> Any:
    """An encoded entry with every secret in it masked; it can be decoded as before."""
    if not hidden:
        return encoded
    if isinstance(encoded, str):
        for secret in hidden:
            if secret in encoded:
                encoded = encoded.replace(secret, MASK)
        return encoded
    if isinstance(encoded, int) and not isinstance(encoded, bool):
        return 0 if str(encoded) in hidden else encoded
    if isinstance(encoded, list):
        return [scrubbed(item, hidden) for item in encoded]
    if isinstance(encoded, dict):
        if "v" in encoded and "_" in encoded:  # a date, a decimal: whole or not at all
            return MASK if any(secret in str(encoded["v"]) for secret in hidden) else encoded
        return {key: item if key in _NAMES else scrubbed(item, hidden) for key, item in encoded.items()}
    return encoded


def erased(session: Session, scenarios: ScenarioSet) -> Session:
    """A session that has ended, without what it may not keep; who goes on elsewhere is asked for that again."""
    if not scenarios.sensitive or session.status != "ended":
        return session
    hidden = secrets((session,), None, scenarios)
    stack = tuple(_without(frame, scenarios, hidden) for frame in session.stack)
    return replace(session, stack=stack, last=(), offer=None, pending=None)


def _without(frame: Frame, scenarios: ScenarioSet, hidden: frozenset[str]) -> Frame:
    def stays(name: str, value: Value) -> bool:
        return name not in scenarios.sensitive and not any(
            secret in word for word in _written(value) for secret in hidden
        )

    return replace(
        frame,
        values={name: value for name, value in frame.values.items() if stays(name, value)},
        partial={name: value for name, value in frame.partial.items() if stays(name, value)},
    )


def telling_secret(session: Session, scenarios: ScenarioSet) -> bool:
    """Whether what the customer says next may be a secret."""
    if not scenarios.sensitive or session.status != "bot":
        return False
    asked = _asked(session, scenarios)
    return (asked is not None and asked.sensitive) or _to_be_corrected(session, scenarios)


def _asked(session: Session | None, scenarios: ScenarioSet) -> Slot | None:
    if session is None or not session.stack:
        return None
    frame = session.stack[-1]
    scenario = scenarios.scenarios.get(frame.scenario)
    step = scenario.steps.get(frame.step) if scenario else None
    return scenario.slots.get(frame.asked or "") if scenario and isinstance(step, CollectStep) else None


def _worded(said: Utterance, session: Session | None, scenarios: ScenarioSet) -> Utterance:
    """Words that answer no secret's question may repeat one all the same, to a person who is waited for."""
    shown = [one.value for one in said.meaning.readings.values() if isinstance(one.value, str)]
    text = concealed(said.text, secrets((session,), None, scenarios), shown)
    return said if text == said.text else replace(said, text=text)


def _tells(said: Utterance, session: Session | None, scenarios: ScenarioSet) -> bool:
    """Whether words may tell a secret: an answer to its question, understood or not; a correction of it; a wish that
    carries it along."""
    if not scenarios.sensitive:
        return False
    meaning = said.meaning
    asked = _asked(session, scenarios)
    hidden = asked is not None and asked.sensitive
    if any(name in scenarios.sensitive for name in meaning.readings):
        return True
    if not hidden and not _to_be_corrected(session, scenarios):
        return False
    clear = meaning.intent in REPAIRS or meaning.yes is not None or meaning.option is not None
    return not clear or any(char.isdigit() for char in said.text)


def _to_be_corrected(session: Session | None, scenarios: ScenarioSet) -> bool:
    if session is None or not session.stack:
        return False
    scenario = scenarios.scenarios.get(session.stack[-1].scenario)
    step = scenario.steps.get(session.stack[-1].step) if scenario else None
    return isinstance(step, ConfirmStep) and not scenarios.sensitive.isdisjoint(step.change)


def _utterance(said: Utterance, scenarios: ScenarioSet) -> Utterance:
    readings = {
        name: stand_in(reading) if name in scenarios.sensitive else reading
        for name, reading in said.meaning.readings.items()
    }
    meaning: Meaning = replace(said.meaning, readings=readings)
    return replace(said, text=MASK, meaning=meaning)


def _started(event: Started, scenarios: ScenarioSet) -> Started:
    given = {name: _shape(value) if name in scenarios.sensitive else value for name, value in event.given.items()}
    return replace(event, given=given, unfinished=_left_open(event.unfinished, scenarios))


def _left_open(unfinished: Unfinished | None, scenarios: ScenarioSet) -> Unfinished | None:
    if unfinished is None:
        return None
    stack = tuple(replace(frame, values=_shaped(frame.values, scenarios), partial={}) for frame in unfinished.stack)
    return replace(unfinished, stack=stack)


def _shaped(values: Mapping[str, Value], scenarios: ScenarioSet) -> dict[str, Value]:
    return {name: _shape(value) if name in scenarios.sensitive else value for name, value in values.items()}


def stand_in(reading: Reading) -> Reading:
    """For a replay: something of the same shape."""
    return Reading(value=_shape(reading.value), question=reading.question, wrong=reading.wrong)


def _shape(value: Value) -> Value:
    if value is None or isinstance(value, bool):
        return None if value is None else False
    if isinstance(value, str):
        digits = value.removeprefix("+")
        if digits.isascii() and digits.isdigit():
            return value[: len(value) - len(digits)] + "0" * len(digits)
        return MASK
    if isinstance(value, int | Decimal):
        return 0
    if isinstance(value, datetime):
        return _LONG_AGO
    if isinstance(value, date):
        return _LONG_AGO.date()
    if isinstance(value, time):
        return time()
    if isinstance(value, PersonName):
        return PersonName(given=MASK)
    return ()


def _written(value: Value) -> tuple[str, ...]:
    """How a value may stand in a text."""
    if isinstance(value, str):
        return (value, value.removeprefix("+"))
    if isinstance(value, PersonName):
        return tuple(part for part in (value.given, value.patronymic, value.family) if part)
    if isinstance(value, datetime | date):
        return (value.isoformat(),)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return (str(value),)
    if isinstance(value, Moment):
        return (value.day.isoformat(),) if value.day else ()
    if isinstance(value, tuple):
        return tuple(word for each in value for word in _written(each))
    return ()
