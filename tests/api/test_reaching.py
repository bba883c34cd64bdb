"""Where a customer is reached when it is we who begin: as they prefer, and past where they can't be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from bot.customers import joining, persons, profile, reaching
from bot.dialogue.actions import Say
from bot.dialogue.events import Started
from bot.ports import Identity, Inbound
from bot.stores.schema import outbox, unreachable
from tests.web import Web

BOT = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
PHONE, TELEGRAM, VK = (
    Identity(kind=kind, value=value) for kind, value in (("phone", "+79055550202"), ("telegram", "4242"), ("vk", "77"))
)


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Web]:
    made = Web(tmp_path, telegram_token=BOT, vk_token="vk", call_allowed=["+7905"], quiet_hours="")
    yield made
    await made.house.turn.close()
    made.house.database.close()


async def customer(web: Web, **wish: Any) -> int:
    """Known by a telephone, in Telegram and in VK; was in Telegram last."""
    at = web.parts.now()
    with web.house.database.writing() as tx:
        for each in (PHONE, TELEGRAM, VK):
            profile.recognise(tx, each, at)
        for each in (TELEGRAM, VK):
            joining.join(tx, PHONE, each, proof="contact", at=at)
    started = Started(id="first", at=at)
    await web.parts.turns.take(Inbound(event=started, channel="telegram", identity=TELEGRAM))
    with web.house.database.reading() as tx:
        number = joining.customer_of(tx, PHONE)
    assert number is not None
    async with web.client() as client:
        assert (await client.patch(f"/api/customers/{number}", json=wish)).status_code == 200
    return number


async def reached(web: Web, number: int, *, status: int = 201, **body: Any) -> dict[str, Any]:
    async with web.client() as client:
        answer = await client.post(f"/api/customers/{number}/conversations", json=body)
    assert answer.status_code == status, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_customer_is_written_to_where_they_prefer_and_else_where_they_were_last(web: Web) -> None:
    number = await customer(web)
    made = await reached(web, number, scenario="booking", language="ru")
    assert (made["channel"], made["why"]) == ("telegram", "last")
    async with web.client() as client:
        await client.patch(f"/api/customers/{number}", json={"preferred_channel": "vk"})
    made = await reached(web, number, scenario="booking")
    assert (made["channel"], made["why"]) == ("vk", "preferred")
    with web.house.database.reading() as tx:
        parcels = tx.execute(outbox.select().where(outbox.c.conversation == made["conversation"])).all()
    assert {(each.channel, each.value) for each in parcels} == {("vk", "77")}
    rows = await web.parts.records.rows(made["conversation"])
    assert [row.entry.text for row in rows if isinstance(row.entry, Say)] == [each["text"] for each in made["said"]]


async def test_past_a_channel_that_blocked_us_the_next_one_is_taken_and_the_staff_see_why(web: Web) -> None:
    number = await customer(web, preferred_channel="vk")
    with web.house.database.writing() as tx:
        tx.execute(insert(unreachable).values(channel="vk", kind="vk", value="77", since=web.parts.now()))
    made = await reached(web, number)
    assert (made["channel"], made["shut"]) == ("telegram", [{"channel": "vk", "why": "blocked"}])
    assert (await reached(web, number, channel="vk", status=409))["where"] == "vk: blocked"
    async with web.client() as client:
        told = (await client.get(f"/api/customers/{number}/ways")).json()
    assert [each["channel"] for each in told["open"]] == ["telegram", "phone"]
    assert told["shut"] == made["shut"]


async def test_who_prefers_the_telephone_is_called_and_who_wants_no_call_is_left_alone(web: Web) -> None:
    number = await customer(web, preferred_channel="phone")
    made = await reached(web, number, scenario="booking")
    assert made["channel"] == "phone"
    async with web.client() as client:
        call = (await client.get(f"/api/calls/{made['call']}")).json()
        assert (call["to"], call["scenario"]) == (PHONE.value, "booking")
        await client.patch(f"/api/customers/{number}", json={"do_not_call": {}})
    assert (await reached(web, number, status=409))["where"] == "do_not_call"
    await reached(web, 10**9, status=404)


async def test_a_call_to_a_family_that_tells_something_is_for_the_one_who_is_to_be_reached(web: Web) -> None:
    number = await customer(web, preferred_channel="phone", facts={"name": "Анна"})
    with web.house.database.writing() as tx:
        persons.add(tx, PHONE, at=web.parts.now(), name="Мария")
    made = await reached(web, number, scenario="booking", given={"service": "lor"})
    async with web.client() as client:
        call = (await client.get(f"/api/calls/{made['call']}")).json()
    assert (call["to"], call["customer"]) == (PHONE.value, number)


@pytest.mark.parametrize("templates", [False, True])
async def test_whatsapp_is_open_to_who_wrote_long_ago_where_a_template_is_set(web: Web, templates: bool) -> None:
    number = await customer(web, preferred_channel="whatsapp")
    at = web.parts.now()
    whatsapp = Identity(kind="whatsapp", value="79055550202")
    with web.house.database.writing() as tx:
        profile.recognise(tx, whatsapp, at)
        joining.join(tx, PHONE, whatsapp, proof="messenger", at=at)
        found = reaching.ways(tx, number, channels=("whatsapp", "vk"), at=at, templates=templates)
    assert [each.channel for each in found.open] == (["whatsapp", "vk"] if templates else ["vk"])
    assert [(each.channel, each.why) for each in found.shut if each.why == "window"] == (
        [] if templates else [("whatsapp", "window")]
    )
