"""Hold, transfer to somebody we reached, sound before the answer: SIP against real telephones."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.voice.peers import Baresip, Phone, eventually, is_tone, tone
from tests.voice.test_sip import line
from voice import audio
from voice.ports import Ended, Held

pytestmark = pytest.mark.voice


async def test_a_caller_who_holds_us_is_told_of_once_each_way():
    async with line() as bot, Phone() as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        await asyncio.sleep(0.2)
        call.hold(True)
        assert (await bot.happened(leg, Held))[1] == Held(on=True)
        call.hold(False)
        assert (await bot.happened(leg, Held, count=2))[1] == Held(on=False)


async def test_a_caller_whom_we_hold_is_not_heard_and_is_when_we_take_them_back(tmp_path):
    audio.write(tmp_path / "caller.wav", tone(440, 40))
    async with line() as bot, Baresip(play=tmp_path / "caller.wav") as caller:
        await caller.dial(bot.uri)
        leg = await bot.leg()
        await eventually(lambda: is_tone(bot.heard(leg), 440))
        await leg.hold(True)
        await eventually(lambda: "a=sendonly" in caller.trace and "a=recvonly" in caller.trace)
        await asyncio.sleep(0.3)
        begun = len(bot.frames[leg.id])
        await eventually(lambda: len(bot.frames[leg.id]) > begun + 25)
        assert all(audio.level(frame) < -60 for frame in bot.frames[leg.id][begun:])
        await leg.hold(False)
        begun = len(bot.frames[leg.id])
        await eventually(lambda: is_tone(audio.joined(bot.frames[leg.id][begun:]), 440))


async def test_the_caller_and_whom_we_reached_talk_once_we_joined_them_and_we_are_gone():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        phone.replaces = agent.replaces = True
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        consulted = await agent.called()
        assert await leg.join(reached)
        joined = await agent.called()
        assert joined.headers["replaces"].startswith(consulted.leg.call_id)
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="transferred")
        async with asyncio.timeout(20):
            assert [e async for e in reached.events() if isinstance(e, Ended)] == [Ended(reason="transferred")]
        assert consulted.ended.is_set()
        await asyncio.wait_for(call.ended.wait(), 20)
        phone.calls[-1].say(tone(440, 1))
        await joined.hears_within(20)


async def test_whom_we_reached_hanging_up_meanwhile_leaves_the_caller_with_us():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        phone.replaces = True
        phone.transfers = False
        await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        (await agent.called()).hang_up()
        assert not await leg.join(reached)
        async with asyncio.timeout(20):
            assert [e async for e in reached.events() if isinstance(e, Ended)] == [Ended(reason="caller")]
        assert leg.ended is None


async def test_a_pair_that_cannot_be_joined_stays_with_us_and_off_hold():
    async with line() as bot, Phone() as phone, Phone(user="agent") as agent:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        reached = await bot.endpoint.call(agent.uri)
        assert not await leg.join(reached)  # this telephone doesn't know Replaces
        assert leg.ended is None
        assert reached.ended is None
        begun = time.monotonic()
        leg.play(tone(900, 0.5))
        await call.hears_within(20, since=begun)
        call.say(tone(440, 2))
        await eventually(lambda: is_tone(bot.heard(leg)[-8000:], 440))


async def test_what_is_played_early_is_heard_before_the_answer_and_the_call_goes_on_after_it():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        call = await phone.dial(bot.uri)
        leg = await bot.leg()
        call.wire.start()
        assert await leg.early()
        leg.play(tone(700, 0.5))
        await call.hears_within(20)
        assert not call.answered_at
        await leg.answer()
        assert not await leg.early()  # it is answered by now
        await call.leg.wait_answered(20)
        phone._join(call, call.leg.sdp_answer)
        call.say(tone(440, 1))
        await eventually(lambda: is_tone(bot.heard(leg), 440))


async def test_a_call_refused_after_sound_is_over_for_both():
    async with line() as bot, Phone() as phone:
        bot.answers = False
        dialling = asyncio.create_task(phone.call(bot.uri))
        leg = await bot.leg()
        assert await leg.early()
        await leg.reject(480)
        assert (await dialling).refused == 480
        await bot.happened(leg, Ended)
