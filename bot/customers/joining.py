"""Which identities are one person's: a graph of proofs.

Each identity has a home, the customer it was when it came alone. A proof is an edge between two identities, and whoever
hangs together by proofs is one customer: the lowest home among them. So who is who is a function of the proofs that
stand, whatever the order in which they came, went and came back; to take one back is to take back just what followed
from it. What an identity brought (`via`) goes where the identity goes, and nothing else does.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Row, Table, bindparam, exists, insert, or_, select, union, update

from bot.customers.profile import facts_of
from bot.dialogue import codec
from bot.dialogue.session import Session
from bot.errors import Conflict, NotFound, Unacceptable
from bot.locale import said
from bot.ports import Identity
from bot.stores.schema import (
    bookings,
    consents,
    conversations,
    facts,
    forms,
    identities,
    identity_acts,
    identity_proofs,
    journal,
    menu_choices,
    ratings,
)

# What goes with its identity. Conversations first: who has one open holds its row until their turn is committed, so
# what that turn wrote is there when the others' rows are looked at. tests/customers/test_joining.py knows if one lacks.
OWNED: tuple[Table, ...] = (conversations, facts, consents, menu_choices, bookings, forms, ratings)

# A split tells only whom it parted; whom it parted them from is known by the edges it cut. One list of numbers, not two
# with an "or" between: for that the whole table of acts would be read.
_MINE = select(identities.c.kind + ":" + identities.c.value).where(identities.c.customer == bindparam("customer"))
_ACTS = (
    select(identity_acts)
    .where(
        identity_acts.c.id.in_(
            union(
                *(
                    select(which).where(end.in_(_MINE))
                    for which in (identity_proofs.c.begun, identity_proofs.c.ended)
                    for end in (identity_proofs.c.first, identity_proofs.c.second)
                )
            )
        )
    )
    .order_by(identity_acts.c.id)
)

COMES_BY_ITSELF = ("messenger", "site")  # proofs that come with every message: what staff parted, they don't join again
BRINGS = ("TakeOver", "Fetched", "Identified")  # what brings into a conversation what others of the same customer told
MAX_NOTE = 1_000  # characters
MAX_IDENTITIES = 200  # of one customer; more is a machine, or an attack


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that was joined or parted. kind: "join" or "split". vias: of a join the two identities, of a split
    those that were parted from the rest. by: an agent's login, "" for the customer. undone: when it was taken back."""

    id: int
    kind: str
    vias: tuple[str, ...]
    proof: str
    by: str
    note: str
    at: datetime
    undone: datetime | None = None
    undone_by: str = ""


def current(tx: Connection, customer: int) -> int | None:
    """Which customer a number means now: of one that was joined to another, that one. None where nobody ever had it."""
    found = tx.execute(select(identities.c.customer).where(identities.c.home == customer).limit(1)).scalar()
    return cast("int | None", found)


def customer_of(tx: Connection, identity: Identity) -> int | None:
    where = (identities.c.kind == identity.kind, identities.c.value == identity.value)
    return cast("int | None", tx.execute(select(identities.c.customer).where(*where)).scalar())


def join(
    tx: Connection, first: Identity, second: Identity, *, proof: str, at: datetime, by: str = "", note: str = ""
) -> Act | None:
    """Take two known identities for one person's. None where this was proven in the same way before, and stands; of a
    proof that comes by itself, also where it was taken back.

    Raises NotFound where one isn't known, Unacceptable of one with itself, Conflict where they would be too many.
    """
    pair = sorted((first.via, second.via))
    if pair[0] == pair[1]:
        raise Unacceptable(said("that is one and the same", "это одно и то же"), where=first.kind)
    known = [customer_of(tx, each) for each in (first, second)]
    if None in known:
        raise NotFound(said("nobody is known by it", "по этому признаку никто не известен"), where=first.kind)
    same = (
        identity_proofs.c.first == pair[0],
        identity_proofs.c.second == pair[1],
        identity_proofs.c.proof == proof,
        *([] if proof in COMES_BY_ITSELF else [identity_proofs.c.active.is_(True)]),
    )
    if tx.execute(select(identity_proofs.c.id).where(*same)).first():
        return None
    touched = cast("set[int]", set(known))
    if len(_locked(tx, touched)) > MAX_IDENTITIES:
        raise Conflict(
            said("that would be too many identities for one person", "слишком много признаков для одного человека"),
            fix=said("Part some of them first", "Сначала разделите часть из них"),
        )
    act = _act(tx, "join", pair, proof=proof, by=by, note=note, at=at)
    tx.execute(
        insert(identity_proofs).values(
            first=pair[0], second=pair[1], proof=proof, at=at, active=True, begun=act.id, ended=None
        )
    )
    _resettle(tx, touched)
    return act


