"""What Rasa's HTTP API is counted on for: by the double on every run, by rasa==3.6.21 itself in `make test-rasa`.

The real one has learnt what `govorun rasa export scenarios/clinic` writes, and the flower shop of tests/rasa_real.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest

from bot.dialogue.meaning import Expectation
from bot.dialogue.scenario import ScenarioSet
from bot.understanding.later import LaterNlu
from tests.understanding.rasa.clinic import Heard, at
from tests.understanding.rasa.conftest import TOKEN


@pytest.fixture
async def heard(rasa_url: str, clinic: ScenarioSet, own: LaterNlu) -> AsyncIterator[Heard]:
    made = Heard(clinic, {"RASA_URL": rasa_url, "RASA_TOKEN": TOKEN}, own)
    yield made
    await made.servers.close()


@pytest.fixture
def menu(clinic: ScenarioSet) -> Expectation:
    return at(clinic)


async def test_the_wish_and_all_that_was_said_with_it_are_understood(heard: Heard, menu: Expectation) -> None:
    meaning = await heard.hears("запишите меня к терапевту на завтра", menu)
    assert (meaning.intent, heard.results) == ("booking", ["understood"])
    assert meaning.readings["service"].value == "terapevt"
    assert meaning.readings["when"].partial.day == date(2026, 11, 19)


@pytest.mark.parametrize(
    ("text", "intent", "service"),
    [("сколько стоит приём кардиолога", "price", "kardiolog"), ("где вы находитесь", "address", None)],
)
async def test_russian_is_understood(heard: Heard, menu, text: str, intent: str, service: str | None) -> None:
    meaning = await heard.hears(text, menu)
    assert (meaning.intent, heard.results) == (intent, ["understood"])
    found = meaning.readings.get("service")
    assert (found.value if found else None) == service


async def test_so_is_english_by_the_same_model(heard: Heard, clinic: ScenarioSet) -> None:
    meaning = await heard.hears("book me a visit to the dentist", at(clinic, language="en"), "en")
    assert (meaning.intent, heard.results) == ("booking", ["understood"])
    assert meaning.readings["service"].value == "stomatolog"


async def test_what_it_does_not_know_it_leaves_to_us(heard: Heard, menu: Expectation) -> None:
    assert await heard.hears("ыва олдж", menu) == heard.without("ыва олдж", menu)
    assert heard.results in (["fallback"], ["unsure"])  # the real one is seldom sure of its own line


async def test_a_command_that_is_typed_is_words(heard: Heard, menu: Expectation) -> None:
    meaning = await heard.hears('/operator{"service": "lor"}', menu)
    assert len(heard.asked) == 1
    assert not (meaning.intents and meaning.intents[0].score == 1.0)


@pytest.mark.parametrize("text", ["1", "оператор", "повторите"])
async def test_what_our_rules_decide_is_not_asked(heard: Heard, menu: Expectation, text: str) -> None:
    assert await heard.hears(text, menu) == heard.without(text, menu)
    assert heard.asked == []


async def test_a_wrong_token_is_refused_and_the_message_is_understood_by_us(
    rasa_url: str, clinic: ScenarioSet, own: LaterNlu, menu: Expectation
) -> None:
    heard = Heard(clinic, {"RASA_URL": rasa_url, "RASA_TOKEN": "wrong"}, own)
    assert (await heard.hears("сколько у вас стоит кардиолог", menu)).intent == "price"
    assert heard.results == ["status"]
    await heard.servers.close()


async def test_the_api_answers_as_its_specification_says(rasa_url: str) -> None:
    """Of which our own reading of it takes only a part."""
    async with httpx.AsyncClient(timeout=20.0, params={"token": TOKEN}) as client:
        answer = await client.post(f"{rasa_url}/model/parse", json={"text": "запишите меня к терапевту на завтра"})
        body = answer.json()
        assert answer.headers["content-type"] == "application/json"
        assert {"text", "intent", "entities", "intent_ranking"} <= body.keys()
        assert body["intent_ranking"][0] == body["intent"]
        first = body["entities"][0]
        assert (first["entity"], first["value"], first["start"], first["end"]) == ("service", "terapevt", 16, 25)
        assert (await client.post(f"{rasa_url}/model/parse", json={})).status_code == 500
        assert (await client.get(f"{rasa_url}/nothing")).status_code == 404
        commanded = await client.post(f"{rasa_url}/model/parse", json={"text": '/price{"service": "lor"}'})
        assert commanded.json()["intent"] == {"name": "price", "confidence": 1.0}
