"""Whether what one said arrived at another: sound found in sound."""

from __future__ import annotations

import numpy as np

from voice.audio import Samples


def found(heard: Samples, said: Samples) -> tuple[int, float]:
    """From which sample on it is there, and how like it is: 1.0 is all of it, unchanged but for its loudness."""
    one, other = heard.astype(float), said.astype(float)
    if len(one) < len(other):
        return 0, 0.0
    size = 1 << (len(one) + len(other)).bit_length()
    alike = np.fft.irfft(np.fft.rfft(one, size) * np.conj(np.fft.rfft(other, size)), size)[: len(one) - len(other) + 1]
    energy = np.concatenate(([0.0], np.cumsum(one**2)))
    loud = np.sqrt(energy[len(other) :] - energy[: -len(other)]) + 1.0
    at = int(np.argmax(alike / loud))
    return at, float(alike[at] / (loud[at] * np.linalg.norm(other)))
