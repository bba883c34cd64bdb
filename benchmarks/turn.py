"""How fast the core and the turn are, without network, recogniser or understanding.

events_per_s   events a second through `advance`: a whole booking and a menu, by key and by understood words
load_s         from the YAML files of every set in scenarios/ to the programs they compile to
turns_per_s    events a second through the whole turn, each committed to SQLite with every commit on the disk
bare_commits_per_s   what the same disk does in the same minute with one small row a commit

python -m benchmarks.turn [--json]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import insert

from bot.authoring.load import load
from bot.backends.calendar import Calendar
from bot.dialogue.actions import Fetch
from bot.dialogue.engine import advance, opening
from bot.dialogue.events import Event, Fetched, Keys, Started, Utterance
from bot.dialogue.meaning import Expectation, Language, Meaning, Reading, ScoredIntent
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import PersonName
from bot.ports import Identity, Inbound
from bot.stores.bus import LocalBus
from bot.stores.schema import customers
from bot.stores.sql import Database
from bot.turn import Served, Turn

SETS = Path(__file__).parents[1] / "scenarios"
CLINIC = SETS / "clinic"
AT = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SECONDS = 3.0  # of each measurement
ROUNDS = 3  # the median of these


def booking() -> Iterator[Event]:
    """A caller who says all at once, corrects the time, and books; then asks for the address by key."""

    def said(text: str, **meaning: object) -> Utterance:
        return Utterance(id=text, at=AT, text=text, meaning=Meaning(**meaning))  # type: ignore[arg-type]

    def slots(**values: object) -> dict[str, Reading]:
        return {name: Reading(value=value) for name, value in values.items()}  # type: ignore[arg-type]

    yield Started(id="start", at=AT, medium="voice", channel="sip", caller="+79051234567")
    three = datetime(2026, 11, 24, 15, 0)
    yield said(
        "хочу записаться к терапевту завтра в три",
        intents=(ScoredIntent(name="booking", score=0.9),),
        readings=slots(service="terapevt", when=three),
    )
    yield said("Иван Петров", readings=slots(name=PersonName(given="Иван", family="Петров")))
    yield said("нет, лучше в четыре", yes=False, readings=slots(when=three + timedelta(hours=1)))
    yield said("да", yes=True)
    yield Keys(id="address", at=AT, digits="5")


# Made once: what is measured is `advance`, not the making of events.
EVENTS = tuple(booking())[::-1]
ANSWERS = {f"c:{n}": Fetched(id=f"c:{n}/fetched", at=AT, request=f"c:{n}", outcome="ok") for n in range(1, 10)}


def whole_conversation(scenarios: ScenarioSet) -> int:
    """Through the core, a calendar that has room answering at once; how many events that were."""
    session = opening("c", scenarios)
    events: list[Event] = list(EVENTS)  # the next one is the last
    taken = 0
    while events:
        session, actions = advance(session, events.pop(), scenarios)
        taken += 1
        for action in actions:
            if isinstance(action, Fetch):
                events.append(ANSWERS[action.id])
    return taken


def rate(work: Callable[[], int]) -> float:
    """Units of work a second: the median of ROUNDS."""
    figures = []
    for _ in range(ROUNDS):
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < SECONDS / ROUNDS:
            done += work()
        figures.append(done / (time.perf_counter() - started))
    return statistics.median(figures)


class Silent:
    """Keys need no understanding."""

    def language_of(self, text: str) -> Language | None:
        return None

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return Meaning()


def turns(scenarios: ScenarioSet, folder: Path) -> float:
    """Keys in a menu by 20 callers at once, each event a committed turn."""
    database = Database(f"sqlite:///{folder}/turns.db")
    database.create()

    async def run() -> float:
        served = Served(scenarios=scenarios, nlu=Silent(), backends={"calendar": Calendar(scenarios.business)})
        turn = Turn(database, {scenarios.name: served}, LocalBus(), default=scenarios.name)
        done, started = 0, time.perf_counter()

        async def caller(number: int) -> None:
            nonlocal done
            while time.perf_counter() - started < SECONDS:
                event = Keys(id=f"{number}-{done}", at=AT, digits="5")
                await turn.take(
                    Inbound(event=event, channel="sip", identity=Identity(kind="phone", value=f"+7905{number:07}"))
                )
                done += 1

        await asyncio.gather(*(caller(number) for number in range(20)))
        per_second = done / (time.perf_counter() - started)
        await turn.close()
        return per_second

    figure = asyncio.run(run())
    database.close()
    return figure


def bare_commits(folder: Path) -> float:
    database = Database(f"sqlite:///{folder}/bare.db")
    database.create()

    def commit() -> int:
        with database.writing() as tx:
            tx.execute(insert(customers).values(created=AT))
        return 1

    figure = rate(commit)
    database.close()
    return figure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turn", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    as_json = parser.parse_args().json
    loading = []
    folders = sorted(file.parent for file in SETS.glob("*/business.yaml"))
    for _ in range(ROUNDS):
        started = time.perf_counter()
        sets = {folder.name: load(folder) for folder in folders}
        loading.append(time.perf_counter() - started)
    scenarios = sets["clinic"]
    before = os.getloadavg()[0]
    with TemporaryDirectory() as folder:
        figures = {
            "events_per_s": round(rate(lambda: whole_conversation(scenarios))),
            "load_s": round(statistics.median(loading), 4),
            "sets": len(sets),
            "turns_per_s": round(turns(scenarios, Path(folder)), 1),
            "bare_commits_per_s": round(bare_commits(Path(folder)), 1),
            "load_before": round(before, 2),
            "load_after": round(os.getloadavg()[0], 2),
            "cpus": os.cpu_count(),
            "python": platform.python_version(),
        }
    print(json.dumps(figures, indent=None if as_json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
