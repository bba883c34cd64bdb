"""Whom we may call, and when. A robot that dials whatever it is told is a gift to toll fraud, and unwanted at night.

"+7905" allows numbers that begin so, "@pbx.example" addresses at that host, "sip:anna@10.0.0.5" that one, "*" all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

import phonenumbers

from bot.dialogue.dialable import reaches
from bot.errors import Conflict, Unacceptable
from bot.locale import said

LONG = 7  # digits: more is no extension of a company
_DIALLED = re.compile(r"\+?[\d\s().-]{5,24}")
_SIP = re.compile(
    r"sips?:[\w.+*#%!~'()$&=-]{1,128}@(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?(?:;[\w.+%=-]{1,128}){0,8}",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """allowed: see above; none allows nothing. quiet: from when to when nobody is called, by the clock of the business;
    None for never."""

    allowed: Sequence[str] = ()
    quiet: tuple[time, time] | None = (time(21), time(9))

    def reaches(self, number: str) -> bool:
        """Whether a number that a customer named may be called: one that exists, under the same rules."""
        try:
            return allows(self.allowed, number, destination(number).number)
        except Unacceptable:
            return False

    def quiet_now(self, now: datetime) -> bool:
        """Whether nobody is called at this hour. now: of the business."""
        return quiet_until(self.quiet, now) is not None

    def check_telephone(self, address: str) -> None:
        """Of an agent, who named it: an extension or a name at any host; a whole number costs, and needs its prefix.

        Raises Unacceptable.
        """
        to = destination(address)
        user = _bare(to.address).partition("@")[0]
        plain = not to.number and sum(char.isdigit() for char in user) < LONG
        if not (plain or allows(self.allowed, to.address, to.number) or self.reaches(to.number)):
            raise _forbidden("sip")

    def check(self, to: Destination, now: datetime, *, forced: bool = False) -> None:
        """forced: whoever asks answers for the hour.

        Raises Unacceptable of a destination, Conflict in quiet hours.
        """
        if not allows(self.allowed, to.address, to.number):
            raise _forbidden("to")
        until = None if forced else quiet_until(self.quiet, now)
        if until is not None:
            raise Conflict(
                said(f"nobody is called before {until:%H:%M}", f"до {until:%H:%M} никому не звоним"),
                where="GOVORUN_QUIET_HOURS",
                fix=said("Call later, or force it", "Позвоните позже или настойте на своём: force"),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """address: what is dialled, a SIP address or a bare number for a trunk. number: E.164, "" where it is none."""

    address: str
    number: str = ""


def _forbidden(where: str) -> Unacceptable:
    return Unacceptable(
        said("calls there are not allowed", "звонить туда нельзя"),
        where=where,
        fix=said("Add it to GOVORUN_CALL_ALLOWED", "Добавьте его в GOVORUN_CALL_ALLOWED"),
    )


def destination(to: str, region: str = "RU") -> Destination:
    """Whom `to` means: sip:anna@10.0.0.5, 8 905 123-45-67. Raises Unacceptable of what can't be called."""
    to = to.strip()
    if _SIP.fullmatch(to) and ";maddr=" not in to.lower():  # it would go to another host than the one that is named
        user = _bare(to).partition("@")[0]
        return Destination(address=to, number=_number(user, region))
    number = _number(to.removeprefix("tel:"), region)
    if not number:
        raise Unacceptable(
            said("this is no address to call", "по такому адресу не позвонить"),
            where=to[:80],
            fix=said("Write +79051234567, or sip:user@host", "Пишите +79051234567 или sip:имя@узел"),
        )
    return Destination(address=number, number=number)


def allows(allowed: Sequence[str], address: str, number: str) -> bool:
    """A number needs its prefix, premium ones a prefix of their own; an address its host; a number at a host both.

    What looks like a number and is none (a code to dial out with, say) is allowed by name alone.
    """
    rules = [rule.strip() for rule in allowed if rule.strip()]
    bare = _bare(address)
    user, at, place = bare.partition("@")
    if "*" in rules or any(_bare(rule).lower() == bare.lower() for rule in rules):
        return True
    if at and not any(rule.startswith("@") and rule[1:].lower() == place.partition(":")[0].lower() for rule in rules):
        return False
    if not number:
        return bool(at) and sum(char.isdigit() for char in user) < LONG
    return reaches(rules, number)


def _number(text: str, region: str) -> str:
    if not _DIALLED.fullmatch(text):
        return ""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(parsed):
        return ""
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def quiet_until(quiet: tuple[time, time] | None, now: datetime) -> datetime | None:
    """When the quiet hours end that it is in now; None outside of them. now: of the business, aware or not."""
    if quiet is None or quiet[0] == quiet[1]:
        return None
    begin, end = quiet
    at = now.time().replace(tzinfo=None)
    over_night = begin > end
    inside = (at >= begin or at < end) if over_night else begin <= at < end
    if not inside:
        return None
    until = now.replace(hour=end.hour, minute=end.minute, second=0, microsecond=0)
    return until + timedelta(days=1) if until <= now else until


def hours(text: str) -> tuple[time, time] | None:
    """ "21:00-09:00"; None of "". Raises ValueError."""
    if not text.strip():
        return None
    first, dash, last = text.partition("-")
    if not dash:
        raise ValueError(text)
    return time.fromisoformat(first.strip()), time.fromisoformat(last.strip())


def _bare(address: str) -> str:
    for scheme in ("sips:", "sip:", "tel:"):
        if address.lower().startswith(scheme):
            return address[len(scheme) :].partition(";")[0]
    return address.partition(";")[0]
