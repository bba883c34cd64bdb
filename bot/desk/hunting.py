"""Whose telephone rings next for a caller, and how long callers wait: read from the queue's own rows.

An agent is free who is at the desk, has a telephone and the skill, and has no call: who has been without one longest
goes first. The telephone of the settings comes last; behind it may be an exchange's own queue, so of it nobody knows
whether it is free.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, true

from bot.desk import agents
from bot.desk.agents import Agent
from bot.ports import AgentLine, Place
from bot.stores.schema import callbacks, conversations, handoffs

VOICES = ("sip", "webrtc")  # channels whose customers can be put through to a telephone
HELD = ("transferring", "connected")  # an agent's telephone rings, or has a caller
LATELY = timedelta(hours=4)  # how far back it is looked how long conversations take
ENOUGH = 3  # conversations, below which nothing is estimated
MOST = 50
ALIVE = timedelta(hours=1)  # who has waited longer than that holds nobody up any more


def next_line(
    tx: Connection,
    conversation: str,
    tried: Collection[str],
    now: datetime,
    *,
    default: str = "",
    missed: Mapping[str, datetime] | None = None,
    queued: bool = False,
) -> AgentLine | None:
    """The telephone to ring for somebody who waits; None where none is free or others are before them.

    default: an address that is rung when no agent's is. missed: when agents last let theirs ring. queued: though some
    were tried, others may be before them: they wait again.
    """
    mine = _row(tx, conversation)
    if mine is None or mine.transfer in (*HELD, "transferred"):
        return None
    everybody = agents.everybody(tx)
    free = _free(tx, [each for each in everybody if serves(each, mine.skill)], missed or {})
    first = (
        0 if tried and not queued else _earlier(tx, mine, now, everybody)
    )  # who is being served gives nobody way any more
    line = next((each for each in free[first:] if each.login not in tried), None)
    if line is not None:
        return AgentLine(agent=line.login, sip=line.sip, name=line.name)
    return _default(everybody, default, tried, busy=_busy(tx))


def serves(agent: Agent, skill: str) -> bool:
    return not skill or not agent.skills or skill in agent.skills


def place(tx: Connection, conversation: str, now: datetime, tried: Collection[str] = ()) -> Place | None:
    """Where somebody stands among those who wait for the same people; None where they don't wait. tried: agents who
    are not counted any more, for their telephones were not answered."""
    mine = _row(tx, conversation)
    if mine is None:
        return None
    everybody = agents.everybody(tx)
    able = [
        each for each in everybody if each.presence == "here" and serves(each, mine.skill) and each.login not in tried
    ]
    position = _earlier(tx, mine, now, everybody, texts=True) + 1
    return Place(
        position=position, agents=len(able), wait_s=estimate(position, handled(tx, mine.skill, now), len(able))
    )


def estimate(position: int, handled_s: Sequence[float], agents: int) -> int | None:
    """Seconds until it is their turn: so many conversations end before it, of as many at a time as there are agents.

    handled_s: how long conversations took lately. None where too few are known, or nobody is there.
    """
    if len(handled_s) < ENOUGH or agents < 1:
        return None
    ordered = sorted(handled_s)
    middle = ordered[len(ordered) // 10 : len(ordered) - len(ordered) // 10]  # one forgotten window is no measure
    return round(position * sum(middle) / len(middle) / agents)


def handled(tx: Connection, skill: str, now: datetime) -> list[float]:
    """Seconds from accepted to done, of the latest conversations with agents."""
    rows = tx.execute(
        select(handoffs.c.accepted, handoffs.c.done)
        .where(handoffs.c.done > now - LATELY, handoffs.c.accepted.is_not(None), handoffs.c.skill == skill)
        .where(handoffs.c.transfer != "transferred")  # when those ended nobody told us
        .order_by(handoffs.c.done.desc())
        .limit(MOST)
    )
    return [(row.done - row.accepted).total_seconds() for row in rows]


def _row(tx: Connection, conversation: str) -> Row[Any] | None:
    return tx.execute(
        select(handoffs).where(
            handoffs.c.conversation == conversation, handoffs.c.done.is_(None), handoffs.c.status == "waiting"
        )
    ).one_or_none()


def _earlier(tx: Connection, mine: Row[Any], now: datetime, everybody: Sequence[Agent], *, texts: bool = False) -> int:
    """How many are before it whom the same people could serve. texts: customers who write count as well; they are taken
    by hand, so no call waits for them."""
    rows = tx.execute(
        select(handoffs.c.skill, handoffs.c.priority, handoffs.c.created, handoffs.c.conversation)
        .join(conversations, conversations.c.id == handoffs.c.conversation)
        .outerjoin(
            callbacks, (callbacks.c.conversation == handoffs.c.conversation) & (callbacks.c.seq == handoffs.c.seq)
        )
        .where(or_(callbacks.c.state.is_(None), (callbacks.c.state == "waiting") & (callbacks.c.due <= now)))
        .where(handoffs.c.done.is_(None), handoffs.c.status == "waiting", handoffs.c.conversation != mine.conversation)
        .where(handoffs.c.transfer.not_in((*HELD, "transferred")), handoffs.c.created > now - ALIVE)
        .where(true() if texts else conversations.c.channel.in_(VOICES))
    ).all()
    place = (-mine.priority, mine.created, mine.conversation)
    before = [row for row in rows if (-row.priority, row.created, row.conversation) < place]
    return sum(row.skill == mine.skill or _rivals(row.skill, mine.skill, everybody) for row in before)


def _rivals(one: str, other: str, everybody: Sequence[Agent]) -> bool:
    """Whether somebody who is here could serve both."""
    return any(each.presence == "here" and serves(each, one) and serves(each, other) for each in everybody)


def _free(tx: Connection, able: Sequence[Agent], missed: Mapping[str, datetime]) -> list[Agent]:
    busy = _busy(tx)
    free = [each for each in able if each.presence == "here" and each.sip and each.login not in busy]
    last = _last(tx, missed)
    return sorted(free, key=lambda each: (last(each.login), each.login))


def _busy(tx: Connection) -> frozenset[str]:
    rows = tx.execute(select(handoffs.c.agent).where(handoffs.c.done.is_(None), handoffs.c.transfer.in_(HELD)))
    return frozenset(row.agent for row in rows)


def _last(tx: Connection, missed: Mapping[str, datetime]) -> Callable[[str], float]:
    """When an agent last had, or missed, a call; 0.0 for never."""
    rows = tx.execute(
        select(handoffs.c.agent, func.max(handoffs.c.done).label("done"))
        .where(handoffs.c.accepted.is_not(None), handoffs.c.done.is_not(None))
        .group_by(handoffs.c.agent)
    )
    done = {row.agent: row.done.timestamp() for row in rows}
    return lambda login: max(done.get(login, 0.0), missed[login].timestamp() if login in missed else 0.0)


def _default(
    everybody: Sequence[Agent], address: str, tried: Collection[str], *, busy: Collection[str]
) -> AgentLine | None:
    if not address:
        return None
    owner = next((each for each in everybody if each.sip == address), None)
    agent = owner.login if owner else address
    if agent in tried or (owner is not None and owner.presence == "here" and agent in busy):
        return None
    return AgentLine(agent=agent, sip=address, name=owner.name if owner else "")
