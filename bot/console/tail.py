"""Following conversations: what their journals hold already, then every row as it is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot.api.records import Records
from bot.channels.lines import Line, lines
from bot.ports import Bus, Row

log = logging.getLogger("govorun.console")

LOOK_S = 15.0  # the bus delivers at most once, so the journal is looked at this often whatever it says

Emit = Callable[[Line], Awaitable[None]]
Hear = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class Tails:
    """The conversations one socket follows. emit: takes each line once, in order, a conversation at a time.

    hear: takes what else was said on the conversation's topic ("typing"), and {} after rows were read.
    """

    def __init__(
        self, records: Records, bus: Bus, emit: Emit, hear: Hear, shown: Callable[[Row], Row] = lambda row: row
    ) -> None:
        """shown: a row as whoever looks is to see it."""
        self._records = records
        self._shown = shown
        self._bus = bus
        self._emit = emit
        self._hear = hear
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def follow(self, conversation: str, after: int = 0) -> None:
        """From that seq on; nothing happens when it is followed already."""
        task = self._tasks.get(conversation)
        if task is None or task.done():
            task = self._tasks[conversation] = asyncio.create_task(self._run(conversation, after))
            task.add_done_callback(_told)

    async def leave(self, conversation: str) -> None:
        task = self._tasks.pop(conversation, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def close(self) -> None:
        for conversation in tuple(self._tasks):
            await self.leave(conversation)

    async def _run(self, conversation: str, seq: int) -> None:
        async with self._bus.subscribe(f"conversation.{conversation}") as live:
            waiting: asyncio.Future[Mapping[str, Any]] | None = None
            try:
                while True:
                    rows = await self._records.rows(conversation, seq)
                    for line in lines(tuple(map(self._shown, rows))):
                        await self._emit(line)
                    if rows:
                        seq = rows[-1].seq
                    await self._hear(conversation, {})
                    waiting = waiting or asyncio.ensure_future(anext(live))
                    while "typing" in (message := await _within(waiting)):
                        await self._hear(conversation, message)
                        waiting = asyncio.ensure_future(anext(live))
                    if waiting.done():
                        waiting = None
            except StopAsyncIteration:
                return
            finally:
                if waiting is not None:
                    waiting.cancel()


def _told(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a page's tail broke", exc_info=error)


async def _within(waiting: asyncio.Future[Mapping[str, Any]]) -> Mapping[str, Any]:
    """What came, or nothing after LOOK_S; `waiting` then goes on waiting."""
    done, _ = await asyncio.wait({waiting}, timeout=LOOK_S)
    return waiting.result() if done else {}
