"""Words that prove a number, say who somebody is, tell a code; as the built-in understanding has them."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.dialogue.identity import expected
from bot.dialogue.meaning import REPAIRS, Language, Meaning
from bot.dialogue.session import Frame, Identifying, Session, Someone
from bot.dialogue.values import PersonName
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.repairs import repair
from tests.dialogue.small import SMALL

NOW = datetime(2026, 11, 23, 10, 0)
FAMILY = (
    Someone(id="phone:+7", name=PersonName(given="Иван", family="Петров")),
    Someone(id="person:+7#2", name=PersonName(given="Мария", family="Петрова")),
)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("подтвердить номер", "ru"),
        ("хочу подтвердить свой номер телефона", "ru"),
        ("привяжите мой телефон", "ru"),
        ("пришлите код", "ru"),
        ("verify my number", "en"),
        ("can you send me a code", "en"),
        ("i want to confirm my phone", "en"),
    ],
)
def test_to_prove_a_number_is_asked_for_in_many_words(said: str, language: Language) -> None:
    assert repair(said, language) == "prove_number"


@pytest.mark.parametrize(
    ("said", "language"),
    [("подтвердить запись", "ru"), ("номер телефона", "ru"), ("confirm my booking", "en"), ("код товара", "ru")],
)
def test_what_only_resembles_it_is_not(said: str, language: Language) -> None:
    assert repair(said, language) != "prove_number"


def heard(said: str, asked: Identifying, language: Language = "ru") -> Meaning:
    session = Session(conversation="c", stack=(Frame(scenario="main", step="menu"),), identifying=asked)
    nlu = BuiltinNlu.of(SMALL)
    return nlu.understand(said, expected(session), language=language, now=NOW)


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("Иван", "person.1"),
        ("это мария", "person.2"),
        ("Мария Петрова", "person.2"),
        ("другой человек", "somebody_else"),
        ("никто из них", "somebody_else"),
    ],
)
def test_who_speaks_is_heard_by_the_name_or_as_somebody_else(said: str, option: str) -> None:
    found = heard(said, Identifying(kind="who", persons=FAMILY, told=True))
    assert found.option == option or str(found.readings["who"].value).startswith(
        {"1": "Иван", "2": "Мария"}[option[-1]]
    )


def test_a_name_that_nobody_has_is_heard_as_a_name() -> None:
    found = heard("меня зовут Пётр", Identifying(kind="who", persons=FAMILY, told=True))
    assert found.option is None
    assert str(found.readings["who"].value) == "Пётр"


@pytest.mark.parametrize("said", ["123456", "12 34 56", "двенадцать тридцать четыре пятьдесят шесть", "код 123456"])
def test_a_code_is_heard_in_figures_and_in_words(said: str) -> None:
    found = heard(said, Identifying(kind="code", number="+79051234567", told=True))
    assert found.readings["sent_code"].value == "123456"


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("другой человек", "somebody_else"),
        ("это я", "name_is_wrong"),
        ("это для другого", "for_another"),
        ("не для себя", "for_another"),
    ],
)
def test_what_a_new_name_means_is_heard(said: str, option: str) -> None:
    assert heard(said, Identifying(kind="new_name", told=True)).option == option


def test_the_wish_is_a_repair_that_every_conversation_knows() -> None:
    assert "prove_number" in REPAIRS
