"""How quickly somebody is known among a hundred thousand who talked with us fifty times each.

profile_p95_ms   a customer's profile and the first page of their timeline, as the desk opens them
turn_p95_ms      a call of one of them begins: recognised, greeted by what is known, menu ordered, committed to the disk
bare_commit_p95_ms   one small row a commit on the same disk in the same minute: what no turn can be quicker than

Each customer has a telephone and a messenger that are proven to be one person's, facts of both, and a menu choice with
every conversation. They are written in bulk; --short makes two thousand of them. A database that an earlier run filled
as asked is taken as it stands: keep a big one with --database sqlite:////somewhere/profile.db.

python -m benchmarks.profile [--short] [--customers N] [--each N] [--database URL] [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy import Connection, Table, func, insert, select, text

from benchmarks.turn import CLINIC, Silent
from bot.authoring.load import load
from bot.backends.calendar import Calendar
from bot.customers import profile, timeline
from bot.dialogue import codec
from bot.dialogue.events import Started
from bot.dialogue.session import Frame, Session
from bot.dialogue.values import PersonName
from bot.ports import Identity, Inbound
from bot.stores.bus import LocalBus
from bot.stores.schema import conversations, customers, facts, identities, identity_acts, identity_proofs, menu_choices
from bot.stores.sql import Database
from bot.turn import Served, Turn

if TYPE_CHECKING:
    import psycopg

AT = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
CHUNK = 20_000  # rows a statement
WEEK = timedelta(days=7)
ITEMS = ("booking", "cancellation", "price", "address", "operator")


def phone(number: int) -> Identity:
    return Identity(kind="phone", value=f"+7905{number:07}")


def messenger(number: int) -> Identity:
    return Identity(kind="telegram", value=str(10_000_000 + number))


def holds(database: Database, people: int, each: int) -> bool:
    """Whether an earlier run filled it just so."""
    with database.reading() as tx:
        found = set(tx.scalars(select(conversations.c.id).where(conversations.c.id.in_(_ends(people, each)))))
    return found == {_ends(people, each)[0]}


def _ends(people: int, each: int) -> tuple[str, str, str]:
    """The last conversation there should be, and two that there should not."""
    return f"{people}-{each - 1}", f"{people}-{each}", f"{people + 1}-0"


@contextmanager
def progress(rows: int) -> Iterator[Callable[[int], object]]:
    """A bar on stderr where somebody looks; told of rows as they are written."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        yield partial(bar.advance, bar.add_task("rows", total=rows))


def filled(database: Database, people: int, each: int, done: Callable[[int], object] = lambda _: None) -> None:
    """Everything in bulk. Customer n has the homes 2n-1 (telephone) and 2n (messenger), and is known by the first."""
    session = codec.dump(
        Session(
            conversation="c",
            scenarios="clinic",
            channel="sip",
            medium="voice",
            status="ended",
            stack=(Frame(scenario="clinic", step="menu"),),
        )
    )
    dice = random.Random(1)
    name, russian = codec.dump(PersonName(given="Иван", family="Петров")), codec.dump("ru")
    numbers = range(1, people + 1)

    def happened() -> Iterator[tuple[int, Identity, int, datetime]]:
        """Customer, by which identity, the how manieth, when: the last one within the day, as one that may go on."""
        for n in numbers:
            both, last = (phone(n), messenger(n)), AT - timedelta(seconds=n % 86_400)
            for k in range(each):
                yield n, both[k % 2], k, last - WEEK * (each - 1 - k)

    def talks() -> Iterator[tuple[object, ...]]:
        same = ("clinic", "ended", "", "", session, 3, 7)
        for n, who, k, at in happened():
            on = (("sip", "voice"), ("telegram", "text"))[k % 2]
            yield (f"{n}-{k}", 2 * n - 1, who.via, who.kind, who.value, *on, *same, at, at, at)

    def choices() -> Iterator[tuple[object, ...]]:
        for n, who, _, at in happened():
            item = ITEMS[min(len(ITEMS) - 1, int(dice.expovariate(1.0)))]
            yield (2 * n - 1, who.via, "clinic", "main", item, at)

    def told() -> Iterator[tuple[object, ...]]:
        for n in numbers:
            by_phone, by_messenger = phone(n), messenger(n)
            yield (by_phone.via, "name", 2 * n - 1, name, "said", AT)
            yield (by_messenger.via, "phone", 2 * n - 1, codec.dump(by_phone.value), "said", AT)
            yield (by_messenger.via, "language", 2 * n - 1, russian, "said", AT)

    known = (
        (who.kind, who.value, 2 * n - 1, home, AT)
        for n in numbers
        for home, who in ((2 * n - 1, phone(n)), (2 * n, messenger(n)))
    )
    acts = ((n, "join", json.dumps([phone(n).via, messenger(n).via]), "contact", "", "", AT, "") for n in numbers)
    proofs = ((n, phone(n).via, messenger(n).via, "contact", AT, True, n) for n in numbers)
    with bulk(database, done) as write:
        write(customers, "id created", ((home, AT) for home in range(1, 2 * people + 1)))
        write(identities, "kind value customer home created", known)
        write(facts, "via fact customer value source at", told())
        write(identity_acts, "id kind vias proof by note at undone_by", acts)
        write(identity_proofs, "id first second proof at active begun", proofs)
        write(
            conversations,
            "id customer via kind value channel medium scenarios status agent phone session version seq started updated"
            " ended",
            talks(),
        )
        write(menu_choices, "customer via scenarios menu item at", choices())
    with database.writing() as tx:
        if not database.sqlite:  # numbers were given: what comes next counts on from them
            for table in ("customers", "identity_acts", "identity_proofs"):
                tx.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
                )
        tx.execute(text("PRAGMA analysis_limit = 1000" if database.sqlite else "SELECT 1"))
        tx.execute(text("ANALYZE"))
    database.settle()


