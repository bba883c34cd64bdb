"""The whole product in a process of its own, and the messengers' servers beside it: a booking by each of them. Mail
goes over TLS both ways, and so does SMPP."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.channels.messenger import Hook
from bot.settings import ROOT
from tests.channels.double import Double, Given, until
from tests.channels.dovecot import certificate
from tests.channels.email import EmailDouble
from tests.channels.max import MaxDouble
from tests.channels.smpp import SmppDouble
from tests.channels.sms import SmsDouble
from tests.channels.telegram import TelegramDouble
from tests.channels.viber import ViberDouble
from tests.channels.vk import GROUP, VkDouble
from tests.channels.whatsapp import VERIFY, WhatsAppDouble
from tests.console.sockets import desk, of
from tests.spine.served import Served

PUBLIC = "https://bot.example"
CHAT = "1111111"
PDF = b"%PDF-1.7 plan"
WISH = "хочу записаться к терапевту завтра в {hour}"
KINDS = (TelegramDouble, WhatsAppDouble, VkDouble, MaxDouble, ViberDouble, SmsDouble)


@dataclass
class House:
    """A served Govorun, and the messengers that it is set up for."""

    served: Served
    telegram: TelegramDouble
    whatsapp: WhatsAppDouble
    vk: VkDouble
    max: MaxDouble
    viber: ViberDouble
    sms: SmsDouble
    mail: EmailDouble

    async def post(self, double: Double, hook: Hook) -> str:
        path = f"/webhooks/{double.NAME}/webhook"
        answer = await self.served.client.post(path, content=hook.body, headers=dict(hook.headers))
        assert answer.status_code == 200, answer.text
        return answer.text

    async def says(self, double: Double, text: str, wanted: str) -> None:
        """As that messenger brings it; and waits until all that is shown after it says what is wanted."""
        before = len(double.texts(double.IVAN))
        hook = double.wrote(double.IVAN, text)
        if isinstance(double, EmailDouble | SmppDouble):
            double.updates += [json.loads(hook.body)]
        else:
            await self.post(double, hook)
        await self.shows(double, before, wanted)

    async def shows(self, double: Double, before: int, wanted: str) -> None:
        def told() -> str:
            return " ".join(double.texts(double.IVAN)[before:]).lower()

        await until(lambda: wanted in told(), lambda: f"{wanted!r} not in {told()!r}\n{self.served.log[-2000:]}")

    async def books(self, double: Double, hour: int, phone: str) -> None:
        """Beside the others: each has an hour of its own."""
        await self.says(double, WISH.format(hour=f"{hour}:00"), "зовут")
        await self.says(double, "Иван Петров", "телефон")
        await self.says(double, phone, "верно")
        await self.says(double, "да", "записан")
        assert await self.booked(phone)

    async def booked(self, phone: str) -> bool:
        return any(each["phone"] == phone for each in await self.served.get("/api/bookings"))


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))
    async with AsyncExitStack() as opened:
        doubles: list[Any] = [await opened.enter_async_context(each.running(real=True)) for each in KINDS]
        doubles.append(await opened.enter_async_context(EmailDouble.running(real=True, secure="tls")))
        doubles[-1].mailbox()  # what is written to it lies in the mailbox
        sets = tmp_path / "scenarios"  # the clinic alone: the others would be learnt for nothing
        shutil.copytree(ROOT / "scenarios" / "clinic", sets / "clinic")
        settings = {name: value for each in doubles for name, value in each.settings().items()}
        served = await opened.enter_async_context(
            Served(tmp_path / "data", public_url=PUBLIC, scenarios=str(sets), **settings)
        )
        yield House(served, *doubles)


@pytest.mark.timeout(600)
async def test_a_booking_by_each_messenger_survives_a_power_cut(house: House) -> None:
    served, telegram, whatsapp, vk = house.served, house.telegram, house.whatsapp, house.vk
    by_post = (whatsapp, vk, house.max, house.viber, house.sms)
    await until(lambda: all((telegram.hook, vk.server, house.max.subscribed, house.viber.hook)), lambda: served.log)
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
    for double in (telegram, *by_post):
        for forged in double.forged(double.wrote(CHAT, "привет")):
            path = f"/webhooks/{double.NAME}/webhook"
            headers = {name: value.encode() for name, value in forged.headers.items()}
            assert (await served.client.post(path, content=forged.body, headers=headers)).status_code == 401
    assert (await served.client.post("/webhooks/pigeon/webhook", json={})).status_code == 404

    everybody = (*by_post, house.mail)
    await asyncio.gather(*(house.books(each, 9 + at, f"+7905123000{at}") for at, each in enumerate(everybody, 1)))

    await _agent_sends_a_file(house)

    await house.says(telegram, WISH.format(hour="17:00"), "зовут")
    served.kill()
    # Nobody can reach us any more: it asks for its updates itself; and SMS go by an SMSC.
    for name in ("PUBLIC_URL", "SMS_URL"):
        del served._settings[f"GOVORUN_{name}"]
    async with SmppDouble.running(real=True, secure=True) as smsc:
        smsc.line()
        served._settings |= {f"GOVORUN_{name.upper()}": value for name, value in smsc.settings().items()}
        await served.start()
        await until(lambda: telegram.hook == {} and smsc.peers, lambda: served.log[-2000:])
        await _goes_on(house, smsc)


async def _agent_sends_a_file(house: House) -> None:
    """Where the messenger takes it; else a link, and why."""
    async with await desk(house.served) as agent:
        for double in (house.vk, house.sms):
            await house.post(double, double.wrote(CHAT, "позовите человека"))
            queue = await agent.until(
                lambda told, name=double.NAME: (  # type: ignore[misc]
                    told["type"] == "queue" and name in [each["channel"] for each in told["items"]]
                ),
                60,
            )
            talk = next(each["conversation"] for each in queue["items"] if each["channel"] == double.NAME)
            accepted = await agent.send(type="accept", conversation=talk)
            await agent.until(of("ack", id=accepted), 60)
            kept = await house.served.client.post(
                "/desk/files", params={"name": "план.pdf"}, content=PDF, headers=agent.headers
            )
            sent = await agent.send(type="say", conversation=talk, file=kept.json()["id"])
            await agent.until(of("ack", id=sent), 60)
            await agent.until(of("ack", id=await agent.send(type="give_back", conversation=talk)), 60)

    def by_sms() -> list[str]:
        return [each for each in house.sms.texts(CHAT) if "план.pdf" in each]

    await until(lambda: house.vk.given and by_sms(), lambda: house.served.log[-2000:])
    assert house.vk.given == [Given(CHAT, "план.pdf", PDF, picture=False)]
    [shown] = by_sms()
    told, link = shown.split("\n")
    assert told == "план.pdf (в СМС файл не вложить)"
    found = await house.served.client.get(link.removeprefix(PUBLIC))
    assert (found.status_code, found.content) == (200, PDF)


async def _goes_on(house: House, smsc: SmppDouble) -> None:
    served, telegram, whatsapp, vk = house.served, house.telegram, house.whatsapp, house.vk

    async def books_again() -> None:
        """Who wrote by the gateway is known by the SMSC: nothing is asked again."""
        await house.says(smsc, WISH.format(hour="16:00"), "верно")
        await house.says(smsc, "да", "записан")

    booking = asyncio.create_task(books_again())
    before = len(telegram.texts(CHAT))
    await telegram.post_updates(telegram.wrote(CHAT, "Иван Петров"))
    await house.shows(telegram, before, "телефон")
    assert [each.text for each in telegram.shown if each.asks_phone][-1:] == telegram.texts(CHAT)[-1:]
    await telegram.post_updates(telegram.shared(CHAT, "+79051230011", own=True))
    await house.shows(telegram, before, "верно")
    await telegram.post_updates(telegram.wrote(CHAT, "да"))
    await house.shows(telegram, before, "записан")
    assert await house.booked("+79051230011")
    await booking
    for double in (vk, house.max):  # that are asked for news, too
        before = len(double.texts(CHAT))
        double.updates += [json.loads(double.wrote(CHAT, "оператор").body)]
        await until(lambda at=before, of=double: len(of.texts(CHAT)) > at, lambda: served.log[-2000:])

    told = (await served.get("/ready"))["parts"]["messengers"]
    assert "@clinic_bot" in told["detail"]
    assert "public address" in told["detail"]  # WhatsApp can do without none
    figures = (await served.client.get("/metrics")).text
    assert 'govorun_messenger_up{channel="telegram"} 1.0' in figures
    assert 'govorun_messenger_up{channel="whatsapp"} 0.0' in figures
    assert 'govorun_messenger_messages_total{channel="telegram",result="sent"}' in figures
    shown = json.dumps(told) + figures + served.log
    known = (whatsapp, house.viber, house.sms, house.mail, smsc)
    assert not [secret for double in known for secret in double.secrets() if secret in shown]
    assert telegram.settings()["telegram_token"] not in shown
    assert vk.settings()["vk_token"] not in shown
