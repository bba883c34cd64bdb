"""The pages in a real browser: what a visitor and an agent see and do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import folder
from tests.spine.served import PASSWORD, Served

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]


@asynccontextmanager
async def visiting(browser: Browser, url: str, *, allow: tuple[str, ...] = (), **kind: Any) -> AsyncIterator[Page]:
    """A visitor with a browser of their own. Anything from elsewhere, and any error of a script, fails the test."""
    context = await browser.new_context(**{"locale": "ru-RU", "viewport": {"width": 1280, "height": 800}, **kind})
    page = await context.new_page()
    ours = (url.removesuffix("/desk"), "data:", "blob:")
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(ours) else None)
    page.on(
        "console",
        lambda said: (
            wrong.append(said.text) if said.type == "error" and not any(each in said.text for each in allow) else None
        ),
    )
    try:
        await page.goto(url)
        yield page
        assert wrong == []
    finally:
        await context.close()


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox").fill(text)
    await page.keyboard.press("Enter")


async def test_a_visitor_books_by_buttons_and_words(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url) as page:
        await expect(page).to_have_title("Клиника «Добрый доктор» · Говорун")
        await page.get_by_role("button", name="Показать меню").click()
        await page.get_by_role("button", name="Записаться к врачу").click()
        log = page.get_by_role("log", name="Переписка")
        await expect(log).to_contain_text("К какому врачу вас записать?")
        await page.get_by_role("button", name="кардиолог").click()
        await expect(log).to_contain_text("На какой день и час?")
        await write(page, "послезавтра в одиннадцать утра")
        await expect(log).to_contain_text("Как вас зовут?")
        await write(page, "Мария")
        await expect(log).to_contain_text("номер телефона")
        await write(page, "+7 912 000-11-33")
        await expect(log).to_contain_text("Верно?")
        await page.get_by_role("button", name="Да", exact=True).click()
        await expect(log).to_contain_text("вы записаны")
        assert [each["status"] for each in await served.get("/api/bookings") if each["phone"] == "+79120001133"] == [
            "confirmed"
        ]


async def test_a_reload_keeps_what_was_said_and_the_buttons(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url) as page:
        await page.get_by_role("button", name="Показать меню").click()
        await write(page, "где вы находитесь?")
        log = page.get_by_role("log", name="Переписка")
        await expect(log).to_contain_text("Садовая")
        await expect(log).to_contain_text("Чем ещё помочь?")  # the last of what is said
        before = await page.locator(".say").all_inner_texts()
        await page.reload()
        await expect(log).to_contain_text("Садовая")
        await expect(page.locator(".say")).to_have_count(len(before))
        assert await page.locator(".say").all_inner_texts() == before


async def test_a_visitor_chooses_who_to_talk_to_and_a_reload_keeps_it(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url) as page:
        chooser = page.get_by_role("combobox", name="С кем поговорить")
        await expect(chooser).to_have_value("clinic")
        await chooser.select_option(label="Пиццерия «Огонёк»")
        log = page.get_by_role("log", name="Переписка")
        await expect(log).to_contain_text("Какую пиццу")
        await expect(page).to_have_title("Пиццерия «Огонёк» · Говорун")
        await page.reload()
        await expect(chooser).to_have_value("pizza")
        await expect(log).to_contain_text("Какую пиццу")


async def test_what_a_visitor_writes_is_text_and_never_markup(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url) as page:
        nasty = "<img src=x onerror=document.title='broken'><b>жирно</b>"
        await write(page, nasty)
        await expect(page.locator(".say.customer")).to_contain_text("<b>жирно</b>")
        await expect(page.locator(".log img, .log b:not(.empty b)")).to_have_count(0)
        assert "broken" not in await page.title()


async def test_a_server_that_falls_loses_nothing_that_was_typed(
    tmp_path_factory: pytest.TempPathFactory, learnt: Any, browser: Browser
) -> None:
    async with (
        Served(folder(tmp_path_factory, learnt)) as served,
        visiting(browser, served.url, allow=("WebSocket", "ERR_CONNECTION")) as page,
    ):
        log = page.get_by_role("log", name="Переписка")
        await write(page, "где вы находитесь?")
        await expect(log).to_contain_text("Садовая")
        served.kill()
        await expect(page.get_by_text("Соединение потеряно")).to_be_visible()
        await write(page, "сколько стоит приём кардиолога")
        await expect(page.locator(".say.pending")).to_have_count(1)
        await served.start()
        await expect(page.get_by_text("Соединение потеряно")).to_be_hidden(timeout=30_000)
        await expect(log).to_contain_text("2 400")
        await expect(page.locator(".say.pending")).to_have_count(0)
        await expect(page.locator(".say.customer")).to_have_count(2)


async def test_the_page_speaks_both_languages_and_remembers_which(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url) as page:
        await page.get_by_role("button", name="EN").click()
        await expect(page.get_by_role("button", name="Show the menu")).to_be_visible()
        await page.reload()
        await page.get_by_role("button", name="Show the menu").click()
        await expect(page.get_by_role("log", name="Conversation")).to_contain_text("Good Doctor")
        await page.get_by_role("button", name="RU").click()
        await expect(page.get_by_role("log", name="Переписка")).to_contain_text("Говорите по-русски")


async def test_it_follows_the_systems_theme_and_the_readers_own(served: Served, browser: Browser) -> None:
    async with visiting(browser, served.url, color_scheme="dark") as page:
        dark = "getComputedStyle(document.body).backgroundColor"
        assert await page.evaluate(dark) == "rgb(17, 22, 21)"
        await page.get_by_role("button", name="Тёмная тема").click()
        assert await page.evaluate(dark) == "rgb(244, 243, 239)"
        await page.reload()
        assert await page.evaluate(dark) == "rgb(244, 243, 239)"


async def test_on_a_phone_nothing_is_wider_than_the_screen(served: Served, browser: Browser) -> None:
    small = {"viewport": {"width": 360, "height": 640}, "has_touch": True}
    async with visiting(browser, served.url, **small) as page:
        await page.get_by_role("button", name="Показать меню").click()
        await expect(page.get_by_role("button", name="Записаться к врачу")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.get_by_role("tab", name="Звонок").click()
        await expect(page.get_by_text("Звонки выключены")).to_be_visible()


async def test_an_agent_takes_a_conversation_by_keyboard_writes_and_gives_it_back(
    served: Served, browser: Browser
) -> None:
    async with (
        visiting(browser, served.url) as visitor,
        visiting(browser, f"{served.url}/desk", allow=("401",)) as agent,
    ):
        await agent.get_by_label("Логин").fill("agent")
        await agent.get_by_label("Пароль", exact=True).fill("не тот пароль")
        await agent.keyboard.press("Enter")
        await expect(agent.get_by_role("alert")).to_have_text("Неверный логин или пароль.")
        await agent.get_by_label("Пароль", exact=True).fill(PASSWORD)
        await agent.keyboard.press("Enter")
        await expect(agent.get_by_text("Никто не ждёт.")).to_be_visible()

        await write(visitor, "хочу записаться к терапевту завтра в три часа дня")
        await write(visitor, "позовите человека")
        await expect(visitor.get_by_text("Ждём оператора")).to_be_visible()
        await expect(agent.get_by_role("option")).to_have_count(1)
        await expect(agent).to_have_title("(1) Рабочее место · Говорун")
        await agent.keyboard.press("ArrowDown")
        log = agent.get_by_role("log", name="Переписка")
        await expect(log).to_contain_text("хочу записаться к терапевту завтра в три часа дня")
        await expect(agent.get_by_role("textbox")).to_have_count(0)
        await expect(agent.get_by_text("Примите разговор, чтобы ответить.")).to_be_visible()

        await agent.keyboard.press("a")
        await expect(agent.get_by_role("textbox")).to_be_focused()
        await agent.keyboard.type("Здравствуйте, это регистратура.")
        await agent.keyboard.press("Enter")
        await expect(visitor.get_by_role("log", name="Переписка")).to_contain_text("Здравствуйте, это регистратура.")
        await expect(visitor.get_by_text("Отвечает оператор")).to_be_visible()
        await write(visitor, "спасибо, всё ясно")
        await expect(log).to_contain_text("спасибо, всё ясно")

        await agent.keyboard.press("Escape")
        await agent.keyboard.press("g")
        await expect(visitor.get_by_text("Отвечает бот")).to_be_visible()
        await expect(agent.get_by_text("Никто не ждёт.")).to_be_visible()
        await expect(agent.get_by_text("Разговор ведёт бот.")).to_be_visible()


async def test_a_reload_of_the_desk_needs_no_password(served: Served, browser: Browser) -> None:
    async with visiting(browser, f"{served.url}/desk", allow=("401",)) as agent:
        await agent.get_by_label("Логин").fill("agent")
        await agent.get_by_label("Пароль", exact=True).fill(PASSWORD)
        await agent.keyboard.press("Enter")
        await expect(agent.get_by_role("heading", name="Очередь")).to_be_visible()
        await agent.reload()
        await expect(agent.get_by_role("heading", name="Очередь")).to_be_visible()
        await agent.get_by_role("button", name="EN").click()
        await expect(agent.get_by_role("heading", name="Queue")).to_be_visible()
        await agent.get_by_role("button", name="Settings").click()
        await agent.get_by_role("button", name="Log out").click()
        await expect(agent.get_by_role("heading", name="Agents, log in")).to_be_visible()


async def at_the_desk(agent: Page) -> None:
    await agent.get_by_label("Логин").fill("agent")
    await agent.get_by_label("Пароль", exact=True).fill(PASSWORD)
    await agent.keyboard.press("Enter")
    await expect(agent.get_by_role("heading", name="Очередь")).to_be_visible()


async def test_an_agent_finds_a_customer_merges_two_and_takes_it_back_by_keyboard_alone(
    served: Served, browser: Browser
) -> None:
    for sender in ("reader-1", "reader-2"):
        await served.write(sender, "сколько стоит приём терапевта")
        number = (await served.get(f"/api/conversations/{sender}"))["customer"]
        await served.client.patch(f"/api/customers/{number}", json={"facts": {"name": "Аркадий Райкин"}})
    async with visiting(browser, f"{served.url}/desk", allow=("401",)) as agent:
        await at_the_desk(agent)
        await agent.keyboard.press("s")
        find = agent.get_by_role("searchbox", name="Телефон, имя или номер")
        await expect(find).to_be_focused()
        await agent.keyboard.type("райкин")
        await expect(agent.locator("#customer-found button")).to_have_count(2)
        await agent.keyboard.press("ArrowDown")
        await agent.keyboard.press("Enter")
        await expect(agent.get_by_role("heading", name="Аркадий Райкин")).to_be_focused()
        timeline = agent.get_by_role("region", name="Всё, что было")
        await expect(timeline).to_contain_text("Разговор: API")

        await agent.get_by_role("button", name="Объединить…").press("Enter")
        await agent.keyboard.type("райкин")
        await expect(agent.locator(".act .found")).to_have_count(1)
        await agent.keyboard.press("Escape")  # leaves the merging, not the customer
        await expect(agent.get_by_role("button", name="Объединить…")).to_be_focused()
        await agent.keyboard.press("Enter")
        await agent.keyboard.type("райкин")
        await expect(agent.locator(".act .found")).to_have_count(1)
        await agent.keyboard.press("ArrowDown")
        await agent.keyboard.press("Enter")
        await expect(
            agent.get_by_text("Становится одним клиентом").or_(agent.get_by_text("Станет одним клиентом"))
        ).to_be_visible()
        await expect(agent.get_by_label("Откуда вы это знаете")).to_be_focused()
        await agent.keyboard.type("сказал сам")
        await agent.keyboard.press("Enter")
        known = agent.get_by_role("region", name="По чему узнаём")
        await expect(known.get_by_role("listitem")).to_have_count(2)
        await expect(known).to_contain_text("решил сотрудник")
        await expect(timeline.get_by_text("Объединили")).to_be_visible()
        await expect(agent.locator(".done").get_by_role("button", name="Отменить")).to_be_focused()
        await agent.keyboard.press("Enter")
        await expect(known.get_by_role("listitem")).to_have_count(1)

        await agent.get_by_role("button", name="Изменить").press("Enter")
        await agent.get_by_role("combobox", name="звонки").select_option("dnc_hours")
        await agent.get_by_role("combobox", name="удобный канал").select_option("telegram")
        await agent.get_by_role("button", name="Сохранить").press("Enter")
        wishes = agent.get_by_role("region", name="Как с ним связываться")
        await expect(wishes).to_contain_text("не звонить 21:00-09:00")
        await expect(wishes).to_contain_text("Телеграм")
        await agent.get_by_role("button", name="Реклама: Записать согласие").press("Enter")
        await expect(agent.get_by_role("region", name="Согласия")).to_contain_text("Реклама: согласен")
        await agent.keyboard.press("Escape")
        await expect(agent.get_by_role("dialog")).to_be_hidden()


async def test_identities_are_parted_at_the_desk_and_a_lost_network_is_said(served: Served, browser: Browser) -> None:
    numbers = []
    for sender in ("parted-1", "parted-2"):
        await served.write(sender, "сколько стоит приём терапевта")
        numbers.append((await served.get(f"/api/conversations/{sender}"))["customer"])
    merged = await served.client.post(f"/api/customers/{numbers[0]}/merge", json={"other": numbers[1], "by": "test"})
    assert merged.status_code == 200
    async with visiting(browser, f"{served.url}/desk", allow=("401", "ERR_INTERNET")) as agent:
        await at_the_desk(agent)
        await agent.goto(f"{served.url}/desk#customer/{numbers[1]}")
        known = agent.get_by_role("region", name="По чему узнаём")
        await agent.get_by_role("button", name="Разделить…").click()
        await agent.get_by_label("Откуда вы это знаете").fill("разные люди")
        await agent.get_by_role("button", name="Отделить отмеченные").click()
        await expect(agent.get_by_role("alert")).to_have_text("Отметьте часть, но не всё.")
        await agent.get_by_role("checkbox").last.check()
        await agent.get_by_role("button", name="Отделить отмеченные").click()
        await expect(known.get_by_role("listitem")).to_have_count(1)
        await expect(agent.get_by_role("region", name="Объединения и разделения")).to_contain_text("Отделили")
        await agent.context.set_offline(True)
        await agent.get_by_role("button", name="Реклама: Записать согласие").click()
        await expect(agent.get_by_role("alert")).to_have_text("Сервер не отвечает. Проверьте соединение.")
        await agent.context.set_offline(False)


async def test_the_day_before_which_nobody_calls_stays_when_another_wish_is_saved(
    served: Served, browser: Browser
) -> None:
    """Kept as an instant: midnight here is another day in Greenwich."""
    await served.write("later-1", "сколько стоит приём терапевта")
    number = (await served.get("/api/conversations/later-1"))["customer"]
    async with visiting(browser, f"{served.url}/desk", allow=("401",), timezone_id="Europe/Moscow") as agent:
        await at_the_desk(agent)
        await agent.goto(f"{served.url}/desk#customer/{number}")
        wishes = agent.get_by_role("region", name="Как с ним связываться")
        await agent.get_by_role("button", name="Изменить").click()
        await agent.get_by_role("combobox", name="звонки").select_option("dnc_until")
        await agent.get_by_label("До какого дня").fill("2031-05-20")
        await agent.get_by_role("button", name="Сохранить").click()
        await expect(wishes).to_contain_text("не звонить до 20 мая 2031")
        await agent.get_by_role("button", name="Изменить").click()
        await expect(agent.get_by_label("До какого дня")).to_have_value("2031-05-20")

        at = "2031-05-20T15:00:00+03:00"
        await served.client.patch(f"/api/customers/{number}", json={"do_not_call": {"until": at}})
        await agent.reload()
        await agent.get_by_role("button", name="Изменить").click()
        await agent.get_by_role("combobox", name="удобный канал").select_option("telegram")
        await agent.get_by_role("button", name="Сохранить").click()
        await expect(wishes).to_contain_text("Телеграм")
    kept = (await served.get(f"/api/customers/{number}"))["do_not_call"]
    assert datetime.fromisoformat(kept["until"]) == datetime.fromisoformat(at)
