"""What a language model wrote is taken whole and as offered, or not at all."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from bot.dialogue.engine import expects
from bot.dialogue.meaning import Expectation, Meaning
from bot.dialogue.values import PersonName
from bot.understanding.llm.briefing import MAX_COMMANDS, offered
from bot.understanding.llm.hiding import hidden
from bot.understanding.llm.proposal import MAX_WRITTEN, Command, Refused, commands_in, meaning_of
from tests.understanding.llm.model import (
    CLINIC,
    NOW,
    asked_name,
    asked_phone,
    asked_when,
    at_menu,
    confirming,
    written,
)


def proposed(expectation: Expectation, *commands: tuple[str, ...], text: str = "ну это самое") -> Meaning | None:
    offer = offered(expectation, CLINIC, text, "ru")
    return meaning_of(commands_in(written(*commands)), offer, hidden(text), text, language="ru", now=NOW)


def refused(expectation: Expectation, *commands: tuple[str, ...], text: str = "ну это самое") -> str:
    with pytest.raises(Refused) as caught:
        proposed(expectation, *commands, text=text)
    return caught.value.why


# --- what is taken ---


def test_a_wish() -> None:
    found = proposed(at_menu(), ("start", "booking"))
    assert found is not None
    assert (found.intent, found.proposed, found.readings) == ("booking", True, {})


def test_a_wish_with_what_it_takes_along() -> None:
    found = proposed(
        at_menu(), ("start", "booking"), ("set", "service", "dentist"), ("set", "when", "2026-11-19 15:30")
    )
    assert found is not None
    assert found.intent == "booking"
    assert found.readings["service"].value == "dentist"
    assert found.readings["when"].value == datetime(2026, 11, 19, 15, 30)


@pytest.mark.parametrize(
    "words", ["2026-11-19 15:30", "19.11.2026 15:30", "завтра в 15:30", "завтра в полчетвёртого дня"]
)
def test_a_time_in_other_words_than_the_customer_s(words: str) -> None:
    found = proposed(asked_when(), ("set", "when", words), text="ну как договаривались, на завтра, попозже чуть")
    assert found is not None
    assert found.readings["when"].value == datetime(2026, 11, 19, 15, 30)


def test_a_half_told_time_is_asked_about_as_ever() -> None:
    found = proposed(asked_when(), ("set", "when", "завтра"))
    assert found is not None
    assert (found.readings["when"].value, found.readings["when"].question) == (None, "time")


def test_a_name_in_the_customer_s_words() -> None:
    found = proposed(asked_name(), ("set", "name", "Иван Петров"), text="ну ивану петрову сделайте")
    assert found is not None
    assert found.readings["name"].value == PersonName(given="Иван", family="Петров")


def test_a_telephone_by_the_place_where_it_stood() -> None:
    found = proposed(asked_phone(), ("set", "phone", "[1]"), text="так это самое 8 905 123-45-67 вроде бы")
    assert found is not None
    assert found.readings["phone"].value == "+79051234567"


def test_a_correction_without_a_value() -> None:
    found = proposed(asked_name(), ("change", "when"))
    assert found is not None
    assert found.option == "when"


def test_a_repair() -> None:
    found = proposed(asked_name(), ("repair", "operator"))
    assert found is not None
    assert found.intent == "operator"


def test_a_no() -> None:
    found = proposed(expects(confirming(), CLINIC), ("no",))
    assert found is not None
    assert found.yes is False


@pytest.mark.parametrize("verb", ["clarify", "start"])
def test_two_wishes_are_asked_about(verb: str) -> None:
    found = proposed(at_menu(), (verb, "booking"), (verb, "cancellation"))
    assert found is not None
    assert found.either == ("booking", "cancellation")


def test_nothing() -> None:
    assert proposed(at_menu(), ("none",)) is None


# --- what isn't ---


@pytest.mark.parametrize(
    "commands",
    [
        [("transfer_money", "booking")],
        [("start", "refund")],
        [("start", "")],
        [("start", "BOOKING")],
        [("start", "booking ")],
        [("start", "b\u043eoking")],  # a Cyrillic о
        [("start", "booking\u200b")],
        [("answer", "answers.parking")],
        [("choose", "booking")],
        [("yes",)],
        [("set", "when", "завтра в три дня")],  # nothing takes it without a wish
        [("start", "cancellation"), ("set", "when", "завтра в три дня")],
        [("start", "booking"), ("repair", "operator")],
        [("start", "booking"), ("none",)],
        [("start", "booking"), ("start", "cancellation"), ("start", "main.price")],
        [("clarify", "booking")],
        [("clarify", "booking"), ("clarify", "booking")],
        [("clarify", "booking"), ("start", "cancellation")],
        [("repair", "delete_everything")],
        [("start", "booking"), ("set", "when", "завтра"), ("set", "when", "сегодня")],
    ],
)
def test_a_command_or_an_id_that_was_not_offered_spoils_all(commands: list[tuple[str, ...]]) -> None:
    assert refused(at_menu(), *commands)


def test_nobody_is_made_to_agree_to_what_was_read_back() -> None:
    assert refused(expects(confirming(), CLINIC), ("yes",)) == "a command that isn't possible now"


@pytest.mark.parametrize("second", [("start", "main.price"), ("repair", "operator"), ("change", "when")])
def test_two_things_at_once_are_refused(second: tuple[str, ...]) -> None:
    assert refused(expects(confirming(), CLINIC), ("no",), second) == "two things at once"


def test_a_slot_that_is_to_be_asked_anew_brings_no_value_beside_it() -> None:
    now = expects(confirming(), CLINIC)
    commands = (("change", "when"), ("set", "when", "завтра в три"))
    assert refused(now, *commands, text="день другой, завтра в три") == "two things at once"


def test_a_command_that_is_said_twice_over_is_meant_once() -> None:
    once = commands_in(written(("start", "booking")))
    assert commands_in(written(*[("start", "booking")] * MAX_COMMANDS)) == once


@pytest.mark.parametrize(
    ("expectation", "slot", "words", "text"),
    [
        (asked_phone, "phone", "8 905 765-43-21", "ну мой обычный запишите"),
        (asked_phone, "phone", "[3]", "ну мой обычный запишите"),
        (asked_name, "name", "Пётр Сидоров", "как в прошлый раз"),
        (asked_when, "when", "31.02.2027 кря", "когда-нибудь"),
        (asked_when, "when", "__import__('os')", "когда-нибудь"),
        (asked_when, "service", "окулист", "не знаю"),
        (asked_when, "when", "   ", "когда-нибудь"),
    ],
)
def test_a_value_that_our_own_readers_do_not_find_is_refused(expectation, slot: str, words: str, text: str) -> None:  # type: ignore[no-untyped-def]
    assert refused(expectation(), ("set", slot, words), text=text)


def test_a_value_that_cannot_be_read_does_not_spoil_the_wish_beside_it() -> None:
    found = proposed(at_menu(), ("start", "booking"), ("set", "name", "Пётр Сидоров"), text="запиши как обычно")
    assert found is not None
    assert (found.intent, found.readings) == ("booking", {})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Конечно! Записываю вас.",
        "<html><body>502 Bad Gateway</body></html>",
        "{}",
        "[]",
        "null",
        '{"commands": []}',
        '{"commands": {}}',
        '{"commands": "start booking"}',
        '{"commands": ["start"]}',
        '{"commands": [null]}',
        '{"commands": [{"what": "booking"}]}',
        '{"commands": [{"do": "start", "what": 7}]}',
        '{"commands": [{"do": ["start"], "what": "booking"}]}',
        '{"commands": [{"do": "start", "what": {"id": "booking"}}]}',
        '{"commands": [{"do": "start", "what": "booking", "say": "Здравствуйте"}]}',
        '{"commands": [{"do": "start", "what": "booking"}], "reply": "Здравствуйте"}',
        '{"commands": [{"do": "none", "do": "start", "what": "booking"}]}',
        '{"commands": [{"do": "start", "what": "booking", "words": NaN}]}',
        '{"commands": [{"do": "start", "what": "booking"}',
        '{"a": ' * 3_000,
        "[" * 7_000 + "{}",
        json.dumps({"commands": [{"do": "start", "what": "booking"}] * 7}),
        json.dumps({"commands": [{"do": "set", "what": "when", "words": "а" * 201}]}),
        " " * MAX_WRITTEN + written(("start", "booking")),
    ],
)
def test_anything_else_than_the_one_object_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        commands_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "```json\n{}\n```",
        "<think>The customer wants {something}.</think>\n{}",
        "Sure, here it is:\n{}",
        "\ufeff  {}\n\n",
    ],
)
def test_servers_that_do_not_force_json_are_understood(text: str) -> None:
    plain = written(("start", "booking"))
    assert commands_in(text.replace("{}", plain)) == (Command(do="start", what="booking"),)


def test_a_refusal_repeats_none_of_the_words() -> None:
    assert "Петров" not in refused(at_menu(), ("start", "Петров"), text="Петров")
