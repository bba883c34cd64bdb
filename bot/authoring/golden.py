"""Run golden conversations: the real loader, the real understanding, the pure engine, a virtual clock, no network.

run(folder, nlu=BuiltinNlu.of, bench=in_memory(lambda business: {"calendar": Calendar(business)}))
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine

from bot.authoring.comparing import Result, compared
from bot.authoring.load import load
from bot.authoring.player import CUSTOMER, Bench, given_to, play, stubbed
from bot.authoring.problems import Problem, ScenarioErrors, listed, near
from bot.authoring.talk import Talk, read
from bot.dialogue.actions import Fetch
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import Business, ScenarioSet
from bot.ports import Asker, Backend, Nlu
from bot.stores.schema import metadata

__all__ = ["Bench", "Benches", "Result", "fresh", "in_memory", "run", "talks_of", "try_out"]

Benches = Callable[[ScenarioSet], AbstractContextManager[Bench]]


def fresh(backends: Callable[[ScenarioSet], Mapping[str, Backend]]) -> Benches:
    """A fresh database in memory for each conversation, with the same tables as the real one."""

    @contextmanager
    def bench(scenarios: ScenarioSet) -> Iterator[Bench]:
        engine = create_engine("sqlite://", creator=_empty)
        try:
            with engine.begin() as tx:
                yield Bench(backends=backends(scenarios), tx=tx)
        finally:
            engine.dispose()

    return bench


def in_memory(backends: Callable[[Business], Mapping[str, Backend]]) -> Benches:
    """The same, for backends that need to know of the business alone."""
    return fresh(lambda scenarios: backends(scenarios.business))


def _empty() -> sqlite3.Connection:
    """A database with all tables and no rows: copied, which takes a tenth of the time that making them does."""
    connection = sqlite3.connect(":memory:", check_same_thread=False)
    connection.deserialize(_tables())
    return connection


@cache
def _tables() -> bytes:
    engine = create_engine("sqlite://")
    with engine.connect() as tx:
        metadata.create_all(tx)
        tx.commit()
        connection = tx.connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        return connection.serialize()


def run(
    folder: Path | str,
    *,
    nlu: Callable[[ScenarioSet], Nlu],
    bench: Benches,
    locale: str = "en",
    only: str = "",
) -> list[Result]:
    """Every conversation in FOLDER/tests against the set in FOLDER. Raises ScenarioErrors where a file is wrong.

    only: words of a title, or a file's name; the others are left out.
    """
    scenarios = load(folder, locale=locale)
    talks = talks_of(Path(folder), scenarios, locale)
    wanted = [talk for talk in talks if chosen(talk, only)]
    understanding = nlu(scenarios) if wanted else None
    return [
        try_out(talk, scenarios, understanding, bench, before=before(talk, talks))
        for talk in wanted
        if understanding is not None
    ]


def talks_of(folder: Path, scenarios: ScenarioSet, locale: str = "en") -> list[Talk]:
    """The conversations of a set, in the order of files and lines. Raises ScenarioErrors."""
    files = sorted((folder / "tests").glob("*.txt")) if (folder / "tests").is_dir() else []
    problems: list[Problem] = []
    talks: list[Talk] = []
    for path in files:
        try:
            talks.extend(read(path, f"tests/{path.name}"))
        except ScenarioErrors as error:
            problems.extend(error.problems)
    for talk in talks:
        try:
            given_to(talk, scenarios)
            stubbed(talk, scenarios)
        except ScenarioErrors as error:
            problems.extend(error.problems)
        problems.extend(_misnamed(talk, talks, scenarios))
    if not files:
        problems.append(Problem(file="tests", line=1, code="no_talks"))
    if problems:
        raise ScenarioErrors(problems, locale)
    return talks


def chosen(talk: Talk, only: str) -> bool:
    """Whether `--only` means it: words of its title, its file, or file:line."""
    wanted = only.casefold().strip()
    place = f"{talk.file}:{talk.line}".casefold()
    return wanted in talk.title.casefold() or place == wanted or place.partition(":")[0].endswith(wanted)


def _misnamed(talk: Talk, talks: Sequence[Talk], scenarios: ScenarioSet) -> Iterator[Problem]:
    """Names in the header that nothing has."""
    if talk.continues:
        titles = [each.title for each in talks if each.language == talk.language]
        if _continued(talk, talks) is None:
            meant = {"name": talk.continues, "near": near(talk.continues, titles)}
            yield Problem(file=talk.file, line=talk.line, code="talk_continues", params=meant)
        elif any(each is talk for each in before(talk, talks)):
            yield Problem(file=talk.file, line=talk.line, code="talk_circle", params={"name": talk.title})
    known = [
        item.id
        for scenario in scenarios.scenarios.values()
        for step in scenario.steps.values()
        if isinstance(step, ChooseStep)
        for item in step.items
    ]
    for name in talk.rank:
        if name not in known:
            meant = {"name": name, "near": near(name, known), "known": listed(known) or "—"}
            yield Problem(file=talk.file, line=talk.line, code="talk_rank", params=meant)


def _continued(talk: Talk, talks: Sequence[Talk]) -> Talk | None:
    """The conversation that this one continues: in its own file, else in another of its language."""
    wanted = talk.continues.casefold()
    same = [each for each in talks if each.title.casefold() == wanted]
    return next(
        (each for each in same if each.file == talk.file), next((e for e in same if e.language == talk.language), None)
    )


def before(talk: Talk, talks: Sequence[Talk]) -> list[Talk]:
    """All that come before it, the oldest first; a circle ends where it closes."""
    chain: list[Talk] = []
    at = talk
    while at.continues:
        earlier = _continued(at, talks)
        if earlier is None or any(each is earlier for each in chain):
            break
        chain.insert(0, earlier)
        at = earlier
    return chain


def try_out(talk: Talk, scenarios: ScenarioSet, nlu: Nlu, bench: Benches, *, before: Sequence[Talk] = ()) -> Result:
    """before: the conversations it continues, the oldest first."""
    with bench(scenarios) as stand:
        refused = _occupy(talk, stand)
        actual = play(talk, scenarios, nlu, stand, before=before)
        actual[0].bot[:0] = refused
    return compared(talk, actual)


def _occupy(talk: Talk, stand: Bench) -> list[str]:
    """Somebody else has the places that the header calls taken; the visits are the customer's own.

    What the calendar refused is returned as lines to show.
    """
    refused = []
    places = [(1_000 + number, place) for number, place in enumerate(talk.taken)]
    for customer, (service, when) in [*places, *((CUSTOMER, place) for place in talk.visit)]:
        ident = f"{customer}:{service}:{when.isoformat()}"
        request = Fetch(id=ident, name="calendar.book", args={"service": service, "when": when})
        asker = Asker(conversation=ident, customer=customer)
        outcome, _ = stand.backends["calendar"].call(request, asker, now=talk.now, tx=stand.tx)
        if outcome != "ok":
            refused.append(f"! nobody can have a visit: {service} {when:%Y-%m-%d %H:%M}")
    return refused
