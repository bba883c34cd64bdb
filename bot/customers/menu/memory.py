"""A menu and all its callers, kept small: for replays, benchmarks, and whoever ranks without a database. PURE.

A caller is one `bytes`: how the models stand with them, the order they heard last, and their latest choices, five bytes
each. A million callers of fifty choices take about half a gigabyte.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from bot.customers.menu.announcing import Menu, Ranking
from bot.customers.menu.crowd import MODELS, Crowd, Guess
from bot.customers.menu.past import MAX_ITEMS, NOTHING, Past, minutes, unpacked

FADES = 0.97  # of how the models stood with a caller, from one call to the next: habits change in kind, too
TRUST = 0.7  # of what one call says for a model with its caller

_MODELS = len(MODELS)
_LEVEL = np.zeros(_MODELS)


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
        guess, past, heard = self._guess(caller, minutes(at))
        key = f"{self.name}:{caller}:{at.isoformat()}" if self.menu.rules.explore else ""
        ranking = self.menu.rank(guess.chances, calls=len(past.items), heard=heard, key=key)
        self._heard(caller, ranking, past)
        return ranking

    def chances(self, caller: str, at: datetime) -> NDArray[np.float64]:
        """Of each item, summing to 1."""
        return self._guess(caller, minutes(at))[0].chances

    def learn(self, caller: str, choice: str, at: datetime) -> None:
        """A choice that the menu no longer has, or must not learn from, is passed over."""
        if not self.menu.learns(choice):
            return
        when, item = minutes(at), self.menu.index[choice]
        guess, past, heard = self._guess(caller, when)
        gave = self.crowd.learn(guess, item)
        standing = FADES * self._standing(caller) + TRUST * (gave - gave.max())
        order = heard if heard is not None else self.menu.written
        self._keep(caller, standing, order, past.and_then(item, when))
        self._asked = None

    def _guess(self, caller: str, at: float) -> tuple[Guess, Past, tuple[int, ...] | None]:
        standing, heard, past = self._kept(caller)
        if self._asked is not None and self._asked[:2] == (caller, at):
            return self._asked[2], past, heard
        guess = self.crowd.guess(past, at, standing)
        self._asked = (caller, at, guess)
        return guess, past, heard

    def _heard(self, caller: str, ranking: Ranking, past: Past) -> None:
        """Kept only of who called before: of a newcomer nothing is known until they choose."""
        if caller in self.callers:
            order = self.menu.numbered(ranking.best)
            assert order is not None
            self._keep(caller, self._standing(caller), order, past)

    def _kept(self, caller: str) -> tuple[NDArray[np.float64], tuple[int, ...] | None, Past]:
        packed = self.callers.get(caller)
        if packed is None:
            return _LEVEL, None, NOTHING
        head, items = 2 * _MODELS, len(self.menu.items)
        order = tuple(packed[head : head + items])
        return self._standing(caller), order, unpacked(packed[head + items :])

    def _standing(self, caller: str) -> NDArray[np.float64]:
        packed = self.callers.get(caller)
        return _LEVEL if packed is None else np.frombuffer(packed, np.float16, _MODELS).astype(np.float64)

    def _keep(self, caller: str, standing: NDArray[np.float64], order: tuple[int, ...], past: Past) -> None:
        self.callers[caller] = np.maximum(standing, -1e4).astype(np.float16).tobytes() + bytes(order) + past.packed()
