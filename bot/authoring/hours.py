"""`hours:` and `holidays:` of business.yaml.

hours: 09:00-20:00                                               every day
hours: {mon-fri: 09:00-20:00, sat: 10:00-16:00, sun: closed}     days that aren't named are closed
hours: {mon-fri: 09:00-13:00 and 14:00-20:00, sat: 22:00-06:00}  with a break; until the next morning
holidays: {2026-12-31: 09:00-15:00, 2027-01-01: closed, 05-09: closed, 01-01..01-08: closed}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from itertools import pairwise

from bot.authoring.problems import listed, near
from bot.authoring.reading import Reader
from bot.authoring.tree import Fields, Listing, Node, Text
from bot.dialogue.hours import CLOSED, DAILY, MIDNIGHT, Holiday, Hours, Span, Spans, exists

_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})")
_AND = re.compile(r"\s*[,;+]\s*|\s+(?:and|и)\s+", re.IGNORECASE)
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


def _week(reader: Reader, node: Node | None) -> tuple[Spans, ...]:
    if node is None:
        return DAILY.week
    if not isinstance(node, Fields):
        return _apart(reader, {day: (_spans(reader, node), node) for day in range(7)})
    week: dict[int, tuple[Spans, Node]] = {}
    for entry in node.entries:
        if _SPAN.fullmatch(entry.key.value.strip()):
            reader.problem("hours_comma", entry.key, value=entry.key.value[:40])
            continue
        spans = _spans(reader, entry.value)
        for day in _days(reader, entry.key):
            if day in week:
                reader.problem("day_twice", entry.key, value=entry.key.value[:40], name=list(_DAYS)[day])
            week[day] = spans, entry.value
    return _apart(reader, week)


def _apart(reader: Reader, week: Mapping[int, tuple[Spans, Node]]) -> tuple[Spans, ...]:
    """The days, Monday first; what goes on after midnight must close before the next day opens."""
    for day, (spans, node) in week.items():
        following = week.get((day + 1) % 7, (CLOSED, node))[0]
        if spans and following and _over(spans[-1]) and spans[-1][1] > following[0][0]:
            names = list(_DAYS)
            reader.problem("hours_into_next", node, value=_written(spans[-1]), name=names[(day + 1) % 7])
            break  # the same of every day is one mistake
    return tuple(week[day][0] if day in week else CLOSED for day in range(7))


def _over(span: Span) -> bool:
    """Whether it closes on the next day, later than at midnight."""
    return MIDNIGHT < span[1] <= span[0]


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


def _spans(reader: Reader, node: Node) -> Spans:
    """In order. What isn't hours is reported, and taken for the usual ones."""
    parts: list[tuple[str, Node]] = []
    for each in node.items if isinstance(node, Listing) else (node,):
        written = each.value.strip() if isinstance(each, Text) else ""
        if written.lower() in _CLOSED and not isinstance(node, Listing):
            return CLOSED
        parts += ((part, each) for part in _AND.split(written))
    spans: list[Span] = []
    for part, at in parts:
        span = _span(part)
        if span is None:
            reader.problem("bad_hours", at, value=part[:40] or "…")
            return DAILY.week[0]
        spans.append(span)
    spans.sort()
    for before, after in pairwise(spans):
        if before[1] > after[0] or before[1] <= before[0]:
            reader.problem("hours_overlap", node, first=_written(before), second=_written(after))
            return DAILY.week[0]
    return tuple(spans)


def _span(written: str) -> Span | None:
    match = _SPAN.fullmatch(written)
    if match is None:
        return None
    opens_h, opens_m, closes_h, closes_m = map(int, match.groups())
    midnight = (closes_h, closes_m) in ((24, 0), (0, 0))
    if opens_h > 23 or opens_m > 59 or closes_m > 59 or (closes_h > 23 and not midnight):
        return None
    opens, closes = time(opens_h, opens_m), MIDNIGHT if midnight else time(closes_h, closes_m)
    return None if opens == closes and not midnight else (opens, closes)


def _written(span: Span) -> str:
    return f"{span[0]:%H:%M}-{span[1]:%H:%M}"


def _holidays(reader: Reader, node: Node | None) -> tuple[Holiday, ...]:
    if node is None:
        return ()
    if not isinstance(node, Fields):
        reader.problem("want_fields", node)
        return ()
    out: list[Holiday] = []
    for entry in node.entries:
        spans = _spans(reader, entry.value)
        holiday = _holiday(entry.key.value, spans)
        if holiday is None:
            reader.problem("bad_holiday", entry.key, value=entry.key.value[:40])
        elif any(_clash(holiday, other) for other in out):
            reader.problem("holiday_twice", entry.key, value=entry.key.value[:40])
        else:
            out.append(holiday)
    return tuple(out)


def _holiday(written: str, spans: Spans) -> Holiday | None:
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
    return Holiday(first=begins, last=ends_on, year=year, spans=spans)


def _clash(one: Holiday, other: Holiday) -> bool:
    """Both say the hours of one day, and neither is more particular."""
    return one.year == other.year and (one.first == other.first or one.last == other.last)
