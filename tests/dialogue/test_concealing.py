"""Secrets that are said again in free words, and numbers that are secret wherever they stand."""

from __future__ import annotations

import time

import pytest

from bot.dialogue.concealing import concealed
from bot.dialogue.values import MASK

CARD = "4276160012345675"  # fits Luhn's sum


@pytest.mark.parametrize(
    "text",
    [
        "4276 0012", "42-76 00 12", "сорок два семьдесят шесть ноль ноль двенадцать",
        "четыре тысячи двести семьдесят шесть ноль ноль двенадцать", "four two seven six double zero twelve",
        "forty two seventy six oh oh one two", "4276, потом 0012",
    ],
)  # fmt: skip
def test_a_number_is_hidden_however_it_is_said_again(text: str):
    assert concealed(f"мой номер {text}, ответьте", {"42760012"}) == f"мой номер {MASK}, ответьте"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("а123вс77", "А123ВС77"),
        ("A 123 BC 77", "А123ВС77"),
        ("а сто двадцать три вэ эс семьдесят семь", "А123ВС77"),
        ("anna.smith@gmail.com", "anna.smith@gmail.com"),
        ("anna точка smith собака джимейл точка ком", "anna.smith@gmail.com"),
        ("905 123-45-67", "+79051234567"),
        ("Петрову", "Петров"),
    ],
)
def test_letters_are_hidden_too(text: str, secret: str):
    told = concealed(f"это {text}", {secret})
    assert told == f"это {MASK}"


def test_a_short_secret_is_hidden_between_whole_words_alone():
    assert concealed("код 1042, заказ 91042", {"1042"}) == f"код {MASK}, заказ 91042"
    assert concealed("приду в десять сорок", {"1042"}) == "приду в десять сорок"


@pytest.mark.parametrize(
    "text",
    [
        CARD,
        "4276 1600 1234 5675",
        "4276-1600-1234-5675",
        "сорок два семьдесят шесть 1600 1234 5675",
        "5555555555554444",
    ],
)
def test_the_number_of_a_bank_card_is_hidden_though_nobody_asked(text: str):
    assert concealed(f"вот карта {text} и всё", ()) == f"вот карта {MASK} и всё"


@pytest.mark.parametrize(
    "text",
    [
        "заказ 4276160012345676",
        "трек 80082412345678",
        "тел. 8 905 123 45 67",
        "двадцать второго в 15:30, за 2500 рублей",
        "нас будет двое, 12 лет и 5 лет",
        "счёт 40702810500000012345678",
    ],
)
def test_other_numbers_stay(text: str):
    assert concealed(text, ()) == text


def test_a_passport_an_insurance_number_and_the_code_of_a_card_are_hidden_where_they_are_named():
    assert concealed("паспорт 45 09 123456", ()) == f"паспорт {MASK}"
    assert concealed("СНИЛС 112-233-445 95", ()) == f"СНИЛС {MASK}"
    assert concealed("cvv 123", ()) == f"cvv {MASK}"
    assert concealed("паспорт в 10 кабинете", ()) == "паспорт в 10 кабинете"


def test_what_an_author_asked_for_and_lets_be_seen_is_seen():
    assert concealed(CARD, (), shown=(CARD,)) == CARD


def test_a_long_text_costs_little_and_hides_rather_too_much():
    began = time.process_time()
    assert concealed("1 " * 500_000, ()) == MASK
    assert concealed("о" * 1_000_000, ()) == "о" * 1_000_000
    concealed("один " * 2_000, {"42760012"})
    concealed("1 " * 5_000, {"42760012", "А123ВС77"})
    assert time.process_time() - began < 1


def test_numbers_that_might_be_cards_at_every_place_are_added_up_once():
    spent = []
    for _ in range(3):
        began = time.thread_time()
        concealed("4 " * 4_999, ())
        spent.append(time.thread_time() - began)
    assert min(spent) < 0.15
