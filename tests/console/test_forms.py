"""What scenarios kept for the staff, on the desk: by socket, and in a browser by keyboard alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.authoring.small import write
from tests.console.conftest import folder
from tests.console.sockets import desk, of
from tests.spine.served import PASSWORD, Served

pytestmark = pytest.mark.asyncio(loop_scope="module")
CALLBACK = """\
scenario: main
title: {ru: Обратный звонок, en: Callback}
slots:
  name: {type: person, title: {ru: Имя, en: Name}, ask: {ru: Имя?, en: Name?}}
  doctor: {type: choice, title: {ru: Врач, en: Doctor}, from: doctors, ask: {ru: К кому?, en: Who?}}
steps:
  - collect: [name, doctor]
  - do: forms.save('callback', name, doctor)
  - end: {ru: "Заявка {number}.", en: "Number {number}."}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, learnt: Path) -> AsyncIterator[Served]:
    sets = tmp_path_factory.mktemp("sets")
    write(sets / "shop", main=CALLBACK, booking="")
    data = folder(tmp_path_factory, learnt)
    async with Served(data, scenarios=str(sets), scenario_set="shop") as running:
        yield running


async def leave(served: Served, sender: str) -> str:
    await served.write(sender, "здравствуйте", language="ru")
    await served.write(sender, "Иван Петров")
    return (await served.write(sender, "лор")).removeprefix("Заявка ").rstrip(".")


async def test_a_request_appears_on_the_open_desk_and_is_marked_by_who_did_it(served: Served) -> None:
    async with await desk(served) as agent:
        assert (await agent.until(of("forms")))["items"] == []
        agent.told.clear()
        number = int(await leave(served, "first"))
        told = await agent.until(lambda message: message["type"] == "forms" and bool(message["items"]))
        (item,) = told["items"]
        assert (item["number"], item["status"], item["title"]["ru"]) == (number, "new", "Обратный звонок")
        assert [field["title"]["ru"] for field in item["fields"]] == ["Имя", "Врач"]
        assert item["fields"][1]["shown"]["en"] == "ENT"
        await agent.send(type="settle", number=number, status="working")
        told = await agent.until(lambda m: m["type"] == "forms" and m["items"] and m["items"][0]["status"] == "working")
        assert told["items"][0]["agent"] == "agent"
        wrong = await agent.send(type="settle", number=number, status="lost")
        assert (await agent.until(of("problem", id=wrong)))["detail"] == "no such status"
        gone = await agent.send(type="settle", number=9_999_999, status="done")
        assert (await agent.until(of("problem", id=gone)))["problem"] == "NotFound"


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "words"), [("ru-RU", "Новых заявок нет."), ("en-GB", "No new requests.")])
async def test_requests_are_worked_off_by_keyboard_alone(
    served: Served, browser: Browser, locale: str, words: str
) -> None:
    async with await desk(served) as agent:
        for item in (await agent.until(of("forms")))["items"]:
            await agent.send(type="settle", number=item["number"], status="done")
    context = await browser.new_context(locale=locale, color_scheme="dark")
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(f"{served.url}/desk")
    await page.fill("input[name=login]", "agent")
    await page.fill("input[name=password]", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#forms")).to_be_visible()
    await page.locator("#items").focus()
    await page.keyboard.press("f")
    await expect(page.locator("#forms-list .empty")).to_contain_text(words)
    number = await leave(served, f"browser-{locale}")
    card = page.locator(f'#forms-list .form[data-number="{number}"]')
    await expect(card).to_contain_text("Иван Петров")
    await expect(page.locator("#forms .badge")).to_have_text("1")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("w")
    await expect(card).to_have_class("form working ")
    await page.keyboard.press("d")
    await expect(card).to_have_count(0)
    await expect(page.locator("#forms-list .empty")).to_be_visible()
    await page.click("#forms-done")
    await expect(card).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#forms-sheet")).not_to_be_visible()
    assert errors == []
    await context.close()
