from datetime import datetime, time

import pytest

from bot.dialogue.meaning import Expectation, Option, SlotSpec
from bot.understanding.whole import is_whole

NOW = datetime(2026, 11, 18, 10)
DOCTORS = (
    Option(id="t", title={"ru": "терапевт", "en": "therapist"}),
    Option(id="c", title={"ru": "кардиолог", "en": "cardiologist"}),
)


def asked(slot_type: str) -> Expectation:
    options = DOCTORS if slot_type == "choice" else ()
    spec = SlotSpec(name="it", type=slot_type, options=options, open_hours=(time(9), time(20)))
    return Expectation(asked="it", slots={"it": spec})


@pytest.mark.parametrize(
    ("slot_type", "said"),
    [
        ("datetime", "Завтра в три часа дня."),
        ("phone", "восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь"),
        ("person", "Иван Петров."),
        ("choice", "Терапевт."),
        ("yesno", "Да, верно."),
    ],
)
def test_a_whole_answer_need_not_be_waited_for(slot_type, said):
    assert is_whole(said, asked(slot_type), language="ru", now=NOW)


@pytest.mark.parametrize(
    ("slot_type", "said"),
    [
        ("datetime", "Завтра."),
        ("datetime", "В три."),
        ("phone", "восемь девятьсот пять сто двадцать три"),
        ("person", "Иван."),
        ("choice", "Мне бы, наверное"),
        ("choice", "К терапевту на завтра"),
        ("yesno", "Нет, лучше"),
        ("number", "Двадцать"),
        ("text", "У меня болит"),
        ("colour", "красный"),
        ("datetime", ""),
    ],
)
def test_half_an_answer_is_waited_for(slot_type, said):
    assert not is_whole(said, asked(slot_type), language="ru", now=NOW)


def test_a_question_of_yes_or_no_and_a_menu_have_whole_answers_too():
    assert is_whole("Yes.", Expectation(yesno=True), language="en", now=NOW)
    assert is_whole("Cardiologist.", Expectation(choices=DOCTORS), language="en", now=NOW)
    assert not is_whole("Cardiologist.", Expectation(), language="en", now=NOW)
