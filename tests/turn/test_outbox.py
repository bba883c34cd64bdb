from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from bot.dialogue.actions import Say
from bot.dialogue.events import AgentSaid
from bot.outbox import ATTEMPTS, LEASE, Outbox, Parcel
from bot.ports import Identity, Row, Undelivered
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.schema import outbox
from bot.stores.sql import Database
from tests.turn.clinic import NOW, serving, writer


@dataclass
class Messenger:
    """Takes what it is given, after refusing as often as `refusals` says; drops doubles as real ones do."""

    name: str = "rest"
    refusals: list[Exception] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)

    async def deliver(self, row: Row, identity: Identity) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        assert isinstance(row.entry, Say | AgentSaid)
        self.taken.append((identity.value, row.entry.text))


async def talk(database: Database, *senders: str) -> None:
    with serving(database, delivered=("rest",)) as (turn, _):
        for sender in senders:
            await writer(turn, sender).says("main.price")
        await turn.close()


def left(database: Database) -> int:
    with database.reading() as tx:
        return len(tx.execute(select(outbox.c.seq).where(outbox.c.done.is_(None))).all())


SAID = ["Приём стоит 1500 рублей.", "Чем помочь?"]


async def test_what_was_said_is_delivered_once_and_in_order(database: Database) -> None:
    await talk(database, "ivan", "anna")
    messenger = Messenger()
    box = Outbox(database, {"rest": messenger}, LocalBus())
    later = NOW + timedelta(seconds=5)
    while await box.deliver(later):
        pass
    for sender in ("ivan", "anna"):
        assert [text for to, text in messenger.taken if to == sender] == SAID
    assert left(database) == 0


async def test_a_refusal_waits_as_long_as_the_messenger_says_and_holds_the_rest_back(database: Database) -> None:
    await talk(database, "ivan")
    messenger = Messenger(refusals=[Undelivered("429", retry_after=30)])
    box = Outbox(database, {"rest": messenger}, LocalBus())
    now = NOW + timedelta(seconds=5)
    assert await box.deliver(now) == 1
    assert await box.deliver(now + timedelta(seconds=29)) == 0
    assert messenger.taken == []
    while await box.deliver(now + timedelta(seconds=31)):
        pass
    assert [text for _, text in messenger.taken] == SAID


@pytest.mark.parametrize("refusal", [Undelivered("blocked by the user", retry_after=None)])
async def test_what_will_never_go_is_given_up_and_the_next_goes(database: Database, refusal: Undelivered) -> None:
    await talk(database, "ivan")
    messenger = Messenger(refusals=[refusal])
    box = Outbox(database, {"rest": messenger}, LocalBus())
    while await box.deliver(NOW + timedelta(seconds=5)):
        pass
    assert [text for _, text in messenger.taken] == SAID[1:]
    with database.reading() as tx:
        assert tx.execute(select(outbox.c.failed).order_by(outbox.c.seq)).scalars().all() == ["blocked by the user", ""]


async def test_a_fault_in_a_channel_is_tried_again_but_not_for_ever(database: Database) -> None:
    await talk(database, "ivan")
    messenger = Messenger(refusals=[ZeroDivisionError() for _ in range(ATTEMPTS)])
    box = Outbox(database, {"rest": messenger}, LocalBus())
    now = NOW
    for _ in range(ATTEMPTS):
        now += timedelta(hours=1)
        assert await box.deliver(now) == 1
    while await box.deliver(now):
        pass
    assert [text for _, text in messenger.taken] == SAID[1:]


async def test_a_process_that_died_while_delivering_is_stood_in_for(database: Database) -> None:
    await talk(database, "ivan")
    now = NOW + timedelta(seconds=5)
    dying = Outbox(database, {}, LocalBus())
    assert len(dying._lease(now)) == 1  # and dies here, between the messenger's 200 and our mark
    messenger = Messenger()
    box = Outbox(database, {"rest": messenger}, LocalBus())
    assert await box.deliver(now + LEASE - timedelta(seconds=1)) == 0
    while await box.deliver(now + LEASE):
        pass
    assert [text for _, text in messenger.taken] == SAID


async def test_a_turn_wakes_who_delivers(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 3600.0)  # by itself it would not look again
    messenger = Messenger()
    with serving(database, delivered=("rest",)) as (turn, bus):
        running = asyncio.create_task(Outbox(database, {"rest": messenger}, bus).run())
        await asyncio.sleep(0.1)
        person = writer(turn)
        await person.says("main.price")
        async with asyncio.timeout(60):
            while len(messenger.taken) < 2:
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await turn.close()


async def test_what_is_handed_over_while_the_next_is_looked_for_lets_the_next_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.outbox.POLL_SECONDS", 3600.0)
    await talk(database, "ivan")
    looked, loop = asyncio.Event(), asyncio.get_running_loop()

    class Slow(Messenger):
        async def deliver(self, row: Row, identity: Identity) -> None:
            await looked.wait()
            await super().deliver(row, identity)

    messenger = Slow()
    box = Outbox(database, {"rest": messenger}, LocalBus(), now=lambda: NOW + timedelta(seconds=5))
    lease = box._lease

    def late(now: datetime, most: int) -> list[Parcel]:
        """It finds nothing, for the first is under way; that is over before anybody hears of it."""
        found = lease(now, most)
        while box._busy and not found:
            loop.call_soon_threadsafe(looked.set)
            time.sleep(0.01)
        return found

    monkeypatch.setattr(box, "_lease", late)
    running = asyncio.create_task(box.run())
    async with asyncio.timeout(60):
        while [text for _, text in messenger.taken] != SAID:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@dataclass
class Letters(Messenger):
    """Takes all that is said together as one."""

    gather_s: float | None = 3.0
    letters: list[list[int]] = field(default_factory=list)

    async def deliver_together(self, rows: tuple[Row, ...], identity: Identity) -> None:
        if self.refusals:
            raise self.refusals.pop(0)
        self.letters.append([row.seq for row in rows])
        for row in rows:
            await self.deliver(row, identity)


async def test_what_is_said_together_goes_together_once_nothing_more_follows(database: Database) -> None:
    await talk(database, "ivan")
    messenger = Letters()
    box = Outbox(database, {"rest": messenger}, LocalBus())
    said = max(row.at for row in rows_of_talk(database))
    await box.deliver(said + timedelta(seconds=1))
    assert messenger.letters == []
    assert left(database) == 2
    await box.deliver(said + timedelta(seconds=4))
    assert [text for _, text in messenger.taken] == SAID
    assert len(messenger.letters) == 1
    assert left(database) == 0


async def test_what_goes_together_is_tried_again_and_given_up_together(database: Database) -> None:
    await talk(database, "ivan")
    messenger, told = Letters(refusals=[Undelivered("451"), Undelivered("550", retry_after=None)]), []

    async def lost(parcel: Parcel, why: str) -> None:
        told.append((parcel.seq, why))

    box = Outbox(database, {"rest": messenger}, LocalBus(), lost)
    later = max(row.at for row in rows_of_talk(database)) + timedelta(seconds=10)
    assert await box.deliver(later) == 1
    assert left(database) == 2
    assert await box.deliver(later + timedelta(seconds=5)) == 1
    assert left(database) == 0
    assert [why for _, why in told] == ["550", "550"]
    assert len({seq for seq, _ in told}) == 2
    assert messenger.taken == []


def rows_of_talk(database: Database) -> tuple[Row, ...]:
    with database.reading() as tx:
        [conversation] = {row.conversation for row in tx.execute(select(outbox.c.conversation))}
        return conversations.rows(tx, conversation)
