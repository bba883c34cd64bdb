"""What follows on a question that was just answered: the same one, of something else."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.dialogue.meaning import Expectation, Meaning, Option, SlotSpec
from bot.dialogue.values import Moment
from bot.understanding.nlu import BuiltinNlu

NOW = datetime(2026, 11, 18, 10)
DOCTORS = (
    Option(id="lor", title={"ru": "Лор", "en": "ENT"}, synonyms={"ru": ("лора",), "en": ("ent",)}),
    Option(id="dentist", title={"ru": "Стоматолог", "en": "Dentist"}),
)
SERVICE = SlotSpec(name="service", type="choice", options=DOCTORS)
BOOKED = SlotSpec(name="when", type="datetime", known=Moment(day=NOW.date(), time=NOW.time().replace(hour=15)))
PRICE = Expectation(topic="price", topic_slots=(SERVICE,))
BOOKING = Expectation(topic="booking", topic_slots=(SERVICE, BOOKED))
HOURS = Expectation(topic="main.hours")


@pytest.fixture(scope="module")
def plain() -> BuiltinNlu:
    return BuiltinNlu({}, encoder=None)


def heard(nlu: BuiltinNlu, text: str, expectation: Expectation) -> Meaning:
    language = "en" if text.isascii() else "ru"
    return nlu.understand(text, expectation, language=language, now=NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "а у лора?",
        "ну а лор",
        "и лор",
        "ясно, а если к лору?",
        "что насчёт лора",
        "а лор тоже?",
        "and the ENT?",
        "what about the ENT",
        "ok, and for the ENT?",
        "how about ENT",
    ],
)
def test_the_same_question_is_asked_of_another(plain: BuiltinNlu, text: str) -> None:
    told = heard(plain, text, PRICE)
    assert (told.intent, told.readings["service"].value, told.same) == ("price", "lor", False)


@pytest.mark.parametrize(
    "text", ["то же самое на пятницу", "давайте то же самое, только в пятницу", "the same on Friday"]
)
def test_the_same_once_more_keeps_the_hour_of_another_day(plain: BuiltinNlu, text: str) -> None:
    told = heard(plain, text, BOOKING)
    assert (told.intent, told.same) == ("booking", True)
    assert told.readings["when"].value == datetime(2026, 11, 20, 15)


def test_another_day_asks_once_more_for_what_is_told_of_all_days(plain: BuiltinNlu) -> None:
    assert [heard(plain, text, HOURS).intent for text in ("а в воскресенье?", "and on Sunday?")] == ["main.hours"] * 2


@pytest.mark.parametrize("text", ["а завтра?", "лор", "а", "and", "а почему лор такой дорогой", "а в три?"])
def test_what_the_question_does_not_take_or_says_more_follows_on_nothing(plain: BuiltinNlu, text: str) -> None:
    assert heard(plain, text, PRICE).intent != "price"


def test_a_day_answers_the_question_that_asks_for_one(plain: BuiltinNlu) -> None:
    asked = SlotSpec(name="when", type="datetime", asked=True)
    expectation = Expectation(asked="when", slots={"when": asked}, topic="booking", topic_slots=(SERVICE, BOOKED))
    told = heard(plain, "а завтра?", expectation)
    assert told.intent is None
    assert told.readings["when"].question == "time"
