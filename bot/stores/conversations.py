"""Conversations as they are kept: opened and locked for a turn, saved by it, read by everybody else."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, insert, select, update

from bot.dialogue import codec
from bot.dialogue.actions import Action, Say
from bot.dialogue.events import AgentSaid, Event
from bot.dialogue.session import Session
from bot.errors import Conflict
from bot.ports import Identity, Row
from bot.stores import statements
from bot.stores.schema import conversations, inbox, journal


@dataclass(slots=True, kw_only=True)
class Talk:
    """One conversation within a transaction. session: None until its first turn succeeded.

    via: the identity that what happens in it is kept under: the one it is held with, or a person's behind a shared one.
    rows, entries: what this transaction adds to the journal, and the same as JSON.
    """

    id: str
    customer: int
    channel: str
    identity: Identity
    medium: str
    scenarios: str
    started: datetime
    updated: datetime
    via: str = ""
    session: Session | None = None
    status: str = "bot"
    version: int = 0
    seq: int = 0
    ended: datetime | None = None
    rows: list[Row] = field(default_factory=list)
    entries: list[Any] = field(default_factory=list)

    def note(self, entry: Event | Action, at: datetime, *, kept: Any = None) -> Row:
        """Add to the journal. kept: its form there, encoded, where that isn't the entry itself."""
        self.seq += 1
        row = Row(conversation=self.id, seq=self.seq, at=at, entry=entry)
        self.rows.append(row)
        self.entries.append(codec.encode(entry) if kept is None else kept)
        return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A conversation as lists show it."""

    id: str
    customer: int
    channel: str
    identity: Identity
    medium: str
    scenarios: str
    status: str
    agent: str
    seq: int
    started: datetime
    updated: datetime
    ended: datetime | None


# --- one turn ------------------------------------------------------------------------


def locked(tx: Connection, conversation: str) -> Talk | None:
    """The conversation, locked until the transaction ends."""
    return _talk(tx.execute(statements.BY_ID, {"id": conversation}).one_or_none())


def open_of(tx: Connection, channel: str, identity: Identity) -> Talk | None:
    """The newest conversation of this identity on this channel that hasn't ended, locked."""
    found = tx.execute(statements.OPEN, {"kind": identity.kind, "value": identity.value, "channel": channel})
    return _talk(found.one_or_none())


def create(tx: Connection, talk: Talk) -> None:
    tx.execute(
        statements.CREATE,
        {
            "id": talk.id,
            "customer": talk.customer,
            "via": talk.via or talk.identity.via,
            "channel": talk.channel,
            "kind": talk.identity.kind,
            "value": talk.identity.value,
            "medium": talk.medium,
            "scenarios": talk.scenarios,
            "status": talk.status,
            "version": 0,
            "seq": 0,
            "started": talk.started,
            "updated": talk.updated,
        },
    )


def add_note(tx: Connection, conversation: str, event: Event, *, news: bool = False) -> None:
    """Into the journal, of what no turn is left to take: the conversation has ended, or has nothing to do with it.
    news: something has happened in it, so that it counts as younger."""
    seq = tx.execute(
        update(conversations)
        .where(conversations.c.id == conversation)
        .values(seq=conversations.c.seq + 1, **({"updated": event.at} if news else {}))
        .returning(conversations.c.seq)
    ).scalar()
    if seq is not None:
        kept = codec.dump(event)
        row = {"conversation": conversation, "seq": seq, "at": event.at, "kind": type(event).__name__, "entry": kept}
        tx.execute(insert(journal).values(row))


