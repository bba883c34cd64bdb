"""What a scenario is started with, written as text: `when=2026-11-19 16:00`, `service terapevt`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal

from bot.dialogue.meaning import Option
from bot.dialogue.scenario import Scenario
from bot.dialogue.slot import Slot
from bot.dialogue.values import PersonName, Value

_PHONE = re.compile(r"\+?[\d\s()-]{7,24}")
_WHOLE = re.compile(r"-?(0|[1-9]\d{0,14})")
_EMAIL = re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,10}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d{1,2}:\d\d(:\d\d)?")
_CLOCK = re.compile(r"\d{1,2}:\d\d")
_AND = re.compile(r"\s*,\s*|\s+(?:and|и)\s+")
_YES = {"yes": True, "true": True, "да": True, "no": False, "false": False, "нет": False}


class NotGiven(ValueError):
    """name: of the slot or variable. known: what may be given, where there is no such name; else none.

    like: how its value is written.
    """

    def __init__(self, name: str, *, known: Iterable[str] = (), like: str = "") -> None:
        self.name = name
        self.known = tuple(known)
        self.like = like
        super().__init__(f"'{name}' is written like {like}" if like else f"there is no '{name}' to give")


def read(texts: Mapping[str, str], scenario: Scenario) -> dict[str, Value]:
    """The values of a scenario's slots and `given:` names. Raises NotGiven. A name that is not a slot takes a date,
    a number, yes or no where it looks like one, else the text as it is."""
    out: dict[str, Value] = {}
    for name, text in texts.items():
        slot = scenario.slots.get(name)
        if slot is None and name not in scenario.given:
            raise NotGiven(name, known=(*scenario.slots, *scenario.given))
        try:
            out[name] = _READERS.get(slot.type, _text)(text.strip(), slot) if slot else plain(text.strip())
        except ValueError:
            raise NotGiven(name, like=_like(slot)) from None
    return out


def parts(text: str, scenario: Scenario) -> dict[str, str]:
    """ "service terapevt, name Иван Петров" by name; a part that begins with no known name goes on the one before."""
    out: dict[str, str] = {}
    last = ""
    for part in text.split(","):
        name, _, rest = part.strip().partition(" ")
        if last and name not in scenario.slots and name not in scenario.given:
            out[last] += "," + part
        else:
            last = name
            out[name] = rest.strip()
    return out


def plain(text: str) -> Value:
    """A date, a number, yes or no where it looks like one, else the text. Raises ValueError on the 30th of February."""
    if _MOMENT.fullmatch(text):
        return _moment(text)
    if _DAY.fullmatch(text):
        return date.fromisoformat(text)
    if _CLOCK.fullmatch(text):
        return _clock(text)
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return _YES.get(text.lower(), text)


def _text(text: str, _: Slot) -> Value:
    if not text:
        raise ValueError
    return text


def _digits(text: str, slot: Slot) -> Value:
    """As text, with its zeros; gaps and dashes are how it is written."""
    digits = "".join(char for char in text if char not in " -")
    fewest, most = slot.length or (1, len(digits))
    if not digits.isascii() or not digits.isdigit() or not fewest <= len(digits) <= most:
        raise ValueError
    return digits


def _code(text: str, slot: Slot) -> Value:
    """Large, without gaps and dashes."""
    signs = "".join(char for char in text.upper() if char not in " -")
    fewest, most = slot.length or (1, len(signs))
    if not all(char.isalnum() or char == "/" for char in signs) or not fewest <= len(signs) <= most:
        raise ValueError
    return signs


def _email(text: str, _: Slot) -> Value:
    if not _EMAIL.fullmatch(text):
        raise ValueError
    return text.lower()


def _choice(text: str, slot: Slot) -> Value:
    """By its id, or a title; of several all that are named, in the order in which they are offered."""
    if not slot.many:
        return _one(text, slot)
    wanted = {_one(part, slot) for part in _AND.split(text)} if text != "none" else set()
    return tuple(option.id for option in slot.options if option.id in wanted)


def _one(text: str, slot: Slot) -> str:
    for option in slot.options:
        if text == option.id or text.lower() in _titles(option):
            return option.id
    raise ValueError


def _titles(option: Option) -> list[str]:
    return [title.lower() for title in option.title.values()]


def _moment(text: str) -> datetime:
    day, _, clock = text.replace("T", " ").partition(" ")
    return datetime.combine(date.fromisoformat(day), _clock(clock))


def _clock(text: str) -> time:
    hour, minute = text.split(":")[:2]
    return time(int(hour), int(minute))


def _number(text: str, slot: Slot) -> Value:
    """Within the slot's bounds: a mistyped amount would be told to a customer as it is."""
    value = Decimal(text) if _DECIMAL.fullmatch(text) else int(text)
    if (slot.low is not None and value < slot.low) or (slot.high is not None and value > slot.high):
        raise ValueError
    return value


def _phone(text: str, _: Slot) -> Value:
    """E.164; the eight of Russian numbers means seven."""
    digits = "".join(char for char in text if char.isdigit())
    if not _PHONE.fullmatch(text) or len(digits) > 15:
        raise ValueError
    if not text.startswith("+") and len(digits) == 11 and digits[0] == "8":
        digits = f"7{digits[1:]}"
    return f"+{digits}"


def _person(text: str, _: Slot) -> Value:
    """Given name, patronymic where there are three words, family name."""
    words = text.split()
    if not words:
        raise ValueError
    if len(words) == 3:
        return PersonName(given=words[0], patronymic=words[1], family=words[2])
    return PersonName(given=words[0], family=" ".join(words[1:]))


def _yes(text: str, _: Slot) -> Value:
    if text.lower() not in _YES:
        raise ValueError
    return _YES[text.lower()]


_READERS: Mapping[str, Callable[[str, Slot], Value]] = {
    "choice": _choice,
    "digits": _digits,
    "datetime": lambda text, _: _moment(text),
    "date": lambda text, _: date.fromisoformat(text),
    "time": lambda text, _: _clock(text),
    "number": _number,
    "money": _number,
    "code": _code,
    "email": _email,
    "phone": _phone,
    "person": _person,
    "yesno": _yes,
}
_LIKE = {
    "digits": "1042",
    "datetime": "2026-11-19 16:00",
    "date": "2026-11-19",
    "time": "16:00",
    "number": "5",
    "money": "1500",
    "code": "A123BC77",
    "email": "anna@example.com",
    "address": "12 Baker Street",
    "phone": "+79051234567",
    "person": "Anna Smith",
    "yesno": "yes",
}


def _like(slot: Slot | None) -> str:
    if slot is None:
        return "2026-11-19 16:00"
    if slot.type == "choice":
        return (" and " if slot.many else " | ").join(option.id for option in slot.options[:8])
    if slot.type == "digits" and slot.length is not None:
        return "1234567890123456789"[: slot.length[0]]
    if slot.type == "number" and (slot.low is not None or slot.high is not None):
        return f"{'' if slot.low is None else slot.low}..{'' if slot.high is None else slot.high}"
    return _LIKE.get(slot.type, "a text")
