"""The Russian grammar of hours: 'полчетвёртого', 'без пятнадцати пять', 'с трёх до пяти'."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.dialogue import morphology
from bot.dialogue.values import PartOfDay
from bot.understanding.dates.facts import Bar, Between, Clock, Fact, Half, Impossible, earlier
from bot.understanding.dates.figures import dashed_hours, time_figures
from bot.understanding.words.terms import Line

MINUTES = frozenset("минута минуту минуты минут минуточек мин минутку минуток".split())
HOURS = frozenset("час часа часов часам часами ч часик часика часиков часок".split())
DAYS = frozenset("день дня дней денька деньков сутки суток".split())
WEEKS = frozenset("неделя неделю недели недель недельку недельки".split())
MONTHS_LONG = frozenset("месяц месяца месяцев".split())
YEARS = frozenset("год года лет".split())
UNITS = MINUTES | HOURS | DAYS | WEEKS | MONTHS_LONG | YEARS
OF_DAY: dict[str, PartOfDay] = {
    "утра": "morning",
    "утром": "morning",
    "утречком": "morning",
    "утречка": "morning",
    "дня": "day",
    "днем": "day",
    "вечера": "evening",
    "вечером": "evening",
    "вечерком": "evening",
    "ночи": "night",
    "ночью": "night",
}
AT = frozenset(("в", "во", "к", "ко", "на", "около", "часам"))
_ORDINAL_HOURS = """
    первого второго третьего четвертого пятого шестого седьмого восьмого девятого десятого одиннадцатого
    двенадцатого
