"""Who can't be reached by a messenger any more: they blocked us there, or are gone. Until they write again."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.exc import IntegrityError

from bot.ports import Identity
from bot.stores.schema import unreachable
from bot.stores.sql import Database


class Reach:
    """Blocking: off the loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lost(self, channel: str, identity: Identity) -> bool:
        with self._database.reading() as tx:
            found = tx.execute(select(unreachable.c.since).where(*_of(channel, identity)))
            return found.scalar() is not None

    def lose(self, channel: str, identity: Identity) -> None:
        try:
            with self._database.writing() as tx:
                tx.execute(
                    insert(unreachable).values(
                        channel=channel, kind=identity.kind, value=identity.value, since=datetime.now(UTC)
                    )
                )
        except IntegrityError:
            pass  # known already

    def found(self, channel: str, identity: Identity) -> bool:
        """They wrote again; whether they were lost."""
        if not self.lost(channel, identity):
            return False
        with self._database.writing() as tx:
            return tx.execute(delete(unreachable).where(*_of(channel, identity))).rowcount > 0


def _of(channel: str, identity: Identity) -> tuple[ColumnElement[bool], ...]:
    return (
        unreachable.c.channel == channel,
        unreachable.c.kind == identity.kind,
        unreachable.c.value == identity.value,
    )
