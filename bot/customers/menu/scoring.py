"""Old calls score a policy nobody has heard yet. PURE.

Four estimates of the seconds a caller waits for the wanted item, each with the 95 % interval:

direct   what the policy's order would have cost the same caller, who is taken to want the same in whatever order
ips      inverse propensity: the calls whose order was the policy's own, each weighed by one over its probability
snips    the same, normalised by the weights: a little bias for much less variance
robust   doubly robust: the model's expectation, corrected by ips where it was wrong; right if either of both is

`direct` is exact as long as what is announced first tempts nobody; where it and the others part, it does. The others
need calls in which the order could have come out otherwise (`Rules.explore`), and `matched` says how many speak.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.customers.menu.announcing import Menu
from bot.customers.menu.memory import Memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One choice as it was journalled. order: as announced, with the probability it had of being so."""

    caller: str
    at: datetime
    choice: str
    order: tuple[str, ...] = ()
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """seconds, and half the width of the interval that holds the truth in 95 of 100 cases; nan where nothing speaks."""

    seconds: float
    within: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """matched: calls that were announced as the policy would have. effective: how many equal ones their weights are
    worth."""

    policy: str
    calls: int
    matched: int
    effective: float
    direct: Estimate
    ips: Estimate
    snips: Estimate
    robust: Estimate


class Policy(Protocol):
    """Asked for an order, then told what was chosen, in time order."""

    def order(self, caller: str, at: datetime) -> tuple[str, ...]: ...

    def learn(self, caller: str, choice: str, at: datetime) -> None: ...


class Written:
    """The menu as the author wrote it."""

    def __init__(self, menu: Menu) -> None:
        self._order = menu.ids

    def order(self, caller: str, at: datetime) -> tuple[str, ...]:
        return self._order

    def learn(self, caller: str, choice: str, at: datetime) -> None:
        pass


class Learnt:
    """The model, as it is now."""

    def __init__(self, menu: Menu) -> None:
        self.memory = Memory(menu)

    def order(self, caller: str, at: datetime) -> tuple[str, ...]:
        return self.memory.ranking(caller, at).best

    def learn(self, caller: str, choice: str, at: datetime) -> None:
        self.memory.learn(caller, choice, at)


class Counted:
    """What everybody else does: by the caller's own choices, each worth `fading` of the next; else by everybody's.
    fading: 1 most frequent, 0 most recent."""

    def __init__(self, menu: Menu, fading: float) -> None:
        self._menu, self._fading = menu, fading
        self._crowd = np.ones(len(menu.ids))
        self._own: dict[str, NDArray[np.float64]] = {}

    def order(self, caller: str, at: datetime) -> tuple[str, ...]:
        crowd = self._crowd / self._crowd.sum()
        own = self._own.get(caller)
        worth = crowd if own is None else own + 1e-3 * crowd
        return tuple(self._menu.ids[place] for place in np.argsort(-worth, kind="stable"))

    def learn(self, caller: str, choice: str, at: datetime) -> None:
        place = self._menu.index.get(choice)
        if place is None:
            return
        self._crowd[place] += 1
        own = self._own.setdefault(caller, np.zeros(len(self._menu.ids)))
        own *= max(self._fading, 0.01)  # the most recent first, and behind it the one before
        own[place] += 1


def policies(menu: Menu) -> dict[str, Policy]:
    return {
        "fixed": Written(menu),
        "most_recent": Counted(menu, 0.0),
        "decayed": Counted(menu, 0.8),
        "most_frequent": Counted(menu, 1.0),
        "learned": Learnt(menu),
    }


def scored(menu: Menu, calls: Iterable[Call], chosen: Sequence[str] = ()) -> tuple[Score, ...]:
    """Each policy over the calls, in time order; each is asked before it is told. Calls whose order is not known count
    for `direct` alone. chosen: names among `policies`; none: all of them."""
    every = policies(menu)
    wanted = {name: every[name] for name in (chosen or every)}
    model = Memory(menu)
    seen = [_seen(menu, model, wanted, call) for call in calls if call.choice in menu.index]
    return tuple(_score(name, [row[place] for row in seen]) for place, name in enumerate(wanted))


@dataclass(frozen=True, slots=True)
class _Row:
    direct: float
    heard: float
    weight: float
    expected: float
    foretold: float
    known: bool


def _seen(menu: Menu, model: Memory, wanted: dict[str, Policy], call: Call) -> list[_Row]:
    logged = menu.numbered(call.order) if call.order else None
    chances = model.chances(call.caller, call.at)
    heard = menu.waited(call.order, call.choice) if logged is not None else 0.0
    foretold = menu.wait(logged, chances) if logged is not None else 0.0
    rows = []
    for policy in wanted.values():
        order = policy.order(call.caller, call.at)
        numbers = menu.numbered(order)
        assert numbers is not None
        rows.append(
            _Row(
                direct=menu.waited(order, call.choice),
                heard=heard,
                weight=1 / max(call.probability, 1e-6) if logged is not None and order == call.order else 0.0,
                expected=menu.wait(numbers, chances),
                foretold=foretold,
                known=logged is not None,
            )
        )
    model.learn(call.caller, call.choice, call.at)
    for policy in wanted.values():
        policy.learn(call.caller, call.choice, call.at)
    return rows


def _score(name: str, rows: Sequence[_Row]) -> Score:
    known = [row for row in rows if row.known]
    weights = [row.weight for row in known]
    total = sum(weights)
    squares = sum(weight * weight for weight in weights)
    return Score(
        policy=name,
        calls=len(rows),
        matched=sum(weight > 0 for weight in weights),
        effective=total * total / squares if squares else 0.0,
        direct=_mean([row.direct for row in rows]),
        ips=_mean([row.weight * row.heard for row in known]) if total else _NOTHING,
        snips=_normalised(known, total),
        robust=_mean([row.expected + row.weight * (row.heard - row.foretold) for row in known]) if total else _NOTHING,
    )


_NOTHING = Estimate(math.nan, math.nan)


def _mean(values: Sequence[float]) -> Estimate:
    if not values:
        return _NOTHING
    mean = sum(values) / len(values)
    spread = sum((value - mean) ** 2 for value in values) / max(1, len(values) - 1)
    return Estimate(mean, 1.96 * math.sqrt(spread / len(values)))


def _normalised(rows: Sequence[_Row], total: float) -> Estimate:
    if not total:
        return _NOTHING
    mean = sum(row.weight * row.heard for row in rows) / total
    spread = sum((row.weight * (row.heard - mean)) ** 2 for row in rows)
    return Estimate(mean, 1.96 * math.sqrt(spread) / total)
