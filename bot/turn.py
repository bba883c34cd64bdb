"""One turn: understand, advance, commit, deliver. The one door to a conversation.

    BEGIN
      inbox         taken before? then answer what was answered then
      conversation  found and locked, or opened
      understand    words to meaning, by what the session expects
      advance       the pure core; a Fetch goes to its backend and comes back as an event
      write         session, journal, outbox, inbox
    COMMIT
    publish         to whoever watches: the chat page, the desk, a call

So a crash at any point neither loses nor doubles an effect. Everybody comes through here: customers, agents, timers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.backends import ratings
from bot.customers import habits, profile
from bot.customers.habits import Habits
from bot.customers.opening import IDLE, language, local, started
from bot.desk import queue, token
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
from bot.dialogue.meaning import Expectation
from bot.dialogue.run import Run
from bot.dialogue.samples import sampled
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.errors import GovorunError, NotFound, Unavailable, UnknownScenario, place
from bot.ports import Asker, Backend, Bus, Inbound, Nlu, Outcome
from bot.stores import conversations
from bot.stores.conversations import Taken, Talk
from bot.stores.intake import acceptable
from bot.stores.order import Order
from bot.stores.sql import Database, worth_repeating
from bot.stores.writer import Writer
from bot.versions import Older, Unloaded

log = logging.getLogger(__name__)

MAX_WAITING = 2_000  # turns that may wait in this process; a messenger sends the rest again
MAX_EVENTS = 100  # in one turn, with the answers of backends: a scenario that asks on and on is broken
ATTEMPTS = 5  # at a transaction that lost a race, an apology included

APOLOGY = "internal_error"  # the prompt that is said when a turn broke
FROM_AGENTS = (AgentJoined, AgentSaid, AgentLeft)
OPENERS = (Started, Utterance, Chosen, Keys)  # what may begin a conversation


# What a transaction brought: its outcome, and what to publish, by topic.
Done = tuple[Outcome, list[tuple[str, Mapping[str, Any]]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A scenario set and what serves it. backends: by the prefix scenarios call them with ("calendar")."""

    scenarios: ScenarioSet
    nlu: Nlu
    backends: Mapping[str, Backend] = field(default_factory=dict)


class Turn:
    """Takes every event of every conversation. Its body runs where the database is written, off the event loop.

    sets: by name, what new conversations begin with; may be replaced while running (`swap`). find: reads the version of
    a set that a conversation began with, once it isn't live any more; blocking; without it, or where it finds none,
    the conversation goes on with the live one. default: the name of the set a conversation begins with.
    delivered: channels that an outbox delivers for; others read what was said from the outcome or the bus.
    """

    def __init__(
        self,
        database: Database,
        sets: Mapping[str, Served],
        bus: Bus,
        *,
        default: str,
        delivered: Collection[str] = (),
        find: Callable[[str, str], Served | None] | None = None,
    ) -> None:
        self.database = database
        self.sets = sets
        self.default = default
        self.delivered = frozenset(delivered)
        self.habits = Habits()
        self._older: Older[Served] = Older(find)
        self._bus = bus
        self._order = Order()
        self._writer = Writer(database)
        self._running: set[asyncio.Task[Outcome]] = set()

    async def take(self, inbound: Inbound) -> Outcome:
        """Understand, advance, commit. Events of one conversation are taken in the order they come here.

        Raises Unacceptable, TooLong, UnknownScenario, NotFound, Conflict, and Unavailable when nothing was taken
        and the sender should try again. A turn that has begun is finished even if its sender goes away.
        """
        inbound = acceptable(inbound)
        if len(self._running) >= MAX_WAITING:
            raise Unavailable("too many events wait", fix="Send it again in a second.")
        task = asyncio.create_task(self._in_order(inbound))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    def expectation(self, session: Session) -> Expectation:
        """What would be understood now; nothing, where its version has just left the memory."""
        scenarios = self.serving(session).scenarios
        return expects(session, scenarios) if stands(session, scenarios) else Expectation()

    def swap(self, sets: Mapping[str, Served]) -> None:
        """Begin new conversations with these; those under way stay on what they began with."""
        for name, served in self.sets.items():
            self._older.keep(name, served.scenarios.version, served)
        self.sets = sets

    def serving(self, session: Session) -> Served:
        """What serves this conversation, or the live version where its own isn't in memory. Never blocks.

        Raises UnknownScenario when neither is here.
        """
        try:
            return self.served(session.scenarios, session.version)
        except Unloaded:
            return self.served(session.scenarios)

    def served(self, name: str, version: str = "") -> Served:
        """The set of that name, "" for the default, in that version, "" for the live one; in the live one too where
        that version is kept nowhere. Raises UnknownScenario, and Unloaded where it must be read first."""
        found = self.sets.get(name or self.default)
        if version and (found is None or found.scenarios.version != version):
            found = self._older.get(name or self.default, version) or found
        if found is None:
            raise UnknownScenario(
                f"there is no scenario set '{name or self.default}'", fix=f"There are: {', '.join(sorted(self.sets))}."
            )
        return found

    async def sweep(self, now: datetime) -> int:
        """End the conversations that fell silent long ago; how many. Call it every few minutes. Clears the queue of
        transferred calls too."""

        def silent() -> list[conversations.Summary]:
            with self.database.reading() as tx:
                return [
                    found
                    for medium, idle in IDLE.items()
                    for found in conversations.idle(tx, medium=medium, since=now - idle)
                ]

        ended = 0
        for found in await asyncio.to_thread(silent):
            left = Left(id=f"{found.id}/idle", at=now, reason="idle")
            with suppress(UnknownScenario):  # its set is gone: it ends when its customer comes back
                await self.take(
                    Inbound(event=left, channel=found.channel, identity=found.identity, conversation=found.id)
                )
                ended += 1
        await self._writer.run(lambda tx: queue.tidy(tx, now))
        return ended

    async def close(self) -> None:
        """Finish what was taken, then stop."""
        while self._running:
            await asyncio.wait(tuple(self._running))
        await asyncio.to_thread(self._writer.close)

    async def _in_order(self, inbound: Inbound) -> Outcome:
        async with self._order.of(inbound.conversation or f"{inbound.channel} {inbound.identity}"):
            outcome, messages = await self._committed(inbound)
            for topic, message in messages:
                await self._bus.publish(topic, message)
            return outcome

    async def _committed(self, inbound: Inbound) -> Done:
        """The transaction, again when it lost a race. Anything that breaks inside is answered with an apology."""
        body: Callable[[_Body], Outcome] = _Body.take
        about = {"conversation": inbound.conversation, "channel": inbound.channel, "event": inbound.event.id}
        for attempt in range(ATTEMPTS):
            wanted: Unloaded | None = None
            try:
                return await self._writer.run(partial(self._body, inbound, body))
            except Unloaded as missing:
                wanted = missing
            except GovorunError:
                raise
            except (OperationalError, InterfaceError) as error:
                if attempt + 1 == ATTEMPTS or not worth_repeating(error):
                    log.error("a turn was not taken: %s", place(error), extra=about)
                    raise Unavailable("the database refused the turn", fix="Send it again.") from error
            except Exception as error:  # the outermost loop of a conversation
                if body is _Body.apologise:
                    raise
                if attempt + 2 < ATTEMPTS and worth_repeating(error):
                    continue  # somebody else was first; now it will be found
                log.error("a turn failed, the customer gets an apology: %s", place(error), extra=about)
                body = _Body.apologise
            if wanted is not None:
                await self._read(wanted)
        raise Unavailable("the turn lost every race", fix="Send it again.")

    async def _read(self, wanted: Unloaded) -> None:
        """Off the loop and outside the transaction. Raises Unavailable where the database doesn't answer."""
        try:
            await asyncio.to_thread(self._older.load, wanted.name, wanted.version)
        except SQLAlchemyError as error:
            log.error("a version of the scenarios could not be read: %s", place(error), extra={"version": str(wanted)})
            raise Unavailable("the scenarios could not be read", fix="Send it again.") from error

    def _body(self, inbound: Inbound, body: Callable[[_Body], Outcome], tx: Connection) -> Done:
        work = _Body(self, tx, inbound)
        return body(work), work.messages