def merge(tx: Connection, one: int, other: int, *, by: str, note: str, at: datetime) -> Act:
    """Two customers are one, says somebody of the staff. Raises NotFound, Conflict where they are one already."""
    ends = [_oldest(tx, customer) for customer in (one, other)]
    if customer_of(tx, ends[0]) == customer_of(tx, ends[1]):
        raise Conflict(said("they are one customer already", "это уже один клиент"), where=str(other))
    act = join(tx, ends[0], ends[1], proof="agent", by=by, note=note, at=at)
    assert act is not None  # an edge that stands would have made them one
    return act


def split(tx: Connection, customer: int, apart: Collection[Identity], *, by: str, at: datetime, note: str = "") -> Act:
    """Part these identities from the rest of this customer's. What proved them to be one no longer stands.

    Raises NotFound of a customer or an identity that isn't theirs, Unacceptable where nothing would be parted.
    """
    number = current(tx, customer)
    mine = {row.via for row in _locked(tx, {number})} if number is not None else set()
    out = {each.via for each in apart}
    if number is None or not out <= mine:
        raise NotFound(said("no such identity of this customer", "у клиента нет такого признака"), where=str(customer))
    if not out or out == mine:
        raise Unacceptable(
            said("nothing would be parted", "отделять нечего"),
            where="identities",
            fix=said("Name some of the identities, not all", "Укажите часть признаков, но не все"),
        )
    across = [edge.id for edge in _edges(tx, mine) if (edge.first in out) != (edge.second in out)]
    act = _act(tx, "split", sorted(out), proof="agent", by=by, note=note, at=at)
    tx.execute(update(identity_proofs).where(identity_proofs.c.id.in_(across)).values(active=False, ended=act.id))
    _resettle(tx, {number})
    return act


