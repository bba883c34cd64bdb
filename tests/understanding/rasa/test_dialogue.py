"""A whole dialogue with a Rasa bot, through the turn: the double on every run, the real one by `make test-rasa`."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app.programs import Programs
from bot.authoring.load import load
from bot.dialogue.actions import End, Handoff, Say
from bot.dialogue.events import Chosen, Fetched, Keys, Silence
from bot.ports import Outcome
from bot.stores.bus import LocalBus
from bot.stores.schema import pending
from bot.stores.sql import Database
from bot.turn import Served, Turn
from bot.understanding.later import LaterNlu
from bot.understanding.rasa.dialogue import told
from bot.understanding.rasa.server import MAX_BYTES, Unanswered
from bot.understanding.rasa.servers import Servers
from tests.authoring.rasa.flowers import FLOWERS, files
from tests.authoring.small import write
from tests.turn.clinic import Person, caller, said, writer
from tests.understanding.rasa.conftest import REAL, TOKEN
from tests.understanding.rasa.double import Double

BOT = """\
bots:
  flowers:
    url: ${RASA_URL}
    token: ${RASA_TOKEN}
    timeout: TIMEOUT
    gives: [flowers]
"""
GREETING = "Цветочный магазин слушает."
JSON = {"content-type": "application/json"}


@asynccontextmanager
async def talking(folder: Path, url: str, *, timeout: float = 20, **changes: str) -> AsyncIterator[Turn]:
    """A turn over the set with the flower shop; the test's own clinic of the turn isn't in it."""
    rasa = BOT.replace("TIMEOUT", f"{timeout:g}")
    scenarios = load(write(folder / "shop", **files(rasa=rasa, **changes)))
    database = Database(f"sqlite:///{folder}/govorun.db")
    database.create()
    nlu = LaterNlu(scenarios, cache=folder.parent / "intents")
    nlu.learn()
    programs = Programs(Servers({"RASA_URL": url, "RASA_TOKEN": TOKEN}))
    turn = Turn(database, {"shop": Served(scenarios=scenarios, nlu=nlu)}, LocalBus(), default="shop", outside=programs)
    try:
        yield turn
    finally:
        await turn.close()
        await programs.close()
        database.close()


@pytest.fixture
async def turn(tmp_path: Path, rasa_url: str) -> AsyncIterator[Turn]:
    async with talking(tmp_path, rasa_url) as made:
        yield made


async def at_the_shop(person: Person) -> Outcome:
    await person.says("заказать цветы")
    return await person.says("Анна Смирнова")


def button(outcome: Outcome, title: str) -> str:
    return next(c.id for each in outcome.actions if isinstance(each, Say) for c in each.choices if c.title == title)


async def pressed(person: Person, outcome: Outcome, title: str) -> Outcome:
    return await person.send(Chosen(id=person.next_id(), at=person.tick(), option=button(outcome, title), title=title))


# --- what both servers must do ---


async def test_the_bot_has_the_dialogue_until_it_gives_it_back(turn: Turn) -> None:
    anna = writer(turn, f"anna-{os.getpid()}")
    greeted = await at_the_shop(anna)
    assert said(greeted) == [GREETING]
    asked = await pressed(anna, greeted, "Букет")
    assert said(asked) == ["Сколько роз?"]
    back = await anna.says("семь")
    assert said(back) == ["Записал, роз: семь.", "Ваш заказ: roses.", "Чем помочь?"]
    assert back.session.stack[-1].scenario == "main"


async def test_the_bot_may_call_a_person(turn: Turn) -> None:
    boris = writer(turn, f"boris-{os.getpid()}")
    handed = await pressed(boris, await at_the_shop(boris), "Позовите продавца")
    assert [each.reason for each in handed.actions if isinstance(each, Handoff)] == ["asked for a person"]
    assert handed.session.status == "waiting"


async def test_who_wants_a_person_is_not_sent_to_the_bot(turn: Turn) -> None:
    vera = writer(turn, f"vera-{os.getpid()}")
    await at_the_shop(vera)
    handed = await vera.says("позовите оператора")
    assert handed.session.status == "waiting"


async def test_words_go_to_the_bot_as_they_were_said_and_commands_do_not(turn: Turn) -> None:
    gleb = writer(turn, f"gleb-{os.getpid()}")
    await at_the_shop(gleb)
    assert said(await gleb.says("спасибо за букет")) == ["Пожалуйста!"]
    assert said(await gleb.says("/shop_bouquet")) != ["Сколько роз?"]


async def test_by_telephone_a_key_presses_the_button(turn: Turn) -> None:
    nadia = caller(turn, f"+7905{os.getpid():07d}")
    await nadia.starts()
    greeted = await at_the_shop(nadia)
    assert said(greeted) == [GREETING, "Букет — 1.", "Позовите продавца — 2."]
    asked = await nadia.send(Keys(id="k1", at=nadia.tick(), digits="1"))
    assert said(asked) == ["Сколько роз?"]


# --- what only the double can be told to do ---

real = pytest.mark.skipif(REAL in os.environ, reason="a real server doesn't misbehave when it is told to")


@pytest.fixture
async def shop(tmp_path: Path, server: Double) -> AsyncIterator[tuple[Turn, Double]]:
    async with talking(tmp_path, server.url) as made:
        yield made, server


@real
async def test_the_bot_learns_who_speaks_and_in_what_words(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    greeted = await at_the_shop(writer(turn))
    (request,) = server.requests
    assert request.target == f"/webhooks/rest/webhook?token={TOKEN}"
    assert request.json == {
        "sender": greeted.conversation,
        "message": '/shop_begin{"name": "Анна Смирнова"}',
        "metadata": {"govorun": {"id": f"{greeted.conversation}:1", "language": "ru", "channel": "rest"}},
    }


@real
async def test_a_title_that_is_said_is_a_button_pressed(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    await anna.says("букет")
    assert server.heard[-1][1] == "/shop_bouquet"


@real
async def test_an_old_button_still_means_what_it_said(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    greeted = await at_the_shop(anna)
    await anna.says("спасибо за букет")
    assert said(await pressed(anna, greeted, "Букет")) == ["Сколько роз?"]
    forged = Chosen(id="f1", at=anna.tick(), option="/restart", title="x")
    await anna.send(forged)
    assert all(message != "/restart" for _, message in server.heard)


@real
async def test_silence_says_the_bots_words_again_and_asks_it_nothing(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    nadia = caller(turn)
    await nadia.starts()
    await at_the_shop(nadia)
    again = await nadia.send(Silence(id="s1", at=nadia.tick(), seconds=7))
    assert said(again)[1:] == [GREETING, "Букет — 1.", "Позовите продавца — 2."]
    assert GREETING in said(await nadia.says("повторите"))
    assert len(server.heard) == 1


@real
async def test_an_empty_answer_is_a_miss_and_a_few_of_them_call_a_person(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    first = await anna.says("ыва олдж")
    assert said(first)[-1] == GREETING
    assert first.session.misses == 1
    await anna.says("ыва олдж")
    assert (await anna.says("ыва олдж")).session.status == "waiting"
    assert len(server.heard) == 4


@real
async def test_the_menu_is_a_way_out(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    assert said(await anna.says("главное меню"))[-1] == "Чем помочь?"
    assert len(server.heard) == 1


@real
async def test_an_event_that_comes_again_is_not_told_twice(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    greeted = await at_the_shop(anna)
    event = Chosen(id="b1", at=anna.tick(), option=button(greeted, "Букет"))
    first, again = await anna.send(event), await anna.send(event)
    assert again.repeated
    assert said(again) == said(first)
    assert len(server.heard) == 2


BAD: dict[str, object] = {
    "500": (500, JSON, b"{}"),
    "401": (401, JSON, b"{}"),
    "a page": (200, {"content-type": "text/html"}, b"<html>"),
    "no list": (200, JSON, b'{"text": "hello"}'),
    "a list of texts": (200, JSON, b'["hello"]'),
    "half of it": (200, JSON, b'[{"text": "he'),
    "huge": (200, JSON, b'[{"text": "' + b"x" * MAX_BYTES + b'"}]'),
    "broken off": None,
    "hangs": 30.0,
    "silent at once": (200, JSON, b"[]"),
}


@real
@pytest.mark.parametrize("case", BAD)
async def test_a_bot_that_cannot_be_spoken_with_takes_the_authors_way(
    tmp_path: Path, server: Double, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    server.replies = [BAD[case]]  # type: ignore[list-item]
    async with talking(tmp_path, server.url, timeout=0.3 if case == "hangs" else 20) as turn:
        with caplog.at_level(logging.INFO):
            outcome = await at_the_shop(writer(turn))
        assert said(outcome) == ["Магазин сейчас не отвечает, Анна Смирнова.", "Чем помочь?"]
        assert not any("Смирнова" in record.getMessage() for record in caplog.records if "bot." in record.name)
        with turn.database.reading() as tx:
            assert tx.execute(select(func.count()).select_from(pending)).scalar_one() == 0


@real
async def test_without_a_way_of_the_authors_a_person_is_called(tmp_path: Path, server: Double) -> None:
    forgot = FLOWERS[: FLOWERS.index("    error:")] + FLOWERS[FLOWERS.index('  - say: {ru: "Ваш') :]
    server.replies = [(500, JSON, b"")]
    async with talking(tmp_path, server.url, flowers=forgot) as turn:
        assert (await at_the_shop(writer(turn))).session.status == "waiting"


@real
async def test_a_bot_that_dies_in_the_middle_is_the_same(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    server.replies = [(502, JSON, b"")]
    assert said(await anna.says("хочу букет роз"))[0] == "Магазин сейчас не отвечает, Анна Смирнова."


@real
async def test_a_dead_bot_costs_nobody_its_timeout_after_three(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    server.replies = [(503, JSON, b"")]
    for number in range(6):
        await at_the_shop(writer(turn, f"anna{number}"))
    assert len(server.requests) == 3


@real
async def test_whatever_it_says_the_conversation_goes_on(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    odd = [
        {"recipient_id": "x", "text": "{business.address} \ud800 \x00 <b>{{"},
        {"text": None, "buttons": "no"},
        {"buttons": [{"title": "", "payload": "/x"}, {"title": "Да"}, 7, {"payload": "/y"}]},
        {"image": "javascript:alert(1)"},
        {"image": "https://flowers.example/rose.png"},
        {"custom": {"other": "thing"}},
        {"custom": {"govorun": "shutdown", "values": {"flowers": "stolen"}}},
    ]
    server.replies = [(200, JSON, json.dumps(odd).encode())]
    outcome = await anna.says("ну")
    assert said(outcome) == ["{business.address} \ufffd  <b>{{", "", "https://flowers.example/rose.png"]
    server.replies = []
    assert said(await anna.says("спасибо за букет")) == ["Пожалуйста!"]


@real
async def test_it_leaves_only_what_the_author_lets_it(shop: tuple[Turn, Double]) -> None:
    turn, server = shop
    anna = writer(turn)
    await at_the_shop(anna)
    back = {"govorun": "back", "values": {"flowers": 3, "name": "Мэллори", "phone": "+70000000000"}}
    server.replies = [(200, JSON, json.dumps([{"custom": back}]).encode())]
    outcome = await anna.says("ну")
    assert said(outcome)[0] == "Ваш заказ: 3."
    (fetched,) = [row.entry for row in outcome.rows if isinstance(row.entry, Fetched)]
    assert fetched.outcome == "ok"
    assert not any(isinstance(each, End) for each in outcome.actions)


@pytest.mark.parametrize("answer", [{}, "x", None, 5, [1], [[]]])
def test_no_list_of_messages_is_no_answer(answer: object) -> None:
    with pytest.raises(Unanswered):
        told(answer)


def test_values_are_texts_numbers_and_lists_of_them() -> None:
    given = {
        "a": "x",
        "b": 2,
        "c": 2.0,
        "d": True,
        "e": ["x", 1, None, {}],
        "f": {"g": 1},
        "h": None,
        "i": 1e400,
        "j": 0.5,
    }
    custom = {"custom": {"govorun": "back", "values": given}}
    assert told([custom])["values"] == {"a": "x", "b": 2, "c": 2, "d": True, "e": ("x", 1)}
