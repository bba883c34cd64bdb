"""A call that we place, as a durable record: who asked for it, each step of it, and how it ended.

    requested -> dialling -> ringing -> answered -> ended
                                     -> busy | no_answer | refused | failed
    requested ... answered -> cancelled, given up; or called off, for they came to us by themselves
    busy | no_answer | ended by a machine -> requested, where it is to be placed again (bot.outreach.redial)

Whoever places it is its owner and says so every few seconds; what a crash leaves behind has failed, and is not dialled
again. `alive` is when the owner was last heard of; of one that waits, from when on it may be dialled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import uuid4

from sqlalchemy import Connection, Row, func, insert, select, update

from bot.dialogue import codec
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Redial
from bot.dialogue.values import Value
from bot.stores.schema import placed_calls as table

State = Literal[
    "requested", "dialling", "ringing", "answered", "busy", "no_answer", "refused", "failed", "cancelled", "ended"
]
Machine = Literal["message", "hang_up", "talk"]
UNDER_WAY: tuple[State, ...] = ("dialling", "ringing", "answered")
OPEN: tuple[State, ...] = ("requested", *UNDER_WAY)
INTERRUPTED, WAITED = "interrupted", "waited too long"
LOST = timedelta(seconds=90)  # since the owner was heard of
STALE = timedelta(minutes=30)  # since it was asked for: nobody expects it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """at: when. state, status, by, why: as `Placed` has them, from then on."""

    at: datetime
    state: State
    status: int = 0
    by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call that is asked for. to: a number or a SIP address, as it was written. key: the same one is one call.

    machine: what to do with an answering machine, None: as the scenario says. redial: likewise, then as the settings
    say. origin: "api", "command", "scenario". customer: whom it is about, where others may pick up; None: whoever has
    that number. asked_in: the set whose scenario asked for it, "" where none did. purpose: "service" or "advertising",
    which needs a consent.
    """

    to: str
    scenarios: str
    scenario: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    language: Language = "ru"
    machine: Machine | None = None
    ring_s: int = 45
    redial: Redial | None = None
    forced: bool = False
    origin: str = "api"
    purpose: Literal["service", "advertising"] = "service"
    key: str | None = None
    customer: int | None = None
    asked_in: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """status: of SIP, 0 for none. by: who answered: "human", "machine", "fax", "unknown"; "" for nobody. why: what that
    was told by, or why it failed. message: one was left. steps: all of it, in order. due: of one that
    waits, from when on it may be dialled."""

    id: str
    wanted: Wanted
    state: State
    status: int = 0
    by: str = ""
    why: str = ""
    message: bool = False
    conversation: str | None = None
    steps: tuple[Step, ...] = ()
    owner: str = ""
    created: datetime
    changed: datetime
    due: datetime | None = None

    @property
    def dialled(self) -> int:
        """How often so far."""
        return sum(each.state == "dialling" for each in self.steps)

    @property
    def since(self) -> datetime:
        """When it was dialled first; when it was asked for, where it wasn't."""
        return next((each.at for each in self.steps if each.state == "dialling"), self.created)

    @property
    def over(self) -> bool:
        return self.state not in OPEN


def add(tx: Connection, wanted: Wanted, at: datetime, *, owner: str = "") -> tuple[Placed, bool]:
    """The record, and whether it is new; one of the same key is returned as it is. owner: places it at once."""
    if wanted.key is not None:
        found = tx.execute(select(table).where(table.c.key == wanted.key)).one_or_none()
        if found is not None:
            return _placed(found), False
    state: State = "dialling" if owner else "requested"
    made = uuid4().hex
    tx.execute(
        insert(table).values(
            id=made,
            key=wanted.key,
            wanted=_written(wanted),
            state=state,
            steps=json.dumps([_step(Step(at=at, state="requested"))]),
            owner=owner,
            alive=at,
            created=at,
            changed=at,
        )
    )
    found_now = get(tx, made)
    assert found_now is not None
    return found_now, True


def get(tx: Connection, ident: str) -> Placed | None:
    found = tx.execute(select(table).where(table.c.id == ident)).one_or_none()
    return None if found is None else _placed(found)


def latest(tx: Connection, *, limit: int, state: State | None = None, before: datetime | None = None) -> list[Placed]:
    """The newest first."""
    wanted = select(table).order_by(table.c.created.desc(), table.c.id).limit(limit)
    if state is not None:
        wanted = wanted.where(table.c.state == state)
    if before is not None:
        wanted = wanted.where(table.c.created < before)
    return [_placed(row) for row in tx.execute(wanted)]


def claim(tx: Connection, owner: str, at: datetime) -> Placed | None:
    """The oldest that waits, now the owner's; None where there is none, or another was quicker."""
    ident = tx.execute(
        select(table.c.id)
        .where(table.c.state == "requested", table.c.alive <= at)
        .order_by(table.c.created, table.c.id)
        .limit(1)
    ).scalar_one_or_none()
    if ident is None:
        return None
    taken = tx.execute(
        update(table)
        .where(table.c.id == ident, table.c.state == "requested")
        .values(state="dialling", owner=owner, alive=at, changed=at)
        .returning(table.c.id)
    ).one_or_none()
    return get(tx, ident) if taken is not None else None


