"""A SIP endpoint under test, of the stack that the test asks for, with a call logic that only keeps what it got."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.voice.peers import free_port
from voice import audio
from voice.audio import Samples
from voice.sip import SipEndpoint

STACKS = ("baresip", "pjsua2")
chosen = ["baresip"]  # what `line` makes; a fixture of the conformance test sets it


def endpoint(**settings: Any) -> Any:
    """A `Telephone` of the chosen stack, not yet started."""
    if chosen[0] == "baresip":
        return SipEndpoint(**settings)
    from voice.pjsip.endpoint import PjsipEndpoint

    return PjsipEndpoint(**settings)


class Line:
    """The endpoint under test with a call logic that only keeps what it got."""

    def __init__(self, endpoint: Any) -> None:
        self.endpoint = endpoint
        self.uri = f"sip:100@{endpoint.host}:{endpoint.port}"
        self.legs: asyncio.Queue[Any] = asyncio.Queue()
        self.frames: dict[str, list[Samples]] = {}
        self.events: dict[str, list[tuple[float, object]]] = {}
        self.answers = True

    async def on_call(self, leg: Any) -> None:
        self.frames[leg.id], self.events[leg.id] = [], []
        if self.answers:
            await leg.answer()
        self.legs.put_nowait(leg)
        await asyncio.gather(self._hear(leg), self._watch(leg))

    async def _hear(self, leg: Any) -> None:
        async for frame in leg.frames():
            self.frames[leg.id].append(frame)

    async def _watch(self, leg: Any) -> None:
        async for event in leg.events():
            self.events[leg.id].append((time.monotonic(), event))

    async def leg(self) -> Any:
        async with asyncio.timeout(20):
            return await self.legs.get()

    def heard(self, leg: Any) -> Samples:
        return audio.joined(self.frames[leg.id])

    async def happened(self, leg: Any, kind: type, timeout_s: float = 20, *, count: int = 1) -> tuple[float, object]:
        async with asyncio.timeout(timeout_s):
            while len(found := [e for e in self.events[leg.id] if isinstance(e[1], kind)]) < count:
                await asyncio.sleep(0.002)
        return found[count - 1]


@asynccontextmanager
async def line(**settings: object) -> AsyncIterator[Line]:
    first = free_port()
    under_test = endpoint(**{"port": free_port(), "rtp_ports": (first, first + 400), **settings})
    answering = Line(under_test)
    await under_test.start(answering.on_call)
    try:
        yield answering
    finally:
        await under_test.close()
