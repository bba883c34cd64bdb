"""Erase a person: all that tells who they were and what they said, everywhere; that it was done stays.

What is kept of what happened tells nothing of whom it happened to: a place in the calendar that was taken, a score
without its comment. A booking yet to come is cancelled: nobody could say whose it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, and_, delete, func, insert, or_, select, update

from bot.customers import joining, persons
from bot.errors import Conflict, NotFound
from bot.locale import said
from bot.ports import Identity
from bot.stores.placed import UNDER_WAY
from bot.stores.schema import (
    bookings,
    consents,
    conversations,
    customers,
    erasures,
    facts,
    files,
    forms,
    handoffs,
    identities,
    identity_acts,
    identity_proofs,
    inbox,
    journal,
    links,
    menu_choices,
    outbox,
    pending,
    phone_codes,
    placed_calls,
    ratings,
    requests,
    unreachable,
)

CHUNK = 500  # conversations at a time: SQLite takes so many names in one statement


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """The tombstone. number: the customer's. removed: of each kind of thing how many."""

    number: int
    at: datetime
    by: str
    removed: Mapping[str, int]


def erased(tx: Connection, number: int) -> Erasure | None:
    """The tombstone of whoever had that number; None where nobody was erased."""
    row = tx.execute(select(erasures).where(erasures.c.number == number)).one_or_none()
    return None if row is None else Erasure(number=row.number, at=row.at, by=row.by, removed=json.loads(row.told))


def erase(tx: Connection, customer: int, *, sounds: Callable[[str], int], by: str, at: datetime) -> Erasure:
    """Everything of this customer and of who was joined to them. sounds: removes the recordings of a conversation, and
    says how many; a crash after it is no loss, for it is done again. at: aware, on the clock of the business.

    Raises NotFound, Conflict while they are talked with or called and while a recording of them is being written, for
    what comes of that would be kept after all; OSError where a recording can't be removed.
    """
    number = joining.current(tx, customer)
    if number is None:
        raise missing(tx, customer)
    rows = tx.execute(select(identities).where(identities.c.customer == number).with_for_update()).all()
    own = [Identity(kind=row.kind, value=row.value) for row in rows]
    vias = [each.via for each in own]
    homes = sorted({number, *(row.home for row in rows)})
    talks = list(
        tx.execute(select(conversations.c.id).where(conversations.c.customer == number).with_for_update()).scalars()
    )
    phones = [each.value for each in own if each.kind == "phone"]
    _idle(tx, number, phones)
    removed = _count(tx, number, talks)
    _calls(tx, talks, phones)
    _anonymous(tx, number, phones, at)
    for part in _chunks(talks):
        for name in part:
            tx.execute(delete(requests).where(requests.c.id.startswith(f"{name}:", autoescape=True)))
        for table in (outbox, inbox, journal, pending, links, handoffs, phone_codes):
            tx.execute(delete(table).where(table.c.conversation.in_(part)))
        tx.execute(delete(conversations).where(conversations.c.id.in_(part)))
    _unjoin(tx, vias)
    tx.execute(delete(files).where(files.c.owner.in_(vias)))
    for part in _chunks(talks):
        tx.execute(delete(files).where(files.c.conversation.in_(part)))
    for each in own:
        for owned in (links, unreachable):
            tx.execute(delete(owned).where(owned.c.kind == each.kind, owned.c.value == each.value))
        tx.execute(delete(phone_codes).where(or_(phone_codes.c.asker == each.via, phone_codes.c.number == each.value)))
    for table in (facts, consents, menu_choices, identities):
        tx.execute(delete(table).where(table.c.customer == number))
    tx.execute(delete(customers).where(customers.c.id.in_(homes)))
    removed["recordings"] = sum(sounds(name) for name in talks)
    for unnamed in _unnamed(tx, own):
        more = erase(tx, unnamed, sounds=sounds, by=by, at=at).removed
        removed = {name: removed.get(name, 0) + more.get(name, 0) for name in {**removed, **more}}
    made = Erasure(number=number, at=at, by=by, removed=removed)
    for home in homes:
        tx.execute(insert(erasures).values(number=home, at=at, by=by, told=json.dumps(dict(removed))))
    return made


def missing(tx: Connection, number: int) -> NotFound:
    """Why there is nobody of that number."""
    stone = erased(tx, number)
    if stone is None:
        return NotFound(said("no such customer", "нет такого клиента"), where=str(number))
    return NotFound(
        said(f"this customer was erased on {stone.at:%Y-%m-%d}", f"этот клиент удалён {stone.at:%d.%m.%Y}"),
        where=str(number),
    )


def _unnamed(tx: Connection, own: Sequence[Identity]) -> list[int]:
    """Who came by these telephones and never said who they were, where nobody else is known by them."""
    phones = {base for each in own if (base := persons.base_of(each)).kind in persons.SHARED}
    left = [each.value for each in phones if not persons.behind(tx, each)]
    theirs = (conversations.c.kind.in_(persons.SHARED), conversations.c.value.in_(left))
    unnamed = select(conversations.c.customer).where(*theirs, conversations.c.via.startswith(f"{persons.NOBODY}:"))
    return [each for each in tx.execute(unnamed.distinct()).scalars() if each is not None]


