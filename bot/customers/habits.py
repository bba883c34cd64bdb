"""What was chosen in menus, kept; and the orders a new conversation begins with."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from bot.customers.menu.announcing import Item, Menu, Ranking, Rules
from bot.customers.menu.crowd import Crowd, kept, restored
from bot.customers.menu.guard import Verdict, judged_of
from bot.customers.menu.past import KEPT, MAX_ITEMS, Past, minutes, past
from bot.dialogue.actions import ChoseItem
from bot.dialogue.program import ChooseStep
from bot.dialogue.program import Item as Written
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Habit
from bot.stores.schema import menu_choices, menu_models

log = logging.getLogger(__name__)

CROWD = 2_000  # of everybody's latest choices: enough for a share of 1 % to show, read in a few ms
CROWD_SECONDS = 60  # how old everybody's counts may be
JUDGED = 500  # of the latest announced menus: whether what was learnt serves better than the menu as written
SAVED_AFTER = timedelta(minutes=10)  # what was learnt of signs is kept so often; a crash loses no more than that
LETTER_S, PAUSE_S = 0.065, 0.4  # seconds of speech a letter, and between two announcements

_OWN = (
    select(menu_choices.c.item, menu_choices.c.at, menu_choices.c.learned)
    .where(
        menu_choices.c.customer == bindparam("customer"),
        menu_choices.c.scenarios == bindparam("scenarios"),
        menu_choices.c.menu == bindparam("menu"),
    )
    .order_by(menu_choices.c.at.desc(), menu_choices.c.id.desc())
    .limit(KEPT)
)
_CROWD = (
    select(
        menu_choices.c.item,
        menu_choices.c.at,
        menu_choices.c.heard,
        menu_choices.c.fixed_seconds,
        menu_choices.c.learned_seconds,
    )
    .where(menu_choices.c.scenarios == bindparam("scenarios"), menu_choices.c.menu == bindparam("menu"))
    .order_by(menu_choices.c.at.desc())
    .limit(CROWD)
)
_CHOSE = insert(menu_choices)
_MODEL = select(menu_models.c.written, menu_models.c.model).where(
    menu_models.c.scenarios == bindparam("scenarios"), menu_models.c.menu == bindparam("menu")
)


def chose(
    tx: Connection,
    customer: int,
    scenarios: str,
    menu: str,
    item: str,
    at: datetime,
    *,
    via: str = "",
    judged: Mapping[str, Any] | None = None,
) -> None:
    """via: the identity it came by, so that joined customers can be parted again. judged: what `Habits.chose` adds."""
    values = {"customer": customer, "via": via, "scenarios": scenarios, "menu": menu, "item": item, "at": at}
    tx.execute(_CHOSE, {**values, **(judged or {})})


@dataclass(frozen=True, slots=True)
class Known:
    """Of a new conversation: orders as they are announced, where they are not as written; and how they came about."""

    orders: dict[str, tuple[str, ...]]
    habits: dict[str, Habit]


@dataclass(slots=True)
class _Kept:
    """What this process knows of one menu. verdict: of the latest calls."""

    menu: Menu
    crowd: Crowd
    counted: datetime | None = None
    saved: datetime | None = None
    verdict: Verdict = field(default_factory=lambda: Verdict(0, 0.0, 0.0, True))


class Habits:
    """Orders menus for a customer, and learns from what they choose. Used from any thread."""

    def __init__(self, report: Callable[[str, str, float, bool], None] = lambda *_: None) -> None:
        """report: told of each menu, now and then, its set, its name, seconds saved a call, and whether it is announced
        as learnt."""
        self._report = report
        self._menus: dict[tuple[str, str], _Kept] = {}
        self._lock = RLock()

    def verdicts(self) -> dict[tuple[str, str], Verdict]:
        """Scenario set and menu to whether its learnt order serves better than the written one."""
        with self._lock:
            return {name: known.verdict for name, known in self._menus.items()}

    def orders(
        self, tx: Connection, customer: int, scenarios: ScenarioSet, now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """Menu to its items in the order to announce them; menus to be read as written are left out."""
        return self.known(tx, customer, scenarios, now).orders

    def known(self, tx: Connection, customer: int, scenarios: ScenarioSet, now: datetime, key: str = "") -> Known:
        """now: on the clock of the business. key: of the conversation; near ties are tried by it, without one never."""
        found = Known({}, {})
        for step in _learning(scenarios):
            with self._lock:
                known = self._of(tx, scenarios, step, now)
                own, heard = _own(tx, known.menu, customer, scenarios.name, step.menu, now)
                guess = known.crowd.guess(own, minutes(now))
                ranking = known.menu.rank(
                    guess.chances,
                    calls=len(own.items),
                    heard=heard,
                    everybody=known.crowd.calls,
                    calibrated=known.crowd.calibrated,
                    key=f"{scenarios.name}:{step.menu}:{key}",
                )
            trusted = known.verdict.trusted
            order = (ranking.order if key else ranking.best) if trusted else known.menu.ids
            if order != known.menu.ids:
                found.orders[step.menu] = order
            if order != known.menu.ids or ranking.best != known.menu.ids or ranking.shortcut:
                found.habits[step.menu] = _habit(ranking, trusted=trusted)
        return found

    def chose(
        self, tx: Connection, customer: int, scenarios: ScenarioSet, action: ChoseItem, at: datetime, *, via: str = ""
    ) -> None:
        """Keep it with all that the order is judged by, and learn from it."""
        step = next((each for each in _learning(scenarios) if each.menu == action.menu), None)
        if step is None:
            chose(tx, customer, scenarios.name, action.menu, action.item, at, via=via)
            return
        with self._lock:
            known = self._of(tx, scenarios, step, at)
            own, _ = _own(tx, known.menu, customer, scenarios.name, step.menu, at)
            if known.menu.learns(action.item):
                known.crowd.learn(known.crowd.guess(own, minutes(at)), known.menu.index[action.item])
            self._save(tx, scenarios.name, step.menu, known, at)
        judged = _judged(known.menu, action)
        chose(tx, customer, scenarios.name, action.menu, action.item, at, via=via, judged=judged)

    def _of(self, tx: Connection, scenarios: ScenarioSet, step: ChooseStep, now: datetime) -> _Kept:
        name = scenarios.name, step.menu
        menu = menu_of(step, scenarios.languages[0])
        known = self._menus.get(name)
        if known is None or known.menu.items != menu.items or known.menu.rules != menu.rules:
            known = self._menus[name] = _Kept(menu, _model(tx, *name, menu), saved=now)
        if known.counted is None or not 0 <= (now - known.counted).total_seconds() < CROWD_SECONDS:
            self._count(tx, *name, known, now)
        return known

    def _count(self, tx: Connection, scenarios: str, menu: str, known: _Kept, now: datetime) -> None:
        rows = tx.execute(_CROWD, {"scenarios": scenarios, "menu": menu}).all()
        known.counted = now
        index = known.menu.index
        known.crowd.recount(
            (index[row.item], minutes(row.at.astimezone(now.tzinfo)))
            for row in reversed(rows)
            if known.menu.learns(row.item)
        )
        saved = [
            row.fixed_seconds - row.learned_seconds
            for row in rows
            if row.heard and row.fixed_seconds is not None and row.learned_seconds is not None
        ][:JUDGED]
        before = known.verdict
        known.verdict = judged_of(saved, trusted=before.trusted)
        self._report(scenarios, menu, known.verdict.saved, known.verdict.trusted)
        if known.verdict.trusted != before.trusted:
            log.warning(
                "the menu '%s' of '%s' is announced %s: over %d calls what was learnt saves %.2f s a call, ± %.2f",
                menu,
                scenarios,
                "as learnt again" if known.verdict.trusted else "as written",
                known.verdict.calls,
                known.verdict.saved,
                known.verdict.error,
            )

    def _save(self, tx: Connection, scenarios: str, menu: str, known: _Kept, now: datetime) -> None:
        if known.saved is not None and timedelta(0) <= now - known.saved < SAVED_AFTER:
            return
        known.saved = now
        values = {"written": " ".join(known.menu.ids), "model": json.dumps(kept(known.crowd)), "at": now}
        where = (menu_models.c.scenarios == scenarios) & (menu_models.c.menu == menu)
        if tx.execute(update(menu_models).where(where).values(values)).rowcount:
            return
        try:
            with tx.begin_nested():
                tx.execute(insert(menu_models).values(scenarios=scenarios, menu=menu, **values))
        except IntegrityError:
            log.debug("another process has kept the menu '%s' just now", menu)


def menu_of(step: ChooseStep, language: str) -> Menu:
    """The menu as habits see it; how long an announcement takes is told from its letters."""
    rules = Rules(cap=step.cap, shortcut=step.shortcut, explore=True)
    return Menu(
        (
            Item(id=item.id, seconds=seconds_of(item, language), pinned=item.pinned, excluded=item.excluded)
            for item in step.items
        ),
        rules,
    )


def seconds_of(item: Written, language: str) -> float:
    wording = item.announce.wordings.get(language) or next(iter(item.announce.wordings.values()))
    spoken = (wording.voice or wording.text)[0].source
    return round(PAUSE_S + LETTER_S * max(4, len(spoken)), 2)


def _learning(scenarios: ScenarioSet) -> Sequence[ChooseStep]:
    def make(_: ScenarioSet) -> tuple[ChooseStep, ...]:
        return tuple(
            step
            for scenario in scenarios.scenarios.values()
            for step in scenario.steps.values()
            if isinstance(step, ChooseStep) and step.learns and len(step.items) <= MAX_ITEMS
        )

    return scenarios.once("menus_that_learn", make)


def _own(
    tx: Connection, menu: Menu, customer: int, scenarios: str, name: str, now: datetime
) -> tuple[Past, tuple[int, ...] | None]:
    """This customer's past at the menu, and the learnt order they heard last."""
    rows = tx.execute(_OWN, {"customer": customer, "scenarios": scenarios, "menu": name}).all()
    own = past(
        (menu.index[row.item], minutes(row.at.astimezone(now.tzinfo)))
        for row in reversed(rows)
        if menu.learns(row.item)
    )
    return own, menu.numbered(rows[0].learned.split()) if rows and rows[0].learned else None


