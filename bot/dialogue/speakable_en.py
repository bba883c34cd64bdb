"""English text with figures, signs and abbreviations to words alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

from num2words import num2words  # type: ignore[import-untyped]

from bot.dialogue import spoken_en

_N = r"\d{1,3}(?:,\d{3})+(?!\d)|\d+"
_DASH = r"\s?[-–—]\s?"
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "₽": "RUB"}
_WORDS = {
    "st.": "Street", "ave.": "Avenue", "rd.": "Road", "blvd.": "Boulevard", "apt.": "apartment", "no.": "number",
    "dr.": "Doctor", "mr.": "Mister", "mrs.": "Missis", "tel.": "telephone", "ext.": "extension", "dept.": "department",
    "approx.": "approximately", "e.g.": "for example", "i.e.": "that is", "etc.": "and so on", "vs.": "versus",
    "№": "number", "&": "and", "24/7": "around the clock", "w/o": "without",
}  # fmt: skip
_UNITS = {
    "min": "minute", "mins": "minute", "hr": "hour", "hrs": "hour", "sec": "second", "secs": "second", "kg": "kilogram",
    "km": "kilometre", "cm": "centimetre", "mm": "millimetre", "lb": "pound", "lbs": "pound", "ft": "foot",
    "sq": "square", "ml": "millilitre",
}  # fmt: skip
_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"

Found = re.Match[str]


def _integer(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def _phone(found: Found) -> str:
    said = spoken_en.phone(re.findall(r"\d+", found[0]))
    return said if found[0].startswith("+") else said.removeprefix("plus ")


def _iso(found: Found) -> str | None:
    try:
        return spoken_en.calendar_day(date(int(found[1]), int(found[2]), int(found[3])), voice=True, year=True)
    except ValueError:
        return None


def _month_day(found: Found) -> str | None:
    day = _ordinal_word(int(found[2])) if int(found[2]) <= 31 else None
    if day is None:
        return None
    return f"{found[1]} {day}" + (f", {_year_word(int(found[3]))}" if found[3] else "")


def _day_month(found: Found) -> str | None:
    return f"the {_ordinal_word(int(found[1]))} of {found[2]}" if 1 <= int(found[1]) <= 31 else None


def _year_word(year: int) -> str:
    return spoken_en.calendar_day(date(year, 1, 1), voice=True, year=True).partition(", ")[2]


def _year(found: Found) -> str:
    return f"{found[1]} {_year_word(int(found[2]))}"


def _clock(found: Found) -> str:
    hour, minute, half = int(found[1]), found[2], (found[3] or "").replace(".", "").strip().lower()
    if half:
        minutes = "" if minute in (None, "00") else f" {_minutes(minute)}"
        return f"{spoken_en.cardinal(hour)}{minutes} {half[0]} m"
    if minute == "00":
        return spoken_en.clock(time(hour, 0), voice=True)
    return f"{spoken_en.cardinal(hour)} {_minutes(minute)}"


def _hours(found: Found) -> str | None:
    if int(found[1]) > 23 or int(found[3]) > 24:
        return None
    said = spoken_en.hours(time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4])), voice=True)
    return said.removeprefix("from ") if found.string[: found.start()].rstrip().lower().endswith("from") else said


def _minutes(figures: str) -> str:
    return f"oh {spoken_en.cardinal(int(figures))}" if figures[0] == "0" else spoken_en.cardinal(int(figures))


def _money(found: Found) -> str:
    amount = Decimal(found[2].replace(",", ""))
    scale = {"k": 1_000, "m": 1_000_000}.get((found[3] or "").lower(), 1)
    amount *= scale
    return spoken_en.money(int(amount) if amount == int(amount) else amount, _CURRENCIES[found[1]])


def _percent(found: Found) -> str:
    return f"{spoken_en.number(_value(found[1]))} percent"


def _value(text: str) -> int | Decimal:
    value = Decimal(text.replace(",", ""))
    return int(value) if value == int(value) else value


def _unit(found: Found) -> str:
    value = _value(found[1])
    unit = _UNITS[found[2].lower()]
    many = {"foot": "feet", "square": "square"}.get(unit, f"{unit}s")
    return f"{spoken_en.number(value)} {unit if value == 1 else many}"


def _ordinal_word(number: int) -> str:
    return str(num2words(number, lang="en", to="ordinal"))


def _ordinal(found: Found) -> str:
    return _ordinal_word(_integer(found[1]))


def _range(found: Found) -> str | None:
    first, last = int(found[1]), int(found[2])
    return f"{spoken_en.cardinal(first)} to {spoken_en.cardinal(last)}" if first < last else None


def _fraction(found: Found) -> str:
    return f"{spoken_en.cardinal(int(found[1]))} slash {spoken_en.cardinal(int(found[2]))}"


def _word(found: Found) -> str:
    return _WORDS[found[0].lower()]


def _number(found: Found) -> str:
    figures = found[0]
    if "." not in figures and "," not in figures and (len(figures) > 6 or (figures[0] == "0" and len(figures) > 1)):
        return ", ".join(spoken_en.digit(int(figure)) for figure in figures)
    return spoken_en.number(_value(figures))


RULES: tuple[tuple[re.Pattern[str], Callable[[Found], str | None]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), rule)
    for pattern, rule in (
        (r"(?<![\w+])\+?(?:1[ -])?\(?\d{3}\)?[ -]\d{3}[ -]\d{4}(?!\d)", _phone),
        (r"(?<![\w+])\+\d{1,3}(?: \d{2,5}){2,4}(?!\d)", _phone),
        (r"(?<![\d.])(\d{4})-(\d{2})-(\d{2})(?![\d-])", _iso),
        (rf"\b({_MONTH}) (\d{{1,2}})(?:st|nd|rd|th)?(?:,? ((?:19|20)\d\d))?(?![\d:])", _month_day),
        (rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\b", _day_month),
        (r"(?<![\d:])(1[0-2]|0?[1-9])(?::([0-5]\d))?\s?([ap]\.?m\b\.?)", _clock),
        (rf"(?<![\d:])(\d{{1,2}}):([0-5]\d){_DASH}(\d{{1,2}}):([0-5]\d)(?![\d:])", _hours),
        (r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)()(?![\d:])", _clock),
        (rf"([$€£₽])\s?((?:{_N})(?:\.\d{{1,2}})?)(?:\s?([km])\b)?", _money),
        (rf"(?<![\w.,])((?:{_N})(?:\.\d+)?)\s?%", _percent),
        (r"\b(in|of|since|by|until|year) ((?:19|20)\d\d)(?!\d|\w)", _year),
        (r"(?<!\d)(\d+)(?:st|nd|rd|th)\b", _ordinal),
        (rf"(?<![\w.,])((?:{_N})(?:\.\d+)?)\s?({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b\.?", _unit),
        (rf"(?<![\w./-])(\d{{1,3}}){_DASH}(\d{{1,3}})(?![\w/]|-\d|[.,]\d)", _range),
        (rf"(?<!\w)(?:{'|'.join(re.escape(word) for word in sorted(_WORDS, key=len, reverse=True))})(?!\w)", _word),
        (r"(?<![\w/])(\d{1,4})/(\d{1,4})(?![\w/])", _fraction),
        (rf"(?<![\w.,])(?:{_N})(?:\.\d+)?(?!\w|[.,]\d)", _number),
    )
)
