"""Callers of another make than those of benchmarks/_habits.py, and harder: every trace draws its own circumstances.

How many items there are and how unequally they are wanted, what a caller's tendency is like, how many calls are known
of one, how often the last choice is simply repeated, how much is accident, how and when habits turn, what the clock
has to do with it. Nothing a menu begins with was learnt from the seeds that are measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from benchmarks._habits import DAY, START, Call, Chance, Floats

STRENGTH = {"strong": 0.3, "medium": 0.9, "weak": 2.4}  # mean of a Dirichlet's parameters: the less, the stronger
LIKELY = {"strong": 0.8, "medium": 0.6, "weak": 0.4}  # of the favourite


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """popular: everybody's share of each item. shape: of a tendency. calls: of a caller, on average, spread `spread`.
    repeated: how often the last choice is taken again whatever the tendency. accident: share of choices that mean
    nothing. days: from the first call to the last possible one. clock: how calls lie in time."""

    popular: Floats
    shape: str
    calls: float
    spread: str
    repeated: float
    accident: float
    days: float
    clock: str


def circumstances(chance: Chance) -> Circumstances:
    items = int(chance.choice([4, 5, 6, 7, 8, 8, 8, 8, 9, 10, 12]))
    uneven = chance.choice(["even", "dirichlet", "zipf"])
    if uneven == "even":
        popular = chance.dirichlet(np.full(items, 30.0))
    elif uneven == "dirichlet":
        popular = chance.dirichlet(np.full(items, 5.0))
    else:
        popular = chance.permutation(1 / np.arange(1, items + 1) ** chance.uniform(0.3, 1.1))
    return Circumstances(
        popular=popular / popular.sum(),
        shape=str(chance.choice(["dirichlet", "dirichlet", "anyhow", "favourite", "own", "ranking"])),
        calls=float(np.exp(chance.uniform(np.log(5), np.log(28)))),
        spread=str(chance.choice(["fixed", "poisson", "geometric", "even"])),
        repeated=float(chance.choice([0.0, 0.0, 0.15, 0.3])),
        accident=float(chance.choice([0.0, 0.05, 0.15])),
        days=float(chance.choice([60, 180, 365, 730])),
        clock=str(chance.choice(["scattered", "regular", "day"])),
    )


def strangers(kind: str, callers: int, seed: int, *, about: Circumstances | None = None) -> list[Call]:
    """In time order. "mixture": of all kinds in the same circumstances."""
    chance = np.random.default_rng([seed, *kind.encode()])
    about = about or circumstances(chance)
    kinds = list(_KINDS) if kind == "mixture" else [kind]
    made = []
    for number in range(callers * (3 if kind == "newcomers" else 1)):
        which = kinds[number % len(kinds)]
        made += _called(_KINDS[which](chance, about, which), f"{seed:x}-{number}", about, chance)
    return sorted(made, key=lambda call: call.at)


Tendencies = tuple[Floats, Callable[[int, list[int]], Floats]]  # when; and at the nth call, given choices, what
Kind = Callable[[Chance, Circumstances, str], Tendencies]


def _called(made: Tendencies, name: str, about: Circumstances, chance: Chance) -> list[Call]:
    times, tends = made
    found: list[Call] = []
    chosen: list[int] = []
    for place, at in enumerate(times):
        truth = tends(place, chosen)
        truth = truth / truth.sum()
        if about.accident:
            truth = (1 - about.accident) * truth + about.accident / len(truth)
        choice = int(np.searchsorted(np.cumsum(truth), chance.random() * (1 - 1e-12)))
        choice = min(choice, len(truth) - 1)
        chosen.append(choice)
        found.append(Call(START + float(at), name, choice, truth))
    return found


def _number(chance: Chance, about: Circumstances) -> int:
    match about.spread:
        case "fixed":
            return max(1, round(about.calls))
        case "poisson":
            return 1 + int(chance.poisson(about.calls - 1))
        case "geometric":
            return min(150, int(chance.geometric(1 / about.calls)))
        case _:
            return int(chance.integers(1, 2 * round(about.calls)))


def _times(chance: Chance, about: Circumstances, number: int) -> Floats:
    match about.clock:
        case "regular":
            gaps = about.days / number * chance.gamma(4.0, 0.25, number)
            days = chance.uniform(0, gaps[0]) + np.cumsum(gaps) - gaps[0]
        case "scattered":
            days = chance.uniform(0, about.days, number)
        case _:
            days = np.cumsum(chance.exponential(about.days / number, number))
    if about.clock == "day":
        return np.sort(days * DAY)
    return np.sort(np.floor(days) * DAY + np.clip(chance.normal(14, 3.5, number), 0, 23.9) * 60)


def _tendency(chance: Chance, about: Circumstances, strength: str) -> Floats:
    popular, number = about.popular, len(about.popular)
    match about.shape:
        case "dirichlet":
            return chance.dirichlet(STRENGTH[strength] * number * popular + 1e-3)
        case "anyhow":
            return chance.dirichlet(np.full(number, STRENGTH[strength]))
        case "favourite" | "own":
            liked = chance.integers(number) if about.shape == "own" else chance.choice(number, p=popular)
            found = (1 - LIKELY[strength]) * popular
            found[liked] += LIKELY[strength]
            return np.asarray(found)
        case _:
            found = np.zeros(number)
            steep = {"strong": 2.2, "medium": 1.5, "weak": 0.9}[strength]
            by_liking = np.argsort(-(np.log(popular) + chance.gumbel(size=number)))
            found[by_liking] = np.arange(1, number + 1.0) ** -steep
            return np.asarray(found / found.sum())


def _steady(chance: Chance, about: Circumstances, kind: str) -> Tendencies:
    tendency = _tendency(chance, about, kind if kind in STRENGTH else "medium")
    number = int(chance.integers(1, 4)) if kind == "newcomers" else _number(chance, about)
    repeated = about.repeated if kind != "weak" else 0.0

    def tends(place: int, chosen: list[int]) -> Floats:
        if not repeated or not chosen:
            return tendency
        truth = (1 - repeated) * tendency
        truth[chosen[-1]] += repeated
        return np.asarray(truth)

    return _times(chance, about, number), tends


def _changing(chance: Chance, about: Circumstances, _: str) -> Tendencies:
    """Once, about the middle; at any call, now and then; or little by little."""
    number = max(2, _number(chance, about))
    strength = str(chance.choice(["strong", "medium"]))
    way = int(chance.integers(4))
    one, other = _tendency(chance, about, strength), _tendency(chance, about, strength)
    turn = chance.integers(number // 3, 2 * number // 3 + 1)
    turns = chance.random(number) < 0.1
    drawn = [one]
    for place in range(1, number):
        if way <= 1:
            drawn.append(one if place < turn else other)
        elif way == 2:
            drawn.append(_tendency(chance, about, strength) if turns[place] else drawn[-1])
        else:
            drawn.append(one + (other - one) * place / (number - 1))
    return _times(chance, about, number), lambda place, _: drawn[place]


def _alternating(chance: Chance, about: Circumstances, _: str) -> Tendencies:
    """Two in turn, or three; by count whatever was chosen, or after what was chosen; with accidents."""
    popular, number = about.popular, max(2, _number(chance, about))
    wide = 3 if len(popular) > 3 and chance.random() < 0.2 else 2
    circle = [int(each) for each in chance.choice(len(popular), wide, replace=False, p=popular)]
    slips, by_count = chance.choice([0.05, 0.1, 0.2]), chance.random() < 0.6

    def tends(place: int, chosen: list[int]) -> Floats:
        due = circle[place % wide]
        if not by_count and chosen:
            last = next((each for each in reversed(chosen) if each in circle), circle[-1])
            due = circle[(circle.index(last) + 1) % wide]
        truth = slips * popular
        truth[due] += 1 - slips
        return np.asarray(truth)

    return _times(chance, about, number), tends


def _monthly(chance: Chance, about: Circumstances, _: str) -> Tendencies:
    """One thing or two, each about its day of the month, and other calls in between."""
    other = _tendency(chance, about, "medium")
    months = max(2, min(24, round(about.calls * chance.uniform(0.4, 1.0))))
    begins = chance.uniform(0, max(1.0, 365 - 30.44 * months))
    due = [
        (int(chance.choice(len(other), p=about.popular)), chance.uniform(0, 28)) for _ in range(chance.integers(1, 3))
    ]
    late = chance.choice([0.5, 1.0, 2.0])
    found = [
        ((begins + 30.44 * month + day + chance.normal(0, late)) * DAY, item)
        for month in range(months)
        for item, day in due
    ]
    between = chance.poisson(months * chance.choice([0.3, 1.0, 2.0]))
    found += [(at * DAY, -1) for at in begins + chance.uniform(0, 30.44 * months, between)]
    found.sort()
    sure = chance.uniform(0.75, 0.95)
    times = np.array([np.floor(at / DAY) * DAY + chance.uniform(8, 21) * 60 for at, _ in found])
    order = np.argsort(times, kind="stable")
    due_now = [found[place][1] for place in order]

    def tends(place: int, _: list[int]) -> Floats:
        if due_now[place] < 0:
            return other
        truth = (1 - sure) * other
        truth[due_now[place]] += sure
        return np.asarray(truth)

    return np.maximum(0, times[order]), tends


def _time_of_day(chance: Chance, about: Circumstances, _: str) -> Tendencies:
    """Two parts of the day, or three; or working days and weekends."""
    strength = str(chance.choice(["strong", "strong", "medium"]))
    way = int(chance.integers(4))
    edges = (6.0, 12.0, 18.0) if way == 2 else (float(chance.uniform(11, 17)),)
    each = [_tendency(chance, about, strength) for _ in range(4)]
    number = max(2, _number(chance, about))
    times = _times(chance, about, number)
    hours = times / 60 % 24
    part = ((START + times) // DAY + 3) % 7 >= 5 if way == 3 else np.searchsorted(edges, hours)
    return times, lambda place, _: each[int(part[place])]


def _none(chance: Chance, about: Circumstances, _: str) -> Tendencies:
    return _times(chance, about, _number(chance, about)), lambda *_: about.popular


_KINDS: Mapping[str, Kind] = {
    "strong": _steady,
    "medium": _steady,
    "weak": _steady,
    "changing": _changing,
    "alternating": _alternating,
    "monthly": _monthly,
    "time_of_day": _time_of_day,
    "newcomers": _steady,
    "none": _none,
}
