"""The English grammar of days, as rules over terms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot.understanding import clock_en
from bot.understanding.clock_en import AT, DAYS, HOURS, MINUTES, MONTHS_LONG, PARTS, UNITS, WEEKS, YEARS
from bot.understanding.facts import (
    Bar,
    Day,
    Fact,
    Impossible,
    Instant,
    Part,
    Rule,
    Vague,
    Week,
    Weekday,
    calendar_day,
    day_of_month,
    months_later,
)
from bot.understanding.figures import date_figures
from bot.understanding.numerals_en import WORDS as NUMERALS
from bot.understanding.terms import Line

_WEEKDAYS = {
    form: index
    for index, forms in enumerate(
        (
            "monday mon mondays",
            "tuesday tue tues",
            "wednesday wed weds",
            "thursday thu thur thurs",
            "friday fri",
            "saturday sat",
            "sunday sun",
        )
    )
    for form in forms.split()
}
_BEFORE_SHORT = frozenset(("on", "for", "or", "but", "till", "until", ""))
_MONTHS = {
    form: index
    for index, forms in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for form in forms.split()
}
_PAST = frozenset(("last", "previous", "past"))
VOCABULARY = frozenset(
    word for table in (_WEEKDAYS, _MONTHS, NUMERALS, PARTS, UNITS) for word in table if len(word) > 4
) | frozenset(("tomorrow", "today", "tonight", "weekend", "quarter", "oclock", "midnight", "yesterday"))


def _greeting(line: Line, at: int, now: datetime) -> Fact | None:
    if line.word(at) in ("good", "nice", "lovely", "great") and (
        line.word(at + 1) in PARTS or line.word(at + 1) in ("day", "weekend")
    ):
        return Bar(start=at, stop=at + 2)
    return None


def _past(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word == "yesterday":
        return Bar(start=at, stop=at + 1 + (line.word(at + 1) in PARTS))
    if word in _PAST and (line.word(at + 1) in _WEEKDAYS or line.word(at + 1) in UNITS or line.word(at + 1) == "night"):
        return Bar(start=at, stop=at + 2)
    width = 2 if line.at(at).number is not None or word in ("a", "an") else 0
    if width and line.word(at + 1) in UNITS and line.word(at + 2) in ("ago", "old", "earlier", "before"):
        return Bar(start=at, stop=at + 3)
    if word in ("every", "each") and line.word(at + 1) in _WEEKDAYS | PARTS.keys() | UNITS:
        return Bar(start=at, stop=at + 2)
    if word == "on" and line.word(at + 1).rstrip("s") in _WEEKDAYS and line.word(at + 1).endswith("days"):
        return Bar(start=at, stop=at + 2)
    return None


def _duration(line: Line, at: int, now: datetime) -> Fact | None:
    """'for three days', 'for an hour': how long, not when."""
    if line.word(at) not in ("for", "within", "lasts", "takes", "over"):
        return None
    counted = line.at(at + 1).number is not None or line.word(at + 1) in ("a", "an", "the", "half")
    start = at + 2 + (line.word(at + 1) == "half") if counted else at + 1
    if counted and line.word(start) in UNITS and line.word(start + 1) != "from":
        return Bar(start=at, stop=start + 1)
    return None


def _amount(line: Line, at: int) -> tuple[float, str, int] | None:
    """'two hours', 'an hour and a half', 'half an hour', 'a couple of days': how much of which unit, place after."""
    if line.word(at) == "half" and line.word(at + 1) in ("an", "a") and line.word(at + 2) in UNITS:
        return 0.5, line.word(at + 2), at + 3
    if line.word(at) in ("a", "an", "one"):
        amount: float = 1
    elif line.at(at).role == "cardinal" and line.at(at).number is not None:
        amount = float(line.at(at).number or 0)
    else:
        return None
    stop = at + 1 + (line.word(at + 1) == "of")
    if line.word(stop) == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "half":
        return amount + 0.5, line.word(stop + 3), stop + 4
    unit = line.word(stop)
    if unit not in UNITS:
        return None
    stop += 1
    if line.word(stop) == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "half":
        return amount + 0.5, unit, stop + 3
    if unit in WEEKS and line.word(stop) == "time":
        stop += 1
    return amount, unit, stop


def _in_a_while(line: Line, at: int, now: datetime) -> Fact | None:
    """'in two hours', 'in three days', 'a week from now', 'two weeks from Friday'."""
    leads = line.word(at) == "in"
    found = _amount(line, at + leads)
    if found is None:
        return None
    amount, unit, stop = found
    if amount > 10_000:
        return Impossible(start=at, stop=stop)
    if not leads or line.word(stop) in ("from", "after"):
        if line.word(stop) not in ("from", "after"):
            return None
        stop += 1
        if line.word(stop) in ("now", "today"):
            return _later(at, stop + 1, amount, unit, now)
        base: datetime | None = None
        if line.word(stop) == "tomorrow":
            base = now + timedelta(days=1)
        elif line.word(stop) in _WEEKDAYS:
            base = now + timedelta(days=(_WEEKDAYS[line.word(stop)] - now.weekday()) % 7 or 7)
        return _later(at, stop + 1, amount, unit, base) if base else None
    return _later(at, stop, amount, unit, now)


def _later(start: int, stop: int, amount: float, unit: str, now: datetime) -> Fact | None:
    today = now.date()
    if unit in MINUTES or unit in HOURS:
        minutes = round(amount * (60 if unit in HOURS else 1))
        return Instant(start=start, stop=stop, at=now + timedelta(minutes=minutes))
    if unit in DAYS:
        return Day(start=start, stop=stop, day=today + timedelta(days=round(amount)))
    if unit in WEEKS:
        return Day(start=start, stop=stop, day=today + timedelta(days=round(amount * 7)), week=True)
    if unit in MONTHS_LONG:
        return Day(start=start, stop=stop, day=months_later(today, int(amount)))
    if unit in YEARS and amount < 100:
        return Day(start=start, stop=stop, day=months_later(today, 12 * int(amount)))
    return None


def _date(line: Line, at: int, now: datetime) -> Fact | None:
    """'November 19[th] [2026]', 'November nineteenth', '[the] nineteenth of November', '19 Nov', '11/19'."""
    term = line.at(at)
    if term.role == "marked":
        return date_figures(line, at, now, day_first=False, time_words=AT)
    start = at + (term.word == "the")
    if term.word in _MONTHS:
        month: int | None = _MONTHS[term.word]
        skip = at + 1 + (line.word(at + 1) == "the")
        number = _number(line, skip)
        stop = skip + 1
        if number is None or (number > 31 and line.at(skip).role == "cardinal"):
            return None
    else:
        number = _number(line, start)
        skip = start + 1 + (line.word(start + 1) == "of")
        month = _MONTHS.get(line.word(skip))
        stop = skip + 1
    if number is None or month is None:
        return None
    # 'on May 3 pm' is nobody's date
    year, stop = _year(line, stop)
    day = calendar_day(number, month, year, now.date())
    return Impossible(start=at, stop=stop) if day is None else Day(start=at, stop=stop, day=day)


def _number(line: Line, at: int) -> int | None:
    term = line.at(at)
    return term.ordinal if term.ordinal is not None else term.integer


def _year(line: Line, at: int) -> tuple[int | None, int]:
    first, second = line.at(at).integer, line.at(at + 1).integer
    if first is not None and 1900 <= first <= 2100:
        return first, at + 1
    if first == 20 and second is not None and 20 <= second <= 99 and not line.at(at).digits:
        # 'twenty twenty six'; but 'November nineteenth twenty thirty' is more likely a year than half past eight
        return 2000 + second, at + 2
    return None, at


def _number_of_month(line: Line, at: int, now: datetime) -> Fact | None:
    """'on the nineteenth', 'the 19th': a day of this or the coming month."""
    strong = line.word(at) in ("on", "for") and line.word(at + 1) == "the"
    start = at + 2 if strong else at + (line.word(at) == "the")
    number = line.at(start).ordinal
    if number is None or (start == at and not line.at(start).digits):
        return None
    after = line.word(start + 1)
    if after and (after not in _AFTER_ORDINAL or line.word(start + 2) in _MONTHS):
        return None
    day = day_of_month(number, now.date())
    if day is None:
        return Impossible(start=at, stop=start + 1)
    return Day(start=at, stop=start + 1, day=day, weak=not strong)


_AFTER_ORDINAL = frozenset(
    "at in please around about by if would works is of this and or from between after before".split()
)


def _relative(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("today", "tomorrow"):
        return Day(start=at, stop=at + 1, day=now.date() + timedelta(days=word == "tomorrow"))
    if word == "day" and line.word(at + 1) == "after" and line.word(at + 2) == "tomorrow":
        start = at - (line.word(at - 1) == "the")
        return Day(start=start, stop=at + 3, day=now.date() + timedelta(days=2))
    return None


def _weekday(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    which: Literal["", "this", "next"] = "next" if word == "next" else "this" if word in ("this", "coming") else ""
    after = at + 1 if which else at
    if which == "this" and line.word(after) == "coming":
        after, which = after + 1, ""
    name = line.word(after)
    if name not in _WEEKDAYS:
        return None
    if name in ("sat", "sun", "wed", "mon") and not which and line.word(at - 1) not in _BEFORE_SHORT:
        return None  # words of their own
    weekday = _WEEKDAYS[name]
    if line.word(after + 1) == "week":
        today = now.date()
        day = today + timedelta(days=((weekday - today.weekday()) % 7 or 7) + 7)
        return Day(start=at, stop=after + 2, day=day)
    return Weekday(start=at, stop=after + 1, weekday=weekday, which=which)


def _week(line: Line, at: int, now: datetime) -> Fact | None:
    monday = now.date() - timedelta(days=now.weekday())
    if line.word(at + 1) in ("week", "weeks"):
        if line.word(at) == "next":
            return Week(start=at, stop=at + 2, monday=monday + timedelta(days=7))
        if line.word(at) == "this":
            return Week(start=at, stop=at + 2, monday=monday)
    if line.word(at) == "week" and line.word(at + 1) == "after" and line.word(at + 2) == "next":
        return Week(start=at, stop=at + 3, monday=monday + timedelta(days=14))
    return None


def _vague(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("weekend", "weekends"):
        saturday = now.date() + timedelta(days=(5 - now.weekday()) % 7)
        if line.word(at - 1) == "next":
            saturday += timedelta(days=7)
        return Vague(start=at, stop=at + 1, question="day", days=(saturday, saturday + timedelta(days=1)))
    if word in ("weekday", "weekdays") or (word == "month" and line.word(at - 1) in ("next", "this")):
        return Vague(start=at, stop=at + 1, question="day")
    if word in _MONTHS and word not in ("may", "march") and line.word(at - 1) in ("in", "for", "next"):
        return Vague(start=at, stop=at + 1, question="day")
    return None


def _part(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word == "tonight":
        return Part(start=at, stop=at + 1, part="evening", day=now.date())
    if word == "this" and line.word(at + 1) in PARTS:
        return Part(start=at, stop=at + 2, part=PARTS[line.word(at + 1)], day=now.date())
    if word == "after" and line.word(at + 1) in ("lunch", "work"):
        return Part(start=at, stop=at + 2, part="day" if line.word(at + 1) == "lunch" else "evening")
    if word == "before" and line.word(at + 1) in ("lunch", "noon"):
        return Part(start=at, stop=at + 2, part="morning")
    if word in ("am", "pm") and len(line) <= 2:
        return Part(start=at, stop=at + 1, part="morning" if word == "am" else "evening")  # 'am or pm?'
    if word in PARTS:
        before = line.word(at - 1)
        near = before in ("the", "this", "in", "tomorrow", "at", "that") or before in _WEEKDAYS
        return Part(start=at, stop=at + 1, part=PARTS[word], weak=not near and line.at(at - 1).role != "ordinal")
    return None


RULES: tuple[Rule, ...] = (
    _greeting,
    _past,
    _in_a_while,
    _duration,
    _date,
    clock_en.between,
    _part,
    clock_en.at_clock,
    _number_of_month,
    _relative,
    _week,
    _weekday,
    _vague,
)
