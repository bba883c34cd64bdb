"""What authors can call: the filters of `{slot|filter}` and the functions of conditions, each a table.

Both get the register first, a filter then its value, both then their arguments. What a type can't be taken of raises
TypeError, which becomes an error of the expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from bot.dialogue import spoken, timetable
from bot.dialogue.hours import Span, Spans
from bot.dialogue.showing import Register, clock, day, joined, several, show
from bot.dialogue.spelled import spelled
from bot.dialogue.titles import Nothing, OptionId
from bot.dialogue.values import PersonName, Value

_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|I\b")


def _day(register: Register, value: Value) -> str:
    if isinstance(value, date):
        return day(register, value)
    raise TypeError


def _date_alone(register: Register, value: Value) -> str:
    """Without the day's name, as it stands after "до" or "until": "до 3 декабря"."""
    if isinstance(value, datetime | date):
        when = value.date() if isinstance(value, datetime) else value
        return spoken.date_alone(when, register.language, voice=register.voice)
    raise TypeError


def _time(register: Register, value: Value) -> str:
    if isinstance(value, (datetime, time)):
        return clock(register, value)
    raise TypeError


def _money(register: Register, value: Value, case: Value = "nominative") -> str:
    """case: 'accusative' for what stands after "на": "на тысячу рублей"."""
    if isinstance(value, int | Decimal) and case in ("nominative", "accusative"):
        currency = str(register.business.facts.get("currency", "RUB"))
        return spoken.money(value, currency, register.language, voice=register.voice, case=str(case))
    raise TypeError


def _list(register: Register, value: Value, word: Value = None) -> str:
    return several(register, value if isinstance(value, tuple) else (value,), word)


def _title(register: Register, value: Value, word: Value = None) -> str:
    """The title of a table row: the value is its id, or a tuple of ids or rows, joined like a list."""
    if isinstance(value, tuple):
        if isinstance(value, Nothing) or (word is None and value and all(isinstance(each, OptionId) for each in value)):
            return several(register, value, word)
        titles = [_title(register, item) for item in value]
        return joined(register, titles, word)
    if isinstance(value, OptionId):
        return show(register, value)
    row = register.rows.get(value) if isinstance(value, str) else value
    return show(register, row.get("title")) if isinstance(row, Mapping) else show(register, value)


def _phone(register: Register, value: Value) -> str:
    return spoken.phone(str(value), register.language, voice=register.voice) if value else ""


def _ending(register: Register, value: Value) -> str:
    """The last two digits of a number, by which its owner knows it: "27", "двадцать семь"."""
    digits = "".join(char for char in str(value or "") if char.isdigit())[-2:]
    return spoken.digits(digits, register.language, voice=register.voice)


def _spoken(register: Register, value: Value) -> str:
    """Opening hours: "с девяти до двадцати", "по будням …, воскресенье — выходной"; else as it is shown."""
    spans = _spans(value)
    return show(register, value) if spans is None else timetable.on(spans, register.language, voice=register.voice)


def _spans(value: Value) -> Spans | None:
    """What `hours_of` gave; empty of a day that is closed, None where the value is something else."""
    if not isinstance(value, tuple):
        return None
    out: list[Span] = []
    for each in value:
        if not (isinstance(each, tuple) and len(each) == 2):
            return None
        opens, closes = each
        if not isinstance(opens, time) or not isinstance(closes, time):
            return None
        out.append((opens, closes))
    return tuple(out)


def _digits(register: Register, value: Value) -> str:
    return spoken.digits(str(value), register.language, voice=register.voice)


def _spelled(register: Register, value: Value) -> str:
    """Sign by sign to the ear: a plate, an address of electronic mail."""
    text = str(value)
    return spelled(text, register.language) if register.voice else text


def _plural(register: Register, value: Value, forms: Value) -> str:
    """{count|plural:"место,места,мест"}: the form alone. English takes "place,places"."""
    if isinstance(value, int) and isinstance(forms, str):
        return spoken.plural(value, tuple(form.strip() for form in forms.split(",")), register.language)
    raise TypeError


