"""A newcomer at the page: chats, calls from the browser, presses keys, asks for a person; real Chromium, real sound."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browsers import chromium, plays_sound
from tests.spine.served import PASSWORD, Served
from voice import audio
from voice.audio import Samples

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """No agent has a telephone here: whoever wants a person waits at the desk."""
    async with Served(tmp_path_factory.mktemp("desk") / "data", voice=True) as running:
        voice = (await running.get("/ready"))["parts"]["voice"]
        assert "Lost" not in str(voice), voice
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory, speak: Callable[[str], Samples]) -> AsyncIterator[Browser]:
    path: Path = tmp_path_factory.mktemp("microphone") / "caller.wav"
    words = speak("Хочу записаться к терапевту")
    again = [audio.silence(20_000), words]  # whom nobody understood says it again
    audio.write(path, audio.joined([audio.silence(14_000), words, *again, *again, audio.silence(120_000)]))
    async with chromium(path, once=True) as launched:
        yield launched


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, served: Served) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="ru-RU", permissions=["microphone"])
    opened = await context.new_page()
    await opened.goto(served.url)
    yield opened
    await context.close()


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


async def test_a_call_has_sound_both_ways_keys_and_a_transcript(page: Page) -> None:
    await page.click("#ring")
    await expect(page.locator("#said")).to_contain_text("Здравствуйте")
    assert await plays_sound(page, 0.05)
    await page.click('#keys [data-key="5"]')
    await expect(page.locator("#said")).to_contain_text("Наш адрес")
    heard = page.locator("#said .say.customer", has_text="апис").first
    await expect(heard).to_be_visible(timeout=90_000)
    await page.click("#ring")


async def test_a_browser_caller_hears_what_an_agent_writes(page: Page, served: Served) -> None:
    await page.click("#ring")
    await expect(page.locator("#said")).to_contain_text("Здравствуйте")
    await page.click('#keys [data-key="0"]')
    await expect(page.locator("#said")).to_contain_text("Соединяю")

    desk = await page.context.new_page()
    await desk.goto(served.url + "/desk")
    await desk.fill("input[name=login]", "agent")
    await desk.fill("input[name=password]", PASSWORD)
    await desk.keyboard.press("Enter")
    await desk.locator("#items [role=option]").first.click()
    await expect(desk.locator("#log")).to_contain_text("Здравствуйте")
    await desk.click("#accept")
    await desk.fill("#text", "Это Анна, слушаю вас")
    await desk.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Это Анна, слушаю вас")
    assert await plays_sound(page, 0.05)  # and it is spoken
    await desk.click("#close")
    await expect(page.locator("#state")).not_to_contain_text("0:")
