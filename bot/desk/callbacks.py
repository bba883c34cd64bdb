"""Customers who are rung back instead of waiting on the line: rows beside their place in the queue, which they keep.

waiting ── an agent is free, and has taken it ──> calling ── they talked ──> done
   ^                                                │
   └── not reached: again after PAUSE, TRIES times ─┴──> unreached: stays in the queue as a task, with a note
A number that we may not call, and a promise older than KEPT, are "expired": a task as well. Who is on the line with us
is not rung meanwhile; who was served by then, or was promised it once more, is not rung at all: "done".
A process that dies leaves its row "ringing" or "calling": after LEASE it is anybody's again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, case, insert, select, update

from bot.desk import queue
from bot.dialogue import codec
from bot.dialogue.actions import Handoff, Record, RingBack
from bot.dialogue.events import CalledOff, RungBack
from bot.dialogue.meaning import Language
from bot.ports import AgentLine, Callback
from bot.stores import conversations as stored
from bot.stores import reached
from bot.stores.schema import callbacks, conversations, handoffs, journal

TRIES = 3  # calls to a customer
PAUSE = timedelta(minutes=5)  # between two of them
KEPT = timedelta(hours=24)  # a promise older than that is no longer kept by a robot: it is a task for a person
LEASE = timedelta(minutes=3)  # a telephone rings for less; a call that is up renews it
UNDER_WAY = ("ringing", "calling")


def promise(tx: Connection, conversation: str, action: RingBack, at: datetime) -> None:
    """The customer hangs up, and their place in the queue stays."""
    seq = tx.execute(
        select(handoffs.c.seq).where(handoffs.c.conversation == conversation, handoffs.c.done.is_(None))
    ).scalar()
    if seq is None:
        return
    told = tx.execute(
        select(journal.c.entry).where(journal.c.conversation == conversation, journal.c.seq == seq)
    ).scalar()
    handoff = codec.load(told) if told else None
    if not isinstance(handoff, Handoff):  # an agent joined a conversation that nobody gave
        handoff = Handoff(reason="", language=action.language)
    _asked_again(tx, conversation, seq, action.number, at)
    tx.execute(
        insert(callbacks).values(
            conversation=conversation,
            seq=seq,
            number=action.number,
            language=action.language,
            brief=handoff.brief,
            agent_language=handoff.language,
            state="waiting",
            due=at,
            expires=at + KEPT,
        )
    )


def _asked_again(tx: Connection, conversation: str, seq: int, number: str, at: datetime) -> None:
    """Who was promised it before is rung once, at the place they had, about what they said last."""
    before = tx.execute(
        select(callbacks.c.conversation, handoffs.c.created)
        .join(handoffs, (handoffs.c.conversation == callbacks.c.conversation) & (handoffs.c.seq == callbacks.c.seq))
        .where(callbacks.c.number == number, callbacks.c.state == "waiting", handoffs.c.done.is_(None))
        .where(callbacks.c.conversation != conversation)
    ).all()
    for row in before:
        call_off(tx, row.conversation, CalledOff(id=uuid4().hex, at=at, why="they asked again"))
        tx.execute(
            update(handoffs)
            .where(handoffs.c.conversation == conversation, handoffs.c.seq == seq, handoffs.c.created > row.created)
            .values(created=row.created)
        )


def needless(tx: Connection, now: datetime) -> tuple[tuple[str, CalledOff], ...]:
    """Conversations whose customer needs no call any more: served by a person or by what was settled since."""
    found = []
    for row in _waiting(tx, now):
        if row.state == "waiting":
            got = reached.reached(tx, _party(row), row.created, sets=(row.scenarios,), person=True)
            if got is not None:
                found.append((row.conversation, CalledOff(id=uuid4().hex, at=now, why=got.why)))
    return tuple(found)


def call_off(tx: Connection, conversation: str, why: CalledOff) -> bool:
    """Nobody is rung, and nobody waits: it leaves the queue. False where it is under way by now."""
    changed = tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state == "waiting")
        .values(state="done")
    )
    if changed.rowcount:
        queue.close(tx, conversation, why.at)
        stored.add_note(tx, conversation, why, news=True)
    return bool(changed.rowcount)


def _waiting(tx: Connection, now: datetime) -> Sequence[Row[Any]]:
    return tx.execute(
        select(callbacks, handoffs.c.priority, handoffs.c.created, conversations.c.customer, conversations.c.scenarios)
        .join(handoffs, (handoffs.c.conversation == callbacks.c.conversation) & (handoffs.c.seq == callbacks.c.seq))
        .join(conversations, conversations.c.id == callbacks.c.conversation)
        .where(handoffs.c.done.is_(None), callbacks.c.due <= now, callbacks.c.expires > now)
        .where(callbacks.c.state.in_(("waiting", *UNDER_WAY)))
        .order_by(handoffs.c.priority.desc(), handoffs.c.created)
    ).all()


def _party(row: Row[Any]) -> reached.Party:
    return reached.Party(number=row.number, customers=(row.customer,), line=False)


def due(tx: Connection, now: datetime) -> tuple[Callback, ...]:
    """Whom to ring now, in the order of the queue; those whose process died among them. Who is on the line with us is
    not."""
    found = [row for row in _waiting(tx, now) if not reached.on_the_line(tx, _party(row), now)]
    return tuple(
        Callback(
            conversation=row.conversation,
            number=row.number,
            language=_language(row.language),
            brief=row.brief,
            agent_language=_language(row.agent_language),
            attempt=row.attempts + 1,
            orphan=row.state in UNDER_WAY,
            recorded=_recorded(tx, row.conversation),
        )
        for row in found
    )


def take(tx: Connection, conversation: str, now: datetime) -> bool:
    """Begin one, for this process alone; False where another has it."""
    changed = tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.due <= now)
        .where(callbacks.c.state == "waiting")
        .values(state="ringing", due=now + LEASE)
    )
    return bool(changed.rowcount)


def adopt(tx: Connection, conversation: str, now: datetime) -> None:
    """The process that had it died over it: it waits again, unless that was the last of its calls."""
    changed = tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.due <= now, callbacks.c.state.in_(UNDER_WAY))
        .values(state=case((callbacks.c.attempts >= TRIES, "unreached"), else_="waiting"))
    )
    if changed.rowcount:
        queue.free(tx, conversation)


def put_back(tx: Connection, conversation: str, now: datetime) -> None:
    """No agent took it: it waits on."""
    tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state == "ringing")
        .values(state="waiting", due=now)
    )
    queue.free(tx, conversation)


def calling(tx: Connection, conversation: str, line: AgentLine, now: datetime) -> None:
    """The agent is on the line, and the customer's telephone rings. Counted before it does: a process that dies over
    it again and again doesn't ring for ever."""
    tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state.in_(UNDER_WAY))
        .values(state="calling", attempts=callbacks.c.attempts + 1, due=now + LEASE)
    )
    queue.connected(tx, conversation, line.agent, now)


