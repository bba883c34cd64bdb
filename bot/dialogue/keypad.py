"""Telephone keys to meaning: a menu's digit, a whole number, a date typed as day and month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import phonenumbers

from bot.dialogue import lettered
from bot.dialogue.meaning import Expectation, Language, Meaning, Reading, SlotSpec
from bot.dialogue.values import MASK, Moment

REPAIR_KEYS = {"0": "operator", "*": "back", "#": "repeat"}  # where the step gives them no meaning of its own
DATE_DIGITS = 4  # DDMM, and HHMM for the hour
FULL_DATE_DIGITS = 8  # DDMMYYYY, of what may lie years back
PHONE_DIGITS = 11
SPOKEN = ("person", "address", "text")  # what no caller keys; said, or told to a person
HIDDEN = "•"  # stands for a key in a journal that keeps a secret
NUMBER_DIGITS = 19  # the longest number there is on a bank card; a shorter one ends with # or a pause


def read_keys(digits: str, expectation: Expectation, now: datetime, language: Language) -> Meaning:
    """digits: 0-9, *, #; a trailing # ends a long number. now: naive; the year of a date is the next one that fits.

    language: of the letters on the keys.
    """
    slot = expectation.slots.get(expectation.asked or "")
    if HIDDEN in digits:  # masked in a journal that is replayed
        digits = digits.replace(f"*{HIDDEN * 2}", HIDDEN).replace(HIDDEN, "0")
        if slot is not None and (slot.type == "email" or slot.begun):
            whole = slot.begun or "*" in digits
            told = Reading(value=MASK) if whole else Reading(begun=MASK, question="domain")
            return Meaning(readings={slot.name: told})
    if slot is not None and slot.many and (several := _several(digits, slot)) is not None:
        return Meaning(readings={slot.name: several})
    option = expectation.keys.get(digits)
    if option is not None:
        yes = {"yes": True, "no": False}.get(option) if expectation.yesno else None
        return Meaning(option=option, yes=yes)
    if digits == "#" and slot is not None and slot.skip:
        return Meaning.only("skip")
    if digits in REPAIR_KEYS and not (digits == "0" and slot and _takes_zero(slot)):
        return Meaning.only(REPAIR_KEYS[digits])
    if slot is None:
        return Meaning()
    digits = digits.rstrip("#")
    if slot.begun:
        domain = lettered.email_domain(digits, language)
        reading = Reading(value=domain) if domain else None
    elif slot.type in LETTERED:
        reading = LETTERED[slot.type](digits, slot, language)
    else:
        read = READERS.get(slot.type)
        reading = read(digits, slot, now) if read else None
    return Meaning(readings={slot.name: reading}) if reading else Meaning()


def digits_expected(slot: SlotSpec) -> int:
    """How many keys make a whole answer; 0: one key is one answer. What may be shorter ends with # or a pause."""
    if slot.many:
        return len(slot.options)
    if slot.begun:
        return lettered.EMAIL_KEYS
    if slot.type in ("number", "money"):
        return len(str(int(slot.high))) if slot.high is not None else NUMBER_DIGITS
    if slot.type in ("digits", "code"):
        return slot.length[1] if slot.length else NUMBER_DIGITS
    if slot.type == "date" and slot.past:
        return FULL_DATE_DIGITS
    if slot.type == "nps":
        return 2  # "10"; a shorter one ends with # or a pause
    if slot.type == "email":
        return lettered.EMAIL_KEYS
    return {"phone": PHONE_DIGITS, "datetime": DATE_DIGITS, "date": DATE_DIGITS, "time": DATE_DIGITS}.get(slot.type, 0)


def _takes_zero(slot: SlotSpec) -> bool:
    """Whether 0 alone is an answer rather than a call for a person: where the author says that nought is possible."""
    if slot.type in ("number", "money", "nps"):
        return slot.low is not None and slot.low <= 0
    return slot.type == "digits" and slot.length is not None and slot.length[0] == 1


def _several(digits: str, slot: SlotSpec) -> Reading | None:
    """Key by key, ended by # or a pause; # alone is nothing of it, where that may be."""
    if digits == "#" and slot.none:
        return Reading(value=())
    pressed = set(digits.rstrip("#"))
    keys = {option.key for option in slot.options if option.key}
    if not pressed or not pressed <= keys:
        return None
    return Reading(value=tuple(option.id for option in slot.options if option.key in pressed))


def _phone(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    try:
        number = phonenumbers.parse(digits if len(digits) != 10 else f"7{digits}", "RU")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return Reading(value=phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _number(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    return Reading(value=int(digits)) if digits.isdigit() else None


def _moment(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    """DDMM when the day is unknown, else the hour; one that no clock shows is refused, and the day told stays."""
    known = slot.known
    if len(digits) > DATE_DIGITS:
        return None
    told = _time(digits, slot, now) if known and known.day else _date(digits, slot, now)
    if told is None or told.wrong is not None:
        return told
    if isinstance(told.value, time):
        return Reading(value=datetime.combine(known.day, told.value)) if known and known.day else None
    if not isinstance(told.value, date):
        return None
    if known and known.time:
        return Reading(value=datetime.combine(told.value, known.time))
    return Reading(partial=Moment(day=told.value), question="time")


def _digits(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    return Reading(value=digits) if digits.isdigit() else None


def _code(keys: str, slot: SlotSpec, language: Language) -> Reading | None:
    told = lettered.code(keys, language)
    return Reading(value=told) if told else None


def _email(keys: str, slot: SlotSpec, language: Language) -> Reading | None:
    """The whole of it, or its name alone; then its domain is asked for."""
    name, _, rest = keys.partition("*")
    known, domain = lettered.email_name(name), lettered.email_domain(rest, language)
    if known is None or (rest and domain is None):
        return None
    return Reading(value=f"{known}@{domain}") if domain else Reading(begun=known, question="domain")


def _date(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    """DDMM, the coming such day (the last one where it may be over); DDMMYYYY."""
    if not digits.isdigit() or len(digits) not in (DATE_DIGITS, FULL_DATE_DIGITS):
        return None
    day, month, year = int(digits[:2]), int(digits[2:4]), digits[4:]
    years = [int(year)] if year else [now.year - 1, now.year] if slot.past else [now.year, now.year + 1]
    found = [each for each in (_calendar(each, month, day) for each in years) if each is not None]
    if not year:
        found = [each for each in found if (each <= now.date() if slot.past else each >= now.date())]
    if not found:
        return Reading(wrong="no_such_time")
    return Reading(value=found[-1] if slot.past else found[0])


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _time(digits: str, slot: SlotSpec, now: datetime) -> Reading | None:
    """HHMM; 930 is half past nine, 15 the full hour."""
    if not digits.isdigit() or len(digits) > DATE_DIGITS:
        return None
    hour, minute = (digits, "0") if len(digits) < 3 else (digits[:-2], digits[-2:])
    try:
        return Reading(value=time(int(hour), int(minute)))
    except ValueError:
        return Reading(wrong="no_such_time")


READERS: Mapping[str, Callable[[str, SlotSpec, datetime], Reading | None]] = {
    "phone": _phone,
    "number": _number,
    "money": _number,
    "csat": _number,
    "ces": _number,
    "nps": _number,
    "digits": _digits,
    "datetime": _moment,
    "date": _date,
    "time": _time,
}
# Types whose letters are keyed too; read by the language of the letters.
LETTERED: Mapping[str, Callable[[str, SlotSpec, Language], Reading | None]] = {"code": _code, "email": _email}
