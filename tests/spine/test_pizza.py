"""The tutorial's scenario, by chat and by a real telephone call, in the product as it is served."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.spine.served import Served
from tests.spine.test_phone import bot_falls_silent, heard_in
from tests.voice.peers import Phone
from voice.audio import Samples

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


async def ordered(served: Served, address: str) -> dict[str, object]:
    """The one order to that address, as the staff find it."""
    (form,) = [form for form in await served.get("/api/forms?kind=pizza") if address in str(form)]
    return dict(form)


async def test_a_pizza_is_ordered_in_the_chat(served: Served) -> None:
    sender = {"scenarios": "pizza"}
    asked = await served.write("hungry", "хочу большую пиццу с сыром и грибами", **sender)
    assert "Куда привезти?" in asked
    assert "На какое время?" in await served.write("hungry", "Садовая 12, квартира 5", **sender)
    assert "Верно?" in await served.write("hungry", "завтра в семь вечера", **sender)
    assert "принят" in await served.write("hungry", "да", **sender)
    form = str(await ordered(served, "Садовая 12"))
    assert all(word in form for word in ("large", "cheese", "mushrooms", "19:00"))


async def test_a_pizza_is_ordered_by_voice_and_keys(served: Served, speak: Callable[[str], Samples]) -> None:
    async with Phone(user="89051230077") as phone:
        call = await phone.call(served.sip.replace("sip:100@", "sip:pizza@"))
        await call.hears_within(10, since=call.answered_at)
        await heard_in(served, "+79051230077", "какую пиццу")
        call.press("3")  # большая
        await heard_in(served, "+79051230077", "что добавить")
        call.press("1")  # сыр
        call.press("#")
        await heard_in(served, "+79051230077", "куда привезти")
        await bot_falls_silent(call, since=time.monotonic() - 5)
        call.say(speak("Улица Лесная, дом пять"))
        await heard_in(served, "+79051230077", "на какое время")
        await bot_falls_silent(call, since=time.monotonic() - 5)
        call.say(speak("Завтра в семь вечера"))
        await heard_in(served, "+79051230077", "верно?")
        call.press("1")
        await heard_in(served, "+79051230077", "приятного аппетита")
    form = str(await ordered(served, "есн"))  # as it was heard: Лесная
    assert all(word in form for word in ("large", "cheese", "19:00"))