def save(tx: Connection, talk: Talk, *, at: datetime, phone: str, deliver: bool) -> None:
    """Write what the turn changed. deliver: a channel must be told what was said, so it goes to the outbox.

    Raises Conflict when another writer was faster: can't happen under the lock, and must not pass if it does.
    """
    session = talk.session
    talk.status = session.status if session else talk.status
    talk.ended = at if talk.status == "ended" else None
    talk.updated = at
    changed = tx.execute(
        statements.SAVE,
        {
            "_id": talk.id,
            "_version": talk.version,
            "session": codec.dump(session) if session else None,
            "scenario_version": session.version if session else "",
            "next": talk.version + 1,
            "seq": talk.seq,
            "status": talk.status,
            "agent": session.agent if session else "",
            "phone": phone,
            "updated": at,
            "ended": talk.ended,
        },
    )
    if changed.rowcount != 1:
        raise Conflict("the conversation was changed by another writer", where=talk.id)
    talk.version += 1
    if talk.rows:
        tx.execute(
            statements.NOTE,
            [
                {
                    "conversation": talk.id,
                    "seq": row.seq,
                    "at": row.at,
                    "kind": type(row.entry).__name__,
                    "entry": _json(entry),
                }
                for row, entry in zip(talk.rows, talk.entries, strict=True)
            ],
        )
    to_send = [row.seq for row in talk.rows if isinstance(row.entry, Say | AgentSaid)] if deliver else []
    if to_send:
        identity = talk.identity
        due = min(at, datetime.now(UTC))  # a sender whose clock is fast must not have to wait for its answer
        tx.execute(
            statements.SEND,
            [
                {
                    "conversation": talk.id,
                    "seq": seq,
                    "channel": talk.channel,
                    "kind": identity.kind,
                    "value": identity.value,
                    "due": due,
                }
                for seq in to_send
            ],
        )


def post(tx: Connection, talk: Talk, seq: int, *, channel: str, to: Identity, at: datetime) -> None:
    """Have a journal row delivered on another channel than the conversation's own: a link by SMS."""
    due = min(at, datetime.now(UTC))
    parcel = {"conversation": talk.id, "seq": seq, "channel": channel, "kind": to.kind, "value": to.value, "due": due}
    tx.execute(statements.SEND, [parcel])


@dataclass(frozen=True, slots=True)
class Taken:
    """What the inbox remembers of an event: its conversation and the journal rows it brought, first..last."""

    conversation: str
    first: int
    last: int


def sender_key(identity: Identity) -> str:
    return f"{identity.kind}:{identity.value}"


def seen(tx: Connection, channel: str, identity: Identity, event: str) -> Taken | None:
    row = tx.execute(
        statements.SEEN, {"channel": channel, "sender": sender_key(identity), "event": event}
    ).one_or_none()
    return Taken(row.conversation, row.first, row.last) if row else None


def remember(tx: Connection, channel: str, identity: Identity, event: str, at: datetime, taken: Taken) -> None:
    """Raises IntegrityError when the event was taken meanwhile; the turn then begins again and finds it."""
    tx.execute(
        statements.TAKEN,
        {
            "channel": channel,
            "sender": sender_key(identity),
            "event": event,
            "conversation": taken.conversation,
            "first": taken.first,
            "last": taken.last,
            "at": at,
        },
    )


# --- reading ------------------------------------------------------------------------


def rows(tx: Connection, conversation: str, *, first: int = 1, last: int = 2**31 - 1) -> tuple[Row, ...]:
    """The journal, in order."""
    found = tx.execute(statements.ROWS, {"conversation": conversation, "first": first, "last": last})
    return tuple(
        Row(conversation=conversation, seq=row.seq, at=row.at, entry=cast(Event | Action, codec.load(row.entry)))
        for row in found
    )


def rows_of(tx: Connection, taken: Taken) -> tuple[Row, ...]:
    """The journal rows an event brought, without those of events that were taken before another program's answer."""
    others = tx.execute(
        select(inbox.c.first, inbox.c.last).where(
            inbox.c.conversation == taken.conversation, inbox.c.first > taken.first, inbox.c.first <= taken.last
        )
    ).all()
    found = rows(tx, taken.conversation, first=taken.first, last=taken.last)
    return tuple(row for row in found if not any(each.first <= row.seq <= each.last for each in others))


def lately(tx: Connection, conversation: str, *, before: int) -> tuple[Row, ...]:
    """The journal from the customer's last words before that seq, up to it; however long the conversation is."""
    last = tx.execute(statements.LAST_WORDS, {"conversation": conversation, "before": before}).scalar()
    return () if last is None else rows(tx, conversation, first=last, last=before - 1)


