"""Other programs over HTTP, which answer late, long, wrong or not at all; none of it is the customer's trouble."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

from bot.authoring.load import load
from bot.backends import http
from bot.backends.http import Outside
from bot.dialogue.actions import Fetch
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import PersonName, Value
from tests.authoring.small import FILES, write
from tests.programs import Program, program

NOW = datetime(2026, 11, 18, 10, 0)
ACTIONS = """\
orders.status:
  takes: [number, phone?]
  gives: [state, eta, courier]
  url: "${SHOP_URL}/api/orders/{number}?phone={phone}"
  headers: {Authorization: "Bearer ${GOVORUN_SECRET_SHOP}", X-Shop: our shop}
  timeout: 1
  retry: 2
  answer: {state: order.state, eta: order.items.0.eta|datetime, courier: courier}
  outcomes: {none: 404, busy: [409, 423]}
orders.make:
  takes: [name, when, sum]
  gives: [number]
  url: "${SHOP_URL}/api/orders"
  timeout: 1
  body: {who: name, when: when, sum: sum, again: sum + 1}
orders.read:
  gives: [at, day, hour, sum, phone, text]
  url: "${SHOP_URL}/read"
  timeout: 1
  retry: 0
  answer: {at: at|datetime, day: day|date, hour: hour|time, sum: sum|number, phone: phone|phone, text: text|text}
