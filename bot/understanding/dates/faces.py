"""The twelve-hour face: which times of day 'at seven' can mean, by part of day, opening hours and plausibility."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.dialogue.values import PartOfDay
from bot.understanding.dates.facts import Clock, Half
from bot.understanding.reading import Expected

# Which hours of a twelve-hour face people mean without saying so, when no opening hours are known: nobody books
# at three in the night. Six to nine are said of mornings and evenings alike.
_ALWAYS_AFTERNOON = range(1, 6)
_EITHER = range(6, 10)


def ends(
    first: Clock,
    last: Clock,
    part: PartOfDay | None,
    days: tuple[date, ...],
    now: datetime,
    expected: Expected,
) -> tuple[time, time]:
    """The two ends of a range: 'from ten to two' is 10:00 to 14:00, 'from three to five in the evening' 15 to 17."""
    closing = faces_of(last, part, days, now, expected)
    begins = faces_of(first, part, days, now, expected)
    if first.half is None and not first.sure and first.hour <= 12:
        begins = (*begins, *_both(first))
    pairs = [(begin, end) for end in closing for begin in begins if begin < end]
    if not pairs:
        pairs = [(begin, end) for end in _both(last) for begin in begins if begin < end] or [(begins[0], closing[0])]
    # the first reading of the beginning that leaves a range, and the nearest end
    return min(pairs, key=lambda pair: (begins.index(pair[0]), _minutes(pair[1]) - _minutes(pair[0])))


def faces_of(
    clock: Clock, part: PartOfDay | None, days: tuple[date, ...], now: datetime, expected: Expected
) -> tuple[time, ...]:
    """The times of day a clock can mean, the likelier first: one when it is settled."""
    if clock.sure or clock.hour > 12 or clock.hour == 0:
        return (time(clock.hour % 24, clock.minute),)
    half = clock.half or part
    if half is not None:
        return (time(_hour(clock.hour, half), clock.minute),)
    if clock.hour == 12:
        return (time(12, clock.minute),)
    both = _both(clock)
    if expected.open_hours is not None and (span := expected.open_hours.around(days)) is not None:
        both = _when_open(both, *span)
    elif clock.hour in _ALWAYS_AFTERNOON:
        both = both[1:]
    elif clock.hour not in _EITHER or clock.written:
        both = both[:1]
    if len(both) > 1 and clock.written:
        both = both[:1]
    if len(both) > 1 and days == (now.date(),) and expected.prefer_future:
        both = tuple(face for face in both if face > now.time()) or both
    return both


def _both(clock: Clock) -> tuple[time, ...]:
    hour = clock.hour % 12
    return time(hour, clock.minute), time(hour + 12, clock.minute)


def _when_open(faces: tuple[time, ...], opens: time, closes: time) -> tuple[time, ...]:
    """Those of the faces within opening hours; where none is, the one nearest to them."""
    start, end = _minutes(opens), _minutes(closes)
    if end <= start:
        end += 24 * 60

    def outside(face: time) -> int:
        minute = _minutes(face)
        minute += 24 * 60 if minute < start and minute + 24 * 60 < end else 0
        return 0 if start <= minute < end else max(start - minute, minute - end + 1)

    nearest = min(outside(face) for face in faces)
    return tuple(face for face in faces if outside(face) == nearest)[: 2 if nearest == 0 else 1]


def _minutes(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _hour(hour: int, half: Half) -> int:
    """An hour of 1..12 on the face of a half: 7 in the evening is 19, 12 at night is 0, 2 at night is 2."""
    if half in ("am", "morning"):
        return 0 if hour == 12 and half == "am" else hour
    if half == "night":
        return 0 if hour == 12 else hour + 12 if hour >= 9 else hour
    if hour == 12:
        return 0 if half == "evening" else 12
    if half == "day":
        return hour + 12 if hour < 9 else hour
    return hour + 12


_PART_HOURS: dict[PartOfDay, tuple[int, int]] = {
    "morning": (4, 12),
    "day": (12, 17),
    "evening": (17, 24),
    "night": (0, 5),
}


def fits(part: PartOfDay, moment: time) -> bool:
    """Whether a time lies in a part of the day."""
    first, last = _PART_HOURS[part]
    return first <= moment.hour < last


def coming(face: time, now: datetime) -> datetime:
    """The next moment at which it is that time."""
    moment = datetime.combine(now.date(), face)
    return moment if moment > now else moment + timedelta(days=1)
