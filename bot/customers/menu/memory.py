"""A menu and all its callers, kept small: for replays, benchmarks, and whoever ranks without a database. PURE.

A caller is one `bytes`: the order they heard last, and their latest choices, five bytes each.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.customers.menu.announcing import Menu, Ranking
from bot.customers.menu.crowd import Crowd, Guess
from bot.customers.menu.past import MAX_ITEMS, NOTHING, Past, minutes, unpacked


class Memory:
    """Ask `ranking`, then `learn`, in time order. Used by one thread at a time."""

    def __init__(self, menu: Menu, *, name: str = "") -> None:
        if len(menu.items) > MAX_ITEMS:
            raise ValueError(f"a menu of more than {MAX_ITEMS} items")
        self.menu = menu
        self.name = name
        self.crowd = Crowd(len(menu.items))
        self.callers: dict[str, bytes] = {}
        self._asked: tuple[str, float, Guess] | None = None

    def ranking(self, caller: str, at: datetime) -> Ranking:
        """The order this caller should hear now."""
        heard, past = self._kept(caller)
        key = f"{self.name}:{caller}:{at.isoformat()}" if self.menu.rules.explore else ""
        ranking = self.menu.rank(
            self.chances(caller, at),
            calls=len(past.items),
            heard=heard,
            everybody=self.crowd.calls,
            calibrated=self.crowd.calibrated,
            key=key,
        )
        order = self.menu.numbered(ranking.best)
        if heard is not None and order is not None and order != heard:
            self._keep(caller, order, past)  # of a newcomer nothing is kept until they choose
        return ranking

    def chances(self, caller: str, at: datetime) -> NDArray[np.float64]:
        """Of each item, summing to 1."""
        return self._guess(caller, minutes(at)).chances

    def learn(self, caller: str, choice: str, at: datetime) -> None:
        """A choice that the menu no longer has, or must not learn from, is passed over."""
        if not self.menu.learns(choice):
            return
        when, item = minutes(at), self.menu.index[choice]
        self.crowd.learn(self._guess(caller, when), item)
        heard, past = self._kept(caller)
        self._keep(caller, heard or self.menu.written, past.and_then(item, when))
        self._asked = None

    def _guess(self, caller: str, at: float) -> Guess:
        if self._asked is None or self._asked[:2] != (caller, at):
            self._asked = (caller, at, self.crowd.guess(self._kept(caller)[1], at))
        return self._asked[2]

    def _kept(self, caller: str) -> tuple[tuple[int, ...] | None, Past]:
        packed = self.callers.get(caller)
        if packed is None:
            return None, NOTHING
        items = len(self.menu.items)
        return tuple(packed[:items]), unpacked(packed[items:])

    def _keep(self, caller: str, order: tuple[int, ...], past: Past) -> None:
        self.callers[caller] = bytes(order) + past.packed()
