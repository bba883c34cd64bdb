"""The whole product in a process of its own, and the messengers' servers beside it: a booking by each of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from bot.channels.messenger import Hook
from bot.settings import ROOT
from tests.channels.double import Double, until
from tests.channels.telegram import TelegramDouble
from tests.channels.vk import GROUP, VkDouble
from tests.channels.whatsapp import VERIFY, WhatsAppDouble
from tests.spine.served import Served

PUBLIC = "https://bot.example"
CHAT = "1111111"
WISH = "хочу записаться к терапевту завтра в {hour}"


class House:
    """A served Govorun, and the three messengers that it is set up for."""

    def __init__(self, served: Served, telegram: TelegramDouble, whatsapp: WhatsAppDouble, vk: VkDouble) -> None:
        self.served, self.telegram, self.whatsapp, self.vk = served, telegram, whatsapp, vk

    async def post(self, double: Double, hook: Hook) -> str:
        path = f"/webhooks/{double.NAME}/webhook"
        answer = await self.served.client.post(path, content=hook.body, headers=dict(hook.headers))
        assert answer.status_code == 200, answer.text
        return answer.text

    async def says(self, double: Double, text: str, wanted: str) -> None:
        """By webhook; and waits until all that is shown after it says what is wanted."""
        before = len(double.texts(CHAT))
        await self.post(double, double.wrote(CHAT, text))
        await self.shows(double, before, wanted)

    async def shows(self, double: Double, before: int, wanted: str) -> None:
        def told() -> str:
            return " ".join(double.texts(CHAT)[before:]).lower()

        await until(lambda: wanted in told(), lambda: f"{wanted!r} not in {told()!r}\n{self.served.log[-2000:]}")

    async def booked(self, phone: str) -> bool:
        return any(each["phone"] == phone for each in await self.served.get("/api/bookings"))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as opened:
        doubles = [
            await opened.enter_async_context(each.running(real=True))
            for each in (TelegramDouble, WhatsAppDouble, VkDouble)
        ]
        sets = tmp_path / "scenarios"  # the clinic alone: the others would be learnt for nothing
        shutil.copytree(ROOT / "scenarios" / "clinic", sets / "clinic")
        settings = {name: value for each in doubles for name, value in each.settings().items()}
        served = await opened.enter_async_context(
            Served(tmp_path / "data", public_url=PUBLIC, scenarios=str(sets), **settings)
        )
        yield House(served, *doubles)  # type: ignore[arg-type]


@pytest.mark.timeout(600)
async def test_a_booking_by_each_messenger_survives_a_power_cut(house: House) -> None:
    served, telegram, whatsapp, vk = house.served, house.telegram, house.whatsapp, house.vk
    await until(lambda: telegram.hook and vk.server, lambda: served.log[-2000:])  # set up by itself
    assert telegram.hook["url"] == f"{PUBLIC}/webhooks/telegram/webhook"
    assert vk.server["url"] == f"{PUBLIC}/webhooks/vk/webhook"

    # Meta and VK make sure that the address is ours.
    query = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": VERIFY}
    path = "/webhooks/whatsapp/webhook"
    assert (await served.client.get(path, params=query)).text == "1158201444"
    wrong = await served.client.get(path, params={**query, "hub.verify_token": "guessed"})
    assert wrong.status_code == 401
    asked = {"type": "confirmation", "group_id": GROUP}
    assert (await served.client.post("/webhooks/vk/webhook", json=asked)).text == "2b3c4d5e"
    for double in (telegram, whatsapp, vk):
        for forged in double.forged(double.wrote(CHAT, "привет")):
            path = f"/webhooks/{double.NAME}/webhook"
            headers = {name: value.encode() for name, value in forged.headers.items()}
            assert (await served.client.post(path, content=forged.body, headers=headers)).status_code == 401
    assert (await served.client.post("/webhooks/pigeon/webhook", json={})).status_code == 404

    for hour, (double, phone) in enumerate(((whatsapp, "+79051230002"), (vk, "+79051230003")), 11):
        await house.says(double, WISH.format(hour=f"{hour} утра"), "зовут")
        await house.says(double, "Иван Петров", "телефон")
        before = len(double.texts(CHAT))
        await house.post(double, double.wrote(CHAT, phone))
        await house.shows(double, before, "верно")
        await house.says(double, "да", "записан")
        assert await house.booked(phone)

    await house.says(telegram, WISH.format(hour="три часа дня"), "зовут")
    served.kill()
    del served._settings["GOVORUN_PUBLIC_URL"]  # nobody can reach us any more: it asks for its updates itself
    await served.start()
    await until(lambda: telegram.hook == {}, lambda: served.log[-2000:])
    before = len(telegram.texts(CHAT))
    await telegram.post_updates(telegram.wrote(CHAT, "Иван Петров"))
    await house.shows(telegram, before, "телефон")
    assert [each.text for each in telegram.shown if each.asks_phone][-1:] == telegram.texts(CHAT)[-1:]
    await telegram.post_updates(telegram.shared(CHAT, "+79051230001", own=True))
    await house.shows(telegram, before, "верно")
    await telegram.post_updates(telegram.wrote(CHAT, "да"))
    await house.shows(telegram, before, "записан")
    assert await house.booked("+79051230001")

    told = (await served.get("/ready"))["parts"]["messengers"]
    assert "@clinic_bot" in told["detail"]
    assert "public address" in told["detail"]  # WhatsApp can do without none
    figures = (await served.client.get("/metrics")).text
    assert 'govorun_messenger_up{channel="telegram"} 1.0' in figures
    assert 'govorun_messenger_up{channel="whatsapp"} 0.0' in figures
    assert 'govorun_messenger_messages_total{channel="telegram",result="sent"}' in figures
    shown = json.dumps(told) + figures + served.log
    assert not [secret for double in (whatsapp,) for secret in double.secrets() if secret in shown]
    assert telegram.settings()["telegram_token"] not in shown
    assert vk.settings()["vk_token"] not in shown
