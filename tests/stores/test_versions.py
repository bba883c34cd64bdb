"""Versions of scenarios in the database: kept while somebody needs them, published by number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.stores import versions
from bot.stores.schema import conversations, customers, publications, scenario_versions
from bot.stores.sql import Database

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
LATER = AT + timedelta(days=2)


def keep(database: Database, *names: str, at: datetime = AT) -> None:
    with database.writing() as tx:
        for name in names:
            versions.keep(tx, "shop", name, {"main.yaml": f"text of {name}"}, at)


def kept(database: Database) -> list[str]:
    with database.reading() as tx:
        return sorted(tx.execute(select(scenario_versions.c.version)).scalars())


def talk(database: Database, name: str, version: str, *, ended: datetime | None = None) -> None:
    with database.writing() as tx:
        if not tx.execute(select(customers.c.id)).all():
            tx.execute(insert(customers).values(id=1, created=AT))
        tx.execute(
            insert(conversations).values(
                id=name, customer=1, channel="rest", kind="rest", value=name, medium="text", scenarios="shop",
                scenario_version=version, status="bot", version=1, seq=1, started=AT, updated=AT, ended=ended,
            )
        )  # fmt: skip


def test_the_text_of_a_version_comes_back_as_it_was(database: Database) -> None:
    with database.writing() as tx:
        versions.keep(tx, "shop", "a", {"main.yaml": "ru: Привет\r\n", "answers/x.yaml": "{}"}, AT)
        versions.keep(tx, "shop", "a", {"main.yaml": "another"}, LATER)
    with database.reading() as tx:
        assert versions.files(tx, "shop", "a") == {"main.yaml": "ru: Привет\r\n", "answers/x.yaml": "{}"}
        assert versions.files(tx, "shop", "b") is None
        assert versions.files(tx, "bar", "a") is None


def test_the_version_that_was_served_last_is_known(database: Database) -> None:
    keep(database, "a")
    keep(database, "b", at=LATER)
    with database.writing() as tx:
        assert versions.last_served(tx, "shop") == "b"
        versions.still_served(tx, [("shop", "a")], LATER + timedelta(minutes=1))
        assert versions.last_served(tx, "shop") == "a"
        assert versions.last_served(tx, "bar") is None


def test_publications_are_numbered_by_set_and_the_last_is_live(database: Database) -> None:
    with database.writing() as tx:
        for name, version in (("shop", "a"), ("shop", "b"), ("bar", "x"), ("shop", "a")):
            versions.publish(tx, name, version, by="anna", note=f"now {version}", at=AT)
    with database.reading() as tx:
        assert [(each.number, each.version) for each in versions.history(tx, "shop")] == [(3, "a"), (2, "b"), (1, "a")]
        live = versions.published(tx)
    assert {name: (each.number, each.version, each.by) for name, each in live.items()} == {
        "shop": (3, "a", "anna"),
        "bar": (1, "x", "anna"),
    }


def test_two_publications_never_get_one_number(database: Database) -> None:
    with database.writing() as tx:
        versions.publish(tx, "shop", "a", by="anna", note="", at=AT)
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(insert(publications).values(scenarios="shop", number=1, version="b", at=AT, by="boris", note=""))


def test_a_version_nobody_needs_is_forgotten(database: Database) -> None:
    keep(database, "unused", "open", "ended", "published")
    keep(database, "live", at=LATER)
    talk(database, "1", "open")
    talk(database, "2", "ended", ended=AT)
    with database.writing() as tx:
        versions.publish(tx, "shop", "published", by="anna", note="", at=AT)
        assert versions.tidy(tx, AT + timedelta(hours=1)) == 0
        assert versions.tidy(tx, LATER) == 2
    assert kept(database) == ["live", "open", "published"]
    with database.writing() as tx:
        tx.execute(update(conversations).where(conversations.c.id == "1").values(ended=AT))
        assert versions.tidy(tx, LATER) == 1


def test_what_was_served_last_is_kept_however_long_the_house_stood_still(database: Database) -> None:
    keep(database, "a")
    with database.writing() as tx:
        assert versions.tidy(tx, AT + timedelta(days=400)) == 0
    assert kept(database) == ["a"]
