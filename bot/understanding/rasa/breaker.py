"""When a server that keeps failing is left alone, so that it doesn't cost its timeout at every turn. Pure."""

from __future__ import annotations

from dataclasses import dataclass

FAILURES = 3  # in a row, until it is left alone
FIRST_S = 5.0  # for so long at first; twice as long after each trial that failed
LONGEST_S = 60.0


@dataclass(slots=True)
class Breaker:
    """Left alone after FAILURES in a row; then one message at a time tries it again. Moments: seconds of any clock
    that only goes forward.

    until: it is left alone until then, None while it is asked. rest: seconds it is left alone for.
    """

    failures: int = 0
    until: float | None = None
    rest: float = FIRST_S
    trying: bool = False

    def open(self, now: float) -> bool:
        """Whether to leave it alone now."""
        return self.until is not None and (self.trying or now < self.until)

    def begin(self, now: float) -> bool:
        """Whether to ask; then `well`, `badly` or `dropped` must follow."""
        if self.open(now):
            return False
        self.trying = self.until is not None
        return True

    def well(self) -> bool:
        """True where it had been left alone."""
        back = self.until is not None
        self.failures, self.until, self.rest, self.trying = 0, None, FIRST_S, False
        return back

    def badly(self, now: float) -> bool:
        """True where it is left alone from now on, and was not before."""
        self.failures += 1
        if self.until is None and self.failures < FAILURES:
            return False
        first = self.until is None
        self.rest = FIRST_S if first else min(LONGEST_S, self.rest * 2)
        self.until, self.trying = now + self.rest, False
        return first

    def dropped(self) -> None:
        """Whoever asked went away before an answer: nothing was learnt."""
        self.trying = False
