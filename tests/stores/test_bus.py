from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from bot.errors import SettingsError
from bot.ports import Bus
from bot.stores.bus import KEPT, LAGGED, LocalBus
from bot.stores.redis import RedisBus
from tests import servers


@pytest.fixture(params=["local", "redis"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    if request.param == "local":
        yield LocalBus()
        return
    with servers.redis() as url:
        made = RedisBus(url)
        await made.start()
        await asyncio.wait_for(made.connected.wait(), 10)
        yield made
        await made.close()


async def soon(reader: object) -> object:
    return await asyncio.wait_for(anext(reader), 5)  # type: ignore[call-overload]


async def test_a_message_reaches_every_subscriber_of_its_topic_and_nobody_else(bus: Bus) -> None:
    async with bus.subscribe("desk") as one, bus.subscribe("desk") as two, bus.subscribe("conversation.1") as other:
        await bus.publish("desk", {"слово": 1})
        await bus.publish("conversation.1", {"n": 2})
        assert await soon(one) == {"слово": 1}
        assert await soon(two) == {"слово": 1}
        assert await soon(other) == {"n": 2}


async def test_messages_come_in_the_order_they_were_published(bus: Bus) -> None:
    async with bus.subscribe("desk") as live:
        for number in range(100):
            await bus.publish("desk", {"n": number})
        assert [(await soon(live)) for _ in range(100)] == [{"n": number} for number in range(100)]


async def test_a_subscriber_that_sleeps_is_told_that_it_lagged() -> None:
    bus = LocalBus()
    async with bus.subscribe("desk") as live:
        for number in range(KEPT + 3):
            await bus.publish("desk", {"n": number})
        assert await soon(live) == LAGGED
        assert await soon(live) == {"n": KEPT + 1}


async def test_a_closed_subscription_ends_for_who_waits_on_it(bus: Bus) -> None:
    live = bus.subscribe("desk")
    reading = asyncio.create_task(_all(live))
    await asyncio.sleep(0)
    live.close()
    assert await asyncio.wait_for(reading, 5) == []


async def _all(live: object) -> list[object]:
    return [message async for message in live]  # type: ignore[attr-defined]


async def test_subscribers_that_went_leave_nothing_behind() -> None:
    bus = LocalBus()
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(bus.subscribe("desk"))
        assert bus.topics() == ("desk",)
    assert bus.topics() == ()


async def test_a_reader_that_was_cancelled_leaves_nothing_behind() -> None:
    bus = LocalBus()

    async def reads() -> None:
        async for _ in bus.subscribe("desk"):
            pass

    reading = asyncio.create_task(reads())
    await asyncio.sleep(0)
    assert bus.topics() == ("desk",)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    del reading
    await asyncio.sleep(0)  # the loop lets its last handle of the task go
    gc.collect()
    assert bus.topics() == ()


async def test_two_processes_hear_each_other_over_redis() -> None:
    with servers.redis() as url:
        one, two = RedisBus(url), RedisBus(url)
        for each in (one, two):
            await each.start()
            await asyncio.wait_for(each.connected.wait(), 10)
        async with two.subscribe("desk") as live:
            await one.publish("desk", {"n": 1})
            assert await soon(live) == {"n": 1}
        await one.close()
        await two.close()


async def test_a_redis_that_comes_back_tells_its_subscribers_that_they_lagged() -> None:
    port = servers.free_port()
    with servers.redis(port) as url:
        bus = RedisBus(url)
        await bus.start()
        await asyncio.wait_for(bus.connected.wait(), 10)
    async with bus.subscribe("desk") as live:
        await bus.publish("desk", {"n": 1})  # Redis is away: this process still hears itself
        assert await soon(live) == {"n": 1}
        with servers.redis(port):
            assert await asyncio.wait_for(anext(live), 20) == LAGGED
            await bus.publish("desk", {"n": 2})
            assert await soon(live) == {"n": 2}
            await bus.close()


def test_an_address_that_is_no_use_is_named_with_a_mend() -> None:
    with pytest.raises(SettingsError, match="redis://host"):
        RedisBus("nonsense")
