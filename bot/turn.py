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
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.body import EFFECTS, Body, Served, stands
from bot.customers.habits import Habits
from bot.customers.opening import IDLE
from bot.desk import queue
from bot.dialogue.engine import expects
from bot.dialogue.events import (
    Left,
)
from bot.dialogue.meaning import Expectation
from bot.dialogue.session import Session
from bot.errors import GovorunError, Unavailable, UnknownScenario, place
from bot.ports import Bus, Inbound, Outcome
from bot.stores import conversations
from bot.stores.intake import acceptable
from bot.stores.order import Order
from bot.stores.sql import Database, worth_repeating
from bot.stores.writer import Writer
from bot.versions import Older, Unloaded

log = logging.getLogger(__name__)

MAX_WAITING = 2_000  # turns that may wait in this process; a messenger sends the rest again
ATTEMPTS = 5  # at a transaction that lost a race, an apology included

__all__ = ["EFFECTS", "Served", "Turn", "stands"]

# What a transaction brought: its outcome, and what to publish, by topic.
Done = tuple[Outcome, list[tuple[str, Mapping[str, Any]]]]


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
        body: Callable[[Body], Outcome] = Body.take
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
                if body is Body.apologise:
                    raise
                if attempt + 2 < ATTEMPTS and worth_repeating(error):
                    continue  # somebody else was first; now it will be found
                log.error("a turn failed, the customer gets an apology: %s", place(error), extra=about)
                body = Body.apologise
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

    def _body(self, inbound: Inbound, body: Callable[[Body], Outcome], tx: Connection) -> Done:
        work = Body(self, tx, inbound)
        return body(work), work.messages
