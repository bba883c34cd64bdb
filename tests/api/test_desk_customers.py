"""A customer's page at the desk, as its page asks for it: in an agent's name, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from bot.console.customers import PAGE
from bot.customers import profile
from bot.ports import Identity
from tests.api.test_customers import AT, two
from tests.web import PASSWORD, Web, somebody


@asynccontextmanager
async def anna(web: Web) -> AsyncIterator[httpx.AsyncClient]:
    async with web.client(token=None) as client:
        assert (await client.post("/desk/login", json={"login": "anna", "password": PASSWORD})).status_code == 200
        yield client


async def test_it_is_for_agents_alone(web: Web) -> None:
    one, *_ = two(web)
    async with web.client() as client:  # with the token of the API, which is no agent's
        for path in ("", f"/{one}", f"/{one}/timeline"):
            assert (await client.get(f"/desk/customers{path}")).status_code == 401
        for path in (f"/{one}/merge", f"/{one}/split", "/acts/1/undo"):
            assert (await client.post(f"/desk/customers{path}", json={"other": 2, "keys": ["x"]})).status_code == 401
        assert (await client.patch(f"/desk/customers/{one}", json={})).status_code == 401


async def test_a_page_of_a_neighbour_does_nothing_in_an_agents_name(web: Web) -> None:
    """The cookie comes along from chat.shop.example to shop.example: they are one site to a browser."""
    one, other, *_ = two(web)
    path = f"/desk/customers/{one}/merge"
    async with anna(web) as client:
        for origin, status in (("https://shop.example", 401), ("null", 401), ("http://govorun", 200)):
            answer = await client.post(path, json={"other": other}, headers={"Origin": origin})
            assert answer.status_code == status


async def test_a_customer_is_found_by_number_telephone_and_a_part_of_a_name(web: Web) -> None:
    one, other, phone, chat = two(web)
    with web.house.database.writing() as tx:
        profile.learn(tx, other, "name", "Пётр Первый%", via=chat.via, source="said", at=AT)
    async with anna(web) as client:

        async def found(text: str) -> list[int]:
            return [each["id"] for each in (await client.get("/desk/customers", params={"find": text})).json()]

        assert one in await found(f"8 {phone.value[2:5]} {phone.value[5:8]}-{phone.value[8:]}")
        assert (await found(str(one)))[0] == one
        assert (await found("первый%")) == [other]
        assert (await found("первый_")) == []
        assert (await found("пётр перв")) == [other]
        assert (await found("и")) == []
        assert (await found("0" * 80)) == []


async def test_accounts_are_told_by_their_end_and_parted_by_a_key(web: Web) -> None:
    one, other, phone, chat = two(web)
    async with anna(web) as client:
        act = (
            await client.post(f"/desk/customers/{one}/merge", json={"other": other, "by": "boss", "note": "ok"})
        ).json()
        assert (act["kind"], act["by"]) == ("join", "anna")  # whoever is logged in, whatever the page says
        shown = await client.get(f"/desk/customers/{other}")
        assert chat.value not in shown.text
        told = shown.json()
        assert told["id"] == one
        kept = {each["kind"]: each for each in told["identities"]}
        assert kept["phone"]["value"] == phone.value
        assert kept["rest"]["proofs"][0]["proof"] == "agent"
        assert kept["rest"]["proofs"][0]["with"] == f"phone {phone.value}"
        apart = await client.post(f"/desk/customers/{one}/split", json={"keys": [kept["rest"]["key"]]})
        assert apart.json()["kind"] == "split"
        gone = await client.post(f"/desk/customers/{one}/split", json={"keys": [kept["rest"]["key"]]})
        assert gone.status_code == 422
        assert (await client.get(f"/desk/customers/{other}")).json()["id"] == other
        await client.post(f"/desk/customers/acts/{apart.json()['id']}/undo", json={})
        assert (await client.get(f"/desk/customers/{other}")).json()["id"] == one


async def test_the_timeline_comes_in_pages_without_a_gap_though_much_happens_at_one_instant(web: Web) -> None:
    identity = Identity(kind="rest", value=somebody())
    with web.house.database.writing() as tx:
        one = profile.recognise(tx, identity, AT)
        for number in range(PAGE * 2 + 5):
            at = AT + timedelta(seconds=number // 4)
            profile.learn(tx, one, f"fact_{number}", number, via=identity.via, source="said", at=at)
    async with anna(web) as client:
        seen: list[str] = []
        before: dict[str, str] = {}
        for _ in range(9):
            page = (await client.get(f"/desk/customers/{one}/timeline", params=before)).json()
            seen += [each["about"] for each in page["moments"]]
            if page["next"] is None:
                break
            before = {"before": page["next"]}
        assert sorted(seen) == sorted(f"fact_{number}" for number in range(PAGE * 2 + 5))


async def test_what_they_want_is_noted_in_the_agents_name(web: Web) -> None:
    one, *_ = two(web)
    async with anna(web) as client:
        changes = {"do_not_call": {"hours": "21:00-09:00"}, "consents": [{"kind": "marketing", "given": False}]}
        told = (await client.patch(f"/desk/customers/{one}", json=changes)).json()
        assert told["do_not_call"]["hours"] == "21:00-09:00"
        assert [(each["kind"], each["given"], each["by"]) for each in told["consents"]] == [
            ("marketing", False, "anna")
        ]
