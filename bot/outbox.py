"""Brings what was said to channels that must be called: messengers. Durable, in order, again until it is taken.

A row is leased, handed to its channel, marked done. A crash between the messenger's 200 and our mark sends it once more
after LEASE: that "maybe sent" is the one effect that no transaction of ours can cover; channels pass (conversation,
seq) to messengers that drop doubles.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, and_, exists, select, update

from bot.ports import Bus, Channel, Identity, Row, Undelivered
from bot.stores import conversations
from bot.stores.schema import outbox
from bot.stores.sql import Database

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)  # longer than a channel's own timeout
ATTEMPTS = 12  # with the back-off below: about half an hour
MAX_WAIT = 300.0  # seconds between attempts
AT_ONCE = 16  # conversations delivered to side by side
POLL_SECONDS = 2.0  # for rows whose time comes, and for what another process wrote without a bus between


@dataclass(frozen=True, slots=True)
class Parcel:
    conversation: str
    seq: int
    channel: str
    identity: Identity
    attempts: int


class Outbox:
    """One a process is enough; more share the work."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], bus: Bus) -> None:
        self._database = database
        self._channels = channels
        self._bus = bus

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with self._bus.subscribe("outbox") as woken:
            wake = asyncio.ensure_future(anext(woken))
            try:
                while True:
                    if not await self.deliver(datetime.now(UTC)):
                        await asyncio.wait((wake,), timeout=POLL_SECONDS)
                        if wake.done():
                            wake = asyncio.ensure_future(anext(woken))
            finally:
                wake.cancel()

    async def deliver(self, now: datetime) -> int:
        """Hand over what is due, at most one row a conversation; how many were tried."""
        parcels = await asyncio.to_thread(self._lease, now)
        await asyncio.gather(*(self._hand_over(parcel, now) for parcel in parcels))
        return len(parcels)

    async def _hand_over(self, parcel: Parcel, now: datetime) -> None:
        channel = self._channels.get(parcel.channel)
        try:
            if channel is None:
                raise Undelivered(f"no channel '{parcel.channel}' is configured", retry_after=MAX_WAIT)
            rows = await asyncio.to_thread(self._row, parcel)
            for row in rows:
                await channel.deliver(row, parcel.identity)
        except Undelivered as error:
            await asyncio.to_thread(self._put_off, parcel, str(error), error.retry_after, now)
        except Exception as error:  # noqa: BLE001  the outermost loop; one channel's fault must not stop the others
            log.error("%s could not deliver: %s", parcel.channel, type(error).__name__)
            await asyncio.to_thread(self._put_off, parcel, type(error).__name__, 1.0, now)
        else:
            await asyncio.to_thread(self._mark, parcel, done=now)

    def _lease(self, now: datetime) -> list[Parcel]:
        with self._database.writing() as tx:
            due = _due(tx, now)
            for parcel in due:
                _change(tx, parcel, due=now + LEASE, attempts=parcel.attempts + 1)
        return due

    def _row(self, parcel: Parcel) -> tuple[Row, ...]:
        with self._database.reading() as tx:
            return conversations.rows(tx, parcel.conversation, first=parcel.seq, last=parcel.seq)

    def _put_off(self, parcel: Parcel, why: str, retry_after: float | None, now: datetime) -> None:
        if retry_after is None or parcel.attempts + 1 >= ATTEMPTS:
            log.error("%s gave a row up after %d attempts: %s", parcel.channel, parcel.attempts + 1, why)
            self._mark(parcel, done=now, failed=why)
            return
        wait = min(retry_after * 2**parcel.attempts, max(MAX_WAIT, retry_after))
        self._mark(parcel, due=now + timedelta(seconds=wait))

    def _mark(self, parcel: Parcel, **values: object) -> None:
        with self._database.writing() as tx:
            _change(tx, parcel, **values)


def _due(tx: Connection, now: datetime) -> list[Parcel]:
    """The first undelivered row of each conversation whose time has come: what was said first arrives first."""
    earlier = outbox.alias()
    before = exists().where(
        and_(
            earlier.c.conversation == outbox.c.conversation,
            earlier.c.seq < outbox.c.seq,
            earlier.c.done.is_(None),
        )
    )
    found = tx.execute(
        select(outbox)
        .where(outbox.c.done.is_(None), outbox.c.due <= now, ~before)
        .order_by(outbox.c.due)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [
        Parcel(row.conversation, row.seq, row.channel, Identity(kind=row.kind, value=row.value), row.attempts)
        for row in found
    ]


def _change(tx: Connection, parcel: Parcel, **values: object) -> None:
    tx.execute(
        update(outbox).where(outbox.c.conversation == parcel.conversation, outbox.c.seq == parcel.seq).values(**values)
    )
