"""One transaction: events advanced one after the other, journalled, and written with all that follows from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.body.serving import Served, Serving, understood
from bot.customers import profile
from bot.customers.links import Link
from bot.desk import queue
from bot.dialogue import codec, identity, masking
from bot.dialogue.actions import Action, Fetch, Handoff, Withdraw
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Event, Left, Utterance
from bot.errors import UnknownScenario
from bot.ports import Inbound, Outcome, Question
from bot.stores import conversations, pending
from bot.stores.conversations import Taken, Talk
from bot.stores.pending import Pending
from bot.versions import Unloaded

MAX_EVENTS = 100  # in one turn, with the answers of backends: a scenario that asks on and on is broken


Effect = Callable[["Transaction", Talk, Any, Event], Iterable[Event]]


class Transaction:
    """One transaction of one turn. messages: what to publish when it is committed. advice: what other programs said
    of texts, each with its question, before it began. effects: what an action asks of the turn itself."""

    def __init__(
        self,
        turn: Serving,
        tx: Connection,
        inbound: Inbound,
        advice: Sequence[tuple[Question, object]] = (),
        *,
        effects: Mapping[type[Action], Effect],
    ) -> None:
        self.turn = turn
        self.tx = tx
        self.inbound = inbound
        self.event = inbound.event
        self.advice = advice
        self.effects = effects
        self.messages: list[tuple[str, Mapping[str, Any]]] = []
        self.arrived: Link | None = None  # by which link its customer came
        self.joined = False  # their identity with another, by this event
        self.asks: Fetch | None = None  # of another program, once this is committed
        self.asked: Pending | None = None
        self.origin: tuple[str, str, str] | None = None
        self.hidden: frozenset[str] = frozenset()  # values that the journal must not keep, of this turn

    def served(self, talk: Talk) -> Served:
        """What serves it: the version it began with. Raises UnknownScenario, Unloaded."""
        found = self.turn.served(talk.scenarios, talk.session.version if talk.session else "")
        if not getattr(found.nlu, "learnt", True):  # isinstance of a protocol is dear: this is asked for every entry
            raise Unloaded(found.scenarios.name, found.scenarios.version)
        return found

    def serves(self, talk: Talk) -> bool:
        try:
            return bool(self.served(talk))
        except UnknownScenario:
            return False

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
        effect = self.effects.get(type(action))
        return effect(self, talk, action, event) if effect else ()

    def note(self, talk: Talk, entry: Event | Action, event: Event) -> None:
        """Into the journal, without what must not be kept."""
        scenarios = self.served(talk).scenarios
        veiled = identity.veiled(entry, talk.session)
        if not scenarios.sensitive and veiled is entry and not isinstance(entry, Utterance):
            talk.note(entry, event.at)
            return
        self.hidden |= masking.secrets((talk.session,), event, scenarios)
        form = codec.encode(masking.kept(veiled, talk.session, scenarios))
        talk.note(entry, event.at, kept=masking.scrubbed(form, self.hidden))

    # ending and writing

    def leave(self, talk: Talk, *, reason: str, moved_to: str | None = None, moved_on: str = "") -> None:
        """End another conversation of the same person, journalled and published like any turn."""
        at = self.event.at
        left = Left(id=f"{self.event.id}/left", at=at, reason=reason, moved_to=moved_to, moved_on=moved_on)
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
        rows = conversations.rows_of(self.tx, taken)
        return replace(self.outcome(talk, rows), repeated=True)

    def outcome(self, talk: Talk, rows: tuple[Any, ...]) -> Outcome:
        scenarios = self.served(talk).scenarios
        session = talk.session or opening(talk.id, scenarios)
        if self.turn.ways is not None:
            rows = tuple(map(self.turn.ways.shown, rows))
        return Outcome(
            conversation=talk.id,
            session=session,
            expectation=expects(session, scenarios),
            actions=tuple(row.entry for row in rows if isinstance(row.entry, Action)),
            rows=rows,
        )
