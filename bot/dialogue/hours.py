"""When the business is open: by weekday, with holidays. Pure data on the naive wall clock of the business."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MIDNIGHT = time(0)
# Opening and closing. A closing that isn't later than the opening is on the next day: 22:00-06:00; 18:00-00:00 is until
# midnight, 00:00-00:00 around the clock.
Span = tuple[time, time]
# Of one day, in order, none reaching into the next: one with a lunch break has two. Empty: closed.
Spans = tuple[Span, ...]
CLOSED: Spans = ()

AHEAD = 400  # days in which the next opening is looked for: a year of yearly holidays and some
_DAY = timedelta(days=1)
_ANY_LEAP = 2000  # a year that has a twenty-ninth of February


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days with hours of their own, first to last. year: of `first`; None every year. spans: empty is closed.

    first, last: (month, day); last may lie in the next year (12-30 to 01-08).
    """

    first: tuple[int, int]
    last: tuple[int, int]
    year: int | None = None
    spans: Spans = CLOSED

    def holds(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last and self.year in (None, day.year)
        if at >= self.first:
            return self.year in (None, day.year)
        return at <= self.last and self.year in (None, day.year - 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """week: of seven days, Monday first. holidays: the first that holds a day decides over the week."""

    week: tuple[Spans, ...]
    holidays: tuple[Holiday, ...] = ()

    @classmethod
    def daily(cls, opens: time, closes: time) -> Hours:
        """The same every day."""
        return cls((((opens, closes),),) * 7)

    @property
    def alike(self) -> Spans:
        """The hours of every day of the week, where they are the same; else, and where it never opens, empty."""
        return self.week[0] if len(set(self.week)) == 1 else CLOSED

    def of(self, day: date) -> Spans:
        """That day's hours. A datetime is its day, also after midnight, when the evening before may still go on."""
        day = day.date() if isinstance(day, datetime) else day
        holiday = self.holiday(day)
        return holiday.spans if holiday is not None else self.week[day.weekday()]

    def holiday(self, day: date) -> Holiday | None:
        """What is said of this very day; a date of one year goes before one of every year."""
        found = [holiday for holiday in self.holidays if holiday.holds(day)]
        return min(found, key=lambda holiday: holiday.year is None) if found else None

    def moments(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """That day's hours as moments, in order; the last closing may be on the next day."""
        day = day.date() if isinstance(day, datetime) else day
        return tuple(
            (datetime.combine(day, opens), datetime.combine(day + _DAY if closes <= opens else day, closes))
            for opens, closes in self.of(day)
        )

    def is_open(self, at: datetime) -> bool:
        """Closing time itself is too late. What began on the evening before a holiday goes on until it closes."""
        return any(opens <= at < closes for day in (at.date() - _DAY, at.date()) for opens, closes in self.moments(day))

    def next_open(self, at: datetime) -> datetime | None:
        """`at` itself while open, else the next opening; None where there is none within AHEAD days."""
        if self.is_open(at):
            return at
        for ahead in range(AHEAD):
            for opens, _ in self.moments(at.date() + ahead * _DAY):
                if opens >= at:
                    return opens
        return None

    def around(self, days: Iterable[date] = ()) -> Span | None:
        """From the earliest opening to the latest closing of those days, or of the whole week where none of them is
        open or none is named; None where it never opens. Tells three in the afternoon from three in the night."""
        found = [span for day in days for span in self.of(day)] or [span for spans in self.week for span in spans]
        if not found:
            return None
        first = min(opens for opens, _ in found)
        last = max((closes <= opens, closes) for opens, closes in found)  # of the next day: later than any of this one
        return (first, last[1]) if not last[0] or last[1] < first else (MIDNIGHT, MIDNIGHT)


DAILY = Hours.daily(time(9), time(20))  # of a business that doesn't say


def exists(month: int, day: int, year: int | None = None) -> bool:
    """Whether a calendar has that day, in that year or in some."""
    try:
        date(year or _ANY_LEAP, month, day)
    except ValueError:
        return False
    return True
