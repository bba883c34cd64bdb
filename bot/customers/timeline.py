"""All that happened with a customer, on every channel, in one line of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Select,
    String,
    Table,
    bindparam,
    case,
    cast,
    literal,
    select,
    union_all,
)

from bot.customers import joining
from bot.customers.profile import AGREED
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
    values: dict[str, Any] = {"customer": customer, "limit": limit}
    if before is not None:
        values["before"] = before
    found = [
        Moment(
            kind=row.kind,
            at=row.at,
            about=str(1000 + int(row.about)) if row.kind == "form" else row.about,
            what=row.what,
            via=row.via,
            status=row.status,
            by=row.by,
        )
        for row in tx.execute(_NEWEST[before is not None], values)
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


def _newest(
    table: Table, kind: Kind, at: str, *only: ColumnElement[bool], paged: bool, **named: ColumnElement[Any]
) -> Select[Any]:
    """The newest of one kind. Each is limited by itself, within the index of its customer."""
    none = literal("")
    columns = {"about": none, "what": none, "via": table.c.via, "status": none, "by": none} | named
    found = (
        select(literal(kind).label("kind"), table.c[at].label("at"), *(one.label(as_) for as_, one in columns.items()))
        .where(
            table.c.customer == bindparam("customer"), *only, *([table.c[at] < bindparam("before")] if paged else [])
        )
        .order_by(table.c[at].desc())
        .limit(bindparam("limit"))
        .subquery()
    )
    return select(found)


def _statement(*, paged: bool) -> CompoundSelect[Any]:
    """All kinds by one question: six of them to a server are six waits for it."""
    return union_all(
        _newest(
            conversations,
            "conversation",
            "started",
            paged=paged,
            about=conversations.c.id,
            what=conversations.c.channel,
            status=conversations.c.status,
        ),
        _newest(
            bookings,
            "booking",
            "created",
            paged=paged,
            about=cast(bookings.c.id, String),
            what=bookings.c.service,
            status=bookings.c.status,
        ),
        _newest(
            forms,
            "form",
            "created",
            paged=paged,
            about=cast(forms.c.id, String),
            what=forms.c.kind,
            status=forms.c.status,
        ),
        _newest(
            ratings,
            "rating",
            "at",
            paged=paged,
            about=ratings.c.survey,
            what=cast(ratings.c.score, String) + "/" + cast(ratings.c.scale, String),
        ),
        _newest(facts, "fact", "at", facts.c.source != AGREED, paged=paged, about=facts.c.fact, what=facts.c.source),
        _newest(
            consents,
            "consent",
            "at",
            paged=paged,
            about=consents.c.kind,
            what=consents.c.source,
            status=case((consents.c.given, "given"), else_="refused"),
            by=consents.c.by,
        ),
    )


# Made once: to make a statement takes longer than to run it. Without and with a page's end.
_NEWEST: Mapping[bool, CompoundSelect[Any]] = {paged: _statement(paged=paged) for paged in (False, True)}
