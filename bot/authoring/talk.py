"""Golden conversations as files that a business person reads and writes.

    # a correction while confirming             now: 2026-11-18 10:00, caller: +79051234567
    < Здравствуйте! …                           what the bot says; "…" stands for anything
    > запишите к терапевту завтра в три         what the customer says
    > [1]                                       keys pressed
    > (Да)                                      a button
    > …                                         silence
    ! автоответчик                              it shows that a machine took our call ("answering machine")
    ! Анна входит                               a person takes the conversation ("joins"), gives it back ("уходит",
    ! Анна: Здравствуйте                        "leaves") or ends it ("закрывает", "closes")
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
from typing import Literal

from bot.authoring.problems import Problem, ScenarioErrors, near
from bot.authoring.tree import read_file

MAX_BYTES = 256 * 1024
HEADER = (
    "now",
    "caller",
    "channel",
    "customer",
    "phone",
    "taken",
    "visit",
    "scenario",
    "language",
    "given",
    "stub",
    "continues",
    "rank",
    "doubtful",
    "answered",
)
ANSWERED = ("human", "machine", "fax", "busy", "no_answer", "refused", "failed")
_NOW = datetime(2026, 11, 18, 10, 0)  # a Wednesday, as in the design of the language
_FIELD = re.compile(rf"(?:^|,\s*|\s)({'|'.join(HEADER)}):\s*")
_MISSPELT = re.compile(r"(?<!\S)(\w{3,12}):\s")
_TAKEN = re.compile(r"(\w+) (\d{4}-\d\d-\d\d \d\d:\d\d)")

Kind = Literal["joined", "said", "left", "closed", "hung up", "not transferred", "machine"]
_HAPPENS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (
        re.compile(r"(?:клиент (?:кладёт|кладет|положил|положила) трубку|клиент (?:ушёл|ушел)|customer hangs up)"),
        "hung up",
    ),
    (re.compile(r"(?:перевод не удался|оператор не ответил|transfer fails)"), "not transferred"),
    (re.compile(r"(?:это автоответчик|автоответчик|answering machine|a machine)"), "machine"),
    (re.compile(r"(?P<agent>[^:]+?) (?:входит|вошёл|вошел|вошла|joins|joined)"), "joined"),
    (re.compile(r"(?P<agent>[^:]+?) (?:уходит|ушёл|ушел|ушла|возвращает|leaves|left)"), "left"),
    (re.compile(r"(?P<agent>[^:]+?) (?:закрывает|закрыл|закрыла|closes|closed)"), "closed"),
    (re.compile(r"(?P<agent>[^:]+?):\s*(?P<text>.+)"), "said"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What somebody else than the customer did. agent: their name as written. text: what they wrote. source: the line
    without its sign."""

    kind: Kind
    source: str
    agent: str = ""
    text: str = ""

    @property
    def login(self) -> str:
        return self.agent.casefold()


def happening(text: str) -> Happening | None:
    """A line that begins with "!", without its sign; None where nobody could tell what happens."""
    for pattern, kind in _HAPPENS:
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            agent, said = (parts.get("agent") or "").strip(), (parts.get("text") or "").strip()
            return Happening(kind=kind, source=text, agent=agent, text=said)
    return None


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What the customer did, "" for the bot's first words, and what should follow. line: in the file.

    other: what an agent did, or the line, in place of the customer.
    """

    line: int
    customer: str = ""
    other: Happening | None = None
    bot: list[str] = field(default_factory=list)
    effects: list[str] = field(default_factory=list)

    @property
    def begins(self) -> str:
        """The line that opens it, as the file writes it; "" for the bot's first words."""
        if self.other is not None:
            return f"! {self.other.source}"
        return f"> {self.customer}" if self.customer else ""


@dataclass(slots=True, kw_only=True)
class Talk:
    """One golden conversation. now: naive wall clock of the business. taken, visit: places in the calendar, (service,
    when), that others have booked and that the customer has.

    caller: E.164 or "". customer, phone: what the profile knows already. given: "service terapevt, name Anna Smith",
    what the scenario begins with. stub: "orders.status = none; …", what actions answer. dated: the header says when.
    doubtful: what of it was told long ago, or elsewhere. continues: the title of the conversation on another channel
    that was left unfinished. rank: menu items in the order this customer's habits announce them. answered: of a
    call of ours, who took it, or why nobody did.
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
    visit: tuple[tuple[str, datetime], ...] = ()
    given: str = ""
    stub: str = ""
    dated: bool = False
    continues: str = ""
    rank: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    answered: str = ""
    exchanges: list[Exchange] = field(default_factory=list)


def read(path: Path, name: str) -> tuple[Talk, ...]:
    """The conversations of one file. name: how problems call it. Raises ScenarioErrors."""
    problems: list[Problem] = []
    try:
        data = read_file(path)
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
    elif sign not in "<>=!":
        problems.append(_problem(file, number, "talk_sign", value=line[:40]))
    elif not talks:
        problems.append(_problem(file, number, "talk_untitled"))
    elif sign == ">":
        talks[-1].exchanges.append(Exchange(line=number, customer=text or "…"))
    elif sign == "!":
        happens = happening(text)
        if happens is None:
            problems.append(_problem(file, number, "talk_happens", value=text[:40]))
        else:
            talks[-1].exchanges.append(Exchange(line=number, other=happens))
    else:
        exchanges = talks[-1].exchanges
        if not exchanges:
            exchanges.append(Exchange(line=number))
        (exchanges[-1].bot if sign == "<" else exchanges[-1].effects).append(text)


def _header(text: str, number: int, file: str, language: str, problems: list[Problem]) -> Talk:
    found = list(_FIELD.finditer(text))
    title = text[: found[0].start()].strip(" ,") if found else text
    talk = Talk(file=file, line=number, title=title, language=language)
    for word in _MISSPELT.findall(title):
        if meant := near(word, HEADER):
            problems.append(_problem(file, number, "talk_header", value=word, near=meant))
    for name, value in _fields(text, found):
        if name == "now":
            try:
                talk.now, talk.dated = datetime.fromisoformat(value).replace(tzinfo=None), True
            except ValueError:
                problems.append(_problem(file, number, "talk_now", value=value[:40]))
        elif name in ("taken", "visit"):
            places = tuple((service, datetime.fromisoformat(when)) for service, when in _TAKEN.findall(value))
            setattr(talk, name, places)
            if not places:
                problems.append(_problem(file, number, "talk_taken", value=value[:40]))
        elif name == "doubtful":
            talk.doubtful = tuple(fact.strip() for fact in value.split(",") if fact.strip())
        elif name == "rank":
            talk.rank = tuple(item.strip() for item in value.split(",") if item.strip())
        elif name == "answered" and value not in ANSWERED:
            known = ", ".join(f"'{each}'" for each in ANSWERED)
            problems.append(_problem(file, number, "want_one_of", value=value[:40], known=known))
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
