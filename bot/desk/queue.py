"""The queue of customers who wait for a person: rows that follow the conversation, written by its own turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.dialogue.actions import Handoff
from bot.dialogue.events import AgentJoined, AgentLeft, Event, Left, TransferFailed
from bot.errors import Conflict
from bot.locale import said
from bot.ports import Identity
from bot.stores.schema import callbacks, conversations, handoffs

CALL = timedelta(hours=2)  # how long a transferred call stays before its agent; no call to an office takes longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A line of the queue. status: "waiting" or "accepted". transfer: of a call, "", "transferring" (a telephone
    rings), "connected" here, "transferred" elsewhere, or "failed". callback: the number
    of somebody who is rung back, with its state and how often it was called (bot.desk.callbacks)."""

    conversation: str
    reason: str
    skill: str
    priority: int
    note: str
    status: str
    agent: str
    transfer: str
    since: datetime
    medium: str
    channel: str
    identity: Identity
    callback: str = ""
    callback_state: str = ""
    attempts: int = 0


def enqueue(tx: Connection, conversation: str, seq: int, handoff: Handoff, at: datetime) -> None:
    """seq: of the Handoff in the journal. Somebody who waits already goes on waiting, with the newer reason."""
    what = {
        "reason": handoff.reason,
        "skill": handoff.skill,
        "priority": handoff.priority,
        "note": handoff.note,
    }
    changed = tx.execute(
        update(handoffs)
        .where(handoffs.c.conversation == conversation, handoffs.c.done.is_(None), handoffs.c.status == "waiting")
        .values(**what)
    )
    if not changed.rowcount:
        tx.execute(insert(handoffs).values(conversation=conversation, seq=seq, status="waiting", created=at, **what))


def history(tx: Connection, talks: Sequence[str]) -> dict[str, list[dict[str, str]]]:
    """Of each conversation, every time that a person was wanted: reason, agent (a login, "" where nobody came), at."""
    found: dict[str, list[dict[str, str]]] = {}
    wanted = select(handoffs).where(handoffs.c.conversation.in_(talks)).order_by(handoffs.c.seq)
    for row in tx.execute(wanted):
        told = {"reason": row.reason, "agent": row.agent, "status": row.status, "at": row.created.isoformat()}
        found.setdefault(row.conversation, []).append(told)
    return found


def withdraw(tx: Connection, conversation: str, at: datetime) -> None:
    """The customer no longer wants a person, or is gone."""
    _close(tx, conversation, "left", at)


def follow(tx: Connection, conversation: str, seq: int, event: Event) -> None:
    """What an event means for the queue; nothing, for most. seq: of the event in the journal."""
    at = event.at
    match event:
        case AgentJoined(agent=agent):
            _not_ringing(tx, conversation, agent)
            if _rung(tx, conversation) == agent:
                _open(tx, conversation, transfer="connected")
            if not _open(tx, conversation, status="accepted", agent=agent, accepted=at):  # nobody asked for a person
                served = {"status": "accepted", "agent": agent, "reason": "joined", "created": at, "accepted": at}
                tx.execute(insert(handoffs).values(conversation=conversation, seq=seq, **served))
        case AgentLeft(closed=closed):
            _close(tx, conversation, "closed" if closed else "returned", at)
        case TransferFailed():
            _open(tx, conversation, agent="", transfer="failed")
        case Left(reason="transferred"):  # the agent's telephone answered: they go on reading while they talk
            _open(tx, conversation, status="accepted", transfer="transferred", accepted=at)
        case Left():
            withdraw(tx, conversation, at)


def waiting(tx: Connection) -> tuple[Waiting, ...]:
    """Who waits, and who is being served: by priority, then by patience."""
    found = tx.execute(
        select(
            handoffs,
            conversations.c.medium,
            conversations.c.channel,
            conversations.c.kind,
            conversations.c.value,
            callbacks.c.number,
            callbacks.c.state,
            callbacks.c.attempts,
        )
        .join(conversations, conversations.c.id == handoffs.c.conversation)
        .outerjoin(
            callbacks, (callbacks.c.conversation == handoffs.c.conversation) & (callbacks.c.seq == handoffs.c.seq)
        )
        .where(handoffs.c.done.is_(None))
        .order_by(handoffs.c.priority.desc(), handoffs.c.created)
    )
    return tuple(
        Waiting(
            conversation=row.conversation,
            reason=row.reason,
            skill=row.skill,
            priority=row.priority,
            note=row.note,
            status=row.status,
            agent=row.agent,
            transfer=row.transfer,
            since=row.created,
            medium=row.medium,
            channel=row.channel,
            identity=Identity(kind=row.kind, value=row.value),
            callback=row.number or "",
            callback_state=row.state or "",
            attempts=row.attempts or 0,
        )
        for row in found
    )


