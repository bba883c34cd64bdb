"""Brings what was said to channels that must be called: messengers. Durable, in order, again until it is taken.

A row is leased, handed to its channel, marked done. A crash between the messenger's 200 and our mark sends it once more
after LEASE: that "maybe sent" is the one effect that no transaction of ours can cover; channels pass (conversation,
seq) to messengers that drop doubles.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError

from bot.dialogue.actions import Say, Sent
from bot.errors import place
from bot.ports import Bus, Channel, Gathering, Identity, Row, Undelivered
from bot.stores import conversations
from bot.stores.schema import conversations as talks
from bot.stores.schema import outbox
from bot.stores.sql import Database

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a channel's own timeout
GIVEN = LEASE - timedelta(seconds=5)  # what a channel gets of it for a row in many parts
ATTEMPTS = 12  # with the back-off below: about half an hour
MAX_WAIT = 300.0  # seconds between attempts
OLD = timedelta(hours=24)  # what was said so long ago is given up, however often a messenger asked to wait
AT_ONCE = 16  # chats delivered to side by side
POLL_SECONDS = 2.0  # for rows whose time comes, and for what another process wrote without a bus between
KEPT = timedelta(days=7)  # rows that were delivered or given up
TIDY = timedelta(hours=1)

Lost = Callable[["Parcel", str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Parcel:
    conversation: str
    seq: int
    channel: str
    identity: Identity
    attempts: int


class Outbox:
    """One a process is enough; more share the work. lost: told of each row that is given up, and why. shown: a row as
    its customer is to see it, where the journal keeps less of it."""

    def __init__(
        self,
        database: Database,
        channels: Mapping[str, Channel],
        bus: Bus,
        lost: Lost | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        shown: Callable[[Row], Row] = lambda row: row,
    ) -> None:
        self._database = database
        self._channels = channels
        self._bus = bus
        self._lost = lost
        self._now = now
        self._shown = shown
        self._busy: dict[asyncio.Task[None], Parcel] = {}
        self._handed = 0  # over; what is next in its chat may have become due while we looked for what is

    async def run(self) -> None:
        """Deliver until cancelled. A chat whose messenger is slow holds up no other."""
        tidy = self._now()
        async with self._bus.subscribe("outbox") as woken:
            wake = asyncio.ensure_future(anext(woken))
            try:
                while True:
                    if wake.done():
                        wake = asyncio.ensure_future(anext(woken))
                    now, handed = self._now(), self._handed
                    try:
                        begun = await self._begin(now)
                        if now >= tidy:
                            await asyncio.to_thread(self._tidy, now)
                            tidy = now + TIDY
                    except SQLAlchemyError as error:
                        log.error("the outbox can't be read: %s", place(error))
                        begun = 0
                    if not begun and handed == self._handed:
                        await asyncio.wait(
                            (wake, *self._busy), timeout=POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                        )
            finally:
                wake.cancel()
                with suppress(asyncio.CancelledError):
                    await asyncio.gather(*self._busy, return_exceptions=True)

    async def deliver(self, now: datetime) -> int:
        """Hand over what is due, at most one row a chat; how many were tried."""
        parcels = await asyncio.to_thread(self._lease, now)
        await asyncio.gather(*(self._hand_over(parcel, lambda: now) for parcel in parcels))
        return len(parcels)

    async def _begin(self, now: datetime) -> int:
        room = AT_ONCE - len(self._busy)
        parcels = await asyncio.to_thread(self._lease, now, room) if room > 0 else []
        for parcel in parcels:
            task = asyncio.create_task(self._hand_over(parcel, self._now))
            self._busy[task] = parcel
            task.add_done_callback(self._over)
        return len(parcels)

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._busy[task]
        self._handed += 1

    async def _hand_over(self, parcel: Parcel, now: Callable[[], datetime]) -> None:
        channel = self._channels.get(parcel.channel)
        gathered = [parcel]
        try:
            if channel is None:
                raise Undelivered(f"no channel '{parcel.channel}' is configured", retry_after=MAX_WAIT)
            async with asyncio.timeout(GIVEN.total_seconds()):
                if isinstance(channel, Gathering) and channel.gather_s is not None:
                    gathered, rows = await asyncio.to_thread(self._gathered, parcel)
                    _quiet(rows, channel.gather_s, now())
                    await channel.deliver_together(tuple(_as_said(self._shown(row)) for row in rows), parcel.identity)
                else:
                    for row in await asyncio.to_thread(self._row, parcel):
                        await channel.deliver(_as_said(self._shown(row)), parcel.identity)
        except Undelivered as error:
            await self._put_off(gathered, error, now())
        except Exception as error:  # noqa: BLE001  the outermost loop; one channel's fault must not stop the others
            log.error("%s could not deliver: %s", parcel.channel, place(error))
            await self._put_off([parcel], Undelivered(type(error).__name__), now())
        else:
            for each in gathered:
                await self._mark(each, done=now())

    def _lease(self, now: datetime, most: int = AT_ONCE) -> list[Parcel]:
        with self._database.reading() as tx:  # mostly there is nothing, and a turn that writes isn't held up
            if not tx.execute(select(exists().where(outbox.c.done.is_(None), outbox.c.due <= now))).scalar():
                return []
        with self._database.writing() as tx:
            due = _due(tx, now, most)
            for parcel in due:
                _change(tx, parcel, due=now + LEASE, attempts=parcel.attempts + 1)
        return due

    def _row(self, parcel: Parcel) -> tuple[Row, ...]:
        with self._database.reading() as tx:
            return conversations.rows(tx, parcel.conversation, first=parcel.seq, last=parcel.seq)

    def _gathered(self, parcel: Parcel) -> tuple[list[Parcel], tuple[Row, ...]]:
        """This one, and what was said after it in the same conversation: nobody else has it, for this is the first."""
        own = (outbox.c.conversation == parcel.conversation, outbox.c.channel == parcel.channel)
        chat = (outbox.c.kind == parcel.identity.kind, outbox.c.value == parcel.identity.value)
        with self._database.reading() as tx:
            left = select(outbox.c.seq, outbox.c.attempts).where(
                *own, *chat, outbox.c.done.is_(None), outbox.c.seq > parcel.seq
            )
            after = [
                replace(parcel, seq=row.seq, attempts=row.attempts) for row in tx.execute(left.order_by(outbox.c.seq))
            ]
            parcels = [parcel, *after]
            seqs = {each.seq for each in parcels}
            rows = conversations.rows(tx, parcel.conversation, first=parcel.seq, last=parcels[-1].seq)
        return parcels, tuple(row for row in rows if row.seq in seqs)

    async def _put_off(self, parcels: Sequence[Parcel], error: Undelivered, now: datetime) -> None:
        """What was to go with the first waits behind it anyhow; it is given up with it, too."""
        parcel = parcels[0]
        why, wait = str(error), error.retry_after
        old = error.told and await asyncio.to_thread(self._older, parcel, now - OLD)
        if wait is None or old or (not error.told and parcel.attempts + 1 >= ATTEMPTS):
            log.error("%s gave a row up after %d attempts: %s", parcel.channel, parcel.attempts + 1, why)
            for each in parcels:
                await self._mark(each, done=now, failed=why)
                if self._lost is not None:
                    await self._lost(each, why)
        elif error.told:
            await self._mark(parcel, due=now + timedelta(seconds=wait), attempts=parcel.attempts)
        else:
            wait = min(wait * 2**parcel.attempts, max(MAX_WAIT, wait))
            await self._mark(parcel, due=now + timedelta(seconds=wait))

    def _older(self, parcel: Parcel, than: datetime) -> bool:
        return all(row.at < than for row in self._row(parcel))

    async def _mark(self, parcel: Parcel, **values: object) -> None:
        """What can't be written now is leased again when its time is over, and its channel knows what it has."""

        def write() -> None:
            with self._database.writing() as tx:
                _change(tx, parcel, **values)

        try:
            await asyncio.to_thread(write)
        except SQLAlchemyError as error:
            log.error("the outbox can't be written: %s", place(error))

    def _tidy(self, now: datetime) -> None:
        with self._database.writing() as tx:
            tx.execute(delete(outbox).where(outbox.c.done < now - KEPT))


