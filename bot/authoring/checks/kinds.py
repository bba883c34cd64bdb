"""What values are to an author: the kinds of slots, filters and functions, and how they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """name: of the table below. of: what a list holds. ids: what a choice may be."""

    name: str
    of: Kind | None = None
    ids: frozenset[str] = frozenset()


TEXT, NUMBER, YES_NO = Kind("text"), Kind("number"), Kind("yesno")
DATETIME, DATE, TIME = Kind("datetime"), Kind("date"), Kind("time")
PERSON, CHOICE, LIST, HOURS, NOTHING = Kind("person"), Kind("choice"), Kind("list"), Kind("hours"), Kind("nothing")

_NAMES: Mapping[str, Mapping[str, str]] = {
    "text": {"en": "a text", "ru": "текст"},
    "number": {"en": "a number", "ru": "число"},
    "yesno": {"en": "a yes or no", "ru": "«да или нет»"},
    "datetime": {"en": "a day and time", "ru": "день и время"},
    "date": {"en": "a date", "ru": "дата"},
    "time": {"en": "a time", "ru": "время"},
    "person": {"en": "a person's name", "ru": "имя человека"},
    "choice": {"en": "a choice", "ru": "выбор из списка"},
    "list": {"en": "a list", "ru": "список"},
    "hours": {"en": "opening hours", "ru": "часы работы"},
    "nothing": {"en": "nothing", "ru": "ничего"},
}


def shown(kind: Kind, locale: str) -> str:
    return _NAMES[kind.name][locale]


def join(kinds: Iterable[Kind | None]) -> Kind | None:
    """What holds one of these; None where they differ or one isn't known."""
    found = list(kinds)
    told = [kind for kind in found if kind != NOTHING]
    if not told:
        return NOTHING if found else None
    first = told[0]
    if first is None or any(kind is None or kind.name != first.name for kind in told):
        return None
    if first.name == LIST.name:
        return Kind(LIST.name, of=join(kind.of for kind in told if kind is not None))
    every = [kind.ids for kind in told if kind is not None]
    return Kind(first.name, ids=frozenset[str]().union(*every) if all(every) else frozenset())


SLOT_KINDS: Mapping[str, Kind] = {
    "datetime": DATETIME,
    "date": DATE,
    "time": TIME,
    "number": NUMBER,
    "phone": TEXT,
    "person": PERSON,
    "yesno": YES_NO,
    "text": TEXT,
    "digits": TEXT,
    "money": NUMBER,
    "code": TEXT,
    "email": TEXT,
    "address": TEXT,
}

_WORDS = (TEXT, CHOICE, PERSON)
# What a filter can take; one that isn't here takes anything.
FILTERS_TAKE: Mapping[str, tuple[Kind, ...]] = {
    "day": (DATETIME, DATE),
    "time": (DATETIME, TIME),
    "date": (DATETIME, DATE),
    "money": (NUMBER,),
    "plural": (NUMBER,),
    "title": (CHOICE, LIST, TEXT),
    "name": (PERSON, TEXT),
    "phone": (TEXT, NUMBER),
    "digits": (TEXT, NUMBER),
    "spelled": (TEXT, NUMBER),
    "ending": (TEXT,),
    "genitive": _WORDS,
    "dative": _WORDS,
    "accusative": _WORDS,
    "instrumental": _WORDS,
    "prepositional": _WORDS,
}
CASES = ("genitive", "dative", "accusative", "instrumental", "prepositional")

FUNCTIONS_TAKE: Mapping[str, tuple[tuple[Kind, ...], ...]] = {
    "calendar.open": ((DATETIME, DATE),),
    "count": ((LIST, TEXT),),
    "first": ((LIST,),),
    "table": ((TEXT,),),
}
FUNCTIONS_GIVE: Mapping[str, Kind] = {"calendar.open": YES_NO, "count": NUMBER, "table": LIST}

# What actions give, by action and name.
GIVEN: Mapping[tuple[str, str], Kind] = {
    ("calendar.hold", "free"): Kind("list", of=DATETIME),
    ("calendar.book", "free"): Kind("list", of=DATETIME),
    ("calendar.find", "service"): CHOICE,
    ("calendar.find", "when"): DATETIME,
    ("calendar.find", "count"): NUMBER,
    ("forms.save", "number"): TEXT,
    ("phone.call", "call"): TEXT,
    ("phone.call", "refused"): TEXT,
    ("forms.find", "number"): TEXT,
    ("forms.find", "status"): TEXT,
}

COMPARED = (NUMBER, DATETIME, DATE, TIME, TEXT, CHOICE)
SUMMED: Mapping[str, tuple[Kind, ...]] = {"+": (NUMBER, TEXT, LIST, DATE, TIME), "-": (NUMBER, DATETIME, DATE)}