@contextmanager
def bulk(
    database: Database, done: Callable[[int], object]
) -> Iterator[Callable[[Table, str, Iterable[tuple[object, ...]]], None]]:
    """Writes many rows of a table, columns by name, in one transaction. Indexes are made after the rows, by sorting:
    to find the place of each of ten million rows in five trees takes ten times as long."""
    if not database.sqlite:
        with database.writing() as tx:
            # What refers to what is known to be right, and need not be looked up ten million times.
            tx.execute(text("SET LOCAL session_replication_role = replica"))
            made = tx.execute(text(_PLAIN_INDEXES)).all()
            for index in made:
                tx.execute(text(f'DROP INDEX "{index.name}"'))
            yield partial(_copy, tx, done)
            for index in made:
                tx.exec_driver_sql(index.sql)
        return
    with database.writing() as tx:
        tx.execute(text("PRAGMA cache_size = -200000"))  # KiB
        made = tx.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")).all()
        for index in made:
            tx.execute(text(f'DROP INDEX "{index.name}"'))
        yield partial(_write_text, tx, done)
        for index in made:
            tx.exec_driver_sql(index.sql)
        tx.execute(text("PRAGMA cache_size = -16000"))


_PLAIN_INDEXES = """
    SELECT relname AS name, pg_get_indexdef(oid) AS sql FROM pg_class
    WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace
    AND oid NOT IN (SELECT conindid FROM pg_constraint)
"""


