"""`hours:` and `holidays:` of business.yaml.

hours: 09:00-20:00                                               every day
hours: {mon-fri: 09:00-20:00, sat: 10:00-16:00, sun: closed}     days that aren't named are closed
holidays: {2026-12-31: 09:00-15:00, 2027-01-01: closed, 05-09: closed, 01-01..01-08: closed}
"""

from __future__ import annotations

import re
from datetime import time

from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Node, Text
from bot.dialogue.hours import DAILY, MIDNIGHT, Holiday, Hours, Span, exists

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")
_CLOSED = ("closed", "закрыто", "выходной")
_DAYS = {
    **{name: day for day, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))},
    **{name: day for day, name in enumerate(("пн", "вт", "ср", "чт", "пт", "сб", "вс"))},
}
_SEVERAL = {
    "weekdays": range(5), "weekend": range(5, 7), "daily": range(7),
    "будни": range(5), "выходные": range(5, 7), "ежедневно": range(7),
}  # fmt: skip
_DATE = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})")
_RANGE = re.compile(r"\s*(?:\.\.|…)\s*")


def hours(reader: Reader, node: Node | None, holidays: Node | None) -> Hours:
    week = _week(reader, node)
    return Hours(week, _holidays(reader, holidays))


def _week(reader: Reader, node: Node | None) -> tuple[Span | None, ...]:
    if node is None:
        return DAILY.week
    if not isinstance(node, Fields):
        return (_span(reader, node),) * 7
    week: dict[int, Span | None] = {}
    for entry in node.entries:
        span = _span(reader, entry.value)
        for day in _days(reader, entry.key):
            if day in week:
                reader.problem("day_twice", entry.key, value=entry.key.value[:40], name=list(_DAYS)[day])
            week[day] = span
    return tuple(week.get(day) for day in range(7))


def _days(reader: Reader, key: Text) -> list[int]:
    """Of "mon", "mon-fri", "sat, sun", "пн-пт", "будни"; a span may go over the end of the week: "fri-mon"."""
    out: list[int] = []
    for part in key.value.lower().split(","):
        if part.strip() in _SEVERAL:
            out += _SEVERAL[part.strip()]
            continue
        ends = [end.strip() for end in re.split(r"[-–—]", part)]
        unknown = [end for end in ends if end not in _DAYS]
        if unknown or len(ends) > 2:
            known = [*_DAYS, *_SEVERAL]
            about = {"near": near(unknown[0], known) if unknown else "", "known": listed(list(_DAYS)[:7])}
            reader.problem("bad_day", key, value=key.value[:40], **about)
            return []
        first, last = _DAYS[ends[0]], _DAYS[ends[-1]]
        out += [day % 7 for day in range(first, last + 1 if last >= first else last + 8)]
    return out


def _span(reader: Reader, node: Node) -> Span | None:
    """None: closed. What isn't a span of hours is reported, and taken for the usual ones."""
    written = node.value.strip() if isinstance(node, Text) else ""
    if written.lower() in _CLOSED:
        return None
    if match := _SPAN.fullmatch(written):
        opens_h, opens_m, closes_h, closes_m = map(int, match.groups())
        midnight = (closes_h, closes_m) == (24, 0)
        if opens_h < 24 and (closes_h < 24 or midnight) and opens_m < 60 and closes_m < 60:
            opens, closes = time(opens_h, opens_m), MIDNIGHT if midnight else time(closes_h, closes_m)
            if opens < closes or midnight:
                return opens, closes
    reader.problem("bad_hours", node, value=written[:40] or "…")
    return DAILY.week[0]


def _holidays(reader: Reader, node: Node | None) -> tuple[Holiday, ...]:
    if node is None:
        return ()
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return ()
    out: list[Holiday] = []
    for entry in node.entries:
        span = _span(reader, entry.value)
        holiday = _holiday(entry.key.value, span)
        if holiday is None:
            reader.problem("bad_holiday", entry.key, value=entry.key.value[:40])
        elif any(_clash(holiday, other) for other in out):
            reader.problem("holiday_twice", entry.key, value=entry.key.value[:40])
        else:
            out.append(holiday)
    return tuple(out)


def _holiday(written: str, span: Span | None) -> Holiday | None:
    """Of "2026-12-31", "01-07", "12-30..01-08", "2026-12-31..2027-01-08"; None where it is no date."""
    ends = [_DATE.fullmatch(end.strip()) for end in _RANGE.split(written.strip())]
    if len(ends) > 2 or any(end is None for end in ends):
        return None
    dates = [(int(end[1]) if end[1] else None, int(end[2]), int(end[3])) for end in ends if end]
    (year, *first), (until, *last) = dates[0], dates[-1]
    if any(not exists(month, day, of) for of, month, day in dates) or (year is None and until is not None):
        return None
    begins, ends_on = (first[0], first[1]), (last[0], last[1])
    over = ends_on < begins  # into the next year
    if until is not None and year is not None and until != year + over:
        return None  # backwards, or longer than a year
    return Holiday(first=begins, last=ends_on, year=year, span=span)


def _clash(one: Holiday, other: Holiday) -> bool:
    """Both say the hours of one day, and neither is more particular."""
    return one.year == other.year and (one.first == other.first or one.last == other.last)
