"""Every value of whole ranges is read back as it was said: each minute of a day, each day of three years, numbers.

`make readback` runs them all; without it one of many is taken, the same on every run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.dialogue import spoken, spoken_ru
from bot.understanding.reading import Expected, Lang
from bot.understanding.slots.readers import read

NOW = datetime(2026, 11, 18, 10, 0)
ALL = bool(os.environ.get("GOVORUN_READ_BACK"))
LANGS: tuple[Lang, ...] = ("ru", "en")
SMALL_HOURS = range(1, 6)  # '3:30' written alone is taken for the afternoon


def _some(count: int, stride: int) -> Iterator[int]:
    """All of them, or every so many; the stride shares no divisor with 10, so that every ending comes."""
    return iter(range(0, count, 1 if ALL else stride))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("voice", [True, False])
def test_every_minute_of_a_day(lang: Lang, voice: bool):
    wrong = []
    for minute in _some(24 * 60, 13):
        clock = time(minute // 60, minute % 60)
        if lang == "ru" and not voice and clock.hour in SMALL_HOURS:
            continue
        said = f"{'завтра в' if lang == 'ru' else 'tomorrow at'} {spoken.time(clock, lang, voice=voice)}"
        if read("datetime", said, lang=lang, now=NOW).value != datetime.combine(date(2026, 11, 19), clock):
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("voice", [True, False])
def test_every_day_of_three_years(lang: Lang, voice: bool):
    wrong = []
    for ahead in _some(3 * 365, 17):
        day = NOW.date() + timedelta(days=ahead + 1)
        said = spoken.day(day, NOW, lang, voice=voice)
        if read("date", said, lang=lang, now=NOW).value != day:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("voice", [True, False])
def test_every_number_below_a_hundred_thousand(lang: Lang, voice: bool):
    wrong = []
    for number in (*range(1_000 if ALL else 120), *_some(100_000, 997)):
        said = spoken.number(number, lang, voice=voice)
        if read("number", said, lang=lang, now=NOW).value != number:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_numbers_up_to_a_billion_of_billions(lang: Lang):
    wrong = []
    for power in range(5, 12):
        for part in _some(1000, 37):
            number = part * 10 ** (power - 2) + 7 * part
            said = spoken.number(number, lang, voice=True)
            if read("number", said, lang=lang, now=NOW).value != number:
                wrong.append(said)
    assert wrong == []


CURRENCIES = [
    ("ru", "RUB"), ("ru", "USD"), ("ru", "EUR"), ("ru", "GBP"), ("ru", "KZT"),
    ("en", "USD"), ("en", "GBP"), ("en", "EUR"), ("en", "RUB"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "currency"), CURRENCIES)
@pytest.mark.parametrize("voice", [True, False])
def test_every_hundredth_of_an_amount(lang: Lang, currency: str, voice: bool):
    wrong = []
    for hundredths in _some(100 * 100, 101):
        amount = 37 * (hundredths // 100) + Decimal(hundredths % 100) / 100
        said = spoken.money(amount, currency, lang, voice=voice)
        if read("money", said, lang=lang, now=NOW, expected=Expected(currency=currency)).value != amount:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
def test_every_end_of_a_phone_number(lang: Lang):
    wrong = []
    for end in _some(10_000, 97):
        number = f"+7905{100 + end % 900}{end:04d}"
        said = spoken.phone(number, lang, voice=True)
        if read("phone", said, lang=lang, now=NOW).value != number:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize(("lang", "currency"), CURRENCIES)
@pytest.mark.parametrize("voice", [True, False])
def test_large_amounts_with_their_hundredths(lang: Lang, currency: str, voice: bool):
    wrong = []
    for part in _some(2_000, 61):
        amount = part * 499_979 + 1_000_000 + Decimal(part % 100) / 100
        said = spoken.money(amount, currency, lang, voice=voice)
        if read("money", said, lang=lang, now=NOW, expected=Expected(currency=currency)).value != amount:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("voice", [True, False])
def test_every_minute_where_the_time_alone_is_asked(lang: Lang, voice: bool):
    wrong = []
    for minute in _some(24 * 60, 17):
        clock = time(minute // 60, minute % 60)
        if lang == "ru" and not voice and clock.hour in SMALL_HOURS:
            continue
        said = f"{'в' if lang == 'ru' else 'at'} {spoken.time(clock, lang, voice=voice)}"
        if read("time", said, lang=lang, now=NOW).value != clock:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("gender", ["masculine", "feminine", "neuter"])
def test_every_russian_ordinal_of_a_thousand(gender: str):
    wrong = []
    for number in _some(1_000, 7):
        for case in ("nominative", "genitive", "prepositional"):
            said = spoken_ru.ordinal(number + 1, case=case, gender=gender)
            if read("number", said, lang="ru", now=NOW).value != number + 1:
                wrong.append(said)
    assert wrong == []


def test_every_day_of_a_month_as_its_number_alone():
    """'Двадцать пятого числа': the coming day of that number."""
    wrong = []
    for day in range(1, 31):
        said = f"{spoken_ru.ordinal(day, case='genitive', gender='neuter')} числа"
        value = read("date", said, lang="ru", now=NOW).value
        if not isinstance(value, date) or value.day != day or value < NOW.date():
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("voice", [True, False])
def test_digits_of_every_length(lang: Lang, voice: bool):
    wrong = []
    for seed in _some(4_000, 53):
        length = 3 + seed % 14
        text = f"{(seed + 1) * 7_919_773_331_117_773:017d}"[-length:]
        said = spoken.digits(text, lang, voice=voice)
        if read("digits", said, lang=lang, now=NOW, expected=Expected(length=(length, length))).value != text:
            wrong.append(said)
    assert wrong == []


@pytest.mark.parametrize(
    ("lang", "written"),
    [
        ("ru", "улица Ленина, дом {house}, квартира {flat}"),
        ("ru", "проспект Мира, дом {house}, корпус 2, подъезд 3, этаж 7, квартира {flat}"),
        ("ru", "Москва, переулок Сивцев Вражек, дом {house}"),
        ("en", "{house} Baker Street, apartment {flat}"),
        ("en", "{house} Elm Road, flat {flat}"),
    ],
)
def test_an_address_as_it_is_read_back_is_the_same_address(lang: Lang, written: str):
    wrong = []
    for number in _some(900, 23):
        address = written.format(house=number + 1, flat=(number * 7) % 400 + 1)
        spelt = re.sub(r"\d+", lambda figures: spoken.number(int(figures[0]), lang, voice=True), address)
        for said in (address, spelt.lower().replace(",", "")):
            if str(read("address", said, lang=lang, now=NOW).value).lower() != address.lower():
                wrong.append(said)
    assert wrong == []
