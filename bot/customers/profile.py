"""One customer, however they come: by the number of the line, by a browser's cookie, by a messenger's account.

Only what is proven identifies: an identity. A phone told in a chat is a fact of the profile and no more; anyone can
tell anyone's number. It helps one way only: a caller whose line proves that number may be offered what was begun
with it, in words that reveal nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, or_, select, union
from sqlalchemy.dialects import postgresql, sqlite

from bot.dialogue import codec
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session, Unfinished
from bot.dialogue.values import Value
from bot.ports import Identity, Profile
from bot.stores.schema import bookings, conversations, customers, erasures, facts, handoffs, identities

MOST_MOVES = 50  # of one conversation from channel to channel; nobody goes on so often
STALE = timedelta(days=180)  # after which a name or a number is asked back before it is used
FRESH = timedelta(hours=24)  # how long something left open is offered for continuation

_OF_IDENTITY = (
    select(identities.c.customer)
    .where(identities.c.kind == bindparam("kind"), identities.c.value == bindparam("value"))
    .with_for_update()
)
_LAST_ERASED = func.coalesce(select(func.max(erasures.c.number)).scalar_subquery(), 0)
# SQLite gives the last number again once its row is gone; who was erased keeps theirs, with the tombstone under it.
_UNUSED = (
    select(func.max(func.coalesce(select(func.max(customers.c.id)).scalar_subquery(), 0), _LAST_ERASED) + 1)
).scalar_subquery()
_CUSTOMER = select(customers.c.id).where(customers.c.id == bindparam("customer"))
_OWNED = (
    select(identities.c.kind, identities.c.value)
    .where(identities.c.customer == bindparam("customer"))
    .order_by(identities.c.created)
)
_MOVED = select(conversations.c.session, conversations.c.customer).where(conversations.c.id == bindparam("id"))
_LEFT = (
    select(conversations.c.channel, conversations.c.session, conversations.c.status)
    .where(conversations.c.id == bindparam("id"))
    .with_for_update()
)
_ON_THE_LINE = select(handoffs.c.seq).where(
    handoffs.c.conversation == bindparam("id"), handoffs.c.done.is_(None), handoffs.c.transfer.not_in(("", "failed"))
)
_BEFORE = (
    select(conversations.c.id, conversations.c.session)
    .where(
        conversations.c.kind == bindparam("kind"),
        conversations.c.value == bindparam("value"),
        conversations.c.customer == bindparam("customer"),  # another of the family's is no concern of this one
        conversations.c.channel == bindparam("channel"),
        conversations.c.status == "ended",
        conversations.c.updated > bindparam("since"),
    )
    .order_by(conversations.c.started.desc())
    .limit(1)
)
_FACTS = select(facts).where(facts.c.customer == bindparam("customer")).order_by(facts.c.at, facts.c.via)


def _recent(mine: ColumnElement[bool]) -> Select[Any]:
    columns = (conversations.c.id, conversations.c.customer, conversations.c.channel, conversations.c.status)
    return select(*columns, conversations.c.updated).where(
        mine,
        conversations.c.updated > bindparam("since"),
        conversations.c.session.is_not(None),
        or_(bindparam("scenarios") == "", conversations.c.scenarios == bindparam("scenarios")),
    )


def _open(*mine: ColumnElement[bool]) -> Select[Any]:
    """The newest that may be gone on with. Each way to them is looked up by itself: asked for with "or", SQLite reads
    everybody's conversations of the day."""
    found = union(*map(_recent, mine)).subquery()
    elsewhere = found.c.channel != bindparam("channel")
    return (
        select(found.c.id)
        .where(
            or_(
                and_(found.c.status == "bot", elsewhere),
                and_(found.c.status.in_(("waiting", "agent")), found.c.customer == bindparam("customer"), elsewhere),
                found.c.status == "ended",
            )
        )
        .order_by(found.c.updated.desc())
        .limit(5)
    )


_OWN = conversations.c.customer == bindparam("customer")
_SAID = select(facts.c.customer).where(facts.c.fact == "phone", facts.c.value == bindparam("said"))
_OPEN = _open(_OWN)
_OPEN_OF_CALLER = _open(_OWN, conversations.c.phone == bindparam("caller"), conversations.c.customer.in_(_SAID))


