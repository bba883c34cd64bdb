"""Who is known, over the API: profile, timeline, joining, parting, taking back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.customers import profile
from bot.ports import Identity
from bot.stores.schema import metadata
from tests.api.test_recordings import taped
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


async def test_what_a_customer_wants_of_us_is_set_shown_and_forgotten(web: Web) -> None:
    one, _, phone, _ = two(web)
    async with web.client() as client:
        at = f"/api/customers/{one}"
        empty = (await client.get(at)).json()
        assert (empty["language"], empty["preferred_channel"], empty["do_not_call"], empty["consents"]) == (
            None,
            None,
            None,
            [],
        )
        body = {
            "language": "en",
            "preferred_channel": "telegram",
            "do_not_call": {"hours": "00:00-18:00"},
            "consents": [{"kind": "marketing", "given": True, "version": "2026-11", "text": "May we write?"}],
            "facts": {"city": "Tver"},
            "by": "anna",
        }
        found = (await client.patch(at, json=body)).json()
        assert (found["language"], found["preferred_channel"]) == ("en", "telegram")
        assert found["do_not_call"] == {"until": None, "hours": "00:00-18:00"}
        assert found["facts"]["city"] == "Tver"
        (told,) = found["consents"]
        assert (told["kind"], told["given"], told["source"], told["by"], told["version"], told["via"]) == (
            "marketing",
            True,
            "agent",
            "anna",
            "2026-11",
            phone.via,
        )
        found = (await client.patch(at, json={"do_not_call": {}, "language": None})).json()
        assert found["do_not_call"] == {"until": None, "hours": None}
        assert (found["language"], found["preferred_channel"]) == (None, "telegram")
        assert (await client.patch(at, json={"do_not_call": None})).json()["do_not_call"] is None
        taken_back = {"consents": [{"kind": "marketing", "given": False}]}
        assert (await client.patch(at, json=taken_back)).json()["consents"][0]["given"] is False
        assert [each["given"] for each in (await client.get(f"{at}/consents")).json()] == [True, False]
        kinds = [each["kind"] for each in (await client.get(f"{at}/timeline")).json()]
        assert kinds.count("consent") == 2


async def test_what_cannot_be_wanted_is_refused(web: Web) -> None:
    one, _, _, _ = two(web)
    async with web.client() as client:
        for body in (
            {"language": "de"},
            {"preferred_channel": "pigeon"},
            {"do_not_call": {"hours": "25:00-26:00"}},
            {"do_not_call": {"hours": "10:00-12:00", "until": "2026-12-01T00:00:00Z"}},
            {"consents": [{"kind": "everything", "given": True}]},
            {"facts": {"do_not_call": "always"}},
            {"nonsense": 1},
        ):
            assert (await client.patch(f"/api/customers/{one}", json=body)).status_code == 422, body
        assert (await client.patch("/api/customers/987654321", json={"language": "ru"})).status_code == 404
        somebodys = {"language": "ru", "identity": {"kind": "vk", "value": "1"}}
        assert (await client.patch(f"/api/customers/{one}", json=somebodys)).status_code == 404


async def test_somebody_else_on_the_same_telephone_gets_what_was_theirs(web: Web) -> None:
    one, _, _, chat = two(web)
    async with web.client() as client:
        at = f"/api/customers/{one}"
        assert (await client.get(at)).json()["persons"] == []
        made = await client.post(f"{at}/persons", json={"name": "Мария", "by": "anna"})
        assert made.status_code == 201
        maria = made.json()
        assert (maria["name"], maria["identity"]["kind"]) == ("Мария", "person")
        assert [each["name"] for each in (await client.get(at)).json()["persons"]] == ["Иван", "Мария"]
        found = (await client.get(f"/api/customers/{maria['customer']}")).json()
        assert found["facts"] == {"name": "Мария"}
        stranger = {"name": "Пётр", "conversations": ["nobody's"]}
        assert (await client.post(f"{at}/persons", json=stranger)).status_code == 404
        wrong = {"name": "Пётр", "identity": {"kind": chat.kind, "value": chat.value}}
        assert (await client.post(f"{at}/persons", json=wrong)).status_code == 404


async def test_whoever_is_erased_is_found_nowhere_and_leaves_a_tombstone(web: Web) -> None:
    sender = somebody()
    await web.tell(sender, "хочу записаться к терапевту", "меня зовут Варфоломей Незабываемов")
    async with web.client() as client:
        talk = (await client.get(f"/api/conversations/{sender}")).json()
        number = talk["customer"]
        sound = taped(web.parts.recordings, talk["id"])
        gone = (await client.request("DELETE", f"/api/customers/{number}", params={"by": "anna"})).json()
        assert (gone["customer"], gone["by"], gone["removed"]["conversations"]) == (number, "anna", 1)
        assert gone["removed"]["journal"] > 0
        assert (gone["removed"]["recordings"], sound.exists()) == (1, False)
        again = await client.get(f"/api/customers/{number}")
        assert again.status_code == 404
        assert "erased" in again.text
        assert (await client.get(f"/api/conversations/{sender}")).status_code == 404
        assert (await client.request("DELETE", f"/api/customers/{number}")).status_code == 404
    await web.tell(somebody(), "добрый день")  # the next one has a number of their own
    async with web.client() as client:
        assert "erased" in (await client.get(f"/api/customers/{number}")).text
    with web.house.database.reading() as tx:
        for table in metadata.sorted_tables:
            for row in tx.execute(table.select()):
                told = " ".join(map(str, row))
                assert "арфолом" not in told, table.name
                assert sender not in told, table.name
