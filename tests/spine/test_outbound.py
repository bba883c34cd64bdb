"""Calls that the whole product places: real telephones that answer, ring, are busy, or are machines."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.spine.served import Served
from tests.spine.together import together
from tests.voice.peers import Phone
from voice import audio
from voice.audio import RATE, Samples

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

Speak = Callable[[str], Samples]
ABOUT = {"scenarios": "reminder", "given": {"service": "yoga", "when": "2036-11-19 18:00"}, "language": "ru"}


def beep(ms: int = 400) -> Samples:
    return (4000 * np.sin(2 * np.pi * 1000 * np.arange(RATE * ms // 1000) / RATE)).astype(np.int16)


async def ask(served: Served, phone: Phone, **more: Any) -> str:
    body = ABOUT | {"to": phone.uri, "force": True} | more
    answer = await served.client.post("/api/calls", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def until(served: Served, ident: str, *states: str) -> dict[str, Any]:
    async with asyncio.timeout(90):
        while (found := await served.get(f"/api/calls/{ident}"))["state"] not in states:
            await asyncio.sleep(0.2)
    call: dict[str, Any] = found
    return call


@together()
async def test_a_person_is_reminded_and_says_goodbye_by_a_key(served: Served, speak: Speak) -> None:
    async with Phone(user="anna") as phone:
        ident = await ask(served, phone)
        call = await phone.called(60)
        call.say(audio.joined([audio.silence(400), speak("Алло?")]))
        hello = await call.said()
        await call.hears_within(30, since=hello)
        await until(served, ident, "answered")
        while call.quiet_s < 1.5:  # the announcement and the question
            await asyncio.sleep(0.1)
        call.press("1")
        found = await until(served, ident, "ended")
    assert found["by"] in ("human", "unknown")  # a machine that is busy hears late
    assert [step["state"] for step in found["steps"]][:2] == ["requested", "dialling"]
    conversation = await served.get(f"/api/conversations/{found['conversation']}")
    said = [line["text"] for line in conversation["transcript"] if line["who"] == "bot"]
    assert said[0] == "Здравствуйте! Это робот клуба «Высота»."
    assert said[-1] == "Отлично, до встречи!"


@together()
async def test_an_answering_machine_records_the_message_after_its_beep(served: Served, speak: Speak) -> None:
    async with Phone(user="boris") as phone:
        ident = await ask(served, phone)
        call = await phone.called(60)
        greeting = speak("Здравствуйте. Сейчас меня нет. Оставьте, пожалуйста, сообщение после сигнала.")
        call.say(audio.joined([audio.silence(400), greeting, audio.silence(600), beep()]))
        over = await call.said()
        await call.hears_within(40, since=over)
        found = await until(served, ident, "ended")
    assert (found["by"], found["message"]) == ("machine", True)
    conversation = await served.get(f"/api/conversations/{found['conversation']}")
    assert any("Напоминаем" in line["text"] for line in conversation["transcript"])


@together()
async def test_a_busy_telephone_is_told_to_the_conversation(served: Served) -> None:
    async with Phone(user="vera", busy=True) as phone:
        found = await until(served, await ask(served, phone), "busy")
    assert (found["status"], found["by"]) == (486, "")
    assert (await served.get(f"/api/conversations/{found['conversation']}"))["status"] == "ended"


@together()
async def test_a_call_is_given_up_while_it_rings(served: Served) -> None:
    async with Phone(user="gleb") as phone:
        phone.picks_up.clear()
        ident = await ask(served, phone)
        await asyncio.wait_for(phone.rings.wait(), 60)
        await served.client.delete(f"/api/calls/{ident}")
        async with asyncio.timeout(30):
            while not phone.cancelled:
                await asyncio.sleep(0.05)
        assert (await served.get(f"/api/calls/{ident}"))["state"] == "cancelled"
