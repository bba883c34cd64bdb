"""Several persons behind one identity: a family's telephone.

The first whom we know by a number is the identity itself, as everybody is. Each further one has an identity of their
own, "person:phone:+79051234567#2", and with it everything an identity has: a customer, facts, conversations, proofs
that join it with their Telegram. So what is one's is never the other's, and joining, splitting and taking back work as
for everybody (bot.customers.joining).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.customers import joining
from bot.customers.profile import facts_of, learn, recognise
from bot.dialogue.values import Value
from bot.errors import Conflict, NotFound, Unacceptable
from bot.locale import said
from bot.ports import Identity
from bot.stores.schema import bookings, consents, conversations, forms, identities, ratings

KIND = "person"
NOBODY = "unknown"  # kind of the identity of who doesn't say who they are: of one conversation, theirs alone
SHARED = ("phone",)  # kinds of identities that families share; an account of a messenger is one's own
MOST = 8  # persons of one identity: more is an office, and nobody listens to nine names
_BEHIND = (
    select(identities.c.kind, identities.c.value, identities.c.customer, identities.c.home)
    .where(
        or_(
            (identities.c.kind == bindparam("kind")) & (identities.c.value == bindparam("value")),
            (identities.c.kind == KIND) & identities.c.value.in_(bindparam("persons", expanding=True)),
        )
    )
    .order_by(identities.c.home)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One of those behind a shared identity. identity: theirs; of the first one the shared identity itself. name: ""
    where it isn't known, and where there is no other to be told from."""

    identity: Identity
    customer: int
    name: Value = ""


def behind(tx: Connection, shared: Identity) -> tuple[Person, ...]:
    """Everybody who is known by it, the first who was known first; two who were joined are one."""
    if shared.kind not in SHARED:
        return ()
    firsts: dict[int, Identity] = {}
    for row in tx.execute(_BEHIND, _within(shared)):
        firsts.setdefault(row.customer, Identity(kind=row.kind, value=row.value))
    several = len(firsts) > 1  # a call of somebody who is alone waits for one answer of the database less
    return tuple(
        Person(
            identity=identity,
            customer=customer,
            name=(facts_of(tx, customer).get("name") or "") if several else "",
        )
        for customer, identity in firsts.items()
    )


def customers_of(tx: Connection, shared: Identity) -> tuple[int, ...]:
    """The customers of everybody behind it."""
    return tuple(dict.fromkeys(row.customer for row in tx.execute(_BEHIND, _within(shared))))


def shared_by(tx: Connection, customer: int) -> tuple[Identity, ...]:
    """The shared identities that this customer comes by, alone or not."""
    found = []
    for row in tx.execute(
        select(identities.c.kind, identities.c.value)
        .where(identities.c.customer == customer, identities.c.kind.in_((*SHARED, KIND)))
        .order_by(identities.c.home)
    ):
        base = base_of(Identity(kind=row.kind, value=row.value))
        if base not in found:
            found.append(base)
    return tuple(found)


def household(tx: Connection, customer: int) -> tuple[Person, ...]:
    """This customer and those they share a telephone with; () of who shares none."""
    found: dict[int, Person] = {}
    for shared in shared_by(tx, customer):
        for each in behind(tx, shared):
            if each.name or each.customer not in found:  # by a telephone of their own they have none
                found[each.customer] = each
    return tuple(found.values()) if len(found) > 1 else ()


def base_of(identity: Identity) -> Identity:
    """The shared identity behind which this person is; of any other, itself."""
    return Identity.of(identity.value.rpartition("#")[0]) if identity.kind == KIND else identity


def add(tx: Connection, shared: Identity, *, at: datetime, name: Value = None, source: str = "said") -> Person:
    """Somebody else who comes by this identity. Raises NotFound where nobody is known by it, Unacceptable of one that
    isn't shared, Conflict where they would be too many."""
    if shared.kind not in SHARED:
        raise Unacceptable(
            said("only a telephone is shared by several persons", "общим бывает только телефон"),
            where="identity",
            fix=said("Name a phone of this customer", "Укажите телефон этого клиента"),
        )
    known = tx.execute(_BEHIND, _within(shared)).all()
    if not any(row.kind == shared.kind for row in known):
        raise NotFound(said("nobody is known by it", "по этому признаку никто не известен"), where=shared.kind)
    if len(known) >= MOST:
        raise Conflict(
            said("there are too many persons on this telephone", "слишком много людей на одном телефоне"),
            where=shared.kind,
        )
    taken = {row.value for row in known}
    identity = Identity(kind=KIND, value=next(each for each in _values(shared) if each not in taken))
    customer = recognise(tx, identity, at)
    if name is not None:
        learn(tx, customer, "name", name, source=source, at=at, via=identity.via)
    return Person(identity=identity, customer=customer, name=name or "")


def unknown(tx: Connection, talk: str, *, at: datetime) -> Person:
    """Whoever comes by a shared identity in this conversation, and doesn't say which of them it is: nobody we know, so
    nothing that was booked or asked by any of them is theirs."""
    identity = Identity(kind=NOBODY, value=talk)
    return Person(identity=identity, customer=recognise(tx, identity, at))


def part(
    tx: Connection,
    customer: int,
    *,
    name: Value,
    at: datetime,
    talks: Collection[str] = (),
    shared: Identity | None = None,
) -> Person:
    """Somebody of the staff says that two persons come by this customer's telephone. talks: conversations that were the
    other one's; they go to them, with what was booked, asked and rated in them.

    Raises NotFound of what isn't this customer's, Unacceptable where they have no telephone, Conflict.
    """
    number = joining.current(tx, customer)
    phones = shared_by(tx, number) if number is not None else ()
    if shared is None:
        shared = phones[0] if phones else None
    if number is None or shared is None or shared not in phones:
        raise NotFound(
            said("this customer has no such telephone", "у клиента нет такого телефона"), where=str(customer)
        )
    mine = select(conversations.c.id).where(
        conversations.c.customer == number,
        conversations.c.id.in_(list(talks)),
        conversations.c.kind == shared.kind,
        conversations.c.value == shared.value,
    )
    if set(tx.execute(mine.with_for_update()).scalars()) != set(talks):
        raise NotFound(
            said("no such conversation by this telephone", "с этого телефона нет такого разговора"),
            where="conversations",
        )
    person = add(tx, shared, at=at, name=name, source="agent")
    if talks:
        tx.execute(update(conversations).where(conversations.c.id.in_(list(talks))).values(session=None, phone=""))
        give(tx, talks, person)
    return person


def give(tx: Connection, talks: Collection[str], person: Person) -> None:
    """These conversations were this person's, and so was what was booked, asked and rated in them."""
    new = {"customer": person.customer, "via": person.identity.via}
    tx.execute(update(conversations).where(conversations.c.id.in_(list(talks))).values(**new))
    for table in (bookings, forms, ratings, consents):
        tx.execute(update(table).where(table.c.conversation.in_(list(talks))).values(**new))


def _within(shared: Identity) -> dict[str, Any]:
    return {"kind": shared.kind, "value": shared.value, "persons": _values(shared)}


def _values(shared: Identity) -> list[str]:
    return [f"{shared.via}#{number}" for number in range(2, MOST + 1)]
