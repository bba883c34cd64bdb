"""What happens inside one transaction of one turn: the conversation found, understood, advanced, written.

take        an event of a customer, an agent or a timer
answered    what another program said, that was asked between two transactions
given_up    in place of an answer that broke
held        a word while it takes its time
apologise   in place of a turn that broke
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from sqlalchemy import Connection

from bot.backends import ratings
from bot.customers import habits, profile
from bot.customers.habits import Habits
from bot.customers.opening import IDLE, language, local, started
from bot.desk import queue, token
from bot.dialogue import codec, masking
from bot.dialogue.actions import Action, ChoseItem, Fault, Fetch, Handoff, Learn, Rated, Say, TakeOver, Withdraw
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Chosen,
    Event,
    Fetched,
    Keys,
    Left,
    Started,
    Utterance,
)
from bot.dialogue.run import Run
from bot.dialogue.samples import sampled
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.values import MASK, Value
from bot.errors import GovorunError, NotFound, UnknownScenario, place
from bot.ports import Advised, Asker, Backend, Inbound, Learner, Nlu, Outcome, Question
from bot.stores import conversations, pending
from bot.stores.conversations import Taken, Talk
from bot.stores.pending import Pending
from bot.versions import Unasked, Unloaded

log = logging.getLogger(__name__)

MAX_EVENTS = 100  # in one turn, with the answers of backends: a scenario that asks on and on is broken
MAX_ADVICE = 3  # questions to other programs about the words of one turn, should what is expected change meanwhile

APOLOGY = "internal_error"  # the prompt that is said when a turn broke
FROM_AGENTS = (AgentJoined, AgentSaid, AgentLeft)
OPENERS = (Started, Utterance, Chosen, Keys)  # what may begin a conversation


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

    def served(self, name: str, version: str = "") -> Served: ...


class Body:
    """One transaction of one turn. messages: what to publish when it is committed. advice: what other programs said
    of texts, each with its question, before it began."""

    def __init__(
        self, turn: Serving, tx: Connection, inbound: Inbound, advice: Sequence[tuple[Question, object]] = ()
    ) -> None:
        self.turn = turn
        self.tx = tx
        self.inbound = inbound
        self.event = inbound.event
        self.advice = advice
        self.messages: list[tuple[str, Mapping[str, Any]]] = []
        self.asks: Fetch | None = None  # of another program, once this is committed
        self.asked: Pending | None = None
        self.origin: tuple[str, str, str] | None = None
        self.hidden: frozenset[str] = frozenset()  # values that the journal must not keep, of this turn

    # the way through

    def take(self) -> Outcome:
        talk, repeated = self.found()
        self.origin = pending.origin(self.inbound.channel, self.inbound.identity, self.event.id)
        if repeated:
            self.asked = pending.of(self.tx, talk.id, self.origin)
            return self.repeated(talk, repeated)
        event = self.event
        scenarios = self.served(talk).scenarios
        if talk.session is None or not stands(talk.session, scenarios):
            self.run(talk, self.beginning(talk))
            return self.written(talk)
        talk.session = replace(talk.session, version=scenarios.version)  # another, where its own is kept nowhere
        if not isinstance(event, Started):  # which in a conversation under way changes nothing
            token.check(talk.session, event)
            self.run(talk, [event])
        return self.written(talk)

    def apologise(self) -> Outcome:
        """In place of a turn that broke: what was said is kept, and a person is offered; the second time, called."""
        talk, repeated = self.found()
        if repeated:
            return self.repeated(talk, repeated)
        scenarios = self.served(talk).scenarios
        session = talk.session or replace(
            opening(talk.id, scenarios),
            channel=talk.channel,
            medium="voice" if talk.medium == "voice" else "text",
            language=language(self.inbound, self.event, None, scenarios.languages),
        )
        last = conversations.rows(self.tx, talk.id, first=talk.seq)
        again = any(isinstance(row.entry, Say) and row.entry.prompt == APOLOGY for row in last)
        told: Event = self.event
        if scenarios.sensitive and isinstance(told, Utterance):
            told = replace(told, text=MASK)  # nobody knows what was in it
        self.note(talk, told, self.event)
        if session.status == "bot":
            said = Run(session, scenarios, self.event.at.replace(tzinfo=None))
            said.say_builtin("internal_error")
            actions = [replace(say, prompt=APOLOGY) if isinstance(say, Say) else say for say in said.actions]
            if again:
                talk.session = replace(session, status="waiting")
                actions.insert(0, Handoff(reason="error"))
            for action in actions:
                self.act(talk, action, self.event)
        return self.written(talk)

    def answered(self, asked: Pending, outcome: str, data: Mapping[str, Value]) -> Outcome | None:
        """Another program's answer, in a transaction of its own; None where it was taken before."""
        talk = conversations.locked(self.tx, asked.conversation)
        kept = pending.take(self.tx, asked.fetch.id)
        if talk is None or talk.session is None or kept is None:
            return None
        scenarios = self.served(talk).scenarios
        self.origin = kept.origin
        self.event = Fetched(
            id=f"{kept.fetch.id}/fetched",
            at=local(self.inbound.event.at, scenarios.business),
            request=kept.fetch.id,
            outcome=outcome,
            data=data,
        )
        self.run(talk, [self.event, *kept.then])
        self.write(talk)
        pending.stretch(self.tx, kept, talk.seq)
        return self.outcome(talk, tuple(talk.rows))

    def held(self, asked: Pending, *, first: bool) -> None:
        """A word while another program takes its time: the step's own, then the built-in one."""
        talk = conversations.locked(self.tx, asked.conversation)
        if talk is None or talk.session is None or talk.session.status != "bot":
            return
        if not talk.session.stack or talk.session.stack[-1].awaiting != asked.fetch.id:
            return  # something else is talked about meanwhile
        scenarios = self.served(talk).scenarios
        at = local(self.inbound.event.at, scenarios.business)
        run = Run(talk.session, scenarios, at.replace(tzinfo=None))
        if first and asked.fetch.meanwhile is not None:
            said: list[Action] = [asked.fetch.meanwhile]
        else:
            run.say_builtin("one_moment")
            said = [action for action in run.actions if isinstance(action, Say)]
        for say in said:
            self.note(talk, say, replace(self.inbound.event, at=at))
        phone = profile.claimed_phone(talk.session, scenarios)
        conversations.save(self.tx, talk, at=at, phone=phone, deliver=talk.channel in self.turn.delivered)
        self.messages.append((f"conversation.{talk.id}", {**conversations.message(talk), "meanwhile": True}))
        if talk.channel in self.turn.delivered:
            self.messages.append(("outbox", {"conversation": talk.id}))

    def given_up(self, asked: Pending) -> Outcome | None:
        """In place of an answer that broke the turn: an apology, and a person; None where it was taken before."""
        talk = conversations.locked(self.tx, asked.conversation)
        kept = pending.take(self.tx, asked.fetch.id)
        if talk is None or talk.session is None or kept is None:
            return None
        self.event = replace(self.inbound.event, at=local(self.inbound.event.at, self.served(talk).scenarios.business))
        if talk.session.status == "bot":
            said = Run(talk.session, self.served(talk).scenarios, self.event.at.replace(tzinfo=None))
            said.say_builtin("internal_error")
            talk.session = replace(talk.session, status="waiting")
            for action in (*said.actions, Handoff(reason="error")):
                self.act(talk, action, self.event)
        self.write(talk)
        pending.stretch(self.tx, kept, talk.seq)
        return self.outcome(talk, tuple(talk.rows))

    # finding the conversation

    def found(self) -> tuple[Talk, Taken | None]:
        """The conversation this event belongs to, locked; with what the inbox knows, if the event came before."""
        inbound = self.inbound
        customer = None
        talk = None
        if inbound.conversation is not None:
            talk = conversations.locked(self.tx, inbound.conversation)
            if talk is not None:
                self.must_own(talk)
        if talk is None:
            customer = profile.recognise(self.tx, inbound.identity, self.event.at)
        repeated = conversations.seen(self.tx, inbound.channel, inbound.identity, self.event.id)
        if repeated:
            before = conversations.locked(self.tx, repeated.conversation)
            assert before is not None  # the inbox row goes with its conversation
            return before, repeated
        if talk is None and inbound.conversation is None and not self.calls():
            talk = conversations.open_of(self.tx, inbound.channel, inbound.identity)
            if talk is not None and (over := self.over(talk)):
                self.leave(talk, reason=over)
                talk = None
        elif talk is not None and talk.status == "ended" and isinstance(self.event, OPENERS):
            customer = talk.customer
            talk = None
        if talk is None:
            if not isinstance(self.event, OPENERS) or (inbound.conversation and not isinstance(self.event, Started)):
                raise NotFound("there is no such conversation", where=inbound.conversation or inbound.channel)
            talk = self.opened(customer or profile.recognise(self.tx, inbound.identity, self.event.at))
        self.event = replace(self.event, at=local(self.event.at, self.served(talk).scenarios.business))
        return talk, None

    def served(self, talk: Talk) -> Served:
        """What serves it: the version it began with. Raises UnknownScenario, Unloaded."""
        found = self.turn.served(talk.scenarios, talk.session.version if talk.session else "")
        if isinstance(found.nlu, Learner) and not found.nlu.learnt:
            raise Unloaded(found.scenarios.name, found.scenarios.version)
        return found

    def serves(self, talk: Talk) -> bool:
        try:
            return bool(self.served(talk))
        except UnknownScenario:
            return False

    def must_own(self, talk: Talk) -> None:
        """A customer's event goes only to their own conversation; to others it doesn't exist."""
        if not isinstance(self.event, FROM_AGENTS) and self.inbound.identity != talk.identity:
            raise NotFound("there is no such conversation", where=talk.id)

    def calls(self) -> bool:
        """A new call is a new conversation, even beside another one: an office calls from one number."""
        return isinstance(self.event, Started) and self.inbound.medium == "voice"

    def over(self, talk: Talk) -> str:
        """Why this open conversation ends now and a new one begins, or ""; never while a person is in it."""
        if not self.serves(talk):
            return "its scenarios are gone"
        if talk.status == "bot" and isinstance(self.event, Started):
            return "restarted"
        if talk.status == "bot" and self.event.at - talk.updated > IDLE[talk.medium]:
            return "idle"
        return ""

    def opened(self, customer: int) -> Talk:
        inbound = self.inbound
        served = self.turn.served(inbound.scenarios)
        if inbound.scenario is not None and inbound.scenario not in served.scenarios.scenarios:
            raise UnknownScenario(
                f"there is no scenario '{inbound.scenario}' in '{served.scenarios.name}'",
                fix=f"There are: {', '.join(sorted(served.scenarios.scenarios))}.",
            )
        talk = Talk(
            id=(inbound.conversation if isinstance(self.event, Started) else None) or str(uuid4()),
            customer=customer,
            channel=inbound.channel,
            identity=inbound.identity,
            medium=inbound.medium,
            scenarios=served.scenarios.name,
            started=self.event.at,
            updated=self.event.at,
        )
        conversations.create(self.tx, talk)
        return talk

    def beginning(self, talk: Talk) -> list[Event]:
        """Started comes first, with all we know of the person; then what they said, if they did."""
        served = self.turn.served(talk.scenarios)
        scenarios = served.scenarios
        talk.session = opening(talk.id, scenarios)
        inbound = self.inbound
        if inbound.language is None and isinstance(self.event, Utterance):
            inbound = replace(inbound, language=served.nlu.language_of(self.event.text))
        first = started(self.tx, inbound, self.event, talk.customer, scenarios, self.turn.habits)
        return [first] if isinstance(self.event, Started) else [first, self.event]

    # running

    def run(self, talk: Talk, events: list[Event]) -> None:
        """Advance until no event is left. A backend's answer is taken before the next event of the customer."""
        served = self.served(talk)
        for _ in range(MAX_EVENTS):
            if not events:
                return
            event, *events = events
            assert talk.session is not None
            if isinstance(event, Utterance):
                event = understood(event, talk.session, served, self.advice)
            self.note(talk, event, event)
            queue.follow(self.tx, talk.id, talk.seq, event)
            talk.session, actions = advance(talk.session, event, served.scenarios)
            events = [answer for action in actions for answer in self.act(talk, action, event)] + events
            if self.asks is not None:
                self.wait(talk, self.asks, events, event.at)
                return
        raise RuntimeError(f"a turn of '{talk.scenarios}' never comes to an end")

    def wait(self, talk: Talk, fetch: Fetch, events: list[Event], at: datetime) -> None:
        """What comes after the answer of another program is kept with the question."""
        asked = Pending(fetch=fetch, conversation=talk.id, at=at, then=tuple(events), origin=self.origin)
        pending.ask(self.tx, asked)
        self.asked = asked
        self.asks = None

    def act(self, talk: Talk, action: Action, event: Event) -> Iterable[Event]:
        """Journal an action and do what it asks of us; the events it brings."""
        self.note(talk, action, event)
        effect = EFFECTS.get(type(action))
        return effect(self, talk, action, event) if effect else ()

    def note(self, talk: Talk, entry: Event | Action, event: Event) -> None:
        """Into the journal, without what must not be kept."""
        scenarios = self.served(talk).scenarios
        if not scenarios.sensitive:
            talk.note(entry, event.at)
            return
        self.hidden |= masking.secrets((talk.session,), event, scenarios)
        form = codec.encode(masking.kept(entry, talk.session, scenarios))
        talk.note(entry, event.at, kept=masking.scrubbed(form, self.hidden))

    def fetch(self, talk: Talk, fetch: Fetch, event: Event) -> Iterable[Event]:
        prefix = fetch.name.partition(".")[0]
        backend = self.served(talk).backends.get(prefix)
        outcome, data = "error", {}
        declared = self.served(talk).scenarios.outside(fetch.name)
        if declared is not None and declared.url and self.turn.outside:
            self.asks = fetch
            return ()
        if declared is not None:
            scenarios = self.served(talk).scenarios
            outcome, found = sampled(declared, fetch.args, scenarios, event.at.replace(tzinfo=None))
            data = dict(found)
        elif backend is None:
            log.error("no backend '%s' is configured, which the scenario asks for", prefix)
        else:
            phone = profile.proven_phone(self.tx, talk.customer)
            asker = Asker(conversation=talk.id, customer=talk.customer, phone=phone)
            try:
                with self.tx.begin_nested():
                    outcome, found = backend.call(fetch, asker, now=event.at.replace(tzinfo=None), tx=self.tx)
                data = dict(found)
            except (GovorunError, OSError) as error:
                log.error("the backend could not do %s: %s", fetch.name, place(error))
        if prefix == "forms" and outcome == "ok":
            self.messages.append(("desk", {"forms": fetch.name}))
        return [Fetched(id=f"{fetch.id}/fetched", at=event.at, request=fetch.id, outcome=outcome, data=data)]

    def learn(self, talk: Talk, learn: Learn, event: Event) -> Iterable[Event]:
        profile.learn(self.tx, talk.customer, learn.fact, learn.value, source="said", at=event.at)
        return ()

    def rated(self, talk: Talk, rated: Rated, event: Event) -> Iterable[Event]:
        ratings.keep(
            self.tx,
            rated,
            Asker(conversation=talk.id, customer=talk.customer),
            scenarios=talk.scenarios,
            scenario=rated.scenario,
            channel=talk.channel,
            at=event.at,
        )
        return ()

    def chose(self, talk: Talk, chose: ChoseItem, event: Event) -> Iterable[Event]:
        habits.chose(self.tx, talk.customer, talk.scenarios, chose.menu, chose.item, event.at)
        return ()

    def take_over(self, talk: Talk, take: TakeOver, _: Event) -> Iterable[Event]:
        """The conversation that goes on here ends there, in the same transaction, and says so."""
        other = conversations.locked(self.tx, take.conversation)
        if other is not None:
            self.leave(other, reason="moved", moved_to=talk.id)
        return ()

    def hand_off(self, talk: Talk, handoff: Handoff, event: Event) -> Iterable[Event]:
        queue.enqueue(self.tx, talk.id, talk.seq, handoff, event.at)
        return ()

    def withdraw(self, talk: Talk, _: Withdraw, event: Event) -> Iterable[Event]:
        queue.withdraw(self.tx, talk.id, event.at)
        return ()

    def fault(self, _: Talk, fault: Fault, __: Event) -> Iterable[Event]:
        log.error("%s: %s", fault.where, fault.what)
        return ()

    # ending and writing

    def leave(self, talk: Talk, *, reason: str, moved_to: str | None = None) -> None:
        """End another conversation of the same person, journalled and published like any turn."""
        left = Left(id=f"{self.event.id}/left", at=self.event.at, reason=reason, moved_to=moved_to)
        if talk.session is not None and self.serves(talk):
            self.run(talk, [left])
        else:
            talk.note(left, left.at)
            talk.session, talk.status = None, "ended"
        self.write(talk)

    def written(self, talk: Talk) -> Outcome:
        """Everything into the database; the inbox row last, so that it can name the journal rows."""
        self.write(talk)
        rows = tuple(talk.rows)
        inbound = self.inbound
        conversations.remember(
            self.tx,
            inbound.channel,
            inbound.identity,
            self.event.id,
            self.event.at,
            Taken(talk.id, talk.seq - len(rows) + 1, talk.seq),
        )
        return self.outcome(talk, rows)

    def write(self, talk: Talk) -> None:
        before = talk.status
        if talk.session is not None and talk.session.status == "ended" and self.serves(talk):
            talk.session = masking.erased(talk.session, self.served(talk).scenarios)
        conversations.save(
            self.tx,
            talk,
            at=self.event.at,
            phone=profile.claimed_phone(talk.session, self.served(talk).scenarios) if talk.session else "",
            deliver=talk.channel in self.turn.delivered,
        )
        self.messages.append((f"conversation.{talk.id}", conversations.message(talk)))
        if talk.channel in self.turn.delivered:
            self.messages.append(("outbox", {"conversation": talk.id}))
        if talk.status != before or any(isinstance(row.entry, Handoff | Withdraw) for row in talk.rows):
            self.messages.append(("desk", {"conversation": talk.id, "status": talk.status}))

    def repeated(self, talk: Talk, taken: Taken) -> Outcome:
        rows = conversations.rows(self.tx, taken.conversation, first=taken.first, last=taken.last)
        return replace(self.outcome(talk, rows), repeated=True)

    def outcome(self, talk: Talk, rows: tuple[Any, ...]) -> Outcome:
        scenarios = self.served(talk).scenarios
        session = talk.session or opening(talk.id, scenarios)
        return Outcome(
            conversation=talk.id,
            session=session,
            expectation=expects(session, scenarios),
            actions=tuple(row.entry for row in rows if isinstance(row.entry, Action)),
            rows=rows,
        )


# What an action asks of the turn itself. Say and End are for whoever reads the outcome.
EFFECTS: Mapping[type[Action], Callable[[Body, Talk, Any, Event], Iterable[Event]]] = {
    Fetch: Body.fetch,
    Learn: Body.learn,
    ChoseItem: Body.chose,
    Rated: Body.rated,
    TakeOver: Body.take_over,
    Handoff: Body.hand_off,
    Withdraw: Body.withdraw,
    Fault: Body.fault,
}


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
    if not isinstance(nlu, Advised) or len(advice) > MAX_ADVICE:
        meaning = nlu.understand(event.text, expectation, language=language, now=now)
        return replace(event, meaning=meaning)
    found = nlu.consider(event.text, expectation, language=language, now=now)
    if isinstance(found, Question):
        found = replace(found, medium=session.medium)
        told = [answer for question, answer in advice if question == found]
        if not told:
            raise Unasked(nlu, found)
        found = nlu.advised(event.text, expectation, told[0], language=language, now=now)
    return replace(event, meaning=found)
