"""The conversations a newcomer has first, word for word, over HTTP against the whole product."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import jsonschema
import pytest
import pytest_asyncio

from tests.spine.served import Served

pytestmark = pytest.mark.asyncio(loop_scope="session")

RUSSIAN = (
    "здравствуйте, хочу записаться к терапевту завтра в три часа дня",
    "Иван Петров",
    "восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь",
    "да",
)
ENGLISH = (
    "hello, I want to book an appointment with a general practitioner tomorrow at three in the afternoon",
    "John Smith",
    "plus seven nine oh five one two three four five six eight",
    "yes",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with Served(tmp_path_factory.mktemp("written") / "data") as running:
        yield running


async def test_russian_booking_asks_only_name_and_phone_and_cancels(served):
    today = date.today()
    first, second, third, done = [await served.write("vanya", line) for line in RUSSIAN]
    assert "Как вас зовут" in first
    assert "телефон" in second.lower()
    assert "терапевт" in third.lower()
    assert "15:00" in third
    assert "записан" in done.lower()
    (booking,) = await served.bookings("+79051234567")
    when = datetime.fromisoformat(booking["when"])
    assert today < when.date() <= date.today() + timedelta(days=1)  # midnight may pass meanwhile
    assert (when.hour, when.minute) == (15, 0)
    assert (booking["service"], booking["name"], booking["status"]) == ("terapevt", "Иван Петров", "confirmed")

    assert "?" in await served.write("vanya", "отмените мою запись")
    await served.write("vanya", "да")
    assert [each["status"] for each in await served.bookings("+79051234567")] == ["cancelled"]

    await served.write("vanya", "позовите человека")
    conversation = await served.get("/api/conversations/vanya")
    assert conversation["status"] == "waiting"
    text = json.dumps(conversation, ensure_ascii=False)
    assert all(line in text for line in (*RUSSIAN, "отмените мою запись", "позовите человека"))
    assert conversation["id"] in json.dumps(await served.get("/api/queue"))


async def test_the_same_in_english(served):
    first, _, third, done = [await served.write("john", line) for line in ENGLISH]
    assert "name" in first.lower()
    assert "general practitioner" in third.lower()
    assert "booked" in done.lower()
    (booking,) = await served.bookings("+79051234568")
    assert (booking["service"], booking["name"], booking["status"]) == ("terapevt", "John Smith", "confirmed")
    await served.write("john", "cancel my appointment")
    await served.write("john", "yes")
    assert [each["status"] for each in await served.bookings("+79051234568")] == ["cancelled"]
    await served.write("john", "I want to talk to a person")
    assert (await served.get("/api/conversations/john"))["status"] == "waiting"


async def test_two_customers_can_not_take_one_place(served):
    day = (date.today() + timedelta(days=3)).strftime("%d.%m")
    phone = "89051112233"
    for sender in ("one", "two"):
        said = await served.write(sender, f"запишите к кардиологу {day} в 12:00")
        assert ("занято" in said.lower()) == (sender == "two"), said  # told before anything else is asked
        if sender == "one":
            await served.write(sender, "Анна Иванова")
            await served.write(sender, phone)
            await served.write(sender, "да")


async def test_the_vcon_is_valid_by_the_drafts_own_schema(served: Served, vcon_schema: Mapping[str, Any]) -> None:
    await served.write("vera", "какой у вас адрес?")
    vcon = await served.get("/api/conversations/vera/vcon?form=plain")
    jsonschema.Draft202012Validator(vcon_schema).validate(vcon)
    assert any("адрес" in json.dumps(part, ensure_ascii=False) for part in vcon["dialog"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b'{"sender": "x", "message": ""}', 422),
        (b'{"message": "x"}', 422),
        (b'{"sender": "x", "message": "' + b"a" * 1_000_000 + b'"}', 413),
    ],
)
async def test_bad_input_gets_a_problem_that_says_what_to_do(served, body, status):
    answer = await served.client.post(
        "/webhooks/rest/webhook", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["detail"]
    assert (await served.client.get("/health")).status_code == 200


async def test_a_wrong_token_opens_nothing(served):
    answer = await served.client.get("/api/bookings", headers={"Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
