"""Run golden conversations: the real loader, the real understanding, the pure engine, a virtual clock, no network.

run(folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {"calendar": Calendar(business)}))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine

from bot.authoring.comparing import Result, compared
from bot.authoring.load import load
from bot.authoring.problems import Problem, ScenarioErrors, listed
from bot.authoring.talk import Exchange, Talk, read
from bot.dialogue import giving
from bot.dialogue.actions import Action, Choice, ChoseItem, End, Fault, Fetch, Handoff, Learn, Say
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Chosen, Event, Fetched, Keys, Medium, Silence, Started, Utterance
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Business, ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.values import PersonName, Value
from bot.ports import Asker, Backend, Nlu
from bot.stores.schema import metadata

__all__ = ["Bench", "Benches", "Result", "in_memory", "run", "try_out"]

TURN = timedelta(seconds=20)  # that pass between two of the customer's lines
MAX_FETCHES = 50  # in one turn
_BUTTON = re.compile(r"\((.+)\)")
_KEYS = re.compile(r"\[([0-9*#]+)\]")
_SILENCE = ("…", "...")

# What an action that came to "ok" is called in a golden conversation.
EFFECTS: Mapping[str, str] = {
    "calendar.book": "booked",
    "calendar.cancel": "cancelled",
    "calendar.confirm": "confirmed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What a conversation is tried on. backends: by prefix. tx: what they take as the turn's transaction."""

    backends: Mapping[str, Backend]
    tx: Any = None


Benches = Callable[[ScenarioSet], AbstractContextManager[Bench]]


def in_memory(backends: Callable[[Business], Mapping[str, Backend]]) -> Benches:
    """A fresh database in memory for each conversation, with the same tables as the real one."""

    @contextmanager
    def bench(scenarios: ScenarioSet) -> Iterator[Bench]:
        engine = create_engine("sqlite://")
        try:
            with engine.begin() as tx:
                metadata.create_all(tx)
                yield Bench(backends=backends(scenarios.business), tx=tx)
        finally:
            engine.dispose()

    return bench


def run(folder: Path | str, *, nlu: Callable[[ScenarioSet], Nlu], bench: Benches, locale: str = "en") -> list[Result]:
    """Every conversation in FOLDER/tests against the set in FOLDER. Raises ScenarioErrors where a file is wrong."""
    scenarios = load(folder, locale=locale)
    understanding = nlu(scenarios)
    folder = Path(folder)
    files = sorted((folder / "tests").glob("*.txt")) if (folder / "tests").is_dir() else []
    problems: list[Problem] = []
    talks: list[Talk] = []
    for path in files:
        try:
            talks.extend(read(path, f"tests/{path.name}"))
        except ScenarioErrors as error:
            problems.extend(error.problems)
    for talk in talks:
        try:
            given_to(talk, scenarios)
        except ScenarioErrors as error:
            problems.extend(error.problems)
    if not files:
        problems.append(Problem(file="tests", line=1, code="no_talks"))
    if problems:
        raise ScenarioErrors(problems, locale)
    return [try_out(talk, scenarios, understanding, bench) for talk in talks]


def try_out(talk: Talk, scenarios: ScenarioSet, nlu: Nlu, bench: Benches) -> Result:
    with bench(scenarios) as stand:
        _occupy(talk, stand)
        actual = _Player(talk, scenarios, nlu, stand).play()
    return compared(talk, actual)


def given_to(talk: Talk, scenarios: ScenarioSet) -> dict[str, Value]:
    """What the header says the scenario begins with. Raises ScenarioErrors."""
    scenario = scenarios.scenarios.get(talk.scenario or scenarios.start)
    if not talk.given or scenario is None:
        return {}
    try:
        return giving.read(giving.parts(talk.given, scenario), scenario)
    except giving.NotGiven as error:
        code = "talk_given_like" if error.like else "talk_given"
        params = {"name": error.name, "known": listed(error.known) or "—", "like": error.like}
        raise ScenarioErrors([Problem(file=talk.file, line=talk.line, code=code, params=params)]) from None


def _occupy(talk: Talk, stand: Bench) -> None:
    """Somebody else has the places that the header calls taken."""
    for number, (service, when) in enumerate(talk.taken):
        request = Fetch(id=f"taken:{number}", name="calendar.book", args={"service": service, "when": when})
        asker = Asker(conversation=f"taken:{number}", customer=1_000 + number)
        stand.backends["calendar"].call(request, asker, now=talk.now, tx=stand.tx)


