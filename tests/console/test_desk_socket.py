"""/desk as a program sees it: who may come in, who may write, and what everybody is shown."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.console.sockets import Chat, Socket, desk, of, saying
from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def waiting(chat: Chat) -> str:
    """The visitor asks for a person; the conversation's id."""
    await chat.welcome()
    await chat.say("позовите человека")
    return str((await chat.until(of("status", status="waiting")))["conversation"])


async def test_nobody_comes_in_without_a_password(served: Served) -> None:
    async with Socket(served.url.replace("http", "ws") + "/desk/socket") as socket:
        assert await socket.closed() == 4401
    async with Socket(served.url.replace("http", "ws") + "/desk/socket", Cookie="govorun_desk=forged") as socket:
        assert await socket.closed() == 4401
    wrong = await served.client.post("/desk/login", json={"login": "agent", "password": "nonsense"})
    nobody = await served.client.post("/desk/login", json={"login": "nobody", "password": "nonsense"})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json()["detail"] == nobody.json()["detail"]
    assert (await served.client.get("/desk/me")).status_code == 401


async def test_the_cookie_is_for_the_desk_alone(served: Served) -> None:
    response = await served.client.post("/desk/login", json={"login": "agent", "password": "desk-of-the-tests"})
    cookie = response.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/desk" in cookie


