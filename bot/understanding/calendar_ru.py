"""The Russian grammar of days and hours, as rules over terms."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from bot.dialogue.values import PartOfDay
from bot.understanding import clock_ru
from bot.understanding.clock_ru import (
    AT,
    DAYS,
    HOURS,
    MINUTES,
    MONTHS_LONG,
    OF_DAY,
    UNITS,
    WEEKS,
    YEARS,
    counted,
)
from bot.understanding.facts import (
    Bar,
    Day,
    Fact,
    Impossible,
    Instant,
    Part,
    Rule,
    Vague,
    Week,
    Weekday,
    calendar_day,
    day_of_month,
    months_later,
)
from bot.understanding.figures import date_figures
from bot.understanding.numerals_ru import WORDS as NUMERALS
from bot.understanding.terms import Line

_RELATIVE = {"сегодня": 0, "завтра": 1, "послезавтра": 2, "послепослезавтра": 3}
_WEEKDAYS = {
    form: index
    for index, forms in enumerate(
        (
            "понедельник понедельника понедельнику понедельником пн понед",
            "вторник вторника вторнику вторником вт",
            "среда среду среды средой ср",
            "четверг четверга четвергу четвергом чт четв",
            "пятница пятницу пятницы пятнице пятницей пт пятн",
            "суббота субботу субботы субботе субботой сб суб субб",
            "воскресенье воскресенья воскресенью воскресение воскресенья вс воскр",
        )
    )
    for form in forms.split()
}
_MONTHS = {
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
_MONTH_NAMES = frozenset(
    """
        январь январе февраль феврале март марте апрель апреле май мае июнь июне июль июле август
        августе сентябрь сентябре октябрь октябре ноябрь ноябре декабрь декабре
    """.split()
)
_THIS = frozenset("этот эту это этой ближайший ближайшую ближайшее ближайшей текущую грядущую".split())
_NEXT = frozenset("следующий следующую следующее следующей следующего следующем будущий будущую будущей".split())
_PAST = frozenset(
    """
        прошлый прошлую прошлое прошлой прошлом прошлого прошедший прошедшую позапрошлой позапрошлую
        минувшую предыдущий предыдущую
    """.split()
)
_PARTS: dict[tuple[str, ...], PartOfDay] = {
    ("утром",): "morning",
    ("утречком",): "morning",
    ("с", "утра"): "morning",
    ("на", "утро"): "morning",
    ("с", "утречка"): "morning",
    ("утро",): "morning",
    ("до", "обеда"): "morning",
    ("в", "первой", "половине", "дня"): "morning",
    ("первая", "половина", "дня"): "morning",
    ("днем",): "day",
    ("после", "обеда"): "day",
    ("в", "обед"): "day",
    ("во", "второй", "половине", "дня"): "day",
    ("вторая", "половина", "дня"): "day",
    ("вечером",): "evening",
    ("вечерком",): "evening",
    ("к", "вечеру"): "evening",
    ("под", "вечер"): "evening",
    ("на", "вечер"): "evening",
    ("вечер",): "evening",
    ("после", "работы"): "evening",
    ("ночью",): "night",
    ("на", "ночь"): "night",
}
VOCABULARY = frozenset(
    [
        word
        for table in (_RELATIVE, _WEEKDAYS, _MONTHS, _MONTH_NAMES, OF_DAY, _NEXT, UNITS, NUMERALS)
        for word in table
        if len(word) > 4
    ]
    + "следующей неделе полчаса половина половине четверть выходные выходных полдень через вчера".split()
)


def _greeting(line: Line, at: int, now: datetime) -> Fact | None:
    if line.word(at) in (
        "добрый",
        "доброе",
        "доброго",
        "доброй",
        "хорошего",
        "спокойной",
        "хорошей",
        "приятного",
    ):
        width = 2 if line.word(at + 1) in ("день", "вечер", "утро", "дня", "вечера", "утра", "ночи", "времени") else 0
        if width:
            return Bar(start=at, stop=at + 2 + (line.word(at + 2) == "суток"))
    return None


def _past(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("вчера", "позавчера"):
        return Bar(start=at, stop=at + 1 + (line.word(at + 1) in OF_DAY))
    if word in _PAST:
        return Bar(start=at, stop=at + 2)
    # 'три дня назад', 'неделю назад', 'по пятницам', 'каждую пятницу'
    width = 2 if line.at(at).number is not None and line.word(at + 1) in UNITS else int(word in UNITS)
    if width and line.word(at + width) in ("назад", "тому"):
        return Bar(start=at, stop=at + width + 1)
    if word in ("по", "каждый", "каждую", "каждое") and line.word(at + 1).rstrip("мй") in _HABITS:
        return Bar(start=at, stop=at + 2)
    return None


_HABITS = frozenset(
    """
        понедельника вторника среда четверга пятница суббота воскресенья выходны будня пятницу среду
        субботу понедельник вторник четверг воскресенье утра вечера
    """.split()
)


def _duration(line: Line, at: int, now: datetime) -> Fact | None:
    """'на три дня', 'за два часа', 'уже час', 'в течение недели': how long, not when."""
    word = line.word(at)
    spoken = line.at(at + 1).number is not None
    unit = line.word(at + 2) if spoken else line.word(at + 1)
    width = 3 if spoken else 2
    if word in ("за", "течение", "уже", "целый", "целую", "целых", "больше", "почти") and unit in UNITS:
        return Bar(start=at, stop=at + width)
    if word == "на" and unit in (DAYS if spoken else frozenset()) | WEEKS | MINUTES | MONTHS_LONG | YEARS:
        return Bar(start=at, stop=at + width)
    return None


def _in_a_while(line: Line, at: int, now: datetime) -> Fact | None:
    """'через два дня', 'через полчаса', 'дня через три', 'через неделю', 'спустя час'."""
    if line.word(at) in UNITS and line.word(at + 1) == "через" and line.at(at + 2).integer is not None:
        return _later(at, at + 3, line.at(at + 2).integer or 0, line.word(at), now)
    if line.word(at) not in ("через", "спустя"):
        return None
    start = at + 1
    if line.word(start) == "полчаса":
        return Instant(start=at, stop=start + 1, at=now + timedelta(minutes=30))
    if line.word(start) == "пол" and line.word(start + 1) in HOURS:
        return Instant(start=at, stop=start + 2, at=now + timedelta(minutes=30))
    number = line.at(start).number
    if number is None:
        return _later(at, start + 1, 1, line.word(start), now)
    width = 2
    unit = line.word(start + 1)
    if unit == "с" and line.word(start + 2) == "половиной":
        number, unit, width = number + Decimal("0.5"), line.word(start + 3), 4
    fact = _later(at, start + width, float(number), unit, now)
    minutes = line.at(start + 3).integer
    if unit in HOURS and isinstance(fact, Instant) and line.word(start + 2) in ("", "и"):
        skip = start + 2 + (line.word(start + 2) == "и")
        minutes = line.at(skip).integer
        if minutes is not None and line.word(skip + 1) in MINUTES:
            return Instant(start=at, stop=skip + 2, at=fact.at + timedelta(minutes=minutes))
    return fact


def _later(start: int, stop: int, amount: float, unit: str, now: datetime) -> Fact | None:
    if amount > 10_000:
        return Impossible(start=start, stop=stop) if unit in UNITS else None
    today = now.date()
    if unit in MINUTES:
        return Instant(start=start, stop=stop, at=now + timedelta(minutes=round(amount)))
    if unit in HOURS:
        return Instant(start=start, stop=stop, at=now + timedelta(minutes=round(amount * 60)))
    if unit in DAYS:
        # 'через день' is every Russian's day after tomorrow
        days = 2 if unit == "день" and amount == 1 else round(amount)
        return Day(start=start, stop=stop, day=today + timedelta(days=days))
    if unit in WEEKS:
        return Day(start=start, stop=stop, day=today + timedelta(days=round(amount * 7)), week=True)
    if unit in MONTHS_LONG:
        if amount != int(amount):
            return Day(start=start, stop=stop, day=months_later(today, int(amount)) + timedelta(days=15))
        return Day(start=start, stop=stop, day=months_later(today, int(amount)))
    if unit in YEARS and amount < 100:
        return Day(start=start, stop=stop, day=months_later(today, 12 * int(amount)))
    return None


def _date(line: Line, at: int, now: datetime) -> Fact | None:
    """'девятнадцатого ноября [2026 года]', '19 ноября', 'ноября девятнадцатого', '19.11', '2026-11-19'."""
    term = line.at(at)
    if term.role == "marked":
        return date_figures(line, at, now, day_first=True, time_words=AT)
    number = term.ordinal if term.ordinal is not None else term.integer
    month = _MONTHS.get(line.word(at + 1))
    stop = at + 2
    if number is None and term.word in _MONTHS and term.word != "май":
        number, month = line.at(at + 1).ordinal or line.at(at + 1).integer, _MONTHS[term.word]
    if number is None or month is None:
        return None
    year, stop = _year(line, stop)
    day = calendar_day(number, month, year, now.date())
    if day is None:
        return Impossible(start=at, stop=stop)
    return Day(start=at, stop=stop, day=day)


def _year(line: Line, at: int) -> tuple[int | None, int]:
    term = line.at(at)
    number = term.ordinal if term.ordinal is not None else term.integer
    labelled = line.word(at + 1) in ("года", "год", "г", "году")
    if number is not None and 1900 <= number <= 2100:
        return number, at + 1 + labelled
    if number is not None and labelled and number < 100 and term.role == "ordinal":
        return 2000 + number, at + 2
    return None, at


def _number_of_month(line: Line, at: int, now: datetime) -> Fact | None:
    """'девятнадцатого', 'двадцатого числа', 'числа двадцатого', 'на двадцатое', '19 числа'."""
    if line.word(at) == "числа" and line.at(at + 1).ordinal is not None:
        return _nth(line, at, at + 2, line.at(at + 1).ordinal or 0, now)
    term = line.at(at)
    if line.word(at + 1) in ("числа", "число", "числу"):
        number = term.ordinal if term.ordinal is not None else term.integer
        return None if number is None else _nth(line, at, at + 2, number, now)
    if term.ordinal is None or not term.word.endswith(("го", "ое", "е")) or term.word in ("первое", "второе"):
        return None
    if line.word(at + 1) in UNITS or counted(line.word(at + 1)):
        return None
    return _nth(line, at, at + 1, term.ordinal, now)


def _nth(line: Line, start: int, stop: int, number: int, now: datetime) -> Fact:
    next_month = line.word(stop) in _NEXT and line.word(stop + 1) == "месяца"
    this_month = line.word(stop) in ("этого", "сего") and line.word(stop + 1) == "месяца"
    stop += 2 if next_month or this_month else 0
    today = now.date()
    if next_month:
        today = months_later(today.replace(day=1), 1)
    day = day_of_month(number, today)
    return Day(start=start, stop=stop, day=day) if day else Impossible(start=start, stop=stop)


def _relative(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word == "после" and line.word(at + 1) == "завтра":
        return Day(start=at, stop=at + 2, day=now.date() + timedelta(days=2))
    if word in ("завтрашний", "завтрашнего", "завтрашнее"):
        return Day(start=at, stop=at + 2, day=now.date() + timedelta(days=1))
    if word not in _RELATIVE:
        return None
    return Day(start=at, stop=at + 1, day=now.date() + timedelta(days=_RELATIVE[word]))


def _weekday(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    which: Literal["", "this", "next"] = "this" if word in _THIS else "next" if word in _NEXT else ""
    after = at + 1 if which else at
    name = line.word(after)
    if name not in _WEEKDAYS:
        return None
    if len(name) == 2 and not which and len(line) > 6 and line.word(after - 1) not in ("в", "во", "на"):
        return None  # 'вт', 'ср' count in short typed answers
    return Weekday(start=at, stop=after + 1, weekday=_WEEKDAYS[name], which=which)


def _week(line: Line, at: int, now: datetime) -> Fact | None:
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    word, after = line.word(at), line.word(at + 1)
    if after in ("неделе", "неделю", "недели", "неделя"):
        if word in _NEXT:
            return Week(start=at, stop=at + 2, monday=monday + timedelta(days=7))
        if word in _THIS:
            return Week(start=at, stop=at + 2, monday=monday)
    return None


def _vague(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("выходные", "выходных", "выходной"):
        saturday = now.date() + timedelta(days=(5 - now.weekday()) % 7)
        if line.word(at - 1) in _NEXT:
            saturday += timedelta(days=7)
        return Vague(start=at, stop=at + 1, question="day", days=(saturday, saturday + timedelta(days=1)))
    if word in ("будни", "будний", "буднях", "будням"):
        return Vague(start=at, stop=at + 1, question="day")
    if word in _MONTH_NAMES and line.word(at - 1) in ("в", "на"):
        return Vague(start=at, stop=at + 1, question="day")
    if word in ("начале", "конце", "середине") and line.word(at + 1) in ("недели", "месяца", *_MONTHS):
        return Vague(start=at, stop=at + 2, question="day")
    return None


def _part(line: Line, at: int, now: datetime) -> Fact | None:
    for words, part in _PARTS.items():
        if all(line.word(at + i) == word for i, word in enumerate(words)):
            return Part(start=at, stop=at + len(words), part=part, weak=words in (("утро",), ("вечер",)))
    if line.word(at) in OF_DAY and line.word(at) != "дня":
        return Part(start=at, stop=at + 1, part=OF_DAY[line.word(at)], weak=True)
    return None


RULES: tuple[Rule, ...] = (
    _greeting,
    _past,
    _in_a_while,
    _duration,
    _date,
    clock_ru.between,
    _part,
    clock_ru.at_clock,
    _number_of_month,
    _relative,
    _week,
    _weekday,
    _vague,
)