@dataclass(slots=True)
class _Player:
    """Plays the customer's lines one by one. said: of the current exchange. offered: the buttons on show."""

    talk: Talk
    scenarios: ScenarioSet
    nlu: Nlu
    stand: Bench
    session: Session = field(init=False)
    now: datetime = field(init=False)
    said: Exchange = field(init=False)
    offered: dict[str, Choice] = field(default_factory=dict)
    bookings: dict[Value, Mapping[str, Value]] = field(default_factory=dict)

    def play(self) -> list[Exchange]:
        self.session = opening("golden", self.scenarios)
        self.now = self.talk.now
        self.said = Exchange(line=self.talk.line)
        actual = [self.said]
        exchanges = self.talk.exchanges
        first = bool(exchanges) and bool(exchanges[0].customer)
        self.take(self.started(spoke_first=first))
        if first:  # the greeting belongs to the first answer
            greeting, actual = self.said, []
        for exchange in exchanges:
            if not exchange.customer:
                continue
            self.said = Exchange(line=exchange.line, customer=exchange.customer)
            if first and not actual:
                self.said.bot, self.said.effects = greeting.bot, greeting.effects
            actual.append(self.said)
            self.now += TURN
            event = self.event(exchange.customer)
            if event is None:
                self.said.bot.append(f"! there is no button {exchange.customer}; there are {listed(self.offered)}")
            else:
                self.take(event)
        return actual

    def started(self, *, spoke_first: bool) -> Started:
        talk = self.talk
        customer: dict[str, Value] = {}
        if talk.customer:
            given, _, family = talk.customer.partition(" ")
            customer["name"] = PersonName(given=given, family=family)
        if talk.phone or talk.caller:
            customer["phone"] = talk.phone or talk.caller
        medium: Medium = "voice" if talk.channel == "voice" else "text"
        return Started(
            id="0",
            at=self.at,
            medium=medium,
            channel="phone" if medium == "voice" else "web",
            language=_language(talk.language),
            customer=customer,
            caller=talk.caller,
            spoke_first=spoke_first,
            scenario=talk.scenario or None,
            given=given_to(talk, self.scenarios),
        )

    @property
    def at(self) -> datetime:
        return self.now.replace(tzinfo=UTC)

    def event(self, line: str) -> Event | None:
        """None where the line presses a button that isn't there."""
        ident = str(self.said.line)
        if line in _SILENCE:
            return Silence(id=ident, at=self.at, seconds=7.0)
        if keys := _KEYS.fullmatch(line):
            return Keys(id=ident, at=self.at, digits=keys[1])
        if button := _BUTTON.fullmatch(line):
            choice = self.offered.get(button[1])
            return Chosen(id=ident, at=self.at, option=choice.id, title=choice.title) if choice else None
        meaning = self.nlu.understand(
            line, expects(self.session, self.scenarios), language=self.session.language, now=self.now
        )
        return Utterance(id=ident, at=self.at, text=line, meaning=meaning)

    def take(self, event: Event) -> None:
        """The turn: advance, ask the backends, advance."""
        waiting: list[Event] = [event]
        for _ in range(MAX_FETCHES):
            if not waiting:
                return
            language = self.session.language
            self.session, actions = advance(self.session, waiting.pop(0), self.scenarios)
            if self.session.language != language and not isinstance(event, Started):
                self.said.effects.append(f"language: {self.session.language}")
            for action in actions:
                if isinstance(action, Fetch):
                    waiting.append(self.fetch(action))
                else:
                    self.note(action)
        self.said.bot.append(f"! more than {MAX_FETCHES} backend calls in one turn")

    def fetch(self, request: Fetch) -> Event:
        backend = self.stand.backends.get(request.name.partition(".")[0])
        outcome, data = "error", {}
        if backend is not None:
            # As in a turn: the line proves the number it shows.
            asker = Asker(conversation="golden", customer=1, phone=self.talk.caller)
            outcome, found = backend.call(request, asker, now=self.now, tx=self.stand.tx)
            data = dict(found)
        if outcome == "ok" and request.name in EFFECTS:
            args = dict(request.args)
            booking = data.get("booking", args.pop("booking", None))
            about = self.bookings.setdefault(booking, args)
            told = ", ".join(f"{name} {_shown(value)}" for name, value in about.items() if value is not None)
            self.said.effects.append(f"{EFFECTS[request.name]}: {told}".rstrip(": "))
        if data.get("booking") is not None and "service" in data:
            self.bookings.setdefault(data["booking"], {"service": data["service"], "when": data["when"]})
        return Fetched(id=f"{request.id}/answer", at=self.at, request=request.id, outcome=outcome, data=data)

    def note(self, action: Action) -> None:
        said = self.said
        if isinstance(action, Say):
            said.bot.append(action.speech if self.talk.channel == "voice" else action.text)
            if action.choices:
                self.offered = {choice.title: choice for choice in action.choices}
        elif isinstance(action, Handoff):
            said.effects.append(f"handoff: {action.reason}")
        elif isinstance(action, Learn):
            said.effects.append(f"learned: {action.fact} {_shown(action.value)}")
        elif isinstance(action, ChoseItem):
            said.effects.append(f"chosen: {action.item}")
        elif isinstance(action, End):
            said.effects.append(f"ended: {action.reason}")
        elif isinstance(action, Fault):
            said.bot.append(f"! {action.where}: {action.what}")


def _shown(value: Value) -> str:
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _language(name: str) -> Language:
    return "en" if name == "en" else "ru"
