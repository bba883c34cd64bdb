"""A whole house for tests of the web: the clinic, its own database, no server in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI

from bot.api.parts import Parts
from bot.app.house import build, first_agent
from bot.app.parts import parts
from bot.app.web import web
from bot.settings import Settings

PASSWORD = "правильная лошадь"
TOKEN = "token-of-tests"


def settings(data: Path, **more: Any) -> Settings:
    return Settings(data=data, api_token=TOKEN, desk_login="anna", desk_password=PASSWORD, _env_file=None, **more)  # type: ignore[call-arg]


class Web:
    """One house and its app; `client` talks to it as a program would."""

    def __init__(self, data: Path, **more: Any) -> None:
        self.settings = settings(data, **more)
        self.house = build(self.settings)
        first_agent(self.house)
        self.parts: Parts = parts(self.house)
        self.app: FastAPI = web(self.parts, self.settings.max_body)

    @asynccontextmanager
    async def client(self, token: str | None = TOKEN) -> AsyncIterator[httpx.AsyncClient]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://govorun", headers=headers) as client:
            yield client

    async def tell(self, sender: str, *messages: str, **more: Any) -> list[str]:
        """What the bot said to the last of these messages."""
        said: list[str] = []
        async with self.client() as client:
            for message in messages:
                response = await client.post(
                    "/webhooks/rest/webhook", json={"sender": sender, "message": message, **more}
                )
                assert response.status_code == 200, response.text
                said = [each["text"] for each in response.json()]
        return said


def somebody() -> str:
    return f"tester-{uuid4().hex[:10]}"


def built(folder: Path) -> Iterator[Web]:
    web = Web(folder)
    yield web
    asyncio.run(web.house.turn.close())
    web.house.database.close()
