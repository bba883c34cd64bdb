"""Agents for the event loop: passwords cost 50 ms, so they are checked off it."""

from __future__ import annotations

import asyncio

from bot.desk import agents
from bot.desk.agents import Agent
from bot.stores.sql import Database


class Agents:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, login: str, password: str) -> Agent | None:
        """The agent, when the password is theirs."""

        def read() -> Agent | None:
            with self._database.reading() as tx:
                return agents.check(tx, login, password)

        return await asyncio.to_thread(read)

    async def find(self, login: str) -> Agent | None:
        def read() -> Agent | None:
            with self._database.reading() as tx:
                return agents.find(tx, login)

        return await asyncio.to_thread(read)
