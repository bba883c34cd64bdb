"""A conversation goes on with the version of its scenarios that it began with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from bot.errors import Unavailable
from bot.stores.schema import conversations
from bot.stores.sql import Database
from bot.turn import Served, Turn
from bot.versions import Older, Unloaded
from tests.turn.clinic import NOW, TOMORROW, said, serving, writer


class Shelf:
    """Versions by name and version; counts what is fetched from it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Served] = {}
        self.asked: list[tuple[str, str]] = []

    def find(self, name: str, version: str) -> Served | None:
        self.asked.append((name, version))
        return self.kept.get((name, version))


def edited(served: Served, version: str) -> Served:
    """The booking is gone from it: nobody can go on with a booking by this version."""
    scenarios = replace(
        served.scenarios, version=version, phrases={}, scenarios={"main": served.scenarios.scenarios["main"]}
    )
    return replace(served, scenarios=scenarios)


async def test_who_talks_goes_on_by_what_was_swapped_away(database: Database) -> None:
    shelf = Shelf()
    with serving(database, find=shelf.find) as (turn, _):
        ivan = writer(turn)
        first = await ivan.says("booking service=terapevt")
        turn.swap({"clinic": edited(turn.sets["clinic"], "2")})
        assert said(await ivan.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"
        assert (await writer(turn, "anna").says("main.price")).session.version == "2"
        assert shelf.asked == []  # it was in memory all the time
        with database.reading() as tx:
            kept = select(conversations.c.scenario_version).where(conversations.c.id == first.conversation)
            assert tx.execute(kept).scalar() == first.session.version
        await turn.close()


async def test_another_process_reads_the_version_once_from_where_it_is_kept(database: Database) -> None:
    shelf = Shelf()
    with serving(database) as (turn, _):
        served = turn.sets["clinic"]
        ivan = writer(turn)
        first = await ivan.says("booking service=terapevt")
        await turn.close()
    shelf.kept["clinic", first.session.version] = served
    with serving(database, find=shelf.find) as (turn, _):
        turn.sets = {"clinic": edited(served, "2")}
        ivan.turn = turn
        assert said(await ivan.says(f"when={TOMORROW}"))[-1] == "Как вас зовут?"
        await ivan.says("name=Иван")
        assert shelf.asked == [("clinic", first.session.version)]
        await turn.close()


async def test_a_set_that_was_removed_serves_who_is_in_it_and_ends_when_they_fall_silent(database: Database) -> None:
    with serving(database, find=Shelf().find) as (turn, _):
        ivan = writer(turn)
        first = await ivan.says("booking service=terapevt")
        hotel = replace(turn.sets["clinic"].scenarios, name="hotel", version="h")
        turn.swap({"hotel": replace(turn.sets["clinic"], scenarios=hotel)})
        turn.default = "hotel"
        assert (await ivan.says(f"when={TOMORROW}")).conversation == first.conversation
        assert (await writer(turn, "anna").says("main.price")).session.scenarios == "hotel"
        assert await turn.sweep(NOW + timedelta(days=9)) == 2
        await turn.close()


async def test_a_version_that_is_kept_nowhere_gives_way_to_the_live_one(database: Database) -> None:
    shelf = Shelf()
    with serving(database) as (turn, _):
        served = turn.sets["clinic"]
        ivan = writer(turn)
        await ivan.says("booking service=terapevt")
        await turn.close()
    with serving(database, find=shelf.find) as (turn, _):
        turn.sets = {"clinic": replace(served, scenarios=replace(served.scenarios, version="2"))}
        ivan.turn = turn
        outcome = await ivan.says(f"when={TOMORROW}")
        assert said(outcome)[-1] == "Как вас зовут?"
        assert outcome.session.version == "2"
        await ivan.says("name=Иван")
        assert len(shelf.asked) == 1  # from then on it stands in the live one
        await turn.close()


async def test_a_database_that_fails_just_then_asks_the_sender_to_come_again(database: Database) -> None:
    def find(name: str, version: str) -> Served | None:
        raise OperationalError("select", {}, Exception("gone"))

    with serving(database) as (turn, _):
        served = turn.sets["clinic"]
        ivan = writer(turn)
        await ivan.says("booking service=terapevt")
        await turn.close()
    with serving(database, find=find) as (turn, _):
        turn.sets = {"clinic": edited(served, "2")}
        ivan.turn = turn
        with pytest.raises(Unavailable):
            await ivan.says(f"when={TOMORROW}")
        await turn.close()


async def test_what_would_be_understood_is_told_by_the_conversations_own_version(turn: Turn) -> None:
    outcome = await writer(turn).says("booking service=terapevt")
    before = turn.expectation(outcome.session)
    turn.swap({"clinic": edited(turn.sets["clinic"], "2")})
    assert turn.expectation(outcome.session) == before


def test_memory_holds_the_versions_that_were_used_last():
    asked: list[str] = []

    def find(name: str, version: str) -> str | None:
        asked.append(version)
        return None if version == "lost" else f"{name} {version}"

    older: Older[str] = Older(find, kept=2)
    with pytest.raises(Unloaded):
        older.get("shop", "1")
    for version in ("1", "lost", "1"):
        older.load("shop", version)
    assert (older.get("shop", "1"), older.get("shop", "lost")) == ("shop 1", None)
    assert older.get("shop", "1") == "shop 1"
    older.keep("shop", "3", "shop 3")
    with pytest.raises(Unloaded):
        older.get("shop", "lost")
    assert asked == ["1", "lost"]
