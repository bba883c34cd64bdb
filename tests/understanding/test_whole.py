from dataclasses import replace
from datetime import datetime, time

import pytest

from bot.dialogue.hours import Hours
from bot.dialogue.meaning import REPAIRS, Expectation, Language, Meaning, Option, ScoredIntent, SlotSpec
from bot.understanding.nlu import SURE
from bot.understanding.whole import is_whole

NOW = datetime(2026, 11, 18, 10)
DOCTORS = (
    Option(id="t", title={"ru": "терапевт", "en": "therapist"}),
    Option(id="c", title={"ru": "кардиолог", "en": "cardiologist"}),
)

SERVICE = SlotSpec(name="service", type="choice", options=DOCTORS)
WHEN = SlotSpec(name="when", type="datetime", open_hours=Hours.daily(time(9), time(20)))
NAME = SlotSpec(name="name", type="person")
MENU = Expectation(
    choices=(Option(id="results", title={"ru": "Анализы"}, key="1"),),
    intents=("booking", "price", "address", "cancellation", *REPAIRS),
    intent_slots={"booking": (SERVICE, WHEN, NAME), "price": (SERVICE,)},
)


def asked(slot_type: str) -> Expectation:
    options = DOCTORS if slot_type == "choice" else ()
    spec = SlotSpec(name="it", type=slot_type, options=options, open_hours=Hours.daily(time(9), time(20)))
    return Expectation(asked="it", slots={"it": spec})


@pytest.mark.parametrize(
    ("slot_type", "said"),
    [
        ("datetime", "Завтра в три часа дня."),
        ("datetime", "Завтра в шестнадцать тридцать."),
        ("datetime", "Завтра в шестнадцать часов."),
        ("phone", "восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь"),
        ("person", "Иван Петров."),
        ("choice", "Терапевт."),
        ("choice", "Мне к терапевту, пожалуйста."),
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
        ("datetime", "Завтра в шестнадцать."),
        ("phone", "восемь девятьсот пять сто двадцать три"),
        ("person", "Иван."),
        ("choice", "Мне бы, наверное"),
        ("choice", "К терапевту на"),
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


@pytest.mark.parametrize(
    "said",
    [
        "Хочу записаться к терапевту на завтра в три часа дня",
        "Сколько стоит приём кардиолога?",
        "Где вы находитесь?",
        "Соедините с оператором",
        "Повторите ещё раз",
    ],
)
def test_a_wish_with_all_that_goes_with_it_need_not_be_waited_for(nlu, said):
    assert is_whole(said, MENU, language="ru", now=NOW, nlu=nlu)


@pytest.mark.parametrize(
    "said",
    [
        "Хочу записаться к терапевту",
        "Запишите меня на завтра",
        "Запишите к терапевту на завтра",
        "Здравствуйте",
        "Спасибо",
        "Мне нужно",
        "Сколько стоит",
        "",
    ],
)
def test_a_wish_that_is_likely_to_go_on_is_waited_for(nlu, said):
    assert not is_whole(said, MENU, language="ru", now=NOW, nlu=nlu)


def test_a_wish_may_be_whole_while_something_else_is_asked_but_not_while_anything_may_be_said(nlu):
    phone, text = (replace(MENU, choices=(), asked="it", slots=asked(kind).slots) for kind in ("phone", "text"))
    assert is_whole("Соедините с оператором", phone, language="ru", now=NOW, nlu=nlu)
    assert not is_whole("Соедините с оператором", text, language="ru", now=NOW, nlu=nlu)
    assert not is_whole("Где вы находитесь", phone, language="ru", now=NOW, nlu=nlu)


def test_no_goes_on_where_something_may_be_changed_and_yes_does_not():
    confirm = Expectation(yesno=True, slots=asked("datetime").slots)
    assert is_whole("Да.", confirm, language="ru", now=NOW)
    assert not is_whole("Нет.", confirm, language="ru", now=NOW)
    assert is_whole("Нет.", Expectation(yesno=True), language="ru", now=NOW)


def test_a_question_of_yes_or_no_and_a_menu_have_whole_answers_too():
    assert is_whole("Yes.", Expectation(yesno=True), language="en", now=NOW)
    assert is_whole("Cardiologist.", Expectation(choices=DOCTORS), language="en", now=NOW)
    assert not is_whole("Cardiologist.", Expectation(), language="en", now=NOW)


def test_a_menu_item_named_is_whole_and_one_told_as_the_beginning_of_a_wish_is_not():
    booking = Option(id="booking", title={"ru": "Записаться к врачу"}, synonyms={"ru": ("записаться", "записать")})
    menu = replace(MENU, choices=(booking, *MENU.choices))
    assert is_whole("Записаться к врачу.", menu, language="ru", now=NOW)
    assert is_whole("Записаться", menu, language="ru", now=NOW)
    assert is_whole("Анализы", menu, language="ru", now=NOW)
    assert not is_whole("Запишите меня", menu, language="ru", now=NOW)


class _Guess:
    """Understands every text as the same wish, told as surely."""

    def __init__(self, score: float) -> None:
        self.score = score

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return Meaning(intents=(ScoredIntent(name="address", score=self.score),))

    def language_of(self, text: str) -> Language | None:
        return None


def test_a_wish_is_waited_for_until_it_is_surely_told():
    assert is_whole("куда ехать", MENU, language="ru", now=NOW, nlu=_Guess(SURE))
    assert not is_whole("куда ехать", MENU, language="ru", now=NOW, nlu=_Guess(SURE - 0.01))
