"""Live events between processes, over Redis pub/sub. The same port as bot.stores.bus.LocalBus.

One connection listens for all of this process's subscribers. While Redis is away nothing stops: turns commit,
publishing is dropped, and every subscriber is told that it lagged as soon as the connection is back.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.errors import SettingsError
from bot.stores.bus import LAGGED, LocalBus, Mailbox

log = logging.getLogger(__name__)

PREFIX = "govorun."
RECONNECT_SECONDS = (0.1, 0.5, 1.0, 2.0, 5.0)  # the last one again and again
PUBLISH_SECONDS = 1.0  # a turn waits no longer for a Redis that hangs
AWAY = (RedisError, OSError, TimeoutError)


class RedisBus:
    """`start()` before use, `close()` after. Raises SettingsError on an address that can't be read."""

    def __init__(self, url: str) -> None:
        try:
            self._redis = Redis.from_url(url, decode_responses=True, socket_connect_timeout=PUBLISH_SECONDS)
        except ValueError as error:
            raise SettingsError(
                "the Redis address can't be read", where="GOVORUN_REDIS_URL", fix="Write redis://host:6379/0."
            ) from error
        self._local = LocalBus()
        self._listener: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def start(self) -> None:
        self._listener = asyncio.create_task(self._listen(), name="redis bus")

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            await asyncio.gather(self._listener, return_exceptions=True)
        await self._redis.aclose()

    async def publish(self, topic: str, message: Mapping[str, Any]) -> None:
        """Never raises: the journal holds the truth. While Redis is away this process's own subscribers still hear."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await self._redis.publish(PREFIX + topic, json.dumps(message, ensure_ascii=False))
        except AWAY as error:
            log.warning("Redis did not take a message: %s", type(error).__name__)
            await self._local.publish(topic, message)

    def subscribe(self, topic: str) -> Mailbox:
        return self._local.subscribe(topic)

    async def _listen(self) -> None:
        attempt = 0
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    # By pattern: which topics are wanted here changes with every page that opens.
                    await pubsub.psubscribe(PREFIX + "*")
                    async for message in pubsub.listen():
                        attempt = 0
                        await self._heard(message)
            except AWAY as error:
                if self.connected.is_set():
                    log.warning("the connection to Redis broke: %s", type(error).__name__)
                self.connected.clear()
            await asyncio.sleep(RECONNECT_SECONDS[min(attempt, len(RECONNECT_SECONDS) - 1)])
            attempt += 1

    async def _heard(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "pmessage":
            await self._local.publish(message["channel"].removeprefix(PREFIX), json.loads(message["data"]))
        elif message["type"] == "psubscribe":
            for topic in self._local.topics():  # who subscribed before may have missed something
                await self._local.publish(topic, LAGGED)
            self.connected.set()
