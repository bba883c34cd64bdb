"""Russian spans of time: how long, how long from now, how long ago; and words that look like a date."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from bot.understanding.dates.clock_ru import (
    DAYS,
    HOURS,
    MINUTES,
    MONTHS,
    MONTHS_LONG,
    OF_DAY,
    UNITS,
    WEEKS,
    YEARS,
    counted,
)
from bot.understanding.dates.facts import Bar, Day, Fact, Impossible, Instant, Minute, Same, Shift, months_later
from bot.understanding.words.terms import Line

_IN_MONTH = frozenset("январе феврале марте апреле мае июне июле августе сентябре октябре ноябре декабре".split())
_PAST = frozenset(
    """
        прошлый прошлую прошлое прошлой прошлом прошлого прошедший прошедшую позапрошлой позапрошлую
        минувшую предыдущий предыдущую
    """.split()
)


def greeting(line: Line, at: int, now: datetime) -> Fact | None:
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


def place(line: Line, at: int, now: datetime) -> Fact | None:
    """'улица восьмого марта', 'площадь первого мая': a day that is an address."""
    if line.word(at) not in _PLACES or line.at(at + 1).number is None:
        return None
    stop = at + 2 + (line.word(at + 2) in MONTHS)
    return Bar(start=at, stop=stop + (line.at(stop).integer is not None))  # 'улица 8 марта 15'


_PLACES = frozenset(
    """
        улица улице улицу улицы ул проспект проспекте проспекта пр площадь площади переулок переулке бульвар бульваре
        шоссе набережная набережной линия линии метро станция станции поселок имени
    """.split()
)


def past(line: Line, at: int, now: datetime) -> Fact | None:
    word = line.word(at)
    for width in (2, 3):  # 'в мае прошлого года', 'пятого числа прошлого месяца'
        after = line.word(at + width - 1) in _PAST and line.word(at + width) in ("года", "месяца", "недели")
        month = line.word(at + width - 2)
        if after and (month in MONTHS or month in UNITS or month in ("числа", *_IN_MONTH)):
            return Bar(start=at, stop=at + width + 1, past=True)
    if word in ("вчера", "позавчера"):
        return Bar(start=at, stop=at + 1 + (line.word(at + 1) in OF_DAY), past=True)
    if word in _PAST:
        return Bar(start=at, stop=at + 2, past=True)
    # 'три дня назад', 'неделю назад', 'по пятницам', 'каждую пятницу'
    width = 2 if line.at(at).number is not None and line.word(at + 1) in UNITS else int(word in UNITS)
    if width and line.word(at + width) in ("назад", "тому"):
        return Bar(start=at, stop=at + width + 1, past=True)
    habit = line.word(at + 1)
    if (word == "по" and habit.endswith("м") and habit.rstrip("м") in _HABITS) or (
        word in ("каждый", "каждую", "каждое") and habit in _HABITS
    ):
        return Bar(start=at, stop=at + 2)
    return None


_HABITS = frozenset(
    """
        понедельника вторника среда четверга пятница суббота воскресенья выходны будня пятницу среду
        субботу понедельник вторник четверг воскресенье утра вечера
    """.split()
)


def duration(line: Line, at: int, now: datetime) -> Fact | None:
    """'на три дня', 'за два часа', 'уже час', 'в течение недели': how long, not when."""
    word = line.word(at)
    if word == "прямо" and line.word(at + 1) == "сейчас":
        return Instant(start=at, stop=at + 2, at=now)
    spoken = line.at(at + 1).number is not None
    unit = line.word(at + 2) if spoken else line.word(at + 1)
    width = 3 if spoken else 2
    if word in ("за", "течение", "уже", "целый", "целую", "целых", "больше", "почти") and unit in UNITS:
        return Bar(start=at, stop=at + width)
    if word == "на" and unit in (DAYS if spoken else frozenset()) | WEEKS | MINUTES | MONTHS_LONG | YEARS:
        return Bar(start=at, stop=at + width)
    return None


def in_a_while(line: Line, at: int, now: datetime) -> Fact | None:
    """'через два дня', 'через полчаса', 'дня через три', 'через неделю', 'спустя час'."""
    amount = line.at(at + 2).number if line.at(at + 2).role == "cardinal" else None
    if line.word(at) in UNITS and line.word(at + 1) == "через" and amount is not None:
        return _later(at, at + 3, float(amount), line.word(at), now)  # 'часа через полтора'
    if line.word(at) not in ("через", "спустя"):
        return None
    start = at + 1
    inverted = line.at(start + 1).integer
    plural = line.word(start) in ("минут", "часа", "часов", "дня", "дней", "недели", "недель", "месяца", "месяцев")
    if plural and inverted is not None and not counted(line.word(start + 2)):
        return _later(at, start + 2, inverted, line.word(start), now)  # 'через дней пять'
    if line.word(start) in ("полчаса", "полчасика"):
        return Instant(start=at, stop=start + 1, at=now + timedelta(minutes=30))
    if line.word(start) == "полгода":
        return Day(start=at, stop=start + 1, day=months_later(now.date(), 6))
    if line.word(start) == "пол" and line.word(start + 1) in HOURS:
        return Instant(start=at, stop=start + 2, at=now + timedelta(minutes=30))
    number = line.at(start).number
    if number is None:
        return _and_minutes(line, _later(at, start + 1, 1, line.word(start), now), line.word(start))
    width = 2
    unit = line.word(start + 1)
    if unit == "с" and line.word(start + 2) == "половиной":
        number, unit, width = number + Decimal("0.5"), line.word(start + 3), 4
    return _and_minutes(line, _later(at, start + width, float(number), unit, now), unit)


def _and_minutes(line: Line, fact: Fact | None, unit: str) -> Fact | None:
    """'через час пятнадцать', 'через три часа и сорок минут'."""
    if unit not in HOURS or not isinstance(fact, Instant):
        return fact
    at = fact.stop + (line.word(fact.stop) == "и")
    minutes = line.at(at).integer
    if minutes is None or not 5 <= minutes < 60 or counted(line.word(at + 1)):
        return fact
    stop = at + 1 + (line.word(at + 1) in MINUTES)
    return Instant(start=fact.start, stop=stop, at=fact.at + timedelta(minutes=minutes))


_LATER = frozenset("позже попозже позднее попозднее вперед".split())
_EARLIER = frozenset("раньше пораньше ранее".split())
_HALF_AN_HOUR = frozenset("полчаса полчасика полчасиком полчасом".split())


def shift(line: Line, at: int, now: datetime) -> Fact | None:
    """'на час позже', 'на полчаса раньше', 'на два дня позже': from the moment that is known."""
    start = at + (line.word(at) == "на")
    first = start + (line.word(start) in _LATER or line.word(start) in _EARLIER)
    if first > start:  # "позже на час"
        start = first + (line.word(first) == "на")
    number = line.at(start).number
    width = 0 if number is None else 1
    unit = line.word(start + width)
    half = unit in _HALF_AN_HOUR
    amount = 0.5 if half else float(1 if number is None else number)
    stop = start + width + 1
    way = line.word(first - 1) if first > at + (line.word(at) == "на") else line.word(stop)
    if way not in _LATER and way not in _EARLIER:
        return None
    stop += way == line.word(stop)
    minutes = (
        60 if half or unit in HOURS or unit == "часом" else 1 if unit in MINUTES else 24 * 60 if unit in DAYS else 0
    )
    minutes = 24 * 60 if unit in ("днем", "денек") else 7 * 24 * 60 if unit in WEEKS or unit == "неделей" else minutes
    if not minutes or amount > 1000:
        return None
    later = way in _LATER
    delta = timedelta(minutes=round(amount * minutes))
    return Shift(start=at, stop=stop, delta=delta if later else -delta)


def next_day(line: Line, at: int, now: datetime) -> Fact | None:
    """'на следующий день', 'днём раньше' is `shift`: from the day that is known."""
    if line.word(at) not in ("следующий", "следующии") or line.word(at + 1) != "день":
        return None
    stop = at + 2 + (line.word(at + 2) == "после" and line.word(at + 3) in ("этого", "того", "него")) * 2
    return Shift(start=at, stop=stop, delta=timedelta(days=1))


_BEFORE_HOUR = {"четверти": 15, "пятнадцати": 15, "десяти": 10, "двадцати": 20, "пяти": 5}


def of_the_hour(line: Line, at: int, now: datetime) -> Fact | None:
    """'давайте в половину', 'с половиной', 'без четверти': of the hour that is known."""
    word, last = line.word(at), line.word(at + 1)
    if word == "без" and last in _BEFORE_HOUR:
        stop = at + 2 + (line.word(at + 2) == "минут")
        return Minute(start=at, stop=stop, minute=-_BEFORE_HOUR[last]) if stop == len(line) else None
    half = word in ("половину", "половина", "половине", "половиной")
    if not half or line.at(at - 1).number is not None or (word == "половиной" and line.at(at - 2).number is not None):
        return None
    return Minute(start=at - (word == "половиной"), stop=at + 1, minute=30) if at + 1 == len(line) else None


def same(line: Line, at: int, now: datetime) -> Fact | None:
    """'в то же время', 'в тот же день', 'на тот же час'."""
    start = at + (line.word(at) in ("в", "на"))
    if line.word(at) == "в" and line.word(at + 1) == "это" and line.word(at + 2) == "время":
        beside = line.word(at - 1) in _DAY_BEFORE or line.word(at - 1) in WEEKS
        return Same(start=at, stop=at + 3, what="time", now=True) if beside else None  # 'завтра в это время'
    if line.word(start) not in ("такое", "то", "тот", "это", "этот") or line.word(start + 1) not in (
        "же",
        "самое",
        "самый",
    ):
        return None
    stop = start + 2 + (line.word(start + 2) in ("самое", "самый"))
    if line.word(stop) in ("время", "час"):
        return Same(start=at, stop=stop + 1, what="time", now=line.word(start) in ("это", "этот"))
    return Same(start=at, stop=stop + 1, what="day") if line.word(stop) in ("день", "число") else None


_DAY_BEFORE = frozenset("сегодня завтра послезавтра дня дней день".split())


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
