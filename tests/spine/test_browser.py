"""A newcomer at the page: chats, calls from the browser, presses keys, asks for a person; real Chromium, real sound."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.spine.served import PASSWORD, Served
from voice import audio
from voice.audio import Samples

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
LOUDEST = """async () => {
  const ear = new AudioContext(), heard = new AnalyserNode(ear, {fftSize: 2048}), data = new Float32Array(2048);
  ear.createMediaStreamSource(document.getElementById("voice").srcObject).connect(heard);
  let loudest = 0;
  for (let i = 0; i < 60; i++) {
    heard.getFloatTimeDomainData(data);
    loudest = Math.max(loudest, Math.max(...data.map(Math.abs)));
    await new Promise(done => setTimeout(done, 50));
  }
  await ear.close();
  return loudest;
}"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory, speak: Callable[[str], Samples]) -> AsyncIterator[Browser]:
    path: Path = tmp_path_factory.mktemp("microphone") / "caller.wav"
    words = speak("Хочу записаться к терапевту")
    audio.write(path, audio.joined([audio.silence(14_000), words, audio.silence(120_000)]))
    async with async_playwright() as playwright:
        flags = [*FLAGS, f"--use-file-for-fake-audio-capture={path}%noloop"]
        launched = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        yield launched
        await launched.close()


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
    await expect(page.locator("#said")).to_contain_text("Здравствуйте", timeout=20_000)
    assert await page.evaluate(LOUDEST) > 0.05  # the bot is heard in the browser
    await page.click('#keys [data-key="5"]')
    await expect(page.locator("#said")).to_contain_text("Наш адрес", timeout=5_000)
    await expect(page.locator("#said .say.customer").last).to_contain_text("апис", timeout=40_000)  # and we hear it
    await page.click("#ring")


async def test_a_browser_caller_hears_what_an_agent_writes(page: Page, served: Served) -> None:
    await page.click("#ring")
    await expect(page.locator("#said")).to_contain_text("Здравствуйте", timeout=20_000)
    await page.click('#keys [data-key="0"]')
    await expect(page.locator("#said")).to_contain_text("Соединяю", timeout=10_000)

    desk = await page.context.new_page()
    await desk.goto(served.url + "/desk")
    await desk.fill("input[name=login]", "agent")
    await desk.fill("input[name=password]", PASSWORD)
    await desk.keyboard.press("Enter")
    await desk.locator("#items [role=option]").first.click()
    await expect(desk.locator("#log")).to_contain_text("Здравствуйте", timeout=10_000)
    await desk.click("#accept")
    await desk.fill("#text", "Это Анна, слушаю вас")
    await desk.keyboard.press("Enter")
    await expect(page.locator("#said")).to_contain_text("Это Анна, слушаю вас", timeout=10_000)
    assert await page.evaluate(LOUDEST) > 0.05  # and it is spoken
    await desk.click("#close")
    await expect(page.locator("#state")).not_to_contain_text("0:", timeout=20_000)
