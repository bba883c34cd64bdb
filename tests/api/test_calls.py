"""/api/calls: asked for, seen, given up. Nobody has a telephone here, so they wait."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web import Web

PATH = "/api/calls"
ANNA = {"to": "sip:anna@10.0.0.5", "scenarios": "reminder", "given": {"service": "yoga", "when": "2026-11-19 18:00"}}


@pytest.fixture(scope="module")
def calling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    made = Web(tmp_path_factory.mktemp("calls"), call_allowed=["@10.0.0.5", "+7"], quiet_hours="")
    yield made
    made.house.database.close()


async def asked(web: Web, *, status: int = 202, key: str | None = None, **body: Any) -> dict[str, Any]:
    async with web.client() as client:
        response = await client.post(PATH, json=body, headers={"Idempotency-Key": key} if key else {})
    assert response.status_code == status, response.text
    made: dict[str, Any] = response.json()
    return made


async def test_a_call_is_kept_and_told_of_by_its_id(calling: Web) -> None:
    made = await asked(calling, **ANNA)
    assert (made["state"], made["by"], made["conversation"], made["origin"]) == ("requested", "", None, "api")
    assert [step["state"] for step in made["steps"]] == ["requested"]
    async with calling.client() as client:
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made
        waiting = (await client.get(PATH, params={"state": "requested"})).json()["calls"]
        assert made["id"] in [each["id"] for each in waiting]
        assert (await client.get(f"{PATH}/nothing")).status_code == 404


async def test_the_same_key_is_one_call_and_another_call_with_it_is_refused(calling: Web) -> None:
    first = await asked(calling, key="k", **ANNA)
    assert await asked(calling, key="k", status=200, **ANNA) == first
    refused = await asked(calling, key="k", status=422, **(ANNA | {"to": "sip:boris@10.0.0.5"}))
    assert refused["where"] == "Idempotency-Key"


async def test_a_call_that_waits_is_given_up_once(calling: Web) -> None:
    made = await asked(calling, **ANNA)
    async with calling.client() as client:
        gone = (await client.delete(f"{PATH}/{made['id']}")).json()
        again = (await client.delete(f"{PATH}/{made['id']}")).json()
    assert (gone["state"], [step["state"] for step in gone["steps"]]) == ("cancelled", ["requested", "cancelled"])
    assert again == gone


@pytest.mark.parametrize(
    ("change", "status", "where"),
    [
        ({"to": "nobody"}, 422, "nobody"),
        ({"to": "sip:anna@elsewhere.example"}, 422, "to"),
        ({"to": "+12025550143"}, 422, "to"),
        ({"scenarios": "nothing"}, 404, None),
        ({"given": {"service": "chess"}}, 422, "given.service"),
        ({"ring_s": 1}, 422, None),
    ],
)
async def test_what_cannot_be_called_is_refused_at_once(
    calling: Web, change: dict[str, Any], status: int, where: str | None
) -> None:
    refused = await asked(calling, status=status, **(ANNA | change))
    assert where is None or refused["where"] == where


async def test_without_a_setting_nobody_is_called(tmp_path: Path) -> None:
    web = Web(tmp_path)
    try:
        refused = await asked(web, status=422, **(ANNA | {"force": True}))
        assert refused["fix"] == "Add it to GOVORUN_CALL_ALLOWED"
    finally:
        web.house.database.close()


async def test_it_needs_a_token(calling: Web) -> None:
    async with calling.client(token=None) as client:
        assert (await client.post(PATH, json=ANNA)).status_code == 401
