"""Callers with habits of every kind, generated: when each calls, what they choose, and what they truly tend to."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Chance = np.random.Generator

DAY = 1440.0  # minutes
START = 54.0 * 365.25 * DAY  # some day in January 2024
STRENGTH = {"strong": 0.8, "medium": 0.6, "weak": 0.35}
HABITS = ("strong", "medium", "weak", "changing", "alternating", "monthly", "time_of_day")
TRACES = (*HABITS, "newcomers", "none")


@dataclass(frozen=True, slots=True)
class Call:
    """at: minutes of the wall clock. truth: what this caller tends to choose at that moment."""

    at: float
    caller: str
    choice: int
    truth: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """calls: of a caller, on average; spread: how their number varies. zipf: how unequal the items' popularity is.
    shape: of what a caller tends to: one favourite, two, a Dirichlet draw, a ranking of their own, or a favourite that
    has nothing to do with what is popular. variant: of the kind. as_popular: the menu is written by popularity.
    gaps: callers stay away for years now and then."""

    kind: str
    callers: int = 1_000
    calls: float = 8.0
    spread: str = "geometric"
    items: int = 8
    zipf: float = 0.8
    shape: str = "favourite"
    variant: int = 0
    as_popular: bool = False
    days: float = 360.0
    gaps: bool = False


def trace(recipe: Recipe, seed: int) -> list[Call]:
    """In time order."""
    if recipe.kind == "mixture":
        return _mixture(recipe, seed)
    chance = np.random.default_rng(seed)
    popular = 1 / np.arange(1, recipe.items + 1) ** recipe.zipf
    popular /= popular.sum()
    if not recipe.as_popular:
        popular = chance.permutation(popular)
    made = []
    callers = recipe.callers * 3 if recipe.kind == "newcomers" else recipe.callers
    for number in range(callers):
        name = f"{seed:x}-{recipe.kind}-{number}"
        caller = _KINDS[recipe.kind](chance, recipe, popular)
        moment = next(caller, None)
        while moment is not None:
            at, truth = moment
            chose = int(chance.choice(recipe.items, p=truth))
            made.append(Call(START + at, name, chose, truth))
            try:
                moment = caller.send(chose)
            except StopIteration:
                moment = None
    return sorted(made, key=lambda call: call.at)


def _mixture(recipe: Recipe, seed: int) -> list[Call]:
    """Callers of all kinds at one menu. Popularity is one draw a kind, as in a menu whose callers differ."""
    parts = [replace(recipe, kind=kind, callers=recipe.callers // len(TRACES)) for kind in TRACES if kind != "none"]
    found = [call for place, part in enumerate(parts) for call in trace(part, seed * 100 + place)]
    return sorted(found, key=lambda call: call.at)


Caller = Generator[tuple[float, Floats], int, None]  # when they call and what they tend to; is sent what they chose


def _times(chance: Chance, recipe: Recipe) -> Floats:
    if recipe.kind == "newcomers":
        number = int(chance.integers(1, 4))
    elif recipe.spread == "fixed":
        number = int(recipe.calls)
    elif recipe.spread == "even":
        number = int(chance.integers(1, 2 * int(recipe.calls) + 1))
    else:
        number = min(200, int(chance.geometric(1 / recipe.calls)))
    days = np.floor(np.sort(chance.uniform(0, recipe.days, number)))
    if recipe.gaps:
        days += np.cumsum(chance.random(number) < 0.1) * 700
    return np.asarray(np.sort(days * DAY + chance.uniform(8, 21, number) * 60))


def tendency(chance: Chance, popular: Floats, shape: str, strength: float) -> Floats:
    number = len(popular)
    if shape == "favourite":
        found = (1 - strength) * popular
        found[chance.choice(number, p=popular)] += strength
    elif shape == "own":  # nothing to do with what is popular
        found = np.full(number, (1 - strength) / (number - 1))
        found[chance.integers(number)] = strength
    elif shape == "two":
        first, second = chance.choice(number, 2, replace=False, p=popular)
        found = (1 - strength) * popular
        found[first] += 0.6 * strength
        found[second] += 0.4 * strength
    elif shape == "dirichlet":
        found = chance.dirichlet({0.8: 0.5, 0.6: 1.5, 0.35: 5.0}[strength] * popular + 1e-3)
    elif shape == "ranking":
        steep = {0.8: 2.2, 0.6: 1.5, 0.35: 0.9}[strength]
        falling = 1 / np.arange(1, number + 1) ** steep
        found = np.zeros(number)
        found[np.argsort(-(np.log(popular) + chance.gumbel(size=number)))] = falling
    else:
        raise ValueError(shape)
    return np.asarray(found / found.sum())


def _steady(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    truth = tendency(chance, popular, recipe.shape, STRENGTH.get(recipe.kind, 0.6))
    for at in _times(chance, recipe):
        yield at, truth


def _changing(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    """variant 0: once; 1: now and then; 2: all callers on one day."""
    times = _times(chance, recipe)
    truth = tendency(chance, popular, recipe.shape, 0.8)
    turn = int(chance.integers(1, len(times) + 1))
    for place, at in enumerate(times):
        on_the_day = recipe.variant == 2 and place and times[place - 1] < recipe.days * DAY / 2 <= at
        if (recipe.variant == 0 and place == turn) or (recipe.variant == 1 and chance.random() < 0.08) or on_the_day:
            truth = tendency(chance, popular, recipe.shape, 0.8)
        yield at, truth


def _alternating(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    """variant 0: two items; 1: three; 2: two, with more slips; 3: two, and a slip does not break the step."""
    circle = list(chance.choice(len(popular), 3 if recipe.variant == 1 else 2, replace=False, p=popular))
    slips = 0.3 if recipe.variant == 2 else 0.15
    place = 0
    for at in _times(chance, recipe):
        truth = slips * popular
        truth[circle[place % len(circle)]] += 1 - slips
        chose = yield at, truth
        place = (circle.index(chose) + 1 if chose in circle else place) if recipe.variant == 3 else place + 1


def _monthly(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    """A thing about one day of the month, and other calls. variant 1: more of those; 2, 3: a month after the last."""
    other = tendency(chance, popular, recipe.shape, 0.35) if recipe.variant != 2 else popular
    item, day = int(chance.choice(len(popular), p=popular)), int(chance.integers(1, 28))
    months = max(2, min(len(_times(chance, recipe)), int(recipe.days / 30)))
    begins = int(chance.integers(0, max(1, int(recipe.days / 30.4) - months + 1)))
    paid = [(begins + month) * 30.44 + day + chance.normal(0, 1) for month in range(months)]
    times = [at * DAY + chance.uniform(8, 21) * 60 for at in paid]
    more = chance.poisson(months * (2.0 if recipe.variant == 1 else 1.0))
    times = sorted([*times, *chance.uniform(times[0], times[-1] + 1, more)])
    last = -1e9
    for at in times:
        into = (at / DAY - day) % 30.44
        near = min(into, 30.44 - into) <= 3 if recipe.variant < 2 else at - last > 25 * DAY
        truth = 0.15 * other if near else other.copy()
        if near:
            truth[item] += 0.85
        elif recipe.variant >= 2:
            truth[item] *= 0.1
        truth /= truth.sum()
        if (yield at, truth) == item:
            last = at


def _time_of_day(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    """variant 0: before and after two o'clock; 1: an hour of the caller's own; 2: weekdays and weekends; 3: gradual."""
    early, late = (tendency(chance, popular, recipe.shape, 0.8) for _ in range(2))
    edge = chance.uniform(10, 19) if recipe.variant == 1 else 14.0
    for at in _times(chance, recipe):
        hour = (at / 60) % 24
        share = {2: float(((START + at) // DAY + 3) % 7 >= 5), 3: 1 / (1 + np.exp(edge - hour))}.get(
            recipe.variant, float(hour >= edge)
        )
        yield at, (1 - share) * early + share * late


def _none(chance: Chance, recipe: Recipe, popular: Floats) -> Caller:
    """variant 1: not even popularity."""
    truth = popular if recipe.variant != 1 else np.full(len(popular), 1 / len(popular))
    for at in _times(chance, recipe):
        yield at, truth


_KINDS: Mapping[str, Callable[[Chance, Recipe, Floats], Caller]] = {
    **dict.fromkeys(("strong", "medium", "weak", "newcomers"), _steady),
    "changing": _changing,
    "alternating": _alternating,
    "monthly": _monthly,
    "time_of_day": _time_of_day,
    "none": _none,
}
