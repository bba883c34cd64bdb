"""Values as people write them (figures) and say them (words)."""

from __future__ import annotations

from datetime import date, datetime
from datetime import time as Time  # noqa: N812
from decimal import Decimal

from bot.dialogue.meaning import Language
from bot.dialogue.values import PersonName


def number(value: int | Decimal, language: Language, *, voice: bool) -> str:
    return str(value)


def day(value: date, now: datetime, language: Language, *, voice: bool) -> str:
    return value.strftime("%d.%m")


def time(value: datetime | Time, language: Language, *, voice: bool) -> str:
    return value.strftime("%H:%M")


def money(amount: int | Decimal, currency: str, language: Language, *, voice: bool) -> str:
    return f"{amount} {currency}"


def join(items: list[str], language: Language, *, word: str | None = None) -> str:
    return ", ".join(items)


def phone(e164: str, language: Language, *, voice: bool) -> str:
    return e164


def hours(opens: Time, closes: Time, language: Language, *, voice: bool) -> str:
    return f"{opens:%H:%M}-{closes:%H:%M}"


def digits(text: str, language: Language, *, voice: bool) -> str:
    return text


def plural(n: int, forms: tuple[str, ...], language: Language) -> str:
    return forms[0] if n == 1 else forms[-1]


def name(value: PersonName, case: str) -> str:
    return str(value)
