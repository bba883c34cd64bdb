"""What was asked of another program and not answered yet, as long as it isn't."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, insert, select, update

from bot.dialogue import codec
from bot.dialogue.actions import Fetch
from bot.dialogue.events import Event
from bot.ports import Identity
from bot.stores.conversations import sender_key
from bot.stores.schema import inbox, pending


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """then: events taken with the one that led to it, which are to follow its answer. origin: channel, sender and id of
    that event in the inbox, so that whoever sends it again gets the whole answer."""

    fetch: Fetch
    conversation: str
    at: datetime
    then: tuple[Event, ...] = ()
    origin: tuple[str, str, str] | None = None


def origin(channel: str, identity: Identity, event: str) -> tuple[str, str, str]:
    return channel, sender_key(identity), event


def ask(tx: Connection, asked: Pending) -> None:
    kept = {"fetch": asked.fetch, "then": asked.then, "origin": asked.origin}
    tx.execute(
        insert(pending).values(id=asked.fetch.id, conversation=asked.conversation, fetch=codec.dump(kept), at=asked.at)
    )


def take(tx: Connection, fetch: str) -> Pending | None:
    """What waits for this answer, and no longer does; None where it was answered before."""
    row = tx.execute(select(pending).where(pending.c.id == fetch).with_for_update()).one_or_none()
    if row is None:
        return None
    tx.execute(delete(pending).where(pending.c.id == fetch))
    return _pending(row)


def open_question(tx: Connection, fetch: str) -> Pending | None:
    """What waits for this answer, and goes on waiting."""
    row = tx.execute(select(pending).where(pending.c.id == fetch).with_for_update()).one_or_none()
    return _pending(row) if row else None


def follow(tx: Connection, asked: Pending, then: tuple[Event, ...]) -> None:
    """Change what is to follow its answer."""
    kept = {"fetch": asked.fetch, "then": then, "origin": asked.origin}
    tx.execute(update(pending).where(pending.c.id == asked.fetch.id).values(fetch=codec.dump(kept)))


def move(tx: Connection, conversation: str, to: str) -> None:
    """What was asked for one conversation is answered to the one in which it goes on."""
    tx.execute(update(pending).where(pending.c.conversation == conversation).values(conversation=to))


def of(tx: Connection, conversation: str, origin: tuple[str, str, str]) -> Pending | None:
    """What that event led to and nobody has answered."""
    found = (_pending(row) for row in tx.execute(select(pending).where(pending.c.conversation == conversation)))
    return next((each for each in found if each.origin == origin), None)


def waiting(tx: Connection, *, before: datetime | None = None) -> tuple[Pending, ...]:
    """The oldest first. before: asked before that."""
    wanted = select(pending).order_by(pending.c.at).limit(1_000)
    if before is not None:
        wanted = wanted.where(pending.c.at < before)
    return tuple(_pending(row) for row in tx.execute(wanted))


def stretch(tx: Connection, asked: Pending, last: int) -> None:
    """The inbox remembers the answer's rows with the event that led to it."""
    if asked.origin is not None:
        channel, sender, event = asked.origin
        tx.execute(
            update(inbox)
            .where(inbox.c.channel == channel, inbox.c.sender == sender, inbox.c.event == event)
            .values(last=last)
        )


def _pending(row: Any) -> Pending:
    kept = cast(Mapping[str, Any], codec.load(row.fetch))
    return Pending(
        fetch=kept["fetch"],
        conversation=row.conversation,
        at=row.at,
        then=kept["then"],
        origin=kept["origin"],
    )
