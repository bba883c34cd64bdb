"""A caller's latest choices, small: five bytes each. PURE."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

KEPT = 48  # of a caller's latest choices; what is older weighs next to nothing
MAX_ITEMS = 255

_EPOCH = datetime(1970, 1, 1)
_LATEST = 2**31 - 1  # minutes that four bytes hold: until 6053


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """items: numbers of menu items, oldest first. at: when, minutes of the wall clock since 1970."""

    items: NDArray[np.uint8]
    at: NDArray[np.float64]

    def and_then(self, item: int, at: float) -> Past:
        return Past(np.append(self.items[1 - KEPT :], np.uint8(item)), np.append(self.at[1 - KEPT :], at))

    def packed(self) -> bytes:
        return self.items.tobytes() + self.at.astype("<i4").tobytes()


def unpacked(packed: bytes) -> Past:
    known = len(packed) // 5
    items = np.frombuffer(packed, np.uint8, known)
    return Past(items, np.frombuffer(packed, "<i4", known, known).astype(np.float64))


def past(choices: Iterable[tuple[int, float]]) -> Past:
    """choices: item and minute, oldest first; the latest KEPT of them."""
    pairs = list(choices)[-KEPT:]
    return Past(
        np.array([item for item, _ in pairs], dtype=np.uint8), np.array([at for _, at in pairs], dtype=np.float64)
    )


def minutes(at: datetime) -> float:
    """On the clock it was told by: ten in the morning is ten wherever the caller's zone is."""
    return min((at.replace(tzinfo=None) - _EPOCH).total_seconds() // 60, _LATEST)


NOTHING = past(())
