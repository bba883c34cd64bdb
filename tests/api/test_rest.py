"""POST /webhooks/rest/webhook, as Rasa's clients use it, and what people send by mistake."""

from datetime import datetime, timedelta

import pytest

from tests.web import TOKEN, Web, somebody


async def test_a_booking_is_made_told_and_cancelled_and_a_person_is_called(web: Web) -> None:
    anna = somebody()
    assert await web.tell(anna, "здравствуйте, хочу записаться к терапевту завтра в три часа дня") == [
        "Здравствуйте! Это клиника «Добрый доктор».",
        "Как вас зовут?",
    ]
    await web.tell(anna, "Иван Петров", "восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь", "да")
    async with web.client() as client:
        mine = [each for each in (await client.get("/api/bookings")).json() if each["phone"] == "+79051234567"]
        tomorrow = (web.house.now() + timedelta(days=1)).date()
        assert [(b["service"], b["when"], b["status"], b["name"]) for b in mine] == [
            ("terapevt", f"{tomorrow}T15:00", "confirmed", "Иван Петров")
        ]
        await web.tell(anna, "отмените мою запись", "да")
        mine = [each for each in (await client.get("/api/bookings")).json() if each["phone"] == "+79051234567"]
        assert [each["status"] for each in mine] == ["cancelled"]

        await web.tell(anna, "позовите человека")
        whole = (await client.get(f"/api/conversations/{anna}")).json()
        assert whole["status"] == "waiting"
        assert whole["handoff"]["status"] == "waiting"
        said = [line["text"] for line in whole["transcript"] if line["who"] == "customer"]
        assert said == [
            "здравствуйте, хочу записаться к терапевту завтра в три часа дня",
            "Иван Петров",
            "восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь",
            "да",
            "отмените мою запись",
            "да",
            "позовите человека",
        ]
        queue = (await client.get("/api/queue")).json()
        assert whole["id"] in [each["conversation"]["id"] for each in queue]


async def test_the_same_in_english(web: Web) -> None:
    john = somebody()
    await web.tell(john, "hello, I'd like to book a dentist tomorrow at three in the afternoon")
    await web.tell(john, "John Brown", "eight nine oh five one two three four five six eight", "yes")
    async with web.client() as client:
        mine = [each for each in (await client.get("/api/bookings")).json() if each["phone"] == "+79051234568"]
        assert [(each["service"], each["status"], each["name"]) for each in mine] == [
            ("stomatolog", "confirmed", "John Brown")
        ]


async def test_a_button_comes_with_a_payload_that_chooses_it(web: Web) -> None:
    anna = somebody()
    async with web.client() as client:
        response = await client.post("/webhooks/rest/webhook", json={"sender": anna, "message": "здравствуйте"})
        offered = [button for each in response.json() for button in each.get("buttons", [])]
        prices = next(button for button in offered if button["title"] == "Узнать цену")
        assert prices["payload"].startswith("/")
    assert (await web.tell(anna, prices["payload"]))[-1] == "Приём какого врача вас интересует?"


async def test_a_conversation_begins_with_the_set_that_is_named(web: Web) -> None:
    assert (await web.tell(somebody(), "хочу большую пиццу", scenarios="pizza"))[-1].startswith("Что добавить")
    async with web.client() as client:
        body = {"sender": somebody(), "message": "привет", "scenarios": "no-such-set"}
        refused = await client.post("/webhooks/rest/webhook", json=body)
        assert refused.status_code == 404
        assert "pizza" in refused.json()["fix"]


async def test_a_message_sent_twice_has_one_effect_and_one_answer(web: Web) -> None:
    anna = somebody()
    first = await web.tell(anna, "сколько стоит приём кардиолога", message_id="m-1")
    again = await web.tell(anna, "сколько стоит приём кардиолога", message_id="m-1")
    assert first == again
    async with web.client() as client:
        whole = (await client.get(f"/api/conversations/{anna}")).json()
    assert [line["text"] for line in whole["transcript"] if line["who"] == "customer"] == [
        "сколько стоит приём кардиолога"
    ]