def talking(tx: Connection, conversation: str, now: datetime) -> None:
    """They still do."""
    tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state == "calling")
        .values(due=now + LEASE)
    )


def by_hand(tx: Connection, conversation: str, agent: str, now: datetime) -> bool:
    """An agent rings the customer from their own telephone. False where nobody is rung back, or it rings already."""
    changed = tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation)
        .where(callbacks.c.state.in_(("waiting", "unreached", "expired")))
        .values(state="done")
    )
    if changed.rowcount:
        queue.connected(tx, conversation, agent, now)
    return bool(changed.rowcount)


def note(tx: Connection, conversation: str, rung: RungBack) -> None:
    """Into the journal of the conversation that it was promised in, which has ended: no turn is left to do it."""
    stored.add_note(tx, conversation, rung, news=True)


def _recorded(tx: Connection, conversation: str) -> bool:
    """Whether they were told, or had agreed, that it is."""
    told = tx.execute(
        select(journal.c.entry)
        .where(journal.c.conversation == conversation, journal.c.kind == Record.__name__)
        .order_by(journal.c.seq.desc())
        .limit(1)
    ).scalar()
    record = codec.load(told) if told else None
    return isinstance(record, Record) and record.state != "off"


def done(tx: Connection, conversation: str, now: datetime) -> None:
    tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state.in_(UNDER_WAY))
        .values(state="done")
    )
    queue.close(tx, conversation, now)


def unreached(tx: Connection, conversation: str, why: str, now: datetime) -> None:
    """The customer did not answer. why: for the note of who finds it on the desk at last."""
    attempts = tx.execute(
        select(callbacks.c.attempts).where(callbacks.c.conversation == conversation).order_by(callbacks.c.seq.desc())
    ).scalar()
    over = (attempts or 0) >= TRIES
    tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.state.in_(UNDER_WAY))
        .values(state="unreached" if over else "waiting", due=now + PAUSE)
    )
    queue.free(tx, conversation, note=why if over else "")


def give_up(tx: Connection, conversation: str, why: str, now: datetime) -> None:
    """Nobody is rung by us: it stays in the queue as a task, with a note."""
    changed = tx.execute(
        update(callbacks)
        .where(callbacks.c.conversation == conversation, callbacks.c.due <= now)
        .where(callbacks.c.state.in_(("waiting", *UNDER_WAY)))
        .values(state="expired")
    )
    if changed.rowcount:
        queue.free(tx, conversation, note=why)


def expire(tx: Connection, now: datetime) -> int:
    """Promises nobody could keep become tasks for a person; how many."""
    changed = tx.execute(
        update(callbacks).where(callbacks.c.state == "waiting", callbacks.c.expires <= now).values(state="expired")
    )
    return changed.rowcount


def _language(text: str) -> Language:
    return "en" if text == "en" else "ru"
