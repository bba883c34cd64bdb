"""What the baresip stack alone does, or does in its own way; the rest stands in test_leg_conformance.py."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.errors import SettingsError
from tests.voice.lines import line
from tests.voice.peers import Baresip, Phone
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
