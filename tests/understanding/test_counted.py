"""What a number counts says which number it is."""

from datetime import datetime

import pytest

from bot.dialogue.meaning import Expectation, Language, Option, SlotSpec
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.slots.counted import counted
from tests.dialogue.small import SMALL

WINDOWS = {"ru": ("окно",), "en": ("window",)}
NOW = datetime(2026, 11, 18, 10)


@pytest.mark.parametrize(
    ("language", "text", "value", "rest"),
    [
        ("ru", "нужно поставить три окна в квартиру", 3, "нужно поставить в квартиру"),
        ("ru", "двадцать одно окно", 21, ""),
        ("ru", "нет шесть окон", 6, "нет"),
        ("ru", "в три часа два окна", 2, "в три часа"),
        ("ru", "четыре пластиковых окна", 4, ""),
        ("ru", "не три окна а пять окон", 5, "не три окна а"),
        ("ru", "полторы тысячи окон", 1500, ""),
        ("en", "i need three windows for a flat", 3, "i need for a flat"),
        ("en", "one window please", 1, "please"),
        ("en", "12 windows", 12, ""),
    ],
)
def test_the_number_before_what_is_counted_is_taken_and_nothing_else(
    language: Language, text: str, value: int, rest: str
):
    found = counted(text, WINDOWS[language], language)
    assert found is not None
    assert (found[0].value, found[1]) == (value, rest)


@pytest.mark.parametrize(
    ("language", "text"), [("ru", "хочу окна"), ("ru", "окно три"), ("ru", "в пять часов"), ("en", "windows")]
)
def test_what_is_not_counted_is_no_number(language: Language, text: str):
    assert counted(text, WINDOWS[language], language) is None


def test_a_counted_number_is_taken_though_a_day_was_asked_and_leaves_the_day():
    count = SlotSpec(name="count", type="number", unit=WINDOWS)
    when = SlotSpec(name="when", type="date")
    expected = Expectation(asked="when", slots={"when": when, "count": count})
    nlu = BuiltinNlu.of(SMALL)
    told = nlu.understand("завтра, пять окон", expected, language="ru", now=NOW).readings
    assert (told["count"].value, str(told["when"].value)) == (5, "2026-11-19")
    assert "count" not in nlu.understand("пятого числа", expected, language="ru", now=NOW).readings


def test_a_number_alone_corrects_what_is_confirmed_where_it_can_be_no_hour():
    amount = SlotSpec(name="amount", type="number")
    nlu = BuiltinNlu.of(SMALL)
    confirming = Expectation(yesno=True, slots={"amount": amount})
    told = nlu.understand("нет, шестьсот", confirming, language="ru", now=NOW)
    assert (told.yes, told.readings["amount"].value) == (False, 600)
    with_an_hour = Expectation(yesno=True, slots={"amount": amount, "when": SlotSpec(name="when", type="datetime")})
    assert "amount" not in nlu.understand("нет, шесть", with_an_hour, language="ru", now=NOW).readings


def test_a_day_that_may_be_over_is_taken_in_a_correction():
    confirming = Expectation(yesno=True, slots={"day": SlotSpec(name="day", type="date", past=True)})
    told = BuiltinNlu.of(SMALL).understand("нет, позавчера", confirming, language="ru", now=NOW)
    assert str(told.readings["day"].value) == "2026-11-16"


def test_free_words_are_an_answer_but_for_a_question_and_another_slots_whole_answer():
    slots = {"address": SlotSpec(name="address", type="text"), "when": SlotSpec(name="when", type="datetime")}
    expected = Expectation(asked="address", slots=slots, intents=("chat.robot",))
    nlu = BuiltinNlu.of(SMALL)

    def told(text: str) -> set[str]:
        return set(nlu.understand(text, expected, language="ru", now=NOW).readings)

    assert told("Садовая 12, квартира 5") == {"address"}
    assert told("завтра в два") == {"when"}
    assert told("улица 8 Марта, дом 3") == {"address"}
    assert told("позвоните от ворот завтра") == {"address"}


def test_a_no_that_is_an_option_is_no_wish_to_cancel():
    options = (
        Option(id="order", title={"ru": "Оформляем"}, synonyms={"ru": ("да", "давайте")}),
        Option(id="no", title={"ru": "Не нужно"}, synonyms={"ru": ("нет", "не надо", "передумал")}),
        Option(id="later", title={"ru": "Позже"}, synonyms={"ru": ("не сейчас",)}),
        Option(id="never", title={"ru": "Больше не звоните"}, synonyms={"ru": ("не звоните", "не беспокойте")}),
    )
    expected = Expectation(asked="ready", slots={"ready": SlotSpec(name="ready", type="choice", options=options)})
    for text in ("нет, не надо", "не нужно", "нет, передумал"):
        told = BuiltinNlu.of(SMALL).understand(text, expected, language="ru", now=NOW)
        assert told.readings["ready"].value == "no", text


def test_a_bare_yes_chooses_nothing_that_was_not_asked():
    options = (Option(id="fixed", title={"ru": "Заработало"}, synonyms={"ru": ("да",)}),)
    works = SlotSpec(name="works", type="choice", options=options)
    expected = Expectation(asked="count", slots={"count": SlotSpec(name="count", type="number"), "works": works})
    nlu = BuiltinNlu.of(SMALL)
    assert nlu.understand("да", expected, language="ru", now=NOW).readings == {}
    assert set(nlu.understand("заработало", expected, language="ru", now=NOW).readings) == {"works"}


def test_what_does_not_work_is_what_is_meant_but_a_day_that_does_not_work_is_not():
    options = (Option(id="tv", title={"en": "TV"}), Option(id="internet", title={"en": "Internet"}))
    kind = SlotSpec(name="kind", type="choice", options=options)
    expected = Expectation(asked="kind", slots={"kind": kind, "when": SlotSpec(name="when", type="datetime")})
    nlu = BuiltinNlu.of(SMALL)
    for text in ("my TV doesn't work", "the tv isn't working"):
        assert nlu.understand(text, expected, language="en", now=NOW).readings["kind"].value == "tv"
    assert "when" not in nlu.understand("Friday at three doesn't work", expected, language="en", now=NOW).readings


def test_a_polite_no_is_the_option_that_says_no():
    options = (Option(id="order", title={"en": "Order it"}), Option(id="no", title={"en": "No, thanks"}))
    expected = Expectation(asked="ready", slots={"ready": SlotSpec(name="ready", type="choice", options=options)})
    told = BuiltinNlu.of(SMALL).understand("no, thanks", expected, language="en", now=NOW)
    assert told.readings["ready"].value == "no"