async def test_what_followed_from_a_message_within_its_answer_is_not_told_again(web: Web) -> None:
    async with web.client() as client:

        async def says(message: str) -> list[str]:
            response = await client.post("/webhooks/rest/webhook", json={"sender": "ann", "message": message})
            return [each["text"] for each in response.json()]

        await says("запишите к терапевту завтра в три")
        there = await says("продолжим в телеграме")
        assert there[0] == "Писать в Телеграме нам пока нельзя."
        assert there[0] not in await says("Иван Петров")


async def test_what_an_agent_said_comes_with_the_answer_to_the_next_message(web: Web) -> None:
    anna = somebody()
    await web.tell(anna, "позовите человека")
    async with web.client() as client:
        talk = (await client.get(f"/api/conversations/{anna}")).json()["id"]
    agent = await web.parts.desk.login("anna", "правильная лошадь")
    await web.parts.desk.accept(talk, agent)
    await web.parts.desk.say(talk, agent, "Здравствуйте, это Анна.")
    await web.parts.desk.say(talk, agent, "Чем помочь?")
    said = await web.tell(anna, "у меня вопрос")
    assert [each for each in said if "подключ" not in each.lower()][-2:] == ["Здравствуйте, это Анна.", "Чем помочь?"]
    assert await web.tell(anna, "ещё вопрос") == []


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        (b"{", 400, "body"),
        (b"", 422, "body"),
        (b"[]", 422, "body"),
        ('{"sender": "а"}'.encode(), 422, "body.message"),
        (b'{"sender": "a", "message": 5}', 422, "body.message"),
        (b'{"sender": "a", "message": "   "}', 422, "message"),
        (b'{"sender": "", "message": "hi"}', 422, "sender"),
        (b'{"sender": "a", "message": "' + b"x" * 5000 + b'"}', 422, "message"),
        (b'{"sender": "a", "message": "' + b"x" * 1_000_000 + b'"}', 413, "body"),
        (b'{"sender": "' + b"s" * 300 + b'", "message": "hi"}', 422, "sender"),
    ],
)
async def test_a_bad_body_is_a_problem_that_says_where_what_and_what_to_do(
    web: Web, body: bytes, status: int, where: str
) -> None:
    async with web.client() as client:
        response = await client.post(
            "/webhooks/rest/webhook", content=body, headers={"Content-Type": "application/json"}
        )
        assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
        problem = response.json()
        assert problem["status"] == status
        assert problem["where"].startswith(where)
        assert problem["detail"]
        assert problem["fix"]
        assert (await client.get("/health")).status_code == 200


async def test_a_long_body_that_hides_its_length_is_refused_too(web: Web) -> None:
    async def pieces():
        for _ in range(200):
            yield b" " * 1000

    async with web.client() as client:
        response = await client.post("/webhooks/rest/webhook", content=pieces())
        assert response.status_code == 413


@pytest.mark.parametrize("path", ["/api/bookings", "/api/conversations", "/api/queue", "/api/customers/1"])
async def test_stored_data_needs_the_token(web: Web, path: str) -> None:
    for token in (None, "wrong", TOKEN + "x"):
        async with web.client(token) as client:
            response = await client.get(path)
            assert response.status_code == 401
            assert response.headers["www-authenticate"].startswith("Bearer")
            assert response.json()["type"] == "/problems/not-allowed"


async def test_what_is_not_there_is_a_problem_too(web: Web) -> None:
    async with web.client() as client:
        for path in ("/api/conversations/nobody", "/api/customers/999999", "/nothing/here"):
            response = await client.get(path)
            assert response.status_code == 404
            assert response.headers["content-type"] == "application/problem+json"
        assert (await client.get("/webhooks/rest/webhook")).status_code == 405


