from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from bot.customers import profile
from bot.dialogue import codec
from bot.errors import SettingsError
from bot.stores.schema import VERSION, about, bookings, conversations, customers, forms, identities, menu_choices
from bot.stores.sql import Database

MOSCOW = timezone(timedelta(hours=3))
AT = datetime(2026, 11, 23, 10, 0, tzinfo=MOSCOW)


def test_tables_are_made_once_however_many_processes_start(database_url: str) -> None:
    databases = [Database(database_url) for _ in range(4)]
    failures: list[BaseException] = []

    def create(database: Database) -> None:
        try:
            database.create()
        except BaseException as error:  # noqa: BLE001  brought back to the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=create, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with databases[0].reading() as tx:
        assert tx.execute(select(about.c.value)).scalars().all() == [str(VERSION)]
    for database in databases:
        database.close()


def test_a_later_versions_tables_are_refused(database: Database) -> None:
    with database.writing() as tx:
        tx.execute(update(about).values(value=str(VERSION + 1)))
    with pytest.raises(SettingsError, match=f"version {VERSION + 1}, this Govorun knows version {VERSION}"):
        database.create()


def test_the_first_versions_database_is_brought_up_to_date_and_keeps_what_it_held(database: Database) -> None:
    with database.writing() as tx:
        tx.execute(insert(customers).values(id=1, created=AT))
        _as_version_2(tx)
        new = ("forms", "ratings", "pending", "scenario_versions", "publications")  # what version 1 did not have
        for each in new:
            tx.execute(text(f"DROP TABLE {each}"))
        tx.execute(text("ALTER TABLE conversations DROP COLUMN scenario_version"))
        tx.execute(update(about).values(value="1"))
    database.create()
    database.create()
    with database.writing() as tx:
        tx.execute(
            insert(forms).values(
                kind="callback", data="{}", status="new", at=AT.replace(tzinfo=None), created=AT, changed=AT, customer=1
            )
        )
        assert tx.execute(select(about.c.value)).scalars().all() == [str(VERSION)]
        assert tx.execute(select(conversations.c.scenario_version)).scalars().all() == []
        assert tx.execute(select(customers.c.created)).scalars().all() == [AT]


def _as_version_2(tx: Connection) -> None:
    """The tables as they were before everything said by which identity it came."""
    for table in ("menu_choices", "bookings", "forms", "ratings", "conversations"):
        tx.execute(text(f"ALTER TABLE {table} DROP COLUMN via"))
    for column in (
        "heard",
        "announced",
        "learned",
        "probability",
        "place",
        "offered",
        "would",
        "fixed_seconds",
        "learned_seconds",
    ):
        tx.execute(text(f"ALTER TABLE menu_choices DROP COLUMN {column}"))
    tx.execute(text("DROP INDEX identities_by_home"))
    tx.execute(text("ALTER TABLE identities DROP COLUMN home"))
    tx.execute(text("DROP TABLE told"))
    tx.execute(
        text(
            "CREATE TABLE facts (customer INTEGER REFERENCES customers(id), fact VARCHAR(80), value TEXT NOT NULL,"
            " source VARCHAR(20) NOT NULL, at TIMESTAMP NOT NULL, PRIMARY KEY (customer, fact))"
        )
    )
    tx.execute(update(about).values(value="2"))


def test_what_the_second_version_kept_of_a_customer_is_their_identitys_afterwards(database: Database) -> None:
    with database.writing() as tx:
        for number in (1, 2):
            tx.execute(insert(customers).values(id=number, created=AT))
            tx.execute(
                insert(identities).values(kind="rest", value=f"r{number}", customer=number, home=number, created=AT)
            )
        tx.execute(insert(menu_choices).values(customer=2, scenarios="clinic", menu="main", item="price", at=AT))
        _as_version_2(tx)
        tx.execute(
            text("INSERT INTO facts VALUES (2, 'phone', :value, 'said', '2026-11-23 07:00:00')"),
            {"value": codec.dump("+79051234567")},
        )
    database.create()
    with database.writing() as tx:
        assert tx.execute(select(identities.c.home).order_by(identities.c.home)).scalars().all() == [1, 2]
        assert tx.execute(select(menu_choices.c.via)).scalars().all() == ["rest:r2"]
        assert tx.execute(select(menu_choices.c.heard, menu_choices.c.probability)).all() == [(False, 1.0)]
        assert profile.facts_of(tx, 2) == {"phone": "+79051234567"}
        assert [each.via for each in profile.told(tx, 2)] == ["rest:r2"]


def test_an_instant_comes_back_aware_whatever_its_zone_was(database: Database) -> None:
    with database.writing() as tx:
        tx.execute(insert(customers).values(id=1, created=AT))
    with database.reading() as tx:
        found = tx.execute(select(customers.c.created)).scalar_one()
    assert found == AT
    assert found.tzinfo == UTC


def test_an_exception_takes_everything_back(database: Database) -> None:
    def breaks() -> None:
        with database.writing() as tx:
            tx.execute(insert(customers).values(id=1, created=AT))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        breaks()
    with database.reading() as tx:
        assert tx.execute(select(customers)).all() == []


def test_a_row_of_nobody_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(insert(identities).values(kind="rest", value="x", customer=42, created=AT))


def test_the_database_itself_refuses_a_second_booking_of_a_place(database: Database) -> None:
    place = {"service": "terapevt", "starts": datetime(2026, 11, 24, 15, 0), "minutes": 30, "created": AT}
    with database.writing() as tx:
        tx.execute(insert(bookings).values(**place, status="cancelled"))
        tx.execute(insert(bookings).values(**place, status="held"))
    with pytest.raises(IntegrityError), database.writing() as tx:
        tx.execute(insert(bookings).values(**place, status="confirmed"))


def test_a_reader_waits_for_no_writer(database: Database) -> None:
    with database.writing() as tx:
        tx.execute(insert(customers).values(id=1, created=AT))
        with database.reading() as other:
            assert other.execute(select(customers)).all() == []


def test_sqlite_syncs_every_commit_to_the_disk(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/deep/folder/x.db")
    database.create()
    with database.reading() as tx:
        settings = {
            name: tx.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    database.close()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "can't be read"),
        ("mysql://host/name", "no support for mysql"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
    ],
)
def test_an_address_that_is_no_use_is_named_with_a_mend(url: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as error:
        Database(url)
    assert error.value.where == "GOVORUN_DATABASE_URL"
    assert error.value.fix


def test_a_server_that_does_not_answer_is_one_clear_line_without_the_password() -> None:
    database = Database("postgresql://user:secret@127.0.0.1:1/name")
    with pytest.raises(SettingsError) as error:
        database.create()
    assert "Check the address" in str(error.value)
    assert "secret" not in str(error.value)
    assert "\n" not in str(error.value)


def test_nobody_but_the_owner_reads_what_people_said(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/kept.db")
    database.create()
    modes = {file.name: file.stat().st_mode & 0o077 for file in tmp_path.iterdir()}
    database.close()
    assert "kept.db-wal" in modes
    assert set(modes.values()) == {0}
