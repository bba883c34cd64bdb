"""Sound as numbers: frames, rates, G.711, resampling, levels, WAV files.

Everywhere inside `voice`, sound is mono int16 in a numpy array. On a call it is at RATE in frames of
FRAME_MS; engines that want another rate resample at their own door.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE = 8_000  # Hz; G.711, RFC 3551 4.5.14
FRAME_MS = 20  # RFC 3551 4.2
FRAME = RATE * FRAME_MS // 1000  # samples a frame: 160

Samples = npt.NDArray[np.int16]
"""Any length of mono sound, int16."""
Frame = npt.NDArray[np.int16]
"""Exactly int16[FRAME]: 20 ms of mono sound at RATE."""
