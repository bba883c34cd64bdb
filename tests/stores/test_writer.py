from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, event, insert, select, text
from sqlalchemy.exc import IntegrityError

from bot.errors import Conflict
from bot.stores.schema import customers
from bot.stores.sql import Database
from bot.stores.writer import Writer

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


@pytest.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    made = Writer(database)
    yield made
    await asyncio.to_thread(made.close)


def kept(database: Database) -> list[int]:
    with database.reading() as tx:
        return list(tx.execute(select(customers.c.id).order_by(customers.c.id)).scalars())


def add(number: int, tx: Connection) -> int:
    tx.execute(insert(customers).values(id=number, created=AT))
    return number


def conflict(number: int, tx: Connection) -> int:
    add(number, tx)
    raise Conflict("no")


async def gathered(writer: Writer, database: Database, *bodies: object) -> list[object]:
    """All asked for while the writer is busy, so that they wait together."""
    begun, go = threading.Event(), threading.Event()

    def busy(_: Connection) -> None:
        begun.set()
        go.wait(20)

    first = asyncio.create_task(writer.run(busy))
    assert await asyncio.to_thread(begun.wait, 20)
    rest = [asyncio.create_task(writer.run(body)) for body in bodies]  # type: ignore[arg-type]
    await asyncio.sleep(0)  # each task's first step asks
    go.set()
    await first
    return await asyncio.gather(*rest, return_exceptions=True)


async def test_what_waits_together_is_committed_together(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    database.create()
    commits = 0

    @event.listens_for(database._engine, "commit")
    def count(_: Connection) -> None:
        nonlocal commits
        commits += 1

    writer = Writer(database)
    done = await gathered(writer, database, *(lambda tx, n=n: add(n, tx) for n in range(1, 11)))
    assert done == list(range(1, 11))
    assert commits == 2  # the busy one's, and theirs
    assert kept(database) == done
    writer.close()
    database.close()


async def test_one_that_fails_takes_only_its_own_work_back(database: Database, writer: Writer) -> None:
    done = await gathered(
        writer,
        database,
        lambda tx: add(1, tx),
        lambda tx: conflict(2, tx),
        lambda tx: add(1, tx),
        lambda tx: add(3, tx),
    )
    assert kept(database) == [1, 3]
    assert isinstance(done.pop(1), Conflict)
    assert done.pop() == 3
    assert {type(each) for each in done} == {int, IntegrityError}  # whichever of the two was first


async def test_one_that_breaks_the_transaction_does_not_break_the_others_work(
    database: Database, writer: Writer
) -> None:
    def breaks(tx: Connection) -> None:
        add(2, tx)
        tx.execute(text("ROLLBACK"))
        tx.execute(text("SELECT nothing FROM nowhere"))

    done = await gathered(writer, database, lambda tx: add(1, tx), breaks, lambda tx: add(3, tx))
    assert kept(database) == [1, 3]
    assert (done[0], done[2]) == (1, 3)
    assert isinstance(done[1], Exception)


async def test_nobody_is_answered_before_the_commit(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}/x.db")
    database.create()
    seen: list[list[int]] = []
    writer = Writer(database)

    async def asks(number: int) -> None:
        await writer.run(lambda tx: add(number, tx))
        seen.append(kept(database))  # by a reader of its own

    await asyncio.gather(*(asks(number) for number in range(1, 21)))
    assert all(number in those for number, those in enumerate(seen, 1))
    writer.close()
    database.close()


async def test_what_was_asked_for_is_done_before_it_closes(database: Database) -> None:
    writer = Writer(database)
    asked = [asyncio.create_task(writer.run(lambda tx, n=n: add(n, tx))) for n in range(1, 41)]
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.close)
    assert sorted(await asyncio.gather(*asked)) == kept(database) == list(range(1, 41))
