"""The truth: SQLite in WAL by default, PostgreSQL by URL. Transactions and schema; the tables are in bot.stores.schema.

SQLite commits with synchronous=FULL: what was acknowledged to a messenger survives a power cut, not just a crash.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, make_url, select, text, update
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    DisconnectionError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
)

from bot.errors import SettingsError
from bot.locale import said
from bot.stores.schema import MIGRATIONS, VERSION, about, metadata

BUSY_MS = 10_000  # how long one process waits for another's write; a turn takes about 5 ms
ASKED_AFTER_S = 1.0  # that a connection to PostgreSQL was not used
POOL = 8  # connections a process holds to PostgreSQL, and threads that use them
_SCHEMA_LOCK = 0x676F766F72756E  # "govorun": so that two processes starting at once don't both create the tables
_ADDS = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (\w+) ")
_AGAIN = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected: PostgreSQL, appendix A
# What SQLite calls them -> what and how to mend it, in English and in Russian.
_ANOTHER = (
    ("this file is no database", "Name another with --data or GOVORUN_DATABASE_URL, or restore a backup"),
    ("этот файл — не база данных", "Укажите другой: --data или GOVORUN_DATABASE_URL, или верните копию"),
)
_RIGHTS = (
    ("the database can't be opened or written", "Check the rights on the file and on its folder"),
    ("базу данных не открыть или не записать", "Проверьте права на файл и на его папку"),
)
_SQLITE = {
    "SQLITE_NOTADB": _ANOTHER,
    "SQLITE_CORRUPT": (
        ("the database is damaged", "Restore a backup, or name another with --data"),
        ("база данных повреждена", "Верните копию или укажите другую: --data"),
    ),
    "SQLITE_CANTOPEN": _RIGHTS,
    "SQLITE_READONLY": _RIGHTS,
    "SQLITE_FULL": (
        ("the disk is full", "Make room"),
        ("на диске нет места", "Освободите место"),
    ),
}


class Database:
    """One database, any threads."""

    def __init__(self, url: str) -> None:
        """url: "sqlite:///path.db" or "postgresql://user@host/name". Raises SettingsError when it can't be used."""
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise SettingsError(
                said("the database URL can't be read", "адрес базы данных не читается"),
                where="GOVORUN_DATABASE_URL",
                fix=said(
                    "Write sqlite:///path.db or postgresql://user:password@host/name",
                    "Пишите sqlite:///path.db или postgresql://user:password@host/name",
                ),
            ) from error
        self.sqlite = parsed.get_backend_name() == "sqlite"
        if not self.sqlite and parsed.get_backend_name() != "postgresql":
            raise SettingsError(
                said(f"no support for {parsed.get_backend_name()}", f"{parsed.get_backend_name()} не поддерживается"),
                where="GOVORUN_DATABASE_URL",
                fix=said("Use sqlite:/// or postgresql://", "Возьмите sqlite:/// или postgresql://"),
            )
        self._where = parsed.render_as_string(hide_password=True)
        if self.sqlite:
            if parsed.database in (None, "", ":memory:"):
                raise SettingsError(
                    said(
                        "SQLite needs a file: turns and readers use connections of their own",
                        "SQLite нужен файл: реплики и чтение идут по разным соединениям",
                    ),
                    where="GOVORUN_DATABASE_URL",
                    fix=said("Write sqlite:///path.db", "Пишите sqlite:///path.db"),
                )
            path = Path(str(parsed.database)).expanduser()
            path.parent.mkdir(parents=True, exist_ok=True)
            with suppress(OSError):  # the owner's alone: it holds what people said; -wal and -shm take its mode
                path.touch(mode=0o600)  # where it can't be made, connecting says so
            self._engine = _sqlite(parsed)
        else:
            try:
                self._engine = create_engine(
                    parsed.set(drivername="postgresql+psycopg"),
                    hide_parameters=True,
                    pool_size=POOL,
                    max_overflow=POOL,  # readers beside the turns
                    pool_recycle=1800,
                )
                _looked_after(self._engine)
            except NoSuchModuleError as error:
                what = said("psycopg isn't installed", "не установлен psycopg")
                raise SettingsError(what, fix="pip install 'psycopg[binary]'") from error

    def create(self) -> None:
        """Make the tables where there are none, and bring an older version's up to this one's.

        Raises SettingsError on a later version's tables, or no server.
        """
        try:
            with self.writing() as tx:
                if not self.sqlite:
                    tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SCHEMA_LOCK})
                metadata.create_all(tx)
                found = tx.execute(select(about.c.value).where(about.c.name == "schema")).scalar()
                if found is None:
                    tx.execute(insert(about).values(name="schema", value=str(VERSION)))
                elif found.isdecimal() and int(found) < VERSION:
                    _migrate(tx, int(found))
                    found = str(VERSION)
        except DBAPIError as error:
            raise self._unusable(error) from error
        if found is not None and found != str(VERSION):
            raise SettingsError(
                said(
                    f"its tables are of version {found}, this Govorun knows version {VERSION}",
                    f"таблицы версии {found}, а этот Говорун знает версию {VERSION}",
                ),
                where=self._where,
                fix=said(
                    "Run the Govorun that wrote it, or name another database",
                    "Запустите тот Говорун, который её создал, или укажите другую базу",
                ),
            )

    def _unusable(self, error: DBAPIError) -> SettingsError:
        """What the driver said, where we don't know a better word for it: a full disk, a password, a server's own."""
        what = str(error.orig).splitlines()[0]
        code = getattr(error.orig, "sqlite_errorname", "")
        where, fix = (
            self._where,
            said("Check the address and that the server runs", "Проверьте адрес и запущен ли сервер"),
        )
        if self.sqlite:
            where = str(self._engine.url.database)
            fix = said("Check the disk and the rights on the file", "Проверьте диск и права на файл")
        if code in _SQLITE:
            (what_en, fix_en), (what_ru, fix_ru) = _SQLITE[code]
            return SettingsError(said(what_en, what_ru), where=where, fix=said(fix_en, fix_ru))
        return SettingsError(
            said(f"the database can't be used: {what}", f"база данных не работает: {what}"), where=where, fix=fix
        )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes; commits at the end, rolls back on any exception. SQLite: BEGIN IMMEDIATE."""
        with self._engine.connect() as connection:
            connection = connection.execution_options(govorun_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and waits for no writer."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    def settle(self) -> None:
        """Take what was committed over into the file and empty the log beside it, where old values still stand."""
        if self.sqlite:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()


def _migrate(tx: Connection, version: int) -> None:
    """Step by step to VERSION, in the transaction that found it older: a crash leaves it as it was."""
    for each in range(version, VERSION):
        for statement in MIGRATIONS[each]:
            if not _has_it(tx, statement):
                tx.execute(text(statement))
    tx.execute(update(about).where(about.c.name == "schema").values(value=str(VERSION)))


def _has_it(tx: Connection, statement: str) -> bool:
    """Whether it adds a column that is there: its table did not exist in that version, and was just made whole."""
    added = _ADDS.match(statement)
    return added is not None and any(each["name"] == added[2] for each in inspect(tx).get_columns(added[1]))


def worth_repeating(error: Exception) -> bool:
    """Whether the same transaction may succeed now: a deadlock, a lost race for a unique row, a busy file."""
    if isinstance(error, IntegrityError):
        return True
    if isinstance(error, OperationalError) and "database is locked" in str(error.orig):
        return True
    return isinstance(error, DBAPIError) and (
        getattr(error.orig, "sqlstate", None) in _AGAIN or error.connection_invalidated
    )


def _looked_after(engine: Engine) -> None:
    """A connection that nobody used for a while is asked whether it still is one before it is used; one that came back
    a moment ago is not: the question costs as long as any other, and a turn that loses its server is taken again."""

    @event.listens_for(engine, "checkin")
    def back(_connection: Any, record: Any) -> None:
        record.info["back"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def out(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("back", time.monotonic()) < ASKED_AFTER_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the server is gone") from error  # the pool makes another, and asks no more


def _sqlite(url: Any) -> Engine:
    # timeout also sets busy_timeout; check_same_thread is off because the pool hands connections between threads.
    engine = create_engine(
        url,
        hide_parameters=True,  # they hold what people said, and errors go to logs
        connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions: see `begin`
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased is gone from the file, too
        cursor.execute("PRAGMA cache_size=-16000")  # KiB
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # IMMEDIATE: a writer that began as a reader can fail half-way with "database is locked", whatever the timeout.
        write = connection.get_execution_options().get("govorun_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
