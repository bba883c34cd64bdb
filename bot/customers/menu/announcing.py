"""From the chances of the items to the order they are announced in. PURE.

What is announced first costs everybody who wants something else its length, so the order that is soonest over for all
is by chance over seconds (Smith's rule). The author's word comes before it: what is pinned or left out keeps its
place, no item moves further than allowed. Of an order that was heard before, two neighbours change places only for a
gain worth hearing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.usual import put_last

SECONDS = 2.6  # that one announcement takes where nobody says otherwise
WORTH = 0.02  # seconds saved of a caller's waiting, on average, for which two neighbours change places
UNKNOWN = 1.0  # seconds more than that, over one and everybody's calls: before anybody called the author knows best
NEAR = 0.08  # seconds by which the worse of two orders may cost more, for them to be tried against each other
EXPLORED = 0.04  # of orders with such a near tie that have it the other way round
SHORTCUT_FROM = 0.8  # the chance from which an item may be offered before the menu
SHORTCUT_AFTER = 3  # own calls known, at the least
# How a call goes on, seconds; taken to be so, for what a shortcut is worth.
ASKED = 0.3  # that «Оплатить кабельное, как обычно?» takes longer than «Оплатить кабельное — три»
NAMED = 1.2  # to say or key what one wants, once it was announced
AGREED = 0.4  # to say yes
REFUSED = 0.8  # to say no


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """seconds: of its announcement. pinned: keeps its place. excluded: keeps its place, and is neither learnt nor
    offered as a shortcut."""

    id: str
    seconds: float = SECONDS
    pinned: bool = False
    excluded: bool = False

    @property
    def fixed(self) -> bool:
        return self.pinned or self.excluded


@dataclass(frozen=True, slots=True)
class Rules:
    """What the author allows. cap: places an item may move, among those that move; None: any. shortcut: whether one
    may be offered. explore: whether near ties are tried against each other."""

    cap: int | None = None
    shortcut: bool = True
    explore: bool = False


@dataclass(frozen=True, slots=True)
class Ranking:
    """order: item ids as they should be announced. shortcut: the one this caller wants nearly surely, or None.

    best: the order without exploration. probability: of announcing just this order, 0..1. chance: of the most likely
    item, as estimated.
    """

    order: tuple[str, ...]
    shortcut: str | None = None
    best: tuple[str, ...] = ()
    probability: float = 1.0
    chance: float = 0.0


class Menu:
    """The items of one menu and what may be done with them."""

    def __init__(self, items: Iterable[Item], rules: Rules | None = None) -> None:
        self.items = tuple(items)
        self.rules = rules or Rules()
        self.ids = tuple(item.id for item in self.items)
        self.index = {item: place for place, item in enumerate(self.ids)}
        self.seconds = np.array([item.seconds for item in self.items], dtype=float)
        self.written = tuple(range(len(self.items)))
        self._movable = tuple(place for place, item in enumerate(self.items) if not item.fixed)
        self._learnt = frozenset(place for place, item in enumerate(self.items) if not item.excluded)

    def learns(self, item: str) -> bool:
        """Whether a choice of it tells anything: it is in the menu, and the author did not take it out of this."""
        return self.index.get(item) in self._learnt

    def rank(
        self,
        chances: NDArray[np.float64],
        *,
        calls: int = 0,
        heard: Sequence[int] | None = None,
        everybody: float = math.inf,
        calibrated: float = 1.0,
        key: str = "",
    ) -> Ranking:
        """calls: that are known of this caller; everybody: of all of them. heard: the order of the call
        before, item numbers; None: as written. calibrated: how much less often high chances come true than they say.

        key: of this caller, menu and call; what is tried of near ties follows from it alone, so it can be replayed.
        """
        worth = math.inf if not (calls or everybody) else WORTH + UNKNOWN / (1 + everybody)
        before = tuple(heard) if heard is not None else self.written
        best = self._best(chances, before if self._allowed(before) else self.written, worth)
        order, probability = self._tried(best, chances, key) if self.rules.explore else (best, 1.0)
        favourite = int(chances.argmax())
        chance = float(chances[favourite]) * calibrated
        return Ranking(
            order=self._named(order),
            shortcut=self.ids[favourite] if self._sure(favourite, chance, calls, best) else None,
            best=self._named(best),
            probability=probability,
            chance=chance,
        )

    def wait(self, order: Sequence[int], chances: NDArray[np.float64]) -> float:
        """Seconds until what is wanted has been announced, on average."""
        places = list(order)
        return float(chances[places] @ np.cumsum(self.seconds[places]))

    def waited(self, order: Sequence[str], item: str) -> float:
        """Seconds until this item has been announced. One the order does not name comes last."""
        passed = 0.0
        for name in order:
            if name in self.index:
                passed += float(self.seconds[self.index[name]])
            if name == item:
                return passed
        return float(self.seconds.sum())

    def cost(self, order: Sequence[str], shortcut: str | None, item: str) -> float:
        """Seconds until the caller has told us what they want, with the shortcut asked before the menu or without."""
        if shortcut is None:
            return self.waited(order, item) + NAMED
        question = float(self.seconds[self.index[shortcut]]) + ASKED
        if shortcut == item:
            return question + AGREED
        return question + REFUSED + self.waited(self.refused(order, shortcut), item) + NAMED

    def refused(self, order: Sequence[str], shortcut: str) -> tuple[str, ...]:
        """The order once the shortcut was refused: nobody has to hear first what they just said no to."""
        return put_last(order, shortcut, [item.id for item in self.items if item.fixed])

    def numbered(self, order: Sequence[str]) -> tuple[int, ...] | None:
        """None where the menu has been changed since that order was announced."""
        return tuple(self.index[name] for name in order) if sorted(order) == sorted(self.ids) else None

    def _named(self, order: Sequence[int]) -> tuple[str, ...]:
        return tuple(self.ids[place] for place in order)

    def _best(self, chances: NDArray[np.float64], before: Sequence[int], worth: float) -> tuple[int, ...]:
        """From the order before, neighbour by neighbour."""
        likely, seconds = chances.tolist(), self.seconds.tolist()
        movable = frozenset(self._movable)
        wanted = [item for item in before if item in movable]
        for end in range(len(wanted) - 1, 0, -1):
            for place in range(end):
                first, second = wanted[place], wanted[place + 1]
                if likely[second] * seconds[first] - likely[first] * seconds[second] > worth:
                    wanted[place], wanted[place + 1] = second, first
        if self.rules.cap is not None:
            wanted = _capped(wanted, self._movable, self.rules.cap)
        return _filled(wanted, self.written, movable)

    def _allowed(self, order: tuple[int, ...]) -> bool:
        """Whether the author, who may have changed the menu since, would let it be announced so."""
        if sorted(order) != list(self.written):
            return False
        movable = frozenset(self._movable)
        if any(place != item and (item not in movable or place not in movable) for place, item in enumerate(order)):
            return False
        cap = self.rules.cap
        moved = [item for item in order if item in movable]
        places = {item: place for place, item in enumerate(self._movable)}
        return cap is None or all(abs(places[item] - place) <= cap for place, item in enumerate(moved))

    def _tried(self, best: tuple[int, ...], chances: NDArray[np.float64], key: str) -> tuple[tuple[int, ...], float]:
        """Sometimes one near tie the other way round. The probability of what came out, given the chances."""
        near = []
        for place in range(len(best) - 1):
            other = (*best[:place], best[place + 1], best[place], *best[place + 2 :])
            if self._allowed(other) and abs(self.wait(other, chances) - self.wait(best, chances)) <= NEAR:
                near.append(other)
        if not near:
            return best, 1.0
        drawn = _drawn(key)
        if drawn >= EXPLORED:
            return best, 1.0 - EXPLORED
        return near[int(drawn / EXPLORED * len(near))], EXPLORED / len(near)

    def _sure(self, favourite: int, chance: float, calls: int, order: Sequence[int]) -> bool:
        """Sure enough, and asking first saves more seconds than being refused costs."""
        if not self.rules.shortcut or calls < SHORTCUT_AFTER or chance < SHORTCUT_FROM:
            return False
        announced, wanted = self._named(order), self.ids[favourite]
        saved = self.cost(announced, None, wanted) - self.cost(announced, wanted, wanted)
        lost = float(self.seconds[favourite]) + ASKED + REFUSED
        return favourite in self._learnt and chance * saved > (1 - chance) * lost


def _capped(wanted: Sequence[int], written: Sequence[int], cap: int) -> list[int]:
    """As wanted, but nothing further than `cap` places from where it was written. Each place takes what must come now,
    else the first wanted that may come so early; no two items must come at one place, so it always works out."""
    left, made = list(wanted), []
    places = {item: place for place, item in enumerate(written)}
    for place in range(len(written)):
        due = next((item for item in left if places[item] + cap == place), None)
        chosen = due if due is not None else next(item for item in left if places[item] - cap <= place)
        left.remove(chosen)
        made.append(chosen)
    return made


def _filled(wanted: Iterable[int], written: Sequence[int], movable: frozenset[int]) -> tuple[int, ...]:
    coming = iter(wanted)
    return tuple(next(coming) if place in movable else place for place in written)


def _drawn(key: str) -> float:
    """0..1, the same for the same key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big") / 2**64
