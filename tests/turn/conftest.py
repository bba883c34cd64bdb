from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import serving


@pytest.fixture
async def turn(database: Database) -> AsyncIterator[Turn]:
    with serving(database) as (made, _):
        yield made
        await made.close()


@pytest.fixture
async def watched(database: Database) -> AsyncIterator[tuple[Turn, LocalBus]]:
    with serving(database) as made:
        yield made
        await made[0].close()
