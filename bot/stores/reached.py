"""Whether somebody we mean to ring is on the line with us, or has come by themselves and been served meanwhile."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, Connection, or_, select

from bot.dialogue import codec
from bot.dialogue.actions import End, Fetch
from bot.dialogue.events import AgentLeft, Attached, Chosen, Fetched, Keys, Started, Utterance
from bot.stores.schema import conversations, identities, journal

UP = timedelta(hours=1)  # a call without a word in it for so long is one that a crash left behind
WORDS = tuple(kind.__name__ for kind in (Utterance, Chosen, Keys, Attached))
ENDS = tuple(kind.__name__ for kind in (End, AgentLeft, Fetched, Fetch))
SETTLES = frozenset({"calendar.book", "calendar.cancel", "calendar.confirm"})  # looking something up settles nothing
MOST = 50  # conversations that are looked at, the newest first

Why = Literal["they rang us", "they wrote to us", "they asked again"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whom we mean to ring. number: E.164, "" of an address that is none. customers: whose conversations count; line:
    and every one by that number, for nobody of those who come by it is meant more than the others."""

    number: str = ""
    customers: tuple[int, ...] = ()
    line: bool = True

    @classmethod
    def of(cls, tx: Connection, number: str, customer: int | None = None) -> Party:
        if customer is not None:
            return cls(number=number, customers=(customer,), line=False)
        return cls(number=number, customers=_by_number(tx, number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    conversation: str
    why: Why


def on_the_line(tx: Connection, party: Party, now: datetime, *, strictly: bool = False) -> str:
    """The call by which they talk to us now, theirs or one of ours; "" for none. strictly: from that number alone, not
    the same person from elsewhere."""
    found = tx.execute(
        select(conversations.c.id)
        .where(conversations.c.medium == "voice", conversations.c.status != "ended")
        .where(
            conversations.c.updated > now - UP,
            _theirs(Party(number=party.number, customers=() if strictly else party.customers)),
        )
        .order_by(conversations.c.updated.desc())
        .limit(1)
    ).scalar()
    return found or ""


def reached(
    tx: Connection, party: Party, since: datetime, *, sets: Collection[str] = (), person: bool = False
) -> Reached | None:
    """What makes a call of ours needless. They rang us since and said something; or in writing, in one of these sets,
    something was settled: it came to its end, was booked, cancelled, confirmed, or an agent closed it. person: who was
    promised one is served by a person, or by what was settled; to have rung is not enough.
    """
    if not party.number and not party.customers:
        return None
    for row in tx.execute(
        select(conversations.c.id, conversations.c.medium, conversations.c.scenarios, conversations.c.started)
        .where(conversations.c.updated > since, _theirs(party))
        .order_by(conversations.c.updated.desc())
        .limit(MOST)
    ).all():
        voice = row.medium == "voice"
        if voice and (row.started <= since or _ours(tx, row.id)):
            continue  # they were on the line when it was asked for; or it is we who rang
        if not _spoke(tx, row.id, since):
            continue
        if voice and not person:
            return Reached(conversation=row.id, why="they rang us")
        if (voice or not sets or row.scenarios in sets) and _settled(tx, row.id, since):
            return Reached(conversation=row.id, why="they rang us" if voice else "they wrote to us")
    return None


def _by_number(tx: Connection, number: str) -> tuple[int, ...]:
    if not number:
        return ()
    family = [f"phone:{number}#{each}" for each in range(2, 10)]
    behind = or_(
        (identities.c.kind == "phone") & (identities.c.value == number),
        (identities.c.kind == "person") & identities.c.value.in_(family),
    )
    return tuple(tx.execute(select(identities.c.customer).where(behind).distinct()).scalars())


def _theirs(party: Party) -> ColumnElement[bool]:
    own = conversations.c.customer.in_(party.customers)
    if not (party.line and party.number):
        return own
    return or_(own, (conversations.c.kind == "phone") & (conversations.c.value == party.number))


def _entries(tx: Connection, conversation: str, kinds: Collection[str], since: datetime) -> list[Any]:
    found = tx.execute(
        select(journal.c.entry)
        .where(journal.c.conversation == conversation, journal.c.at > since, journal.c.kind.in_(kinds))
        .order_by(journal.c.seq)
    ).scalars()
    return [cast(Any, codec.load(each)) for each in found]


def _ours(tx: Connection, conversation: str) -> bool:
    """Whether we placed that call."""
    first = tx.execute(
        select(journal.c.entry)
        .where(journal.c.conversation == conversation, journal.c.kind == Started.__name__)
        .order_by(journal.c.seq)
        .limit(1)
    ).scalar()
    started = codec.load(first) if first else None
    return isinstance(started, Started) and bool(started.answered)


def _spoke(tx: Connection, conversation: str, since: datetime) -> bool:
    found = tx.execute(
        select(journal.c.seq)
        .where(journal.c.conversation == conversation, journal.c.at > since, journal.c.kind.in_(WORDS))
        .limit(1)
    ).scalar()
    return found is not None


def _settled(tx: Connection, conversation: str, since: datetime) -> bool:
    asked: dict[str, str] = {}
    for entry in _entries(tx, conversation, ENDS, since):
        if isinstance(entry, Fetch):
            asked[entry.id] = entry.name
        elif isinstance(entry, Fetched):
            if entry.outcome == "ok" and asked.get(entry.request) in SETTLES:
                return True
        elif isinstance(entry, AgentLeft):
            if entry.closed:
                return True
        elif isinstance(entry, End) and entry.reason == "done":
            return True
    return False