def _quiet(rows: Sequence[Row], gather_s: float, now: datetime) -> None:
    """Raises Undelivered where more may be said yet."""
    wait = gather_s - (now - rows[-1].at).total_seconds() if rows else 0.0
    if wait > 0:
        raise Undelivered("more may follow", retry_after=min(wait, gather_s), told=True)


def _as_said(row: Row) -> Row:
    """What goes to a number besides a call is delivered like what is said in a chat."""
    sent = row.entry
    if not isinstance(sent, Sent):
        return row
    return replace(row, entry=Say(text=sent.text, speech=sent.text, language=sent.language))


def _due(tx: Connection, now: datetime, most: int) -> list[Parcel]:
    """The first undelivered row of each chat whose time has come: what was said first arrives first, though it was in
    a conversation that is over."""
    earlier, begun, own = outbox.alias(), talks.alias(), talks.alias()
    before = exists().where(
        and_(
            earlier.c.done.is_(None),
            earlier.c.channel == outbox.c.channel,
            earlier.c.kind == outbox.c.kind,
            earlier.c.value == outbox.c.value,
            begun.c.id == earlier.c.conversation,
            or_(
                and_(earlier.c.conversation == outbox.c.conversation, earlier.c.seq < outbox.c.seq),
                begun.c.started < own.c.started,
            ),
        )
    )
    found = tx.execute(
        select(outbox)
        .join(own, own.c.id == outbox.c.conversation)
        .where(outbox.c.done.is_(None), outbox.c.due <= now, ~before)
        .order_by(outbox.c.due)
        .limit(most)
        .with_for_update(of=outbox, skip_locked=True)
    )
    return [
        Parcel(row.conversation, row.seq, row.channel, Identity(kind=row.kind, value=row.value), row.attempts)
        for row in found
    ]


def _change(tx: Connection, parcel: Parcel, **values: object) -> None:
    tx.execute(
        update(outbox).where(outbox.c.conversation == parcel.conversation, outbox.c.seq == parcel.seq).values(**values)
    )
