"""Text to a moment: what the grammars found, put together as a receptionist would.

A grammar (calendar_ru, calendar_en) turns words into facts; here rejected facts are dropped ('not Friday'), the
later of two wins where the speaker corrected himself, a twelve-hour clock is resolved by part of day, opening
hours and plausibility, and what is still missing becomes a question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from bot.dialogue.values import Moment, PartOfDay
from bot.understanding.dates import calendar_en, calendar_ru
from bot.understanding.dates.bygone import bygone
from bot.understanding.dates.faces import coming, ends, faces_of, fits
from bot.understanding.dates.facts import (
    Bar,
    Between,
    Clock,
    Day,
    Fact,
    Impossible,
    Instant,
    Minute,
    Part,
    Same,
    Shift,
    Vague,
    Week,
    Weekday,
    scan,
)
from bot.understanding.dates.soonest import soonest
from bot.understanding.reading import NOTHING, Expected, Lang, Question, Reading
from bot.understanding.words import numerals_en
from bot.understanding.words.normaliser import Token, normalise, tokens
from bot.understanding.words.speech import SPEECH, either, explained, rejected
from bot.understanding.words.terms import Line
from bot.understanding.words.typos import mended

_RULES = {"ru": calendar_ru.RULES, "en": calendar_en.RULES}
_DAY = timedelta(days=1)
_ANEW = frozenset("oops sorry mean actually rather no ой нет точнее вернее хотя простите".split())
_NEAR = 2  # terms between two hours that are left open
_EDGES = {
    "ru": frozenset(("до", "после", "с", "со", "от", "по")),
    "en": frozenset(("until", "till", "before", "after", "from", "since", "through")),
}
_PREPOSITIONS = frozenset(("в", "во", "на", "к", "ко", "часов", "часиков", "часа", "at", "on", "the", "for", "by"))


def read_datetime(text: str, *, lang: Lang, now: datetime, expected: Expected) -> Reading:
    """A naive datetime in the business's wall clock, or what of it is known and what to ask."""
    line = Line(_mended(text, lang), lang)
    facts = scan(line, _RULES[lang], now)
    if any(isinstance(fact, Impossible) for fact in facts):
        covered = {index for fact in facts for index in range(_from_preposition(line, fact), fact.stop)}
        return Reading(wrong="no_such_time", rest=line.text([at for at in range(len(line)) if at not in covered]))
    facts = _strong(line, facts)
    kept = [fact for fact in facts if not isinstance(fact, Bar)]
    kept = [fact for fact, no in zip(kept, rejected(line, kept, SPEECH[lang]), strict=True) if not no]
    if not any(isinstance(fact, Day | Weekday | Instant | Vague) for fact in kept) and any(
        isinstance(fact, Bar) and fact.past for fact in facts
    ):
        # 'вчера в три' is an answer, 'вчера был у вас в три' tells of something else
        return Reading(wrong="past") if explained(line, facts, SPEECH[lang]) else NOTHING
    if kept and not any(isinstance(fact, Instant) for fact in kept) and bygone(line):
        return NOTHING
    if expected.open_hours and all(isinstance(fact, Instant) for fact in facts):
        found = soonest(normalise(text), lang, now, expected.open_hours)
        if found:
            return Reading(value=found[0], rest=found[1])
    used = {index for fact in facts for index in range(_from_preposition(line, fact), fact.stop)}
    rest = line.text([index for index in range(len(line)) if index not in used])
    said = _Said.of(line, kept, now, lang)
    return replace(_moment(said, now, expected), rest=rest) if kept else NOTHING


def facts_of(text: str, lang: Lang, now: datetime) -> tuple[Line, list[Fact]]:
    """What the grammar finds in a text, before it is put together: for readers of a day or a time alone."""
    line = Line(_mended(text, lang), lang)
    return line, _strong(line, scan(line, _RULES[lang], now))


def left_of(line: Line, facts: Sequence[Fact], kinds: tuple[type[Fact], ...]) -> str:
    """The words that facts of these kinds leave."""
    used = {at for fact in facts if isinstance(fact, kinds) for at in range(_from_preposition(line, fact), fact.stop)}
    return line.text([at for at in range(len(line)) if at not in used])


def _from_preposition(line: Line, fact: Fact) -> int:
    """Where the fact begins with the preposition that belongs to it."""
    at = fact.start
    while line.word(at - 1) in _PREPOSITIONS:
        at -= 1
    return at


