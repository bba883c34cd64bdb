"""How much more may be done for one utterance, told in work and not by a clock, so that a busy machine hears the same
as a quiet one.

The unit is one token of one hypothesis through the decoder, 2 to 3 ms of a core.
"""

from __future__ import annotations

from dataclasses import dataclass

BUDGET = 420  # beside the first listening and the last look: at most some 1.1 s of a core
A_SECOND = 12  # a second of sound heard freely once more, its share of the beam's decode included: 30 ms


@dataclass(slots=True)
class Work:
    """Of one utterance; one thread's. left: tokens; below nought by what was begun with less than it took."""

    left: int = BUDGET

    def spend(self, tokens: int) -> None:
        self.left -= tokens

    def take(self, tokens: int) -> bool:
        """Spend so many if there are as many left."""
        if tokens > self.left:
            return False
        self.left -= tokens
        return True


def listening(seconds: float) -> int:
    """What it takes to hear a window of so many seconds."""
    return round(A_SECOND * seconds)
