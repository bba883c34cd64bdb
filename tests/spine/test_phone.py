"""Calls to the whole product: a real SIP peer, speech by another voice than the bot's, real ears and mouth."""

from __future__ import annotations

import asyncio
import time
from datetime import date, datetime, timedelta

import pytest

from tests.spine.served import Served
from tests.voice.peers import Baresip, Phone, PhoneCall
from voice import audio
from voice.audio import Samples
from voice.tts.rhvoice import RhVoice

pytestmark = [pytest.mark.voice, pytest.mark.timeout(240)]
CALLER = "+79051234567"


@pytest.fixture(scope="module")
def caller_voice():
    voice = RhVoice("elena", "ru", 1.0)
    yield lambda text: audio.joined(list(voice.speak(text)))
    voice.close()


async def bot_falls_silent(call: PhoneCall, *, since: float, quiet_s: float = 0.8, within_s: float = 30) -> float:
    """Wait until the bot began to speak after `since` and then stopped; when it began."""
    began = await call.hears_within(within_s, since=since)
    async with asyncio.timeout(within_s):
        while time.monotonic() - max(call.loud(since)) < quiet_s:
            await asyncio.sleep(0.05)
    return began


class Conversation:
    """A caller who waits for the end of each prompt, speaks, and waits for the next."""

    def __init__(self, call: PhoneCall, speak: object) -> None:
        self.call = call
        self._speak = speak
        self.delays: list[float] = []

    async def listen(self, *, since: float | None = None) -> None:
        await bot_falls_silent(self.call, since=self.call.answered_at if since is None else since)

    async def say(self, text: str) -> Samples:
        """Say it and hear the answer out; what was heard."""
        self.call.say(self._speak(text))  # type: ignore[operator]
        ended = await self.call.said()
        began = await bot_falls_silent(self.call, since=ended)
        self.delays.append(began - ended)
        return self.call.heard(since=ended)


async def test_a_visit_is_booked_by_voice(tmp_path, caller_voice):
    async with Served(tmp_path / "data", voice=True) as served, Phone(user="89051234567") as phone:
        talk = Conversation(await phone.call(served.sip), caller_voice)
        await talk.listen()
        await talk.say("Хочу записаться к терапевту завтра в три часа дня")
        await talk.say("Иван Петров")
        await talk.say("Да")
        bookings = await served.get("/api/bookings")
        conversation = await served.get("/api/conversations?channel=sip")
        assert len(bookings) == 1, conversation
        when = datetime.fromisoformat(bookings[0]["when"])
        assert (when.date(), when.hour) == (date.today() + timedelta(days=1), 15)
        assert (bookings[0]["service"], bookings[0]["phone"], bookings[0]["status"]) == (
            "terapevt",
            CALLER,
            "confirmed",
        )
        talk.call.hang_up()

        again = Conversation(await phone.call(served.sip), caller_voice)  # the same caller: the name is known
        await again.listen()
        await again.say("Отмените мою запись")
        await again.say("Да")
        assert [each["status"] for each in await served.get("/api/bookings")] == ["cancelled"]


async def test_keys_work_the_menu_and_speech_stops_the_prompt(tmp_path, caller_voice):
    async with Served(tmp_path / "data", voice=True) as served, Phone(user="89057654321") as phone:
        call = await phone.call(served.sip)
        await call.hears_within(10, since=call.answered_at)
        pressed = time.monotonic()
        call.press("5")  # the address, in the middle of the menu
        await bot_falls_silent(call, since=pressed)
        rows = (await served.get("/api/conversations?channel=sip"))[0]
        transcript = await served.get(f"/api/conversations/{rows['id']}")
        assert "address" in str(transcript) or "адрес" in str(transcript).lower()

        second = await phone.call(served.sip)
        await second.hears_within(10, since=second.answered_at)
        await asyncio.sleep(1.0)
        second.say(caller_voice("Сколько стоит приём у кардиолога?"))
        began = time.monotonic()
        await asyncio.sleep(1.2)
        loud = [at - began for at in second.loud(began)]
        assert loud
        assert max(at for at in loud if at < 1.2) < 0.6  # the prompt had stopped long before the caller finished


async def test_a_person_is_rung_with_the_vcons_id_and_the_desk_knows_first(tmp_path, caller_voice):
    async with (
        Phone(user="anna") as agent, Served(tmp_path / "data", voice=True, agent_sip=agent.uri) as served,
        Phone(user="89057654322") as phone,
    ):
        talk = Conversation(await phone.call(served.sip), caller_voice)
        await talk.listen()
        talk.call.say(caller_voice("Позовите человека"))
        rung = await agent.called(30)
        header = rung.headers["user-to-user"]
        listed = (await served.get("/api/conversations?channel=sip"))[0]
        vcon = await served.get(f"/api/conversations/{listed['id']}/vcon?form=plain")
        content, _, encoding = header.partition(";")
        assert encoding == "encoding=hex"
        assert bytes.fromhex(content).decode() == vcon["uuid"]
        assert any("человека" in str(part).lower() for part in vcon["dialog"])


async def test_a_softphone_calls_and_hears_the_greeting(tmp_path, caller_voice):
    path = tmp_path / "caller.wav"
    audio.write(path, audio.joined([audio.silence(3000), caller_voice("Какой у вас адрес?"), audio.silence(20000)]))
    async with Served(tmp_path / "data", voice=True) as served, Baresip(user="89051112233", play=path) as softphone:
        await softphone.dial(served.sip)
        await softphone.wait_for("CALL_ESTABLISHED")
        await asyncio.sleep(9)
        await softphone.hang_up()
        await softphone.wait_for("CALL_CLOSED")
        assert audio.speech_level(softphone.heard(), audio.RATE) > -30
        listed = (await served.get("/api/conversations?channel=sip"))[0]
        assert "адрес" in str(await served.get(f"/api/conversations/{listed['id']}")).lower()
