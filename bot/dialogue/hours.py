"""When the business is open: by weekday, with holidays. Pure data on the naive wall clock of the business."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MIDNIGHT = time(0)
# Opening and closing on one day. Closing at 00:00 is the midnight that ends the day: 00:00-00:00 is around the clock.
Span = tuple[time, time]

AHEAD = 400  # days in which the next opening is looked for: a year of yearly holidays and some
_DAY = timedelta(days=1)
_ANY_LEAP = 2000  # a year that has a twenty-ninth of February


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days with hours of their own, first to last. year: of `first`; None every year. span: None is closed.

    first, last: (month, day); last may lie in the next year (12-30 to 01-08).
    """

    first: tuple[int, int]
    last: tuple[int, int]
    year: int | None = None
    span: Span | None = None

    def holds(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last and self.year in (None, day.year)
        if at >= self.first:
            return self.year in (None, day.year)
        return at <= self.last and self.year in (None, day.year - 1)


@dataclass(frozen=True, slots=True)
class Hours:
    """week: seven spans, Monday first; None is closed. holidays: the first that holds a day decides over the week."""

    week: tuple[Span | None, ...]
    holidays: tuple[Holiday, ...] = ()

    @classmethod
    def daily(cls, opens: time, closes: time) -> Hours:
        """The same every day."""
        return cls(((opens, closes),) * 7)

    @property
    def alike(self) -> Span | None:
        """The hours of every day of the week, where they are the same."""
        return self.week[0] if len(set(self.week)) == 1 else None

    def of(self, day: date) -> Span | None:
        """That day's opening and closing; None: closed. A datetime is its day."""
        day = day.date() if isinstance(day, datetime) else day
        holiday = self.holiday(day)
        return holiday.span if holiday is not None else self.week[day.weekday()]

    def holiday(self, day: date) -> Holiday | None:
        """What is said of this very day; a date of one year goes before one of every year."""
        found = [holiday for holiday in self.holidays if holiday.holds(day)]
        return min(found, key=lambda holiday: holiday.year is None) if found else None

    def bounds(self, day: date) -> tuple[datetime, datetime] | None:
        """That day's opening and closing as moments; midnight closes at the beginning of the next day."""
        day = day.date() if isinstance(day, datetime) else day
        span = self.of(day)
        if span is None:
            return None
        opens, closes = span
        return datetime.combine(day, opens), datetime.combine(day, closes) + (_DAY if closes == MIDNIGHT else 0 * _DAY)

    def is_open(self, at: datetime) -> bool:
        """Closing time itself is too late."""
        bounds = self.bounds(at)
        return bounds is not None and bounds[0] <= at < bounds[1]

    def next_open(self, at: datetime) -> datetime | None:
        """`at` itself while open, else the next opening; None where there is none within AHEAD days."""
        if self.is_open(at):
            return at
        for ahead in range(AHEAD):
            bounds = self.bounds(at.date() + ahead * _DAY)
            if bounds is not None and bounds[0] >= at:
                return bounds[0]
        return None

    def around(self, days: Iterable[date] = ()) -> Span | None:
        """From the earliest opening to the latest closing of those days, or of the whole week where none of them is
        open or none is named; None where it never opens. Tells three in the afternoon from three in the night."""
        spans = [span for day in days if (span := self.of(day)) is not None] or [span for span in self.week if span]
        if not spans:
            return None
        closings = [closes for _, closes in spans]
        return min(opens for opens, _ in spans), MIDNIGHT if MIDNIGHT in closings else max(closings)


DAILY = Hours.daily(time(9), time(20))  # of a business that doesn't say


def exists(month: int, day: int, year: int | None = None) -> bool:
    """Whether a calendar has that day, in that year or in some."""
    try:
        date(year or _ANY_LEAP, month, day)
    except ValueError:
        return False
    return True
