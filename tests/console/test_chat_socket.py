"""/webchat: what a page may rely on, over a real socket."""

from __future__ import annotations

import asyncio

import pytest

from tests.console.sockets import Chat, Socket, of, saying
from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_stranger_gets_an_id_and_a_greeting_with_buttons(served: Served) -> None:
    async with Chat(served) as chat:
        welcome = await chat.welcome()
        assert welcome["conversation"] is None
        assert welcome["title"]["ru"] == "Клиника «Добрый доктор»"
        await chat.send(type="start")
        menu = await chat.until(lambda message: "buttons" in message)
        assert {"title": "Записаться к врачу", "payload": "/booking"} in menu["buttons"]
        await chat.until(of("status", status="bot"))


async def test_a_page_begins_with_the_set_it_names(served: Served) -> None:
    async with Chat(served) as chat:
        welcome = await chat.welcome()
        names = [each["name"] for each in welcome["sets"]]
        assert names[0] == "clinic"  # the default first
        assert "pizza" in names
        await chat.send(type="scenarios", scenarios="pizza")
        await chat.send(type="start")
        await chat.until(saying("Какую пиццу"))
    async with Chat(served, chat.visitor) as back:
        assert (await back.welcome())["scenarios"] == "pizza"
    async with Chat(served) as other:
        await other.welcome()
        await other.send(type="scenarios", scenarios="no-such-set")
        await other.send(type="start")
        await other.until(saying("Чем помочь"))


async def test_a_button_is_told_by_its_payload_and_shown_by_its_title(served: Served) -> None:
    async with Chat(served) as chat:
        await chat.welcome()
        await chat.send(type="start")
        menu = await chat.until(lambda message: "buttons" in message)
        price = next(each for each in menu["buttons"] if each["title"] == "Узнать цену")
        await chat.send(type="choose", option=price["payload"], title=price["title"])
        await chat.until(saying("Приём какого врача"))
        assert chat.lines("customer") == ["Узнать цену"]


async def test_a_message_sent_twice_is_one_line(served: Served) -> None:
    async with Chat(served) as chat:
        await chat.welcome()
        sent = await chat.say("где вы находитесь?")
        await chat.send(type="say", text="где вы находитесь?", id=sent)
        await chat.say("спасибо")
        assert chat.lines("customer") == ["где вы находитесь?", "спасибо"]


async def test_who_comes_back_is_told_only_what_was_missed(served: Served) -> None:
    async with Chat(served) as chat:
        await chat.welcome()
        await chat.say("где вы находитесь?")
        await chat.until(saying("Садовая"))
        seen = max(message["seq"] for message in chat.told if message["type"] == "line")
        talk = chat.told[-1]["conversation"]
    await served.client.get("/health")
    async with Chat(served, chat.visitor) as other:  # another window of the same visitor
        await other.welcome()
        await other.say("сколько стоит приём кардиолога")
        assert "где вы находитесь?" in other.lines("customer")
    async with Chat(served, chat.visitor, {"conversation": talk, "seq": seen}) as back:
        assert (await back.welcome())["conversation"] == talk
        await back.until(saying("сколько стоит приём кардиолога"))
        assert "где вы находитесь?" not in back.lines()


async def test_two_windows_of_a_visitor_show_the_same(served: Served) -> None:
    async with Chat(served) as first:
        await first.welcome()
        async with Chat(served, first.visitor) as second:
            await second.welcome()
            await first.say("где вы находитесь?")
            await second.until(saying("Садовая"))
            assert second.lines("customer") == ["где вы находитесь?"]


async def test_a_forged_visitor_is_a_stranger(served: Served) -> None:
    async with Chat(served) as chat:
        await chat.welcome()
        await chat.say("где вы находитесь?")
    assert chat.visitor
    async with Chat(served, chat.visitor[:-2] + "xx") as forger:
        assert (await forger.welcome())["conversation"] is None
        assert forger.visitor != chat.visitor


async def test_a_page_of_another_site_may_not_open_it(served: Served) -> None:
    other = {"Origin": "https://evil.example", "Accept-Language": "ru"}
    async with Socket(served.url.replace("http", "ws") + "/webchat", **other) as chat:
        problem = await chat.until(of("problem"))
        assert (problem["problem"], problem["detail"]) == ("NotAllowed", "этой странице чат не открыт")
        assert await chat.closed() == 4403


async def test_our_own_page_may_open_it(served: Served) -> None:
    async with Chat(served, Origin=served.url) as chat:
        await chat.welcome()


@pytest.mark.parametrize(
    ("frame", "where"),
    [
        ("{", ""),
        ("[]", ""),
        (b"\x00", ""),
        ("[" * 16_000, ""),
        ('{"type": "sing", "id": "abcdefgh"}', "type"),
        ('{"type": "say", "text": "a"}', "id"),
        ('{"type": "say", "text": " ", "id": "abcdefgh"}', "text"),
        ('{"type": "say", "text": "' + "x" * 5000 + '", "id": "abcdefgh"}', "text"),
        ('{"type": "say", "text": "' + "x" * 20_000 + '", "id": "abcdefgh"}', ""),
    ],
)
async def test_a_bad_message_is_answered_with_a_problem_and_the_chat_goes_on(
    served: Served, frame: str | bytes, where: str
) -> None:
    async with Chat(served) as chat:
        await chat.welcome()
        await chat.raw(frame)
        problem = await chat.until(of("problem"))
        assert problem["where"] == where
        assert problem["fix"]
        await chat.send(type="ping")
        await chat.until(of("pong"))


async def test_a_flood_is_slowed_down_and_nobody_else_suffers(served: Served) -> None:
    async with Chat(served) as flooder, Chat(served) as other:
        await flooder.welcome()
        await other.welcome()
        for _ in range(60):
            await flooder.send(type="ping")
        assert (await flooder.until(of("problem")))["status"] == 429
        await other.send(type="ping")
        await other.until(of("pong"))


async def test_a_socket_that_never_says_hello_is_closed(served: Served) -> None:
    import websockets

    async with websockets.connect(served.url.replace("http", "ws") + "/webchat") as silent:
        await asyncio.wait_for(silent.wait_closed(), 15)
        assert silent.close_code == 4408