def _copy(
    tx: Connection, done: Callable[[int], object], table: Table, columns: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """By COPY, as text: PostgreSQL's own way for many rows."""
    rest = iter(rows)
    kept: dict[object, str] = {}

    def plain(value: object) -> str:
        if isinstance(value, datetime):
            if value not in kept:
                kept[value] = value.isoformat()
            return kept[value]
        return value.replace("\\", "\\\\") if isinstance(value, str) else str(value)

    names = ", ".join(map(_quoted, columns.split()))
    cursor = cast("psycopg.Connection[Any]", tx.connection.driver_connection).cursor()
    with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN".encode()) as into:
        while chunk := list(islice(rest, CHUNK)):
            into.write("".join("\t".join(map(plain, row)) + "\n" for row in chunk))
            done(len(chunk))
            kept.clear()


def _write_text(
    tx: Connection, done: Callable[[int], object], table: Table, columns: str, rows: Iterable[tuple[object, ...]]
) -> None:
    """Past SQLAlchemy, which takes most of the time; instants in its form."""
    names, rest = columns.split(), iter(rows)
    kept: dict[datetime, str] = {}

    def plain(value: object) -> object:
        if not isinstance(value, datetime):
            return value
        if value not in kept:
            kept[value] = f"{value:%Y-%m-%d %H:%M:%S}.000000"
        return kept[value]

    sql = f"INSERT INTO {table.name} ({', '.join(map(_quoted, names))}) VALUES ({', '.join('?' * len(names))})"
    while chunk := [tuple(map(plain, row)) for row in islice(rest, CHUNK)]:
        tx.exec_driver_sql(sql, chunk)
        kept.clear()
        done(len(chunk))


def _quoted(name: str) -> str:
    return f'"{name}"'


def p95(work: Callable[[int], object], numbers: list[int]) -> dict[str, float]:
    """Milliseconds of each, one after the other."""
    took = []
    for number in numbers:
        begun = time.perf_counter()
        work(number)
        took.append((time.perf_counter() - begun) * 1000)
    return spread(took)


def spread(took: list[float]) -> dict[str, float]:
    cuts = statistics.quantiles(took, n=20)
    return {"p50_ms": round(statistics.median(took), 2), "p95_ms": round(cuts[18], 2)}


def opened(database: Database, number: int) -> None:
    with database.reading() as tx:
        found = profile.profile(tx, 2 * number - 1)
        assert found is not None
        assert len(found.identities) == 2
        assert timeline.timeline(tx, found.id, limit=50)


async def begun(database: Database, numbers: list[int]) -> dict[str, float]:
    scenarios = load(CLINIC)
    served = Served(scenarios=scenarios, nlu=Silent(), backends={"calendar": Calendar(scenarios.business)})
    turn = Turn(database, {scenarios.name: served}, LocalBus(), default=scenarios.name)
    took = []
    run = uuid4().hex
    for at, number in enumerate(numbers):
        started = Started(id=f"{run}-{at}", at=AT + timedelta(seconds=at))
        inbound = Inbound(event=started, channel="sip", identity=phone(number), medium="voice")
        before = time.perf_counter()
        outcome = await turn.take(inbound)
        took.append((time.perf_counter() - before) * 1000)
        assert str(outcome.session.customer.get("name")) == "Иван Петров"
    await turn.close()
    return spread(took[len(took) // 10 :])  # the first ones read the scenarios' tables and everybody's habits


def bare(database: Database, count: int) -> dict[str, float]:
    def one(_: int) -> None:
        with database.writing() as tx:
            tx.execute(insert(customers).values(created=AT))

    return p95(one, list(range(count)))


def measured(url: str, people: int, each: int, samples: int) -> dict[str, Any]:
    database = Database(url)
    database.create()
    started, worked = time.perf_counter(), time.process_time()
    fresh = not holds(database, people, each)
    if fresh:
        with progress(people * (2 * each + 9)) as done:
            filled(database, people, each, done)
    fill_s, fill_cpu_s = time.perf_counter() - started, time.process_time() - worked
    with database.reading() as tx:  # every run adds to them, so that another one draws other people
        dice = random.Random(tx.scalar(select(func.max(customers.c.id))))
    numbers = [dice.randint(1, people) for _ in range(samples)]
    profiles = p95(lambda number: opened(database, number), numbers)
    turns = asyncio.run(begun(database, numbers))
    commits = bare(database, samples)
    database.close()
    return {
        "customers": people,
        "interactions": people * each,
        **({"fill_s": round(fill_s, 1), "fill_cpu_s": round(fill_cpu_s, 1)} if fresh else {}),
        "profile_p50_ms": profiles["p50_ms"],
        "profile_p95_ms": profiles["p95_ms"],
        "turn_p50_ms": turns["p50_ms"],
        "turn_p95_ms": turns["p95_ms"],
        "bare_commit_p95_ms": commits["p95_ms"],
        "database": "SQLite" if database.sqlite else "PostgreSQL",
        "load": round(os.getloadavg()[0], 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="two thousand customers")
    parser.add_argument("--customers", type=int, default=0)
    parser.add_argument("--each", type=int, default=50, help="conversations of each")
    parser.add_argument("--samples", type=int, default=500)
    parser.add_argument(
        "--database",
        default="",
        help="an empty one, of PostgreSQL as its superuser; a SQLite file of its own by default",
    )
    parser.add_argument("--json", action="store_true", help="for programs; it is JSON anyway")
    asked = parser.parse_args()
    people = asked.customers or (2_000 if asked.short else 100_000)
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder)}/profile.db"
        print(json.dumps(measured(url, people, asked.each, asked.samples), indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
