"""A call from the page: sound both ways through a real browser, keys, and the transcript beside it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browsers import plays_sound
from tests.console.conftest import folder
from tests.console.test_pages import visiting
from tests.spine.served import Served
from tests.voice.coturn import Turn, needs_coturn
from tests.voice.peers import Phone

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def turn() -> AsyncIterator[Turn | None]:
    """coturn, where it is installed."""
    if shutil.which("turnserver") is None:
        yield None
        return
    async with Turn() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, learnt: Path, turn: Turn | None) -> AsyncIterator[Served]:
    settings = {"ice_servers": f'["{turn.url}"]', "turn_secret": turn.secret} if turn else {}
    async with Served(folder(tmp_path_factory, learnt), voice=True, drain_s="60", **settings) as running:
        yield running


async def test_a_call_from_the_page(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url, permissions=["microphone"]) as page:
        await expect(page.get_by_text(f"sip:govorun@127.0.0.1:{served.sip_port}")).to_be_visible()
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        said = page.get_by_role("log", name="Что сказано в звонке")
        await expect(said).to_contain_text("Добрый доктор")
        assert await plays_sound(page)

        await page.keyboard.press("5")
        await expect(said).to_contain_text("⌨ 5")
        await expect(said).to_contain_text("Садовая")
        await page.get_by_role("button", name="Выключить микрофон").click()
        await expect(page.get_by_role("button", name="Включить микрофон")).to_be_visible()
        await page.get_by_role("button", name="Положить трубку").click()
        await expect(page.get_by_text("Вы положили трубку.")).to_be_visible()

        calls = await served.get("/api/conversations?channel=webrtc")
        assert len(calls) == 1
        for _ in range(300):
            if (await served.get(f"/api/conversations/{calls[0]['id']}"))["status"] == "ended":
                break
            await page.wait_for_timeout(100)
        whole = await served.get(f"/api/conversations/{calls[0]['id']}")
        assert whole["status"] == "ended"

        # The chat beside it is the same customer.
        await page.get_by_role("button", name="Показать меню").click()
        await expect(page.get_by_role("log", name="Переписка")).to_contain_text("Добрый доктор")
        (chat,) = await served.get("/api/conversations?channel=web")
        assert chat["customer"] == calls[0]["customer"]


async def test_a_page_that_is_loaded_anew_amid_a_call_goes_on_with_it(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url, permissions=["microphone"]) as page:
        before = {each["id"] for each in await served.get("/api/conversations?channel=webrtc")}
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        said = page.get_by_role("log", name="Что сказано в звонке")
        await page.keyboard.press("6")
        await expect(said).to_contain_text("Работаем каждый день")
        await page.reload()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        assert await plays_sound(page)  # the last question again
        await expect(said).to_contain_text("Работаем каждый день")  # what was said before is still there
        await page.keyboard.press("5")
        await expect(said).to_contain_text("Садовая")
        await page.get_by_role("button", name="Положить трубку").click()
        await expect(page.get_by_text("Вы положили трубку.")).to_be_visible()
        after = [each for each in await served.get("/api/conversations?channel=webrtc") if each["id"] not in before]
        assert len(after) == 1
        await page.reload()  # a call that is over isn't taken up
        await expect(page.get_by_text("Позвонить из браузера")).to_be_visible()


@needs_coturn
async def test_a_call_that_only_the_relay_carries_outlives_its_standstill(
    served: Served, turn: Turn, browser: Browser
) -> None:
    """No other way leads to the server, and for some seconds this one doesn't either."""
    before = len(await served.get("/api/conversations?channel=webrtc"))
    async with visiting(browser, served.url, permissions=["microphone"]) as page:
        await page.goto(f"{served.url}/?ice=relay")
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        assert await plays_sound(page)
        turn.stop()
        await expect(page.get_by_text("Связь прервалась")).to_be_visible()
        await page.wait_for_timeout(1_500)
        turn.go_on()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        assert await plays_sound(page)
        await page.keyboard.press("5")
        await expect(page.get_by_role("log", name="Что сказано в звонке")).to_contain_text("Садовая")
        assert len(await served.get("/api/conversations?channel=webrtc")) == before + 1
        await page.get_by_role("button", name="Положить трубку").click()


