"""The recorded call at the desk, in a browser: played from the line that is clicked, also while the call goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, Page, expect

from bot.dialogue.events import Keys, Started, Utterance
from bot.ports import Identity, Inbound
from tests.console.test_pages import visiting
from tests.servers import free_port
from tests.web import PASSWORD, Web
from voice.audio import RATE, Samples
from voice.recording.packing import Packing
from voice.recording.wav import Growing

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=2)
SAID_AT = 14.0  # seconds into the call, when their words were known
SINCE_MS = 3_000  # they had begun to say them so long before


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Web, str]]:
    """A house with its pages on a port of this machine."""
    web = Web(tmp_path_factory.mktemp("desk"))
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(web.app, host="127.0.0.1", port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield web, f"http://127.0.0.1:{port}"
    server.should_exit = server.force_exit = True
    await serving
    await web.house.turn.close()
    web.house.database.close()


def sound(seconds: float) -> Samples:
    """A hum of the caller on the left, of the bot on the right."""
    at = np.arange(round(RATE * seconds)) / RATE
    left = 3000 * np.sin(2 * np.pi * 300 * at) * (at % 8 > 5)
    right = 3000 * np.sin(2 * np.pi * 700 * at) * (at % 8 < 4)
    return np.stack((left, right), axis=1).astype(np.int16)


async def called(web: Web, phone: str) -> str:
    """Somebody calls, says two things and asks for a person; the conversation's id."""
    identity = Identity(kind="phone", value=phone)
    conversation: str | None = None
    for event in (
        Started(id=f"{phone}/1", at=BEGAN, medium="voice", channel="sip", caller=phone),
        Utterance(
            id=f"{phone}/2",
            at=BEGAN + timedelta(seconds=SAID_AT),
            text="хочу записаться к терапевту",
            since_ms=SINCE_MS,
        ),
        Keys(id=f"{phone}/3", at=BEGAN + timedelta(seconds=30), digits="0"),
    ):
        outcome = await web.house.turns.take(
            Inbound(event=event, channel="sip", identity=identity, conversation=conversation, medium="voice")
        )
        conversation = outcome.conversation
    assert conversation is not None
    return conversation


async def opened(page: Page, phone: str) -> None:
    await page.get_by_label("Логин").fill("anna")
    await page.get_by_label("Пароль", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("option").filter(has_text=phone).click()


PLAYED = "() => document.querySelector('#recording audio').currentTime"


@pytest.mark.parametrize("packing", [None, "flac", "opus"])
async def test_a_line_that_is_clicked_is_heard_from_its_first_word(
    desk: tuple[Web, str], browser: Browser, packing: Packing | None
) -> None:
    web, url = desk
    phone = f"+7905111220{[None, 'flac', 'opus'].index(packing)}"
    name = await called(web, phone)
    file = Growing(web.house.recordings.fresh(name), "wav", began=BEGAN.timestamp())
    file.add(sound(40))
    file.finish(packing)
    async with visiting(browser, f"{url}/desk", allow=("401",)) as page:
        await opened(page, phone)
        await expect(page.get_by_text("Запись звонка · 0:40")).to_be_visible()
        line = page.locator(".say.customer", has_text="хочу записаться")
        await line.get_by_role("button", name="Слушать отсюда").click()
        await expect(line).to_have_attribute("aria-current", "true")
        at = SAID_AT - SINCE_MS / 1000
        assert at - 0.5 <= await page.evaluate(PLAYED) <= at + 3
        await page.keyboard.press("p")
        await page.wait_for_function("() => document.querySelector('#recording audio').paused")
        await expect(line).not_to_have_attribute("aria-current", "true")
        before = await page.evaluate(PLAYED)
        await page.keyboard.press("ArrowLeft")
        assert before - 5.2 <= await page.evaluate(PLAYED) <= before - 4.8
        await page.get_by_role("button", name="Скорость").click()
        assert await page.evaluate("() => document.querySelector('#recording audio').playbackRate") == 1.5
        unheard = page.locator(".say.customer.by-keys .from")
        await expect(unheard).to_be_visible()


async def test_a_call_that_goes_on_is_heard_up_to_now_and_whole_once_it_is_over(
    desk: tuple[Web, str], browser: Browser
) -> None:
    web, url = desk
    phone = "+79051112233"
    name = await called(web, phone)
    going = Growing(web.house.recordings.fresh(name), "wav", began=BEGAN.timestamp())
    going.add(sound(20))
    async with visiting(browser, f"{url}/desk", allow=("401",)) as page:
        await opened(page, phone)
        await expect(page.get_by_text("Запись звонка · 0:20 · звонок идёт")).to_be_visible()
        await expect(page.locator(".say.customer.by-keys .from")).to_be_hidden()  # 0:30 isn't there yet
        await page.locator(".say.customer", has_text="хочу записаться").click()
        await page.wait_for_function("() => document.querySelector('#recording audio').currentTime > 10.5")
        await page.keyboard.press("p")
        going.add(sound(20))
        going.finish()
        await web.house.bus.publish(f"conversation.{name}", {})
        await expect(page.get_by_text("Запись звонка · 0:40", exact=True)).to_be_visible()
        await page.locator(".say.customer.by-keys").click()
        await page.wait_for_function("() => document.querySelector('#recording audio').currentTime > 29.6")


async def test_a_recording_that_was_removed_says_so(desk: tuple[Web, str], browser: Browser) -> None:
    web, url = desk
    phone = "+79051112244"
    name = await called(web, phone)
    file = Growing(web.house.recordings.fresh(name), "wav", began=BEGAN.timestamp())
    file.add(sound(5))
    path: Path | None = file.finish()
    async with visiting(browser, f"{url}/desk", allow=("401", "404")) as page:
        await opened(page, phone)
        await expect(page.get_by_text("Запись звонка · 0:05")).to_be_visible()
        assert path is not None
        path.unlink()
        await page.keyboard.press("p")
        await expect(page.get_by_text("Запись уже удалена.")).to_be_visible()
        await expect(page.locator(".from").first).to_be_hidden()
