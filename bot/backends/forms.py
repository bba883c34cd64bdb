"""What scenarios keep for the staff: a callback, a lead, a ticket. The desk and the API show them.

    forms.save('callback', name, phone, when)   ok {number}
    forms.find('ticket')                        ok {number, status, created, and what was saved} | none

A number is short, and of digits alone, so that it can be said: 1024.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from bot.dialogue import codec
from bot.dialogue.actions import Fetch
from bot.dialogue.expressions import Expression
from bot.dialogue.grammar import Literal as Said
from bot.dialogue.program import DoStep
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value
from bot.errors import NotFound, Unacceptable
from bot.locale import said
from bot.ports import Asker
from bot.stores.schema import forms, requests

FIRST = 1_000  # numbers begin above it, so that the first of them is a number too
MAX_DATA = 20_000  # characters of one form: what somebody dictated, not what somebody sends by program

Status = Literal["new", "working", "done"]
STATUSES: tuple[Status, ...] = ("new", "working", "done")
Answer = tuple[str, Mapping[str, Value]]
ByLanguage = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """title: of the field. value: of a choice, what was chosen; else empty. sensitive: not for lists."""

    title: ByLanguage = field(default_factory=dict)
    value: ByLanguage = field(default_factory=dict)
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """title: of the kind. labels: by field. agent: who changed its status last, "" for nobody."""

    number: int
    kind: str
    title: ByLanguage
    data: Mapping[str, Value]
    labels: Mapping[str, Label]
    status: Status
    agent: str
    customer: int | None
    conversation: str | None
    created: datetime
    changed: datetime


class Forms:
    """scenarios: from which a form's titles are taken when it is saved; without it names stand as they are."""

    def __init__(self, scenarios: ScenarioSet | None = None) -> None:
        self._scenarios = dict(scenarios.scenarios) if scenarios else {}
        self._secret = scenarios.sensitive if scenarios else frozenset()

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Connection) -> Answer:
        """Raises Unacceptable on a call that makes no sense: a mistake of the scenario."""
        kind = request.args.get("form")
        if not isinstance(kind, str) or not kind:
            raise Unacceptable(f"{request.name} needs the kind of form", fix=f"Write {request.name}('callback').")
        if request.name == "forms.save":
            return self._save(request, kind[:80], asker, now, tx)
        if request.name == "forms.find":
            return self._find(kind[:80], asker, tx)
        raise Unacceptable(f"forms can't '{request.name}'", fix="They can: forms.save, forms.find.")

    def _save(self, request: Fetch, kind: str, asker: Asker, now: datetime, tx: Connection) -> Answer:
        done = tx.execute(select(requests.c.outcome, requests.c.data).where(requests.c.id == request.id)).one_or_none()
        if done is not None:
            return done.outcome, cast(Mapping[str, Value], codec.load(done.data))
        data = {name: value for name, value in request.args.items() if name != "form" and value is not None}
        written = codec.dump(data)
        if len(written) > MAX_DATA:
            raise Unacceptable(f"a form of {len(written)} characters", fix=f"Keep at most {MAX_DATA}.")
        at = datetime.now(UTC)
        made = tx.execute(
            insert(forms)
            .values(
                kind=kind,
                data=written,
                labels=json.dumps(self._labels(kind, data), ensure_ascii=False),
                status="new",
                phone=asker.phone,
                customer=asker.customer,
                via=asker.via,
                conversation=asker.conversation,
                at=now,
                created=at,
                changed=at,
            )
            .returning(forms.c.id)
        ).scalar_one()
        answer: dict[str, Value] = {"number": FIRST + made}
        tx.execute(insert(requests).values(id=request.id, outcome="ok", data=codec.dump(answer), at=at))
        return "ok", answer

    def _find(self, kind: str, asker: Asker, tx: Connection) -> Answer:
        own = forms.c.customer == asker.customer
        if asker.phone:
            own = or_(own, and_(forms.c.phone == asker.phone, forms.c.phone != ""))
        found = tx.execute(
            select(forms)
            .where(own, forms.c.kind == kind, forms.c.status != "done")
            .order_by(forms.c.id.desc())
            .limit(1)
        ).one_or_none()
        if found is None:
            return "none", {}
        form = _form(found)
        return "ok", {**form.data, "number": form.number, "status": form.status, "created": found.at}

    # --- what people call it ---

    def _labels(self, kind: str, data: Mapping[str, Value]) -> dict[str, Any]:
        saving = [scenario for scenario in self._scenarios.values() if _saves(scenario, kind)]
        slots = {
            name: slot for scenario in (*self._scenarios.values(), *saving) for name, slot in scenario.slots.items()
        }
        secret = self._of_secrets(kind) | self._secret
        return {
            "title": dict(saving[0].title) if saving else {},
            "fields": {
                name: _label(slots.get(name), value, secret=name in secret)
                for name, value in data.items()
                if name in slots or name in secret
            },
        }

    def _of_secrets(self, kind: str) -> frozenset[str]:
        """The fields of that kind which are made of sensitive slots, under whatever name they are kept."""
        return frozenset(
            name
            for scenario in self._scenarios.values()
            for step in scenario.steps.values()
            if isinstance(step, DoStep) and step.action == "forms.save" and _literal(step.args.get("form")) == kind
            for name, expression in step.args.items()
            if any(not self._secret.isdisjoint(path.split(".")) for path in expression.names)
        )


