"""Golden conversations as files that a business person reads and writes.

    # a correction while confirming             now: 2026-11-18 10:00, caller: +79051234567
    < Здравствуйте! …                           what the bot says; "…" stands for anything
    > запишите к терапевту завтра в три         what the customer says
    > [1]                                       keys pressed
    > (Да)                                      a button
    > …                                         silence
    = booked: service terapevt, when 2026-11-19 16:00
    ## a note that is not part of the conversation

A file holds one or more, each beginning with its "# title". booking.ru.txt is in Russian, booking.en.txt in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.authoring.problems import Problem, ScenarioErrors

MAX_BYTES = 256 * 1024
HEADER = ("now", "caller", "channel", "customer", "phone", "taken", "scenario", "language", "given")
_NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday, as in the design of the language
_FIELD = re.compile(rf"(?:^|,\s*|\s)({'|'.join(HEADER)}):\s*")
_TAKEN = re.compile(r"(\w+) (\d{4}-\d\d-\d\d \d\d:\d\d)")


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What the customer did, "" for the bot's first words, and what should follow. line: in the file."""

    line: int
    customer: str = ""
    bot: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)

    @property
    def begins(self) -> str:
        """The line that opens it, as the file writes it; "" for the bot's first words."""
        return f"> {self.customer}" if self.customer else ""


@dataclass(slots=True, kw_only=True)
class Talk:
    """One golden conversation. now: naive wall clock of the business. taken: places in the calendar, (service, when).

    caller: E.164 or "". customer, phone: what the profile knows already. given: "service terapevt, name Anna Smith",
    what the scenario begins with.
    """

    file: str
    line: int
    title: str
    language: str
    now: datetime = _NOW
    caller: str = ""
    channel: str = "text"
    customer: str = ""
    phone: str = ""
    scenario: str = ""
    taken: tuple[tuple[str, datetime], ...] = ()
    given: str = ""
    exchanges: list[Exchange] = field(default_factory=list)


def read(path: Path, name: str) -> tuple[Talk, ...]:
    """The conversations of one file. name: how problems call it. Raises ScenarioErrors."""
    problems: list[Problem] = []
    try:
        data = path.read_bytes()
        if len(data) > MAX_BYTES:
            raise ScenarioErrors([_problem(name, 1, "too_big", limit=str(MAX_BYTES // 1024))])
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise ScenarioErrors([_problem(name, 1, "not_utf8")]) from None
    except OSError:
        raise ScenarioErrors([_problem(name, 1, "unreadable_file")]) from None
    language = next((part for part in reversed(path.name.split(".")) if part in ("ru", "en")), "ru")
    talks: list[Talk] = []
    for number, line in enumerate(lines, 1):
        _take(line.strip(), number, name, language, talks, problems)
    if not talks and not problems:
        problems.append(_problem(name, 1, "no_talk"))
    if problems:
        raise ScenarioErrors(problems)
    return tuple(talks)


def _take(line: str, number: int, file: str, language: str, talks: list[Talk], problems: list[Problem]) -> None:
    if not line or line.startswith("##"):
        return
    sign, text = line[0], line[1:].strip()
    if sign == "#":
        talks.append(_header(text, number, file, language, problems))
    elif sign not in "<>=":
        problems.append(_problem(file, number, "talk_sign", value=line[:40]))
    elif not talks:
        problems.append(_problem(file, number, "talk_untitled"))
    elif sign == ">":
        talks[-1].exchanges.append(Exchange(line=number, customer=text or "…"))
    else:
        exchanges = talks[-1].exchanges
        if not exchanges:
            exchanges.append(Exchange(line=number))
        (exchanges[-1].bot if sign == "<" else exchanges[-1].effects).append(text)


def _header(text: str, number: int, file: str, language: str, problems: list[Problem]) -> Talk:
    found = list(_FIELD.finditer(text))
    title = text[: found[0].start()].strip(" ,") if found else text
    talk = Talk(file=file, line=number, title=title, language=language)
    for name, value in _fields(text, found):
        if name == "now":
            try:
                talk.now = datetime.fromisoformat(value).replace(tzinfo=None)
            except ValueError:
                problems.append(_problem(file, number, "talk_now", value=value[:40]))
        elif name == "taken":
            talk.taken = tuple((service, datetime.fromisoformat(when)) for service, when in _TAKEN.findall(value))
            if not talk.taken:
                problems.append(_problem(file, number, "talk_taken", value=value[:40]))
        elif name == "channel" and value not in ("text", "voice"):
            problems.append(_problem(file, number, "want_one_of", value=value[:40], known="'text', 'voice'"))
        else:
            setattr(talk, name, value)
    return talk


def _fields(text: str, found: list[re.Match[str]]) -> Iterator[tuple[str, str]]:
    for index, match in enumerate(found):
        end = found[index + 1].start() if index + 1 < len(found) else len(text)
        yield match.group(1), text[match.end() : end].strip(" ,")


def _problem(file: str, line: int, code: str, **params: str) -> Problem:
    return Problem(file=file, line=line, code=code, params=params)
