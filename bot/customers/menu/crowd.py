"""What this caller will choose, and what everybody's calls say of how to guess it. PURE.

Every sign is a kernel over the caller's own calls: how much each of them counts now. All alike (frequency); the
fresher the more (habits change); those that followed the same choice as the last one (who alternates); those at this
hour, on this weekday, about this day of the month, after as long a silence. A kernel's sum for an item, over
everybody's share of it, is one feature; how long ago the item was chosen, in calls and in days, how often this caller
repeats themselves or alternates, and whether the item is due again, are others. Nine models, each a conditional logit
over all of them, begin with what callers of one kind have taught (beginnings.json, from generated callers: of all
kinds, with strong habits, weak, alternating, …), learn at every call how much a sign is worth with these callers, and
are mixed by how well each has foretold them: so a menu whose callers pay by the month is soon foretold by the model
that knows such. (To mix them by how well each foretold this one caller was tried, and brought 0.0002 of the gain on
traces of all kinds of callers at once.)
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.customers.menu.past import Past

Floats = NDArray[np.float64]

DAY = 1440.0  # minutes
KERNELS = (
    *("all", "fresh9", "fresh7", "fresh4", "after", "after2", "hour", "part_of_day", "weekday", "weekend"),
    *("monthday", "gap"),
)
SINCE = (1, 2, 3, 4, 6)  # calls ago, from: the last one, the one before, …
AGAIN = (1, 2, 3)  # calls back: how often this caller chose what they had chosen so long before
AGO = (1 / 12, 0.5, 1.5, 4.0, 9.0, 18.0, 26.0, 33.0, 45.0, 80.0)  # days ago, up to; the last bucket has no end
FEATURES = (
    "crowd",
    "crowd_at_this_hour",
    *KERNELS,
    "all_sharp",
    "all_flat",
    "all_even",
    "due",
    *(f"again_{calls}" for calls in AGAIN),
    *(f"since_{calls}" for calls in SINCE),
    *(f"ago_{number}" for number in range(len(AGO) + 1)),
)
_AT = {name: place for place, name in enumerate(FEATURES)}
# Weights differ by how many calls of this caller are known: 0, 1, 2, 3.., 5.., 9.., 17..; the last row is for all.
_LENGTHS = np.searchsorted([1, 2, 3, 5, 9, 17], np.arange(256), side="right")
ROWS = 8
_FRESH = np.array([[1.0], [0.9], [0.7], [0.4], [0.97]]) ** np.arange(256)

RATE = 0.03  # of learning, over the root of the squared gradients so far (Adagrad)
SURE = 100.0  # what those are taken to be at the start, so that a few calls do not overthrow what was learnt before
HALVES = 3_500  # calls in which everybody's habits lose half their weight
HOUR_FADES = 0.998  # of everybody's habits at an hour, a call at it
SURE_FROM = 0.8  # chances from here are looked at: whether they come true as often as they say
SURE_CALLS = 1_000.0  # of the latest ones
DOUBT = 30.0  # calls that it is worth to take them at their word
PRIOR = 4.0  # calls that the author's order is worth before anybody called
SHARED = 0.002  # of the models' standing given back to all at every call: what suits these callers may change


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """chances: of each item, summing to 1. The rest is what `learn` needs to know of how they came about."""

    chances: Floats
    features: Floats
    each: Floats
    row: int
    hour: int


class Crowd:
    """Everybody's habits at one menu. Used by one thread at a time; the size of a few hundred numbers."""

    def __init__(self, items: int) -> None:
        self.items = items
        self.counts = np.zeros(items)
        self.hours = np.zeros((24, items))
        self.weights = _BEGINNINGS.copy()
        self.slopes = np.full(self.weights.shape, SURE)
        self.standing = np.zeros(len(MODELS))  # log of how far each model is believed
        self.sure = np.zeros(2)  # of chances from SURE_FROM: their sum, and how many came true
        self._one = np.eye(items)
        self._tilt = PRIOR / items * np.linspace(1.05, 0.95, items)  # before any call, and between equals: as written
        self._decay = 0.5 ** (1 / HALVES)

    def shares(self) -> Floats:
        """Everybody's share of each item."""
        weighed = self.counts + self._tilt
        return np.asarray(weighed / weighed.sum())

    @property
    def calls(self) -> float:
        """Everybody's, the old ones counting less."""
        return float(self.counts.sum())

    @property
    def calibrated(self) -> float:
        """How often high chances came true, over how often they should have; at most 1."""
        foretold, true = self.sure
        return float(min(1.0, (true + DOUBT) / (foretold + DOUBT)))

    def guess(self, past: Past, at: float) -> Guess:
        """at: minutes of the wall clock since 1970."""
        features, hour = self._features(past, at)
        row = int(_LENGTHS[len(past.items)])
        scores = (self.weights[:, ROWS - 1] + self.weights[:, row]) @ features
        scores -= scores.max(axis=1, keepdims=True)
        each = np.exp(scores)
        each /= each.sum(axis=1, keepdims=True)
        believed = np.exp(self.standing - self.standing.max())
        chances = believed @ each
        chances /= chances.sum()
        return Guess(chances=chances, features=features, each=each, row=row, hour=hour)

    def learn(self, guess: Guess, choice: int) -> None:
        wrong = -guess.each
        wrong[:, choice] += 1
        slope = wrong @ guess.features.T
        for row in (guess.row, ROWS - 1):
            self.slopes[:, row] += slope * slope
            self.weights[:, row] += RATE * slope / np.sqrt(self.slopes[:, row])
        gave = np.log(np.maximum(guess.each[:, choice], 1e-9))
        belief = np.exp(self.standing - self.standing.max() + gave - gave.max())
        belief /= belief.sum()
        self.standing = np.log((1 - SHARED) * belief + SHARED / len(MODELS))
        chance = float(guess.chances.max())
        if chance >= SURE_FROM:
            self.sure = self.sure * (1 - 1 / SURE_CALLS) + (chance, float(guess.chances[choice] == chance))
        self.count(choice, guess.hour)

    def recount(self, choices: Iterable[tuple[int, float]]) -> None:
        """Everybody's choices anew, oldest first: item and minute. What was learnt of signs stays."""
        self.counts[:] = 0
        self.hours[:] = 0
        each = np.array(list(choices), dtype=float).reshape(-1, 2)
        items, hours = each[:, 0].astype(int), (each[:, 1] // 60).astype(int) % 24
        np.add.at(self.counts, items, self._decay ** np.arange(len(items) - 1, -1, -1))
        for hour in range(24):
            then = items[hours == hour]
            np.add.at(self.hours[hour], then, HOUR_FADES ** np.arange(len(then) - 1, -1, -1))

    def count(self, choice: int, hour: int) -> None:
        self.counts *= self._decay
        self.counts[choice] += 1
        self.hours[hour] *= HOUR_FADES
        self.hours[hour, choice] += 1

    def _features(self, past: Past, at: float) -> tuple[Floats, int]:
        shares = self.shares()
        log_shares = np.log(shares)
        found = np.zeros((len(FEATURES), self.items))
        found[0] = log_shares
        hour = int(at // 60) % 24
        near = self.hours[hour] + 0.6 * (self.hours[hour - 1] + self.hours[(hour + 1) % 24])
        found[1] = np.log((near + 20 * shares) / (near.sum() + 20)) - log_shares
        known = len(past.items)
        if not known:
            return found, hour
        sums = _kernels(past, at) @ self._one[past.items]
        found[2 : 2 + len(KERNELS)] = np.log(sums + shares) - log_shares
        found[_AT["all_sharp"]] = np.log(5 * sums[0] + shares) - log_shares
        found[_AT["all_flat"]] = np.log(sums[0] / 5 + shares) - log_shares
        found[_AT["all_even"]] = np.log(sums[0] + 1 / self.items)
        self._own_ways(past, at, found)
        last = {item: place for place, item in enumerate(past.items.tolist())}
        places = list(last.values())
        at_items = list(last)
        since = np.searchsorted(SINCE, known - np.array(places), side="right") - 1
        found[_AT["since_1"] + since, at_items] = 1
        ago = np.searchsorted(AGO, np.maximum(0.0, at - past.at[places]) / DAY)
        found[_AT["ago_0"] + ago, at_items] = 1
        return found, hour

    def _own_ways(self, past: Past, at: float, found: Floats) -> None:
        """What of this caller's own past tells how they go about it: whether they repeat themselves, alternate, or
        want a thing again after the time they always let pass."""
        items, known = past.items, len(past.items)
        for place, back in enumerate(AGAIN):
            if known >= back:
                same = int(np.count_nonzero(items[back:] == items[:-back]))
                found[_AT["again_1"] + place, items[known - back]] = np.log((same + 0.7) / (known - back - same + 0.7))
        if known < 2:
            return
        order = np.argsort(items, kind="stable")
        ordered, times = items[order], past.at[order]
        gaps = np.diff(times, append=at)
        lasts = np.append(ordered[1:] != ordered[:-1], True)
        gaps[lasts] = at - times[lasts]
        logs = np.log(np.maximum(30.0, gaps))
        now = np.zeros(self.items)
        now[ordered[lasts]] = logs[lasts]
        before = ordered[~lasts]
        if len(before):
            apart = logs[~lasts] - now[before]
            near = np.bincount(before, np.exp(apart * apart * -8), self.items)
            counts = np.bincount(before, minlength=self.items)
            found[_AT["due"]] = np.log((near + 0.3) / (counts + 1.0)) + (counts == 0) * 1.2


def _begun() -> tuple[tuple[str, ...], Floats]:
    """The models' names and their weights: (models, rows, features)."""
    read = json.loads(resources.files(__package__).joinpath("beginnings.json").read_text(encoding="utf-8"))
    weights = np.zeros((len(read), ROWS, len(FEATURES)))
    for model, features in enumerate(read.values()):
        for feature, rows in features.items():
            weights[model, :, _AT[feature]] = rows
    return tuple(read), weights


def _kernels(past: Past, at: float) -> Floats:
    """How much each call counts now, by each kernel: (kernels, calls)."""
    items, times = past.items, past.at
    known = len(items)
    rows = np.zeros((len(KERNELS), known))
    fresh = _FRESH[:, known - 1 :: -1] if known < 256 else _FRESH[:, ::-1]
    rows[:4] = fresh[:4]
    if known > 1:
        same = items[:-1] == items[-1]
        rows[4, 1:] = same * fresh[4, 1:]
        rows[5, 2:] = rows[4, 2:] * (items[:-2] == items[-2])
    apart = at - times
    hours = np.abs((apart / 60 + 12) % 24 - 12)
    rows[6] = np.exp(hours * hours / -4.5)  # a deviation of an hour and a half
    day, days = at // DAY, times // DAY
    rows[7] = np.exp(hours * hours / -18)  # three hours
    rows[8] = (day - days) % 7 == 0
    rows[9] = ((days + 3) % 7 >= 5) == ((day + 3) % 7 >= 5)  # 1970 began on a Thursday
    month = np.abs((apart / DAY + 15.22) % 30.44 - 15.22)
    rows[10] = np.exp(month * month / -8)  # two days
    if known > 1:
        gaps = np.log(np.maximum(1.0, np.diff(times, append=at)))  # after each call; the last one until now
        other = gaps[:-1] - gaps[-1]
        rows[11, 1:] = np.exp(other * other * -2)
    return rows


def kept(crowd: Crowd) -> dict[str, Any]:
    """All it has learnt, for JSON."""
    return {
        "items": crowd.items,
        "counts": crowd.counts.tolist(),
        "hours": crowd.hours.tolist(),
        "weights": crowd.weights.round(5).tolist(),
        "slopes": crowd.slopes.round(2).tolist(),
        "standing": crowd.standing.tolist(),
        "sure": crowd.sure.tolist(),
    }


def restored(kept: Mapping[str, Any]) -> Crowd:
    """Raises ValueError where it was kept by a version with other signs or models."""
    crowd = Crowd(int(kept["items"]))
    for name in ("counts", "hours", "weights", "slopes", "standing", "sure"):
        values = np.array(kept[name], dtype=float)
        if values.shape != getattr(crowd, name).shape:
            raise ValueError(f"'{name}' has another shape")
        setattr(crowd, name, values)
    return crowd


MODELS, _BEGINNINGS = _begun()
