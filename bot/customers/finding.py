"""Customers as staff look for them: by number, telephone, name, or an account's id."""

from __future__ import annotations

import re

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from bot.customers import joining
from bot.stores.schema import bookings, conversations, facts, identities

MOST = 20
SHORTEST = 2  # characters of a name; 4 digits of a telephone
_DIGITS = re.compile(r"[\d\s()+–-]+")


def find(tx: Connection, text: str) -> tuple[int, ...]:
    """Their numbers, who talked with us last first. Nobody where the text is too short to tell anybody."""
    text = " ".join(text.split())[:80]
    found: list[int] = []
    if text.removeprefix("#").isdecimal() and len(text) <= 18:
        number = joining.current(tx, int(text.removeprefix("#")))
        found += [number] if number is not None else []
    digits = re.sub(r"\D", "", text) if _DIGITS.fullmatch(text) else ""
    if len(digits) >= 4:
        tail = digits[1:] if len(digits) == 11 and digits[0] in "78" else digits
        found += _latest(
            tx,
            select(identities.c.customer).where(identities.c.kind == "phone", identities.c.value.contains(tail)),
            select(facts.c.customer).where(facts.c.fact == "phone", facts.c.value.contains(tail)),
            select(bookings.c.customer).where(bookings.c.phone.contains(tail)),
        )
    elif len(text) >= SHORTEST and not digits:
        found += _latest(
            tx,
            select(facts.c.customer).where(facts.c.fact.in_(("name", "family", "email")), _words(facts.c.value, text)),
            select(bookings.c.customer).where(_words(bookings.c.name, text)),
        )
    if len(text) >= 4 and not found:
        found += _latest(tx, select(identities.c.customer).where(identities.c.value.startswith(text, autoescape=True)))
    return tuple(dict.fromkeys(found))[:MOST]


def _words(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """Every word is in it. As it is typed, or as a name is written: SQLite knows no capitals but the Latin ones."""
    return and_(
        *(
            or_(*(column.contains(form, autoescape=True) for form in {word, word.capitalize(), word.lower()}))
            for word in text.split()
        )
    )


def _latest(tx: Connection, *wanted: Select[tuple[int]]) -> list[int]:
    """Who is meant by any of these, who talked with us last first."""
    numbers = {row[0] for each in wanted for row in tx.execute(each.distinct().limit(200)) if row[0] is not None}
    if not numbers:
        return []
    last = func.max(conversations.c.updated)
    ordered = (
        select(conversations.c.customer).where(conversations.c.customer.in_(numbers)).group_by(conversations.c.customer)
    )
    talked = [row[0] for row in tx.execute(ordered.order_by(last.desc()))]
    return talked + sorted(numbers - set(talked))
