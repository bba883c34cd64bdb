"""How quickly somebody is known among a hundred thousand who talked with us fifty times each.

profile_p95_ms   a customer's profile and the first page of their timeline, as the desk opens them
turn_p95_ms      a call of one of them begins: recognised, greeted by what is known, menu ordered, committed to the disk
bare_commit_p95_ms   one small row a commit on the same disk in the same minute: what no turn can be quicker than

Each customer has a telephone and a messenger that are proven to be one person's, facts of both, and a menu choice with
every conversation. They are written in bulk; --short makes two thousand of them.

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
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Table, insert, text

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

AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
CHUNK = 20_000  # rows a statement
ITEMS = ("booking", "cancellation", "price", "address", "operator")


def phone(number: int) -> Identity:
    return Identity(kind="phone", value=f"+7905{number:07}")


def messenger(number: int) -> Identity:
    return Identity(kind="telegram", value=str(10_000_000 + number))


def filled(database: Database, people: int, each: int) -> None:
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
    name = codec.dump(PersonName(given="Иван", family="Петров"))

    def conversation(n: int, k: int) -> dict[str, Any]:
        who = (phone, messenger)[k % 2](n)
        at = AT - timedelta(days=7 * (each - k), seconds=n % 86_400)
        return {
            "id": f"{n}-{k}",
            "customer": 2 * n - 1,
            "via": who.via,
            "channel": ("sip", "telegram")[k % 2],
            "kind": who.kind,
            "value": who.value,
            "medium": ("voice", "text")[k % 2],
            "scenarios": "clinic",
            "status": "ended",
            "session": session,
            "version": 3,
            "seq": 7,
            "started": at,
            "updated": at,
            "ended": at,
        }

    def choice(n: int, k: int) -> dict[str, Any]:
        row = conversation(n, k)
        item = ITEMS[min(len(ITEMS) - 1, int(dice.expovariate(1.0)))]
        return {
            "customer": row["customer"],
            "via": row["via"],
            "scenarios": "clinic",
            "menu": "main",
            "item": item,
            "at": row["started"],
        }

    def known() -> Iterator[dict[str, Any]]:
        for n in range(1, people + 1):
            for home, who in ((2 * n - 1, phone(n)), (2 * n, messenger(n))):
                yield {"kind": who.kind, "value": who.value, "customer": 2 * n - 1, "home": home, "created": AT}

    def told() -> Iterator[dict[str, Any]]:
        for n in range(1, people + 1):
            for fact, value, who in (
                ("name", name, phone(n)),
                ("phone", codec.dump(phone(n).value), messenger(n)),
                ("language", codec.dump("ru"), messenger(n)),
            ):
                yield {"via": who.via, "fact": fact, "customer": 2 * n - 1, "value": value, "source": "said", "at": AT}

    numbers = range(1, people + 1)
    _write(database, customers, ({"id": home, "created": AT} for home in range(1, 2 * people + 1)))
    _write(database, identities, known())
    _write(database, facts, told())
    _write(
        database,
        identity_acts,
        (
            {
                "id": n,
                "kind": "join",
                "vias": json.dumps([phone(n).via, messenger(n).via]),
                "proof": "contact",
                "by": "",
                "note": "",
                "at": AT,
            }
            for n in numbers
        ),
    )
    _write(
        database,
        identity_proofs,
        (
            {
                "id": n,
                "first": phone(n).via,
                "second": messenger(n).via,
                "proof": "contact",
                "at": AT,
                "active": True,
                "begun": n,
                "ended": None,
            }
            for n in numbers
        ),
    )
    _write(database, conversations, (conversation(n, k) for n in numbers for k in range(each)))
    _write(database, menu_choices, (choice(n, k) for n in numbers for k in range(each)))
    if not database.sqlite:  # numbers were given: what comes next counts on from them
        with database.writing() as tx:
            for table in ("customers", "identity_acts", "identity_proofs"):
                tx.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT MAX(id) FROM {table}))")
                )
    with database.writing() as tx:
        tx.execute(text("ANALYZE"))
    database.settle()


def _write(database: Database, table: Table, rows: Iterator[dict[str, Any]]) -> None:
    while chunk := list(islice(rows, CHUNK)):
        with database.writing() as tx:
            tx.execute(insert(table), chunk)


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
    for at, number in enumerate(numbers):
        started = Started(id=f"begun-{at}", at=AT + timedelta(seconds=at))
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
    started = time.perf_counter()
    filled(database, people, each)
    fill_s = time.perf_counter() - started
    dice = random.Random(2)
    numbers = [dice.randint(1, people) for _ in range(samples)]
    profiles = p95(lambda number: opened(database, number), numbers)
    turns = asyncio.run(begun(database, numbers))
    commits = bare(database, samples)
    database.close()
    return {
        "customers": people,
        "interactions": people * each,
        "fill_s": round(fill_s, 1),
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
    parser.add_argument("--database", default="", help="an empty one; a SQLite file of its own by default")
    parser.add_argument("--json", action="store_true", help="for programs; it is JSON anyway")
    asked = parser.parse_args()
    people = asked.customers or (2_000 if asked.short else 100_000)
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder)}/profile.db"
        print(json.dumps(measured(url, people, asked.each, asked.samples), indent=None if asked.json else 2))


if __name__ == "__main__":
    main()
