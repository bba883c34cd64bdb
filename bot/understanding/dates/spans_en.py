"""English spans of time: how long, how long from now, how long ago; and words that look like a date."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.understanding.dates.clock_en import DAYS, HOURS, MINUTES, MONTHS_LONG, PARTS, UNITS, WEEKS, YEARS
from bot.understanding.dates.facts import (
    Bar,
    Day,
    Fact,
    Impossible,
    Instant,
    Minute,
    Same,
    Shift,
    calendar_day,
    months_later,
    nth_weekday,
)
from bot.understanding.words.terms import Line

WEEKDAYS = {
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
_AROUND = frozenset(("at", "around", "about", "tomorrow", "today"))
_PAST = frozenset(("last", "previous", "past"))


def greeting(line: Line, at: int, now: datetime) -> Fact | None:
    if line.word(at) in ("good", "nice", "lovely", "great") and (
        line.word(at + 1) in PARTS or line.word(at + 1) in ("day", "weekend")
    ):
        return Bar(start=at, stop=at + 2)
    return None


def holiday(line: Line, at: int, now: datetime) -> Fact | None:
    """'Christmas eve', 'on New Year's Day': days that have a name beside their date."""
    words = tuple(line.word(place) for place in range(at, at + 3))
    name = next((words[:width] for width in (3, 2, 1) if words[:width] in _HOLIDAYS), None)
    if name is None:
        return None
    if name == ("thanksgiving",):
        thanks = nth_weekday(4, 3, 11, now.date())
        return Day(start=at, stop=at + 1, day=thanks) if thanks else None
    day, month = _HOLIDAYS[name]
    found = calendar_day(day, month, None, now.date())
    return Day(start=at, stop=at + len(name) + (line.word(at + len(name)) == "day"), day=found) if found else None


_HOLIDAYS: dict[tuple[str, ...], tuple[int, int]] = {
    ("new", "years", "eve"): (31, 12),
    ("new", "years"): (1, 1),
    ("new", "year"): (1, 1),
    ("christmas", "eve"): (24, 12),
    ("christmas",): (25, 12),
    ("xmas",): (25, 12),
    ("boxing", "day"): (26, 12),
    ("halloween",): (31, 10),
    ("valentines",): (14, 2),
    ("thanksgiving",): (0, 11),  # the fourth Thursday
    ("independence", "day"): (4, 7),
}


