"""Between the sound of a codec, at its own rate, and the house's: mono at RATE.

G.722 speaks at 16 kHz though its RTP clock says 8 (RFC 3551 4.5.2); Opus at 48, stereo (RFC 7587 4.1).
"""

from __future__ import annotations

import numpy as np

from voice.audio import EMPTY, RATE, Resampler, Samples

Form = tuple[int, int]  # samples a second, channels
NARROW: Form = (RATE, 1)


class Conversion:
    """One direction of one call; its form may change in the middle."""

    def __init__(self) -> None:
        self._form = NARROW
        self._resampler: Resampler | None = None

    def inward(self, sound: Samples, form: Form) -> Samples:
        """What the stack heard, in that form, channels one after the other."""
        if form == NARROW:
            return sound
        rate, channels = form
        if channels > 1:
            whole = sound[: len(sound) // channels * channels].reshape(-1, channels)
            sound = whole.mean(axis=1).astype(np.int16)
        return self._between(form, rate, RATE).feed(sound) if sound.size else EMPTY

    def outward(self, sound: Samples, form: Form) -> bytes:
        """What the stack shall say, in that form."""
        if form == NARROW:
            return sound.tobytes()
        rate, channels = form
        wide = self._between(form, RATE, rate).feed(sound)
        return (wide.repeat(channels) if channels > 1 else wide).tobytes()

    def _between(self, form: Form, source: int, target: int) -> Resampler:
        if self._resampler is None or form != self._form:
            self._form, self._resampler = form, Resampler(source, target)
        return self._resampler