def _idle(tx: Connection, number: int, phones: Sequence[str]) -> None:
    """Raises Conflict while something under way would write of them once they are gone. A chat that the bot has is not
    under way: what is written in it next is the first of somebody new."""
    open_now = select(conversations.c.id, conversations.c.status).where(
        conversations.c.customer == number,
        or_(
            conversations.c.status.in_(("waiting", "agent")),
            and_(conversations.c.medium == "voice", conversations.c.ended.is_(None)),
        ),
    )
    busy = tx.execute(open_now.order_by(conversations.c.status)).first()
    if busy is not None and busy.status in ("waiting", "agent"):
        raise Conflict(
            said("a person talks with them, or is waited for", "с ними говорит оператор или они его ждут"),
            where=busy.id,
            fix=said("Close that conversation at the desk first", "Сначала закройте этот разговор на рабочем месте"),
        )
    calling = busy.id if busy is not None else _called(tx, phones)
    if calling:
        raise Conflict(
            said("a call with them goes on", "с ними идёт звонок"),
            where=calling,
            fix=said("Hang it up or wait until it is over, then erase", "Положите трубку или дождитесь конца звонка"),
        )


def _called(tx: Connection, phones: Sequence[str]) -> str:
    """A call of ours to one of these that is under way; "" where there is none."""
    for number in phones:
        theirs = placed_calls.c.wanted.contains(f'"{number}"', autoescape=True)
        found = tx.execute(
            select(placed_calls.c.id).where(theirs, placed_calls.c.state.in_(UNDER_WAY)).limit(1)
        ).scalar()
        if found is not None:
            return str(found)
    return ""


def _count(tx: Connection, number: int, talks: Sequence[str]) -> dict[str, int]:
    removed = {"conversations": len(talks), "journal": 0}
    for part in _chunks(talks):
        rows = select(func.count()).select_from(journal).where(journal.c.conversation.in_(part))
        removed["journal"] += tx.execute(rows).scalar_one()
    tables: tuple[Table, ...] = (identities, facts, consents, menu_choices, bookings, forms, ratings)
    for table in tables:
        count = select(func.count()).select_from(table).where(table.c.customer == number)
        removed["facts" if table is facts else table.name] = tx.execute(count).scalar_one()
    return removed


def _calls(tx: Connection, talks: Sequence[str], numbers: Sequence[str]) -> None:
    """Calls that we placed to them."""
    for part in _chunks(talks):
        tx.execute(delete(placed_calls).where(placed_calls.c.conversation.in_(part)))
    for number in numbers:
        tx.execute(delete(placed_calls).where(placed_calls.c.wanted.contains(f'"{number}"', autoescape=True)))


def _anonymous(tx: Connection, number: int, phones: Sequence[str], at: datetime) -> None:
    """What stays of what was done: that it was. Also of what the company entered under their number."""
    nobody = {"customer": None, "via": "", "conversation": None}
    theirs = or_(bookings.c.customer == number, bookings.c.customer.is_(None) & bookings.c.phone.in_(phones))
    coming = (bookings.c.status.in_(("held", "confirmed")), bookings.c.starts > at.replace(tzinfo=None))
    tx.execute(update(bookings).where(theirs, *coming).values(status="cancelled"))
    tx.execute(update(bookings).where(theirs).values(**nobody, name="", phone=""))
    tx.execute(
        delete(forms).where(or_(forms.c.customer == number, forms.c.customer.is_(None) & forms.c.phone.in_(phones)))
    )
    tx.execute(update(ratings).where(ratings.c.customer == number).values(**nobody, comment="", about=""))


def _unjoin(tx: Connection, vias: Sequence[str]) -> None:
    """Proofs and acts name their identities; those of a pair that was parted before, too."""
    ends = or_(identity_proofs.c.first.in_(vias), identity_proofs.c.second.in_(vias))
    found = tx.execute(select(identity_proofs.c.begun, identity_proofs.c.ended).where(ends)).all()
    acts = sorted({each for row in found for each in (row.begun, row.ended) if each is not None})
    tx.execute(delete(identity_proofs).where(ends))
    for act in acts:
        still = or_(identity_proofs.c.begun == act, identity_proofs.c.ended == act)
        if tx.execute(select(identity_proofs.c.id).where(still).limit(1)).first() is None:
            tx.execute(delete(identity_acts).where(identity_acts.c.id == act))
            continue
        row = tx.execute(select(identity_acts.c.vias).where(identity_acts.c.id == act)).one()
        left = [via for via in json.loads(row.vias) if via not in vias]
        tx.execute(update(identity_acts).where(identity_acts.c.id == act).values(vias=json.dumps(left), note=""))


def _chunks(names: Sequence[str]) -> list[list[str]]:
    return [list(names[at : at + CHUNK]) for at in range(0, len(names), CHUNK)]
