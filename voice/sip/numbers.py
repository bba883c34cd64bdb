"""SIP addresses to what a business knows people by: E.164 numbers (RFC 3966, RFC 3261 19.1)."""

from __future__ import annotations

import re
from urllib.parse import unquote

import phonenumbers

ANONYMOUS = frozenset({"anonymous", "unknown", "unavailable", "restricted", "asserted"})  # RFC 3323 4.1
_URI = re.compile(r"<?\s*(?:sips?|tel):(?P<rest>[^>]*)", re.IGNORECASE)
_DIALLED = re.compile(r"\+?[\d\s().-]{5,}")


def user_of(address: str) -> str:
    """The user part of a SIP or tel address, name-addr or bare: '"Иван" <sip:101@host>;tag=x' -> '101'."""
    found = _URI.search(address)
    rest = found["rest"] if found else address
    user, at, _ = rest.partition("@")
    if not at and found is not None and found[0].lower().lstrip("< ").startswith("sip"):
        return ""  # sip:host has no user part
    return unquote(user.partition(";")[0].partition(":")[0]).strip()


def number_of(address: str, region: str = "RU") -> str:
    """E.164 of a SIP or tel address where it is a valid number; else its user part; "" for nobody.

    region: whose national habits unprefixed numbers follow: in RU, 8 905 123-45-67 is +79051234567.
    A short extension such as 101 stays as it is.
    """
    user = user_of(address)
    if user.lower() in ANONYMOUS:
        return ""
    if not _DIALLED.fullmatch(user):
        return user
    try:
        number = phonenumbers.parse(user, region)
    except phonenumbers.NumberParseException:
        return user
    if not phonenumbers.is_valid_number(number):
        return user
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