def move(tx: Connection, conversation: str, to: str, seq: int) -> None:
    """Whoever waits in one conversation, or has a person there, does so in the one it goes on in: with their place, and
    the same agent. seq: of the journal there. A call back that was promised is no longer needed."""
    tx.execute(delete(callbacks).where(callbacks.c.conversation == conversation))
    tx.execute(
        update(handoffs)
        .where(handoffs.c.conversation == conversation, handoffs.c.done.is_(None))
        .values(conversation=to, seq=seq, transfer="")
    )


def close(tx: Connection, conversation: str, at: datetime) -> None:
    """All is done, on the telephone as well."""
    _close(tx, conversation, "closed", at)


def tidy(tx: Connection, now: datetime) -> int:
    """Take transferred calls that nobody closed out of the queue; how many."""
    changed = tx.execute(
        update(handoffs)
        .where(handoffs.c.done.is_(None), handoffs.c.transfer == "transferred", handoffs.c.accepted < now - CALL)
        .values(status="closed", done=now)
    )
    return changed.rowcount


def claim(tx: Connection, conversation: str, agent: str) -> None:
    """A call is about to be transferred to this agent; one agent at a time. Raises Conflict."""
    changed = tx.execute(
        update(handoffs)
        .where(
            handoffs.c.conversation == conversation,
            handoffs.c.done.is_(None),
            handoffs.c.status == "waiting",
            handoffs.c.transfer.not_in(("transferring", "transferred")),
        )
        .values(agent=agent, transfer="transferring")
    )
    if not changed.rowcount:
        raise Conflict(
            said(
                "nobody waits there, or another agent was faster", "там никто не ждёт, или другой оператор успел раньше"
            ),
            where=conversation,
        )


def _not_ringing(tx: Connection, conversation: str, agent: str) -> None:
    """While one agent's telephone rings for a call, another can't take it. Raises Conflict."""
    rung = _rung(tx, conversation)
    if rung is not None and rung != agent:
        raise Conflict(
            said(f"{rung}'s telephone is ringing for it", f"звонит телефон у {rung}"),
            where=conversation,
            fix=said("Wait whether they answer.", "Подождите, ответят ли."),
        )


def _rung(tx: Connection, conversation: str) -> str | None:
    """Whose telephone rings for it now."""
    agent: str | None = tx.execute(
        select(handoffs.c.agent).where(
            handoffs.c.conversation == conversation, handoffs.c.done.is_(None), handoffs.c.transfer == "transferring"
        )
    ).scalar()
    return agent


def release(tx: Connection, conversation: str, agent: str) -> None:
    """That agent's telephone was not answered: the call is anybody's again."""
    tx.execute(
        update(handoffs)
        .where(handoffs.c.conversation == conversation, handoffs.c.done.is_(None), handoffs.c.status == "waiting")
        .where(handoffs.c.transfer == "transferring", handoffs.c.agent == agent)
        .values(agent="", transfer="failed")
    )


def free(tx: Connection, conversation: str, *, note: str = "") -> None:
    """Somebody who is rung back waits as before. note: to be added to what agents read."""
    values: dict[str, object] = {"status": "waiting", "agent": "", "transfer": "", "accepted": None}
    if note:
        values["note"] = func.trim(handoffs.c.note + "\n" + note)
    _open(tx, conversation, **values)


def connected(tx: Connection, conversation: str, agent: str, at: datetime) -> None:
    """An agent has somebody who is rung back."""
    _open(tx, conversation, status="accepted", agent=agent, transfer="connected", accepted=at)


def _open(tx: Connection, conversation: str, **values: object) -> bool:
    """Change the line that is open; whether there was one."""
    changed = tx.execute(
        update(handoffs).where(handoffs.c.conversation == conversation, handoffs.c.done.is_(None)).values(**values)
    )
    return bool(changed.rowcount)


def _close(tx: Connection, conversation: str, status: str, at: datetime) -> None:
    _open(tx, conversation, status=status, done=at)