def _habit(ranking: Ranking, *, trusted: bool) -> Habit:
    would = ranking.shortcut or ""
    return Habit(
        order=ranking.best,
        probability=ranking.probability if trusted else 1.0,
        would=would,
        shortcut=would if trusted else "",
    )


def _judged(menu: Menu, action: ChoseItem) -> dict[str, Any]:
    order, learned = action.order or menu.ids, action.learned or menu.ids
    would = action.would if action.would in menu.index else None
    return {
        "heard": action.heard,
        "announced": " ".join(order),
        "learned": " ".join(learned),
        "probability": action.probability,
        "place": order.index(action.item) + 1 if action.heard and action.item in order else 0,
        "offered": action.offered,
        "would": would or "",
        "fixed_seconds": menu.cost(menu.ids, None, action.item),
        "learned_seconds": menu.cost(learned, would, action.item),
    }


def _model(tx: Connection, scenarios: str, name: str, menu: Menu) -> Crowd:
    """As it was kept last, where the items are still the same; else the one every menu begins with."""
    row = tx.execute(_MODEL, {"scenarios": scenarios, "menu": name}).first()
    if row is not None and row.written == " ".join(menu.ids):
        try:
            return restored(json.loads(row.model))
        except (ValueError, KeyError, TypeError):
            log.warning("what was kept of the menu '%s' does not fit this version; it begins anew", name)
    return Crowd(len(menu.items))