def summary(tx: Connection, conversation: str) -> Summary | None:
    row = tx.execute(_SUMMARIES.where(conversations.c.id == conversation)).one_or_none()
    return _summary(row) if row else None


def session(tx: Connection, conversation: str) -> Session | None:
    found = tx.execute(select(conversations.c.session).where(conversations.c.id == conversation)).scalar()
    return cast(Session, codec.load(found)) if found else None


def newest_of_sender(tx: Connection, value: str, *, kind: str | None = None) -> Summary | None:
    """The newest conversation of an identity, by its value alone when kind is None."""
    wanted = _SUMMARIES.where(conversations.c.value == value)
    if kind is not None:
        wanted = wanted.where(conversations.c.kind == kind)
    row = tx.execute(wanted.order_by(conversations.c.started.desc()).limit(1)).one_or_none()
    return _summary(row) if row else None


def idle(tx: Connection, *, medium: str, since: datetime, limit: int = 100) -> tuple[Summary, ...]:
    """Conversations that the bot holds and in which nothing happened since."""
    wanted = (
        _SUMMARIES.where(
            conversations.c.status == "bot", conversations.c.medium == medium, conversations.c.updated < since
        )
        .order_by(conversations.c.updated)
        .limit(limit)
    )
    return tuple(_summary(row) for row in tx.execute(wanted))


def held(tx: Connection, scenarios: str, *, since: datetime | None = None) -> tuple[Summary, ...]:
    """Conversations of a set that began since then, the oldest first."""
    wanted = _SUMMARIES.where(conversations.c.scenarios == scenarios)
    if since is not None:
        wanted = wanted.where(conversations.c.started >= since)
    return tuple(_summary(row) for row in tx.execute(wanted.order_by(conversations.c.started, conversations.c.id)))


def beginning_with(tx: Connection, start: str) -> tuple[Summary, ...]:
    """Conversations whose id begins so; two at most, which is one too many."""
    wanted = _SUMMARIES.where(conversations.c.id.startswith(start, autoescape=True)).limit(2)
    return tuple(_summary(row) for row in tx.execute(wanted))


def sets(tx: Connection) -> tuple[str, ...]:
    """The names of the sets that any conversation is stored of."""
    return tuple(tx.execute(select(conversations.c.scenarios).distinct().order_by(conversations.c.scenarios)).scalars())


_SUMMARIES = select(
    *(column for column in conversations.c if column.name not in ("session", "version", "phone", "via"))
)


def message(talk: Talk) -> dict[str, Any]:
    """What the bus carries of a turn; `bot.ports.rows_of` reads it back."""
    return {
        "conversation": talk.id,
        "status": talk.status,
        "rows": [
            {"seq": row.seq, "at": row.at.isoformat(), "entry": _live(row, entry)}
            for row, entry in zip(talk.rows, talk.entries, strict=True)
        ],
    }


def _live(row: Row, entry: Any) -> Any:
    """What a caller must hear is told to the line as it is, though the journal keeps less of it."""
    return codec.encode(row.entry) if isinstance(row.entry, Say) and row.entry.secret else entry


def _talk(row: Any) -> Talk | None:
    if row is None:
        return None
    return Talk(
        id=row.id,
        customer=row.customer,
        channel=row.channel,
        identity=Identity(kind=row.kind, value=row.value),
        medium=row.medium,
        scenarios=row.scenarios,
        started=row.started,
        updated=row.updated,
        via=row.via,
        session=cast(Session, codec.load(row.session)) if row.session else None,
        status=row.status,
        version=row.version,
        seq=row.seq,
        ended=row.ended,
    )


def _summary(row: Any) -> Summary:
    return Summary(
        id=row.id,
        customer=row.customer,
        channel=row.channel,
        identity=Identity(kind=row.kind, value=row.value),
        medium=row.medium,
        scenarios=row.scenarios,
        status=row.status,
        agent=row.agent,
        seq=row.seq,
        started=row.started,
        updated=row.updated,
        ended=row.ended,
    )


def _json(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
