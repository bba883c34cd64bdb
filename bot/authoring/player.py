"""Plays a conversation on the real understanding, the pure core and a virtual clock: what golden conversations run on.

play(talk, …)     a whole one, an exchange for each of its lines
Player            one that is fed line by line; `said` is what the last line brought
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.authoring.actions import ACTIONS
from bot.authoring.http import signatures
from bot.authoring.problems import Problem, ScenarioErrors, listed, near
from bot.authoring.talk import Exchange, Happening, Talk
from bot.dialogue import giving
from bot.dialogue.actions import (
    Action,
    CheckCode,
    Choice,
    ChoseItem,
    End,
    Fault,
    Fetch,
    Handoff,
    Invite,
    Learn,
    Rated,
    Say,
    SendCode,
    Speaks,
    TakeOver,
    Withdraw,
)
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Answered,
    Chosen,
    CodeChecked,
    CodeSent,
    Event,
    Fetched,
    Identified,
    Invited,
    Keys,
    Left,
    Medium,
    Silence,
    Started,
    TransferFailed,
    Utterance,
)
from bot.dialogue.meaning import Language
from bot.dialogue.program import ChooseStep
from bot.dialogue.samples import sampled
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session, Unfinished
from bot.dialogue.values import PersonName, Value
from bot.ports import Asker, Backend, Nlu

CUSTOMER = 1  # who talks; others are numbered from a thousand
TURN = timedelta(seconds=20)  # that pass between two of the customer's lines
LATER = timedelta(minutes=5)  # between a conversation and the one that continues it, where no header says
CODE = "123456"  # that comes by SMS in a golden conversation
MAX_FETCHES = 50  # in one turn
TROUBLE = "! "  # begins what stands in place of the bot's words where a line could not be played
_BUTTON = re.compile(r"\((.+)\)")
_KEYS = re.compile(r"\[([0-9*#]+)\]")
_SILENCE = ("…", "...")
_CHANNELS: Mapping[str, str] = {"voice": "phone", "text": "web"}

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


def play(talk: Talk, scenarios: ScenarioSet, nlu: Nlu, stand: Bench, *, before: Sequence[Talk] = ()) -> list[Exchange]:
    """before: the conversations it continues, the oldest first; they are played first, on the same bench."""
    earlier: Player | None = None
    for number, each in enumerate(before):
        earlier = Player(each, scenarios, nlu, stand, earlier=earlier, conversation=f"golden-{number}")
        earlier.play()
    return Player(talk, scenarios, nlu, stand, earlier=earlier).play()


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


def stubbed(talk: Talk, scenarios: ScenarioSet) -> dict[str, tuple[str, dict[str, Value]]]:
    """`stub: orders.status = none; forms.find = ok number 1001`: what these actions answer in this conversation.

    Raises ScenarioErrors.
    """
    out: dict[str, tuple[str, dict[str, Value]]] = {}
    known = {**ACTIONS, **signatures(scenarios.actions)}
    for part in filter(None, (each.strip() for each in talk.stub.split(";"))):
        name, _, answer = (each.strip() for each in part.partition("="))
        outcome, _, rest = answer.partition(" ")
        signature = known.get(name)
        if signature is None or outcome not in (*signature.outcomes, "error"):
            params = {"value": part[:60]}
            if signature is None:
                params["near"] = near(name, known)
            raise ScenarioErrors([Problem(file=talk.file, line=talk.line, code="talk_stub", params=params)])
        data: dict[str, Value] = {}
        for each in filter(None, (one.strip() for one in rest.split(","))):
            key, _, text = each.partition(" ")
            data[key] = giving.plain(text.strip())
        out[name] = outcome, data
    return out


def ranked(scenarios: ScenarioSet, items: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Every menu that has one of these items, in that order; a pinned item keeps its place, as with real habits."""
    orders: dict[str, tuple[str, ...]] = {}
    for scenario in scenarios.scenarios.values():
        for step in scenario.steps.values():
            if not isinstance(step, ChooseStep) or not step.learns:
                continue
            movable = [item.id for item in step.items if not item.pinned]
            wanted = [name for name in items if name in movable]
            if wanted:
                left = iter([*wanted, *(name for name in movable if name not in wanted)])
                orders[step.menu] = tuple(item.id if item.pinned else next(left) for item in step.items)
    return orders


