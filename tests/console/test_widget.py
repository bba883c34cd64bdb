"""The chat on somebody else's site, in a real browser; what is attached; what goes on from another channel."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, FrameLocator, Page, expect

from tests.console.conftest import folder
from tests.console.sites import Site, site
from tests.console.sockets import desk
from tests.console.test_pages import visiting, write
from tests.customers.test_signing_in import SECRET, documented
from tests.spine.served import PASSWORD, TOKEN, Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR42mNk+M+ABzAxMIxUaQCVRQEXwz0TxAAAAABJRU5ErkJggg=="
)
NASTY = b"<html><script>parent.document.title='broken'</script></html>"


@pytest.fixture(scope="module")
def shop() -> Any:
    with site() as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, learnt: Path, shop: Site) -> AsyncIterator[Served]:
    data = folder(tmp_path_factory, learnt)
    async with Served(data, public=True, allowed_origins=json.dumps([shop.url]), sign_in_secret=SECRET) as running:
        shop.strict(running.url)
        yield running


@asynccontextmanager
async def shopping(browser: Browser, shop: Site, served: Served, tag: str = "", **kind: Any) -> AsyncIterator[Page]:
    """A visitor of the site with that tag. An error of a script, or anything its policy forbids, fails the test."""
    shop.tag = f'<script src="{served.url}/widget.js" {tag} async></script>'
    context = await browser.new_context(**{"locale": "ru-RU", "viewport": {"width": 1100, "height": 760}, **kind})
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    try:
        await page.goto(shop.url)
        yield page
        assert wrong == []
    finally:
        await context.close()


@asynccontextmanager
async def pasting(browser: Browser, shop: Site, html: str) -> AsyncIterator[Page]:
    """A site whose owner pasted that, and sends no policy."""
    policy, shop.policy, shop.tag = shop.policy, "", html
    context = await browser.new_context(locale="ru-RU")
    page = await context.new_page()
    try:
        await page.goto(shop.url)
        yield page
    finally:
        shop.policy = policy
        await context.close()


def pasted(page_of: str) -> dict[str, str]:
    """What that page of the documentation says to paste."""
    written = (Path(__file__).parents[2] / "docs" / page_of).read_text()
    blocks = dict(re.findall(r"^```html (\w+)\n(.*?)^```$", written, re.MULTILINE | re.DOTALL))
    assert set(blocks) == {"tag", "api", "signin"}
    return blocks


async def newest(served: Served) -> dict[str, Any]:
    """The customer of the conversation that began last."""
    talk = (await served.get("/api/conversations"))[0]
    return dict(await served.get(f"/api/customers/{talk['customer']}"))


async def test_who_is_signed_in_on_the_site_is_known_in_the_chat_and_whoever_comes_next_sees_nothing_of_it(
    served: Served, browser: Browser, shop: Site
) -> None:
    make = documented()
    shop.token = make(SECRET, "17", name="Иван Петров", phone="+79055550017")
    blocks = pasted("widget.md")
    html = (blocks["tag"] + blocks["signin"]).replace("https://chat.example", served.url)
    async with pasting(browser, shop, html) as page:
        chat = chat_of(page)

        async def asks(text: str) -> None:
            await chat.get_by_role("textbox").fill(text)
            await chat.get_by_role("textbox").press("Enter")
            await expect(chat.get_by_role("log")).to_contain_text("Садовая")

        await page.get_by_role("button", name="Открыть чат").click()
        await expect(chat.get_by_role("button", name="Показать меню")).to_be_visible()
        await asks("где вы находитесь, это Иван?")
        ivan = await newest(served)
        assert {"kind": "external", "value": "17"} in ivan["identities"]
        assert {"kind": "phone", "value": "+79055550017"} in ivan["identities"]
        assert ivan["facts"]["name"] == "Иван Петров"
        assert await page.evaluate("t => Govorun.signIn(t)", make(SECRET, "18", name="Мария")) is True
        await expect(chat.get_by_role("log")).not_to_contain_text("Иван")  # another customer on this browser
        await asks("где вы находитесь, это Мария?")
        maria = await newest(served)
        assert (maria["facts"]["name"], maria["id"] == ivan["id"]) == ("Мария", False)
        await page.evaluate("Govorun.signOut()")
        await expect(chat.get_by_role("log")).not_to_contain_text("Мария")
        assert await page.evaluate("Govorun.signIn('a.forged.one')") is False
        await asks("где вы находитесь?")
        assert [each["kind"] for each in (await newest(served))["identities"]] == ["web"]


async def test_a_link_of_the_site_signs_in_on_the_chat_page_and_nobody_elses_does(
    served: Served, browser: Browser, shop: Site
) -> None:
    make = documented()
    address = f"{served.url}/#sign_in={make(SECRET, '21', name='Пётр')}"
    async with pasting(browser, shop, f'<a id="chat" href="{address}">Чат</a>') as page:
        await page.locator("#chat").click()
        await page.wait_for_url(f"{served.url}/")  # the script is there, and has taken the token out of the address
        await write(page, "где вы находитесь?")
        await expect(page.locator("#log")).to_contain_text("Садовая")
        assert page.url == f"{served.url}/"  # the token stands in no history
        assert (await newest(served))["facts"]["name"] == "Пётр"
    context = await browser.new_context(locale="ru-RU")
    page = await context.new_page()
    await page.goto(f"{served.url}/#sign_in={make(SECRET, '22', name='Чужой')}")  # sent to them by somebody
    await write(page, "где вы находитесь?")
    await expect(page.locator("#log")).to_contain_text("Садовая")
    assert [each["kind"] for each in (await newest(served))["identities"]] == ["web"]
    await context.close()


def chat_of(page: Page) -> FrameLocator:
    return page.frame_locator("govorun-chat iframe")


async def test_one_tag_puts_the_chat_on_a_site_of_a_strict_policy_and_neither_style_reaches_the_other(
    served: Served, browser: Browser, shop: Site
) -> None:
    async with shopping(browser, shop, served, 'data-color="#7b3fe4"') as page:
        button = page.get_by_role("button", name="Открыть чат")
        await expect(button).to_have_css("background-color", "rgb(123, 63, 228)")
        await expect(button).to_have_attribute("aria-expanded", "false")
        await button.click()
        chat = chat_of(page)
        await chat.get_by_role("button", name="Показать меню").click()
        await expect(chat.get_by_role("button", name="Записаться к врачу")).to_have_css(
            "color", re.compile(r"rgb\((?!128, 0, 128)")
        )
        await chat.get_by_role("textbox").fill("где вы находитесь?")
        await chat.get_by_role("textbox").press("Enter")
        await expect(chat.get_by_role("log")).to_contain_text("Садовая")
        await expect(page.get_by_role("heading", name="Магазин")).to_have_css("color", "rgb(128, 0, 128)")
        await page.reload()
        await page.get_by_role("button", name="Открыть чат").click()
        await expect(chat.get_by_role("log")).to_contain_text("Садовая")


@pytest.mark.parametrize("page_of", ["widget.md", "widget.ru.md"])
async def test_what_the_documentation_says_to_paste_works_as_it_stands(
    served: Served, browser: Browser, shop: Site, page_of: str
) -> None:
    blocks = pasted(page_of)
    shop.token = documented()(SECRET, "reader")
    async with pasting(browser, shop, "".join(blocks.values()).replace("https://chat.example", served.url)) as page:
        await page.locator("#ask").click()
        await expect(chat_of(page).get_by_role("button", name="Показать меню")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.locator("#ask")).to_be_focused()


async def test_the_chat_is_used_by_keyboard_and_gives_the_focus_back(
    served: Served, browser: Browser, shop: Site
) -> None:
    async with shopping(browser, shop, served, 'data-language="en" data-title="Ask us"') as page:
        await page.get_by_role("button", name="Open the chat").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("dialog", name="Ask us")).to_be_visible()
        chat = chat_of(page)
        await expect(chat.get_by_role("textbox", name="Write a message")).to_be_focused()
        await page.keyboard.type("where are you?")
        await page.keyboard.press("Enter")
        await expect(chat.get_by_role("log", name="Conversation")).to_contain_text("Our address is")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_be_hidden()
        await expect(page.get_by_role("button", name="Open the chat")).to_be_focused()


async def test_on_a_phone_it_fills_the_screen_and_keeps_the_focus_inside(
    served: Served, browser: Browser, shop: Site
) -> None:
    small = {"viewport": {"width": 360, "height": 640}, "has_touch": True, "is_mobile": True}
    async with shopping(browser, shop, served, **small) as page:
        await page.get_by_role("button", name="Открыть чат").tap()
        chat = chat_of(page)
        await expect(chat.get_by_role("button", name="Показать меню")).to_be_visible()
        box = await page.locator("govorun-chat iframe").bounding_box()
        assert box is not None
        assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 640)
        await expect(page.get_by_role("dialog")).to_have_attribute("aria-modal", "true")
        await chat.get_by_role("button", name="Отправить").focus()
        await page.keyboard.press("Tab")
        await expect(chat.get_by_role("button", name="Закрыть чат")).to_be_focused()
        await page.keyboard.press("Shift+Tab")
        await expect(chat.get_by_role("button", name="Отправить")).to_be_focused()
        await chat.get_by_role("button", name="Закрыть чат").tap()
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_what_an_agent_writes_while_it_is_closed_is_counted_and_told(
    served: Served, browser: Browser, shop: Site
) -> None:
    async with shopping(browser, shop, served) as page, await desk(served) as agent:
        await page.evaluate(
            "Govorun.on('unread', count => { document.title = `${count}` }); Govorun.say('позовите человека')"
        )
        await page.get_by_role("button", name="Открыть чат").click()
        await expect(chat_of(page).get_by_text("Ждём оператора")).to_be_visible()
        await page.keyboard.press("Escape")
        queue = await agent.until(lambda told: told["type"] == "queue" and bool(told["items"]))
        name = queue["items"][0]["conversation"]
        await agent.send(type="accept", conversation=name)
        await agent.send(type="say", conversation=name, text="Чем помочь?")
        await expect(page.get_by_role("button", name=re.compile("Открыть чат, новых сообщений: [12]"))).to_be_visible()
        await expect(page.get_by_role("status").first).to_have_text("Чем помочь?")
        await expect(page).to_have_title(re.compile("[12]"))  # the bot may have told the place in the queue meanwhile
        await page.evaluate("Govorun.open()")
        await expect(page.get_by_role("button", name="Закрыть чат").first).to_be_visible()
        await expect(page).to_have_title("0")
        await agent.send(type="finish", conversation=name)
        await expect(chat_of(page).get_by_text("Разговор окончен").first).to_be_visible()


async def test_a_site_that_is_not_allowed_is_told_so(served: Served, browser: Browser) -> None:
    with site() as stranger:
        stranger.tag = f'<script src="{served.url}/widget.js" async></script>'
        context = await browser.new_context(locale="ru-RU")
        page = await context.new_page()
        told: list[str] = []
        page.on("console", lambda said: told.append(said.text))
        await page.goto(stranger.url)
        await page.get_by_role("button", name="Открыть чат").click()
        await expect(page.get_by_text("Открываем чат…")).to_be_visible()
        await page.wait_for_function("performance.getEntriesByType('resource').length >= 1")
        assert (
            any("frame-ancestors" in each for each in told)
            or await page.frames[-1].evaluate("document.body.innerText") != ""
        )
        answer = await served.client.get("/widget")
        assert stranger.url not in answer.headers["content-security-policy"]
        await context.close()


async def test_a_link_from_another_channel_goes_on_in_the_page_once(served: Served, browser: Browser) -> None:
    await served.write("mover-1", "запишите меня к терапевту")
    said = await served.write("mover-1", "продолжим в чате на сайте")
    link = re.search(r"http\S+/\?go=\S+", said)
    assert link is not None, said
    async with visiting(browser, served.url) as page:
        await page.goto(link.group())
        log = page.get_by_role("log", name="Переписка")
        await page.get_by_role("button", name="Да", exact=True).click()  # whose it is is asked first
        await expect(log).to_contain_text("На какой день и час")
        assert page.url == f"{served.url}/"
        await page.reload()
        await expect(log).to_contain_text("На какой день и час")
        await write(page, "завтра в три часа дня")
        await expect(log).to_contain_text("Как вас зовут?")
    async with visiting(browser, served.url) as other:
        await other.goto(link.group())
        await expect(other.get_by_role("log", name="Переписка")).to_contain_text("Чем помочь?")


async def test_an_agent_sees_the_picture_that_a_visitor_pasted_and_sends_one_back(
    served: Served, browser: Browser
) -> None:
    async with (
        visiting(browser, served.url) as visitor,
        visiting(browser, f"{served.url}/desk", allow=("401",)) as agent,
    ):
        await write(visitor, "позовите человека")
        await expect(visitor.get_by_text("Ждём оператора")).to_be_visible()
        await visitor.locator("#text").evaluate(
            """(box, bytes) => {
              const carried = new DataTransfer();
              carried.items.add(new File([Uint8Array.from(atob(bytes), c => c.charCodeAt(0))], "зуб.png"));
              box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: carried, bubbles: true, cancelable: true}));
            }""",
            base64.b64encode(PICTURE).decode(),
        )
        await expect(visitor.get_by_role("img", name="Картинка зуб.png")).to_be_visible()
        await visitor.locator("input[type=file]").set_input_files(
            {"name": "x.html", "mimeType": "text/html", "buffer": NASTY}
        )
        await expect(visitor.get_by_role("link", name="x.html")).to_be_visible()

        await agent.get_by_label("Логин").fill("agent")
        await agent.get_by_label("Пароль", exact=True).fill(PASSWORD)
        await agent.keyboard.press("Enter")
        await agent.get_by_role("option").first.click()
        picture = agent.get_by_role("button", name="Картинка зуб.png")
        assert await picture.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 10
        await picture.click()
        await expect(agent.get_by_role("dialog", name="Картинка зуб.png")).to_be_visible()
        await agent.keyboard.press("Escape")
        await expect(picture).to_be_focused()
        address = await agent.get_by_role("link", name="x.html").get_attribute("href")
        answer = await agent.request.get(served.url + str(address))
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as program:
            assert (await program.get(served.url + str(address))).status_code == 401  # that token is no agent's

        await agent.get_by_role("button", name="Принять").click()
        await agent.locator("input[type=file]").set_input_files(
            {"name": "план.png", "mimeType": "image/png", "buffer": PICTURE}
        )
        await expect(visitor.get_by_role("button", name="Картинка план.png")).to_be_visible()
        await agent.get_by_role("button", name="Вернуть боту").click()
        await expect(visitor.get_by_text("Отвечает бот")).to_be_visible()


async def test_a_browser_finds_nothing_wrong_with_it_for_who_reads_by_ear_or_sees_little(
    served: Served, browser: Browser, shop: Site
) -> None:
    for colour, scheme in (("#ffd54f", "light"), ("#7b3fe4", "dark")):  # where words in it would be hard to read
        kind = {"color_scheme": scheme, "reduced_motion": "reduce"}
        async with shopping(browser, shop, served, f'data-color="{colour}"', **kind) as page:
            await page.get_by_role("button", name="Открыть чат").click()
            chat = chat_of(page)
            await chat.get_by_role("button", name="Показать меню").click()
            await expect(chat.get_by_role("button", name="Записаться к врачу")).to_be_visible()
            found = await axe(page)
            assert not found, f"{colour} {scheme}: {found}"


async def axe(page: Page) -> list[str]:
    """What axe-core finds on a page and in its frames: the rule and where. Its script comes past the site's policy."""
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setBypassCSP", {"enabled": True})
    found: list[str] = []
    for frame in page.frames:
        result = await Axe().run(frame)  # type: ignore[arg-type]
        found += [f"{each['id']}: {part['target']}" for each in result.response["violations"] for part in each["nodes"]]
    return found
