"""Rasa behind our rules: what is asked of it, what of its answers is believed, and that without it all goes on."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from dataclasses import replace
from datetime import date, datetime

import pytest

from bot.dialogue.delegated import Interpreter
from bot.dialogue.meaning import Expectation, Meaning, Option, Reading, SlotSpec
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Advised, Learner
from bot.understanding.later import LaterNlu
from bot.understanding.rasa import server as serving
from bot.understanding.rasa.entities import readings
from bot.understanding.rasa.nlu import RasaNlu
from bot.understanding.rasa.parsing import Entity
from tests.understanding.rasa.clinic import NOW, Heard, at
from tests.understanding.rasa.conftest import TOKEN
from tests.understanding.rasa.double import Double, answer

SAID = "запишите меня к терапевту на завтра"


@pytest.fixture
async def heard(server: Double, clinic: ScenarioSet, own: LaterNlu):
    made = Heard(clinic, {"RASA_URL": server.url, "RASA_TOKEN": TOKEN}, own)
    yield made
    await made.servers.close()


@pytest.fixture
def menu(clinic: ScenarioSet) -> Expectation:
    return at(clinic)


def said(server: Double, *ranking: tuple[str, float], spans: tuple = (), text: str = "ну это самое") -> None:
    """What the server answers from now on to that text."""
    server.says(answer(text, ranking, spans))
    server.replies = [(200, {"content-type": "application/json"}, server.replies[0][2])]  # type: ignore[index]


def test_it_is_an_understanding_that_asks_and_that_learns(heard: Heard) -> None:
    assert isinstance(heard.nlu, Advised)
    assert isinstance(heard.nlu, Learner)


# --- what is asked ---


async def test_rasa_is_asked_what_our_rules_leave_open(heard: Heard, server: Double, menu: Expectation) -> None:
    meaning = await heard.hears(SAID, menu)
    assert server.parsed == [SAID]
    assert meaning.intent == "booking"
    assert meaning.readings["service"].value == "terapevt"
    assert meaning.readings["when"].partial.day == date(2026, 11, 19)
    assert heard.results == ["understood"]


@pytest.mark.parametrize("text", ["1", "оператор", "до свидания", "повторите", "главное меню", "записаться", "", "…"])
async def test_keys_repairs_and_choices_by_name_need_no_rasa(heard: Heard, server: Double, menu, text: str) -> None:
    assert await heard.hears(text, menu) == heard.without(text, menu)
    assert server.requests == []


async def test_neither_does_an_answer_to_what_was_asked(heard: Heard, server: Double, clinic: ScenarioSet) -> None:
    asked = at(clinic, scenario="booking")
    for text in ("к терапевту", "терапевт, завтра в три часа дня"):
        assert await heard.hears(text, asked) == heard.without(text, asked)
    yes = Expectation(yesno=True, intents=menu_intents(clinic))
    for text in ("да", "нет", "ага", "не надо"):
        assert await heard.hears(text, yes) == heard.without(text, yes)
    assert server.requests == []


def menu_intents(clinic: ScenarioSet) -> tuple[str, ...]:
    return at(clinic).intents


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ('/booking{"service": "lor"}', 'booking{"service": "lor"}'),
        (" / /restart сейчас же", "restart сейчас же"),
        ("мне бы\x00\u200b к врачу\n\tсрочно", "мне бы к врачу срочно"),
    ],
)
async def test_a_customer_gives_rasa_no_commands(heard: Heard, server: Double, menu, text: str, sent: str) -> None:
    await heard.hears(text, menu)
    assert [json.loads(each.body) for each in server.requests] == [{"text": sent}]


async def test_a_long_text_is_cut(heard: Heard, server: Double, menu: Expectation) -> None:
    await heard.hears("хочу узнать про анализы " * 40_000, menu)
    assert len(server.parsed[0]) <= 2_000


async def test_what_was_typed_in_the_wrong_layout_is_sent_as_it_was_meant(heard: Heard, server: Double, menu) -> None:
    await heard.hears("yt vjue ghbqnb pfdnhf r dfv", menu)
    assert server.parsed == ["не могу прийти завтра к вам"]


async def test_a_language_its_model_never_learnt_is_ours(server: Double, clinic: ScenarioSet, own, menu) -> None:
    assert clinic.interpreter is not None
    russian = replace(clinic, interpreter=replace(clinic.interpreter, languages=("ru",)))
    heard = Heard(russian, {"RASA_URL": server.url, "RASA_TOKEN": TOKEN}, own)
    assert (await heard.hears("I need to see a dentist", menu, "en")).intent == "booking"
    assert server.requests == []
    await heard.servers.close()


async def test_token_and_headers_go_with_every_question(clinic: ScenarioSet, own, server: Double, menu) -> None:
    assert clinic.interpreter is not None
    rasa = replace(clinic.interpreter.rasa, headers={"X-From": ("govorun",)})
    scenarios = replace(clinic, interpreter=replace(clinic.interpreter, rasa=rasa))
    heard = Heard(scenarios, {"RASA_URL": f"{server.url}/", "GOVORUN_SECRET_RASA_TOKEN": TOKEN}, own)
    assert (await heard.hears(SAID, menu)).intent == "booking"
    assert server.requests[0].target == f"/model/parse?token={TOKEN}"
    assert server.requests[0].headers["x-from"] == "govorun"
    await heard.servers.close()


async def test_where_the_address_is_not_set_there_is_no_rasa(clinic: ScenarioSet, own: LaterNlu) -> None:
    heard = Heard(clinic, {"RASA_TOKEN": TOKEN}, own)
    assert heard.nlu is own
    lines = ["clinic: Rasa can't be asked, RASA_URL not set: understood without it"]
    assert [line.replace(clinic.name, "clinic") for line in heard.servers.told(clinic)][:1] == lines


# --- what is believed ---


async def test_an_intent_that_is_not_understood_now_is_no_wish(heard: Heard, server: Double, menu) -> None:
    said(server, ("price", 0.9))
    narrow = replace(menu, intents=tuple(name for name in menu.intents if name != "price"))
    assert (await heard.hears("ну это самое", narrow)).intent is None


async def test_two_intents_that_are_close_are_both_told(heard: Heard, server: Double, clinic, own, menu) -> None:
    scenarios = replace(clinic, interpreter=replace(clinic.interpreter, threshold=0.4))
    close = Heard(scenarios, {"RASA_URL": server.url, "RASA_TOKEN": TOKEN}, own)
    said(server, ("price", 0.51), ("address", 0.48), ("booking", 0.01))
    meaning = await close.hears("ну это самое", menu)
    assert [each.name for each in meaning.intents] == ["price", "address"]
    assert meaning.either == ("price", "address")
    await close.servers.close()


@pytest.mark.parametrize(
    ("ranking", "result"),
    [
        ([("nlu_fallback", 0.9), ("address", 0.5)], "fallback"),
        ([("out_of_scope", 0.99)], "fallback"),
        ([("address", 0.59)], "unsure"),
        ([("chitchat", 0.99), ("address", 0.7)], "unknown"),
    ],
)
async def test_what_rasa_does_not_know_is_ours_to_tell(heard: Heard, server: Double, menu, ranking, result) -> None:
    said(server, *ranking, text="сколько у вас стоит кардиолог")
    assert await heard.hears("сколько у вас стоит кардиолог", menu) == heard.without(
        "сколько у вас стоит кардиолог", menu
    )
    assert heard.without("сколько у вас стоит кардиолог", menu).intent == "price"
    assert heard.results == [result]


def interpreting(clinic: ScenarioSet, own: LaterNlu, server: Double, **fields: object) -> Heard:
    assert isinstance(clinic.interpreter, Interpreter)
    scenarios = replace(clinic, interpreter=replace(clinic.interpreter, **fields))  # type: ignore[arg-type]
    return Heard(scenarios, {"RASA_URL": server.url, "RASA_TOKEN": TOKEN}, own)


async def test_intents_and_entities_may_be_called_otherwise_there(clinic, own, server: Double, menu) -> None:
    heard = interpreting(
        clinic, own, server, intents={"book_visit": "booking"}, entities={"doctor.to": "service", "time": "when"}
    )
    text = "ну это самое к доктору Айболиту"
    server.says(answer(text, [("book_visit", 0.97)], [("доктору Айболиту", "doctor", "lor")]))
    server.replies = [
        (
            200,
            {"content-type": "application/json"},
            server.replies[0][2].replace(b'"doctor",', b'"doctor", "role": "to",'),
        )
    ]  # type: ignore[index,union-attr]
    meaning = await heard.hears(text, menu)
    assert (meaning.intent, meaning.readings["service"].value) == ("booking", "lor")
    await heard.servers.close()


async def test_a_retrieval_intent_is_known_by_the_response_it_chose(clinic, own, server: Double, menu) -> None:
    heard = interpreting(clinic, own, server, intents={"faq/where": "address"})
    body = answer("ну это самое", [("faq", 0.98)])
    body["response_selector"] = {"faq": {"response": {"intent_response_key": "faq/where", "confidence": 0.9}}}
    server.replies = [(200, {"content-type": "application/json"}, json.dumps(body).encode())]
    assert (await heard.hears("ну это самое", menu)).intent == "address"
    await heard.servers.close()


async def test_affirm_and_deny_answer_a_question_and_nothing_else(heard: Heard, server: Double, clinic, menu) -> None:
    confirming = Expectation(yesno=True, intents=menu.intents, question="Всё верно?")
    said(server, ("affirm", 0.98), text="пущай эдак")
    assert (await heard.hears("пущай эдак", confirming)).yes is True
    said(server, ("deny", 0.98), text="пущай эдак")
    assert (await heard.hears("пущай эдак", confirming)).yes is False
    assert (await heard.hears("пущай эдак", menu)).yes is None


# --- entities ---

DOCTOR = SlotSpec(
    name="service",
    type="choice",
    options=(Option(id="lor", title={"ru": "лор"}), Option(id="okulist", title={"ru": "окулист"})),
)


def asking(*specs: SlotSpec, told: tuple[str, ...] = ()) -> Expectation:
    return Expectation(
        asked=specs[0].name,
        slots={spec.name: spec for spec in specs},
        intents=("booking", "price"),
        changeable=tuple(Option(id=name, title={}) for name in told),
    )


async def filled(
    heard: Heard, server: Double, entity: dict, *specs: SlotSpec, text: str = "туда где уши", told=()
) -> Meaning:
    body = answer(text, [("inform", 0.99)]) | {"entities": [entity]}
    server.replies = [(200, {"content-type": "application/json"}, json.dumps(body).encode())]
    return await heard.hears(text, asking(*specs, told=told))


async def test_an_entity_fills_what_our_readers_left_though_its_intent_is_nobodys(heard: Heard, server: Double) -> None:
    meaning = await filled(heard, server, {"entity": "service", "value": "lor", "start": 5, "end": 12}, DOCTOR)
    assert meaning == Meaning(readings={"service": Reading(value="lor")})


async def test_its_words_are_read_by_our_own_reader_before_its_value(heard: Heard, server: Double) -> None:
    when = SlotSpec(name="when", type="date")
    entity = {
        "entity": "when",
        "value": "2026-12-31T00:00:00.000+03:00",
        "start": 12,
        "end": 18,
        "extractor": "Duckling",
    }
    text = "ну пусть бы завтра что ли наверное"
    assert (await filled(heard, server, entity, when, text=text)).readings["when"].value == date(2026, 11, 19)
    past_the_end = {**entity, "start": 900, "end": 905}
    found = await filled(heard, server, past_the_end, when, text="как в прошлый раз у вас")
    assert found.readings["when"].value == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("datetime", "2026-11-19T15:00:00.000+03:00", datetime(2026, 11, 19, 15)),
        ("number", 4, 4),
        ("number", "2.0", 2),
        ("text", "ухо болит", "ухо болит"),
        ("phone", "89051234567", "+79051234567"),
        ("yesno", True, None),
        ("datetime", {"from": "2026-11-19"}, None),
        ("number", "Infinity", None),
        ("number", None, None),
        ("choice", "surgeon", None),
    ],
)
async def test_a_value_is_taken_as_its_slot_can_hold_it(heard: Heard, server: Double, kind, value, read) -> None:
    spec = DOCTOR if kind == "choice" else SlotSpec(name="service", type=kind)
    asked = SlotSpec(name="name", type="person")
    entity = {"entity": "service", "value": value, "start": None, "end": None}
    meaning = await filled(heard, server, entity, asked, spec, text="туда же где уши лечат")
    found = meaning.readings.get("service")
    assert (found.value if found else None) == read


async def test_several_entities_fill_a_choice_of_several(heard: Heard, server: Double) -> None:
    many = replace(DOCTOR, many=True)
    body = answer("туда где уши", [("inform", 0.99)]) | {
        "entities": [{"entity": "service", "value": "okulist"}, {"entity": "service", "value": "lor"}]
    }
    server.replies = [(200, {"content-type": "application/json"}, json.dumps(body).encode())]
    meaning = await heard.hears("туда где уши", asking(many))
    assert meaning.readings["service"].value == ("okulist", "lor")


async def test_a_slot_that_was_told_is_not_changed_by_the_way(heard: Heard, server: Double) -> None:
    name = SlotSpec(name="name", type="person")
    entity = {"entity": "service", "value": "lor", "start": 5, "end": 8}
    text = "меня зовут Лоринцев Пётр где-то так"
    meaning = await filled(heard, server, entity, name, DOCTOR, text=text, told=("service",))
    assert "service" not in meaning.readings


@pytest.mark.parametrize(
    ("value", "past", "reading"),
    [
        ("2026-11-20T15:00:00.000+03:00", False, Reading(value=datetime(2026, 11, 20, 15))),
        ("2020-01-01T15:00:00.000+03:00", False, Reading(wrong="past")),
        ("2020-01-01T15:00:00.000+03:00", True, Reading(value=datetime(2020, 1, 1, 15))),
    ],
)
def test_a_moment_that_is_over_fills_only_a_slot_that_may_be_over(value: str, past: bool, reading: Reading) -> None:
    entity = Entity(name="when", text="тогда-то", value=value)
    specs = {"when": SlotSpec(name="when", type="datetime", past=past)}
    assert readings([entity], specs, {}, language="ru", now=NOW) == {"when": reading}


# --- what goes wrong ---

JSON = {"content-type": "application/json"}
NESTED = b"[" * 100_000 + b"]" * 100_000
BAD = {
    "500": ((500, JSON, b'{"status": "failure"}'), "status"),
    "401": ((401, JSON, b"{}"), "status"),
    "409, no model": ((409, JSON, b"{}"), "status"),
    "a redirect": ((302, {"location": "http://127.0.0.1:1/"}, b""), "status"),
    "a proxy's page": ((200, {"content-type": "text/html"}, b"<html>Log in</html>"), "malformed"),
    "no content type": ((200, {}, b'{"intent": {"name": "price", "confidence": 1}}'), "malformed"),
    "half of it": ((200, JSON, b'{"intent": {"name": "pri'), "malformed"),
    "empty": ((200, JSON, b""), "malformed"),
    "nested deep": ((200, JSON, NESTED), "malformed"),
    "another program's": ((200, JSON, b'[{"recipient_id": "x"}]'), "malformed"),
    "intent is a text": ((200, JSON, b'{"intent": "price"}'), "malformed"),
    "no confidence": ((200, JSON, b'{"intent": {"name": "price"}}'), "malformed"),
    "not a number": ((200, JSON, b'{"intent": {"name": "price", "confidence": NaN}}'), "malformed"),
    "not utf-8": ((200, JSON, b'{"intent": {"name": "\xff\xfe", "confidence": 1}}'), "malformed"),
    "huge": ((200, JSON, b'{"intent": "' + b"x" * (serving.MAX_BYTES + 1) + b'"}'), "too_big"),
    "packed, though not asked to": (
        (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(b" " * 9_000_000)),
        "malformed",
    ),
    "broken off": (None, "unreachable"),
    "hangs": (30.0, "timeout"),
}
TEXT = "сколько у вас стоит кардиолог"


@pytest.mark.parametrize("case", BAD)
async def test_whatever_goes_wrong_the_message_is_understood_by_us(
    clinic, own, server: Double, menu, caplog, case: str
) -> None:
    reply, result = BAD[case]
    rasa = replace(clinic.interpreter.rasa, timeout=0.3 if result == "timeout" else 20.0)  # a busy machine is no case
    heard = interpreting(clinic, own, server, rasa=rasa)
    server.replies = [reply]
    with caplog.at_level(logging.INFO):
        assert await heard.hears(TEXT, menu) == heard.without(TEXT, menu)
    assert heard.results == [result]
    lines = [record.getMessage() for record in caplog.records if "Rasa" in record.getMessage()]
    assert len(lines) == 1
    assert "кардиолог" not in lines[0]
    (told,) = [line for line in heard.servers.told(heard.scenarios) if "bot" not in line]
    assert "understood without it" in told
    assert TOKEN not in told + lines[0]
    await heard.servers.close()


async def test_it_is_asked_for_nothing_packed(heard: Heard, server: Double, menu) -> None:
    """A few kilobytes could unpack to more than memory holds."""
    await heard.hears(SAID, menu)
    assert server.requests[-1].headers["accept-encoding"] == "identity"


async def test_a_server_that_is_not_there_is_the_same(clinic, own, menu) -> None:
    heard = Heard(clinic, {"RASA_URL": "http://127.0.0.1:9", "RASA_TOKEN": TOKEN}, own)
    assert (await heard.hears(TEXT, menu)).intent == "price"
    assert heard.results == ["unreachable"]
    await heard.servers.close()


async def test_a_slow_drip_ends_at_the_timeout(clinic, own, server: Double, menu) -> None:
    heard = interpreting(clinic, own, server, rasa=replace(clinic.interpreter.rasa, timeout=0.3))
    server.drip = 0.1
    assert (await heard.hears(TEXT, menu)).intent == "price"
    assert heard.results == ["timeout"]
    await heard.servers.close()


async def test_a_dead_server_costs_nothing_after_three_messages(heard: Heard, server: Double, menu, caplog) -> None:
    server.replies = [(500, JSON, b"")]
    with caplog.at_level(logging.INFO):
        for _ in range(10):
            assert (await heard.hears(TEXT, menu)).intent == "price"
    assert len(server.requests) == 3
    assert len(heard.asked) == 3  # a turn isn't even begun anew
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_an_answer_that_comes_and_is_no_use_counts_like_none(heard: Heard, server: Double, menu) -> None:
    server.replies = [(200, JSON, b'{"intent": 5}')]
    for _ in range(10):
        await heard.hears(TEXT, menu)
    assert len(server.requests) == 3


async def test_it_is_tried_again_and_comes_back(clinic, own, server: Double, menu, caplog) -> None:
    heard = interpreting(clinic, own, server)
    now = [100.0]
    rasa = heard.rasa._server
    rasa._clock = lambda: now[0]
    server.replies = [(500, JSON, b"")]
    for _ in range(5):
        await heard.hears(TEXT, menu)
    server.replies = []
    caplog.clear()
    now[0] += 4.9
    await heard.hears(SAID, menu)
    assert server.parsed == []
    now[0] += 0.2
    with caplog.at_level(logging.INFO):
        assert (await heard.hears(SAID, menu)).intent == "booking"
    assert [record.getMessage() for record in caplog.records if "bot." in record.name] == [
        f"Rasa answers again: {server.url}"
    ]
    assert server.parsed == [SAID]
    assert heard.servers.told(heard.scenarios) == []
    await heard.servers.close()


async def test_a_fallback_intent_is_no_failure(heard: Heard, server: Double, menu) -> None:
    said(server, ("nlu_fallback", 0.9), text=TEXT)
    for _ in range(6):
        await heard.hears(TEXT, menu)
    assert len(server.requests) == 6


async def test_questions_of_many_customers_go_at_once(clinic, own, server: Double, menu) -> None:
    heard = interpreting(clinic, own, server, rasa=replace(clinic.interpreter.rasa, timeout=20.0))
    nlu: RasaNlu = heard.rasa
    arrived: list[int] = []
    everybody = asyncio.Event()

    def came() -> None:
        arrived.append(1)
        if len(arrived) == 5:
            everybody.set()

    server.came = came
    server.replies = [30.0]
    question = nlu.consider(SAID, menu, language="ru", now=NOW)
    assert not isinstance(question, Meaning)
    asking = [asyncio.create_task(nlu.advise(question)) for _ in range(5)]
    await asyncio.wait_for(everybody.wait(), 20)
    for task in asking:
        task.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    await heard.servers.close()
