"""A scenario set and what serves it; words to meaning, by what the session expects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol

from bot.customers.habits import Habits
from bot.customers.links import Ways
from bot.dialogue.engine import expects
from bot.dialogue.events import Utterance
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.wishes import LEAVES
from bot.ports import Advised, Backend, Nlu, Question
from bot.versions import Unasked

MAX_ADVICE = 3  # questions to other programs about the words of one turn, should what is expected change meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A scenario set and what serves it. backends: by the prefix scenarios call them with ("calendar")."""

    scenarios: ScenarioSet
    nlu: Nlu
    backends: Mapping[str, Backend] = field(default_factory=dict)


class Serving(Protocol):
    """What a transaction needs of the turn around it."""

    habits: Habits
    delivered: frozenset[str]

    @property
    def outside(self) -> bool:
        """Whether other programs are asked; else the samples answer."""

    @property
    def ways(self) -> Ways | None:
        """To other channels; None where conversations stay where they are."""

    def served(self, name: str, version: str = "") -> Served: ...


def stands(session: Session, scenarios: ScenarioSet) -> bool:
    """Whether every step it stands at is still there; after an edit that took one away, the bot begins anew."""
    return (
        session.version == scenarios.version
        or session.status != "bot"
        or all(
            frame.scenario in scenarios.scenarios and frame.step in scenarios.scenarios[frame.scenario].steps
            for frame in session.stack
        )
    )


def understood(
    event: Utterance, session: Session, served: Served, advice: Sequence[tuple[Question, object]] = ()
) -> Utterance:
    """The event with its meaning. What is said to a person isn't for the bot to understand.

    Raises Unasked where another program has to be asked of it first.
    """
    if session.status in ("agent", "ended"):
        return event
    nlu = served.nlu
    expectation = expects(session, served.scenarios)
    language, now = session.language, event.at.replace(tzinfo=None)
    if not isinstance(nlu, Advised):
        meaning = nlu.understand(event.text, expectation, language=language, now=now)
        return replace(event, meaning=meaning)
    found = nlu.consider(event.text, expectation, language=language, now=now)
    if isinstance(found, Question):
        found = replace(found, medium=session.medium)
        told = [answer for question, answer in advice if question == found]
        if not told and len(advice) > MAX_ADVICE:
            meaning = nlu.understand(event.text, expectation, language=language, now=now)
            return replace(event, meaning=meaning)
        if not told:
            raise Unasked(nlu, found, partial(leaving, nlu, expectation, language, now))
        found = nlu.advised(event.text, expectation, told[0], language=language, now=now)
    return replace(event, meaning=found)


def leaving(nlu: Nlu, expectation: Expectation, language: Language, now: datetime, text: str) -> bool:
    """Whether that is the wish of somebody who won't wait for another program, as we alone understand it."""
    return nlu.understand(text, expectation, language=language, now=now).intent in LEAVES
