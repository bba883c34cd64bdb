"""When prompts were heard is kept, many together, beside whatever else is told meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from bot.app import spoken as kept
from bot.ports import Spoken
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from tests.turn.clinic import NOW

HEARD = Spoken(began=NOW, ended=NOW, heard_ms=1, total_ms=1)


async def test_of_more_than_can_wait_the_oldest_are_lost_and_none_besides(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "MOST", 3)
    monkeypatch.setattr(kept, "EVERY_S", 0.001)
    keeper = kept.SpokenKept(database, LocalBus())
    loop = asyncio.get_running_loop()
    written: list[list[int]] = []

    async def two_more() -> None:
        for seq in (3, 4):
            keeper.keep("talk", seq, HEARD)

    def keep(_: object, heard: Sequence[tuple[str, int, Spoken]]) -> None:
        if not written:  # more is told while the first are written: the oldest of them make room
            asyncio.run_coroutine_threadsafe(two_more(), loop).result(20)
        written.append([seq for _, seq, _ in heard])

    monkeypatch.setattr(kept.spoken, "keep", keep)
    for seq in (1, 2):
        keeper.keep("talk", seq, HEARD)
    async with asyncio.timeout(20):
        while len(written) < 2:
            await asyncio.sleep(0.01)
    await keeper.close()
    assert written == [[1, 2], [3, 4]]