@dataclass(slots=True)
class Player:
    """said: the exchange of the last line. offered: the buttons on show since `shown`, by title.

    earlier: whom this one continues.
    """

    talk: Talk
    scenarios: ScenarioSet
    nlu: Nlu
    stand: Bench
    earlier: Player | None = None
    conversation: str = "golden"
    session: Session = field(init=False)
    now: datetime = field(init=False)
    said: Exchange = field(init=False)
    offered: dict[str, Choice] = field(default_factory=dict)
    shown: Exchange | None = None
    bookings: dict[Value, Mapping[str, Value]] = field(default_factory=dict)

    def play(self) -> list[Exchange]:
        exchanges = self.talk.exchanges
        first = bool(exchanges) and bool(exchanges[0].begins)
        actual = [self.begin(spoke_first=first and bool(exchanges[0].customer))]
        greeting = actual.pop() if first else None
        for exchange in exchanges:
            if not exchange.begins:
                continue
            said = self.take_line(exchange)
            if greeting is not None:  # it belongs to the first answer
                said.bot[:0], said.effects[:0], greeting = greeting.bot, greeting.effects, None
            actual.append(said)
        return actual

    def begin(self, *, spoke_first: bool = False) -> Exchange:
        """The bot's first words."""
        self.session = opening(self.conversation, self.scenarios)
        self.now = self.talk.now
        if self.earlier is not None and not self.talk.dated:
            self.now = self.earlier.now + LATER
        self.said = Exchange(line=self.talk.line)
        self.take(self.started(spoke_first=spoke_first))
        return self.said

    def take_line(self, exchange: Exchange) -> Exchange:
        """One line of the customer or of an agent; what it brought."""
        self.said = Exchange(line=exchange.line, customer=exchange.customer, other=exchange.other)
        self.now += TURN
        event = self.happening(exchange.other) if exchange.other else self.event(exchange.customer)
        if event is not None:
            self.take(event)
        return self.said

    def started(self, *, spoke_first: bool) -> Started:
        talk = self.talk
        customer: dict[str, Value] = dict(self.earlier.session.customer) if self.earlier else {}
        if talk.customer:
            given, _, family = talk.customer.partition(" ")
            customer["name"] = PersonName(given=given, family=family)
        if talk.phone or talk.caller:
            customer["phone"] = talk.phone or talk.caller
        medium: Medium = "voice" if talk.channel == "voice" or talk.answered else "text"
        return Started(
            id="0",
            at=self.at,
            medium=medium,
            channel=_CHANNELS[medium],
            language=_language(talk.language),
            customer=customer,
            caller=talk.caller,
            unfinished=self.unfinished(),
            doubtful=talk.doubtful,
            orders=ranked(self.scenarios, talk.rank),
            spoke_first=spoke_first,
            scenario=talk.scenario or None,
            given=given_to(talk, self.scenarios),
            answered=talk.answered,
            message=talk.answered == "machine",
        )

    def unfinished(self) -> Unfinished | None:
        """What the earlier conversation left open, as the customer's profile would find it."""
        before = self.earlier
        if before is None or before.session.status not in ("bot", "ended"):
            return None
        stack = before.session.stack
        if len(stack) < 2 or not any(value is not None for frame in stack[1:] for value in frame.values.values()):
            return None
        return Unfinished(conversation=before.conversation, channel=before.session.channel, stack=stack)

    @property
    def at(self) -> datetime:
        return self.now.replace(tzinfo=UTC)

    @property
    def ident(self) -> str:
        return f"{self.conversation}:{self.said.line}"

    def event(self, line: str) -> Event | None:
        """None where the line presses a button that isn't there."""
        ident = self.ident
        if line in _SILENCE:
            return Silence(id=ident, at=self.at, seconds=7.0)
        if keys := _KEYS.fullmatch(line):
            return Keys(id=ident, at=self.at, digits=keys[1])
        if button := _BUTTON.fullmatch(line):
            choice = self.offered.get(button[1])
            if choice is None:
                self.trouble(f"there is no button {line}; there are {listed(self.offered)}")
                return None
            return Chosen(id=ident, at=self.at, option=choice.id, title=choice.title)
        said = Utterance(id=ident, at=self.at, text=line)
        if self.session.status in ("agent", "ended"):  # not for the bot to understand
            return said
        meaning = self.nlu.understand(
            line, expects(self.session, self.scenarios), language=self.session.language, now=self.now
        )
        return Utterance(id=ident, at=self.at, text=line, meaning=meaning)

    def happening(self, other: Happening) -> Event | None:
        """None where it can't happen now: nobody writes into a conversation that they haven't taken."""
        ident, at, status = self.ident, self.at, self.session.status
        if other.kind == "hung up":
            return Left(id=ident, at=at)
        if other.kind == "machine":
            return Answered(id=ident, at=at, message=True)
        if other.kind == "not transferred":
            return TransferFailed(id=ident, at=at, status=480)
        if other.kind == "joined":
            if status in ("bot", "waiting"):
                return AgentJoined(id=ident, at=at, agent=other.login, name=other.agent)
            self.trouble("it is over" if status == "ended" else "somebody has it already")
            return None
        if status != "agent" or self.session.agent != other.login:
            self.trouble(f"{other.agent} has not taken the conversation: '! {other.agent} joins' comes first")
            return None
        if other.kind == "said":
            return AgentSaid(id=ident, at=at, agent=other.login, text=other.text)
        return AgentLeft(id=ident, at=at, agent=other.login, closed=other.kind == "closed")

    def trouble(self, what: str) -> None:
        self.said.bot.append(TROUBLE + what)

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
                elif isinstance(action, Invite):
                    self.said.effects.append(f"invited: {action.to}")
                    link = f"https://{action.to}.example/link"
                    waiting.append(Invited(id=f"{self.ident}/invited", at=self.at, to=action.to, link=link, sent=True))
                elif isinstance(action, SendCode | CheckCode | Speaks):
                    waiting += self.proven(action)
                else:
                    self.note(action)
        self.trouble(f"more than {MAX_FETCHES} backend calls in one turn")

    def proven(self, action: SendCode | CheckCode | Speaks) -> list[Event]:
        """Who they are: the code that comes is CODE."""
        known = Identified(id=f"{self.ident}/known", at=self.at, customer=self.session.customer)
        if isinstance(action, SendCode):
            self.said.effects.append("code: sent")
            number = action.number or self.talk.caller or str(self.session.customer.get("phone") or "")
            sent = CodeSent(id=f"{self.ident}/sent", at=self.at, number=number, known=not action.number)
            return [sent if number else replace(sent, why="no_number")]
        if isinstance(action, Speaks):
            return [known]
        right = action.code == CODE
        checked = CodeChecked(id=f"{self.ident}/checked", at=self.at, right=right, left=int(not right), own=right)
        return [checked, known] if right else [checked]

    def fetch(self, request: Fetch) -> Event:
        backend = self.stand.backends.get(request.name.partition(".")[0])
        outcome: str = "error"
        data: dict[str, Value] = {}
        declared = self.scenarios.outside(request.name)
        stubs = stubbed(self.talk, self.scenarios)
        if request.name in stubs:
            outcome, data = stubs[request.name]
        elif declared is not None:
            outcome, found = sampled(declared, request.args, self.scenarios, self.now)
            data = dict(found)
        elif backend is not None:
            # As in a turn: the line proves the number it shows.
            asker = Asker(conversation=self.conversation, customer=CUSTOMER, phone=self.talk.caller)
            outcome, found = backend.call(request, asker, now=self.now, tx=self.stand.tx)
            data = dict(found)
        if outcome == "ok" and request.name == "forms.save":
            fields = [f"{name} {_shown(value)}" for name, value in request.args.items() if value is not None]
            self.said.effects.append(", ".join(["saved: " + fields[0].partition(" ")[2], *fields[1:]]))
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
                # an answer by the way and the question after it may both have some
                earlier = self.offered if self.shown is self.said else {}
                self.offered = earlier | {choice.title: choice for choice in action.choices}
                self.shown = self.said
        elif isinstance(action, Handoff):
            said.effects.append(f"handoff: {action.reason}")
        elif isinstance(action, Withdraw):
            said.effects.append("withdrawn")
        elif isinstance(action, TakeOver):
            said.effects.append(f"continued: {self.earlier.session.channel if self.earlier else ''}".rstrip(": "))
        elif isinstance(action, Rated):
            about = [f"comment {action.comment}"] if action.comment else []
            about += [f"about {action.about}"] if action.about else []
            said.effects.append(", ".join([f"rated: {action.survey} {action.score}", *about]))
        elif isinstance(action, Learn):
            said.effects.append(f"learned: {action.fact} {_shown(action.value)}")
        elif isinstance(action, ChoseItem):
            said.effects.append(f"chosen: {action.item}")
        elif isinstance(action, End):
            said.effects.append(f"ended: {action.reason}")
        elif isinstance(action, Fault):
            self.trouble(f"{action.where}: {action.what}")


def _shown(value: Value) -> str:
    if isinstance(value, tuple):
        return " and ".join(_shown(each) for each in value) or "none"
    return f"{value:%Y-%m-%d %H:%M}" if isinstance(value, datetime) else str(value)


def _language(name: str) -> Language:
    return "en" if name == "en" else "ru"
