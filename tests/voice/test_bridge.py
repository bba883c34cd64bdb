"""Callers and agents on real telephones, the bot between them: SIP and WebRTC lines joined in this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from bot.dialogue.events import AgentJoined, AgentLeft, Left, TransferFailed
from bot.ports import Identity
from bot.stores.bus import LocalBus
from tests.voice.peers import Phone, PhoneCall, eventually, free_port
from tests.voice.test_call import CoreTurns, LoudnessVad, SecondVoices, Telephones
from tests.voice.test_webrtc import Page
from voice import audio
from voice.audio import RATE, Samples
from voice.call import Call
from voice.equipment import Equipment, Handing
from voice.ports import CallLeg
from voice.sip import SipEndpoint
from voice.vad.spare import Vads
from voice.webrtc import WebRtcEndpoint

pytestmark = pytest.mark.voice


@dataclass
class Office:
    """One that takes every call with a bot, and has the agents' telephones."""

    endpoint: SipEndpoint
    desk: Telephones
    turns: CoreTurns
    equipment: Equipment
    calls: list[Call] = field(default_factory=list)

    @property
    def uri(self) -> str:
        return f"sip:100@127.0.0.1:{self.endpoint.port}"

    async def take(self, leg: CallLeg, channel: str = "sip") -> None:
        identity = None if channel == "sip" else Identity(kind="web", value="visitor")
        self.calls.append(Call(leg, self.equipment, channel=channel, identity=identity))
        await self.calls[-1].run()

    @property
    def bridged(self) -> bool:
        """Whether the latest caller and an agent have each other on the line."""
        return self.calls[-1]._transfer.bridged


@asynccontextmanager
async def office(*agents: Phone, ring_s: float = 20) -> AsyncIterator[Office]:
    first = free_port()
    endpoint = SipEndpoint(port=free_port(), rtp_ports=(first, first + 400))
    turns, desk = CoreTurns(), Telephones(*(each.uri for each in agents))

    async def reach(address: str, headers: object, ring_s: float) -> CallLeg:
        return await endpoint.call(address, headers=headers, ring_s=ring_s)  # type: ignore[arg-type]

    equipment = Equipment(
        turns=turns,
        bus=LocalBus(),
        vads=Vads(LoudnessVad),
        ears={},
        voices=SecondVoices(),
        handing=Handing(agents=desk, way="bridge", reach=reach, ring_s=ring_s),
    )
    made = Office(endpoint, desk, turns, equipment)
    await endpoint.start(made.take)
    try:
        yield made
    finally:
        await endpoint.close()


