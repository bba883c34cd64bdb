"""Text to a day: 'послезавтра', 'двадцатого', '19.11', 'двенадцатого мая восемьдесят пятого года'.

The grammar is that of datetimes; what it says of the hour is left to whoever asks for the hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from bot.dialogue.values import Moment
from bot.understanding.dates.datetimes import facts_of, left_of, read_datetime
from bot.understanding.dates.facts import (
    Bar,
    Day,
    Fact,
    Instant,
    Part,
    Vague,
    Week,
    Weekday,
    day_of_month,
    months_later,
)
from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.words.normaliser import normalise, tokens
from bot.understanding.words.terms import Line

_DAY = timedelta(days=1)
_NOON = time(12)  # stands for "no hour": a day is told, and the grammar thinks in moments
_OF_A_DAY = (Day, Weekday, Week, Vague, Bar, Instant)
_AGO: Mapping[str, int] = {"вчера": 1, "позавчера": 2, "yesterday": 1}
_DAYS = frozenset("день дня дней дню day days".split())
_WEEKS = frozenset("неделю недели недель week weeks".split())
_MONTHS = frozenset("месяц месяца месяцев month months".split())
_BACK = frozenset(("назад", "ago"))
_LAST = re.compile(r"\b(?:прошл\w+|минувш\w+|last|previous|past)\b", re.IGNORECASE)  # that is what is asked for anyway
_AHEAD = re.compile(r"\b(?:(?:после)*завтра|через|следующ\w+|будущ\w+|tomorrow|next|in (?:a|an|\d+|\w+) \w+)\b")
_CENTURY = 100


def read_date(text: str, *, lang: Lang, now: datetime, expected: Expected) -> Reading:
    """A day, or what to ask. An hour beside it is not taken, and stands in the rest."""
    today = now.date()
    if expected.past:
        text = _LAST.sub(" ", _with_year(text, lang))
        back = _back(Line(tokens(text), lang), today)
        if back is not None:
            return Reading(value=back)
    written = _figures(text, lang, today, past=expected.past)
    if written is not None:
        return written
    known = expected.known.day if expected.known else None
    moment = Moment(day=known, time=_NOON) if known else None
    told = read_datetime(text, lang=lang, now=now, expected=Expected(known=moment))
    if told.wrong is not None:
        return told
    line, facts = facts_of(text, lang, now)
    day = _day(told)
    if day is None:
        days = tuple(dict.fromkeys(_date(one) for one in told.alternatives)) if _names_a_day(facts) else ()
        if not _names_a_day(facts):
            return NOTHING
        return Reading(question="day", alternatives=days, rest=left_of(line, facts, _OF_A_DAY))
    if not _names_a_day(facts) and (known is None or day == known):
        return NOTHING  # "в три" tells no day; the day of a moment is that of the clock's next turn
    if expected.past and day > today and not _AHEAD.search(normalise(text)):
        day = _last(day, facts, today)
    return Reading(value=day, rest=left_of(line, facts, _OF_A_DAY))


def _day(told: Reading) -> date | None:
    if isinstance(told.value, datetime):
        return told.value.date()
    if told.partial is not None and told.partial.day is not None and not (told.question == "day" and told.alternatives):
        return told.partial.day
    return None


def _date(moment: object) -> date | None:
    return moment.date() if isinstance(moment, datetime) else moment if isinstance(moment, date) else None


def _names_a_day(facts: list[Fact]) -> bool:
    return any(
        isinstance(fact, Day | Weekday | Week | Vague | Instant) or (isinstance(fact, Part) and fact.day is not None)
        for fact in facts
    )


def _last(day: date, facts: list[Fact], today: date) -> date:
    """The coming day that the grammar found, as the one that is over: Monday a week back, the twelfth of May of last
    year, the year eighty-five a century back."""
    if any(isinstance(fact, Weekday) for fact in facts):
        return day - 7 * _DAY if day - 7 * _DAY <= today else day - 14 * _DAY
    for years in (1, _CENTURY):
        try:
            before = day.replace(year=day.year - years)
        except ValueError:  # the twenty-ninth of February
            before = day.replace(year=day.year - years, day=28)
        if before <= today:
            return before
    return day


def _back(line: Line, today: date) -> date | None:
    """'Вчера', 'три дня назад', 'a week ago', 'the day before yesterday'."""
    for at in range(len(line)):
        word = line.word(at)
        if word in _AGO:
            before = 2 if word == "yesterday" and line.word(at - 1) == "before" else _AGO[word]
            return today - before * _DAY
        if word not in _BACK or at < 1:
            continue
        unit = line.word(at - 1)
        count = line.at(at - 2).integer or 1
        if unit in _DAYS:
            return today - count * _DAY
        if unit in _WEEKS:
            return today - 7 * count * _DAY
        if unit in _MONTHS:
            return months_later(today, -count)
    return None


def _with_year(text: str, lang: Lang) -> str:
    """'Nineteen eighty-five' and 'twenty oh two' as figures: beside a month they are no hour."""
    if lang != "en":
        return text
    line = Line(tokens(text), lang)
    for at in range(1, len(line)):
        century, tail = line.at(at - 1).integer, line.at(at).integer
        if century not in (19, 20) or tail is None or line.at(at - 1).digits:
            continue
        width = 1
        if tail == 0 and line.at(at + 1).integer is not None:  # 'twenty oh two'
            tail, width = line.at(at + 1).integer or 0, 2
        if 0 < tail < 100:
            before = line.text(range(at - 1))
            return f"{before} {century}{tail:02d} {line.text(range(at + width, len(line)))}".strip()
    return text


def _figures(text: str, lang: Lang, today: date, *, past: bool) -> Reading | None:
    """A day and nothing else in figures or number words: '20', '1911', 'девятнадцатое одиннадцатое'."""
    line = Line(tokens(text), lang)
    numbers = [line.at(at) for at in range(len(line))]
    if not 1 <= len(numbers) <= 3 or any(not isinstance(term.number, int) for term in numbers):
        return None
    if len(numbers) == 1 and numbers[0].role != "cardinal":
        return None
    figures = normalise(text)
    if len(numbers) == 1 and figures.isdigit() and len(figures) in (4, 8):
        parts = [int(figures[:2]), int(figures[2:4]), *([int(figures[4:])] if len(figures) == 8 else [])]
    else:
        parts = [int(term.number or 0) for term in numbers]
    day, month, year = (*parts, 0, 0)[:3]
    if len(parts) == 1:
        if not 1 <= day <= 31:
            return Reading(wrong="no_such_time") if day > 31 else None
        coming = day_of_month(day, today)
        return Reading(value=coming if not past or coming is None else _last_day_of_month(day, today))
    years = [year if year > 99 else 2000 + year] if year else [today.year - 1, today.year, today.year + 1]
    found = [each for each in (_calendar(each, month, day) for each in years) if each is not None]
    if not found:
        return Reading(wrong="no_such_time")
    if year:
        return Reading(value=found[0])
    wanted = [each for each in found if (each <= today if past else each >= today)]
    return Reading(value=(wanted[-1] if past else wanted[0]) if wanted else found[0])


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _last_day_of_month(day: int, today: date) -> date | None:
    for months in range(4):
        first = months_later(today.replace(day=1), -months)
        found = _calendar(first.year, first.month, day)
        if found is not None and found <= today:
            return found
    return None
