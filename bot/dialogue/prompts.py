"""What authors can call: the names, functions and filters of conditions and prompts, and how a value is shown.

A prompt is rendered for the eye (figures) or for the ear (words in the right case). The forms themselves are made
in `spoken`; this is the table of what has which name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import groupby

from bot.dialogue import spoken, timetable
from bot.dialogue.expressions import Expression, ExpressionError, Scope, Template, sentence
from bot.dialogue.hours import Hours
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Business, ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.titles import Nothing, OptionId, chosen_titles
from bot.dialogue.values import MASK, Moment, PersonName, Value

_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|I\b")
_E164 = re.compile(r"\+\d{8,15}")  # a telephone number as slots hold it


@dataclass(frozen=True, slots=True)
class Register:
    """For whom a value becomes text. voice: for the ear. now: naive, the wall clock of the business."""

    language: Language
    voice: bool
    now: datetime
    business: Business
    rows: Mapping[str, Mapping[str, Value]]


class _Known:
    """The names of a prompt or a condition: the fixed ones, made when they are asked for, and the scenario's own."""

    __slots__ = ("now", "scenarios", "session", "shown", "values")

    def __init__(
        self, session: Session, scenarios: ScenarioSet, now: datetime, values: Mapping[str, Value], shown: bool
    ) -> None:
        self.session = session
        self.scenarios = scenarios
        self.now = now
        self.values = values
        self.shown = shown

    def get(self, name: str, /) -> Value:
        fixed = NAMES.get(name)
        if fixed:
            return fixed(self)
        value = self.values.get(name)
        return self.titled(name, value) if self.shown and isinstance(value, str | tuple) else value

    def titled(self, name: str, value: str | tuple[Value, ...]) -> Value:
        """What was chosen, as a prompt shows it: {size} is "большая", not "large"."""
        stack = self.session.stack
        slot = self.scenarios.scenarios[stack[-1].scenario].slots.get(name) if stack else None
        if slot is None or not slot.options:
            return value
        if isinstance(value, tuple):
            return chosen_titles(value, slot)
        return OptionId.of(value, slot.titles)


def scope(
    session: Session, scenarios: ScenarioSet, register: Register, values: Mapping[str, Value], *, shown: bool = False
) -> Scope:
    """values: slots and variables of the current scenario; they hide nothing of the fixed names.

    shown: for a prompt, where a choice is its title; a condition, or what is kept, takes its id.
    """
    names = _Known(session, scenarios, register.now, values, shown)
    return Scope(names=names, rows=register.rows, functions=FUNCTIONS, filters=FILTERS, register=register)


def render(
    template: Template, within: Scope, fault: Callable[[str], None], hidden: frozenset[str] = frozenset()
) -> str:
    """A part that can't be shown is left out and told to `fault`: the customer still gets the rest.

    hidden: names whose values are for the ear alone; the eye gets MASK.
    """
    out = []
    for part in template.parts:
        if isinstance(part, str):
            out.append(part)
            continue
        try:
            told = show(within.register, part.value(within))
            out.append(MASK if told and hidden and not within.register.voice and tells(part, hidden) else told)
        except ExpressionError as error:
            fault(f"{{{part.source}}}: {error.what}")
    return sentence("".join(out))


def tells(part: Expression, hidden: frozenset[str]) -> bool:
    """Whether an expression is made of a hidden name: card, before.card, name.given."""
    return any(not hidden.isdisjoint(path.split(".")) for path in part.names)


def show(register: Register, value: Value) -> str:
    """A bare value, as a person would write or say it."""
    if value is None:
        return ""
    if isinstance(value, OptionId):
        return value.titles.get(register.language) or next(iter(value.titles.values()), str(value))
    if isinstance(value, str):
        if value.startswith("+") and _E164.fullmatch(value):
            return spoken.phone(value, register.language, voice=register.voice)
        if register.voice and value.isascii() and value.isdigit():
            return spoken.digits(value, register.language, voice=True)  # "0042" is a code, whatever a voice makes of it
        return value
    if isinstance(value, bool):
        return {("ru", True): "да", ("ru", False): "нет", ("en", True): "yes", ("en", False): "no"}[
            register.language, value
        ]
    if isinstance(value, int | Decimal):
        return spoken.number(value, register.language, voice=register.voice)
    if isinstance(value, datetime):
        return f"{_day(register, value)}, {_at(register.language)} {_time(register, value)}"
    if isinstance(value, date):
        return _day(register, datetime.combine(value, time()))
    if isinstance(value, time):
        return _time(register, value)
    if isinstance(value, Moment):
        return " ".join(show(register, part) for part in (value.day, value.time) if part is not None)
    if isinstance(value, Mapping):  # a text in several languages
        return show(register, value.get(register.language) or next(iter(value.values()), None))
    if isinstance(value, Hours):
        return _spoken(register, value)
    if isinstance(value, tuple):
        return _list(register, value)
    return str(value)


