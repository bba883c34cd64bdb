"""One turn: understand, advance, commit, deliver. The one door to a conversation.

    BEGIN
      inbox         taken before? then answer what was answered then
      conversation  found and locked, or opened
      understand    words to meaning, by what the session expects; where another program has to be asked about them,
                    all of this is undone, the program is asked, and it begins anew
      advance       the pure core; a Fetch goes to its backend and comes back as an event
      write         session, journal, outbox, inbox
    COMMIT        where another program has to be asked, here; its answer is an event, in a transaction of its own
    publish         to whoever watches: the chat page, the desk, a call

Nothing is locked while another program thinks: what the customer says meanwhile is taken at once, and the answer meets
whatever the conversation has come to; the step that asked takes it, if it still waits, else it is journalled and no
more (bot.dialogue.fetching). So a crash at any point neither loses nor doubles an effect. Everybody comes through here:
customers, agents, timers.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from bot.body import asking, taking
from bot.body.effects import EFFECTS
from bot.body.serving import MAX_ADVICE, Served, stands
from bot.body.transaction import Transaction
from bot.customers import codes
from bot.customers.habits import Habits
from bot.customers.links import Ways
from bot.customers.opening import IDLE
from bot.desk import callbacks, queue
from bot.dialogue.engine import expects
from bot.dialogue.events import Fetched, Left
from bot.dialogue.meaning import Expectation
from bot.dialogue.session import Session
from bot.errors import GovorunError, Unavailable, UnknownScenario, place
from bot.locale import said
from bot.ports import Bus, Further, Inbound, Learner, Outcome, Outside, Question
from bot.questions import Questions
from bot.stores import conversations, pending
from bot.stores.intake import acceptable
from bot.stores.order import Order
from bot.stores.pending import Pending
from bot.stores.sql import Database, worth_repeating
from bot.stores.writer import Writer
from bot.versions import Older, Unasked, Unloaded

log = logging.getLogger(__name__)

MAX_WAITING = 2_000  # turns that may wait in this process; a messenger sends the rest again
ATTEMPTS = 5  # at a transaction that lost a race, an apology included
MAX_ASKED = 20  # other programs, one after the other, for one event
ALL = timedelta(0)
PARTING_S = 5.0  # how long a stop waits for other programs
STALE = timedelta(minutes=5)  # whoever asked so long ago is down, or another process's

__all__ = ["EFFECTS", "Served", "Turn", "stands"]

Work = Callable[[Transaction], Outcome | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a transaction brought. messages: what to publish, by topic. asked: what another program is to be asked."""

    outcome: Outcome | None
    messages: list[tuple[str, Mapping[str, Any]]]
    asked: Pending | None = None


