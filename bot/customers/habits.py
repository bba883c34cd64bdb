"""What was chosen in menus, kept; and the orders a new conversation begins with."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from bot.customers.menu import rank
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet
from bot.stores.schema import menu_choices

OWN = 50  # of a caller's latest choices; older ones weigh less than 0.8 ** 50
CROWD = 2_000  # of everybody's latest choices: enough for a share of 1 % to show, read in a few ms
CROWD_SECONDS = 60  # how old everybody's counts may be

_OWN = (
    select(menu_choices.c.item)
    .where(
        menu_choices.c.customer == bindparam("customer"),
        menu_choices.c.scenarios == bindparam("scenarios"),
        menu_choices.c.menu == bindparam("menu"),
    )
    .order_by(menu_choices.c.at.desc(), menu_choices.c.id.desc())
    .limit(OWN)
)
_CROWD = (
    select(menu_choices.c.item)
    .where(menu_choices.c.scenarios == bindparam("scenarios"), menu_choices.c.menu == bindparam("menu"))
    .order_by(menu_choices.c.at.desc())
    .limit(CROWD)
)


_CHOSE = insert(menu_choices)


def chose(tx: Connection, customer: int, scenarios: str, menu: str, item: str, at: datetime, *, via: str = "") -> None:
    """via: the identity it came by, so that joined customers can be parted again."""
    values = {"customer": customer, "via": via, "scenarios": scenarios, "menu": menu, "item": item, "at": at}
    tx.execute(_CHOSE, values)


class Habits:
    """Orders menus for a customer. Everybody's counts are kept for CROWD_SECONDS; used from any thread."""

    def __init__(self) -> None:
        self._crowd: dict[tuple[str, str], tuple[datetime, Counter[str]]] = {}

    def orders(
        self, tx: Connection, customer: int, scenarios: ScenarioSet, now: datetime
    ) -> dict[str, tuple[str, ...]]:
        """Menu to its items in the order to announce them; menus to be read as written are left out."""
        orders = {}
        for menu in _learning(scenarios):
            items = tuple(item.id for item in menu.items)
            where = {"scenarios": scenarios.name, "menu": menu.menu}
            own = tuple(reversed(tx.execute(_OWN, {**where, "customer": customer}).scalars().all()))
            ranking = rank(
                items,
                own,
                self._everybody(tx, scenarios.name, menu.menu, now),
                pinned=(item.id for item in menu.items if item.pinned),
            )
            if ranking.order != items:
                orders[menu.menu] = ranking.order
        return orders

    def _everybody(self, tx: Connection, scenarios: str, menu: str, now: datetime) -> Counter[str]:
        kept = self._crowd.get((scenarios, menu))
        if kept is not None and 0 <= (now - kept[0]).total_seconds() < CROWD_SECONDS:
            return kept[1]
        counts = Counter(tx.execute(_CROWD, {"scenarios": scenarios, "menu": menu}).scalars())
        self._crowd[scenarios, menu] = (now, counts)
        return counts


def _learning(scenarios: ScenarioSet) -> list[ChooseStep]:
    return [
        step
        for scenario in scenarios.scenarios.values()
        for step in scenario.steps.values()
        if isinstance(step, ChooseStep) and step.learns
    ]
