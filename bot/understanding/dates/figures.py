"""Dates and times written in figures with marks: '19.11', '2026-11-19', '15:30', '1530'."""

from __future__ import annotations

import re
from datetime import date, datetime

from bot.understanding.dates.facts import Clock, Day, Fact, Impossible, calendar_day
from bot.understanding.words.terms import Line

_MARKS = re.compile(r"[.,:/\-]")


def date_figures(line: Line, at: int, now: datetime, *, day_first: bool, time_words: frozenset[str]) -> Fact | None:
    """A date in figures at this place. day_first: 3/4 is the third of April; a time where time_words precede."""
    text = line.at(at).digits
    if len(text) > 10 or text == "24/7":  # round the clock
        return None
    parts = _MARKS.split(text)
    marks = set(_MARKS.findall(text))
    if len(marks) != 1 or len(parts) not in (2, 3) or marks & {":", ","}:
        return None
    mark = marks.pop()
    numbers = [int(part) for part in parts]
    if len(parts) == 3 and len(parts[0]) == 4:
        return _day(at, numbers[2], numbers[1], numbers[0], now.date())
    if len(parts) == 3:
        if len(parts[2]) not in (2, 4) or max(len(parts[0]), len(parts[1])) > 2:
            return None
        first, second = numbers[:2]
        day_leads = day_first or mark == "." or first > 12
        day, month = (first, second) if day_leads else (second, first)
        return _day(at, day, month, numbers[2], now.date())
    first, second = numbers
    if max(len(part) for part in parts) > 2 or mark == "-":
        return None
    if mark == ".":
        # 15.30 is no date, 'в 10.30' and 'at 10.12' are times; 19.11 is a date
        day, month = first, second
        if (
            len(parts[1]) != 2
            or not 1 <= month <= 12
            or not day
            or (line.word(at - 1) in time_words and line.word(at - 1) != "на")
        ):
            return None
    else:
        day, month = (first, second) if day_first or first > 12 else (second, first)
    return _day(at, day, month, None, now.date())


def _day(at: int, day: int, month: int, year: int | None, today: date) -> Fact:
    found = calendar_day(day, month, year, today)
    if found is None:
        return Impossible(start=at, stop=at + 1)
    return Day(start=at, stop=at + 1, day=found)


def time_figures(line: Line, at: int, *, after: str) -> Clock | Impossible | None:
    """A time in figures with marks; only a colon is certain without a preposition before it."""
    text = line.at(at).digits
    if len(text) > 8:
        return None
    parts = _MARKS.split(text)
    mark = _MARKS.findall(text)[0]
    if len(parts) == 3 and mark == ":" and len(parts[2]) == 2:
        parts = parts[:2]
    if len(parts) != 2 or len(parts[1]) != 2 or len(parts[0]) > 2 or mark in ("/", ","):
        return None
    hour, minute = int(parts[0]), int(parts[1])
    end_of_day = hour == 24 and minute == 0
    if end_of_day:
        hour = 0
    if hour > 24 or hour == 24 or minute > 59:
        return Impossible(start=at, stop=at + 1) if after or mark == ":" else None
    return Clock(
        start=at,
        stop=at + 1,
        hour=hour,
        minute=minute,
        sure=hour > 12 or hour == 0 or parts[0].startswith("0"),
        written=True,
        end_of_day=end_of_day,
        weak=mark != ":" and not after,
    )


def dashed_hours(text: str, *, named: bool) -> tuple[int, int] | None:
    """The hours of '2-3'; '10-30' is half past ten, unless hours are named after it ('10-12 часов')."""
    first, mark, last = text.partition("-")
    if not mark or not (first.isdigit() and last.isdigit()) or len(first) > 2 or len(last) > 2:
        return None
    hours = int(first), int(last)
    if not all(1 <= hour <= 24 for hour in hours):
        return None
    # minutes come in fives: '10-15' is a quarter past ten, '9-18' and '15-17' are hours from which to which
    if len(last) == 2 and not named and (not hours[1] % 5 or hours[0] >= hours[1]):
        return None
    return hours
