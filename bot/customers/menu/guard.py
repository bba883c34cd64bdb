"""Whether what was learnt serves the callers better than the menu as written. PURE.

A digit stays with its item and the item wanted is known afterwards, so what the fixed order would have cost the same
caller is no guess: of each call both are counted, and their difference is judged. Where the learnt order costs more,
and that is no accident, the menu is announced as written until what would have been learnt does better again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

ENOUGH = 60  # calls, before anything is concluded
CERTAIN = 2.0  # standard errors
BACK_CERTAIN = 1.0  # to go back to the learnt order: nobody loses by it while it is only watched


@dataclass(frozen=True, slots=True)
class Verdict:
    """calls: judged. saved: seconds a call that the learnt order saves against the written one; below 0 it costs.
    error: the standard error of that. trusted: whether it is to be announced."""

    calls: int
    saved: float
    error: float
    trusted: bool


def judged(calls: int, total: float, squares: float, *, trusted: bool = True) -> Verdict:
    """total, squares: of the seconds saved call by call, and of their squares. trusted: what held before."""
    if calls == 0:
        return Verdict(0, 0.0, 0.0, True)
    mean = total / calls
    spread = max(0.0, squares / calls - mean * mean)
    error = math.sqrt(spread / calls)
    if calls < ENOUGH:
        return Verdict(calls, mean, error, trusted)
    if trusted:
        return Verdict(calls, mean, error, mean + CERTAIN * error >= 0)
    return Verdict(calls, mean, error, mean - BACK_CERTAIN * error > 0)


def judged_of(saved: Iterable[float], *, trusted: bool = True) -> Verdict:
    """saved: seconds, a call each."""
    each = list(saved)
    return judged(len(each), sum(each), sum(value * value for value in each), trusted=trusted)