@pytest.mark.parametrize(
    ("name", "message", "told"),
    [
        ("NotAllowedError", "Permission denied", "Нет доступа к микрофону."),
        ("NotAllowedError", "Permission denied by system", "Микрофон запрещён в настройках компьютера."),
        ("NotFoundError", "", "Микрофон не найден."),
        ("NotReadableError", "", "Микрофон занят другой программой."),
    ],
)
async def test_what_is_wrong_with_the_microphone_is_told_precisely(
    served: Served, browser: Browser, name: str, message: str, told: str
) -> None:
    async with visiting(browser, served.url) as page:
        await page.evaluate(
            "([name, message]) => { navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException(message, name)); }",
            [name, message],
        )
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text(told)).to_be_visible()


async def test_words_that_the_recogniser_stands_by_are_shown_while_they_are_said(
    served: Served, browser: Browser
) -> None:
    async with visiting(browser, served.url, permissions=["microphone"]) as page:
        await page.evaluate(
            "() => { const made = RTCPeerConnection.prototype.createDataChannel;"
            " RTCPeerConnection.prototype.createDataChannel = function (...all)"
            " { return (window.control = made.apply(this, all)); }; }"
        )
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        tell = "text => control.onmessage({ data: JSON.stringify({ type: 'partial', text }) })"
        said = page.get_by_role("log", name="Что сказано в звонке")
        await page.evaluate(tell, "хочу записаться")
        await expect(said).to_contain_text("хочу записаться…")
        await page.evaluate(tell, "")
        await expect(said).not_to_contain_text("хочу записаться…")
        await page.get_by_role("button", name="Положить трубку").click()


async def test_without_leave_to_use_the_microphone_the_page_says_how_to_give_it(
    served: Served, browser: Browser
) -> None:
    async with visiting(browser, served.url) as page:
        await page.evaluate(
            "() => { navigator.mediaDevices.getUserMedia = () =>"
            " Promise.reject(new DOMException('', 'NotAllowedError')); }"
        )
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Нет доступа к микрофону.")).to_be_visible()


async def test_calls_under_way_go_on_while_the_process_drains_and_new_ones_are_sent_elsewhere(
    served: Served, browser: Browser
) -> None:
    """The last of this module: it ends the server."""
    async with (
        Phone(user="89051112233") as phone,
        Phone(user="89051112244") as late,
        visiting(browser, served.url, permissions=["microphone"]) as page,
    ):
        call = await phone.call(served.sip)
        await page.get_by_role("button", name="Позвонить").click()
        await expect(page.get_by_text("Идёт разговор")).to_be_visible()
        visitor = await page.evaluate("localStorage.getItem('govorun.visitor')")
        os.kill(served.pid, signal.SIGTERM)
        async with asyncio.timeout(20):
            while (await served.client.get("/ready")).status_code == 200:
                await asyncio.sleep(0.05)

        assert (await late.call(served.sip)).refused == 503
        offer = {"sdp": "v=0", "type": "offer", "visitor": visitor}
        assert (await served.client.post("/webrtc/offer", json=offer)).status_code == 503

        await page.keyboard.press("5")
        await expect(page.get_by_role("log", name="Что сказано в звонке")).to_contain_text("Садовая")
        pressed = time.monotonic()
        call.press("6")
        await call.hears_within(20, since=pressed + 0.2)
        assert not call.ended.is_set()
        call.hang_up()
        await page.get_by_role("button", name="Положить трубку").click()
        await expect(page.get_by_text("Вы положили трубку.")).to_be_visible()
    assert await served.stop() == 0
