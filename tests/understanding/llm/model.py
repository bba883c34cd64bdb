"""What a language model would write, and the moments of a small clinic in which it is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Chosen, Event, Fetched, Started, Utterance
from bot.dialogue.meaning import Expectation, Meaning, Reading
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.slot import Slot
from bot.dialogue.values import PersonName, Value
from tests.turn.clinic import clinic

NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday
AT = NOW.replace(tzinfo=UTC)
CLINIC = clinic()
TOMORROW = datetime(2026, 11, 19, 15, 0)
KNOWN: dict[str, Value] = {
    "service": "terapevt",
    "when": TOMORROW,
    "name": PersonName(given="Иван", family="Петров"),
    "phone": "+79051234567",
}


def written(*commands: tuple[str, ...], **more: Any) -> str:
    """What the model writes: ("start", "booking"), ("set", "when", "завтра в три")."""
    told = [dict(zip(("do", "what", "words"), (*each, "", "")[:3], strict=True)) for each in commands]
    return json.dumps({"commands": told, **more}, ensure_ascii=False)


def completion(text: object, **more: Any) -> dict[str, Any]:
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        **more,
    }


def session(*events: Event, scenarios: ScenarioSet = CLINIC) -> Session:
    now = opening("c1", scenarios)
    for event in (Started(id="s", at=AT), *events):
        now, _ = advance(now, event, scenarios)
    return now


def told(scenarios: ScenarioSet = CLINIC, **values: Value) -> Session:
    """The booking under way, with these slots told."""
    readings = {name: Reading(value=value) for name, value in values.items()}
    wish = Utterance(id="w", at=AT, text="w", meaning=replace(Meaning.only("booking"), readings=readings))
    return session(wish, scenarios=scenarios)


def at_menu() -> Expectation:
    return expects(session(), CLINIC)


def asked_when() -> Expectation:
    return expects(told(service="terapevt"), CLINIC)


def asked_name() -> Expectation:
    return expects(told(service="terapevt", when=TOMORROW), CLINIC)


def asked_phone() -> Expectation:
    return expects(told(**{name: value for name, value in KNOWN.items() if name != "phone"}), CLINIC)


def confirming(scenarios: ScenarioSet = CLINIC) -> Session:
    before = told(scenarios, **KNOWN)
    held, _ = advance(before, Fetched(id="f", at=AT, request=str(before.stack[-1].awaiting), outcome="ok"), scenarios)
    return held


def with_secret(name: str) -> ScenarioSet:
    """The clinic, with one of the booking's slots sensitive."""
    booking = CLINIC.scenarios["booking"]
    secret: Slot = replace(booking.slots[name], sensitive=True)
    changed: Scenario = replace(booking, slots={**booking.slots, name: secret})
    return replace(CLINIC, scenarios={**CLINIC.scenarios, "booking": changed})


__all__ = [
    "Chosen",
    "asked_name",
    "asked_phone",
    "asked_when",
    "at_menu",
    "completion",
    "confirming",
    "told",
    "written",
]
