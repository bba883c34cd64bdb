from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.desk import agents
from bot.desk.agents import Agent
from bot.desk.desk import Desk
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import serving


@dataclass
class Office:
    turn: Turn
    bus: LocalBus
    desk: Desk
    database: Database

    def hire(self, login: str, *, sip: str = "") -> Agent:
        with self.database.writing() as tx:
            return agents.add(
                tx, login=login, name=login.title(), password="long enough", at=datetime.now(UTC), sip=sip
            )


@pytest.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    with serving(database) as (turn, bus):
        yield Office(turn, bus, Desk(turn, database, bus), database)
        await turn.close()
