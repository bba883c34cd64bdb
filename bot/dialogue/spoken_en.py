"""English words for values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache

from num2words import num2words  # type: ignore[import-untyped]

_MONTHS = ("January February March April May June July August September October November December").split()
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_NEAR = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_CURRENCIES = {
    "RUB": ("ruble", "rubles", "kopek", "kopeks"),
    "USD": ("dollar", "dollars", "cent", "cents"),
    "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"),
    "KZT": ("tenge", "tenge", "tiyn", "tiyn"),
    "BYN": ("ruble", "rubles", "kopek", "kopeks"),
    "UAH": ("hryvnia", "hryvnias", "kopek", "kopeks"),
    "GEL": ("lari", "lari", "tetri", "tetri"),
    "TRY": ("lira", "liras", "kurush", "kurush"),
}


@lru_cache(maxsize=4096)  # as in spoken_ru
def cardinal(n: int) -> str:
    """'one thousand five hundred and twenty-one'."""
    return str(num2words(n, lang="en")).replace(",", "")


def number(value: int | Decimal) -> str:
    """'two point five'; the decimals digit by digit."""
    if value < 0:
        return f"minus {number(-value)}"
    whole = int(value)
    if value == whole:
        return cardinal(whole)
    figures = f"{(Decimal(value) - whole).normalize():f}".partition(".")[2]
    return f"{cardinal(whole)} point {' '.join(cardinal(int(figure)) for figure in figures)}"


def day_name(when: date, ahead: int) -> str:
    """ahead: days from today."""
    return _NEAR.get(ahead, _WEEKDAYS[when.weekday()])


def calendar_day(when: date, *, voice: bool, year: bool) -> str:
    month = _MONTHS[when.month - 1]
    if not voice:
        return f"{month} {when.day}, {when.year}" if year else f"{month} {when.day}"
    said = f"{month} {num2words(when.day, lang='en', to='ordinal')}"
    return f"{said}, {_year(when.year)}" if year else said


def _year(year: int) -> str:
    """'twenty twenty-six', 'two thousand and five'."""
    century, rest = divmod(year, 100)
    if rest < 10:
        return cardinal(year)
    return f"{cardinal(century)} {cardinal(rest)}"


def clock(moment: time, *, voice: bool) -> str:
    """'3 pm', '3:30 pm'; 'three in the afternoon', 'five oh five in the morning', 'noon'."""
    hour = moment.hour % 12 or 12
    if not voice:
        half = "am" if moment.hour < 12 else "pm"
        return f"{hour}:{moment.minute:02d} {half}" if moment.minute else f"{hour} {half}"
    if not moment.minute and moment.hour in (0, 12):
        return "noon" if moment.hour else "midnight"
    return f"{_face(hour, moment.minute)} {_part(moment.hour)}"


def _face(hour: int, minute: int) -> str:
    if not minute:
        return cardinal(hour)
    return f"{cardinal(hour)} {cardinal(minute)}" if minute >= 10 else f"{cardinal(hour)} oh {cardinal(minute)}"


def _part(hour: int) -> str:
    if hour == 0 or hour >= 21:
        return "at night"
    return "in the morning" if hour < 12 else "in the afternoon" if hour < 17 else "in the evening"


def hours(opens: time, closes: time, *, voice: bool) -> str:
    until = "midnight" if closes == time(0) else clock(closes, voice=voice)
    return f"from {clock(opens, voice=voice)} to {until}"


def money(amount: int | Decimal, currency: str) -> str:
    if amount < 0:
        return f"minus {money(-amount, currency)}"
    if currency not in _CURRENCIES:
        return f"{number(amount)} {currency}"
    one, many, cent, cents = _CURRENCIES[currency]
    whole, small = divmod(round(amount * 100), 100)
    said = f"{cardinal(whole)} {one if whole == 1 else many}"
    if not small:
        return said
    rest = f"{cardinal(small)} {cent if small == 1 else cents}"
    return f"{said} and {rest}" if whole else rest


def phone(groups: Sequence[str]) -> str:
    """Digit by digit, a pause between groups: 'plus seven, nine oh five, one two three, four five, six seven'."""
    first, *rest = groups
    lead = f"plus {' '.join(digit(int(figure)) for figure in first)}"
    return ", ".join([lead, *(" ".join(digit(int(figure)) for figure in group) for group in rest)])


def digit(n: int) -> str:
    return "oh" if n == 0 else cardinal(n)