AGREED = "agreed"  # the source of what is no fact, but that one holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What was told or learned. value: None where it was told to be forgotten. via: the identity it came by. source:
    "said", "line", "agent", "site"."""

    name: str
    value: Value
    via: str
    source: str
    at: datetime


def recognise(tx: Connection, identity: Identity, at: datetime) -> int:
    """The customer with this identity; a new one when nobody has it. Locks the identity until the turn is over, so
    that two first messages of one person begin one conversation."""
    where = {"kind": identity.kind, "value": identity.value}
    known = tx.execute(_OF_IDENTITY, where).scalar()
    if known is not None:
        return cast(int, known)
    fresh = {"id": _UNUSED} if tx.dialect.name == "sqlite" else {}
    customer = cast(int, tx.execute(insert(customers).values(created=at, **fresh).returning(customers.c.id)).scalar())
    tx.execute(insert(identities).values(**where, customer=customer, home=customer, created=at))
    return customer


def told(tx: Connection, customer: int) -> tuple[Fact, ...]:
    """All that was told by any of this customer's identities, the oldest first."""
    return tuple(each for each in _kept(tx, customer) if each.source != AGREED)


def _kept(tx: Connection, customer: int) -> tuple[Fact, ...]:
    return tuple(
        Fact(name=row.fact, value=cast(Value, codec.load(row.value)), via=row.via, source=row.source, at=row.at)
        for row in tx.execute(_FACTS, {"customer": customer})
    )


def facts_of(tx: Connection, customer: int) -> dict[str, Value]:
    """What holds: of each fact what was told last, by whichever identity."""
    latest = {fact.name: fact.value for fact in told(tx, customer)}
    return {name: value for name, value in latest.items() if value is not None}


def doubtful(tx: Connection, customer: int, identity: Identity, now: datetime) -> tuple[str, ...]:
    """What of it is worth a question: told long ago, or by another identity of theirs than the one that speaks now.
    What an agent or the company's own site told is sure of whom it is about, and what this identity agreed to since it
    was told is as sure as what it told itself."""
    kept = _kept(tx, customer)
    latest = {fact.name: fact for fact in kept if fact.source != AGREED}
    agreements = {fact.name: fact.at for fact in kept if fact.source == AGREED and fact.via == identity.via}
    long_ago = now - STALE

    def sure(fact: Fact) -> bool:
        agreed = agreements.get(f"{AGREED} {fact.name}", fact.at)
        theirs = fact.source != "said" or fact.via == identity.via or agreed > fact.at
        return theirs and max(agreed, fact.at) >= long_ago

    return tuple(name for name, fact in latest.items() if not sure(fact))


def agreed(tx: Connection, customer: int, fact: str, *, via: str, at: datetime) -> None:
    """Keep that this identity, asked back, agreed to a fact, and when. Not to what: where another identity told it, the
    value is the other's, and must not stay with this one when the two are parted."""
    _keep(tx, via, f"{AGREED} {fact}", customer=customer, value=True, source=AGREED, at=at)


def learn(tx: Connection, customer: int, fact: str, value: Value, *, source: str, at: datetime, via: str) -> None:
    """Keep a fact; what was told last holds. None forgets it.

    What another identity of this customer told already is not kept a second time: it may only have been read back to
    this one, and must not stay with it when the two are parted.
    """
    mine = [each for each in told(tx, customer) if each.name == fact]
    latest = mine[-1] if mine else None
    if (latest.value if latest else None) == value and (latest is None or latest.via != via):
        return
    _keep(tx, via, fact, customer=customer, value=value, source=source, at=at)


def _keep(tx: Connection, via: str, fact: str, *, customer: int, value: Value, source: str, at: datetime) -> None:
    make = sqlite.insert if tx.dialect.name == "sqlite" else postgresql.insert
    new = {"customer": customer, "value": codec.dump(value), "source": source, "at": at}
    tx.execute(
        make(facts)
        .values(via=via, fact=fact, **new)
        .on_conflict_do_update(index_elements=[facts.c.via, facts.c.fact], set_=new)
    )


def profile(tx: Connection, customer: int) -> Profile | None:
    owned = tx.execute(_OWNED, {"customer": customer}).all()
    if not owned and tx.execute(_CUSTOMER, {"customer": customer}).scalar() is None:
        return None
    return Profile(
        id=customer,
        facts=facts_of(tx, customer),
        identities=tuple(Identity(kind=row.kind, value=row.value) for row in owned),
    )


def proven_phone(tx: Connection, customer: int) -> str:
    """The number a line showed for this customer, E.164, or ""."""
    found = tx.execute(
        select(identities.c.value).where(identities.c.customer == customer, identities.c.kind == "phone").limit(1)
    ).scalar()
    return found or ""


