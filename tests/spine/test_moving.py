"""One booking on three channels: begun in the chat of a page, gone on with by telephone, confirmed in Telegram by a
link that came by SMS during the call; and the process is killed between any two of them. Real browser, real SIP peer,
doubles of Telegram and of the SMS gateway.

All of it is `make moving`: each start of a process that listens to telephones costs 15 s. Without, it goes from the
chat to Telegram, and the process is killed between these two.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.channels.sms import SmsDouble
from tests.channels.telegram import TelegramDouble
from tests.spine.caller import Caller
from tests.spine.served import Served
from tests.voice.peers import Phone
from voice.audio import Samples

pytestmark = [
    pytest.mark.voice,
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(400),
]
WHOLE = bool(os.environ.get("GOVORUN_MOVING"))
NUMBER = "+79057654399"
CHAT = "770077"


class Today(TelegramDouble):
    """Its clock is the world's, as the product's is here."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    @property
    def secret(self) -> str:
        return "asked for, not posted"


async def until(happened: Callable[[], object], why: Callable[[], str] = str) -> None:
    """Patiently: a messenger's library takes its time after a start, and so do three starts of everything."""
    deadline = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < deadline, why()
        await asyncio.sleep(0.1)


async def transcript(served: Served, channel: str) -> str:
    listed = await served.get(f"/api/conversations?channel={channel}")
    return str((await served.get(f"/api/conversations/{listed[0]['id']}"))["transcript"]).lower()


async def killed(served: Served) -> None:
    served.kill()
    await served.start()


async def begun(page: Page, served: Served) -> None:
    await page.goto(served.url)
    for words in ("запишите меня к терапевту", "мой номер 8 905 765-43-99"):
        await page.fill("#text", words)
        await page.press("#text", "Enter")
        await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator("#log")).to_contain_text("день и час", ignore_case=True)


async def telephoned(served: Served, speak: Callable[[str], Samples], sms: SmsDouble) -> str:
    """The link to Telegram that comes by SMS while they talk; its secret part."""
    async with Phone(user="89057654399") as phone:
        caller = Caller(served, NUMBER, await phone.call(served.sip), speak)
        await caller.hears("не закончили")
        await caller.presses("1", until="день и час")
        await caller.says("Завтра в три часа дня", until="как вас зовут", asked={"в какое время": "В три часа дня"})
        await caller.says("Давайте продолжим в телеграме", until="ссылку в смс")
        await until(lambda: sms.sent)
        by_telephone = str(await caller.transcript()).lower()
    assert "к какому врачу" not in by_telephone
    assert "продолжается по телефону" in await transcript(served, "web")
    (message,) = sms.sent
    assert message["to"] == NUMBER
    link = re.search(r"https://t\.me/\w+\?start=([\w-]+)", message["text"])
    assert link is not None, "the SMS holds no link"
    return link[1]


async def confirmed(telegram: Today, *told: tuple[str, str], served: Served, today: date, link: str = "") -> None:
    """link: what they follow there; without one they share their number. told: what is asked there and answered, before
    the name. It dies once more, when it has offered to go on.
    today: or the day before, when it all began."""

    async def shows(words: str) -> None:
        await until(lambda: words in " ".join(telegram.texts(CHAT)).lower(), lambda: str(telegram.texts(CHAT)))

    await telegram.post_updates(telegram.began(CHAT, link))
    await until(lambda: telegram.texts(CHAT))
    if not link:
        await telegram.post_updates(telegram.shared(CHAT, NUMBER, own=True))
        await shows("не закончили")
    if WHOLE:
        await killed(served)
    await telegram.post_updates(telegram.wrote(CHAT, "да"))
    for question, answer in (*told, ("как вас зовут", "Иван Петров"), ("верно?", "да")):
        await shows(question)
        await telegram.post_updates(telegram.wrote(CHAT, answer))
    await shows("вы записаны")
    written = " ".join(telegram.texts(CHAT)).lower()
    assert "к какому врачу" not in written  # nothing is asked twice
    assert "на какой номер" not in written
    assert told or "день и час" not in written
    (booked,) = await served.get("/api/bookings")
    _check(booked, today)


@pytest.mark.skipif(WHOLE, reason="the whole of it is run")
async def test_a_booking_goes_from_the_chat_to_telegram_though_the_process_dies_between(
    tmp_path: Path, browser: Browser
) -> None:
    today = date.today()
    async with (
        Today.running() as telegram,
        Served(tmp_path / "data", **telegram.settings()) as served,
        await browser.new_context(locale="ru-RU") as context,
    ):
        await begun(await context.new_page(), served)
        await killed(served)
        await confirmed(telegram, ("день и час", "завтра в три часа дня"), served=served, today=today)
        assert "продолжается в телеграме" in await transcript(served, "web")


@pytest.mark.skipif(not WHOLE, reason="it starts everything three times; make moving")
async def test_a_booking_goes_from_the_chat_to_the_telephone_to_telegram_though_the_process_dies_between_any_two(
    tmp_path: Path, browser: Browser, speak: Callable[[str], Samples]
) -> None:
    today = date.today()
    async with (
        Today.running() as telegram,
        SmsDouble.running() as sms,
        Served(tmp_path / "data", voice=True, **telegram.settings(), **sms.settings()) as served,
        await browser.new_context(locale="ru-RU") as context,
    ):
        await begun(await context.new_page(), served)
        await killed(served)
        link = await telephoned(served, speak, sms)
        await killed(served)
        await confirmed(telegram, served=served, today=today, link=link)
        assert "продолжается в телеграме" in await transcript(served, "sip")


def _check(booked: dict[str, Any], today: date) -> None:
    when = datetime.fromisoformat(booked["when"])
    assert today < when.date() <= date.today() + timedelta(days=1)
    assert when.hour == 15
    assert (booked["service"], booked["name"], booked["phone"]) == ("terapevt", "Иван Петров", NUMBER)