def speech(seed: int) -> Samples:
    """A second that resembles nothing else: noise under 3 kHz, at a voice's level."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=RATE))
    spectrum[3_000:] = 0
    sound = np.fft.irfft(spectrum)
    return (sound / np.abs(sound).max() * 16_000).astype(np.int16)


def pieces_of(said: Samples, heard: Samples) -> list[tuple[float, float]]:
    """Of each quarter of a second: how like it its best place in what was heard is, -1..1, and by how many
    dB it is louder there. A packet that a busy machine lost spoils one of them."""
    had = heard.astype(np.float64)
    out = []
    for start in range(0, len(said), RATE // 4):
        wanted = said[start : start + RATE // 4].astype(np.float64)
        if len(had) < len(wanted):
            return []
        size = len(wanted) + len(had)
        likeness = np.fft.irfft(np.fft.rfft(had, size) * np.conj(np.fft.rfft(wanted, size)), size)
        at = int(np.argmax(likeness[: len(had) - len(wanted) + 1]))
        piece = had[at : at + len(wanted)]
        power = float(np.sqrt(np.sum(piece**2) * np.sum(wanted**2)))
        gain = 10 * np.log10((np.sum(piece**2) + 1) / np.sum(wanted**2))
        out.append((float(likeness[at]) / power if power else 0.0, float(gain)))
    return out


async def heard_well(
    said: Samples, heard: Callable[[], Samples], like: float = 0.99, again: Callable[[], None] | None = None
) -> None:
    """Wait until it came over, and see that nearly all of it is there, unchanged but for the codec. again: says it once
    more, where a browser's own jitter on a busy machine may have spoilt it twice in a second."""

    def came() -> bool:
        loud = [frame for frame in audio.frames(heard()[-3 * RATE :]) if audio.level(frame) > -30]
        return len(loud) > 40 and audio.level(heard()[-RATE // 5 :]) < -60

    def well() -> bool:
        return sum(each > like and abs(db) < 0.5 for each, db in pieces_of(said, heard())) >= 3

    for _ in range(3):
        with contextlib.suppress(TimeoutError):  # it may be long over: something else was waited for
            await eventually(came, 10)
        if well():
            break
        if again is not None:
            again()
            await eventually(lambda: audio.level(heard()[-RATE // 5 :]) > -40, 30)
    assert well(), pieces_of(said, heard())


async def wants_a_person(call: PhoneCall) -> None:
    await call.hears_within(20, since=call.answered_at)
    call.press("0")


async def test_caller_and_agent_hear_each_other_as_they_are_and_one_hanging_up_ends_the_other():
    async with Phone(user="anna") as agent, Phone() as phone, office(agent) as bot:
        call = await phone.call(bot.uri)
        await wants_a_person(call)
        with_agent = await agent.called()
        assert "hex" in with_agent.headers["user-to-user"]
        await eventually(lambda: bot.turns.took(AgentJoined))
        await eventually(lambda: bot.bridged)
        call.say(speech(1))
        with_agent.say(speech(2))
        await heard_well(speech(1), with_agent.heard, again=lambda: call.say(speech(1)))
        await heard_well(speech(2), call.heard, again=lambda: with_agent.say(speech(2)))
        call.hang_up()
        await asyncio.wait_for(with_agent.ended.wait(), 20)
        await eventually(lambda: bot.turns.took(Left))


async def test_an_agent_keys_the_caller_back_to_the_bot():
    async with Phone(user="anna") as agent, Phone() as phone, office(agent) as bot:
        call = await phone.call(bot.uri)
        await wants_a_person(call)
        with_agent = await agent.called()
        await eventually(lambda: bot.turns.took(AgentJoined))
        await eventually(lambda: bot.bridged)
        with_agent.press("*")
        with_agent.press("#")
        await eventually(lambda: bot.turns.took(AgentLeft))
        await asyncio.wait_for(with_agent.ended.wait(), 20)
        assert bot.turns.said[-2:] == ["<agent_left>", "Что ещё?"]
        assert not call.ended.is_set()


async def test_a_telephone_that_is_busy_and_one_that_nobody_answers_leave_the_caller_with_the_bot():
    async with Phone(user="anna", busy=True) as anna, Phone(user="boris") as boris, Phone() as phone:
        boris.picks_up.clear()
        async with office(anna, boris, ring_s=1) as bot:
            call = await phone.call(bot.uri)
            await wants_a_person(call)
            await eventually(lambda: bot.turns.took(TransferFailed), 60)  # two telephones, and words before each
            assert boris.rings.is_set()
            assert len(bot.desk.missing) == 2
            await eventually(lambda: bot.turns.said[-2:] == ["<transfer_failed>", "Что ещё?"])
            assert not call.ended.is_set()


async def test_a_caller_who_hangs_up_while_the_agents_telephone_rings_stops_its_ringing():
    async with Phone(user="anna") as agent, Phone() as phone, office(agent) as bot:
        agent.picks_up.clear()
        call = await phone.call(bot.uri)
        await wants_a_person(call)
        await asyncio.wait_for(agent.rings.wait(), 20)
        call.hang_up()
        await eventually(lambda: agent.cancelled)
        await eventually(lambda: bot.turns.took(Left))


async def test_a_visitor_in_the_browser_and_an_agent_on_the_telephone_hear_each_other():
    async with Phone(user="anna") as agent, office(agent) as bot:
        web, page = WebRtcEndpoint(), Page()
        leg, answer = await web.accept(await page.offer(), caller="visitor")
        await page.connect(answer)
        taking = asyncio.create_task(bot.take(leg, "webrtc"))
        try:
            await eventually(lambda: audio.level(page.sound()[-RATE:]) > -60)
            page.control.send('{"type": "key", "key": "0"}')
            with_agent = await agent.called()
            await eventually(lambda: bot.turns.took(AgentJoined))
            await eventually(lambda: bot.bridged)
            page.voice.sound = speech(3)
            with_agent.say(speech(4))
            await heard_well(speech(3), with_agent.heard, like=0.8)  # through Opus
            await heard_well(speech(4), page.sound, like=0.8, again=lambda: with_agent.say(speech(4)))
            with_agent.hang_up()
            await asyncio.wait_for(taking, 20)
        finally:
            taking.cancel()
            await web.close()
            await page.peer.close()
