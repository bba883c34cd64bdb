"""A newcomer at the page: chats, calls from the browser, presses keys, asks for a person; real Chromium, real sound."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browsers import plays_sound
from tests.spine.served import PASSWORD, Served
from tests.spine.together import together

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


@asynccontextmanager
async def visiting(browser: Browser, desk: Served) -> AsyncIterator[Page]:
    await desk.hears()
    async with await browser.new_context(locale="ru-RU", permissions=["microphone"]) as context:
        opened = await context.new_page()
        await opened.goto(desk.url)
        yield opened


async def write(page: Page, text: str) -> None:
    await page.fill("#text", text)
    await page.press("#text", "Enter")


@together(early=True)
async def test_a_call_has_sound_both_ways_keys_and_a_transcript(browser: Browser, desk: Served) -> None:
    async with visiting(browser, desk) as page:
        await page.click("#ring")
        await expect(page.locator("#said")).to_contain_text("Здравствуйте")
        assert await plays_sound(page, 0.05)
        await page.click('#keys [data-key="5"]')
        await expect(page.locator("#said")).to_contain_text("Наш адрес")
        heard = page.locator("#said .say.customer", has_text="апис").first
        await expect(heard).to_be_visible(timeout=90_000)
        await page.click("#ring")


@together(after=test_a_call_has_sound_both_ways_keys_and_a_transcript)
async def test_a_browser_caller_hears_what_an_agent_writes(browser: Browser, desk: Served) -> None:
    async with visiting(browser, desk) as page:
        await page.click("#ring")
        await expect(page.locator("#said")).to_contain_text("Здравствуйте")
        await page.click('#keys [data-key="0"]')
        await expect(page.locator("#said")).to_contain_text("Соединяю")

        agent = await page.context.new_page()
        await agent.goto(desk.url + "/desk")
        await agent.fill("input[name=login]", "agent")
        await agent.fill("input[name=password]", PASSWORD)
        await agent.keyboard.press("Enter")
        await agent.locator("#items [role=option]").first.click()
        await expect(agent.locator("#log")).to_contain_text("Здравствуйте")
        await agent.click("#accept")
        await agent.fill("#text", "Это Анна, слушаю вас")
        await agent.keyboard.press("Enter")
        await expect(page.locator("#said")).to_contain_text("Это Анна, слушаю вас")
        assert await plays_sound(page, 0.05)  # and it is spoken
        await agent.click("#close")
        await expect(page.locator("#state")).not_to_contain_text("0:")
