"""Text to a time of day, whatever the day: 'в полвосьмого', 'к трём', 'в семь вечера', '1530', 'half past seven'.

The grammar is that of datetimes; what it says of the day is left to whoever asks for the day.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.dialogue.hours import Hours
from bot.dialogue.values import Moment
from bot.understanding.dates.datetimes import facts_of, left_of, read_datetime
from bot.understanding.dates.facts import Between, Clock, Impossible, Instant, Part, Shift
from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.words.normaliser import normalise

_OF_A_TIME = (Clock, Between, Part, Instant, Shift, Impossible)
_NOW = frozenset("сейчас немедленно now immediately".split())


def read_time(text: str, *, lang: Lang, now: datetime, expected: Expected) -> Reading:
    """A time, or what to ask: "part_of_day" of seven, "time" of the evening. A day beside it stands in the rest."""
    plain = normalise(text)
    figures = plain.replace(" ", "")
    if figures.isascii() and figures.isdigit() and 3 <= len(figures) <= 4:
        return _figures(figures)
    known = expected.known
    # Of a day nobody knows: today would take away the hours that are over.
    day = now.date() + timedelta(days=1)
    half = Moment(day=day, time=known.time, part=known.part, either_half=True) if known and known.either_half else None
    part = Moment(day=day, part=known.part if known else None)
    usual = expected.open_hours.around() if expected.open_hours else None  # that day may be a holiday
    hours = Hours.daily(*usual) if usual else None
    told = read_datetime(text, lang=lang, now=now, expected=Expected(known=half or part, open_hours=hours))
    line, facts = facts_of(text, lang, now)
    rest = left_of(line, facts, _OF_A_TIME)
    if told.wrong is not None:
        # "вчера" is no wrong hour
        return Reading(wrong="no_such_time", rest=told.rest) if told.wrong == "no_such_time" else NOTHING
    if any(isinstance(fact, Shift) for fact in facts):
        return _shifted(text, lang, now, known)
    if not any(isinstance(fact, _OF_A_TIME) for fact in facts):
        if _NOW & set(plain.split()):
            return Reading(value=now.time().replace(second=0, microsecond=0))
        if not facts and isinstance(told.value, datetime) and half is None:
            return Reading(value=told.value.time(), rest=told.rest)  # as soon as possible
        return NOTHING
    times = tuple(dict.fromkeys(one.time() for one in told.alternatives if isinstance(one, datetime)))
    if isinstance(told.value, datetime):
        return Reading(value=told.value.time(), alternatives=times if len(times) > 1 else (), rest=rest)
    partial = told.partial
    if partial is not None and partial.time is not None and partial.either_half:
        asked = Moment(time=partial.time, part=partial.part, either_half=True)
        return Reading(question="part_of_day", alternatives=times, partial=asked, rest=rest)
    if len(times) == 1 and not any(isinstance(fact, Between) for fact in facts):
        return Reading(value=times[0], rest=rest)
    if times:
        return Reading(question="time", alternatives=times, rest=rest)
    if partial is not None and partial.part is not None:
        return Reading(question="time", partial=Moment(part=partial.part), rest=rest)
    return Reading(question="time", rest=rest) if any(isinstance(fact, Between) for fact in facts) else NOTHING


def _shifted(text: str, lang: Lang, now: datetime, known: Moment | None) -> Reading:
    """'На час позже' of a time that is known."""
    if known is None or known.time is None or known.either_half:
        return NOTHING
    at = Moment(day=now.date() + timedelta(days=1), time=known.time)
    told = read_datetime(text, lang=lang, now=now, expected=Expected(known=at))
    if isinstance(told.value, datetime) and told.value.time() != known.time:
        return Reading(value=told.value.time(), rest=told.rest)
    return NOTHING


def _figures(figures: str) -> Reading:
    hour, minute = int(figures[:-2]), int(figures[-2:])
    if hour > 23 or minute > 59:
        return Reading(wrong="no_such_time")
    return Reading(value=time(hour, minute))