def greeting_facts(tx: Connection, customer: int, caller: str) -> Mapping[str, Value]:
    """What a new conversation may know: the own profile; for a caller without a name, the name their number is
    booked under."""
    known = facts_of(tx, customer)
    if caller and "name" not in known:
        booked = tx.execute(
            select(bookings.c.name)
            .where(bookings.c.phone == caller, bookings.c.status == "confirmed", bookings.c.name != "")
            .order_by(bookings.c.id.desc())
            .limit(1)
        ).scalar()
        if booked:
            known["name"] = cast(Value, codec.load(booked))
    return known


def unfinished(
    tx: Connection,
    *,
    customer: int,
    caller: str,
    channel: str,
    now: datetime,
    scenarios: str = "",
    identity: Identity | None = None,
) -> Unfinished | None:
    """What the same person, or somebody who gave this caller's number, left open on another channel, or on this one
    when the line dropped or the window was closed.

    Open: it is younger than FRESH, went on nowhere else, and a scenario is under way in it of which something was
    said; or a person has it, or is waited for. A person's telephone call stays where it is. scenarios: of that set
    alone. identity: who begins here; what went on from their last conversation here is `live`.
    """
    live = _went_on_from(tx, customer, identity, channel, now, scenarios) if identity is not None else None
    if live is not None:
        return live
    named = {"customer": customer, "caller": caller, "said": codec.dump(caller), "channel": channel}
    newest_first = tx.execute(
        _OPEN_OF_CALLER if caller else _OPEN, {**named, "since": now - FRESH, "scenarios": scenarios}
    )
    for (name,) in newest_first:
        found = left_open(tx, name)
        if found is not None:
            return found
    return None


def left_open(tx: Connection, conversation: str) -> Unfinished | None:
    """What can be gone on with of a conversation, as it stands now, locked; None where that is nothing."""
    row = tx.execute(_LEFT, {"id": conversation}).one_or_none()
    if row is None or row.session is None:
        return None
    session = cast(Session, codec.load(row.session))
    stack = session.stack
    if session.moved or not stack:
        return None
    begun = len(stack) > 1 and any(value is not None for frame in stack[1:] for value in frame.values.values())
    if row.status in ("waiting", "agent"):
        begun = tx.execute(_ON_THE_LINE, {"id": conversation}).first() is None
    if not begun:
        return None
    status = session.status if row.status in ("waiting", "agent") else "bot"
    return Unfinished(conversation=conversation, channel=row.channel, stack=stack, status=status)


def where_it_went(tx: Connection, conversation: str) -> str:
    """The conversation in which this one goes on by now; itself where it went nowhere, or where somebody took it over
    who is not proven to be the same person: what they told since is theirs."""
    for _ in range(MOST_MOVES):
        found = tx.execute(_MOVED, {"id": conversation}).one_or_none()
        moved = cast(Session, codec.load(found.session)).moved if found is not None and found.session else ""
        there = tx.execute(_MOVED, {"id": moved}).one_or_none() if moved else None
        if found is None or there is None or there.customer != found.customer:
            return conversation
        conversation = moved
    return conversation


def _went_on_from(
    tx: Connection, customer: int, identity: Identity, channel: str, now: datetime, scenarios: str
) -> Unfinished | None:
    """Where this customer's last conversation by this identity on this channel went on, by however many moves."""
    own = {"customer": customer, "kind": identity.kind, "value": identity.value}
    here = {**own, "channel": channel, "since": now - FRESH}
    before = tx.execute(_BEFORE, here).one_or_none()
    session = cast(Session, codec.load(before.session)) if before is not None and before.session else None
    if session is None or not session.moved or (scenarios and session.scenarios != scenarios):
        return None
    there = left_open(tx, where_it_went(tx, before.id)) if before else None
    return replace(there, live=True) if there is not None else None


def claimed_phone(session: Session | None, scenarios: ScenarioSet) -> str:
    """The number this conversation collected, so that a call from it finds the conversation; "" when there is none."""
    for frame in reversed(session.stack if session else ()):
        scenario = scenarios.scenarios.get(frame.scenario)
        for name, slot in scenario.slots.items() if scenario else ():
            value = frame.values.get(name)
            if slot.type == "phone" and not slot.sensitive and isinstance(value, str):
                return value[:20]
    return ""