"""


@pytest.fixture
def scenarios(tmp_path: Path) -> ScenarioSet:
    business = FILES["business.yaml"] + "timezone: Europe/Moscow\n"
    return load(write(tmp_path / "set", actions=ACTIONS, business=business))


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Program]:
    monkeypatch.setattr(http, "BACKOFF_S", 0.01)
    async with program() as made:
        yield made


@pytest.fixture
async def ask(shop: Program, scenarios: ScenarioSet):
    outside = Outside({"SHOP_URL": shop.url, "GOVORUN_SECRET_SHOP": "s3cret"})

    async def asked(what: str = "orders.status", /, *, retry: int | None = None, **args: Value) -> tuple[str, dict]:
        args = args or {"number": "1042"}
        fetch = Fetch(id="c1:1", name=what, args=args, retry=retry)
        outcome, data = await outside.ask(scenarios.actions[what], fetch, scenarios, NOW)
        return outcome, dict(data)

    yield asked
    await outside.close()


ORDER = {"order": {"state": "shipped", "items": [{"eta": "2026-11-19T12:00:00Z"}]}, "courier": "Пётр"}


async def test_an_answer_is_read_from_where_it_stands_on_the_business_clock(shop: Program, ask) -> None:
    shop.says(ORDER)
    assert await ask() == ("ok", {"state": "shipped", "eta": datetime(2026, 11, 19, 15, 0), "courier": "Пётр"})
    (request,) = shop.requests
    assert (request.method, request.target) == ("GET", "/api/orders/1042?phone=")
    assert request.headers["authorization"] == "Bearer s3cret"
    assert request.headers["x-shop"] == "our shop"
    assert "idempotency-key" not in request.headers


async def test_what_a_customer_said_is_quoted_and_leads_nowhere_else(shop: Program, ask) -> None:
    shop.says(ORDER)
    await ask(number="1/../../admin?x=1&y#z", phone="+7 905 а")
    assert shop.requests[0].target == "/api/orders/1%2F..%2F..%2Fadmin%3Fx%3D1%26y%23z?phone=%2B7%20905%20%D0%B0"
    assert await ask(number="..") == ("error", {})
    assert await ask(number=".") == ("error", {})
    assert len(shop.requests) == 1


async def test_values_go_as_json_with_a_key_that_stays_the_same(shop: Program, ask) -> None:
    shop.replies = [(503, {}, b""), (200, {}, b'{"number": 7}')]
    order = {"name": PersonName(given="Иван"), "when": datetime(2026, 11, 19, 15), "sum": Decimal("2.5")}
    told = await ask("orders.make", retry=1, **order)
    assert told == ("ok", {"number": 7})
    assert shop.requests[0].json == {"who": "Иван", "when": "2026-11-19T15:00:00", "sum": 2.5, "again": 3.5}
    assert [each.headers["idempotency-key"] for each in shop.requests] == ["c1:1", "c1:1"]


async def test_a_post_is_not_repeated_unless_the_author_says_so(shop: Program, ask) -> None:
    shop.replies = [(500, {}, b"")]
    assert await ask("orders.make", name="x", when=NOW, sum=1) == ("error", {})
    assert len(shop.requests) == 1


@pytest.mark.parametrize(("status", "outcome"), [(404, "none"), (409, "busy"), (423, "busy")])
async def test_a_status_is_an_outcome_where_the_author_says_so(shop: Program, ask, status: int, outcome: str) -> None:
    shop.says({"courier": "занят"}, status=status)
    assert await ask() == (outcome, {"courier": "занят"})
    assert len(shop.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 418, 302])
async def test_any_other_status_is_an_error_at_once(shop: Program, ask, status: int) -> None:
    shop.says(ORDER, status=status)
    assert await ask() == ("error", {})
    assert len(shop.requests) == 1


async def test_a_program_that_fails_twice_is_asked_a_third_time(shop: Program, ask) -> None:
    good = (200, {}, b'{"order": {"state": "ready"}}')
    shop.replies = [(500, {}, b"oops"), None, good]
    assert (await ask())[1]["state"] == "ready"
    assert len(shop.requests) == 3


@pytest.mark.parametrize("reply", [(500, {}, b"{}"), None, 5.0], ids=["500", "broken line", "hangs"])
async def test_one_that_never_answers_is_an_error_after_its_tries(shop: Program, ask, reply) -> None:
    shop.replies = [reply]
    assert await ask(retry=1) == ("error", {})
    assert len(shop.requests) == 2


async def test_retry_after_is_waited_for_but_not_for_ever(shop: Program, ask, monkeypatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(http.asyncio, "sleep", sleep)
    shop.replies = [(429, {"retry-after": "2"}, b""), (429, {"retry-after": "3600"}, b""), (429, {}, b"")]
    assert await ask() == ("error", {})
    assert waited == [2.0, http.MAX_WAIT_S]


async def test_a_body_that_drips_is_given_up_in_time(shop: Program, ask) -> None:
    shop.says(ORDER)
    shop.drip = 0.05
    assert await ask(retry=0) == ("error", {})


async def test_ten_megabytes_are_not_read(shop: Program, ask) -> None:
    shop.replies = [(200, {}, b'{"courier": "' + b"x" * 10_000_000 + b'"}')]
    assert await ask() == ("error", {})
    assert len(shop.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"",
        b"{",
        b'{"order": NaN}',
        b"[" * 200_000,
        b'{"courier": "' + b"x" * 30_000 + b'"}',
        b"\xff\xfe{}",
        b"9" * 9_000,
    ],
    ids=["html", "empty", "cut", "nan", "deep", "long", "bytes", "digits"],
)
async def test_garbage_is_an_error_and_no_exception(shop: Program, ask, body: bytes) -> None:
    shop.replies = [(200, {}, body)]
    outcome, data = await ask()
    assert outcome == ("ok" if body == b"" else "error")
    assert not any(data.values())


async def test_an_answer_of_another_shape_leaves_its_values_empty(shop: Program, ask) -> None:
    for answer in (
        [],
        {"order": []},
        {"order": {"state": None, "items": {}}},
        "text",
        5,
        {"order": {"items": [{"eta": "soon"}]}},
    ):
        shop.says(answer)
        assert await ask() == ("ok", {"state": None, "eta": None, "courier": None})


async def test_values_are_read_as_the_author_says(shop: Program, ask) -> None:
    shop.says(
        {
            "at": "2026-11-19 15:00",
            "day": "2026-11-20",
            "hour": "09:30",
            "sum": "1 200,50",
            "phone": "8 905 123-45-67",
            "text": 42,
        },
        {"at": 5, "day": "x", "hour": [], "sum": "1e99", "phone": "12", "text": {}},
    )
    assert await ask("orders.read", sum=1) == (
        "ok",
        {"at": datetime(2026, 11, 19, 15), "day": date(2026, 11, 20), "hour": time(9, 30), "sum": Decimal("1200.50"),
         "phone": "+79051234567", "text": "42"},
    )  # fmt: skip
    assert not any((await ask("orders.read", sum=1))[1].values())


async def test_characters_that_no_database_takes_are_taken_out(shop: Program, ask) -> None:
    shop.replies = [(200, {}, b'{"courier": "a\\u0000b\\ud800c", "order": {"state": {"\\u0000": [true, 1.50]}}}')]
    data = (await ask())[1]
    assert data["courier"] == "ab\ufffdc"
    assert data["state"] == {"": (True, Decimal("1.50"))}


async def test_a_redirect_is_followed_on_the_same_server_alone(shop: Program, ask) -> None:
    shop.replies = [(302, {"location": "/other"}, b""), (200, {}, b'{"courier": "x"}')]
    assert (await ask())[1]["courier"] == "x"
    assert shop.requests[1].target == "/other"
    async with program() as elsewhere:
        elsewhere.says(ORDER)
        for target in (f"{elsewhere.url}/x", "//127.0.0.1:1/", "https://127.0.0.1/", "file:///etc/passwd"):
            shop.replies = [(302, {"location": target}, b"")]
            assert await ask() == ("error", {})
        assert elsewhere.requests == []
    shop.requests.clear()
    shop.replies = [(302, {"location": "/round"}, b"")]
    assert await ask(retry=0) == ("error", {})
    assert len(shop.requests) == 1 + http.MAX_REDIRECTS
    assert await ask("orders.make", name="x", when=NOW, sum=1) == ("error", {})


async def test_nothing_secret_and_nothing_anybody_said_is_logged(shop: Program, ask, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    shop.replies = [(500, {}, b"oops")]
    await ask(number="4276", phone="+79051234567")
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("bot"))
    assert "orders.status, try 3 of 3: HTTP 500" in logged
    for word in ("s3cret", "4276", "79051234567"):
        assert word not in logged


async def test_a_secret_that_is_not_set_is_named_and_our_own_settings_are_nobodys(
    scenarios: ScenarioSet, caplog
) -> None:
    action = scenarios.actions["orders.status"]
    outside = Outside({"SHOP_URL": "http://127.0.0.1:1"})
    assert outside.missing(action) == ("GOVORUN_SECRET_SHOP",)
    fetch = Fetch(id="x", name="orders.status", args={"number": "1"})
    assert await outside.ask(action, fetch, scenarios, NOW) == ("error", {})
    assert "GOVORUN_SECRET_SHOP is not set" in caplog.text
    assert Outside({"GOVORUN_SECRET_SHOP_URL": "http://a", "GOVORUN_SECRET_SHOP": "b"}).missing(action) == ()
    assert Outside({"GOVORUN_API_TOKEN": "x"})._secret("GOVORUN_API_TOKEN") == ""


async def test_a_url_of_the_environment_that_is_none_is_an_error(scenarios: ScenarioSet) -> None:
    fetch = Fetch(id="x", name="orders.status", args={"number": "1"})
    for url in ("file:///etc", "shop", "http://", "http://[", "ftp://x"):
        outside = Outside({"SHOP_URL": url, "GOVORUN_SECRET_SHOP": "a\nb"})
        assert await outside.ask(scenarios.actions["orders.status"], fetch, scenarios, NOW) == ("error", {})
        await outside.close()
