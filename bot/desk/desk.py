"""What an agent does: take a conversation, write in it, give it back, close it. All of it events through the turn.

A chat is taken by joining it, and so is a call whose agent has no telephone: the caller hears what the agent writes.
Any other call is put through to the agent's telephone: the conversation's topic gets {"transfer": {"to", "agent",
"name"}}, the call rings there, and tells how it went by its own events: AgentJoined where the two are connected here,
Left(reason="transferred") where the line itself went there, or TransferFailed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection

from bot.desk import agents, callbacks, hunting, queue
from bot.desk.agents import Agent, Presence
from bot.desk.queue import Waiting
from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Event, RungBack
from bot.errors import Conflict, NotAllowed, NotFound
from bot.locale import said
from bot.ports import AgentLine, Bus, Callback, Identity, Inbound, Outcome, Place, Turns
from bot.stores import conversations
from bot.stores.sql import Database

MAX_FAILURES = 10  # wrong passwords in a row before a login rests
REST = timedelta(minutes=1)

T = TypeVar("T")


class TooManyTries(NotAllowed):
    """Of passwords, in a row."""

    status = 429
    retry_s = int(REST.total_seconds())


class Desk:
    """For any number of agents. event: an id the page made, so that a request sent twice has one effect."""

    def __init__(
        self, turns: Turns, database: Database, bus: Bus, *, telephone: str = "", channels: Collection[str] = ("sip",)
    ) -> None:
        """telephone: the address that is rung when no agent's is. channels: those whose customers can be put through to
        a telephone."""
        self._telephone = telephone
        self.channels = channels
        self._missed: dict[str, datetime] = {}
        self._turns = turns
        self._database = database
        self._bus = bus
        self._failures: dict[str, tuple[int, datetime]] = {}

    async def open(self) -> str | None:
        """At start: the first agent's password, to be shown once, if there was nobody."""
        return await self._write(lambda tx: agents.first(tx, _now()))

    async def login(self, login: str, password: str) -> Agent:
        """Raises NotAllowed; TooManyTries where a login rests."""
        failures, last = self._failures.get(login, (0, _now()))
        if failures >= MAX_FAILURES and _now() - last < REST:
            raise TooManyTries(
                said("too many wrong passwords", "слишком много неверных паролей"),
                fix=said("Wait a minute.", "Подождите минуту."),
            )
        try:
            agent = await self._read(lambda tx: agents.prove(tx, login, password))
        except NotAllowed:
            if len(self._failures) > 10_000:  # logins made up by somebody who guesses
                self._failures.clear()
            self._failures[login] = (failures + 1, _now())
            raise
        self._failures.pop(login, None)
        return agent

    async def agent(self, login: str) -> Agent | None:
        return await self._read(lambda tx: agents.get(tx, login))

    async def agents(self) -> tuple[Agent, ...]:
        return await self._read(agents.everybody)

    async def attend(self, agent: Agent, presence: Presence) -> None:
        """Somebody came to the desk, or went."""
        await self._write(lambda tx: agents.attend(tx, agent.login, presence, _now()))
        await self._bus.publish("desk", {"agent": agent.login, "presence": presence})

    async def settle(self, agent: Agent, *, sip: str | None = None, password: str | None = None) -> None:
        """An agent's own telephone or password. Raises Unacceptable on a short password."""
        await self._write(lambda tx: agents.change(tx, agent.login, sip=sip, password=password))

    async def queue(self) -> tuple[Waiting, ...]:
        """Who waits and who is served, by priority, then by patience."""
        return await self._read(queue.waiting)

    async def accept(self, conversation: str, agent: Agent, *, event: str | None = None) -> Outcome | None:
        """Take a chat; have a call transferred (None: its outcome comes later); ring somebody back by hand (None).

        Raises Conflict when another agent was faster; NotFound.
        """
        about = await self._read(lambda tx: conversations.summary(tx, conversation))
        if about is None:
            raise NotFound(said("there is no such conversation", "такого разговора нет"), where=conversation)
        if about.status == "ended" and await self._write(
            lambda tx: callbacks.by_hand(tx, conversation, agent.login, _now())
        ):
            await self._changed(conversation)
            return None
        if about.channel in self.channels and agent.sip:
            await self._transfer(conversation, agent)
            return None
        joined = AgentJoined(id=event or _id(), at=_now(), agent=agent.login, name=agent.name)
        return await self._send(conversation, agent, joined)

    async def say(
        self, conversation: str, agent: Agent, text: str, *, event: str | None = None, file: str = ""
    ) -> Outcome:
        """Raises Conflict when this agent doesn't hold it, Unacceptable, TooLong, NotFound."""
        said = AgentSaid(id=event or _id(), at=_now(), agent=agent.login, text=text, file=file)
        return await self._send(conversation, agent, said)

    async def give_back(self, conversation: str, agent: Agent, *, event: str | None = None) -> Outcome:
        """The bot goes on where it stopped. Raises as `say`."""
        return await self._send(conversation, agent, AgentLeft(id=event or _id(), at=_now(), agent=agent.login))

    async def close(self, conversation: str, agent: Agent, *, event: str | None = None) -> Outcome | None:
        """All is done: the conversation ends. A transferred call has ended here already (None). Raises as `say`."""
        about = await self._read(lambda tx: conversations.summary(tx, conversation))
        if about is not None and about.status == "ended":
            await self._write(lambda tx: queue.close(tx, conversation, _now()))
            await self._bus.publish("desk", {"conversation": conversation, "status": "ended"})
            return None
        left = AgentLeft(id=event or _id(), at=_now(), agent=agent.login, closed=True)
        return await self._send(conversation, agent, left)

    # --- for calls: bot.ports.Agents

    async def next(self, conversation: str, tried: frozenset[str], *, queued: bool = False) -> AgentLine | None:
        """The desk shows it as ringing before it rings."""

        def look(tx: Connection) -> AgentLine | None:
            return hunting.next_line(
                tx,
                conversation,
                tried,
                _now(),
                default=self._telephone,
                missed=dict(self._missed),
                queued=queued,
            )

        def claimed(tx: Connection) -> AgentLine | None:
            line = look(tx)
            if line is not None:
                queue.claim(tx, conversation, line.agent)
            return line

        if await self._read(look):
            try:
                line = await self._write(claimed)
            except Conflict:  # an agent was faster
                return None
            await self._bus.publish("desk", {"conversation": conversation, "status": "waiting"})
            return line
        return None

    async def missed(self, conversation: str, agent: str) -> None:
        """Others without a call are rung before this agent from now on."""
        self._missed[agent] = _now()
        await self._write(lambda tx: queue.release(tx, conversation, agent))
        await self._bus.publish("desk", {"conversation": conversation, "status": "waiting"})

    async def place(self, conversation: str, tried: frozenset[str] = frozenset()) -> Place | None:
        return await self._read(lambda tx: hunting.place(tx, conversation, _now(), tried))

    # --- for who is rung back: bot.ports.Callbacks

    async def due(self) -> tuple[Callback, ...]:
        """Who needs no call any more is called off."""
        for conversation, why in await self._read(lambda tx: callbacks.needless(tx, _now())):
            if await self._write(partial(callbacks.call_off, conversation=conversation, why=why)):
                await self._changed(conversation)
        return await self._read(lambda tx: callbacks.due(tx, _now()))

    async def take(self, callback: Callback, tried: frozenset[str]) -> AgentLine | None:
        """Raises nothing: nobody free, and another process, are one."""
        conversation = callback.conversation

        def taken(tx: Connection) -> AgentLine | None:
            now = _now()
            if callback.orphan:
                callbacks.adopt(tx, conversation, now)
            line = hunting.next_line(tx, conversation, tried, now, default=self._telephone, missed=dict(self._missed))
            if line is None or not callbacks.take(tx, conversation, now):
                return None
            queue.claim(tx, conversation, line.agent)
            return line

        line = await self._write(taken)
        if line is not None:
            await self._changed(conversation)
        return line

    async def put_back(self, callback: Callback, agent: str) -> None:
        self._missed[agent] = _now()
        await self._write(lambda tx: callbacks.put_back(tx, callback.conversation, _now()))
        await self._changed(callback.conversation)

    async def calling(self, callback: Callback, line: AgentLine) -> None:
        await self._write(lambda tx: callbacks.calling(tx, callback.conversation, line, _now()))
        await self._changed(callback.conversation)

    async def answered(self, callback: Callback, line: AgentLine, *, recorded: bool) -> None:
        told = RungBack(id=_id(), at=_now(), outcome="talks", agent=line.agent, name=line.name, recorded=recorded)
        await self._write(lambda tx: callbacks.note(tx, callback.conversation, told))
        await self._changed(callback.conversation)

    async def talking(self, callback: Callback) -> None:
        await self._write(lambda tx: callbacks.talking(tx, callback.conversation, _now()))

    async def done(self, callback: Callback, seconds: int) -> None:
        over = RungBack(id=_id(), at=_now(), outcome="over", seconds=seconds)

        def write(tx: Connection) -> None:
            callbacks.done(tx, callback.conversation, over.at)
            callbacks.note(tx, callback.conversation, over)

        await self._write(write)
        await self._changed(callback.conversation)

    async def unreached(self, callback: Callback, why: str, *, left: bool = False) -> None:
        missed = RungBack(id=_id(), at=_now(), outcome="left" if left else "unreached")

        def write(tx: Connection) -> None:
            callbacks.unreached(tx, callback.conversation, why, missed.at)
            callbacks.note(tx, callback.conversation, missed)

        await self._write(write)
        await self._changed(callback.conversation)

    async def give_up(self, callback: Callback, why: str) -> None:
        refused = RungBack(id=_id(), at=_now(), outcome="forbidden")

        def write(tx: Connection) -> None:
            callbacks.give_up(tx, callback.conversation, why, refused.at)
            callbacks.note(tx, callback.conversation, refused)

        await self._write(write)
        await self._changed(callback.conversation)

    async def _changed(self, conversation: str) -> None:
        await self._bus.publish(f"conversation.{conversation}", {})
        await self._bus.publish("desk", {"conversation": conversation, "status": "waiting"})

    async def _transfer(self, conversation: str, agent: Agent) -> None:
        await self._claim(conversation, agent.login)
        to = {"to": agent.sip, "agent": agent.login, "name": agent.name}
        await self._bus.publish(f"conversation.{conversation}", {"conversation": conversation, "transfer": to})

    async def _claim(self, conversation: str, agent: str) -> None:
        await self._write(lambda tx: queue.claim(tx, conversation, agent))
        await self._bus.publish("desk", {"conversation": conversation, "status": "waiting"})

    async def _send(self, conversation: str, agent: Agent, event: Event) -> Outcome:
        identity = Identity(kind="agent", value=agent.login)
        return await self._turns.take(
            Inbound(event=event, channel="desk", identity=identity, conversation=conversation)
        )

    async def _read(self, body: Callable[[Connection], T]) -> T:
        def within() -> T:
            with self._database.reading() as tx:
                return body(tx)

        return await asyncio.to_thread(within)

    async def _write(self, body: Callable[[Connection], T]) -> T:
        def within() -> T:
            with self._database.writing() as tx:
                return body(tx)

        return await asyncio.to_thread(within)


def _now() -> datetime:
    return datetime.now(UTC)


def _id() -> str:
    return str(uuid4())