def _name(register: Register, value: Value) -> str:
    """How one addresses a person: the given name, with the patronymic where there is one."""
    if isinstance(value, PersonName):
        return " ".join(part for part in (value.given, value.patronymic) if part) or value.family
    return show(register, value)


def _case(case: str) -> Callable[[Register, Value], str]:
    def inflected(register: Register, value: Value) -> str:
        if isinstance(value, str) and (row := register.rows.get(value)) is not None:
            return show(register, row.get(case) or row.get("title"))
        if isinstance(value, PersonName) and register.language == "ru":
            return spoken.name(value, case)
        if isinstance(value, int) and not isinstance(value, bool):
            return spoken.number(value, register.language, voice=register.voice, case=case)
        return show(register, value)

    return inflected


def _lower(register: Register, value: Value) -> str:
    """The first letter small, for the middle of a sentence; a name keeps it, and so do the days of English and what is
    spelled in capitals (ENT, УЗИ)."""
    text = show(register, value)
    if text[:2].isupper() and text[:2].isalpha():
        return text
    if isinstance(value, PersonName) or (register.language == "en" and _DAY.match(text)):
        return text
    return text[:1].lower() + text[1:]


FILTERS: Mapping[str, Callable[..., Value]] = {
    "day": _day,
    "time": _time,
    "date": _date_alone,
    "money": _money,
    "list": _list,
    "title": _title,
    "phone": _phone,
    "ending": _ending,
    "spoken": _spoken,
    "digits": _digits,
    "spelled": _spelled,
    "plural": _plural,
    "name": _name,
    "genitive": _case("genitive"),
    "dative": _case("dative"),
    "accusative": _case("accusative"),
    "instrumental": _case("instrumental"),
    "prepositional": _case("prepositional"),
    "lower": _lower,
}


def _open(register: Register, when: Value) -> bool:
    """Within that day's hours; closing time itself is too late. Of a date: whether it opens that day at all."""
    hours = register.business.hours
    if isinstance(when, datetime):
        return hours.is_open(when)
    return isinstance(when, date) and bool(hours.of(when))


def _open_now(register: Register) -> bool:
    return register.business.hours.is_open(register.now)


def _next_open(register: Register, after: Value = None) -> datetime | None:
    """The next opening, from now or from a moment; that moment itself where it is open then."""
    if after is not None and not isinstance(after, datetime):
        raise TypeError
    return register.business.hours.next_open(after or register.now.replace(second=0, microsecond=0))


def _hours_of(register: Register, when: Value) -> tuple[Value, ...] | None:
    """That day's spans, each an opening and a closing; an empty tuple, which is false, where it is closed."""
    if when is None:
        return None
    if not isinstance(when, date):
        raise TypeError
    return register.business.hours.of(when)


def _number(_: Register, value: Value) -> Value:
    """Of a text in figures, as a form or another program brings it; none where it holds no number."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        found = Decimal(str(value).replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return int(found) if found == found.to_integral_value() else found


def _count(_: Register, value: Value) -> int:
    return len(value) if isinstance(value, tuple | str) else 0


def _sum(register: Register, value: Value, column: Value) -> Value:
    """A column of what was chosen, added up: sum(toppings, 'price')."""
    ids = value if isinstance(value, tuple) else (value,)
    cells = (register.rows.get(each, {}).get(str(column)) for each in ids if isinstance(each, str))
    total: int | Decimal = 0
    for cell in cells:
        if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
            total += cell
    return total


def _table(register: Register, name: Value) -> tuple[Value, ...]:
    return tuple(register.business.tables.get(str(name), ()))


def _first(_: Register, value: Value) -> Value:
    return value[0] if isinstance(value, tuple) and value else None


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "calendar.open": _open,
    "open_now": _open_now,
    "next_open": _next_open,
    "hours_of": _hours_of,
    "count": _count,
    "number": _number,
    "first": _first,
    "sum": _sum,
    "table": _table,
}
