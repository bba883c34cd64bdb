"""What the bot will probably say next, while the customer has not answered yet. PURE: the core, asked what if."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from bot.dialogue.actions import Fetch, Say
from bot.dialogue.engine import advance
from bot.dialogue.events import Chosen, Event, Silence, Utterance
from bot.dialogue.meaning import Expectation, Meaning, Reading
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session

OPTIONS = 8  # of a menu or a list that are tried; each costs some 50 µs of the core


def likely(
    session: Session, expectation: Expectation, scenarios: ScenarioSet, now: datetime
) -> tuple[tuple[str, str, float], ...]:
    """(language, text for the ear, pace) of what would be said to a yes, a no, each choice, silence and what nobody
    understands, once each, the likeliest first. It ends at a Fetch, for nobody knows its answer; secrets are left out.
    """
    if session.status != "bot":
        return ()
    found: dict[tuple[str, str, float], None] = {}
    for event in _answers(expectation, now):
        _, actions = advance(session, event, scenarios)
        for action in actions:
            if isinstance(action, Fetch):
                break
            if isinstance(action, Say) and action.speech and not action.secret:
                found[action.language, action.speech, action.pace] = None
    return tuple(found)


def _answers(expectation: Expectation, now: datetime) -> Iterator[Event]:
    def heard(meaning: Meaning) -> Event:
        return Utterance(id="foreseen", at=now, text="…", meaning=meaning)

    asked = expectation.slots.get(expectation.asked or "")
    if expectation.yesno:
        yield heard(Meaning(yes=True))
    for option in expectation.choices[:OPTIONS]:
        yield Chosen(id="foreseen", at=now, option=option.id)
    if asked is not None and not expectation.choices:
        for option in asked.options[:OPTIONS]:
            yield heard(Meaning(readings={asked.name: Reading(value=option.id)}))
    if expectation.yesno:
        yield heard(Meaning(yes=False))
    yield heard(Meaning())
    yield Silence(id="foreseen", at=now, seconds=6.0)