class Turn:
    """Takes every event of every conversation. Its body runs where the database is written, off the event loop.

    sets: by name, what new conversations begin with; may be replaced while running (`swap`). find: reads the version of
    a set that a conversation began with, once it isn't live any more; blocking; without it, or where it finds none,
    the conversation goes on with the live one. default: the name of the set a conversation begins with.
    delivered: channels that an outbox delivers for; others read what was said from the outcome or the bus.
    outside: asks other programs; without it the samples of actions.yaml answer. ways: to other channels.
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
        outside: Outside | None = None,
        ways: Ways | None = None,
    ) -> None:
        self.database = database
        self.sets = sets
        self.default = default
        self.delivered = frozenset(delivered)
        self.habits = Habits()
        self.ways = ways
        self._older: Older[Served] = Older(find)
        self._bus = bus
        self._order = Order()
        self._writer = Writer(database)
        self._running: set[asyncio.Task[Outcome]] = set()
        self._questions = Questions(outside)
        self._resuming: set[asyncio.Task[None]] = set()

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        """Understand, advance, commit. Events of one conversation are taken in the order they come here.

        With `further` it returns before other programs are asked, as ports.Turns has it. Raises Unacceptable, TooLong,
        UnknownScenario, NotFound, Conflict, and Unavailable when nothing was taken and the sender should try again. A
        turn that has begun is finished even if its sender goes away.
        """
        inbound = acceptable(inbound)
        if len(self._running) >= MAX_WAITING:
            raise Unavailable(
                said("too many events wait", "слишком много событий ждёт очереди"),
                fix=said("Send it again in a second.", "Пришлите ещё раз через секунду."),
            )
        own: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._in_order(inbound, further, own))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if further is None:
            return await asyncio.shield(task)
        await asyncio.wait({task, own}, return_when=asyncio.FIRST_COMPLETED)
        return own.result() if own.done() else task.result()

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
                said(
                    f"there is no scenario set '{name or self.default}'",
                    f"нет набора сценариев '{name or self.default}'",
                ),
                fix=said(f"There are: {', '.join(sorted(self.sets))}.", f"Есть: {', '.join(sorted(self.sets))}."),
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
        await self._writer.run(lambda tx: callbacks.expire(tx, now))
        await self._writer.run(lambda tx: codes.sweep(tx, now))
        await self.resume(now, older=STALE)
        await asyncio.to_thread(self.database.settle)
        return ended

    @property
    def outside(self) -> bool:
        return self._questions.outside is not None

    async def resume(self, now: datetime, *, older: timedelta = ALL) -> int:
        """Ask again what was never answered because we went down; how many. older: leave alone what is newer, which
        another process may be asking just now. Returns at once."""

        def read() -> tuple[tuple[Pending, conversations.Summary | None, Session | None], ...]:
            with self.database.reading() as tx:
                return tuple(
                    (each, conversations.summary(tx, each.conversation), conversations.session(tx, each.conversation))
                    for each in pending.waiting(tx, before=now - older if older else None)
                )

        found = [each for each in await asyncio.to_thread(read) if self._questions.open(each[0].fetch.id) is None]
        for asked, about, session in found:
            if about is not None and session is not None:
                task = asyncio.create_task(self._resumed(asked, about, session, now))
                self._resuming.add(task)
                task.add_done_callback(self._resuming.discard)
        return len(found)

    async def _resumed(self, asked: Pending, about: conversations.Summary, session: Session, now: datetime) -> None:
        event = Fetched(id=asked.fetch.id, at=now, request=asked.fetch.id, outcome="error")
        inbound = Inbound(event=event, channel=about.channel, identity=about.identity, conversation=about.id)
        outcome = Outcome(conversation=about.id, session=session, expectation=Expectation())
        key = about.id if about.medium == "voice" else _key(replace(inbound, conversation=None))
        try:
            await self._with_answers(outcome, asked, inbound, key, None)
        except GovorunError as error:  # it stays pending, and is asked again
            log.error("what was asked before could not be answered: %s", error.what, extra={"conversation": about.id})

    async def close(self) -> None:
        """Finish what was taken, then stop."""
        for task in self._resuming:
            task.cancel()
        await asyncio.gather(*self._resuming, return_exceptions=True)
        while self._running:
            _, late = await asyncio.wait(tuple(self._running), timeout=PARTING_S)
            if late and self._questions:  # of another program: it is asked again at the next start
                for turn in late:
                    turn.cancel()
        await self._questions.close()
        await asyncio.to_thread(self._writer.close)

    async def _in_order(self, inbound: Inbound, further: Further | None, own: asyncio.Future[Outcome]) -> Outcome:
        key = _key(inbound)
        while True:
            async with AsyncExitStack() as held:
                with self._questions.next(key, inbound.event):
                    await held.enter_async_context(self._order.of(key))
                done = await self._committed(inbound, key, taking.take, taking.apologise)
                await self._publish(done)
            assert done.outcome is not None  # an event always has one
            over = self._questions.open(done.asked.fetch.id) if done.asked else None
            if over is None:
                break
            if further is not None:
                return done.outcome
            await over.wait()  # it came twice, and its answer goes to both
        own.set_result(done.outcome)
        try:
            return await self._with_answers(done.outcome, done.asked, inbound, key, further)
        except GovorunError as error:
            if further is None:
                raise
            log.error("an answer was not taken: %s", error.what, extra={"conversation": done.outcome.conversation})
            return done.outcome  # the question stays open, and is asked again

    async def _publish(self, done: Done) -> None:
        for topic, message in done.messages:
            await self._bus.publish(topic, message)

    async def _with_answers(
        self, outcome: Outcome, asked: Pending | None, inbound: Inbound, key: str, further: Further | None
    ) -> Outcome:
        """The outcome with all that follows from what other programs answer, each in a transaction of its own."""
        for _ in range(MAX_ASKED):
            if asked is None:
                return outcome
            done = await self._answer(asked, outcome, inbound, key, further)
            asked = done.asked
            if done.outcome is not None:
                rows = (*outcome.rows, *done.outcome.rows)
                outcome = replace(done.outcome, rows=rows, actions=(*outcome.actions, *done.outcome.actions))
        log.error("a scenario of '%s' asks other programs on and on", outcome.session.scenarios)
        return outcome

    async def _answer(
        self, asked: Pending, outcome: Outcome, inbound: Inbound, key: str, further: Further | None
    ) -> Done:
        with self._questions.asking(asked.fetch.id) as lasted:

            def later() -> Inbound:
                return replace(inbound, event=replace(inbound.event, at=inbound.event.at + lasted()))

            async def hold(first: bool) -> None:
                with suppress(GovorunError):  # a word that can't be said is missed by nobody
                    async with self._order.of(key):
                        word = partial(_held, asked=asked, first=first)
                        await self._publish(await self._committed(later(), key, word, None))

            scenarios = self.serving(outcome.session).scenarios
            name, data = await self._questions.answer(asked, scenarios, outcome.session.medium, hold)
            async with self._order.of(key):
                done = await self._committed(
                    later(),
                    key,
                    lambda body: asking.answered(body, asked, name, data),
                    lambda body: asking.given_up(body, asked),
                )
                if further is not None and done.outcome is not None:
                    await further(done.outcome)
                await self._publish(done)
            return done

    async def _committed(self, inbound: Inbound, key: str, body: Work, instead: Work | None) -> Done:
        """The transaction, again when it lost a race. instead: what is done where anything breaks inside; None to
        raise Unavailable."""
        about = {"conversation": inbound.conversation, "channel": inbound.channel, "event": inbound.event.id}
        advice: list[tuple[Question, object]] = []
        for attempt in range(ATTEMPTS + MAX_ADVICE):
            wanted: Unloaded | Unasked | None = None
            try:
                return await self._writer.run(partial(self._body, inbound, body, tuple(advice)))
            except (Unloaded, Unasked) as missing:
                wanted = missing
            except GovorunError:
                raise
            except (OperationalError, InterfaceError) as error:
                if attempt + 1 >= ATTEMPTS or not worth_repeating(error):
                    log.error("a turn was not taken: %s", place(error), extra=about)
                    raise Unavailable(
                        said("the database refused the turn", "база данных не приняла сообщение"),
                        fix=said("Send it again.", "Пришлите ещё раз."),
                    ) from error
            except Exception as error:  # the outermost loop of a conversation
                if body is instead:
                    raise
                if attempt + 2 < ATTEMPTS and worth_repeating(error):
                    continue  # somebody else was first; now it will be found
                log.error("a turn failed, the customer gets an apology: %s", place(error), extra=about)
                if instead is None:
                    raise Unavailable("a word could not be said") from error
                body = instead
            if isinstance(wanted, Unasked):
                advice.append((wanted.question, await self._questions.advice(wanted, key)))
            elif wanted is not None:
                await self._read(wanted)
        raise Unavailable(
            said("the turn lost every race", "другие успели раньше"), fix=said("Send it again.", "Пришлите ещё раз.")
        )

    async def _read(self, wanted: Unloaded) -> None:
        """Off the loop and outside the transaction. Raises Unavailable where the database doesn't answer."""
        live = self.sets.get(wanted.name)
        try:
            if live is not None and live.scenarios.version == wanted.version and isinstance(live.nlu, Learner):
                await asyncio.to_thread(live.nlu.learn)
            else:
                await asyncio.to_thread(self._older.load, wanted.name, wanted.version)
        except SQLAlchemyError as error:
            log.error("a version of the scenarios could not be read: %s", place(error), extra={"version": str(wanted)})
            raise Unavailable(
                said("the scenarios could not be read", "сценарии не прочитать"),
                fix=said("Send it again.", "Пришлите ещё раз."),
            ) from error

    def _body(self, inbound: Inbound, work: Work, advice: tuple[tuple[Question, object], ...], tx: Connection) -> Done:
        body = Transaction(self, tx, inbound, advice, effects=EFFECTS)
        return Done(outcome=work(body), messages=body.messages, asked=body.asked)


def _key(inbound: Inbound) -> str:
    """Of the order in which it waits for its turn."""
    return inbound.conversation or f"{inbound.channel} {inbound.identity}"


def _held(body: Transaction, *, asked: Pending, first: bool) -> None:
    asking.held(body, asked, first=first)