def step(
    tx: Connection,
    ident: str,
    taken: Step,
    *,
    message: bool = False,
    conversation: str | None = None,
) -> Placed | None:
    """What happened to it; nothing does once it is over."""
    found = get(tx, ident)
    if found is None or found.over:
        return found
    steps = [*(_step(each) for each in found.steps), _step(taken)]
    tx.execute(
        update(table)
        .where(table.c.id == ident)
        .values(
            state=taken.state,
            status=taken.status or found.status,
            answered_by=taken.by or found.by,
            why=(taken.why or found.why)[:200],
            message=message or found.message,
            conversation=conversation or found.conversation,
            steps=json.dumps(steps, ensure_ascii=False),
            alive=taken.at,
            changed=taken.at,
        )
    )
    return get(tx, ident)


def again(tx: Connection, ident: str, reached: Step | None, due: datetime, at: datetime) -> Placed | None:
    """It waits for its next call; nothing changes where it is over, cancelled say. reached: what this one came to;
    None: it wasn't dialled."""
    found = get(tx, ident)
    if found is None or found.over:
        return found
    taken = (*found.steps, *((reached,) if reached is not None else ()), Step(at=at, state="requested"))
    tx.execute(
        update(table)
        .where(table.c.id == ident)
        .values(
            state="requested",
            status=reached.status if reached is not None else found.status,
            answered_by=reached.by if reached is not None else found.by,
            steps=json.dumps([_step(each) for each in taken], ensure_ascii=False),
            owner="",
            alive=due,
            changed=at,
        )
    )
    return get(tx, ident)


def put_off(tx: Connection, ident: str, why: str, due: datetime, at: datetime) -> Placed | None:
    """It waits without having been dialled, and that is no try; however often, it is one step."""
    found = get(tx, ident)
    if found is None or found.over:
        return found
    last = found.steps[-1]
    steps = found.steps if last.state == "requested" and last.why == why else (
        *found.steps, Step(at=at, state="requested", why=why)
    )  # fmt: skip
    tx.execute(
        update(table)
        .where(table.c.id == ident)
        .values(
            state="requested",
            why=why[:200],
            steps=json.dumps([_step(each) for each in steps], ensure_ascii=False),
            owner="",
            alive=due,
            changed=at,
        )
    )
    return get(tx, ident)


def cancel(
    tx: Connection, ident: str, at: datetime, *, why: str = "", conversation: str | None = None
) -> Placed | None:
    """Over, whatever its state was; its owner hangs up. One that is over already stays as it ended. why,
    conversation: of one that is called off, by what."""
    return step(tx, ident, Step(at=at, state="cancelled", why=why), conversation=conversation)


def told(tx: Connection, ident: str, conversation: str) -> None:
    """The conversation that heard how it ended."""
    tx.execute(update(table).where(table.c.id == ident).values(conversation=conversation))


def next_tries(tx: Connection) -> list[Placed]:
    """Those that were dialled, and will be again."""
    found = tx.execute(select(table).where(table.c.state == "requested").order_by(table.c.created))
    return [each for each in map(_placed, found) if each.dialled]


def heartbeat(tx: Connection, owner: str, at: datetime) -> None:
    tx.execute(update(table).where(table.c.owner == owner, table.c.state.in_(UNDER_WAY)).values(alive=at))


def tidy(tx: Connection, at: datetime) -> list[Placed]:
    """Fail what nobody looks after any more, and what waited so long that nobody expects it: these."""
    lost = select(table.c.id).where(table.c.state.in_(UNDER_WAY), table.c.alive < at - LOST)
    stale = select(table.c.id).where(table.c.state == "requested", table.c.alive < at - STALE)
    failed = []
    for query, why in ((lost, INTERRUPTED), (stale, WAITED)):
        for ident in tx.execute(query).scalars().all():
            made = step(tx, ident, Step(at=at, state="failed", why=why))
            if made is not None:
                failed.append(made)
    return failed


def waiting(tx: Connection, at: datetime) -> int:
    """Those that could be dialled now."""
    return int(tx.execute(select(func.count()).where(table.c.state == "requested", table.c.alive <= at)).scalar_one())


def _written(wanted: Wanted) -> str:
    fields: dict[str, Any] = {
        name: getattr(wanted, name)
        for name in (
            "to", "scenarios", "scenario", "language", "machine", "ring_s", "forced", "origin", "customer",
            "asked_in", "purpose",
        )
    }  # fmt: skip
    redial = asdict(wanted.redial) if wanted.redial is not None else None
    return json.dumps(fields | {"given": codec.encode(dict(wanted.given)), "redial": redial}, ensure_ascii=False)


def _step(taken: Step) -> dict[str, Any]:
    told = {"status": taken.status, "by": taken.by, "why": taken.why}
    return {"at": taken.at.isoformat(), "state": taken.state, **{name: value for name, value in told.items() if value}}


def _placed(row: Row[Any]) -> Placed:
    fields = json.loads(row.wanted)
    given = cast(Mapping[str, Value], codec.decode(fields.pop("given")))
    redial = fields.pop("redial", None)
    return Placed(
        id=row.id,
        wanted=Wanted(**fields, given=given, key=row.key, redial=Redial(**redial) if redial else None),
        state=row.state,
        status=row.status,
        by=row.answered_by,
        why=row.why,
        message=row.message,
        conversation=row.conversation,
        steps=tuple(Step(**{**each, "at": datetime.fromisoformat(each["at"])}) for each in json.loads(row.steps)),
        owner=row.owner,
        created=row.created,
        changed=row.changed,
        due=row.alive if row.state == "requested" else None,
    )
