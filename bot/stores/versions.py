"""Versions of scenario sets as they are kept: the files' text, who published which when, who still needs which."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.stores.schema import conversations, publications, scenario_versions

WITHDRAWN = ""  # the version of a publication that takes a set out of service
GRACE = timedelta(days=1)  # how long a version nobody needs is kept; another process may be about to serve it


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """number: of this set, from 1, as people name it. version: WITHDRAWN where the set was taken out of service.
    restored: the number that was gone back to, None otherwise."""

    scenarios: str
    number: int
    version: str
    at: datetime
    by: str
    note: str = ""
    restored: int | None = None

    @property
    def withdrawn(self) -> bool:
        """Out of service: no conversation begins with the set."""
        return self.version == WITHDRAWN


def keep(tx: Connection, scenarios: str, version: str, files: Mapping[str, str], at: datetime) -> None:
    """A version that is served from now on; the text of its files by their path in the set's folder."""
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    tx.execute(
        make(scenario_versions)
        .values(
            scenarios=scenarios,
            version=version,
            files=json.dumps(dict(sorted(files.items())), ensure_ascii=False),
            created=at,
            served=at,
        )
        .on_conflict_do_update(index_elements=["scenarios", "version"], set_={"served": at})
    )


def still_served(tx: Connection, live: Collection[tuple[str, str]], at: datetime) -> None:
    """Say that these are served; the one served last is what a set with a mistake in it begins with."""
    for scenarios, version in live:
        tx.execute(
            update(scenario_versions)
            .where(scenario_versions.c.scenarios == scenarios, scenario_versions.c.version == version)
            .values(served=at)
        )


def files(tx: Connection, scenarios: str, version: str) -> dict[str, str] | None:
    found = tx.execute(
        select(scenario_versions.c.files).where(
            scenario_versions.c.scenarios == scenarios, scenario_versions.c.version == version
        )
    ).scalar()
    return None if found is None else {str(name): str(text) for name, text in json.loads(found).items()}


def last_served(tx: Connection, scenarios: str) -> str | None:
    """The version that was served last, in whatever process."""
    return tx.execute(
        select(scenario_versions.c.version)
        .where(scenario_versions.c.scenarios == scenarios)
        .order_by(scenario_versions.c.served.desc())
        .limit(1)
    ).scalar()


# --- publishing ------------------------------------------------------------------------


def publish(
    tx: Connection, scenarios: str, version: str, *, by: str, note: str, at: datetime, restored: int | None = None
) -> Publication:
    """Raises IntegrityError where another process published at the same moment."""
    highest = tx.execute(select(func.max(publications.c.number)).where(publications.c.scenarios == scenarios)).scalar()
    made = Publication(
        scenarios=scenarios,
        number=(highest or 0) + 1,
        version=version,
        at=at,
        by=by[:80],
        note=note[:400],
        restored=restored,
    )
    tx.execute(
        insert(publications).values(
            scenarios=made.scenarios,
            number=made.number,
            version=made.version,
            at=made.at,
            by=made.by,
            note=made.note,
            restored=made.restored,
        )
    )
    return made


def history(tx: Connection, scenarios: str) -> tuple[Publication, ...]:
    """The newest first."""
    found = tx.execute(
        select(publications).where(publications.c.scenarios == scenarios).order_by(publications.c.number.desc())
    )
    return tuple(_publication(row) for row in found)


def published(tx: Connection) -> dict[str, Publication]:
    """What is live of each set that was ever published."""
    newest = (
        select(publications.c.scenarios, func.max(publications.c.number).label("number"))
        .group_by(publications.c.scenarios)
        .subquery()
    )
    found = tx.execute(
        select(publications).join(
            newest,
            (publications.c.scenarios == newest.c.scenarios) & (publications.c.number == newest.c.number),
        )
    )
    return {row.scenarios: _publication(row) for row in found}


def _publication(row: Row[Any]) -> Publication:
    return Publication(
        scenarios=row.scenarios,
        number=row.number,
        version=row.version,
        at=row.at,
        by=row.by,
        note=row.note,
        restored=row.restored,
    )


# --- tidying ------------------------------------------------------------------------


def tidy(tx: Connection, now: datetime) -> int:
    """Forget versions that were not served within GRACE, never published, and in which no conversation is open."""
    mine = scenario_versions.c
    other = scenario_versions.alias("other")
    newest = select(func.max(other.c.served)).where(other.c.scenarios == mine.scenarios).scalar_subquery()
    open_in = (
        select(conversations.c.id)
        .where(
            conversations.c.scenarios == mine.scenarios,
            conversations.c.scenario_version == mine.version,
            or_(conversations.c.ended.is_(None), conversations.c.updated > now - GRACE),
        )
        .exists()
    )
    named = (
        select(publications.c.number)
        .where(publications.c.scenarios == mine.scenarios, publications.c.version == mine.version)
        .exists()
    )
    done = tx.execute(
        delete(scenario_versions).where(mine.served < now - GRACE, mine.served < newest, ~open_in, ~named)
    )
    return done.rowcount
