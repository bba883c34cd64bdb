"""All that happened with a customer, on every channel, in one line of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, Table, bindparam, select

from bot.customers import joining
from bot.stores.schema import bookings, consents, conversations, facts, forms, ratings

Kind = Literal["conversation", "booking", "form", "rating", "fact", "consent", "join", "split", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """kind: what it is. about: which: a conversation's id, a booking's number, a fact's name. what: in a word or two:
    its channel, service, score, source. via: the identity it came by. status: of what has one. by: an agent's login."""

    kind: Kind
    at: datetime
    about: str
    what: str = ""
    via: str = ""
    status: str = ""
    by: str = ""


def timeline(tx: Connection, customer: int, *, limit: int, before: datetime | None = None) -> tuple[Moment, ...]:
    """The newest first. before: earlier than that, for the next page."""
    found = [
        Moment(kind="conversation", at=row.started, about=row.id, what=row.channel, via=row.via, status=row.status)
        for row in _newest(tx, conversations, customer, limit, before)
    ]
    found += [
        Moment(kind="booking", at=row.created, about=str(row.id), what=row.service, via=row.via, status=row.status)
        for row in _newest(tx, bookings, customer, limit, before)
    ]
    found += [
        Moment(kind="form", at=row.created, about=str(1000 + row.id), what=row.kind, via=row.via, status=row.status)
        for row in _newest(tx, forms, customer, limit, before)
    ]
    found += [
        Moment(kind="rating", at=row.at, about=row.survey, what=f"{row.score}/{row.scale}", via=row.via)
        for row in _newest(tx, ratings, customer, limit, before)
    ]
    found += [
        Moment(kind="fact", at=row.at, about=row.fact, what=row.source, via=row.via)
        for row in _newest(tx, facts, customer, limit, before)
    ]
    found += [
        Moment(
            kind="consent",
            at=row.at,
            about=row.kind,
            what=row.source,
            via=row.via,
            status="given" if row.given else "refused",
            by=row.by,
        )
        for row in _newest(tx, consents, customer, limit, before)
    ]
    for act in joining.acts_of(tx, customer):
        kind: Kind = "join" if act.kind == "join" else "split"
        told = " ".join(act.vias)
        found.append(Moment(kind=kind, at=act.at, about=str(act.id), what=act.proof, via=told, by=act.by))
        if act.undone is not None:
            undone = Moment(kind="undone", at=act.undone, about=str(act.id), what=kind, via=told, by=act.undone_by)
            found.append(undone)
    kept = [each for each in found if before is None or each.at < before]
    return tuple(sorted(kept, key=lambda each: each.at, reverse=True)[:limit])


# Made once: to make a statement takes longer than to run it. By table, without and with a page's end.
_NEWEST: Mapping[tuple[str, bool], Select[Any]] = {
    (table.name, paged): select(*(table.c[name] for name in names))
    .where(table.c.customer == bindparam("customer"), *([table.c[at] < bindparam("before")] if paged else []))
    .order_by(table.c[at].desc())
    .limit(bindparam("limit"))
    for table, at, names in (
        (conversations, "started", ("id", "started", "channel", "via", "status")),
        (bookings, "created", ("id", "created", "service", "via", "status")),
        (forms, "created", ("id", "created", "kind", "via", "status")),
        (ratings, "at", ("at", "survey", "score", "scale", "via")),
        (facts, "at", ("at", "fact", "source", "via")),
        (consents, "at", ("at", "kind", "source", "via", "given", "by")),
    )
    for paged in (False, True)
}


def _newest(tx: Connection, table: Table, customer: int, limit: int, before: datetime | None) -> list[Any]:
    values: dict[str, Any] = {"customer": customer, "limit": limit}
    if before is not None:
        values["before"] = before
    return list(tx.execute(_NEWEST[table.name, before is not None], values))
