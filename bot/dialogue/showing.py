"""How a value becomes text: for the eye in figures, for the ear in words. A table, one function per type.

The forms themselves are made in `spoken` and `timetable`; here it is decided which of them a value takes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any

from bot.dialogue import spoken, timetable
from bot.dialogue.hours import Hours
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Business
from bot.dialogue.speakable import speakable
from bot.dialogue.titles import Nothing, OptionId
from bot.dialogue.values import Moment, PersonName, Value

_E164 = re.compile(r"\+\d{8,15}")  # a telephone number as slots hold it
_AND: Mapping[Language, str] = {"ru": "и", "en": "and"}
_AT: Mapping[Language, str] = {"ru": "в", "en": "at"}
_YES: Mapping[Language, str] = {"ru": "да", "en": "yes"}
_NO: Mapping[Language, str] = {"ru": "нет", "en": "no"}


@dataclass(slots=True)
class Register:
    """For whom a value becomes text. voice: for the ear. now: naive, the wall clock of the business."""

    language: Language
    voice: bool
    now: datetime
    business: Business
    rows: Mapping[str, Mapping[str, Value]]


def show(register: Register, value: Value) -> str:
    """A bare value, as a person would write or say it."""
    shown = SHOWN.get(type(value)) or next((SHOWN[kind] for kind in SHOWN if isinstance(value, kind)), _as_it_is)
    return shown(register, value)


def day(register: Register, value: date) -> str:
    return spoken.day(value, register.now, register.language, voice=register.voice)


def clock(register: Register, value: datetime | time) -> str:
    return spoken.time(value, register.language, voice=register.voice)


def number(register: Register, value: int | Decimal) -> str:
    return spoken.number(value, register.language, voice=register.voice)


def hours(register: Register, value: Hours) -> str:
    return timetable.said(value, register.now.date(), register.language, voice=register.voice)


def several(register: Register, items: tuple[Value, ...], word: Value = None) -> str:
    """ "a, b или c"; word: the conjunction in place of "или"/"or". Datetimes of one day name the day once; what was
    chosen is joined by "и"/"and"."""
    if isinstance(items, Nothing):
        return next(iter(items.words.get(register.language, ())), "")
    if word is None and items and all(isinstance(item, OptionId) for item in items):
        word = _AND[register.language]
    if len(items) > 1 and all(isinstance(item, datetime) for item in items):
        return "; ".join(_times_of_day(register, tuple(times)) for _, times in groupby(items, _date))
    return joined(register, [show(register, item) for item in items], word)


def joined(register: Register, texts: list[str], word: Value = None) -> str:
    return spoken.join(texts, register.language, word=str(word) if word else None)


def _times_of_day(register: Register, times: tuple[Any, ...]) -> str:
    """ "завтра в 14:30, 15:00 или 16:00"."""
    return (
        f"{day(register, times[0])} {_AT[register.language]} {joined(register, [clock(register, at) for at in times])}"
    )


def _date(value: Value) -> date | None:
    return value.date() if isinstance(value, datetime) else None


def _as_it_is(_: Register, value: object) -> str:
    return str(value)


def _option(register: Register, value: OptionId) -> str:
    return value.titles.get(register.language) or next(iter(value.titles.values()), str(value))


def _text(register: Register, value: str) -> str:
    if value.startswith("+") and _E164.fullmatch(value):
        return spoken.phone(value, register.language, voice=register.voice)
    if register.voice and value.isascii() and value.isdigit():
        return spoken.digits(value, register.language, voice=True)  # "0042" is a code, whatever a voice makes of it
    return speakable(value, register.language) if register.voice else value


def _yes_no(register: Register, value: bool) -> str:
    return (_YES if value else _NO)[register.language]


def _moment(register: Register, value: datetime) -> str:
    return f"{day(register, value)}, {_AT[register.language]} {clock(register, value)}"


def _part(register: Register, value: Moment) -> str:
    return " ".join(show(register, part) for part in (value.day, value.time) if part is not None)


def _by_language(register: Register, value: Mapping[str, Value]) -> str:
    return show(register, value.get(register.language) or next(iter(value.values()), None))


# A type before those it is a kind of; what is none of these is written as it is.
SHOWN: Mapping[type, Callable[[Register, Any], str]] = {
    type(None): lambda register, value: "",
    OptionId: _option,
    str: _text,
    bool: _yes_no,
    int: number,
    Decimal: number,
    datetime: _moment,
    date: day,
    time: clock,
    Moment: _part,
    PersonName: _as_it_is,
    Hours: hours,
    tuple: several,
    dict: _by_language,
    Mapping: _by_language,
}
