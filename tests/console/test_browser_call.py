"""A call from the page: sound both ways through a real browser, keys, and the transcript beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browsers import plays_sound
from tests.console.conftest import folder
from tests.console.test_pages import visiting
from tests.spine.served import Served

pytestmark = [pytest.mark.browser, pytest.mark.voice, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, learnt: Path) -> AsyncIterator[Served]:
    async with Served(folder(tmp_path_factory, learnt), voice=True) as running:
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
