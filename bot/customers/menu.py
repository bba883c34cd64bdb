"""The menu that learns. PURE: what was chosen before in, the order of announcing out.

What a caller chose before counts the more the fresher it is, and stands over what everybody chooses. A digit stays with
its item always, and a pinned item keeps its place: people dislike moving targets (Findlater and McGrenere 2004).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

RECENCY = 0.8  # weight of a caller's choice against that of the next one: habits change
PRIOR = 1.0  # how many own choices everybody's habits are worth
SMOOTHING = 1.0  # added to every item's count, so that what nobody chose yet can still rise
SURE = 0.8  # share of the estimate from which an item is offered before the menu
SURE_AFTER = 3  # own choices, at the least, before anything is offered outright


@dataclass(frozen=True, slots=True)
class Ranking:
    """order: item ids as they should be announced. shortcut: the one this caller wants nearly surely, or None."""

    order: tuple[str, ...]
    shortcut: str | None = None


def rank(
    items: Sequence[str],
    own: Sequence[str],
    everybody: Mapping[str, float],
    *,
    pinned: Iterable[str] = (),
) -> Ranking:
    """items: as the author ordered them. own: this caller's choices, oldest first. everybody: how often each item
    was chosen by all. Ties keep the author's order, so without any history the menu is as written."""
    fixed = frozenset(pinned)
    chances = estimate(items, own, everybody)
    movable = iter(sorted((item for item in items if item not in fixed), key=lambda item: -chances[item]))
    order = tuple(item if item in fixed else next(movable) for item in items)
    best = max(items, key=lambda item: chances[item], default=None)
    sure = best is not None and len(own) >= SURE_AFTER and chances[best] >= SURE
    return Ranking(order=order, shortcut=best if sure else None)


def estimate(items: Sequence[str], own: Sequence[str], everybody: Mapping[str, float]) -> dict[str, float]:
    """The chance of each item, summing to 1: own choices decayed, over everybody's."""
    total = sum(everybody.get(item, 0.0) for item in items) + SMOOTHING * len(items)
    weights = {item: PRIOR * (everybody.get(item, 0.0) + SMOOTHING) / total for item in items}
    weight = 1.0
    for choice in reversed(own):
        if choice in weights:
            weights[choice] += weight
            weight *= RECENCY
    whole = sum(weights.values())
    return {item: value / whole for item, value in weights.items()}


@dataclass(slots=True)
class Memory:
    """A menu's past calls, for replays and benchmarks: ask `ranking`, then `learn`, in time order."""

    items: tuple[str, ...]
    pinned: frozenset[str] = frozenset()
    everybody: Counter[str] = field(default_factory=Counter)
    own: dict[str, list[str]] = field(default_factory=dict)

    def ranking(self, caller: str) -> Ranking:
        return rank(self.items, self.own.get(caller, ()), self.everybody, pinned=self.pinned)

    def learn(self, caller: str, choice: str) -> None:
        """A choice that the menu no longer has is passed over."""
        if choice in self.items:
            self.everybody[choice] += 1
            self.own.setdefault(caller, []).append(choice)