def _mended(text: str, lang: Lang) -> tuple[Token, ...]:
    if lang == "ru":
        return mended(tokens(text), calendar_ru.VOCABULARY, lang)
    found: list[Token] = []
    for token in tokens(text):
        if found and found[-1].text == "2" and token.joined and token.text in _TO:
            found[-1] = replace(token, text=_TO[token.text], joined=False)  # '2nite'
            continue
        stem = token.text.removesuffix("ish")
        if stem != token.text and stem in numerals_en.WORDS:  # 'sevenish', as '7ish' is two tokens
            found += [replace(token, text=stem), Token("ish", "ish", joined=True)]
        else:
            found.append(token)
    return mended(found, calendar_en.VOCABULARY, lang)


_TO = {
    "nite": "tonight",
    "night": "tonight",
    "moro": "tomorrow",
    "morrow": "tomorrow",
    "morow": "tomorrow",
    "day": "today",
}


def _strong(line: Line, facts: list[Fact]) -> list[Fact]:
    """Weak facts count only beside a day ('завтра пятнадцать часов') or when all else is facts and fillers."""
    if all(not fact.weak for fact in facts) or explained(line, facts, SPEECH[line.lang]):
        return facts
    days = [fact for fact in facts if isinstance(fact, Day | Weekday) and not fact.weak]
    beside = {fact.start for fact in days} | {fact.stop for fact in days}
    strong = [
        fact
        for fact in facts
        if not fact.weak or (isinstance(fact, Clock | Between) and beside & {fact.start, fact.stop})
    ]
    clocks = [fact for fact in strong if isinstance(fact, Clock)]
    return [
        fact
        for fact in facts
        if fact in strong
        or (isinstance(fact, Clock) and clocks and line.word(fact.start - 1) in _ANEW)
        or (isinstance(fact, Clock) and any(_beside(line, *sorted((fact, one), key=_start)) for one in clocks))
    ]


def _start(fact: Fact) -> int:
    return fact.start


def _beside(line: Line, first: Fact, second: Fact) -> bool:
    """'Two or three', 'в два или в три': what one of them is, the other is."""
    return second.start - first.stop <= _NEAR and either(line, first, second, SPEECH[line.lang])


