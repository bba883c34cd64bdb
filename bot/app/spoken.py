"""Keeps when prompts were heard: many together, so that calls neither wait for the database nor flood it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque

from sqlalchemy.exc import SQLAlchemyError

from bot.ports import Bus, Spoken
from bot.stores import spoken
from bot.stores.sql import Database

log = logging.getLogger("govorun.voice")

EVERY_S = 2.0
MOST = 10_000  # that wait; a database that is away for long costs the oldest of them


class SpokenKept:
    """One a process, used on its event loop."""

    def __init__(self, database: Database, bus: Bus) -> None:
        self._database = database
        self._bus = bus  # whoever looks at the conversation is told that there is more to see
        self._waiting: deque[tuple[str, int, Spoken]] = deque(maxlen=MOST)
        self._writing: asyncio.Task[None] | None = None

    def keep(self, conversation: str, seq: int, heard: Spoken) -> None:
        """Returns at once."""
        self._waiting.append((conversation, seq, heard))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._later(), name="spoken-keep")

    async def close(self) -> None:
        """Write what waits."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        if self._waiting:
            await self._write()

    async def _later(self) -> None:
        while self._waiting:
            await asyncio.sleep(EVERY_S)
            await self._write()

    async def _write(self) -> None:
        heard = tuple(self._waiting)

        def write() -> None:
            with self._database.writing() as tx:
                spoken.keep(tx, heard)

        try:
            await asyncio.to_thread(write)
        except (SQLAlchemyError, OSError):
            log.warning("when prompts were heard can't be kept now", exc_info=True)
            return
        written = set(map(id, heard))  # not so many from the left: of too many the oldest are gone meanwhile
        while self._waiting and id(self._waiting[0]) in written:
            self._waiting.popleft()
        for conversation in dict.fromkeys(each[0] for each in heard):
            await self._bus.publish(f"conversation.{conversation}", {})