# before: the values of the scenario that this one interrupted, so that "а сколько стоит?" needs no doctor's name.
NAMES: Mapping[str, Callable[[_Known], Value]] = {
    "customer": lambda known: known.session.customer,
    "caller": lambda known: {"phone": known.session.caller or None},
    "business": lambda known: {**known.scenarios.business.facts, "name": known.scenarios.business.name},
    "hours": lambda known: known.scenarios.business.hours,
    "now": lambda known: known.now,
    "channel": lambda known: known.session.channel,
    "voice": lambda known: known.session.medium == "voice",
    "language": lambda known: known.session.language,
    "before": lambda known: known.session.stack[-2].values if len(known.session.stack) > 1 else {},
}


def _and(language: Language) -> str:
    return "и" if language == "ru" else "and"


def _at(language: Language) -> str:
    return "в" if language == "ru" else "at"


def _day(register: Register, value: Value) -> str:
    if isinstance(value, datetime | date):
        return spoken.day(value, register.now, register.language, voice=register.voice)
    raise TypeError


def _date_alone(register: Register, value: Value) -> str:
    """Without the day's name, as it stands after "до" or "until": "до 3 декабря"."""
    if isinstance(value, datetime | date):
        when = value.date() if isinstance(value, datetime) else value
        return spoken.date_alone(when, register.language, voice=register.voice)
    raise TypeError


def _time(register: Register, value: Value) -> str:
    if isinstance(value, datetime | time):
        return spoken.time(value, register.language, voice=register.voice)
    raise TypeError


def _money(register: Register, value: Value, case: Value = "nominative") -> str:
    """case: 'accusative' for what stands after "на": "на тысячу рублей"."""
    if isinstance(value, int | Decimal) and case in ("nominative", "accusative"):
        currency = str(register.business.facts.get("currency", "RUB"))
        return spoken.money(value, currency, register.language, voice=register.voice, case=str(case))
    raise TypeError


def _list(register: Register, value: Value, word: Value = None) -> str:
    """ "a, b или c"; word: the conjunction in place of "или"/"or". Datetimes of one day name the day once; what was
    chosen is joined by "и"/"and"."""
    if isinstance(value, Nothing):
        return next(iter(value.words.get(register.language, ())), "")
    items = value if isinstance(value, tuple) else (value,)
    if word is None and items and all(isinstance(item, OptionId) for item in items):
        word = _and(register.language)
    if len(items) > 1 and all(isinstance(item, datetime) for item in items):
        return "; ".join(_times_of_day(register, tuple(times)) for _, times in groupby(items, _date))
    return spoken.join([show(register, item) for item in items], register.language, word=str(word) if word else None)


def _times_of_day(register: Register, times: tuple[Value, ...]) -> str:
    """ "завтра в 14:30, 15:00 или 16:00"."""
    hours = spoken.join([_time(register, time) for time in times], register.language)
    return f"{_day(register, times[0])} {_at(register.language)} {hours}"


def _date(value: Value) -> date | None:
    return value.date() if isinstance(value, datetime) else None


def _title(register: Register, value: Value, word: Value = None) -> str:
    """The title of a table row: the value is its id, or a tuple of ids or rows, joined like a list."""
    if isinstance(value, tuple):
        if isinstance(value, Nothing) or (word is None and value and all(isinstance(each, OptionId) for each in value)):
            return _list(register, value, word)
        titles = [_title(register, item) for item in value]
        return spoken.join(titles, register.language, word=str(word) if word else None)
    if isinstance(value, OptionId):
        return show(register, value)
    row = register.rows.get(value) if isinstance(value, str) else value
    return show(register, row.get("title")) if isinstance(row, Mapping) else show(register, value)


def _phone(register: Register, value: Value) -> str:
    return spoken.phone(str(value), register.language, voice=register.voice) if value else ""


def _spoken(register: Register, value: Value) -> str:
    """Opening hours: "с девяти до двадцати", "по будням …, воскресенье — выходной"; else as it is shown."""
    if isinstance(value, Hours):
        return timetable.said(value, register.now.date(), register.language, voice=register.voice)
    if value == ():  # of a day that is closed
        return timetable.on(None, register.language, voice=register.voice)
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(item, time) for item in value):
        opens, closes = value
        assert isinstance(opens, time)
        assert isinstance(closes, time)
        return timetable.on((opens, closes), register.language, voice=register.voice)
    return show(register, value)


def _digits(register: Register, value: Value) -> str:
    return spoken.digits(str(value), register.language, voice=register.voice)


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
    """The first letter small, for the middle of a sentence; a name keeps it, and so do the days of English."""
    text = show(register, value)
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
    "spoken": _spoken,
    "digits": _digits,
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
    return isinstance(when, date) and hours.of(when) is not None


def _open_now(register: Register) -> bool:
    return register.business.hours.is_open(register.now)


def _next_open(register: Register, after: Value = None) -> datetime | None:
    """The next opening, from now or from a moment; that moment itself where it is open then."""
    if after is not None and not isinstance(after, datetime):
        raise TypeError
    return register.business.hours.next_open(after or register.now.replace(second=0, microsecond=0))


def _hours_of(register: Register, when: Value) -> tuple[Value, ...] | None:
    """Opening and closing of that day; an empty tuple, which is false, where it is closed."""
    if when is None:
        return None
    if not isinstance(when, date):
        raise TypeError
    return register.business.hours.of(when) or ()


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