async def test_conversations_are_listed_newest_first_and_filtered(web: Web) -> None:
    first, second = somebody(), somebody()
    await web.tell(first, "здравствуйте")
    await web.tell(second, "позовите человека")
    async with web.client() as client:
        newest = (await client.get("/api/conversations", params={"limit": 2})).json()
        assert [each["sender"] for each in newest] == [second, first]
        waiting = (await client.get("/api/conversations", params={"status": "waiting", "limit": 1})).json()
        assert waiting[0]["sender"] == second
        older = await client.get("/api/conversations", params={"before": newest[0]["updated"], "limit": 1})
        assert older.json()[0]["sender"] == first
        customer = (await client.get(f"/api/customers/{newest[1]['customer']}")).json()
        assert customer["identities"] == [{"kind": "rest", "value": first}]


async def test_a_conversation_is_given_as_vcon_plain_and_signed(web: Web) -> None:
    anna = somebody()
    await web.tell(anna, "где вы находитесь?")
    async with web.client() as client:
        plain = await client.get(f"/api/conversations/{anna}/vcon")
        assert plain.headers["content-type"] == "application/vcon+json"
        assert "где вы находитесь?" in [each["body"] for each in plain.json()["dialog"]]
        signed = await client.get(f"/api/conversations/{anna}/vcon", params={"form": "signed"})
        assert {"payload", "signatures"} <= signed.json().keys()


async def test_prometheus_counts_turns_and_who_waits(web: Web) -> None:
    await web.tell(somebody(), "позовите человека")
    async with web.client(None) as client:
        text = (await client.get("/metrics")).text
    assert 'govorun_turns_total{channel="rest",event="Utterance"}' in text
    assert "govorun_turn_seconds_bucket" in text
    waiting = next(line for line in text.splitlines() if line.startswith("govorun_queue_length"))
    assert float(waiting.split()[1]) >= 1


async def test_readiness_names_every_part(web: Web) -> None:
    async with web.client(None) as client:
        response = await client.get("/ready")
        assert response.status_code == 200
        parts = response.json()["parts"]
        assert {name: part["state"] for name, part in parts.items()} == {
            "language_model": "off",
            "process": "ready",
            "scenarios": "ready",
            "database": "ready",
            "voice": "off",
            "trunks": "off",
            "messengers": "off",
        }


async def test_a_process_that_drains_is_alive_but_not_ready(web: Web) -> None:
    web.house.draining = True
    try:
        async with web.client(None) as client:
            assert (await client.get("/ready")).status_code == 503
            assert (await client.get("/health")).status_code == 200
    finally:
        web.house.draining = False


async def test_the_documentation_needs_nothing_from_elsewhere(web: Web) -> None:
    async with web.client(None) as client:
        page = (await client.get("/docs")).text
        assert "https://" not in page.replace("https://fastapi.tiangolo.com/img/favicon.png", "")
        assert (await client.get("/docs/static/swagger-ui-bundle.js")).status_code == 200
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert {"/webhooks/rest/webhook", "/api/bookings", "/ready"} <= paths.keys()


async def test_a_call_without_voice_is_refused_in_words(web: Web) -> None:
    async with web.client(None) as client:
        visitor = web.parts.signer.visitor("v1")
        offer = {"sdp": "v=0", "type": "offer", "visitor": visitor}
        response = await client.post("/webrtc/offer", json=offer)
        assert response.status_code == 503
        assert "off" in response.json()["detail"]
        forged = await client.post("/webrtc/offer", json={**offer, "visitor": visitor + "x"})
        assert forged.status_code == 401


def test_times_are_of_the_business(web: Web) -> None:
    assert web.house.now().tzinfo is not None
    assert abs(web.house.now() - datetime.now().astimezone()) < timedelta(seconds=5)


@pytest.mark.parametrize(
    "path", [f"/api/customers/{10**30}", f"/api/conversations?customer={10**30}", f"/api/bookings?customer={10**30}"]
)
async def test_a_number_no_row_can_have_is_the_askers_mistake(web: Web, path: str) -> None:
    async with web.client() as client:
        response = await client.get(path)
    assert response.status_code == 422
    assert response.json()["where"].split(".")[0] in ("path", "query")


@pytest.mark.parametrize("path", ["/health", "/ready"])
async def test_a_load_balancer_may_ask_for_the_head_alone(web: Web, path: str) -> None:
    async with web.client() as client:
        assert (await client.head(path)).status_code == (await client.get(path)).status_code