def undo(tx: Connection, act: int, *, by: str, at: datetime) -> Act:
    """Take a join or a split back: as if it had never been. Raises NotFound, Conflict where it was taken back."""
    row = tx.execute(select(identity_acts).where(identity_acts.c.id == act).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(said("nothing of that number was done", "действия с таким номером нет"), where=str(act))
    if row.undone is not None:
        raise Conflict(said("it was taken back already", "это уже отменено"), where=str(act))
    tx.execute(update(identity_acts).where(identity_acts.c.id == act).values(undone=at, undone_by=by))
    edges = tx.execute(
        select(identity_proofs.c.first, identity_proofs.c.second).where(
            or_(identity_proofs.c.begun == act, identity_proofs.c.ended == act)
        )
    )
    ends = {via for edge in edges for via in edge} | set(json.loads(row.vias))
    touched = {customer for via in ends if (customer := customer_of(tx, Identity.of(via))) is not None}
    _locked(tx, touched)
    if row.kind == "join":
        tx.execute(update(identity_proofs).where(identity_proofs.c.begun == act).values(active=False))
    else:
        begun = identity_acts.alias()
        stands = exists().where(begun.c.id == identity_proofs.c.begun, begun.c.undone.is_(None))
        tx.execute(
            update(identity_proofs).where(identity_proofs.c.ended == act, stands).values(active=True, ended=None)
        )
    _resettle(tx, touched)
    return replace(_read(row), undone=at, undone_by=by)


def acts_of(tx: Connection, customer: int) -> tuple[Act, ...]:
    """What was joined and parted of this customer's identities, the oldest first; what was taken back, too."""
    return tuple(_read(row) for row in tx.execute(_ACTS, {"customer": customer}))


# --- how it is settled ------------------------------------------------------------------------


def _resettle(tx: Connection, touched: Iterable[int]) -> None:
    """Give every identity of these customers the one it now belongs to, and everything it brought with it."""
    rows = _locked(tx, touched)
    group = _groups({row.via for row in rows}, _edges(tx, {row.via for row in rows}))
    before = {row.via: row.customer for row in rows}
    home = {row.via: row.home for row in rows}
    after = {via: min(home[each] for each in group[via]) for via in before}
    parted = {via: {each for each in before if before[each] == before[via]} - group[via] for via in before}
    for via, number in after.items():
        if number != before[via]:
            where = Identity.of(via)
            tx.execute(
                update(identities)
                .where(identities.c.kind == where.kind, identities.c.value == where.value)
                .values(customer=number)
            )
    for table in OWNED:
        for via, number in after.items():
            if number != before[via]:
                tx.execute(
                    update(table).where(table.c.customer == before[via], table.c.via == via).values(customer=number)
                )
    for via, others in parted.items():
        if others:
            _forget_the_others(tx, via, after[via], others)


def _forget_the_others(tx: Connection, via: str, customer: int, others: Collection[str]) -> None:
    """What its conversations took from those it was joined with is theirs: what was begun or brought over while they
    were one begins anew, and all of them know only their own customer. What was said stays said."""
    since = tx.execute(
        select(identity_proofs.c.at)
        .where(or_(identity_proofs.c.first.in_({via, *others}), identity_proofs.c.second.in_({via, *others})))
        .order_by(identity_proofs.c.at)
        .limit(1)
    ).scalar()
    if since is None:
        return
    known = facts_of(tx, customer)
    took = exists().where(
        journal.c.conversation == conversations.c.id, journal.c.kind.in_(BRINGS), journal.c.at >= since
    )
    tx.execute(update(menu_choices).where(menu_choices.c.via == via, menu_choices.c.at >= since).values(learned=""))
    found = tx.execute(
        select(conversations.c.id, conversations.c.session, or_(conversations.c.started >= since, took).label("mixed"))
        .where(
            conversations.c.customer == customer,
            conversations.c.via == via,
            conversations.c.updated >= since,
            conversations.c.session.is_not(None),
        )
        .with_for_update()
    ).all()
    for row in found:
        begun = cast(Session, codec.load(row.session))
        session = replace(
            begun,
            customer=known,
            offer=None,
            orders={},
            habits={},
            done={},
            identifying=None,
            proven=(),
            attested=False,
            coded="",
        )
        if session.moved and _via_of(tx, session.moved) in others:
            session = replace(session, moved="")  # what went on with another is theirs to go on with again
        changed: dict[str, str | None] = {"session": codec.dump(session)}
        if row.mixed and session.status in ("bot", "ended"):
            changed = {"session": None, "phone": ""}  # it begins anew with what comes next
        elif row.mixed:  # a person has it
            root = tuple(replace(each, values={}, partial={}) for each in session.stack[:1])
            changed = {"session": codec.dump(replace(session, stack=root, pending=None, last=())), "phone": ""}
        tx.execute(update(conversations).where(conversations.c.id == row.id).values(**changed))


def _via_of(tx: Connection, conversation: str) -> str:
    return tx.execute(select(conversations.c.via).where(conversations.c.id == conversation)).scalar() or ""


def _groups(vias: Collection[str], edges: Iterable[_Edge]) -> Mapping[str, set[str]]:
    """Whom each hangs together with, itself included."""
    group = {via: {via} for via in vias}
    for edge in edges:
        one, other = group[edge.first], group[edge.second]
        if one is not other:
            one |= other
            for each in other:
                group[each] = one
    return group


@dataclass(frozen=True, slots=True)
class _Edge:
    id: int
    first: str
    second: str


def _edges(tx: Connection, vias: Collection[str]) -> list[_Edge]:
    """The proofs that stand between these."""
    found = tx.execute(
        select(identity_proofs.c.id, identity_proofs.c.first, identity_proofs.c.second).where(
            identity_proofs.c.active.is_(True), identity_proofs.c.first.in_(vias), identity_proofs.c.second.in_(vias)
        )
    )
    return [_Edge(row.id, row.first, row.second) for row in found]


def _locked(tx: Connection, customers: Iterable[int | None]) -> list[_Known]:
    """The identities of these customers, locked, in an order that is the same for everybody."""
    found = tx.execute(
        select(identities)
        .where(identities.c.customer.in_(sorted(each for each in set(customers) if each is not None)))
        .order_by(identities.c.home)
        .with_for_update()
    )
    return [_Known(f"{row.kind}:{row.value}", row.customer, row.home) for row in found]


@dataclass(frozen=True, slots=True)
class _Known:
    via: str
    customer: int
    home: int


def _oldest(tx: Connection, customer: int) -> Identity:
    number = current(tx, customer)
    row = tx.execute(
        select(identities.c.kind, identities.c.value)
        .where(identities.c.customer == number)
        .order_by(identities.c.home)
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound(said("no such customer", "нет такого клиента"), where=str(customer))
    return Identity(kind=row.kind, value=row.value)


def _act(tx: Connection, kind: str, vias: list[str], *, proof: str, by: str, note: str, at: datetime) -> Act:
    if len(note) > MAX_NOTE:
        raise Unacceptable(said("the note is too long", "слишком длинная заметка"), where="note")
    made = tx.execute(
        insert(identity_acts).values(kind=kind, vias=json.dumps(vias), proof=proof, by=by, note=note, at=at)
    ).inserted_primary_key
    assert made is not None
    return Act(id=made[0], kind=kind, vias=tuple(vias), proof=proof, by=by, note=note, at=at)


def _read(row: Row[Any]) -> Act:
    fields = dict(row._mapping)
    return Act(**{**fields, "vias": tuple(json.loads(fields["vias"]))})
