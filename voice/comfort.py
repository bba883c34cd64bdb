"""Noise for a line on which nobody speaks, so that it doesn't sound dead: what RFC 3389 means, sent as sound.

White and band-limited by the line; a second of it, made once and read from changing places. It is no prompt: it isn't
counted as speaking, isn't recorded into one, and lies 15 dB and more below what a detector or an answering machine's
beep detector listens for.
"""

from __future__ import annotations

import numpy as np

from voice.audio import FRAME, RATE, Frame

LOUDEST_DBFS = -50.0  # louder than that, callers ask what is humming
_SECOND = np.random.default_rng(3389).normal(0, 1, RATE)


class Noise:
    """One a call. dbfs: RMS, -65 to -60 is a quiet room."""

    def __init__(self, dbfs: float) -> None:
        size = 32768 * 10 ** (min(dbfs, LOUDEST_DBFS) / 20)
        self._sound = np.rint(_SECOND * size).astype(np.int16)
        self._at = 0

    def frame(self) -> Frame:
        """The next 20 ms."""
        self._at = (self._at + FRAME * 7 + 31) % (RATE - FRAME)  # not the same second over and over
        return self._sound[self._at : self._at + FRAME]
