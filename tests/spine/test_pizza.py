"""The tutorial's scenario, by chat and by a real telephone call, in the product as it is served."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.spine.caller import Caller, calls_of
from tests.spine.served import Served
from tests.spine.together import together
from tests.voice.peers import Phone
from voice.audio import Samples

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


async def ordered(served: Served, conversation: str) -> dict[str, object]:
    """The one order of that conversation, as the staff find it."""
    (form,) = [form for form in await served.get("/api/forms?kind=pizza") if form["conversation"] == conversation]
    return dict(form["data"])


async def test_a_pizza_is_ordered_in_the_chat(served: Served) -> None:
    sender = {"scenarios": "pizza"}
    asked = await served.write("hungry", "хочу большую пиццу с сыром и грибами", **sender)
    assert "Куда привезти?" in asked
    assert "На какое время?" in await served.write("hungry", "Садовая 12, квартира 5", **sender)
    assert "Верно?" in await served.write("hungry", "завтра в семь вечера", **sender)
    assert "принят" in await served.write("hungry", "да", **sender)
    form = str(await ordered(served, (await served.get("/api/conversations/hungry"))["id"]))
    assert all(word in form for word in ("large", "cheese", "mushrooms", "19:00", "Садовая, дом 12, квартира 5"))


@together(early=True)
async def test_a_pizza_is_ordered_by_voice_and_keys(served: Served, speak: Callable[[str], Samples]) -> None:
    async with Phone(user="89051230077") as phone:
        call = await phone.call(served.sip.replace("sip:100@", "sip:pizza@"))
        caller = Caller(served, "+79051230077", call, speak)
        await caller.hears("какую пиццу")
        await caller.presses("3", until="что добавить")  # большая
        await caller.presses("1#", until="куда привезти")  # сыр
        await caller.says("Улица Лесная, дом пять", until="на какое время")
        await caller.says("Завтра в семь вечера", until="верно?", asked={"в какое время": "В семь вечера"})
        await caller.presses("1", until="приятного аппетита")
    form = await ordered(served, (await calls_of(served, "+79051230077"))[0]["id"])
    assert form["address"]  # as it was heard
    assert all(word in str(form) for word in ("large", "cheese", "19:00"))
