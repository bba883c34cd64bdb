"""Which windows of a line are worth a detector's work. PURE: levels in, yes or no out.

Most of a call is a caller who listens. A window of that costs the model as much as one of speech (0.2 ms of every 32:
a hundred callers who say nothing took 0.6 of a core), and its answer is known from its level. What is no louder than
the line's own noise is skipped and counts as no speech. The noise is followed: down at once, up slowly, and not while
somebody speaks.
"""

from __future__ import annotations

from dataclasses import dataclass


def _power(dbfs: float) -> float:
    return float(10 ** (dbfs / 10) * 32768**2)


QUIET = _power(-55.0)  # below it nobody speaks: the softest speech that was ever taken for an order is 10 dB louder
LOUD = _power(-40.0)  # above it somebody may, however noisy the line is
LEAST_NOISE = _power(-65.0)
OVER_NOISE = 4.0  # 6 dB; a window of steady noise stays within 3 dB of its mean, of which the floor follows the least
RISE = 1.02  # a window, 2.7 dB/s: noise that begins is known for noise within some seconds
SPEECH = 0.3  # a probability that keeps the gate open
FIRST = 64  # windows of a call that are all judged, 2 s: a model that knows no silence hears speech up to 100 ms later
HANG = 16  # windows it stays open after that, 0.5 s: pauses between words are the model's to judge


@dataclass(slots=True)
class Gate:
    """One a line. For each window `opens(power)`, and `heard(power, probability)` if it did."""

    _noise: float = LEAST_NOISE
    _left: int = FIRST  # windows it stays open for

    def opens(self, power: float) -> bool:
        """power: mean square of the window's samples."""
        if power > QUIET and (power > LOUD or power > self._noise * OVER_NOISE):
            self._left = HANG
            return True
        if self._left:
            self._left -= 1
            return True
        self._noise = max(LEAST_NOISE, min(power, self._noise * RISE))
        return False

    def heard(self, power: float, probability: float) -> None:
        """What the model said of a window it was given."""
        if probability >= SPEECH:
            self._left = HANG
        else:
            self._noise = max(LEAST_NOISE, min(power, self._noise * RISE))
