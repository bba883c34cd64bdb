"""Who is known, over the API: profile, timeline, joining, parting, taking back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.customers import profile
from bot.ports import Identity
from tests.web import Web, somebody

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)


def two(web: Web) -> tuple[int, int, Identity, Identity]:
    """A telephone and a chat that nobody knows to be one person's."""
    phone = Identity(kind="phone", value=f"+7905{uuid4().int % 10**7:07}")
    chat = Identity(kind="rest", value=somebody())
    with web.house.database.writing() as tx:
        one, other = (profile.recognise(tx, each, AT) for each in (phone, chat))
        profile.learn(tx, one, "name", "Иван", via=phone.via, source="said", at=AT)
        profile.learn(tx, other, "email", "i@x.ru", via=chat.via, source="said", at=AT + timedelta(hours=1))
    return one, other, phone, chat


async def test_two_are_joined_seen_as_one_and_parted_again_by_taking_it_back(web: Web) -> None:
    one, other, phone, chat = two(web)
    async with web.client() as client:
        act = (await client.post(f"/api/customers/{one}/merge", json={"other": other, "by": "anna"})).json()
        assert (act["kind"], act["proof"], act["by"], act["undone"]) == ("join", "agent", "anna", None)
        for number in (one, other):
            found = (await client.get(f"/api/customers/{number}")).json()
            assert (found["id"], found["facts"]) == (one, {"name": "Иван", "email": "i@x.ru"})
            assert [(each["fact"], each["via"]) for each in found["told"]] == [("name", phone.via), ("email", chat.via)]
        told = (await client.get(f"/api/customers/{one}/identities")).json()
        assert {each["kind"] for each in told["identities"]} == {"phone", "rest"}
        assert [each["id"] for each in told["joined"]] == [act["id"]]
        again = await client.post(f"/api/customers/{one}/merge", json={"other": other})
        assert again.status_code == 409
        assert (await client.post(f"/api/customers/acts/{act['id']}/undo", json={"by": "anna"})).status_code == 200
        assert (await client.post(f"/api/customers/acts/{act['id']}/undo", json={})).status_code == 409
        assert (await client.get(f"/api/customers/{other}")).json()["facts"] == {"email": "i@x.ru"}


async def test_a_split_takes_along_what_came_by_it(web: Web) -> None:
    one, other, _, chat = two(web)
    apart = {"identities": [{"kind": chat.kind, "value": chat.value}], "by": "anna"}
    async with web.client() as client:
        assert (await client.post(f"/api/customers/{one}/split", json=apart)).status_code == 404
        await client.post(f"/api/customers/{one}/merge", json={"other": other})
        assert (await client.post(f"/api/customers/{one}/split", json=apart)).json()["kind"] == "split"
        assert (await client.get(f"/api/customers/{one}")).json()["facts"] == {"name": "Иван"}
        assert (await client.get(f"/api/customers/{other}")).json()["id"] == other


async def test_the_timeline_tells_of_every_channel_the_newest_first(web: Web) -> None:
    sender = somebody()
    async with web.client() as client:
        await client.post("/webhooks/rest/webhook", json={"sender": sender, "message": "здравствуйте"})
        number = (await client.get(f"/api/conversations/{sender}")).json()["customer"]
        with web.house.database.writing() as tx:
            profile.learn(tx, number, "city", "Тверь", via=f"rest:{sender}", source="agent", at=AT)
        found = (await client.get(f"/api/customers/{number}/timeline")).json()
        assert [(each["kind"], each["what"], each["via"]) for each in found] == [
            ("conversation", "rest", f"rest:{sender}"),
            ("fact", "agent", f"rest:{sender}"),
        ]
        page = (await client.get(f"/api/customers/{number}/timeline", params={"before": found[0]["at"]})).json()
        assert [each["kind"] for each in page] == ["fact"]
        assert (await client.get("/api/customers/987654321/timeline")).status_code == 404
        without_zone = {"before": "2026-11-18T10:00:00"}
        refused = await client.get(f"/api/customers/{number}/timeline", params=without_zone)
        assert refused.status_code == 422
    async with web.client(token=None) as stranger:
        assert (await stranger.get(f"/api/customers/{number}/timeline")).status_code == 401
