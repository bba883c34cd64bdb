"""A code to a telephone number: whoever can tell it has that telephone.

The code is never written down: not in the journal, not in a log, not in the database, which keeps a hash of it. What is
to be said by SMS stands in the journal sealed (bot.customers.links), and only the outbox opens it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.customers import persons, reaching
from bot.customers.links import Ways
from bot.dialogue.dialable import reaches
from bot.ports import Identity
from bot.stores.schema import phone_codes

LIVES = timedelta(minutes=10)
TRIES = 5  # guesses at one code; with the limits of a day, 15 in a million
DAY = timedelta(hours=24)
PER_NUMBER = 3  # codes a day to one number, whoever asks: each costs, and somebody may be pestered by them
PER_ASKER = 5  # codes a day to whatever number, asked for by one identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """sealed: stands for the code in the message; "" where none goes, and why. to: whom it goes to; by: the channel."""

    sealed: str = ""
    to: Identity | None = None
    by: str = ""
    why: Literal["", "no_way", "too_often"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """right: it was the code. left: tries, where it was not."""

    right: bool
    left: int = 0


def send(
    tx: Connection,
    ways: Ways | None,
    number: str,
    *,
    asker: str,
    conversation: str,
    at: datetime,
    messengers: Collection[str] = (),
) -> Sent:
    """asker: the identity that wants to prove it, as `via` has it. Codes that it had before are void. messengers: by
    which it may go where no SMS can: to whoever is proven to have that number, and nobody else has."""
    if ways is None or not reaches(("+",), number):
        return Sent(why="no_way")
    way: reaching.Way | None = reaching.Way(channel=ways.sms, identity=Identity(kind="phone", value=number))
    if not ways.sms:
        way = _by_messenger(tx, number, asker, messengers)
    if way is None:
        return Sent(why="no_way")
    for column, value, most in (
        (phone_codes.c.number, number, PER_NUMBER),
        (phone_codes.c.asker, asker, PER_ASKER),
    ):
        made = tx.execute(
            select(func.count()).select_from(phone_codes).where(column == value, phone_codes.c.at > at - DAY)
        ).scalar_one()
        if made >= most:
            return Sent(why="too_often")
    lately = select(func.count()).select_from(phone_codes).where(phone_codes.c.at > at - timedelta(hours=1))
    if tx.execute(lately).scalar_one() >= ways.codes_an_hour:
        return Sent(why="too_often")
    tx.execute(update(phone_codes).where(phone_codes.c.asker == asker, phone_codes.c.used.is_(None)).values(used=at))
    salt = secrets.token_hex(12)
    tx.execute(
        insert(phone_codes).values(
            number=number,
            asker=asker,
            conversation=conversation,
            salt=salt,
            hash=_hash(ways, salt, number, ways.code(salt)),
            at=at,
            expires=at + LIVES,
        )
    )
    return Sent(sealed=ways.sealed_code(salt), to=way.identity, by=way.channel)


def _by_messenger(tx: Connection, number: str, asker: str, messengers: Collection[str]) -> reaching.Way | None:
    """The one they prefer; not the chat that asks, which proves nothing of itself."""
    known = persons.customers_of(tx, Identity(kind="phone", value=number))
    if len(known) != 1:
        return None
    found = reaching.ways(tx, known[0], channels=messengers)
    return next((each for each in found.open if each.identity.via != asker), None)


def check(tx: Connection, ways: Ways | None, number: str, code: str, *, asker: str, at: datetime) -> Checked:
    """A right one counts once, and for whoever asked for it alone."""
    if ways is None:
        return Checked(right=False)
    row = tx.execute(
        select(phone_codes)
        .where(phone_codes.c.asker == asker, phone_codes.c.number == number, phone_codes.c.used.is_(None))
        .order_by(phone_codes.c.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None or row.expires < at or row.tries >= TRIES:
        return Checked(right=False)
    right = hmac.compare_digest(row.hash, _hash(ways, row.salt, number, code))
    mine = update(phone_codes).where(phone_codes.c.id == row.id)
    tx.execute(mine.values(used=at) if right else mine.values(tries=row.tries + 1))
    return Checked(right=right, left=0 if right else TRIES - row.tries - 1)


def sweep(tx: Connection, now: datetime) -> int:
    """Forget codes that no limit of a day counts any more; how many."""
    return tx.execute(delete(phone_codes).where(phone_codes.c.at < now - DAY)).rowcount


def _hash(ways: Ways, salt: str, number: str, code: str) -> str:
    """Keyed: a million codes are tried in a second by whoever has the database alone."""
    return hmac.new(ways.key, f"code-hash:{salt}:{number}:{code}".encode(), hashlib.sha256).hexdigest()
