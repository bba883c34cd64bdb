"""Live events within one process. Between processes the same port is bot.stores.redis."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any

KEPT = 256  # messages a subscriber may lag behind before it loses them and is told so
LAGGED: Mapping[str, Any] = {"lagged": True}


class Mailbox:
    """What waits for one subscriber; bounded. When it overflows all is dropped and the reader gets LAGGED:
    time to read the journal."""

    def __init__(self, bus: LocalBus, topic: str) -> None:
        self._bus = bus
        self._topic = topic
        self._messages: deque[Mapping[str, Any]] = deque()
        self._ready = asyncio.Event()
        self._closed = False

    def put(self, message: Mapping[str, Any]) -> None:
        if len(self._messages) >= KEPT:
            self._messages.clear()
            message = LAGGED
        self._messages.append(message)
        self._ready.set()

    def __aiter__(self) -> Mailbox:
        return self

    async def __anext__(self) -> Mapping[str, Any]:
        while not self._messages:
            if self._closed:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        return self._messages.popleft()

    def close(self) -> None:
        """The reader, if one waits, comes to its end."""
        self._closed = True
        self._bus.shut(self._topic, self)
        self._ready.set()

    async def __aenter__(self) -> Mailbox:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class LocalBus:
    """In-process publish and subscribe, on one event loop. Publishing never waits for a subscriber.

    A subscription that is neither closed nor referred to any more is forgotten by itself.
    """

    def __init__(self) -> None:
        self._topics: dict[str, dict[int, weakref.ref[Mailbox]]] = {}

    async def publish(self, topic: str, message: Mapping[str, Any]) -> None:
        for reader in tuple(self._topics.get(topic, {}).values()):
            if (mailbox := reader()) is not None:
                mailbox.put(message)

    def subscribe(self, topic: str) -> Mailbox:
        """Subscribed from this call on: what is published before the first read isn't lost."""
        mailbox = Mailbox(self, topic)
        key = id(mailbox)
        gone = weakref.ref(mailbox, lambda _: self._forget(topic, key))
        self._topics.setdefault(topic, {})[key] = gone
        return mailbox

    def topics(self) -> tuple[str, ...]:
        """Those somebody listens to."""
        return tuple(self._topics)

    def shut(self, topic: str, mailbox: Mailbox) -> None:
        self._forget(topic, id(mailbox))

    def _forget(self, topic: str, key: int) -> None:
        readers = self._topics.get(topic, {})
        readers.pop(key, None)
        if not readers:
            self._topics.pop(topic, None)
