"""What the baresip stack alone does, or does in its own way; the rest stands in test_leg_conformance.py."""

from __future__ import annotations

import asyncio
import logging

import pytest
from baresip import Call, CallState, UserAgent

from bot.errors import SettingsError
from tests.voice.lines import line
from tests.voice.peers import Baresip, Phone, eventually
from voice.errors import LegFailed
from voice.ports import Ended
from voice.sip import SipEndpoint

pytestmark = pytest.mark.voice


async def test_an_answered_call_is_left_alone_and_not_renegotiated():
    async with line() as bot, Baresip() as caller:
        await caller.dial(bot.uri)
        await bot.leg()
        await asyncio.sleep(1)
        assert "\nINVITE sip:agent-" not in caller.trace.replace("\r", "")


async def test_a_stack_that_dies_ends_its_calls_as_lost_and_is_not_alive():
    async with line() as bot, Phone() as phone:
        assert bot.endpoint.alive
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        bot.endpoint._on_dead()  # a thread that really dies would poison this process for the other tests
        await bot.happened(leg, Ended)
        assert bot.events[leg.id][-1][1] == Ended(reason="lost")
        assert not bot.endpoint.alive
        call.hang_up()


async def test_no_number_of_a_caller_gets_into_the_logs(caplog):
    caplog.set_level(logging.DEBUG)
    async with line() as bot, Phone(user="89051234567") as phone:
        call = await phone.call(bot.uri)
        leg = await bot.leg()
        logging.getLogger("baresip.native").warning("call: %s went wrong", "<sip:89051234567@10.0.0.1>")
        call.hang_up()
        await bot.happened(leg, Ended)
    ours = [record for record in caplog.records if record.name.startswith(("voice", "baresip"))]
    assert "call: <sip:…@10.0.0.1> went wrong" in [record.getMessage() for record in ours]
    assert not [record for record in ours if "9051234567" in str(vars(record))]


def test_more_calls_than_one_process_can_hold_are_refused_with_a_fix():
    with pytest.raises(SettingsError) as refused:
        SipEndpoint(capacity=10_000)
    assert refused.value.fix


async def test_a_telephone_that_refuses_before_we_listen_to_its_call_is_refused_all_the_same(monkeypatch):
    dial = UserAgent.dial

    async def dialled(*args: object, **more: object) -> Call:
        call = await dial(*args, **more)
        await asyncio.wait_for(phone.rings.wait(), 20)
        phone.calls[-1].leg.reject(486)
        await eventually(lambda: call.state is CallState.CLOSED)
        return call

    monkeypatch.setattr(UserAgent, "dial", dialled)
    async with line() as bot, Phone() as phone:
        phone.picks_up.clear()
        with pytest.raises(LegFailed) as failed:
            await bot.endpoint.call(phone.uri)
        assert failed.value.sip_status == 486
