"""The benchmark of the menu that learns, in short."""

from __future__ import annotations

from itertools import pairwise

import pytest

from benchmarks._habits import Recipe, trace
from benchmarks.menu import PEERS, gains, waited


@pytest.mark.parametrize(("kind", "points"), [("alternating", 8), ("weak", -4), ("none", -4)])
def test_the_learned_order_stands_to_the_best_of_its_peers_as_measured(kind: str, points: int) -> None:
    calls = trace(Recipe(kind=kind, callers=150, calls=10), 7)
    found = gains(waited(calls, 8, {"rank": [], "learn": []}, {0.8: [], 0.9: []}))
    assert 100 * (found["learned"] - max(found[peer] for peer in PEERS)) > points


def test_the_same_seed_makes_the_same_callers() -> None:
    first, second = (trace(Recipe(kind="mixture", callers=40), 3) for _ in range(2))
    assert [(call.at, call.caller, call.choice) for call in first] == [
        (call.at, call.caller, call.choice) for call in second
    ]
    assert all(before.at <= after.at for before, after in pairwise(first))
