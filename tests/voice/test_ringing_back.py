"""Customers who are rung back, in virtual time: the agent's line, then the customer's."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.ports import AgentLine, Callback
from bot.stores.bus import LocalBus
from tests.voice.likeness import found
from tests.voice.peers import Phone, free_port
from tests.voice.test_bridge import heard_well, speech
from tests.voice.test_call import SECOND, CoreTurns, LoudnessVad, SecondVoices, Telephones
from tests.voice.test_recording import opened
from tests.voice.test_transfer import Sounding, noise, settle
from voice.audio import RATE
from voice.equipment import Equipment, Handing
from voice.errors import LegFailed
from voice.ports import CallLeg
from voice.recording.disk import Disk
from voice.ringing_back import FORBIDDEN, RingingBack
from voice.sip import SipEndpoint
from voice.vad.spare import Vads

ANNA = AgentLine(agent="anna", sip="sip:anna@x", name="Анна")


class Promises:
    """The desk: one customer to be rung back, while it is due; what became of it."""

    def __init__(self) -> None:
        self.waiting = [
            Callback(conversation="c1", number="+79051234567", language="ru", brief="Иван.", agent_language="ru")
        ]
        self.became: list[str] = []
        self.broken = False

    async def due(self) -> tuple[Callback, ...]:
        if self.broken:
            raise RuntimeError("the database is away")
        return tuple(self.waiting)

    async def take(self, callback: Callback, tried: frozenset[str]) -> AgentLine | None:
        self.waiting.clear()
        return ANNA

    async def put_back(self, callback: Callback, agent: str) -> None:
        self.became.append(f"{agent} did not take it")

    async def calling(self, callback: Callback, line: AgentLine) -> None:
        self.became.append(f"{line.agent} has it")

    async def answered(self, callback: Callback, line: AgentLine, *, recorded: bool) -> None:
        self.became.append(f"{line.agent} talks{', recorded' if recorded else ''}")

    async def talking(self, callback: Callback) -> None: ...

    async def done(self, callback: Callback, seconds: int) -> None:
        self.became.append("done")

    async def unreached(self, callback: Callback, why: str, *, left: bool = False) -> None:
        self.became.append("the agent left" if left else why)

    async def give_up(self, callback: Callback, why: str) -> None:
        self.waiting.clear()
        self.became.append(f"a task: {why}")


class Exchange:
    """Telephones by user part: those that are here answer."""

    def __init__(self, *here: str) -> None:
        self.here = here
        self.rung: list[str] = []
        self.lines: dict[str, Sounding] = {}

    async def reach(self, address: str, headers: Mapping[str, str], ring_s: float) -> Sounding:
        name = address.partition(":")[2].partition("@")[0]
        self.rung.append(name)
        if name not in self.here:
            raise LegFailed("nobody answered", sip_status=408)
        self.lines[name] = Sounding()
        return self.lines[name]

    async def passes(self, seconds: float) -> None:
        for _ in range(int(seconds * SECOND)):
            for line in list(self.lines.values()):
                if not line.over:
                    await line.hear(1)
            await asyncio.sleep(0)


class Ring:
    """The ringing of a process, with these telephones answering."""

    def __init__(self, *here: str, disk: Disk | None = None) -> None:
        self.night = False
        self.exchange, self.promises, self.voices = Exchange(*here), Promises(), SecondVoices()
        handing = Handing(
            agents=Telephones(),
            way="bridge",
            reach=self.exchange.reach,
            prompts={
                "agent_callback": {"ru": "Обратный звонок."},
                "agent_unreached": {"ru": "Не ответили."},
                "callback_hello": {"ru": "Вы просили перезвонить."},
                "recorded": {"ru": "Разговор записывается."},
            },
        )
        equipment = Equipment(
            turns=CoreTurns(),
            bus=LocalBus(),
            vads=Vads(LoudnessVad),
            ears={},
            voices=self.voices,
            handing=handing,
            disk=disk,
        )
        self.ringing = RingingBack(
            equipment,
            handing,
            self.promises,
            "sip:{number}@trunk",
            allowed=lambda number: number == CUSTOMER,
            quiet=lambda: self.night,
        )

    async def __aenter__(self) -> Ring:
        self.ringing.begin()
        await settle()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ringing.close(0)


CUSTOMER = "+79051234567"


async def test_the_agent_is_told_first_then_the_customer_is_rung_hears_a_robot_say_so_and_both_talk():
    async with Ring("anna", CUSTOMER) as ring:
        assert ring.exchange.rung == ["anna"]
        await ring.exchange.passes(3)
        assert ring.voices.asked[0] == "Обратный звонок. Иван."
        assert ring.exchange.rung == ["anna", CUSTOMER]
        await ring.exchange.passes(3)
        assert ring.voices.asked[1] == "Вы просили перезвонить."
        agent, customer = ring.exchange.lines["anna"], ring.exchange.lines[CUSTOMER]
        for line in (agent, customer):
            line.played.clear()
        hello = noise(0.5, 5)
        await customer.says(hello, agent)
        await settle()
        assert np.array_equal(agent.heard, hello)
        await agent.says(hello, customer)
        await settle()
        assert np.array_equal(customer.heard, hello)
        await customer.caller_hangs_up()
        await settle()
        assert agent.over
        assert ring.promises.became == ["anna has it", "anna talks", "done"]


async def test_a_customer_who_does_not_answer_is_kept_for_later_and_the_agent_is_told():
    async with Ring("anna") as ring:
        await ring.exchange.passes(5)
        assert ring.promises.became[0] == "anna has it"
        assert ring.promises.became[1].startswith("Перезвонили")
        assert ring.voices.asked[-1] == "Не ответили."
        assert ring.exchange.lines["anna"].over


async def test_nobody_is_rung_in_quiet_hours_and_the_promise_waits_till_they_are_over():
    ring = Ring("anna", CUSTOMER)
    ring.night = True
    async with ring:
        await ring.exchange.passes(3)
        assert (ring.exchange.rung, len(ring.promises.waiting), ring.promises.became) == ([], 1, [])
        ring.night = False
        ring.ringing._woken.set()
        await settle()
        assert ring.exchange.rung == ["anna"]


async def test_an_agent_who_leaves_while_it_rings_is_told_from_a_customer_who_does_not_answer():
    async with Ring("anna", CUSTOMER) as ring:
        held = asyncio.Event()
        reach = ring.exchange.reach

        async def rings(address: str, headers: Mapping[str, str], ring_s: float) -> Sounding:
            if CUSTOMER in address:
                await held.wait()
            return await reach(address, headers, ring_s)

        ring.ringing._handing = replace(ring.ringing._handing, reach=rings)
        await ring.exchange.passes(3)
        ring.exchange.lines["anna"]._in.put_nowait(None)  # her line is over
        await settle()
        assert ring.promises.became == ["anna has it", "the agent left"]


@pytest.mark.parametrize("recorded", [True, False])
async def test_who_was_recorded_before_is_told_so_again_and_recorded_with_the_agent_beside_them(
    tmp_path: Path, recorded: bool
):
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    ring = Ring("anna", CUSTOMER, disk=disk)
    ring.promises.waiting[0] = replace(ring.promises.waiting[0], recorded=recorded)
    async with ring:
        async with asyncio.timeout(60):
            while len(ring.voices.asked) < (3 if recorded else 2) or ring.exchange.lines[CUSTOMER].queued > 100:
                await ring.exchange.passes(0.2)
                await asyncio.sleep(0.005)
        await ring.exchange.passes(2)
        await asyncio.sleep(0.05)
        agent, customer = ring.exchange.lines["anna"], ring.exchange.lines[CUSTOMER]
        one, other = noise(1, 5), noise(1, 6)
        await agent.says(other, customer)
        await customer.says(one, agent)
        await ring.exchange.passes(1)
        await customer.caller_hangs_up()
        await settle()
        async with asyncio.timeout(60):
            while ring.ringing.calls:  # until it is on disk
                await asyncio.sleep(0.01)
    disk.close()
    assert ("anna talks, recorded" in ring.promises.became) is recorded
    assert ("Разговор записывается." in ring.voices.asked) is recorded
    assert (tmp_path / "c1.wav").exists() is recorded
    if recorded:
        found = opened(tmp_path / "c1.wav")[1].astype(float)
        for side, said in zip(found.T, (one, other), strict=True):
            alike = np.correlate(side, said.astype(float))
            assert alike.max() > 0.99 * float(np.dot(said.astype(float), said.astype(float)))


async def test_a_number_that_we_may_not_call_is_never_rung_and_left_to_people():
    ring = Ring("anna", "+19005551234")
    ring.promises.waiting[0] = replace(ring.promises.waiting[0], number="+19005551234")
    async with ring:
        await ring.exchange.passes(5)
        assert ring.exchange.rung == []
        assert ring.promises.became == [f"a task: {FORBIDDEN['ru']}"]


async def test_promises_are_looked_for_again_after_whatever_went_wrong():
    ring = Ring("anna", CUSTOMER)
    ring.promises.broken = True
    async with ring:
        ring.promises.broken = False
        ring.ringing._woken.set()
        await settle()
        assert ring.exchange.rung == ["anna"]


async def test_an_agent_who_does_not_answer_leaves_the_customer_in_the_queue_unrung():
    async with Ring(CUSTOMER) as ring:
        await ring.exchange.passes(1)
        assert ring.promises.became == ["anna did not take it"]
        assert ring.exchange.rung == ["anna"]


async def test_an_agent_who_hangs_up_ends_the_customers_line_too():
    async with Ring("anna", CUSTOMER) as ring:
        await ring.exchange.passes(6)
        await ring.exchange.lines["anna"].caller_hangs_up()
        await settle()
        assert ring.exchange.lines[CUSTOMER].over
        assert ring.promises.became[-1] == "done"


async def test_a_process_that_stops_lets_go_of_every_line():
    async with Ring("anna", CUSTOMER) as ring:
        await ring.exchange.passes(6)
        assert ring.ringing.calls == 1
    assert all(line.over for line in ring.exchange.lines.values())


# --- real telephones ----------------------------------------------------------------------------------


@pytest.mark.voice
async def test_two_real_telephones_hear_each_other_once_the_customer_was_rung_back(tmp_path: Path):
    disk = Disk(lambda name: tmp_path / f"{name}.wav")
    first = free_port(apart=40)
    endpoint = SipEndpoint(port=free_port(), rtp_ports=(first, first + 40))
    ring = Ring(disk=disk)
    ring.promises.waiting[0] = replace(ring.promises.waiting[0], recorded=True)
    async with Phone(user="anna") as anna, Phone(user=CUSTOMER) as customer:

        async def reach(address: str, headers: Mapping[str, str], ring_s: float) -> CallLeg:
            to = anna if "anna" in address else customer
            return await endpoint.call(to.uri, headers=headers, ring_s=ring_s)

        async def nobody(leg: CallLeg) -> None:
            await leg.reject(404)

        ring.ringing._handing = replace(ring.ringing._handing, reach=reach, stays=False)
        await endpoint.start(nobody)
        try:
            async with ring:
                agent = await anna.called(60)
                await agent.hears_within(60)
                agent.press("1")
                back = await customer.called(60)
                assert bytes.fromhex(back.headers["user-to-user"].partition(";")[0]).decode() == "c1"
                hello = await back.hears_within(60)
                async with asyncio.timeout(60):
                    while back.quiet_s < 1.5:  # who calls, and that they are recorded
                        await asyncio.sleep(0.1)
                assert len(back.loud(hello)) * 20 >= 1_900  # two sentences of a second
                one, other = speech(1), speech(2)
                back.say(one)
                await heard_well(one, agent.heard)
                agent.say(other)
                await heard_well(other, back.heard)
                back.hang_up()
                async with asyncio.timeout(60):
                    await agent.ended.wait()
                    while ring.promises.became[-1] != "done":
                        await asyncio.sleep(0.05)
        finally:
            await endpoint.close()
            disk.close()
    assert ring.promises.became == ["anna has it", "anna talks, recorded", "done"]
    taped = opened(tmp_path / "c1.wav")[1]
    # What went over the wire is what was kept, each on its side, at the moment it was said.
    began = []
    for side, said, call in ((0, one, back), (1, other, agent)):
        quarters = [found(taped[:, side], said[at : at + RATE // 4]) for at in range(0, RATE, RATE // 4)]
        assert sum(like > 0.98 for _, like in quarters) >= 3  # a packet that a busy machine lost spoils one
        places = [place - at for (place, _), at in zip(quarters, range(0, RATE, RATE // 4), strict=True)]
        began.append(sorted(places)[1] / RATE - next(at for at, sound in call.wire.sent if sound))
    assert abs(began[0] - began[1]) < 0.5