""".split()
MONTHS = {
    form: index
    for index, forms in enumerate(
        (
            "января янв",
            "февраля фев февр",
            "марта мар",
            "апреля апр",
            "мая май",
            "июня июн",
            "июля июл",
            "августа авг",
            "сентября сен сент",
            "октября окт",
            "ноября ноя нояб",
            "декабря дек",
        ),
        start=1,
    )
    for form in forms.split()
}
# 'в пять лет', 'на двух человек', 'в три раза': a preposition and a number that are no hour.
_COUNTED = frozenset(
    """
        человек человека людей гостей гостя персон персоны персону лет год года раз раза рублей рубля
        рубль тысяч штук штуки мест места место детей ребенка взрослых процентов процента этаже этаж
        этажа подъезд подъезде классе комнаты комнат километров метров кабинет кабинете километра окна
        квартира квартире доме дом
    """.split()
)


# Nouns that may follow an hour although their form is a genitive.
_NOT_COUNTED = frozenset(
    """
        спасибо пожалуйста утра вечера ночи января февраля марта апреля мая июня июля августа сентября
        октября ноября декабря понедельника вторника среды четверга пятницы субботы воскресенья числа
        день
    """.split()
)


def counted(word: str) -> bool:
    """Whether the word can only be what the number before it counts ('три недели', 'в пятом классе')."""
    if word in _COUNTED:
        return True
    if len(word) < 3 or word in UNITS or word in OF_DAY or word in _NOT_COUNTED:
        return False
    # 'в три стрижки', 'к трём врачам'; but 'в три терапевту', 'в три стрижка'
    return all(
        "NOUN" in reading and ("plur" in reading or not reading & {"nomn", "accs", "datv", "ablt"})
        for reading in morphology.grammemes(word)
    )


def _not_an_hour(line: Line, found: Clock) -> bool:
    """Whether a bare 'в три' counts something."""
    bare = line.at(found.stop - 1).number is not None
    return bare and not found.sure | found.written and counted(line.word(found.stop))


def clock(line: Line, at: int, *, after: str) -> Clock | Impossible | None:
    """An hour at this place. after: the preposition that stands before it, '' for none."""
    term = line.at(at)
    if term.role == "marked":
        found = time_figures(line, at, after=after)
        return _with_half(line, found) if isinstance(found, Clock) else found
    for rule in (_word_hour, _to_the_hour, _past_the_hour, _half_past, _plain):
        found = rule(line, at, after)
        if isinstance(found, Clock):
            return _with_half(line, found)
        if found is not None:
            return found
    return None


def _word_hour(line: Line, at: int, after: str) -> Clock | None:
    word = line.word(at)
    if word in ("полдень", "полдня", "полудню"):
        return Clock(start=at, stop=at + 1, hour=12, sure=True)
    if word == "полудня" and after in ("за", "около"):  # 'до полудня' alone is a part of the day
        return Clock(start=at, stop=at + 1, hour=12, sure=True)
    if word in ("полночь", "полуночи"):
        return Clock(start=at, stop=at + 1, hour=0, sure=True)
    return None


def _to_the_hour(line: Line, at: int, after: str) -> Clock | None:
    """'без пятнадцати [минут] пять', 'без четверти восемь'."""
    if line.word(at) != "без":
        return None
    minutes = 15 if line.word(at + 1) == "четверти" else line.at(at + 1).integer
    stop = at + 2 + (line.word(at + 2) in MINUTES)
    hour = 1 if line.word(stop) == "час" else line.at(stop).integer
    if minutes is None or hour is None or not 1 <= minutes <= 30 or not 1 <= hour <= 24:
        return None
    stop += 1 + (line.word(stop + 1) in HOURS)
    return Clock(start=at, stop=stop, hour=(hour - 1) or 12, minute=60 - minutes, sure=hour > 13)


def _past_the_hour(line: Line, at: int, after: str) -> Clock | None:
    """'пять минут шестого', 'четверть восьмого'."""
    minutes = 15 if line.word(at) == "четверть" else line.at(at).integer
    stop = at + 1
    if line.word(stop) in MINUTES:
        stop += 1
    elif line.word(at) != "четверть":
        return None
    hour = _hour_begun(line, stop)
    if minutes is None or hour is None or not 1 <= minutes <= 30:
        return None
    return Clock(start=at, stop=stop + 1, hour=hour, minute=minutes)


def _half_past(line: Line, at: int, after: str) -> Clock | None:
    """'полчетвёртого', 'пол четвёртого', 'в половине восьмого'."""
    word = line.word(at)
    if word.startswith("пол") and word[3:] in _ORDINAL_HOURS:
        return Clock(start=at, stop=at + 1, hour=_ORDINAL_HOURS.index(word[3:]) or 12, minute=30)
    if word in ("пол", "половина", "половине", "половину", "половины"):
        hour = _hour_begun(line, at + 1)
        if hour is None and 1 <= (line.at(at + 1).integer or 0) <= 12:
            hour = ((line.at(at + 1).integer or 0) - 1) or 12  # 'пол 8', 'в половине 8'
        if hour is not None:
            return Clock(start=at, stop=at + 2, hour=hour, minute=30)
    return None


def _hour_begun(line: Line, at: int) -> int | None:
    """'восьмого' in 'половина восьмого': the hour that has begun, 7."""
    hour = line.at(at).ordinal
    if hour is None or not 1 <= hour <= 12 or not line.at(at).word.endswith("го"):
        return None
    return (hour - 1) or 12


_NOBODYS_HOUR = frozenset("один одна одно одного одной одному одним одну".split())  # one o'clock is 'час'


def _plain(line: Line, at: int, after: str) -> Clock | Impossible | None:
    """'три', 'три часа', 'пятнадцать тридцать', 'час дня', 'три с половиной', '1530'."""
    term = line.at(at)
    hour = term.integer
    stop = at + 1
    named = False
    if hour is None and (line.word(at) in ("час", "часу", "часа") or (after and line.word(at) == "часом")):
        # 'час дня', 'в час', 'к часу'; a bare 'час' is a while
        if not after and line.word(at + 1) not in OF_DAY:
            return None
        hour, named = 1, True
    elif hour is None or (
        term.word in _NOBODYS_HOUR
        and hour == 1
        and not term.digits
        and line.at(stop).integer is None
        and line.word(stop) not in HOURS
    ):
        return None
    elif len(term.digits) == 4 and after and hour % 100 < 60 and hour < 2400:
        return Clock(start=at, stop=stop, hour=hour // 100, minute=hour % 100, sure=True)
    elif line.word(stop) in HOURS or line.word(stop) == "ровно":
        named = line.word(stop) in HOURS
        stop += 1
    if line.word(stop) in MONTHS or line.word(stop) in ("число", "числа", "числу"):
        return None  # 'на 19 ноября'
    minute, stop = _minutes(line, stop)
    spoken = minute is not None
    part = line.word(stop) in OF_DAY
    if not 0 <= hour <= 24 or (hour == 24 and minute):
        certain = named or (after in ("в", "во") and not counted(line.word(stop)))
        return Impossible(start=at, stop=stop) if certain and hour < 1000 and (named or hour < 60) else None
    if not spoken and line.word(stop) == "с" and line.word(stop + 1) == "половиной":
        minute, stop = 30, stop + 2
    padded = term.digits.startswith("0") and len(term.digits) == 2
    figures = bool(term.digits and spoken and line.at(stop - 1).digits)  # '9 45' is what a recogniser makes of '9:45'
    return Clock(
        start=at,
        stop=stop,
        hour=hour % 24,
        minute=minute or 0,
        end_of_day=hour == 24,
        sure=hour > 12 or hour == 0 or padded,
        written=figures or (spoken and minute == 0),
        weak=not (part or (named and spoken)),
    )


def _minutes(line: Line, at: int) -> tuple[int | None, int]:
    """'тридцать', 'ноль пять', 'ноль ноль', 'сорок минут' after an hour; the place after them."""
    first, second = line.at(at), line.at(at + 1)
    if first.integer == 0 and first.digits in ("", "0") and second.integer is not None and second.integer < 10:
        minute, stop = second.integer, at + 2
    elif first.integer is not None and line.word(at + 1) == "м" and first.digits:
        return first.integer, at + 2
    elif first.integer is not None and (first.integer >= 10 or first.digits in ("00", "05") or _is_minutes(line, at)):
        minute, stop = first.integer, at + 1
    else:
        return None, at
    if (
        minute > 59
        or line.word(stop) in MONTHS
        or line.word(stop) in (HOURS | DAYS | {"число", "числа"}) - OF_DAY.keys()
    ):
        return None, at
    return minute, stop + (line.word(stop) in MINUTES)


def _is_minutes(line: Line, at: int) -> bool:
    return line.word(at + 1) in MINUTES


def _with_half(line: Line, found: Clock) -> Clock:
    stop = found.stop + (line.word(found.stop) == "ровно")
    half: Half = OF_DAY.get(line.word(stop))
    if line.word(stop) == "пополудни":
        half = "day"
    if half is None:
        return replace(found, stop=stop)
    return replace(found, stop=stop + 1, half=half, weak=False)


def before_clock(line: Line, at: int, now: datetime) -> Fact | None:
    """'За час до полудня', 'за пятнадцать минут до шести'."""
    if line.word(at) != "за":
        return None
    number, word = line.at(at + 1).number, line.word(at + 1)
    unit = line.word(at + 2) if number is not None else word
    stop = at + 2 + (number is not None)
    minutes = (
        30.0
        if unit == "полчаса"
        else float(1 if number is None else number) * (60 if unit in HOURS else 1 if unit in MINUTES else 0)
    )
    if not 0 < minutes < 12 * 60 or line.word(stop) != "до":
        return None
    edge = clock(line, stop + 1, after="за")
    return earlier(edge, at, round(minutes)) if isinstance(edge, Clock) and not _not_an_hour(line, edge) else None


def between(line: Line, at: int, now: datetime) -> Fact | None:
    """'с трёх до пяти', 'между тремя и пятью', 'после трёх', 'до пяти', 'не раньше четырёх'."""
    word = line.word(at)
    dashed = _dashed(line, at + (word in AT))
    if dashed is not None:
        return replace(dashed, start=at)
    if word in ("с", "со", "от", "между"):
        return _range(line, at, open_ended=word in ("с", "со"))
    if word == "не" and line.word(at + 1) in ("раньше", "ранее", "позже", "позднее"):
        later, start = line.word(at + 1) in ("раньше", "ранее"), at + 2
    elif word in ("после", "позже", "до", "раньше"):
        later, start = word in ("после", "позже"), at + 1
    else:
        return None
    edge = clock(line, start, after="в")
    if not isinstance(edge, Clock) or _not_an_hour(line, edge):
        return None
    first, last = (edge, None) if later else (None, edge)
    return Between(start=at, stop=edge.stop, first=first, last=last)


def _dashed(line: Line, at: int) -> Between | None:
    """'2-3 [часа] [дня]', as people type 'часа в два-три'; '10-30' is half past ten."""
    hours = dashed_hours(line.at(at).digits, named=line.word(at + 1) in HOURS)
    if hours is None:
        return None
    stop = at + 1 + (line.word(at + 1) in HOURS)
    edges = [_with_half(line, Clock(start=at, stop=stop, hour=edge % 24, sure=edge > 12)) for edge in hours]
    weak = line.word(at - 1) not in AT and edges[0].half is None
    return Between(start=at, stop=edges[1].stop, first=edges[0], last=edges[1], weak=weak)


def _range(line: Line, at: int, *, open_ended: bool) -> Fact | None:
    first = clock(line, at + 1, after="в")
    if not isinstance(first, Clock):
        return None
    if line.word(first.stop) in ("до", "по", "и"):
        last = clock(line, first.stop + 1, after="в")
        if isinstance(last, Clock):
            if _not_an_hour(line, last):
                return Bar(start=at, stop=last.stop)
            return Between(start=at, stop=last.stop, first=first, last=last)
    if not open_ended or _not_an_hour(line, first):
        return None
    return Between(start=at, stop=first.stop, first=first, last=None, weak=first.weak)


def at_clock(line: Line, at: int, now: datetime) -> Fact | None:
    """An hour with or without a preposition; without one it mostly counts only when nothing else is said."""
    preposition = line.word(at) if line.word(at) in AT else ""
    start = at + 1 if preposition else at
    while preposition and line.word(start) in (
        "ровно",
        "примерно",
        "районе",
        "где",
        "то",
        "часов",
        "часиков",
    ):
        start += 1
    found = clock(line, start, after=preposition)
    if not isinstance(found, Clock):
        return found
    if preposition and _not_an_hour(line, found):
        return Bar(start=at, stop=found.stop)
    if not preposition and _not_an_hour(line, found):
        return None
    return replace(found, start=at, weak=found.weak and not preposition)
