"""Calls to the whole product: real SIP peers, speech by another voice than the bot's, real ears and mouth."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.spine.served import Served
from tests.voice.peers import Baresip, Phone, PhoneCall
from voice import audio
from voice.audio import RATE, Samples

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

Speak = Callable[[str], Samples]


async def bot_falls_silent(call: PhoneCall, *, since: float, quiet_s: float = 0.8, within_s: float = 40) -> float:
    """Wait until the bot began to speak after `since` and then stopped; when it began."""
    began = await call.hears_within(within_s, since=since)
    async with asyncio.timeout(within_s):
        while time.monotonic() - max(call.loud(since)) < quiet_s:
            await asyncio.sleep(0.05)
    return began


async def calls_of(served: Served, number: str) -> list[dict[str, Any]]:
    """Conversations with that caller, the newest first, with their transcripts."""
    found = await served.get("/api/conversations?channel=sip")
    whole = [await served.get(f"/api/conversations/{each['id']}") for each in found]
    return [each for each in whole if number in str(each)]


async def heard_in(served: Served, number: str, word: str, *, within_s: float = 30) -> dict[str, Any]:
    """The newest call of that number, once its transcript holds the word."""
    async with asyncio.timeout(within_s):
        while True:
            for call in (await calls_of(served, number))[:1]:
                if word in str(call["transcript"]).lower():
                    return call
            await asyncio.sleep(0.3)


async def bookings_of(served: Served, number: str) -> list[dict[str, Any]]:
    return [each for each in await served.get("/api/bookings") if each["phone"] == number]


def spoken(path: Path, speak: Speak, *script: str | float) -> Path:
    """A file for a softphone's microphone: words, and pauses in seconds."""
    pieces = [speak(part) if isinstance(part, str) else audio.silence(int(part * 1000)) for part in script]
    audio.write(path, audio.joined(pieces))
    return path


async def test_a_softphone_books_a_visit_by_voice(served: Served, speak: Speak, tmp_path: Path) -> None:
    words = ("Хочу записаться к терапевту завтра в три часа дня", 7.0, "Иван Петров", 13.0, "Да", 60.0)
    path = spoken(tmp_path / "caller.wav", speak, 4.0, *words)
    async with Baresip(user="89051230001", play=path) as softphone:
        await softphone.dial(served.sip)
        await heard_in(served, "+79051230001", "вы записаны", within_s=60)
        await asyncio.sleep(2)
        await softphone.hang_up()
        await softphone.wait_for("CALL_CLOSED")
        heard = softphone.heard()
    (booking,) = await bookings_of(served, "+79051230001")
    when = datetime.fromisoformat(booking["when"])
    assert (when.date(), when.hour, when.minute) == (date.today() + timedelta(days=1), 15, 0)
    assert (booking["service"], booking["name"], booking["status"]) == ("terapevt", "Иван Петров", "confirmed")
    assert -26 < audio.speech_level(heard, RATE) < -14  # loud enough, and never clipped
    assert int(abs(heard.astype(int)).max()) < 32_000


async def test_the_same_caller_is_known_by_name_and_cancels_by_voice(served: Served, speak: Speak) -> None:
    async with Phone(user="89051230001") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(10, since=call.answered_at)
        call.say(speak("Отмените мою запись"))
        await heard_in(served, "+79051230001", "отменить эту запись")
        await bot_falls_silent(call, since=time.monotonic())
        call.say(speak("Да"))
        await heard_in(served, "+79051230001", "запись отменена")
        assert "Иван" in str((await calls_of(served, "+79051230001"))[0]["transcript"])
    assert [each["status"] for each in await bookings_of(served, "+79051230001")] == ["cancelled"]


async def test_a_key_chooses_from_the_menu_while_it_is_read_out(served: Served) -> None:
    async with Phone(user="89057654321") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(10, since=call.answered_at)
        pressed = time.monotonic()
        call.press("5")
        await heard_in(served, "+79057654321", "наш адрес", within_s=5)
        await bot_falls_silent(call, since=pressed)


async def test_the_prompt_stops_when_the_caller_speaks(served: Served, speak: Speak) -> None:
    async with Phone(user="89057654323") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(10, since=call.answered_at)
        await asyncio.sleep(1.0)
        began = time.monotonic()
        call.say(speak("Сколько стоит приём у кардиолога?"))
        await asyncio.sleep(1.2)
        loud = [at - began for at in call.loud(began)]
        assert loud
        assert max(loud) < 0.8  # it had stopped long before the caller finished


async def test_silence_brings_another_prompt_and_then_a_person_who_is_not_there(served: Served, agent: Phone) -> None:
    agent.busy = True
    try:
        async with Phone(user="89057654324") as phone:
            call = await phone.call(served.sip)
            await call.hears_within(10, since=call.answered_at)
            call.press("1")
            await heard_in(served, "+79057654324", "слышите")
            await heard_in(served, "+79057654324", "соединяю", within_s=60)
            await heard_in(served, "+79057654324", "пока не отвечает")  # back with the bot, on the line
            assert not call.ended.is_set()
    finally:
        agent.busy = False


async def test_a_person_is_rung_with_the_vcons_id_and_hears_the_caller(
    served: Served, agent: Phone, speak: Speak
) -> None:
    async with Phone(user="89057654322") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(10, since=call.answered_at)
        call.say(speak("Позовите человека"))
        rung = await agent.called(40)
        listed = (await calls_of(served, "+79057654322"))[0]
        vcon = await served.get(f"/api/conversations/{listed['id']}/vcon?form=plain")
        content, _, encoding = rung.headers["user-to-user"].partition(";")
        assert encoding == "encoding=hex"
        assert bytes.fromhex(content).decode() == vcon["uuid"]
        assert any("человека" in str(part).lower() for part in vcon["dialog"])
        rung.hang_up()


async def test_a_booking_begun_in_the_chat_goes_on_by_telephone_at_its_slot(served: Served) -> None:
    await served.write("kolya", "запишите меня к лору")
    await served.write("kolya", "мой номер 8 905 765-43-27")
    async with Phone(user="89057654327") as phone:
        call = await phone.call(served.sip)
        await heard_in(served, "+79057654327", "не закончили", within_s=10)
        await call.hears_within(10, since=call.answered_at)
        call.press("1")
        talk = await heard_in(served, "+79057654327", "день и час", within_s=10)
        assert "к какому врачу" not in str(talk["transcript"]).lower()  # nothing is asked twice
    assert "продолжился" in str((await served.get("/api/conversations/kolya"))["transcript"])


async def test_a_number_nobody_serves_gets_404(served: Served) -> None:
    async with Phone(user="89057654325") as phone:
        wrong = await phone.call(served.sip.replace("100@", "nobody@"))
        assert wrong.refused == 404


async def test_a_call_without_sound_is_asked_and_does_not_disturb_others(served: Served) -> None:
    async with Phone(user="89057654326") as phone:
        call = await phone.call(served.sip)
        call.wire.mute = True
        await call.hears_within(10, since=call.answered_at)
        assert await served.write("quiet", "какой у вас адрес?")
