"""The English grammar of days, as rules over terms."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Literal

from bot.dialogue.values import PartOfDay
from bot.understanding.dates import clock_en, spans_en, titles
from bot.understanding.dates.clock_en import AT, PARTS, UNITS
from bot.understanding.dates.facts import (
    Day,
    Fact,
    Impossible,
    Part,
    Rule,
    Vague,
    Week,
    Weekday,
    calendar_day,
    day_of_month,
    last_day,
    months_later,
    nth_weekday,
)
from bot.understanding.dates.figures import date_figures
from bot.understanding.dates.spans_en import WEEKDAYS
from bot.understanding.reading import Question
from bot.understanding.words.numerals_en import WORDS as NUMERALS
from bot.understanding.words.terms import Line

_BEFORE_SHORT = frozenset(
    "on for or but till until about am pm oclock noon midday morning afternoon evening".split()
) | {""}
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
VOCABULARY = frozenset(
    word for table in (WEEKDAYS, _MONTHS, NUMERALS, PARTS, UNITS) for word in table if len(word) > 4
) | frozenset(("tomorrow", "today", "tonight", "weekend", "quarter", "oclock", "midnight", "yesterday"))


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
    strong = strong or line.word(at - 1) in WEEKDAYS  # 'Friday the 20th'
    number = line.at(start).ordinal
    if number is None or (start == at and not line.at(start).digits):
        return None
    after = line.word(start + 1)
    if after and (after not in _AFTER_ORDINAL or line.word(start + 2) in _MONTHS):
        return None
    if after == "at" and start > at and line.at(start + 2).number is not None:
        strong = True  # 'the twenty first at ten'
    stop, today = start + 1, now.date()
    if after == "of" and line.word(start + 2) in ("next", "this") and line.word(start + 3) == "month":
        strong, stop = True, start + 4
        today = months_later(today.replace(day=1), 1) if line.word(start + 2) == "next" else today
    day = day_of_month(number, today)
    if day is None:
        return Impossible(start=at, stop=stop)
    return Day(start=at, stop=stop, day=day, weak=not strong)


_AFTER_ORDINAL = frozenset(
    "at in please around about by if would works is of this and or from between after before".split()
)


def _relative(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("today", "tomorrow") and line.word(at + 1) == "week":
        return Day(start=at, stop=at + 2, day=now.date() + timedelta(days=7 + (word == "tomorrow")))
    if word == "now":
        return Day(start=at, stop=at + 1, day=now.date(), weak=True)
    if word in ("today", "tomorrow"):
        return Day(start=at, stop=at + 1, day=now.date() + timedelta(days=word == "tomorrow"))
    if word == "day" and line.word(at + 1) == "after" and line.word(at + 2) == "tomorrow":
        start = at - (line.word(at - 1) == "the")
        return Day(start=start, stop=at + 3, day=now.date() + timedelta(days=2))
    if word == "day" and line.word(at + 1) == "after" and line.word(at - 1) in ("the", "next"):
        before = _named_before(line, at - 1, now)
        return Day(start=at - 1, stop=at + 2, day=before + timedelta(days=1)) if before else None
    return None


def _named_before(line: Line, at: int, now: datetime) -> date | None:
    """The day last named before this place: 'not tomorrow, the day after'."""
    for place in range(at - 1, -1, -1):
        found = _relative(line, place, now)
        if isinstance(found, Day):
            return found.day
        if line.word(place) in WEEKDAYS:
            return now.date() + timedelta(days=(WEEKDAYS[line.word(place)] - now.weekday()) % 7 or 7)
    return None


def _date_range(line: Line, at: int, now: datetime) -> Fact | None:
    """'from November 15 to 20', 'from the 15th to the 20th of November'."""
    if line.word(at) not in ("from", "between"):
        return None
    month = _MONTHS.get(line.word(at + 1))
    first, last = _number(line, at + 2), _number(line, at + 4)
    stop = at + 5
    if month is None or line.word(at + 3) not in ("to", "till", "until", "and", "through"):
        return None
    end = calendar_day(last or 0, month, None, now.date())
    begin = end and calendar_day(first or 0, month, end.year, now.date())
    return Vague(start=at, stop=stop, question="day", days=(begin, end)) if begin and end else None


def _nth_weekday(line: Line, at: int, now: datetime) -> Fact | None:
    """'the first Monday of December', 'the last Friday of the month'."""
    which = -1 if line.word(at) == "last" else line.at(at).ordinal
    weekday = WEEKDAYS.get(line.word(at + 1))
    if which is None or weekday is None or line.word(at + 2) not in ("of", "in") or not -1 <= which <= 5:
        return None
    stop = at + 4 + (line.word(at + 3) in ("the", "next", "this"))
    today = now.date()
    month = _MONTHS.get(line.word(stop - 1), 0)
    if line.word(stop - 1) == "month":
        month = (months_later(today, 1) if line.word(at + 3) == "next" else today).month
    if not month:
        return None
    day = nth_weekday(which, weekday, month, today)
    return Impossible(start=at, stop=stop) if day is None else Day(start=at, stop=stop, day=day)


def _weekday(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    which: Literal["", "this", "next"] = "next" if word == "next" else "this" if word in ("this", "coming") else ""
    after = at + 1 if which else at
    if which == "this" and line.word(after) == "coming":
        after, which = after + 1, ""
    name = line.word(after)
    if name not in WEEKDAYS:
        return None
    if line.word(after + 1) == "after" and line.word(after + 2) == "next" and not which:
        monday = now.date() - timedelta(days=now.weekday())
        return Day(start=at, stop=after + 3, day=monday + timedelta(days=14 + WEEKDAYS[name]))
    if name in ("sat", "sun", "wed", "mon") and not which and line.word(at - 1) not in _BEFORE_SHORT:
        return None  # words of their own
    weekday = WEEKDAYS[name]
    if line.word(after + 1) == "week":
        today = now.date()
        day = today + timedelta(days=((weekday - today.weekday()) % 7 or 7) + 7)
        return Day(start=at, stop=after + 2, day=day)
    return Weekday(start=at, stop=after + 1, weekday=weekday, which=which)


def _dated_weekday(line: Line, at: int, now: datetime) -> Fact | None:
    """'Thu 26 10am', 'thursday 26 at ten': the day of the month, where the calendar agrees and an hour follows."""
    name, number = line.word(at), line.at(at + 1)
    if name not in WEEKDAYS or number.integer is None or line.word(at + 2) in ("am", "pm", "oclock", "o"):
        return None
    after = at + 2 + (line.word(at + 2) in AT)
    if (
        line.at(after).number is None
        and not line.at(after).digits
        and line.word(after) not in ("noon", "half", "quarter")
    ):
        return None
    if after == at + 2 and line.word(after + 1) not in ("am", "pm", "oclock") and line.at(after).role != "marked":
        return None  # 'friday 4 30' is an hour
    day = day_of_month(number.integer, now.date())
    return Day(start=at, stop=at + 2, day=day) if day and day.weekday() == WEEKDAYS[name] else None


def _the_next_one(line: Line, at: int, now: datetime) -> Fact | None:
    """'Not this wednesday, the one after', 'not this friday the next one': the weekday was named before."""
    stop = next(
        (at + len(words) for words in _ONE_AFTER if all(line.at(at + n).word == w for n, w in enumerate(words))), 0
    )
    named = next((line.word(place) for place in range(at - 1, max(-1, at - 7), -1) if line.word(place) in WEEKDAYS), "")
    return Weekday(start=at, stop=stop, weekday=WEEKDAYS[named], which="next") if stop and named else None


_ONE_AFTER = (
    ("the", "one", "after"),
    ("the", "next", "one"),
    ("next", "one"),
    ("the", "following", "one"),
    ("following", "one"),
    ("the", "following", "week"),
    ("the", "week", "after"),
    ("the", "one", "following"),
)


def _last_day(line: Line, at: int, now: datetime) -> Fact | None:
    """'The last day of November', 'the last day of the month'."""
    if line.word(at) != "last" or line.word(at + 1) not in ("day", "of"):
        return None
    of = at + 2 + (line.word(at + 2) in ("of", "in"))
    following = line.word(of) == "next"
    of += line.word(of) in ("the", "this", "next")
    return last_day(line, at, of, _MONTHS, now, following=following)


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
    if word in ("another", "other", "different") and line.word(at + 1) in ("day", "date", "time"):
        question: Question = "time" if line.word(at + 1) == "time" else "day"
        return Vague(start=at, stop=at + 2, question=question)
    if word in ("later", "earlier") and line.word(at + 1) != "than":
        return Vague(start=at, stop=at + 1, question="time")
    if word in ("weekday", "weekdays") or (word == "month" and line.word(at - 1) in ("next", "this")):
        return Vague(start=at, stop=at + 1, question="day")
    if word in ("end", "beginning", "start", "middle") and line.word(at + 1) == "of":
        after = at + 2 + (line.word(at + 2) in ("the", "this", "next"))
        if line.word(after) in ("week", "month", "year") or line.word(after) in _MONTHS:
            return Vague(start=at, stop=after + 1, question="day")
    if word in ("early", "mid", "late", "middle") and line.word(at + 1) in _MONTHS:
        return Vague(start=at, stop=at + 2, question="day")
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
    if line.at(at).word == "first" and line.word(at + 1) == "thing":
        return Part(start=at, stop=at + 2, part="morning")
    if word == "early" and (line.word(at + 1) in ("today", "tomorrow", "on", "next") or line.word(at + 1) in WEEKDAYS):
        return Part(start=at, stop=at + 1, part="morning")
    if word in _MEALS and line.word(at - 1) in ("at", "around", "about", "by", "over", "during"):
        return Part(start=at, stop=at + 1 + (line.word(at + 1) == "time"), part=_MEALS[word])
    if word in _MEALS and line.word(at + 1) == "time":
        return Part(start=at, stop=at + 2, part=_MEALS[word])
    if word in ("am", "pm") and len(line) <= 2:
        return Part(start=at, stop=at + 1, part="morning" if word == "am" else "evening")  # 'am or pm?'
    if word in PARTS:
        before = line.word(at - 1)
        near = before in ("the", "this", "in", "tomorrow", "at", "that") or before in WEEKDAYS
        # Friday night is an evening; the small hours are 'at night'
        part = "evening" if word == "night" and before != "at" else PARTS[word]
        return Part(start=at, stop=at + 1, part=part, weak=not near and line.at(at - 1).role != "ordinal")
    return None


_MEALS: dict[str, PartOfDay] = {
    "breakfast": "morning",
    "lunch": "day",
    "dinner": "evening",
    "dinnertime": "evening",
    "supper": "evening",
    "suppertime": "evening",
}

RULES: tuple[Rule, ...] = (
    spans_en.greeting,
    *titles.RULES,
    _nth_weekday,
    _last_day,
    clock_en.before_clock,
    spans_en.past,
    spans_en.holiday,
    spans_en.in_a_while,
    spans_en.shift,
    spans_en.next_day,
    spans_en.same,
    spans_en.duration,
    _date_range,
    _date,
    clock_en.between,
    _part,
    clock_en.at_clock,
    _number_of_month,
    _relative,
    _week,
    _dated_weekday,
    _weekday,
    _the_next_one,
    spans_en.of_the_hour,
    _vague,
)
