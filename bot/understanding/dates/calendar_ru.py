"""The Russian grammar of days and hours, as rules over terms."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from bot.dialogue import morphology
from bot.dialogue.values import PartOfDay
from bot.understanding.dates import clock_ru, spans_ru, titles
from bot.understanding.dates.clock_ru import AT, MONTHS, OF_DAY, UNITS, counted
from bot.understanding.dates.facts import (
    Bar,
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
from bot.understanding.reading import Question
from bot.understanding.words.numerals_ru import PLAIN as NUMERALS
from bot.understanding.words.terms import Line

_RELATIVE = {"сегодня": 0, "завтра": 1, "послезавтра": 2, "послепослезавтра": 3}
_WEEKDAYS = {
    form: index
    for index, forms in enumerate(
        (
            "понедельник понедельника понедельнику понедельником пн пон понед",
            "вторник вторника вторнику вторником вт",
            "среда среду среды средой ср",
            "четверг четверга четвергу четвергом чт четв чтвт чтв",
            "пятница пятницу пятницы пятнице пятницей пт пятн",
            "суббота субботу субботы субботе субботой сб суб субб",
            "воскресенье воскресенья воскресенью воскресение воскресенья вс воскр",
        )
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
_OF_THIS = frozenset(("этой", "этого", "текущего", "текущей"))
_PARTS: dict[tuple[str, ...], PartOfDay] = {
    ("утром",): "morning",
    ("утречком",): "morning",
    ("с", "утра"): "morning",
    ("на", "утро"): "morning",
    ("с", "утречка"): "morning",
    ("с", "утреца"): "morning",
    ("с", "самого", "утра"): "morning",
    ("с", "раннего", "утра"): "morning",
    ("прямо", "с", "утра"): "morning",
    ("рано", "утром"): "morning",
    ("поздно", "вечером"): "evening",
    ("в", "конце", "дня"): "evening",
    ("в", "начале", "дня"): "morning",
    ("в", "середине", "дня"): "day",
    ("утро",): "morning",
    ("до", "обеда"): "morning",
    ("в", "первой", "половине", "дня"): "morning",
    ("первая", "половина", "дня"): "morning",
    ("днем",): "day",
    ("после", "обеда"): "day",
    ("в", "обед"): "day",
    ("к", "обеду"): "day",
    ("во", "второй", "половине", "дня"): "day",
    ("вторая", "половина", "дня"): "day",
    ("вечером",): "evening",
    ("вечерком",): "evening",
    ("первую", "половину", "дня"): "morning",
    ("вторую", "половину", "дня"): "day",
    ("до", "полудня"): "morning",
    ("после", "полудня"): "day",
    ("в", "обеденное", "время"): "day",
    ("в", "обеденный", "перерыв"): "day",
    ("в", "утреннее", "время"): "morning",
    ("в", "вечернее", "время"): "evening",
    ("к", "вечеру"): "evening",
    ("под", "вечер"): "evening",
    ("на", "вечер"): "evening",
    ("вечер",): "evening",
    ("после", "работы"): "evening",
    ("ночью",): "night",
    ("на", "ночь"): "night",
}
_PARTS_BY_WORD: dict[str, list[tuple[tuple[str, ...], PartOfDay]]] = {}
for _phrase, _meant in _PARTS.items():
    _PARTS_BY_WORD.setdefault(_phrase[0], []).append((_phrase, _meant))
VOCABULARY = frozenset(
    [
        word
        for table in (_RELATIVE, _WEEKDAYS, MONTHS, _MONTH_NAMES, OF_DAY, _NEXT, UNITS, NUMERALS)
        for word in table
        if len(word) > 4
    ]
    + "следующей неделе полчаса половина половине четверть выходные выходных полдень через вчера".split()
)


def _date(line: Line, at: int, now: datetime) -> Fact | None:
    """'девятнадцатого ноября [2026 года]', '19 ноября', 'ноября девятнадцатого', '19.11', '2026-11-19'."""
    term = line.at(at)
    if term.role == "marked" and "/" in term.digits and counted(line.word(at + 1)):
        return Bar(start=at, stop=at + 1)  # '1/2 порции'
    if term.role == "marked":
        return date_figures(line, at, now, day_first=True, time_words=AT)
    number = term.ordinal if term.ordinal is not None else term.integer
    month = MONTHS.get(line.word(at + 1))
    stop = at + 2
    if number is None and term.word in MONTHS and term.word != "май":
        number, month = line.at(at + 1).ordinal or line.at(at + 1).integer, MONTHS[term.word]
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
    if (
        term.ordinal is None
        or not term.word.endswith(("го", "ое", "е"))
        or (
            term.ordinal < 3 and term.word.endswith("ое")  # 'на первое' may be a soup
        )
    ):
        return None
    if line.word(at + 1) in UNITS or counted(line.word(at + 1)) or _somebody(line.word(at + 1)):
        return None
    return _nth(line, at, at + 1, term.ordinal, now)


def _somebody(word: str) -> bool:
    """'Первого врача', 'второго мастера': one of several people."""
    first = morphology.grammemes(word)[0] if len(word) > 3 else frozenset()
    return {"NOUN", "anim"} <= first and not first.isdisjoint(("accs", "gent")) and first.isdisjoint(_NAMES)


_NAMES = ("Name", "Surn", "Patr")


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
    if word == "после" and line.word(at + 1) == "послезавтра":
        return Day(start=at, stop=at + 2, day=now.date() + timedelta(days=3))
    if word in ("завтрашний", "завтрашнего", "завтрашнее"):
        return Day(start=at, stop=at + 2, day=now.date() + timedelta(days=1))
    if word == "сейчас":
        return Day(start=at, stop=at + 1, day=now.date(), weak=True)
    if word not in _RELATIVE:
        return None
    return Day(start=at, stop=at + 1, day=now.date() + timedelta(days=_RELATIVE[word]))


def _date_range(line: Line, at: int, now: datetime) -> Fact | None:
    """'с 15 по 20 ноября': two days, between which the speaker leaves it open."""
    first, last = _number(line, at + 1), _number(line, at + 3)
    month = MONTHS.get(line.word(at + 4))
    if line.word(at) not in ("с", "со", "от") or line.word(at + 2) not in ("по", "до") or None in (first, last, month):
        return None
    end = calendar_day(last or 0, month or 0, None, now.date())
    begin = end and calendar_day(first or 0, month or 0, end.year, now.date())
    return Vague(start=at, stop=at + 5, question="day", days=(begin, end)) if begin and end else None


def _number(line: Line, at: int) -> int | None:
    term = line.at(at)
    return term.ordinal if term.ordinal is not None else term.integer


def _nth_weekday(line: Line, at: int, now: datetime) -> Fact | None:
    """'в первый понедельник декабря', 'в последнюю пятницу месяца'."""
    which = -1 if line.word(at).startswith("последн") else line.at(at).ordinal
    weekday = _WEEKDAYS.get(line.word(at + 1))
    if which is None or weekday is None or not -1 <= which <= 5:
        return None
    month = MONTHS.get(line.word(at + 2), 0)
    if not month and line.word(at + 2) not in ("месяца", "следующего", "этого"):
        return None
    stop = at + 3 + (line.word(at + 2) in ("следующего", "этого"))
    today = now.date()
    if not month:
        month = (months_later(today, 1) if line.word(at + 2) == "следующего" else today).month
    day = nth_weekday(which, weekday, month, today)
    return Impossible(start=at, stop=stop) if day is None else Day(start=at, stop=stop, day=day)


def _day_and_month(line: Line, at: int, now: datetime) -> Fact | None:
    """'двадцать второго двенадцатого', 'первого ноль второго': day and month by their numbers."""
    zero = int(line.at(at + 1).integer == 0)
    day, month = line.at(at), line.at(at + 1 + zero)
    if day.ordinal is None or month.ordinal is None or not 1 <= month.ordinal <= 12:
        return None
    if not (day.word.endswith("го") and month.word.endswith("го")):
        return None
    year, stop = _year(line, at + 2 + zero)
    found = calendar_day(day.ordinal, month.ordinal, year, now.date())
    return Impossible(start=at, stop=stop) if found is None else Day(start=at, stop=stop, day=found)


def _weekday(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    which: Literal["", "this", "next"] = "this" if word in _THIS else "next" if word in _NEXT else ""
    after = at + 1 if which else at
    name = line.word(after)
    if name not in _WEEKDAYS:
        return None
    if line.word(at - 1) == "через" and not which:  # 'через пятницу': not the coming one, the one after
        ahead = (_WEEKDAYS[name] - now.weekday()) % 7 or 7
        return Day(start=at - 1, stop=after + 1, day=now.date() + timedelta(days=ahead + 7))
    if len(name) == 2 and not which and len(line) > 6 and line.word(after - 1) not in ("в", "во", "на"):
        return None  # 'вт', 'ср' count in short typed answers
    return Weekday(start=at, stop=after + 1, weekday=_WEEKDAYS[name], which=which)


def _dated_weekday(line: Line, at: int, now: datetime) -> Fact | None:
    """'Чт 26 в 10:00': the day of the month without its word, where the calendar agrees and an hour follows."""
    name, number = line.word(at), line.at(at + 1)
    if name not in _WEEKDAYS or number.integer is None or not number.digits or line.word(at + 2) not in AT - {"часам"}:
        return None
    if not line.at(at + 3).digits and line.at(at + 3).number is None and line.word(at + 3) not in ("час", "половине"):
        return None
    day = day_of_month(number.integer, now.date())
    return Day(start=at, stop=at + 2, day=day) if day and day.weekday() == _WEEKDAYS[name] else None


def _the_next_one(line: Line, at: int, now: datetime) -> Fact | None:
    """'Не в эту среду, а в следующую': the weekday was named before."""
    if line.word(at) not in _NEXT or line.word(at + 1) in ("неделе", "неделю", "недели", "месяц", "месяце", "раз"):
        return None
    named = next(
        (line.word(place) for place in range(at - 1, max(-1, at - 8), -1) if line.word(place) in _WEEKDAYS), ""
    )
    if not named or not {line.word(place) for place in range(at - 3, at)} & {"а", "лучше", "или", "на", "в"}:
        return None
    return Weekday(start=at, stop=at + 1, weekday=_WEEKDAYS[named], which="next")


def _last_day(line: Line, at: int, now: datetime) -> Fact | None:
    """'В последний день ноября', 'последнего числа месяца'."""
    if not line.word(at).startswith("последн") or line.word(at + 1) not in ("день", "число", "числа", "дня"):
        return None
    of = at + 2 + (line.word(at + 2) in _NEXT | _OF_THIS)
    return last_day(line, at, of, MONTHS, now, following=line.word(at + 2) in _NEXT)


def _week(line: Line, at: int, now: datetime) -> Fact | None:
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    word, after = line.word(at), line.word(at + 1)
    if after in ("неделе", "неделю", "недели", "неделя"):
        if word in _NEXT:
            return Week(start=at, stop=at + 2, monday=monday + timedelta(days=7))
        if word in _THIS:
            return Week(start=at, stop=at + 2, monday=monday)
        if word in ("той", "ту") and line.word(at - 1) in ("на", "в"):
            return Week(start=at, stop=at + 2, monday=monday + timedelta(days=7))  # 'на той неделе': the coming one
    return None


def _vague(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    if word in ("выходные", "выходных", "выходной"):
        saturday = now.date() + timedelta(days=(5 - now.weekday()) % 7)
        if line.word(at - 1) in _NEXT:
            saturday += timedelta(days=7)
        return Vague(start=at, stop=at + 1, question="day", days=(saturday, saturday + timedelta(days=1)))
    if word in ("другой", "другое", "другую") and line.word(at + 1) in ("день", "число", "дату", "время", "часы"):
        question: Question = "time" if line.word(at + 1) in ("время", "часы") else "day"
        return Vague(start=at, stop=at + 2, question=question)
    if word == "можно" and line.word(at + 1) == "раньше" and line.word(at - 1) == "как":
        return Vague(start=at - 1, stop=at + 2, question="time")  # 'как можно раньше завтра'
    if word in ("попозже", "пораньше", "позже", "раньше", "позднее"):
        return Vague(start=at, stop=at + 1, question="time")
    if word in ("будни", "будний", "буднях", "будням"):
        return Vague(start=at, stop=at + 1, question="day")
    if word in _MONTH_NAMES and line.word(at - 1) in ("в", "на"):
        return Vague(start=at, stop=at + 1, question="day")
    if word in ("начале", "конце", "середине", "начало", "конец", "середину", "концу"):
        after = at + 1 + (line.word(at + 1) in _NEXT | _OF_THIS)
        if line.word(after) in ("недели", "месяца", "года", *MONTHS):
            return Vague(start=at, stop=after + 1, question="day")
    return None


def _holiday(line: Line, at: int, now: datetime) -> Fact | None:
    """'на новый год', 'в рождество': days that have a name beside their date."""
    words = (line.word(at), line.word(at + 1))
    found = next((name for name in (words, words[:1]) if name in _HOLIDAYS), None)
    if found is None:
        return None
    days = sorted(day for day in (calendar_day(*date, None, now.date()) for date in _HOLIDAYS[found]) if day)
    if len(days) == 1:
        return Day(start=at, stop=at + len(found), day=days[0])
    return Vague(start=at, stop=at + len(found), question="day", days=tuple(days))


# Days off by ст. 112 ТК РФ, as people call them. New Year is the night between two days.
_HOLIDAYS: dict[tuple[str, ...], tuple[tuple[int, int], ...]] = {
    ("новый", "год"): ((31, 12), (1, 1)),
    ("новогоднюю", "ночь"): ((31, 12),),
    ("рождество",): ((7, 1),),
    ("женский", "день"): ((8, 3),),
    ("день", "победы"): ((9, 5),),
    ("день", "россии"): ((12, 6),),
}


def _part(line: Line, at: int, now: datetime) -> Fact | None:
    for words, part in _PARTS_BY_WORD.get(line.at(at).word, ()):
        if all(line.at(at + place).word == word for place, word in enumerate(words)):
            return Part(start=at, stop=at + len(words), part=part, weak=words in (("утро",), ("вечер",)))
    if line.word(at) in OF_DAY and line.word(at) != "дня":
        return Part(start=at, stop=at + 1, part=OF_DAY[line.word(at)], weak=True)
    return None


RULES: tuple[Rule, ...] = (
    spans_ru.greeting,
    *titles.RULES,
    spans_ru.place,
    spans_ru.past,
    clock_ru.before_clock,
    spans_ru.in_a_while,
    spans_ru.shift,
    spans_ru.next_day,
    spans_ru.same,
    spans_ru.duration,
    _last_day,
    _date,
    _holiday,
    _date_range,
    _nth_weekday,
    _day_and_month,
    clock_ru.between,
    _part,
    clock_ru.at_clock,
    _number_of_month,
    _relative,
    _week,
    _dated_weekday,
    _weekday,
    _the_next_one,
    spans_ru.of_the_hour,
    _vague,
)
