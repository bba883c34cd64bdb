"""Dials what was asked for when there is room, keeps each step, and gives up what is cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.app.calling import rules
from bot.app.house import House
from bot.customers import called, terms
from bot.dialogue.events import CalledOff
from bot.dialogue.scenario import Machine, Outbound, Redial, ScenarioSet
from bot.errors import Conflict, GovorunError, Unacceptable, Unavailable, place
from bot.outreach import redial
from bot.outreach.rules import destination, quiet_until
from bot.stores import conversations, placed, reached
from bot.stores.placed import Placed, Step, Wanted
from bot.stores.reached import Party
from voice.dialling import Order, Progress, Tell, Untaken, untaken

log = logging.getLogger("govorun.calls")

LOOK_S = 5.0  # a request whose message was lost waits no longer
HEART_S = 20.0
ON_THE_LINE = timedelta(minutes=1)  # whoever talks to us is rung a minute later, or two

T = TypeVar("T")
Dial = Callable[[Order, Tell], Awaitable[Progress]]


class Dialler:
    """Places what was asked for: one a process with a telephone."""

    def __init__(self, house: House, dial: Dial, room: Callable[[], int]) -> None:
        """room: how many more calls of ours may be up now."""
        self._house = house
        self._dial = dial
        self._room = room
        self._rules = rules(house.settings)
        self._owner = uuid4().hex
        self._woken = asyncio.Event()
        self._calls: dict[str, asyncio.Task[Any]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._look(), name="calls-look"),
            asyncio.create_task(self._hear(), name="calls-hear"),
            asyncio.create_task(self._beat(), name="calls-beat"),
        ]

    async def stop(self) -> None:
        """No more are begun. What is under way goes on until its telephone is closed."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """The telephone is gone: what is left is written down as it is."""
        await self.stop()
        for task in self._calls.values():
            task.cancel()
        await asyncio.gather(*self._calls.values(), return_exceptions=True)

    async def now(self, wanted: Wanted, tell: Tell) -> Progress:
        """Keep it and place it at once, here, whatever the rules say: somebody sits there and asked for it."""
        made, _ = await self._write(lambda tx: placed.add(tx, wanted, datetime.now(UTC), owner=self._owner))
        task = asyncio.current_task()
        assert task is not None
        self._calls[made.id] = task  # whoever cancels it elsewhere is heard here, too
        hearing = asyncio.create_task(self._hear(), name="calls-hear")
        beating = asyncio.create_task(self._beat(), name="calls-beat")
        try:
            return await self._place(made, tell)
        finally:
            del self._calls[made.id]
            for task in (hearing, beating):
                task.cancel()

    # --- looking ---------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            try:
                while self._room() > 0:
                    found = await self._write(lambda tx: placed.claim(tx, self._owner, datetime.now(UTC)))
                    if found is None:
                        break
                    self._begin(found)
                    await asyncio.sleep(0)  # it counts as up from here on
            except (SQLAlchemyError, OSError):
                log.exception("calls can't be looked for")
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_S)

    async def _hear(self) -> None:
        async with self._house.bus.subscribe("calls") as live:
            async for message in live:
                self._woken.set()
                task = self._calls.get(str(message.get("cancelled", "")))
                if task is not None:
                    task.cancel()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEART_S)
            try:
                # Taken before we look: one that is begun meanwhile is not among those found.
                for call in await self._write(partial(self._alive, tuple(self._calls.items()))):
                    await self._untold(call)
            except (GovorunError, SQLAlchemyError, OSError):
                log.exception("calls can't be kept up")

    def _alive(self, calls: Sequence[tuple[str, asyncio.Task[Any]]], tx: Connection) -> list[Placed]:
        """Whoever cancelled a call in another process, whose message was lost, is obeyed here. Those that failed, for
        nobody looks after them any more."""
        at = datetime.now(UTC)
        placed.heartbeat(tx, self._owner, at)
        failed = placed.tidy(tx, at)
        for each in placed.next_tries(tx):
            with contextlib.suppress(Unacceptable):  # an address that is none any more: dialling it tells so
                self._called_off(each, tx)
        for ident, task in calls:
            found = placed.get(tx, ident)
            if found is None or found.over:  # one that waits for its next try is not over, though its line is still up
                task.get_loop().call_soon_threadsafe(task.cancel)
        return failed

    async def _untold(self, call: Placed) -> None:
        """One that no line was free for, or that a process died over before anybody answered, ends as others do."""
        if call.conversation or any(each.state == "answered" for each in call.steps):
            return
        conversation = await self._tell(call, "no_line" if call.why == placed.WAITED else "failed")
        if conversation:
            await self._write(lambda tx: placed.told(tx, call.id, conversation))

    # --- placing ---------------------------------------------------------------------------------------

    def _begin(self, call: Placed) -> None:
        async def nobody(progress: Progress) -> None:
            """Nobody watches."""

        task = asyncio.create_task(self._place(call, nobody), name="calls-place")
        self._calls[call.id] = task
        task.add_done_callback(lambda done: self._over(call.id, done))

    def _over(self, ident: str, task: asyncio.Task[Progress]) -> None:
        self._calls.pop(ident, None)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call of ours broke: %s", error, exc_info=error)

    async def _place(self, call: Placed, tell: Tell) -> Progress:
        wanted = call.wanted
        policy = self._redial(wanted)
        again = redial.again(policy, call.dialled + 1)
        dialled = False

        async def told(progress: Progress) -> None:
            nonlocal dialled
            dialled = True
            what = redial.outcome(progress.state, progress.by, message=progress.message)
            more = (
                what in again and not progress.conversation
            )  # who was told of a machine late has heard of the last call
            due = redial.when(policy, what, self._house.now(), self._quiet(wanted)) if more else None
            await self._step(call.id, progress, again=due)
            await tell(progress)

        try:
            if wanted.origin != "command" and not await self._may(call):
                return Progress(state="no_answer")
            return await self._dial(self._order(call, again), told)
        except asyncio.CancelledError:
            await self._write(lambda tx: self._mine(tx, call.id) and placed.cancel(tx, call.id, datetime.now(UTC)))
            raise
        except GovorunError as error:
            ours = await self._write(lambda tx: self._mine(tx, call.id))
            conversation = await self._tell(call, _why(error)) if ours and not dialled else ""
            failed = Step(at=datetime.now(UTC), state="failed", why=error.told("en"))
            await self._write(
                lambda tx: (
                    self._mine(tx, call.id) and placed.step(tx, call.id, failed, conversation=conversation or None)
                )
            )
            raise

    async def _may(self, call: Placed) -> bool:
        """Whether it is dialled now; else it is called off or put off. Raises Unacceptable, Conflict."""
        wanted = call.wanted
        to, now, at = destination(wanted.to), self._house.now(), datetime.now(UTC)
        if await self._write(lambda tx: self._called_off(call, tx)):
            return False
        until = quiet_until(self._quiet(wanted), now)
        if call.dialled and until is not None:  # their turn has come while no line was free
            await self._write(lambda tx: placed.put_off(tx, call.id, "quiet hours", until, at))
            return False
        self._rules.check(to, now, forced=wanted.forced)

        def look(tx: Connection) -> bool:
            called.for_whom(tx, to.number, wanted.customer, wanted.given)
            terms.may_call(tx, to.number, now, forced=wanted.forced, purpose=wanted.purpose)
            if not reached.on_the_line(tx, party(tx, wanted), now, strictly=not call.dialled):
                return True
            placed.put_off(tx, call.id, "they are on the line with us", at + ON_THE_LINE, at)
            return False

        return await self._write(look)

    def _called_off(self, call: Placed, tx: Connection) -> bool:
        """Who came by themselves since we tried is not called again: their conversation is told, and the record."""
        if not call.dialled:
            return False
        wanted, at = call.wanted, datetime.now(UTC)
        sets = tuple(filter(None, (wanted.scenarios, wanted.asked_in)))
        found = reached.reached(tx, party(tx, wanted), call.since, sets=sets)
        if found is None:
            return False
        made = placed.cancel(tx, call.id, at, why=found.why, conversation=found.conversation)
        if made is not None and made.state == "cancelled":
            conversations.add_note(
                tx, found.conversation, CalledOff(id=f"{call.id}/off", at=at, why=found.why, call=call.id)
            )
        return True

    async def _tell(self, call: Placed, outcome: Untaken) -> str:
        """The conversation hears that nobody is called any more: its scenario may have steps for that. Its id."""
        try:
            order = self._order(call, frozenset())
        except Unacceptable as error:  # an address that was one when it was asked for
            log.error("nobody was told of a call: %s", place(error))
            return ""
        return await untaken(self._house.turns, order, outcome)

    def _order(self, call: Placed, again: frozenset[str]) -> Order:
        wanted, to = call.wanted, destination(call.wanted.to)
        return Order(
            id=call.id,
            address=to.address,
            number=to.number,
            scenarios=wanted.scenarios,
            scenario=wanted.scenario,
            given=wanted.given,
            language=wanted.language,
            machine=self._machine(wanted),
            ring_s=wanted.ring_s,
            again=again,
            customer=wanted.customer,
        )

    def _mine(self, tx: Connection, ident: str) -> bool:
        """Whether it is still ours: one that waits for its next try is nobody's, however this one came to its end."""
        found = placed.get(tx, ident)
        return found is not None and found.owner == self._owner

    async def _step(self, ident: str, progress: Progress, *, again: datetime | None = None) -> None:
        """again: when it is dialled once more, for this came to nothing."""
        step = Step(
            at=datetime.now(UTC), state=progress.state, status=progress.status, by=progress.by, why=progress.why
        )
        if again is not None:
            await self._write(lambda tx: placed.again(tx, ident, step, again, step.at))
            return
        await self._write(
            lambda tx: placed.step(
                tx, ident, step, message=progress.message, conversation=progress.conversation or None
            )
        )

    def _machine(self, wanted: Wanted) -> Machine:
        """What was asked for, else what the scenario says."""
        return wanted.machine or (about(self._house.sets, wanted) or Outbound()).machine

    def _redial(self, wanted: Wanted) -> Redial:
        """What was asked for, else what the scenario says, else the settings. Somebody at a terminal calls once."""
        if wanted.origin == "command":
            return Redial()
        said, settings = about(self._house.sets, wanted), self._house.settings
        usual = Redial(
            times=settings.redial,
            after_s=settings.redial_after_min * 60,
            busy_after_s=settings.redial_busy_after_min * 60,
        )
        return wanted.redial or (said.redial if said is not None else None) or usual

    def _quiet(self, wanted: Wanted) -> tuple[time, time] | None:
        """Whoever forces a call answers for its hour, and for those of others that they ask for themselves."""
        return None if wanted.forced and wanted.redial is not None else self._rules.quiet

    async def _write(self, work: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._house.database.writing() as tx:
                return work(tx)

        return await asyncio.to_thread(run)


def party(tx: Connection, wanted: Wanted) -> Party:
    """Whom the call means, and whose coming makes it needless."""
    return Party.of(tx, destination(wanted.to).number, wanted.customer)


def _why(error: GovorunError) -> Untaken:
    """What the conversation is told of a call that was not dialled."""
    if isinstance(error, Conflict):
        told: Mapping[str, Untaken] = {"do_not_call": "do_not_call", "GOVORUN_QUIET_HOURS": "quiet_hours"}
        return told.get(error.where, "not_allowed")
    if isinstance(error, Unacceptable):
        return "not_allowed"
    return "no_line" if isinstance(error, Unavailable) else "failed"


def about(sets: Mapping[str, ScenarioSet], wanted: Wanted) -> Outbound | None:
    """What the scenario that the call begins says of it."""
    found = sets.get(wanted.scenarios)
    scenario = found.scenarios.get(wanted.scenario or found.start) if found else None
    return scenario.outbound if scenario else None


def room(capacity: int, most: int, *, up: int, ours: int) -> int:
    """How many more calls of ours may begin: a quarter of the lines, at least one of several, is for who calls us."""
    reserve = min(max(1, capacity // 4), capacity - 1)
    return max(0, min(most - ours, capacity - reserve - up))