def _saves(scenario: Scenario, kind: str) -> bool:
    return any(
        isinstance(step, DoStep) and step.action == "forms.save" and _literal(step.args.get("form")) == kind
        for step in scenario.steps.values()
    )


def _literal(expression: Expression | None) -> Value:
    return expression.root.value if expression is not None and isinstance(expression.root, Said) else None


def _label(slot: Slot | None, value: Value, *, secret: bool) -> dict[str, Any]:
    if slot is None:
        return {"title": {}, "value": {}, "sensitive": secret}
    chosen = [option for option in slot.options if option.id in (value if isinstance(value, tuple) else (value,))]
    languages = dict.fromkeys(language for option in chosen for language in option.title)
    return {
        "title": dict(slot.title),
        "value": {
            language: ", ".join(option.title.get(language, option.id) for option in chosen) for language in languages
        },
        "sensitive": slot.sensitive or secret,
    }


# --- for the staff ---


def kept(
    tx: Connection,
    *,
    kind: str | None = None,
    statuses: Sequence[str] = (),
    before: int | None = None,
    limit: int = 100,
) -> tuple[Form, ...]:
    """The newest first. before: of a lower number, for the next page."""
    wanted = select(forms).order_by(forms.c.id.desc()).limit(limit)
    if kind is not None:
        wanted = wanted.where(forms.c.kind == kind)
    if statuses:
        wanted = wanted.where(forms.c.status.in_(statuses))
    if before is not None:
        wanted = wanted.where(forms.c.id < before - FIRST)
    return tuple(_form(row) for row in tx.execute(wanted))


def counted(tx: Connection) -> int:
    """How many nobody has looked at yet."""
    return int(tx.execute(select(func.count()).where(forms.c.status == "new")).scalar_one())


def settle(tx: Connection, number: int, status: Status, *, agent: str = "") -> Form:
    """Give a form its status. Raises NotFound."""
    changed = tx.execute(
        update(forms).where(forms.c.id == number - FIRST).values(status=status, agent=agent, changed=datetime.now(UTC))
    )
    if not changed.rowcount:
        raise NotFound(said("there is no such form", "такой заявки нет"), where=str(number))
    return _form(tx.execute(select(forms).where(forms.c.id == number - FIRST)).one())


def _form(row: Row[Any]) -> Form:
    told = json.loads(row.labels) if row.labels else {}
    return Form(
        number=FIRST + row.id,
        kind=row.kind,
        title=told.get("title", {}),
        data=cast(Mapping[str, Value], codec.load(row.data)),
        labels={name: Label(**each) for name, each in told.get("fields", {}).items()},
        status=row.status,
        agent=row.agent,
        customer=row.customer,
        conversation=row.conversation,
        created=row.created,
        changed=row.changed,
    )


def names(found: Sequence[Form]) -> Iterator[str]:
    """Every field of these forms, once each, in the order they are met: the columns of a table of them."""
    seen: set[str] = set()
    for form in found:
        for name in form.data:
            if name not in seen:
                seen.add(name)
                yield name
