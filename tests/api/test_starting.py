"""POST /api/conversations: the bot speaks first."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.dialogue.events import AgentJoined
from bot.errors import Unavailable
from bot.ports import Identity, Inbound
from tests.turn.test_sensitive import FILES
from tests.web import Web, somebody

PATH = "/api/conversations"


async def begun(web: Web, *, status: int = 201, key: str | None = None, **body: Any) -> dict[str, Any]:
    async with web.client() as client:
        response = await client.post(PATH, json=body, headers={"Idempotency-Key": key} if key else {})
    assert response.status_code == status, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_conversation_begins_with_what_the_bot_says_and_goes_on_by_the_webhook(web: Web) -> None:
    anna = somebody()
    made = await begun(web, sender=anna, scenario="booking", language="ru", given={"service": "terapevt"})
    assert made["status"] == "bot"
    assert made["scenario"] == "booking"
    assert made["slots"]["service"] == "terapevt"
    assert made["repeated"] is False
    assert made["said"][-1] == {"recipient_id": anna, "text": "На какой день и час?"}
    async with web.client() as client:
        whole = (await client.get(f"{PATH}/{anna}")).json()
        assert whole["id"] == made["id"]
    await web.tell(anna, "завтра в три часа дня")
    async with web.client() as client:
        whole = (await client.get(f"{PATH}/{made['id']}")).json()
    assert [line["text"] for line in whole["transcript"] if line["who"] == "customer"] == ["завтра в три часа дня"]


async def test_it_begins_in_the_language_that_was_asked_for(web: Web) -> None:
    made = await begun(web, sender=somebody(), language="en")
    assert made["language"] == "en"
    assert made["said"][0]["text"].isascii() or "“" in made["said"][0]["text"]


async def test_the_same_key_begins_one_conversation(web: Web) -> None:
    anna = somebody()
    first = await begun(web, key="k-1", sender=anna, scenario="booking")
    again = await begun(web, key="k-1", status=200, sender=anna, scenario="booking")
    assert again["repeated"] is True
    assert again["id"] == first["id"]
    assert again["said"] == first["said"]


async def test_the_same_key_for_something_else_is_refused(web: Web) -> None:
    anna = somebody()
    await begun(web, key="k-2", sender=anna, scenario="booking")
    refused = await begun(web, key="k-2", status=422, sender=anna, scenario="cancellation")
    assert refused["where"] == "Idempotency-Key"


@pytest.mark.parametrize("other", [{"scenarios": "orders"}, {"given": {"service": "stomatolog"}}])
async def test_the_same_key_for_another_set_or_value_is_refused(web: Web, other: dict[str, Any]) -> None:
    anna = somebody()
    same: dict[str, Any] = {"sender": anna, "scenarios": "clinic"}
    if "given" in other:
        same |= {"scenario": "booking", "given": {"service": "terapevt"}}
    await begun(web, key="k-3", **same)
    refused = await begun(web, key="k-3", status=422, **(same | other))
    assert refused["where"] == "Idempotency-Key"


async def test_a_key_and_the_id_of_a_message_are_two_things(web: Web) -> None:
    anna = somebody()
    await begun(web, key="1", sender=anna, scenario="booking")
    assert await web.tell(anna, "терапевт", message_id="1") == ["На какой день и час?"]
    boris = somebody()
    await web.tell(boris, "здравствуйте", message_id="2")
    assert (await begun(web, key="2", sender=boris))["repeated"] is False


async def test_a_value_that_the_journal_hides_is_the_same_when_it_is_sent_again(tmp_path: Path) -> None:
    (tmp_path / "bank").mkdir()
    for name, text in FILES.items():
        (tmp_path / "bank" / name).write_text(text, encoding="utf-8")
    bank = Web(tmp_path / "data", scenarios=tmp_path, scenario_set="bank")
    try:
        body: dict[str, Any] = {
            "sender": "anna",
            "scenario": "card",
            "given": {"card": "4111111111111111", "word": "берёза"},
        }
        first = await begun(bank, key="k-4", **body)
        again = await begun(bank, key="k-4", status=200, **body)
        assert (again["id"], again["repeated"]) == (first["id"], True)
    finally:
        await bank.house.turn.close()
        bank.house.database.close()


async def test_one_with_the_bot_ends_where_a_new_one_begins(web: Web) -> None:
    anna = somebody()
    first = await begun(web, sender=anna)
    second = await begun(web, sender=anna)
    assert second["id"] != first["id"]
    async with web.client() as client:
        assert (await client.get(f"{PATH}/{first['id']}")).json()["status"] == "ended"


async def test_one_with_a_person_is_left_alone(web: Web) -> None:
    anna = somebody()
    first = await begun(web, sender=anna)
    joined = AgentJoined(id="j", at=web.house.now(), agent="olga", name="Ольга")
    desk = Identity(kind="agent", value="olga")
    await web.house.turns.take(Inbound(event=joined, channel="desk", identity=desk, conversation=first["id"]))
    refused = await begun(web, status=409, sender=anna)
    assert refused["where"] == first["id"]
    assert refused["fix"].endswith("with a new key")
    assert refused["type"] == "/problems/conflict"


async def test_a_visitor_of_the_page_is_told_too(web: Web) -> None:
    visitor = "0123456789abcdef"
    async with web.house.bus.subscribe(f"visitor.{visitor}") as live:
        made = await begun(web, channel="web", sender=visitor)
        assert (await anext(live))["conversation"] == made["id"]
    assert made["channel"] == "web"


@pytest.mark.parametrize(
    ("body", "status", "where", "told"),
    [
        ({}, 422, "body.sender", "обязательно"),
        ({"sender": "   "}, 422, "sender", "отправитель пуст"),
        ({"sender": "a", "channel": "fax"}, 422, "body.channel", "должно быть одно из: 'rest' или 'web'"),
        ({"sender": "a", "scenarios": "none"}, 404, "", "нет набора сценариев 'none'"),
        ({"sender": "a", "scenario": "none"}, 404, "", "в 'clinic' нет сценария 'none'"),
        ({"sender": "a", "scenario": "booking", "given": {"x": 1}}, 422, "given.x", "некому дать 'x'"),
        (
            {"sender": "a", "scenario": "booking", "given": {"when": "soon"}},
            422,
            "given.when",
            "'when' пишут так: 2026-11-19 16:00",
        ),
        ({"sender": "a", "colour": "red"}, 422, "body.colour", "такого поля нет"),
    ],
)
async def test_what_does_not_fit_is_told_where_and_how_in_the_readers_language(
    web: Web, body: dict[str, Any], status: int, where: str, told: str
) -> None:
    async with web.client() as client:
        ours = await client.post(PATH, json=body, headers={"Accept-Language": "ru"})
        theirs = await client.post(PATH, json=body)
    assert ours.status_code == theirs.status_code == status
    assert (ours.json().get("where", ""), ours.json()["detail"]) == (where, told)
    assert ours.headers["content-language"] == "ru"
    assert theirs.json()["detail"].isascii()
    assert theirs.json().get("fix", "").isascii()


async def test_nobody_begins_one_without_a_token(web: Web) -> None:
    async with web.client(token=None) as client:
        refused = await client.post(PATH, json={"sender": "a"}, headers={"Accept-Language": "ru-RU,ru;q=0.9,en;q=0.8"})
    assert refused.status_code == 401
    assert refused.json()["detail"] == "нужен токен"


async def test_it_is_in_the_documentation_with_its_key_and_its_errors(web: Web) -> None:
    told = web.app.openapi()["paths"][PATH]["post"]
    assert {"200", "201", "401", "404", "409", "422"} <= set(told["responses"])
    assert [each["name"] for each in told["parameters"]] == ["Idempotency-Key"]
    assert told["tags"] == ["conversations"]


@pytest.mark.parametrize("broken", [ZeroDivisionError(), Unavailable("no database")])
async def test_a_sender_in_a_path_that_broke_is_not_logged(
    web: Web, broken: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(web.house.records, "conversation", AsyncMock(side_effect=broken))
    async with web.client() as client:
        assert (await client.get(f"{PATH}/+79051234567")).status_code >= 500
    told = [getattr(record, "path", "") for record in caplog.records if record.name == "govorun.api"]
    assert told == [f"{PATH}/{{id}}"]


@pytest.mark.parametrize(
    ("wish", "where"),
    [
        ({"do_not_call": {}}, "do_not_call"),
        ({"do_not_call": {"until": "2999-01-01T00:00:00+03:00"}}, "do_not_call"),
        ({"do_not_call": {"hours": "00:00-23:59"}}, "do_not_call"),
        ({"consents": [{"kind": "personal_data", "given": False}]}, "consents.personal_data"),
    ],
)
async def test_nobody_is_begun_with_who_does_not_want_it_and_who_writes_is_answered(
    web: Web, wish: dict[str, Any], where: str
) -> None:
    anna = somebody()
    first = await begun(web, key=f"{anna}-1", sender=anna)
    async with web.client() as client:
        changed = await client.patch(f"/api/customers/{first['customer']}", json=wish)
        assert changed.status_code == 200, changed.text
    refused = await begun(web, sender=anna, status=409)
    assert (refused["where"], bool(refused["fix"])) == (where, True)
    hours = "hours" in wish.get("do_not_call", {})
    forced = await begun(web, sender=anna, force=True, status=201 if hours else 409)
    assert hours or forced["where"] == where
    again = await begun(web, key=f"{anna}-1", sender=anna, status=200)  # what was begun before is told, not refused
    assert again["id"] == first["id"]
    assert await web.tell(anna, "где вы находитесь?")


async def test_advertising_goes_to_whoever_consented_and_to_nobody_else(web: Web) -> None:
    anna = somebody()
    assert (await begun(web, sender=anna, purpose="advertising", status=409))["where"] == "consents.marketing"
    made = await begun(web, sender=anna)
    async with web.client() as client:
        for given, status in ((False, 409), (True, 201)):
            consent = {"kind": "marketing", "given": given}
            await client.patch(f"/api/customers/{made['customer']}", json={"consents": [consent]})
            await begun(web, sender=anna, purpose="advertising", status=status)
        call = {"to": "+79055550101", "purpose": "advertising", "force": True}
        assert (await client.post("/api/calls", json=call)).json()["where"] in ("consents.marketing", "to")
