"""Every value of whole ranges is read back as it was said: each minute of a day, each day of three years, numbers.

`make readback` runs them all; without it one of many is taken, the same on every run.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from bot.dialogue import spoken
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


@pytest.mark.parametrize(("lang", "currency"), [("ru", "RUB"), ("ru", "USD"), ("en", "USD"), ("en", "GBP")])
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
