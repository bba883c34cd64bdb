"""Telephone keys to meaning: a menu's digit, a whole number, a date typed as day and month."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time

import phonenumbers

from bot.dialogue.meaning import Expectation, Meaning, Reading, SlotSpec
from bot.dialogue.values import Moment

REPAIR_KEYS = {"0": "operator", "*": "back", "#": "repeat"}  # where the step gives them no meaning of its own
DATE_DIGITS = 4  # DDMM, and HHMM for the hour
PHONE_DIGITS = 11


def read_keys(digits: str, expectation: Expectation, now: datetime) -> Meaning:
    """digits: 0-9, *, #; a trailing # ends a long number. now: naive; the year of a date is the next one that fits."""
    option = expectation.keys.get(digits)
    if option is not None:
        yes = {"yes": True, "no": False}.get(option) if expectation.yesno else None
        return Meaning(option=option, yes=yes)
    if digits in REPAIR_KEYS:
        return Meaning.only(REPAIR_KEYS[digits])
    slot = expectation.slots.get(expectation.asked or "")
    read = READERS.get(slot.type) if slot else None
    if slot is None or read is None:
        return Meaning()
    reading = read(digits.rstrip("#"), slot, now)
    return Meaning(readings={slot.name: reading}) if reading else Meaning()


def digits_expected(slot: SlotSpec) -> int:
    """How many keys make a whole answer; 0: one key is one answer."""
    return {"phone": PHONE_DIGITS, "datetime": DATE_DIGITS}.get(slot.type, 0)


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
    """DDMM when the day is unknown, else HHMM."""
    if len(digits) != DATE_DIGITS or not digits.isdigit():
        return None
    first, second = int(digits[:2]), int(digits[2:])
    known = slot.known
    try:
        if known and known.day:
            return Reading(value=datetime.combine(known.day, time(first, second)))
        day = date(now.year, second, first)
        if day < now.date():
            day = date(now.year + 1, second, first)
    except ValueError:
        return None
    if known and known.time:
        return Reading(value=datetime.combine(day, known.time))
    return Reading(partial=Moment(day=day), question="time")


READERS: Mapping[str, Callable[[str, SlotSpec, datetime], Reading | None]] = {
    "phone": _phone,
    "number": _number,
    "datetime": _moment,
}