async def test_who_asks_for_a_person_appears_and_is_answered_and_given_back(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        await agent.until(of("queue"))
        talk = await waiting(chat)
        queue = await agent.until(
            lambda message: message["type"] == "queue" and talk in [each["conversation"] for each in message["items"]]
        )
        item = next(each for each in queue["items"] if each["conversation"] == talk)
        assert (item["status"], item["channel"], item["language"]) == ("waiting", "web", "ru")
        assert item["reason"]

        await agent.send(type="watch", conversation=talk)
        await agent.until(saying("позовите человека"))
        await agent.send(type="accept", conversation=talk)
        await chat.until(of("status", status="agent"))
        said = await agent.send(type="say", conversation=talk, text="Здравствуйте, слушаю вас")
        await agent.send(type="say", conversation=talk, text="Здравствуйте, слушаю вас", id=said)
        await chat.until(saying("слушаю вас"))
        await chat.say("когда вы работаете?")
        await agent.until(saying("когда вы работаете?"))
        assert chat.lines("agent") == ["Здравствуйте, слушаю вас"]

        before = len(chat.lines("bot"))
        await agent.send(type="give_back", conversation=talk)
        await chat.until(lambda message: message["type"] == "status" and message["status"] == "bot" and before > 0)
        await chat.say("когда вы работаете?")
        await chat.until(lambda message: saying("20:00")(message) and message["who"] == "bot")


async def test_what_was_said_so_far_is_called_as_the_scenario_calls_it(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        await chat.welcome()
        await chat.say("запишите к терапевту")
        talk = str((await chat.until(lambda message: saying("?")(message) and message["who"] == "bot"))["conversation"])
        await agent.send(type="watch", conversation=talk)
        told = await agent.until(of("conversation", conversation=talk))
        assert told["slots"]["service"] == "terapevt"
        assert told["titles"]["service"]["ru"] == "врач"
        assert told["titles"]["service=terapevt"]["ru"] == "терапевт"
        assert "service=lor" not in told["titles"]


async def test_a_visit_is_told_by_what_its_service_is_called(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        await chat.welcome()
        await chat.say("запишите к терапевту на завтра в три часа дня")
        for words in ("Пётр Сидоров", "восемь девятьсот двенадцать ноль ноль ноль сорок четыре пятьдесят пять", "да"):
            await chat.say(words)
        await chat.say("позовите человека")
        talk = str((await chat.until(of("status", status="waiting")))["conversation"])
        await agent.send(type="watch", conversation=talk)
        told = await agent.until(lambda message: message["type"] == "conversation" and bool(message["bookings"]))
        (visit,) = told["bookings"]
        assert visit["service"] == "terapevt"
        assert (visit["title"]["ru"], visit["title"]["en"]) == ("терапевт", "general practitioner")


async def test_the_queue_shows_what_the_customer_said_and_who_holds_it_by_name(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        talk = await waiting(chat)

        def holding(status: str) -> Callable[[dict[str, Any]], bool]:
            return lambda message: (
                message["type"] == "queue"
                and any(each["conversation"] == talk and each["status"] == status for each in message["items"])
            )

        queue = await agent.until(holding("waiting"))
        item = next(each for each in queue["items"] if each["conversation"] == talk)
        assert (item["last"], item["last_who"]) == ("позовите человека", "customer")
        await agent.send(type="accept", conversation=talk)
        queue = await agent.until(holding("accepted"))
        item = next(each for each in queue["items"] if each["conversation"] == talk)
        assert (item["agent"], item["agent_name"]) == ("agent", "agent")  # who was given no name


async def test_a_visitor_is_not_told_the_login_of_an_agent(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        talk = await waiting(chat)
        await agent.send(type="accept", conversation=talk)
        joined = await chat.until(lambda message: message.get("kind") == "joined")
        status = await chat.until(of("status", status="agent"))
        await agent.send(type="say", conversation=talk, text="слушаю вас")
        spoke = await chat.until(of("line", who="agent"))
        assert joined["agent"] == status["agent"] == spoke["agent"]  # by which a page knows whose words they are
        assert spoke["agent"] not in ("", "agent")
        await agent.send(type="finish", conversation=talk)
        await chat.until(of("status", status="ended"))


async def test_only_the_holder_may_write(served: Served) -> None:
    environment = os.environ | {"GOVORUN_NEW_PASSWORD": "второй пароль"}
    added = [sys.executable, "-m", "bot", "agents", "add", "boris", "--name", "Борис", "--data", str(served.data)]
    await asyncio.to_thread(subprocess.run, added, env=environment, check=True, capture_output=True)
    async with await desk(served) as anna, await desk(served, "boris", "второй пароль") as boris, Chat(served) as chat:
        talk = await waiting(chat)
        await anna.send(type="accept", conversation=talk)
        await chat.until(of("status", status="agent"))
        for act in ({"type": "say", "text": "и я"}, {"type": "give_back"}, {"type": "finish"}, {"type": "accept"}):
            sent = await boris.send(conversation=talk, **act)
            assert (await boris.until(of("problem", id=sent)))["problem"] == "Conflict"
        await boris.send(type="watch", conversation=talk)
        assert (await boris.until(of("conversation")))["agent"] == "agent"
        await anna.send(type="finish", conversation=talk)
        await chat.until(of("status", status="ended"))
        assert "и я" not in chat.lines()


async def test_both_sides_see_that_the_other_is_typing(served: Served) -> None:
    async with await desk(served) as agent, Chat(served) as chat:
        talk = await waiting(chat)
        await agent.send(type="watch", conversation=talk)
        await agent.send(type="accept", conversation=talk)
        await chat.until(of("status", status="agent"))
        await agent.until(of("conversation", status="agent"))
        await chat.send(type="typing")
        await agent.until(of("typing", who="customer"))
        await agent.send(type="typing", conversation=talk)
        await chat.until(of("typing", who="agent"))


async def test_an_agent_sets_a_telephone_and_a_password(served: Served) -> None:
    async with await desk(served) as agent:
        sent = await agent.send(type="telephone", sip="not an address")
        assert (await agent.until(of("problem", id=sent)))["where"] == "sip"
        for refused in ("sip:+12025550143@trunk.example", "sip:9810123456@trunk", "sip:a@b.example;maddr=10.9.9.9"):
            sent = await agent.send(type="telephone", sip=refused)
            assert (await agent.until(of("problem", id=sent)))["problem"] == "Unacceptable"
        await agent.send(type="telephone", sip="sip:anna@10.0.0.5")
        assert (await agent.until(of("me")))["agent"]["sip"] == "sip:anna@10.0.0.5"
        sent = await agent.send(type="password", old="wrong", new="новый пароль")
        assert (await agent.until(of("problem", id=sent)))["problem"] == "NotAllowed"
        sent = await agent.send(type="password", old="desk-of-the-tests", new="short")
        assert (await agent.until(of("problem", id=sent)))["problem"] == "Unacceptable"
