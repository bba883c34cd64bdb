"""Names and titles that only sound like a date: 'песня третье сентября', 'version 3.12', 'thu is my surname'."""

from __future__ import annotations

from datetime import datetime

from bot.understanding.dates.facts import Bar, Fact
from bot.understanding.words.terms import Line

_WORKS = frozenset(
    """
        песня песню песне песни фильм фильма фильме фильмом книга книгу книге сериал сериала сериале альбом альбоме
        мультик мультфильм спектакль
        song film movie album novel track
    """.split()
)
_CALLED = frozenset("называется названием called named titled".split())
_NUMBERED = frozenset(
    """
        версия версии версию версией глава главе главу пункт пункте статья статье статью страница страницу странице
        параграф раздел релиз сборка
        version versions release chapter section page paragraph article build clause verse
    """.split()
)
_SURNAME = frozenset("фамилия surname".split())
_MINE = frozenset("моя наша его ее у меня is my the our his her a last family".split())


def title(line: Line, at: int, now: datetime) -> Fact | None:
    """What follows 'песня', 'film called' is a title; 'пятого', 'в пятницу' after it is still a day."""
    word = line.word(at)
    start = at + 1 + (line.word(at + 1) in _CALLED)
    if word not in _WORKS and word not in _CALLED:
        return None
    if word in _WORKS and start == at + 1 and line.lang == "en":
        return None  # 'a movie friday night' may well be a booking
    first = line.at(start)
    if first.role in ("end", "word") and start == at + 1 and word not in _CALLED:
        return None
    return None if first.word.endswith("го") else Bar(start=at, stop=start + 2)


def numbered(line: Line, at: int, now: datetime) -> Fact | None:
    """'Версия 3.12', 'chapter 4.5'."""
    if line.word(at) not in _NUMBERED:
        return None
    start = at + 1 + (line.word(at + 1) in ("номер", "number"))
    return Bar(start=at, stop=start + 1) if line.at(start).number is not None or line.at(start).digits else None


def surname(line: Line, at: int, now: datetime) -> Fact | None:
    """'Субботин моя фамилия', 'thu is my surname': the word before is a name."""
    stop = at + 1
    while line.word(stop) in _MINE and stop < at + 5:
        stop += 1
    named = line.word(stop) in _SURNAME or (line.word(stop) == "name" and stop > at + 1)
    return Bar(start=at, stop=stop + 1) if named and line.word(at) else None


def over_and_over(line: Line, at: int, now: datetime) -> Fact | None:
    """'One by one', 'два на два', 'один за одним'."""
    first, second = line.at(at).integer, line.at(at + 2).integer
    if first is None or first != second or line.word(at + 1) not in ("by", "на", "за"):
        return None
    return Bar(start=at, stop=at + 3)


RULES = (title, numbered, surname, over_and_over)
__all__ = ["RULES"]
