"""The English grammar of hours: 'half past four', 'quarter to five', 'from three to five'."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogue.values import PartOfDay
from bot.understanding.dates.facts import Bar, Between, Clock, Fact, Half, Impossible, earlier
from bot.understanding.dates.figures import dashed_hours, time_figures
from bot.understanding.words.terms import Line

MINUTES = frozenset("minute minutes min mins".split())
HOURS = frozenset("hour hours hr hrs".split())
DAYS = frozenset("day days".split())
WEEKS = frozenset("week weeks wk wks".split())
MONTHS_LONG = frozenset("month months".split())
YEARS = frozenset("year years".split())
UNITS = MINUTES | HOURS | DAYS | WEEKS | MONTHS_LONG | YEARS
PARTS: dict[str, PartOfDay] = {
    "morning": "morning",
    "mornings": "morning",
    "afternoon": "day",
    "lunchtime": "day",
    "evening": "evening",
    "night": "night",
}
AT = frozenset(("at", "by", "around", "about", "for", "approximately"))
_COUNTED = frozenset(
    """
        people persons person guests of us adults kids children times percent dollars bucks euros pounds
        rubles roubles cents years year days day weeks week months minutes seconds hours kilometers
        miles meters st street avenue floor apartment bedroom degrees more other different
    """.split()
)


def _not_an_hour(line: Line, found: Clock) -> bool:
    word = line.word(found.stop)
    if line.word(found.stop + 1) in _STREETS:
        return True
    bare = line.at(found.stop - 1).number is not None and not found.sure
    plural = len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return bare and (word in _COUNTED or (plural and word not in _NOT_COUNTED))


_STREETS = frozenset("street st avenue road lane drive".split())
_NOT_COUNTED = frozenset("please thanks mondays perhaps works suits sometimes always mornings".split())


def clock(line: Line, at: int, *, after: str) -> Clock | Impossible | None:
    """An hour at this place. after: the preposition that stands before it, '' for none."""
    term = line.at(at)
    if term.role == "marked":
        found = time_figures(line, at, after="" if after == "for" else after)
        # '7:30' is on a twelve-hour face here, '15:30' and '07:30' are not
        return _with_half(line, replace(found, written=False)) if isinstance(found, Clock) else found
    for rule in (_word_hour, _half_past, _past_or_to, _plain):
        found = rule(line, at, after)
        if isinstance(found, Clock):
            return _with_half(line, found)
        if found is not None:
            return found
    return None


def _word_hour(line: Line, at: int, after: str) -> Clock | None:
    word = line.word(at)
    if word in ("noon", "midday", "noontime", "noonish"):
        return Clock(start=at, stop=at + 1, hour=12, sure=True)
    if word == "midnight":
        return Clock(start=at, stop=at + 1, hour=0, sure=True)
    return None


def _half_past(line: Line, at: int, after: str) -> Clock | None:
    """'half past four', British 'half four'."""
    if line.word(at) != "half":
        return None
    start = at + 1 + (line.word(at + 1) in ("past", "after"))
    hour = line.at(start).integer
    if hour is None or not 1 <= hour <= 12:
        return None
    return Clock(start=at, stop=start + 1, hour=hour, minute=30)


def _past_or_to(line: Line, at: int, after: str) -> Clock | None:
    """'[a] quarter to five', 'ten past three', 'twenty minutes before six'."""
    start = at + (line.word(at) == "a")
    minutes = 15 if line.word(start) == "quarter" else line.at(start).integer
    stop = start + 1 + (line.word(start + 1) in MINUTES)
    way = line.word(stop)
    hour = 12 if line.word(stop + 1) in ("noon", "midnight") else line.at(stop + 1).integer
    if minutes is None or hour is None or not 1 <= minutes <= 30 or not 1 <= hour <= 12:
        return None
    if way in ("past", "after"):
        return Clock(start=at, stop=stop + 2, hour=hour, minute=minutes)
    if way in ("to", "of", "before", "till", "til"):
        # 'ten to five' may be a range of hours; minutes of a clock come in fives
        if minutes % 5 and line.word(stop - 1) not in MINUTES:
            return None
        return Clock(start=at, stop=stop + 2, hour=(hour - 1) or 12, minute=60 - minutes)
    return None


def _plain(line: Line, at: int, after: str) -> Clock | Impossible | None:
    """'three', '3 pm', 'five thirty', 'five oh five', 'fifteen hundred', '1530'."""
    term = line.at(at)
    hour = term.integer
    if hour is None or (hour == 0 and term.word in ("oh", "o") and line.at(at + 1).integer is None):
        return None  # 'tomorrow, oh, sorry'
    stop = at + 1
    padded = line.at(stop).integer
    if hour == 0 and not term.digits and padded is not None and not line.at(stop).digits:
        return _padded(line, at, padded)
    military = after == "at" or line.word(stop) in HOURS
    if hour >= 100 and hour % 100 < 60 and hour < 2400 and (len(term.digits) in (3, 4) or not hour % 100):
        half = line.word(stop) in ("am", "pm")
        if not military and not half and len(term.digits) != 4:
            return None
        stop += line.word(stop) in HOURS
        sure = hour >= 1300 or (len(term.digits) == 4 and not half)
        weak = not military and not half
        return Clock(start=at, stop=stop, hour=hour // 100, minute=hour % 100, sure=sure, weak=weak)
    if 0 < hour <= 24 and term.digits and line.at(stop).integer == 100 and not line.at(stop).digits:
        stop += 1 + (line.word(stop + 1) in HOURS)
        return Clock(start=at, stop=stop, hour=hour % 24, sure=True, weak=not after)  # '15 hundred hours'
    if after == "at" and hour in range(2500, 10_000, 100):
        return Impossible(start=at, stop=stop)
    minute, stop = _minutes(line, stop)
    oclock = line.word(stop) == "oclock" or (line.word(stop) == "o" and line.word(stop + 1) == "clock")
    if oclock:
        stop += 1 if line.word(stop) == "oclock" else 2
    part = line.word(stop) in ("am", "pm") or (line.word(stop) == "in" and line.word(stop + 2) in PARTS)
    if hour > 24 or (hour == 24 and minute):
        certain = oclock or line.word(stop) in ("am", "pm") or (after == "at" and hour < 60)
        return Impossible(start=at, stop=stop) if certain and not _counts(line, stop) else None
    if hour > 12 and line.word(stop) == "am":
        return Impossible(start=at, stop=stop + 1)
    weak = not (oclock or part) and (after == "for" or not after)
    return Clock(start=at, stop=stop, hour=hour % 24, minute=minute or 0, sure=hour > 12 or hour == 0, weak=weak)


def _padded(line: Line, at: int, hour: int) -> Clock | Impossible | None:
    """'oh eight hundred', 'zero nine thirty': an hour before ten on a 24-hour face."""
    stop = at + 2
    if hour in range(100, 1000, 100):
        hour, minute = hour // 100, 0
    elif 1 <= hour <= 9 and 10 <= (line.at(stop).integer or 0) <= 59:
        hour, minute, stop = hour, line.at(stop).integer or 0, stop + 1
    else:
        return None
    stop += line.word(stop) in HOURS
    return Clock(start=at, stop=stop, hour=hour, minute=minute, sure=True, weak=True)


def _counts(line: Line, at: int) -> bool:
    return line.word(at) in _COUNTED or (line.word(at).endswith("s") and line.word(at) not in _NOT_COUNTED)


def _minutes(line: Line, at: int) -> tuple[int | None, int]:
    first, second = line.at(at), line.at(at + 1)
    if first.integer == 0 and first.digits in ("", "0") and second.integer is not None and second.integer < 10:
        return second.integer, at + 2
    if first.integer is not None and (10 <= first.integer <= 59 or first.digits in ("00", "05")):
        after = line.word(at + 1)
        if after in _COUNTED or after in ("past", "to", "th"):
            return None, at
        return first.integer, at + 1
    return None, at


def _with_half(line: Line, found: Clock) -> Clock:
    stop = found.stop + (line.word(found.stop) in ("sharp", "exactly"))
    half: Half = None
    word = line.word(stop)
    if word in ("am", "pm"):
        half, stop = ("am" if word == "am" else "pm"), stop + 1
    elif word == "in" and line.word(stop + 1) == "the" and line.word(stop + 2) in PARTS:
        half, stop = PARTS[line.word(stop + 2)], stop + 3
    elif word == "at" and line.word(stop + 1) == "night":
        half, stop = "night", stop + 2
    if half is None and word == "p" and line.tokens[line.at(stop).start].joined:
        half, stop = "pm", stop + 1
    if word == "ish":
        stop += 1
    if half == "night" and 6 <= found.hour <= 8:
        half = "pm"
    if half is None:
        return replace(found, stop=stop)
    return replace(found, stop=stop, half=half, weak=False)


def before_clock(line: Line, at: int, now: datetime) -> Fact | None:
    """'Half an hour before noon', 'an hour before six'."""
    half = line.word(at) == "half" and line.word(at + 1) in ("an", "a")
    number = 0.5 if half else 1.0 if line.word(at) in ("a", "an") else float(line.at(at).number or 0)
    unit = line.word(at + 1 + half)
    minutes = number * (60 if unit in HOURS else 1 if unit in MINUTES else 0)
    if not 0 < minutes < 12 * 60 or line.word(at + 2 + half) != "before":
        return None
    edge = clock(line, at + 3 + half, after="at")
    return earlier(edge, at, round(minutes)) if isinstance(edge, Clock) and not _not_an_hour(line, edge) else None


def between(line: Line, at: int, now: datetime) -> Fact | None:
    """'from three to five', 'between 3 and 5 pm', 'after three', 'before five'."""
    word = line.word(at)
    dashed = _dashed(line, at + (word in AT or word == "from"))
    if dashed is not None:
        return replace(dashed, start=at)
    if word in ("from", "between"):
        return _range(line, at)
    if word == "not" and line.word(at + 1) in ("before", "after", "earlier", "later"):
        later = line.word(at + 1) in ("before", "earlier")
        start = at + 2 + (line.word(at + 2) == "than")
    elif word in ("after", "before", "past", "until", "till", "since"):
        later, start = word in ("after", "past", "since"), at + 1
    elif word in ("later", "earlier") and line.word(at + 1) == "than":
        later, start = word == "later", at + 2
    else:
        return None
    edge = clock(line, start, after="at")
    if not isinstance(edge, Clock) or _not_an_hour(line, edge):
        return None
    first, last = (edge, None) if later else (None, edge)
    return Between(start=at, stop=edge.stop, first=first, last=last)


def _dashed(line: Line, at: int) -> Between | None:
    """'3-5 pm', '10-12 am'."""
    named = line.word(at + 1) in ("am", "pm", "oclock")
    hours = dashed_hours(line.at(at).digits, named=named)
    if hours is None:
        return None
    first, last = (Clock(start=at, stop=at + 1, hour=hour % 24, sure=hour > 12) for hour in hours)
    last = _with_half(line, last)
    return Between(start=at, stop=last.stop, first=first, last=last, weak=not named and line.word(at - 1) not in AT)


def _range(line: Line, at: int) -> Fact | None:
    first = clock(line, at + 1, after="at")
    if not isinstance(first, Clock):
        return None
    if line.word(at + 1) not in ("quarter", "a", "half") and line.at(at + 1).integer is not None:
        # 'from ten to five' is a range, not 16:50
        plain = _plain(line, at + 1, "at")
        first = _with_half(line, plain) if isinstance(plain, Clock) else first
    if line.word(first.stop) in ("to", "till", "til", "until", "and"):
        last = clock(line, first.stop + 1, after="at")
        if isinstance(last, Clock):
            if _not_an_hour(line, last):
                return Bar(start=at, stop=last.stop)
            return Between(start=at, stop=last.stop, first=first, last=last)
    if line.word(at) == "between" or _not_an_hour(line, first):
        return None
    return Between(start=at, stop=first.stop, first=first, last=None, weak=first.weak)


def at_clock(line: Line, at: int, now: datetime) -> Fact | None:
    preposition = line.word(at) if line.word(at) in AT else ""
    start = at + 1 if preposition else at
    while preposition and line.word(start) in ("about", "around", "exactly", "approximately", "like", "say"):
        start += 1
    found = clock(line, start, after=preposition)
    if not isinstance(found, Clock):
        return found
    if _not_an_hour(line, found):
        return Bar(start=at, stop=found.stop) if preposition else None
    return replace(found, start=at)
