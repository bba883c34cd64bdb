"""What of the customer's words goes out to a language model."""

from __future__ import annotations

import pytest

from bot.understanding.llm.hiding import MAX_CHARS, hidden


@pytest.mark.parametrize(
    ("text", "out"),
    [
        ("мой телефон 8 905 123-45-67, это срочно", "мой телефон [1], это срочно"),
        ("+7(905)1234567", "[1]"),
        ("карта 4276 5500 1234 5678 и код 123", "карта [1] и код 123"),
        ("заказ 104277", "заказ [1]"),
        ("паспорт 4509 123456 выдан 01.02.2010", "паспорт [1] выдан 01.02.2010"),
        ("пишите на ivan.petrov@mail.ru завтра", "пишите на [1] завтра"),
        ("смотрите https://site.example/?token=abc", "смотрите [1]"),
        ("восемь девятьсот пять сто двадцать три сорок пять звоните", "[1] звоните"),
        ("my number is oh seven nine double one two three", "my number is [1]"),
    ],
)
def test_numbers_and_addresses_that_belong_to_somebody_stay_here(text: str, out: str) -> None:
    assert hidden(text).text == out


@pytest.mark.parametrize(
    "text",
    [
        "двадцать пятого ноября в пятнадцать тридцать",
        "18.11.2026 в 15:30",
        "2026-11-18 15:30",
        "мне 45 лет, нас 4",
        "около 1500 рублей",
        "tomorrow at half past three",
    ],
)
def test_times_counts_and_prices_go_out(text: str) -> None:
    assert hidden(text).text == text


def test_what_was_put_away_comes_back_into_a_proposed_value() -> None:
    said = hidden("нет, 8 905 123-45-67, а почта a@b.ru")
    assert said.text == "нет, [2], а почта [1]"
    assert said.back("[2]") == "8 905 123-45-67"
    assert said.back("[1] или [7]") == "a@b.ru или [7]"


def test_a_customer_cannot_name_a_place_themselves() -> None:
    said = hidden("[1] это 8 905 123-45-67")
    assert said.text == "(1) это [1]"
    assert said.back(said.text) == "(1) это 8 905 123-45-67"


def test_letters_that_nobody_sees_do_not_go_out() -> None:
    sneaky = "цена\u202e\u200b \U000e0049\U000e0047\x00\x1b[31m\ud800?"
    assert hidden(sneaky).text == "цена [31m ?"


def test_a_long_text_is_cut() -> None:
    assert len(hidden("а" * 1_000_000).text) == MAX_CHARS


def test_what_is_put_away_is_not_shown_where_the_value_is_printed() -> None:
    assert "905" not in repr(hidden("8 905 123-45-67"))
