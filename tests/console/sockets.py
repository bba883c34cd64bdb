"""The pages' sockets as a program sees them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Self
from uuid import uuid4

import websockets

from tests.spine.served import PASSWORD, Served


class Socket:
    """One open socket; keeps all it was told."""

    def __init__(self, url: str, **headers: str) -> None:
        self._url = url
        self.headers = headers
        self.told: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        self._socket = await websockets.connect(self._url, additional_headers=self.headers, max_queue=None)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def send(self, **message: Any) -> str:
        message.setdefault("id", uuid4().hex)
        await self._socket.send(json.dumps(message))
        return str(message["id"])

    async def raw(self, text: str | bytes) -> None:
        await self._socket.send(text)

    async def until(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = 15) -> dict[str, Any]:
        """The first message that fits, from what was told already or comes."""
        for message in self.told:
            if wanted(message):
                return message
        async with asyncio.timeout(seconds):
            while True:
                message = json.loads(await self._socket.recv())
                self.told.append(message)
                if wanted(message):
                    return message

    async def closed(self) -> int:
        """The code it was closed with."""
        await asyncio.wait_for(self._socket.wait_closed(), 15)
        return self._socket.close_code or 0

    def lines(self, who: str = "") -> list[str]:
        return [each["text"] for each in self.told if each["type"] == "line" and who in ("", each["who"])]


def of(kind: str, **fields: Any) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message["type"] == kind and all(message.get(name) == value for name, value in fields.items())


def saying(text: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: message["type"] == "line" and text in message["text"]


class Chat(Socket):
    def __init__(self, served: Served, visitor: str | None = None, after: Any = None, **headers: str) -> None:
        super().__init__(served.url.replace("http", "ws") + "/webchat", **headers)
        self.visitor = visitor
        self._after = after

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        await self.send(type="hello", visitor=self.visitor, language="ru", after=self._after)
        return self

    async def welcome(self) -> dict[str, Any]:
        told = await self.until(of("welcome"))
        self.visitor = told["visitor"]
        return told

    async def say(self, text: str) -> str:
        sent = await self.send(type="say", text=text)
        await self.until(of("ack", id=sent))
        await self.until(lambda message: message.get("event") == sent)
        return sent


async def desk(served: Served, login: str = "agent", password: str = PASSWORD) -> Socket:
    response = await served.client.post("/desk/login", json={"login": login, "password": password})
    assert response.status_code == 200, response.text
    cookie = response.headers["set-cookie"].partition(";")[0]
    return Socket(served.url.replace("http", "ws") + "/desk/socket", Cookie=cookie)