def _edges_are_vague(line: Line, fact: Fact, day: date) -> Fact:
    """'До пятницы', 'с понедельника', 'после двадцатого' name no day, but where one may lie."""
    before = line.word(fact.start - 1)
    if before == "раньше" and line.word(fact.start - 2) == "можно":
        return fact  # 'как можно раньше завтра'
    if before in ("раньше", "позже", "позднее", "than") or before in _EDGES[line.lang]:
        return Vague(start=fact.start, stop=fact.stop, question="day", days=(day,))
    return fact


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What is left after corrections: days and clocks are several only where the speaker left it open."""

    days: tuple[date, ...] = ()
    clocks: tuple[Clock, ...] = ()
    between: Between | None = None
    part: PartOfDay | None = None
    instant: datetime | None = None
    vague: Vague | None = None
    shift: timedelta | None = None
    minute: int | None = None
    same: frozenset[str] = frozenset()
    week: date | None = None  # its Monday

    @classmethod
    def of(cls, line: Line, facts: Sequence[Fact], now: datetime, lang: Lang) -> _Said:
        week: date | None = None
        for fact in facts:
            if isinstance(fact, Week):
                week = fact.monday
            elif isinstance(fact, Day) and fact.week:
                week = fact.day - fact.day.weekday() * _DAY
                named = next((one for one in facts if isinstance(one, Weekday) and one.stop <= fact.start), None)
                if named is not None and week + named.weekday * _DAY < fact.day:
                    week += 7 * _DAY  # 'в понедельник через неделю': a week after the coming one
        dated: list[tuple[Fact, date]] = []
        has_weekday = any(isinstance(fact, Weekday) for fact in facts)
        for fact in facts:
            if isinstance(fact, Weekday):
                dated.append((fact, _weekday(fact, week, now.date())))
            elif isinstance(fact, Day) and not (fact.week and has_weekday):
                dated.append((fact, fact.day))
            if isinstance(fact, Part) and fact.day is not None:
                dated.append((fact, fact.day))
        clocks = [fact for fact in facts if isinstance(fact, Clock)]
        parts = [fact for fact in facts if isinstance(fact, Part)]
        instants = [fact for fact in facts if isinstance(fact, Instant)]
        spans = [fact for fact in facts if isinstance(fact, Between)]
        shifts = [fact.delta for fact in facts if isinstance(fact, Shift)]
        edges = [(fact, _edges_are_vague(line, fact, day)) for fact, day in dated]
        dated = [(fact, day) for (fact, day), (_, edge) in zip(dated, edges, strict=True) if edge is fact]
        vague = [fact for fact in facts if isinstance(fact, Vague)]
        open_days = [edge for _, edge in edges if isinstance(edge, Vague)]
        if open_days:
            days = tuple(day for edge in open_days for day in edge.days)
            vague.append(replace(open_days[-1], days=days if len(days) > 1 else ()))
        return cls(
            days=_last_days(line, dated, lang),
            clocks=_last_clocks(line, clocks, lang),
            between=spans[-1] if spans and not clocks else None,
            part=parts[-1].part if parts else None,
            instant=instants[-1].at.replace(second=0, microsecond=0) if instants else None,
            vague=vague[-1] if vague and not (dated and vague[-1].question == "day") else None,
            shift=shifts[-1] if shifts else None,
            minute=next((fact.minute for fact in facts if isinstance(fact, Minute)), None) if not clocks else None,
            same=frozenset(
                what for fact in facts if isinstance(fact, Same) for what in (fact.what, *("now",) * fact.now)
            ),
            week=week,
        )


def _weekday(fact: Weekday, week: date | None, today: date) -> date:
    if week is not None:
        return week + fact.weekday * _DAY
    monday = today - today.weekday() * _DAY
    if fact.which == "next":
        return monday + (7 + fact.weekday) * _DAY
    ahead = (fact.weekday - today.weekday()) % 7
    if ahead == 0 and fact.which != "this":
        ahead = 7  # whoever means today says today
    return today + ahead * _DAY


def _last_days(line: Line, dated: list[tuple[Fact, date]], lang: Lang) -> tuple[date, ...]:
    """The last day said, with those left open beside it; a weekday that contradicts its date stays open too."""
    kept: list[tuple[Fact, date]] = []
    for fact, day in dated:
        if kept and day not in (one for _, one in kept):
            previous, before = kept[-1]
            if isinstance(fact, Weekday) and not isinstance(previous, Weekday) and _touch(line, previous, fact):
                if before.weekday() == fact.weekday:
                    continue  # '26 ноября, в четверг' names no second day
            elif isinstance(previous, Weekday) and not isinstance(fact, Weekday) and _touch(line, previous, fact):
                if day.weekday() == previous.weekday:
                    kept.pop()
            elif not either(line, previous, fact, SPEECH[lang]):
                kept = []
        kept.append((fact, day))
    return tuple(dict.fromkeys(day for _, day in kept))


def _touch(line: Line, first: Fact, second: Fact) -> bool:
    return all(line.word(at) in _PREPOSITIONS for at in range(first.stop, second.start))


def _last_clocks(line: Line, clocks: list[Clock], lang: Lang) -> tuple[Clock, ...]:
    kept: list[Clock] = []
    for clock in clocks:
        if kept and not either(line, kept[-1], clock, SPEECH[lang]):
            # 'в семь, нет, в восемь вечера'; but 'в семь вечера, ой, в восемь' keeps its evening
            half = clock.half or (None if clock.sure else kept[-1].half)
            kept = [replace(clock, half=half)]
        else:
            kept.append(clock)
    return tuple(kept)


def _moment(said: _Said, now: datetime, expected: Expected) -> Reading:
    known = expected.known or Moment()
    before = expected.instead_of
    if said.same and before is not None and before.day is not None and before.time is not None:
        day = before.day if "day" in said.same else known.day
        known = Moment(day=day, time=before.time if "time" in said.same else known.time, part=known.part)
        if not (said.days or said.clocks or said.part or said.shift or known.time):
            return Reading(question="time", partial=known)
    elif "now" in said.same and not said.clocks and known.time is None and (said.days or said.week):
        # 'через неделю в это же время': as it is now, where no other moment is spoken of
        days = said.days or (said.week + now.weekday() * _DAY,) if said.week else said.days
        said = replace(said, days=days, clocks=(Clock(start=0, stop=0, hour=now.hour, minute=now.minute, sure=True),))
    elif said.same and not (said.days or said.clocks or said.part or said.shift or said.between or said.instant):
        return NOTHING
    if said.shift is not None:
        if before is not None and (known.day is None or known.time is None):
            known = before
        if known.day is not None and known.time is None and not said.shift % _DAY:
            return Reading(question="time", partial=replace(known, day=known.day + said.shift))
        if known.day is None or known.time is None or known.either_half:
            # An hour later than what was refused: it is asked for all the same.
            return Reading(question="time" if known.day else "day", partial=known) if expected.asked else NOTHING
        return Reading(value=datetime.combine(known.day, known.time) + said.shift)
    if said.minute is not None:
        if known.time is None:
            return NOTHING
        hour = datetime.combine(now.date(), known.time.replace(minute=0)) + timedelta(minutes=said.minute)
        known = replace(known, time=hour.time())
        if known.day is not None and not said.days and not known.either_half:
            return Reading(value=datetime.combine(known.day, hour.time()))
    if said.vague is not None and said.vague.question == "time" and not said.clocks and said.between is None:
        day = said.days[0] if said.days else known.day
        part = said.part or known.part
        if day is None and part is None:
            return NOTHING
        return Reading(question="time" if day else "day", partial=Moment(day=day, part=part))
    if said.instant is not None:
        if said.clocks and not said.days:
            said = replace(said, days=(said.instant.date(),), instant=None)
        else:
            return Reading(value=said.instant)
    part = said.part or known.part
    clocks = said.clocks
    if not clocks and said.between is None and known.time is not None:
        clocks = (_known_clock(known),)
        # 'лучше вечером' takes the hour of a known time away; '(в семь) вечера' completes it
        if said.part and not known.either_half and not fits(said.part, known.time):
            clocks = ()
    days = said.days or ((known.day,) if known.day and said.vague is None else ())
    if said.between is not None:
        return _between(said.between, part, days, now, expected)
    if not clocks:
        return _without_clock(said, days, part, now)
    faces = tuple(dict.fromkeys(face for clock in clocks for face in faces_of(clock, part, days, now, expected)))
    either_half = len(clocks) == 1 and len(faces) > 1
    question: Question = "part_of_day" if either_half else "time"
    if not days:
        wanted = said.vague.days if said.vague else ()
        moments = [datetime.combine(day, face) for day in wanted for face in faces] or [
            coming(face, now) for face in faces
        ]
        return Reading(
            alternatives=tuple(moments),
            question="day",
            partial=Moment(time=faces[0], either_half=either_half) if len(clocks) == 1 else None,
        )
    moments = [_combined(day, face, clocks[0], now) for day in days for face in faces]
    if len(moments) == 1:
        return Reading(value=moments[0])
    if len(days) > 1:
        return Reading(
            alternatives=tuple(moments),
            question="day",
            partial=Moment(time=faces[0], either_half=either_half) if len(clocks) == 1 else None,
        )
    partial = Moment(day=days[0], time=faces[0], either_half=True) if either_half else Moment(day=days[0])
    return Reading(alternatives=tuple(moments), question=question, partial=partial)


def _without_clock(said: _Said, days: tuple[date, ...], part: PartOfDay | None, now: datetime) -> Reading:
    if len(days) == 1:
        return Reading(question="time", partial=Moment(day=days[0], part=part))
    if days:
        return Reading(question="day", alternatives=days, partial=Moment(part=part) if part else None)
    if said.vague is not None or said.week is not None:
        wanted = said.vague.days if said.vague else ()
        return Reading(question="day", alternatives=wanted, partial=Moment(part=part))
    return Reading(question="day", partial=Moment(part=part))


def _between(
    between: Between, part: PartOfDay | None, days: tuple[date, ...], now: datetime, expected: Expected
) -> Reading:
    """A range: its beginning is taken, both ends are told; 'after three' tells an end and asks for the hour."""
    first, last = between.first, between.last
    if first is not None and last is not None:
        edges = ends(first, last, part, days, now, expected)
        if not days:
            return Reading(
                question="day",
                partial=Moment(time=edges[0]),
                alternatives=tuple(coming(end, now) for end in edges),
            )
        moments = tuple(datetime.combine(days[0], end) for end in edges)
        return Reading(value=moments[0], alternatives=moments)
    edge = first or last
    assert edge is not None  # a grammar never opens both ends
    face = faces_of(edge, part, days, now, expected)[0]
    if not days:
        return Reading(question="day", partial=Moment(part=part))
    alternatives = (datetime.combine(days[0], face),) if first else ()
    return Reading(question="time", partial=Moment(day=days[0], part=part), alternatives=alternatives)


def _known_clock(known: Moment) -> Clock:
    assert known.time is not None
    hour = known.time.hour
    return Clock(start=0, stop=0, hour=hour, minute=known.time.minute, sure=not known.either_half)


def _combined(day: date, face: time, clock: Clock, now: datetime) -> datetime:
    moment = datetime.combine(day, face)
    # 'сегодня в двенадцать ночи' is the coming midnight
    if clock.end_of_day or (face.hour == 0 and day == now.date() and moment < now):
        moment += _DAY
    return moment
