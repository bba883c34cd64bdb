"""Opening hours in words, as a receptionist says them: "по будням с девяти до двадцати, воскресенье — выходной"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from bot.dialogue import spoken
from bot.dialogue.hours import CLOSED, Hours, Spans
from bot.dialogue.meaning import Language

SOON = 7  # days in which a holiday is worth telling
LONGEST = 31  # days of one run of holidays
_DAY = timedelta(days=1)
_WEEK = range(7)

# On a day, as it stands after a preposition; from and to; what is closed.
_ON: dict[Language, tuple[str, ...]] = {
    "ru": ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_FROM = ("понедельника", "вторника", "среды", "четверга", "пятницы", "субботы", "воскресенья")
_DAYS = ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье")


def said(hours: Hours, today: date, language: Language, *, voice: bool) -> str:
    """The whole week, then what is different within SOON days. The same every day is one span: "с 9:00 до 20:00"."""
    return "; ".join([week(hours, language, voice=voice), *soon(hours, today, language, voice=voice)])


def on(spans: Spans, language: Language, *, voice: bool) -> str:
    """One day's hours: "с 10:00 до 16:00", "с 9:00 до 13:00 и с 14:00 до 20:00", "выходной"."""
    if not spans:
        return "выходной" if language == "ru" else "closed"
    told = [spoken.hours(*span, language, voice=voice) for span in spans]
    return spoken.join(told, language, word="и" if language == "ru" else "and")


def week(hours: Hours, language: Language, *, voice: bool) -> str:
    """Days of equal hours together, in the order of the week, closed ones last."""
    if hours.alike:
        return on(hours.alike, language, voice=voice)
    groups: dict[Spans, list[int]] = {}
    for day in _WEEK:
        groups.setdefault(hours.week[day], []).append(day)
    closed = groups.pop(CLOSED, [])
    if not groups:
        return "временно не работаем" if language == "ru" else "closed for the time being"
    parts = [f"{_days(days, language)} {on(spans, language, voice=voice)}" for spans, days in groups.items()]
    return ", ".join([*parts, *([_closed(closed, language)] if closed else [])])


def soon(hours: Hours, today: date, language: Language, *, voice: bool) -> list[str]:
    """Holidays that begin or go on within SOON days, runs of equal ones as one; only where they change something."""
    out = []
    day = today
    while day < today + SOON * _DAY:
        spans = hours.of(day)
        if spans == hours.week[day.weekday()]:
            day += _DAY
            continue
        last = day
        while last < day + LONGEST * _DAY and hours.holiday(last + _DAY) and hours.of(last + _DAY) == spans:
            last += _DAY
        dates = _between(day, last, language, voice=voice) if last > day else _date(day, language, voice=voice)
        if spans:
            out.append(f"{dates} {on(spans, language, voice=voice)}")
        elif language == "en":
            out.append(f"closed {dates}")
        else:
            out.append(f"{dates} не работаем" if last > day else f"{dates} — выходной")
        day = last + _DAY
    return out


def _days(days: Sequence[int], language: Language) -> str:
    """'по будням', 'в понедельник, среду и пятницу', 'с понедельника по четверг и в субботу'."""
    if list(days) == [0, 1, 2, 3, 4]:
        return "по будням" if language == "ru" else "on weekdays"
    runs, single = _runs(days)
    pieces = [
        f"с {_FROM[first]} по {_ON['ru'][last]}" if language == "ru" else f"{_ON['en'][first]} to {_ON['en'][last]}"
        for first, last in runs
    ]
    if single:
        names = spoken.join([_ON[language][day] for day in single], language, word="и" if language == "ru" else "and")
        pieces.append(f"{_preposition(single[0])} {names}" if language == "ru" else f"on {names}")
    return (" и " if language == "ru" else " and ").join(pieces)


def _preposition(day: int) -> str:
    return "во" if day == 1 else "в"


def _closed(days: Sequence[int], language: Language) -> str:
    if language == "en":
        return f"closed {_days(days, language)}"
    if list(days) == [0, 1, 2, 3, 4]:
        return "по будням закрыто"
    names = spoken.join([_DAYS[day] for day in days], language, word="и")
    return f"{names} — {'выходной' if len(days) == 1 else 'выходные'}"


def _runs(days: Sequence[int]) -> tuple[list[tuple[int, int]], list[int]]:
    """Three days or more in a row as their ends; the rest one by one."""
    rows: list[list[int]] = [[days[0]]]
    for before, day in pairwise(days):
        if day == before + 1:
            rows[-1].append(day)
        else:
            rows.append([day])
    return [(row[0], row[-1]) for row in rows if len(row) > 2], [day for row in rows if len(row) < 3 for day in row]


def _date(day: date, language: Language, *, voice: bool) -> str:
    """'1 января', 'первого января', 'on January 1'."""
    named = spoken.date_alone(day, language, voice=voice)
    return named if language == "ru" else f"on {named}"


def _between(first: date, last: date, language: Language, *, voice: bool) -> str:
    """'с 1 по 8 января', 'с тридцать первого декабря по второе января', 'from January 1 to January 8'."""
    if language == "en":
        return f"from {spoken.date_alone(first, 'en', voice=voice)} to {spoken.date_alone(last, 'en', voice=voice)}"
    begins = spoken.date_alone(first, "ru", voice=voice)
    if first.month == last.month:
        begins = begins.rpartition(" ")[0]
    return f"с {begins} по {spoken.date_alone(last, 'ru', voice=voice, through=True)}"
