"""Numbers as they are spoken and as a recogniser cuts them."""

import pytest

from voice.asr import numerals
from voice.asr.days import moments


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("восемь девятьсот пять сто двадцать три сорок пять ноль семь", "89051234507"),
        ("Сорок два ноль семь.", "4207"),
        ("двести", "200"),
        ("девятнадцать пять", "195"),
        ("мой номер один два", "12"),
        ("ничего", ""),
    ],
)
def test_digits_are_counted_in_groups_as_a_telephone_is_told(text, digits):
    assert numerals.digits(text, "ru") == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [("four twenty one oh seven", "42107"), ("three hundred twelve", "312"), ("nine one six", "916")],
)
def test_english_groups_too(text, digits):
    assert numerals.digits(text, "en") == digits


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("восемь девятьсот пять сто двадцать три сорок пять ноль семь", True),
        ("девятьсот пять сто двадцать три сорок пять ноль семь", True),
        ("восемь девять шесть пять два три пять восемь ноль шесть", False),  # ten, though it begins with the eight
    ],
)
def test_a_telephone_has_as_many_digits_as_its_beginning_asks_for(text, right):
    assert numerals.is_phone(text, "ru") is right


def test_a_numeral_cut_where_its_half_is_no_word_is_put_together():
    assert numerals.mended("Пять сот девяносто. Пять сот девяносто.", "ru") == "пятьсот девяносто."
    assert numerals.mended("Шесть-надцать.", "ru") == "шестнадцать."


def test_a_numeral_cut_into_two_words_may_be_either():
    assert numerals.readings("четыре сто два", "ru") == ("четыре сто два", "четыреста два")
    assert set(numerals.readings("пять сот три", "ru")) >= {"пятьсот три", "пять сто три"}


def test_of_two_digits_alike_one_may_have_been_dropped():
    assert "девять девять один" in numerals.doubled("девять один", "ru")


def test_what_is_said_twice_was_said_once():
    assert numerals.once("Amanda Scott. amanda scott") == "Amanda Scott."
    assert numerals.once("Да. Нет.") == "Да. Нет."


def test_no_telephone_has_a_thousand_in_it_and_a_code_has_letters():
    assert "тысяча" in numerals.lexicon("ru", "number")
    assert "тысяча" not in numerals.lexicon("ru", "phone")
    assert "эм" in numerals.lexicon("ru", "code")
    assert "эм" not in numerals.lexicon("ru", "digits")


@pytest.mark.parametrize(
    "text",
    [
        "двадцать пятого ноября в половине шестого",
        "в следующую среду без четверти девять",
        "к пятнадцати часам третьего декабря",
        "послезавтра вечером в восемь",
    ],
)
def test_a_moment_is_told_with_known_words(text):
    assert numerals.foreign(text, moments("ru")) == 0
    assert numerals.foreign("треть его яйбря", moments("ru")) == 3
