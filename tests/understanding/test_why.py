"""Why a text was understood as it was: what is told is what decided."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bot.dialogue.meaning import Expectation, Language
from bot.understanding.nlu import LIKELY, BuiltinNlu
from bot.understanding.why import LINE, Because, Why, why
from tests.understanding.test_nlu import CONFIRM, MENU, NOW, asking

Phrases = Mapping[str, Mapping[str, list[str]]]


@pytest.fixture
def told(nlu: BuiltinNlu, clinic_phrases: Phrases):
    def tell(text: str, expectation: Expectation = MENU, language: Language = "ru") -> Why:
        return why(nlu, clinic_phrases, text, expectation, language=language, now=NOW)

    return tell


@pytest.mark.parametrize(
    ("text", "expectation", "because"),
    [
        ("перенесите мою запись на пятницу", MENU, "wish"),
        ("позовите человека", MENU, "repair"),
        ("да", CONFIRM, "yesno"),
        ("1", MENU, "key"),
        ("завтра в три", asking("when"), "answer"),
        ("мой кот любит сметану и спать на батарее", MENU, "below"),
    ],
)
def test_what_decided_is_named(told, text: str, expectation: Expectation, because: Because) -> None:
    assert told(text, expectation).because == because


def test_the_meaning_is_the_one_that_the_dialogue_gets(told, nlu: BuiltinNlu) -> None:
    for text in ("запишите к лору завтра в три", "да", "сколько стоит", "ytn", "абракадабра", ""):
        for expectation in (MENU, CONFIRM, asking("when")):
            assert told(text, expectation).meaning == nlu.understand(text, expectation, language="ru", now=NOW)


def test_the_nearest_phrase_is_the_authors_own(told, clinic_phrases: Phrases) -> None:
    for name, texts in clinic_phrases.items():
        best = {guess.intent: guess for guess in told(texts["ru"][0]).guesses}[name]
        assert best.nearest == texts["ru"][0]
        assert best.likeness > 0.99


def test_slips_and_the_other_layout_are_told(told) -> None:
    slip = told("запишите меня к терапвту")
    assert (slip.written, slip.heard) == ("as_is", "запишите меня к терапевту")
    assert (told("ghbdtn").written, told("ghbdtn").heard) == ("layout", "привет")
    assert told("zapishite k terapevtu").written == "translit"
    english = told("book me a visit", language="en")
    assert (english.written, english.heard) == ("as_is", "book me a visit")


def test_an_interruption_needs_more_than_a_wish_of_its_own(told) -> None:
    assert told("сколько стоит приём").needed == LINE
    assert told("сколько стоит приём", asking("name")).needed == LIKELY


def test_a_rule_is_told_even_where_nobody_waits_for_it(told) -> None:
    closed = Expectation(intents=("booking",))
    heard = told("позовите оператора", closed)
    assert heard.rule == "operator"
    assert heard.because != "repair"


def test_words_that_no_slot_took_are_told(told) -> None:
    heard = told("завтра в три но я боюсь", asking("when"))
    assert heard.readings["when"].value is not None
    assert "боюсь" in heard.left
