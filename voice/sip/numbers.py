"""SIP addresses: to what a business knows people by, E.164 numbers (RFC 3966, RFC 3261 19.1), and for a REFER."""

from __future__ import annotations

import re
from urllib.parse import unquote

import phonenumbers

ANONYMOUS = frozenset({"anonymous", "unknown", "unavailable", "restricted", "asserted"})  # RFC 3323 4.1
_URI = re.compile(r"<?\s*(?:sips?|tel):(?P<rest>[^>]*)", re.IGNORECASE)
# What is called: a user at a host, perhaps with a port and parameters. The stack trusts its caller: others crash it.
_CALLED = re.compile(
    r"sips?:[\w.+*#%!~'()$&=-]{1,128}(?::[\w.+%-]{0,64})?@(?:[\w.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?"
    r"(?:;[\w.+%=-]{1,128}){0,8}",
    re.IGNORECASE | re.ASCII,
)
_DIALLED = re.compile(r"\+?[\d\s().-]{5,}")


def can_be_called(address: str) -> bool:
    """Whether it is an address to place a call to: sip:anna@10.0.0.5:5070."""
    return _CALLED.fullmatch(address) is not None


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


def refer_uri(target: str, user_to_user: str) -> str:
    """Refer-To's URI. Headers ride in it (RFC 3261 19.1.1), and User-to-User among them (RFC 7433 4.1)."""
    uri = target.strip().strip("<>")
    if not uri.lower().startswith(("sip:", "sips:", "tel:")):
        uri = f"sip:{uri}"
    if user_to_user:
        uri += f"{'&' if '?' in uri else '?'}User-to-User={_header_escaped(user_to_user)}"
    return uri


def _header_escaped(value: str) -> str:
    """hname/hvalue of RFC 3261 25.1: unreserved, "[" "]" "/" "?" ":" "+" "$" stay, all else is %HH."""
    kept = "-_.!~*'()[]/?:+$"
    return "".join(
        chr(byte) if byte < 128 and (chr(byte).isalnum() or chr(byte) in kept) else f"%{byte:02X}"
        for byte in value.encode()
    )
