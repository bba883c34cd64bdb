"""Calls to the whole product: real SIP peers, speech by another voice than the bot's, real ears and mouth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from tests.spine.caller import Caller, calls_of
from tests.spine.served import Served
from tests.spine.together import together
from tests.voice.peers import Baresip, Phone
from voice import audio
from voice.audio import RATE, Samples

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

Speak = Callable[[str], Samples]


@together(early=True)
async def test_a_softphone_books_a_visit_by_voice(served: Served, speak: Speak) -> None:
    today = date.today()
    async with Baresip(user="89051230001") as softphone:
        caller = Caller(served, "+79051230001", softphone, speak)
        await softphone.dial(served.sip)
        await caller.says(
            "Хочу записаться к терапевту завтра в четыре часа дня",
            until="как вас зовут",
            asked={
                "к какому врачу": "К терапевту",
                "какой день": "Завтра в четыре часа дня",
                "какое время": "В четыре часа дня",
            },
        )
        read_back = await caller.says("Иван Петров", until="верно?")
        for _ in range(2):  # an hour that was misheard is put right, as people do
            if "16:00" not in read_back:
                read_back = await caller.says("Нет, в четыре часа дня", until="верно?")
        await caller.says("Да", until="вы записаны")
        await caller.listens()
        await softphone.hang_up()
        await softphone.wait_for("CALL_CLOSED")
        heard = softphone.heard()
    (booking,) = await served.bookings("+79051230001")
    when = datetime.fromisoformat(booking["when"])
    assert today < when.date() <= date.today() + timedelta(days=1)  # midnight may pass meanwhile
    assert (when.hour, when.minute) == (16, 0)
    assert (booking["service"], booking["name"], booking["status"]) == ("terapevt", "Иван Петров", "confirmed")
    assert -26 < audio.speech_level(heard, RATE) < -14  # loud enough, and never clipped
    assert int(abs(heard.astype(int)).max()) < 32_000


@together(after=test_a_softphone_books_a_visit_by_voice)
async def test_the_same_caller_is_known_by_name_and_cancels_by_voice(served: Served, speak: Speak) -> None:
    async with Phone(user="89051230001") as phone:
        caller = Caller(served, "+79051230001", await phone.call(served.sip), speak)
        assert "Иван" in await caller.hears("здравствуйте")
        await caller.says("Отмените мою запись", until="отменить эту запись")
        await caller.says("Да", until="запись отменена")
    assert [each["status"] for each in await served.bookings("+79051230001")] == ["cancelled"]


@together()
async def test_a_key_chooses_from_the_menu_while_it_is_read_out(served: Served, speak: Speak) -> None:
    async with Phone(user="89057654321") as phone:
        call = await phone.call(served.sip)
        caller = Caller(served, "+79057654321", call, speak)
        await call.hears_within(20, since=call.answered_at)
        call.press("5")
        await caller.hears("наш адрес")
        await caller.listens()


@together()
async def test_the_prompt_stops_when_the_caller_speaks(served: Served, speak: Speak) -> None:
    async with Phone(user="89057654323") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(20, since=call.answered_at)
        await asyncio.sleep(1.0)
        assert call.quiet_s < 0.5  # in the middle of its greeting
        call.say(speak("Сколько стоит приём у кардиолога? " * 3))
        async with asyncio.timeout(20):
            while call.quiet_s < 0.5:
                await asyncio.sleep(0.01)
        assert call.wire.saying  # it had stopped long before the caller finished


@together(early=True)
async def test_silence_brings_another_prompt_and_then_a_person_who_is_not_there(
    served: Served, agent: Phone, speak: Speak
) -> None:
    agent.busy = True
    try:
        async with Phone(user="89057654324") as phone:
            call = await phone.call(served.sip)
            caller = Caller(served, "+79057654324", call, speak)
            await call.hears_within(20, since=call.answered_at)
            call.press("1")
            await caller.hears("слышите")
            await caller.hears("соединяю", within_s=90)
            await caller.hears("пока не отвечает")  # back with the bot, on the line
            assert not call.ended.is_set()
    finally:
        agent.busy = False


@together(after=test_silence_brings_another_prompt_and_then_a_person_who_is_not_there)
async def test_a_person_is_rung_with_the_vcons_id_and_hears_the_caller(
    served: Served, agent: Phone, speak: Speak
) -> None:
    async with Phone(user="89057654322") as phone:
        caller = Caller(served, "+79057654322", await phone.call(served.sip), speak)
        await caller.says("Позовите человека", until="соединяю")
        listed = (await calls_of(served, "+79057654322"))[0]
        vcon = await served.get(f"/api/conversations/{listed['id']}/vcon?form=plain")
        async with asyncio.timeout(40):
            while True:  # a telephone that was busy may be rung again for who called before
                rung = await agent.called(40)
                content, _, encoding = rung.headers["user-to-user"].partition(";")
                assert encoding == "encoding=hex"
                if bytes.fromhex(content).decode() == vcon["uuid"]:
                    break
                rung.hang_up()
        assert any("человека" in str(part).lower() for part in vcon["dialog"])
        rung.hang_up()


@together()
async def test_a_booking_begun_in_the_chat_goes_on_by_telephone_at_its_slot(served: Served, speak: Speak) -> None:
    await served.write("kolya", "запишите меня к лору")
    await served.write("kolya", "мой номер 8 905 765-43-27")
    async with Phone(user="89057654327") as phone:
        caller = Caller(served, "+79057654327", await phone.call(served.sip), speak)
        await caller.hears("не закончили")
        await caller.presses("1", until="день и час")
        assert "к какому врачу" not in str(await caller.transcript()).lower()  # nothing is asked twice
    assert "продолжается" in str((await served.get("/api/conversations/kolya"))["transcript"])


@together()
async def test_a_number_nobody_serves_gets_404(served: Served) -> None:
    async with Phone(user="89057654325") as phone:
        wrong = await phone.call(served.sip.replace("100@", "nobody@"))
        assert wrong.refused == 404


@together()
async def test_a_call_without_sound_is_asked_and_does_not_disturb_others(served: Served) -> None:
    async with Phone(user="89057654326") as phone:
        call = await phone.call(served.sip)
        call.wire.mute = True
        await call.hears_within(20, since=call.answered_at)
        assert await served.write("quiet", "какой у вас адрес?")