class _Body:
    """One transaction of one turn. messages: what to publish when it is committed."""

    def __init__(self, turn: Turn, tx: Connection, inbound: Inbound) -> None:
        self.turn = turn
        self.tx = tx
        self.inbound = inbound
        self.event = inbound.event
        self.messages: list[tuple[str, Mapping[str, Any]]] = []

    # the way through

    def take(self) -> Outcome:
        talk, repeated = self.found()
        if repeated:
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
        talk.note(self.event, self.event.at)
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
        return self.turn.served(talk.scenarios, talk.session.version if talk.session else "")

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
                event = understood(event, talk.session, served)
            talk.note(event, event.at)
            queue.follow(self.tx, talk.id, talk.seq, event)
            talk.session, actions = advance(talk.session, event, served.scenarios)
            events = [answer for action in actions for answer in self.act(talk, action, event)] + events
        raise RuntimeError(f"a turn of '{talk.scenarios}' never comes to an end")

    def act(self, talk: Talk, action: Action, event: Event) -> Iterable[Event]:
        """Journal an action and do what it asks of us; the events it brings."""
        talk.note(action, event.at)
        effect = EFFECTS.get(type(action))
        return effect(self, talk, action, event) if effect else ()

    def fetch(self, talk: Talk, fetch: Fetch, event: Event) -> Iterable[Event]:
        prefix = fetch.name.partition(".")[0]
        backend = self.served(talk).backends.get(prefix)
        outcome, data = "error", {}
        declared = self.turn.served(talk.scenarios).scenarios.actions.get(fetch.name)
        if declared is not None:
            scenarios = self.turn.served(talk.scenarios).scenarios
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
EFFECTS: Mapping[type[Action], Callable[[_Body, Talk, Any, Event], Iterable[Event]]] = {
    Fetch: _Body.fetch,
    Learn: _Body.learn,
    ChoseItem: _Body.chose,
    Rated: _Body.rated,
    TakeOver: _Body.take_over,
    Handoff: _Body.hand_off,
    Withdraw: _Body.withdraw,
    Fault: _Body.fault,
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


def understood(event: Utterance, session: Session, served: Served) -> Utterance:
    """The event with its meaning. What is said to a person isn't for the bot to understand."""
    if session.status in ("agent", "ended"):
        return event
    expectation = expects(session, served.scenarios)
    now = event.at.replace(tzinfo=None)
    return replace(event, meaning=served.nlu.understand(event.text, expectation, language=session.language, now=now))