def past(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word == "yesterday":
        return Bar(start=at, stop=at + 1 + (line.word(at + 1) in PARTS), past=True)
    if word in _PAST and (line.word(at + 1) in WEEKDAYS or line.word(at + 1) in UNITS or line.word(at + 1) == "night"):
        return Bar(start=at, stop=at + 2, past=True)
    width = 2 if line.at(at).number is not None or word in ("a", "an") else 0
    if width and line.word(at + 1) in UNITS and line.word(at + 2) in ("ago", "old", "before"):
        return Bar(start=at, stop=at + 3, past=True)
    if word in ("every", "each") and line.word(at + 1) in WEEKDAYS | PARTS.keys() | UNITS:
        return Bar(start=at, stop=at + 2)
    if word == "on" and line.word(at + 1).rstrip("s") in WEEKDAYS and line.word(at + 1).endswith("days"):
        return Bar(start=at, stop=at + 2)
    return None


def duration(line: Line, at: int, now: datetime) -> Fact | None:
    """'for three days', 'for an hour': how long, not when."""
    if line.word(at) == "right" and line.word(at + 1) in ("now", "away"):
        return Instant(start=at, stop=at + 2, at=now, weak=True)
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
    if unit == "fortnight":
        return amount * 2, "weeks", stop + 1
    if unit not in UNITS:
        return None
    stop += 1
    if line.word(stop) == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "half":
        return amount + 0.5, unit, stop + 3
    if line.word(stop) == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "quarter":
        return amount + 0.25, unit, stop + 3
    more = stop + (line.word(stop) == "and")
    if unit in HOURS and line.at(more).integer is not None and line.word(more + 1) in MINUTES:
        return amount + (line.at(more).integer or 0) / 60, unit, more + 2
    if unit in WEEKS and line.word(stop) == "time":
        stop += 1
    return amount, unit, stop


def in_a_while(line: Line, at: int, now: datetime) -> Fact | None:
    """'in two hours', 'in three days', 'a week from now', 'two weeks from Friday'."""
    leads = line.word(at) == "in"
    found = _amount(line, at + leads)
    if found is None:
        return None
    amount, unit, stop = found
    if amount > 10_000:
        return Impossible(start=at, stop=stop)
    if not leads or line.word(stop) in ("from", "after"):
        if line.word(stop) == "tomorrow" and unit in WEEKS:
            return _later(at, stop + 1, amount, unit, now + timedelta(days=1))
        if line.word(stop) == "today" and unit in WEEKS:
            return _later(at, stop + 1, amount, unit, now)  # 'a week today'
        if line.word(stop) not in ("from", "after", "on"):
            return None
        stop += 1
        if line.word(stop) in ("now", "today"):
            return _later(at, stop + 1, amount, unit, now)
        base: datetime | None = None
        if line.word(stop) == "tomorrow":
            base = now + timedelta(days=1)
        elif line.word(stop) in WEEKDAYS:
            base = now + timedelta(days=(WEEKDAYS[line.word(stop)] - now.weekday()) % 7 or 7)
        return _later(at, stop + 1, amount, unit, base) if base else None
    return _later(at, stop, amount, unit, now)


def shift(line: Line, at: int, now: datetime) -> Fact | None:
    """'an hour later', 'half an hour earlier', 'two days later': from the moment that is known."""
    found = _amount(line, at)
    if found is None or line.word(found[2]) not in ("later", "earlier", "sooner"):
        return None
    amount, unit, stop = found
    minutes = 60 if unit in HOURS else 1 if unit in MINUTES else 24 * 60 if unit in DAYS else 0
    minutes = 7 * 24 * 60 if unit in WEEKS else minutes
    if not minutes or amount > 1000:
        return None
    delta = timedelta(minutes=round(amount * minutes))
    return Shift(start=at, stop=stop + 1, delta=delta if line.word(stop) == "later" else -delta)


def next_day(line: Line, at: int, now: datetime) -> Fact | None:
    """'the next day', 'the day after that': from the day that is known."""
    start = at + (line.word(at) == "the")
    words = line.word(start), line.word(start + 1)
    if words in (("next", "day"), ("following", "day")):
        return Shift(start=at, stop=start + 2, delta=timedelta(days=1))
    if words == ("day", "after") and line.word(start + 2) in ("", "that", "this", "please", "then"):
        stop = start + 2 + (line.word(start + 2) in ("that", "this"))
        return Shift(start=at, stop=stop, delta=timedelta(days=1))
    return None


def of_the_hour(line: Line, at: int, now: datetime) -> Fact | None:
    """'make it half past', 'a quarter to': of the hour that is known."""
    part, side = line.word(at), line.word(at + 1)
    minute = {"half": 30, "quarter": 15}.get(part)
    if minute is None or side not in ("past", "to", "before", "after") or (part == "half" and side != "past"):
        return None
    start = at - (line.word(at - 1) == "a")
    if at + 2 != len(line) and line.word(at + 2) not in ("please", "then", "instead", "if", "ok", "okay"):
        return None
    return Minute(start=start, stop=at + 2, minute=minute if side in ("past", "after") else -minute)


def same(line: Line, at: int, now: datetime) -> Fact | None:
    """'the same time', 'on the same day', 'same day'."""
    here = line.word(at) == "this" and line.word(at + 1) == "time"
    before, after = line.word(at - 1), line.word(at + 2)
    if here and (before in _AROUND or after in ("tomorrow", "next", "on") or after in WEEKDAYS):
        return Same(start=at, stop=at + 2, what="time", now=True)
    start = at + (line.word(at) in ("at", "on"))
    start += line.word(start) == "the"
    if line.word(start) != "same" or line.word(start + 1) not in ("time", "hour", "day", "date"):
        return None
    as_now = line.word(start + 2) in ("tomorrow", "next") or line.word(start - 1) == "this"  # 'same time next week'
    return Same(
        start=at, stop=start + 2, what="time" if line.word(start + 1) in ("time", "hour") else "day", now=as_now
    )


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
