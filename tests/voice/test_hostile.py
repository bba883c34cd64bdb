"""A hostile network: whatever it sends, the process lives, who talks hears no gap, and the next caller is served.

The longer form, thousands of INVITEs a second for half a minute: make torture.
"""

from __future__ import annotations

import asyncio
import random
import time

import pytest

from tests.voice.hostile import attacks
from tests.voice.hostile.attacks import (
    OVERSIZED,
    Stranger,
    answered_to,
    by_tcp,
    call_id,
    garbage,
    heard,
    idle_connections,
    request,
    server,
    torture,
)
from tests.voice.lines import STACKS
from tests.voice.peers import Phone, eventually
from voice.sip.leg import AHEAD_MS, TOP_UP_MS

pytestmark = pytest.mark.voice

STUTTERS_MS = AHEAD_MS - TOP_UP_MS  # of our own work without a look at a call: its sound runs out

# Of the messages that RFC 4475 calls valid, those that both stacks answer; each drops one or another of the rest.
ANSWERED = frozenset(
    "wsinv intmeth esc01 escnull esc02 lwsdisp dblreq mpart01 zeromf cparam01 cparam02 regescrt".split()
)


@pytest.fixture(params=STACKS, scope="module")
def victim(request):
    """One for all the tests of a stack, so that what one attack leaves behind meets the next."""
    if request.param == "pjsua2":
        pytest.importorskip("pjsua2", reason="an extra: pip install govorun[pjsua2]")
    with server(request.param) as lives:
        yield lives


async def served(victim: attacks.Server) -> None:
    """A caller is answered, hears the tone, presses # and is hung up."""
    async with Phone() as phone:
        async with asyncio.timeout(40):
            while (call := await phone.call(victim.uri)).refused:
                await asyncio.sleep(0.3)  # what the attack has left goes away
        await call.hears_within(20)
        call.press("#")
        await asyncio.wait_for(call.ended.wait(), 20)


async def test_every_torture_message_of_rfc_4475_is_survived_and_the_valid_ones_are_answered(victim):
    messages = list(torture())
    assert len(messages) == 49
    with Stranger(victim.port) as stranger:
        for name, kind, message in messages:
            if kind == "valid":
                stranger.send(answered_to(message, stranger.port))
            if name in ANSWERED:
                assert await stranger.heard(call_id(message)), name
            stranger.send(message)
            await by_tcp(victim.port, message)
            assert await stranger.answers(), name
            assert victim.lives, name
        await served(victim)


async def test_broken_rtp_harms_neither_the_call_nor_its_keys(victim):
    async with Phone() as phone:
        call = await phone.call(victim.uri)
        await call.hears_within(20)
        begun = time.monotonic()
        assert call.wire.remote is not None
        host, port = call.wire.remote
        with Stranger(port) as stranger:
            for packet in garbage(random.Random(1)):
                call.wire.socket.sendto(packet, (host, port))
                call.wire.socket.sendto(packet, (host, port + 1))
                stranger.send(packet)
                await asyncio.sleep(0)
        await asyncio.sleep(0.5)
        assert victim.lives
        assert not call.ended.is_set()
        assert len(call.loud(begun)) > 10
        call.press("#")
        await asyncio.wait_for(call.ended.wait(), 20)
        await served(victim)


async def test_a_session_description_of_any_size_is_survived(victim):
    with Stranger(victim.port) as stranger:
        for what, body in OVERSIZED.items():
            stranger.send(request(victim.port, stranger.port, body=body))
            await by_tcp(victim.port, request(victim.port, stranger.port, body=body))
            assert await stranger.answers(), what
            assert victim.lives, what
        await by_tcp(victim.port, request(victim.port, stranger.port, body=SDP_ENDLESS))
        assert await stranger.answers()
    await served(victim)


SDP_ENDLESS = attacks.SDP + "m=audio 4000 RTP/AVP 8\r\n" * 100_000  # 2.4 MB


async def test_a_flood_of_calls_is_survived_who_talks_hears_on_and_the_next_is_served(victim):
    async with Phone() as phone:
        call = await phone.call(victim.uri)
        await call.hears_within(20)
        await victim.worked_ms()
        begun = time.monotonic()
        with Stranger(victim.port) as stranger:
            await stranger.flood(300, 600, user="404")
            await stranger.flood(300, 600, cancels=True)
            await stranger.flood(300, 600)
        lasted = time.monotonic() - begun
        assert victim.lives
        assert not call.ended.is_set()
        await eventually(lambda: heard(call, begun).packets >= lasted * 50 * 0.9)
        assert heard(call, begun).lost == 0
        assert await victim.worked_ms() < STUTTERS_MS
        call.hang_up()
        await served(victim)


async def test_connections_that_say_nothing_keep_nobody_else_out(victim):
    opened = await idle_connections(victim.port, 300)
    with Stranger(victim.port) as stranger:
        assert await stranger.answers()
    for each in opened:
        each.close()
    await served(victim)
