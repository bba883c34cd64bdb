"""All that happened with a customer, on every channel, in one line of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Table, select

from bot.customers import joining
from bot.stores.schema import bookings, conversations, facts, forms, ratings

Kind = Literal["conversation", "booking", "form", "rating", "fact", "join", "split", "undone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """kind: what it is. about: which: a conversation's id, a booking's number, a fact's name. what: in a word or two:
    its channel, service, score. via: the identity it came by. status: of what has one. by: an agent's login."""

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
        for row in _newest(tx, conversations, conversations.c.started, customer, limit, before)
    ]
    found += [
        Moment(kind="booking", at=row.created, about=str(row.id), what=row.service, via=row.via, status=row.status)
        for row in _newest(tx, bookings, bookings.c.created, customer, limit, before)
    ]
    found += [
        Moment(kind="form", at=row.created, about=str(1000 + row.id), what=row.kind, via=row.via, status=row.status)
        for row in _newest(tx, forms, forms.c.created, customer, limit, before)
    ]
    found += [
        Moment(kind="rating", at=row.at, about=row.survey, what=f"{row.score}/{row.scale}", via=row.via)
        for row in _newest(tx, ratings, ratings.c.at, customer, limit, before)
    ]
    found += [
        Moment(kind="fact", at=row.at, about=row.fact, what=row.source, via=row.via)
        for row in _newest(tx, facts, facts.c.at, customer, limit, before)
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


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "conversations": ("id", "started", "channel", "via", "status"),
    "bookings": ("id", "created", "service", "via", "status"),
    "forms": ("id", "created", "kind", "via", "status"),
    "ratings": ("at", "survey", "score", "scale", "via"),
    "told": ("at", "fact", "source", "via"),
}


def _newest(tx: Connection, table: Table, at: Any, customer: int, limit: int, before: datetime | None) -> list[Any]:
    wanted = select(*(table.c[name] for name in _COLUMNS[table.name])).where(table.c.customer == customer)
    if before is not None:
        wanted = wanted.where(at < before)
    return list(tx.execute(wanted.order_by(at.desc()).limit(limit)))
