"""Whom nobody answered is rung back, through a whole serve and two telephones: the office's, and the customer's.

It starts a process that listens to telephones, 15 s, for itself: `make callback`. In pieces:
tests/dialogue/test_queueing.py, tests/voice/test_transfer.py, tests/voice/test_ringing_back.py,
tests/desk/test_hunting.py.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests.spine.caller import Caller, Speak, calls_of
from tests.spine.served import Served
from tests.voice.likeness import found
from tests.voice.peers import Phone, PhoneCall
from tests.voice.test_bridge import speech
from voice.audio import RATE, Samples

pytestmark = [
    pytest.mark.voice,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.skipif(not os.environ.get("GOVORUN_CALLBACK"), reason="it starts everything for itself; make callback"),
]

NUMBER = "+79057654399"


async def arrives(said: Samples, at: PhoneCall) -> None:
    """A piece of it unchanged is enough: a busy machine loses packets."""
    pieces = [said[begin : begin + RATE // 4] for begin in range(0, len(said) - RATE // 4, RATE // 4)]
    async with asyncio.timeout(60):
        while not any(found(at.heard(), piece)[1] > 0.95 for piece in pieces):
            await asyncio.sleep(0.2)


async def test_whom_the_office_did_not_answer_is_rung_back_and_the_vcon_says_who_talked(
    tmp_path: Path, speak: Speak, vcon_schema: Mapping[str, Any]
) -> None:
    async with Phone(user="office", busy=True) as office, Phone(user=NUMBER) as customer:
        settings = {
            "callback_sip": f"sip:{{number}}@127.0.0.1:{customer.port}",
            "call_allowed": '["+7", "@127.0.0.1"]',
            "quiet_hours": "",
            "record": "on",
        }
        async with Served(tmp_path / "data", voice=True, agent_sip=office.uri, **settings) as served:
            await served.hears()
            call = await customer.call(served.sip)
            caller = Caller(served, NUMBER, call, speak)
            await call.hears_within(20, since=call.answered_at)
            await caller.says("Позовите оператора", until="соединяю")
            await caller.hears("пока никто не ответил")
            await caller.hears("нажмите один")
            await caller.presses("1", until="верно")
            await caller.presses("1", until="договорились")
            await asyncio.wait_for(call.ended.wait(), 60)
            office.busy = False
            agent = await office.called(60)
            await agent.hears_within(60)
            back = None
            async with asyncio.timeout(90):
                while back is None:  # once they have heard who it is; a key is understood at any time
                    agent.press("1")
                    try:
                        back = await customer.called(5)
                    except TimeoutError:
                        continue
            await back.hears_within(60)
            async with asyncio.timeout(60):
                while back.quiet_s < 1.5:
                    await asyncio.sleep(0.1)
            one, other = speech(1), speech(2)
            back.say(one)
            await arrives(one, agent)
            agent.say(other)
            await arrives(other, back)
            back.hang_up()
            await asyncio.wait_for(agent.ended.wait(), 60)
            listed = (await calls_of(served, NUMBER))[0]
            async with asyncio.timeout(60):
                while True:
                    vcon = await served.get(f"/api/conversations/{listed['id']}/vcon?form=plain")
                    sounds = [line for line in vcon["dialog"] if line["type"] == "recording"]
                    if len(sounds) == 2:
                        break
                    await asyncio.sleep(0.5)
    types = [party["type"] for party in vcon["parties"]]
    assert [[types[place] for place in line["parties"]] for line in sounds] == [
        ["customer", "bot"],
        ["customer", "agent"],
    ]
    assert types[sounds[1]["originator"]] == "agent"
    assert list(Draft7Validator(vcon_schema, format_checker=FormatChecker()).iter_errors(vcon)) == []
