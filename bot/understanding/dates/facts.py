"""What a date grammar finds in a text, before it is put together into one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from bot.dialogue.values import PartOfDay
from bot.understanding.reading import Question
from bot.understanding.words.terms import Line

Half: TypeAlias = Literal["am", "pm"] | PartOfDay | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Covers terms [start, stop). weak: only counts when nothing else in the text is left unexplained."""

    start: int
    stop: int
    weak: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Fact):
    """A calendar day. week: said as 'in a week', so that a weekday may still move it inside that week."""

    day: date
    week: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday(Fact):
    """weekday: Monday is 0. which: 'this' Friday, 'next' Friday, or plain ''."""

    weekday: int
    which: Literal["", "this", "next"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week(Fact):
    """The week that begins on this Monday, without a day in it."""

    monday: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock(Fact):
    """hour: 0..23 as said. sure: on a 24-hour face. written: '7:30', which Russians write on a 24-hour face.

    end_of_day: said as 24:00, the midnight with which the day ends.
    """

    hour: int
    minute: int = 0
    half: Half = None
    sure: bool = False
    written: bool = False
    end_of_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Between(Fact):
    """From one clock to another; either end may be open ('after three')."""

    first: Clock | None
    last: Clock | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Fact):
    """day: where the part names it too ('tonight')."""

    part: PartOfDay
    day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instant(Fact):
    """'In two hours': day and time at once."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vague(Fact):
    """A time is meant but not told ('at the weekend'): days are those it could be, question what to ask."""

    question: Question
    days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift(Fact):
    """'An hour later' than the moment that is known."""

    delta: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute(Fact):
    """'Make it half past': of the hour that is known. minute: -59..59, below nought before that hour."""

    minute: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Same(Fact):
    """'The same day', 'at the same time': of the moment told anew. now: as it is now, if none."""

    what: Literal["day", "time"]
    now: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Impossible(Fact):
    """The thirty-second of December, hour twenty-five: nothing of the text may be trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar(Fact):
    """Words that look like a date and are none: 'good evening', 'for three days', 'last Friday' (past)."""

    past: bool = False


Rule: TypeAlias = Callable[[Line, int, datetime], Fact | None]


def scan(line: Line, rules: tuple[Rule, ...], now: datetime) -> list[Fact]:
    """The first rule that fits at each place wins, so rules stand from the specific to the general."""
    found: list[Fact] = []
    index = 0
    while index < len(line):
        fact = next((fact for rule in rules if (fact := rule(line, index, now)) is not None), None)
        if fact is None:
            index += 1
            continue
        found.append(fact)
        index = max(fact.stop, index + 1)
    return found


def calendar_day(day: int, month: int, year: int | None, today: date) -> date | None:
    """The day as a date; without a year the coming one. None where the calendar has no such day."""
    years = [today.year, today.year + 1] if year is None else [year if year > 99 else 2000 + year]
    for candidate in years:
        try:
            found = date(candidate, month, day)
        except (ValueError, OverflowError):  # the thirty-second of March, or a day of sixteen digits
            continue
        if year is not None or found >= today:
            return found
    return None


def day_of_month(day: int, today: date) -> date | None:
    """The coming day with this number ('the nineteenth'), skipping months that lack it; today counts."""
    if not 1 <= day <= 31:
        return None
    first = today.replace(day=1)
    for _ in range(4):
        try:
            found = first.replace(day=day)
        except ValueError:
            found = None
        if found is not None and found >= today:
            return found
        first = (first + timedelta(days=32)).replace(day=1)
    return None


def nth_weekday(which: int, weekday: int, month: int, today: date) -> date | None:
    """The coming 'first Monday of December'; which: 1..5, or -1 for the last. None where a month has no fifth."""
    for year in (today.year, today.year + 1):
        first = date(year, month, 1)
        days = [first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * week) for week in range(5)]
        days = [day for day in days if day.month == month]
        if which == 0 or which > len(days):
            return None
        day = days[which if which < 0 else which - 1]
        if day >= today:
            return day
    return None


def earlier(clock: Clock, start: int, minutes: int) -> Clock:
    """The clock so many minutes before; on its own face, of twelve hours or of 24."""
    face = 24 * 60 if clock.sure else 12 * 60
    total = (clock.hour * 60 + clock.minute - minutes) % face
    hour = total // 60 or (0 if clock.sure else 12)
    return replace(clock, start=start, hour=hour, minute=total % 60, weak=False)


def last_day(
    line: Line, start: int, of: int, months: Mapping[str, int], now: datetime, *, following: bool
) -> Day | None:
    """The coming last day of the month, year or named month whose word stands at `of`. following: of the next one."""
    today, word = now.date(), line.word(of)
    if word in ("месяца", "month"):
        first = months_later(today.replace(day=1), 2 if following else 1)
    elif word in ("года", "year"):
        first = date(today.year + 1 + following, 1, 1)
    elif word in months:
        year = today.year + (months[word] < today.month)
        first = date(year + months[word] // 12, months[word] % 12 + 1, 1)
    else:
        return None
    return Day(start=start, stop=of + 1, day=first - timedelta(days=1))


def months_later(today: date, months: int) -> date:
    """The same day so many months on; the last day of a shorter month."""
    index = today.year * 12 + today.month - 1 + months
    year, month = divmod(index, 12)
    for day in range(today.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, today.day)
