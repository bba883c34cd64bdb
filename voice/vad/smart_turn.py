"""Smart Turn v3.2: whether a person who has just paused has said all they wanted, by how it sounded. BSD-2.

Made by Daily on Whisper's tiny encoder; 23 languages, Russian and English among them. It hears the last 8 s at
16 kHz as 80 mel bands and answers with one probability. Its features are Whisper's (Radford et al., 2022, 2.2),
computed here with numpy alone.
"""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from bot.errors import Both, GovorunError, PartMissing
from voice import weights
from voice.audio import RATE, Samples, resampled

WEIGHTS = "smart-turn"
MODEL_RATE = 16_000
HEARD_S = 8
BANDS = 80
WINDOW, HOP = 400, 160  # samples at MODEL_RATE: 25 and 10 ms
WAITING = 4  # questions at a time; more, and the silence alone decides


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's scale (Auditory Toolbox, 1998): linear below 1 kHz, logarithmic above."""
    above = 15 + np.log(np.maximum(hertz, 1_000) / 1_000) * 27 / np.log(6.4)
    return np.where(hertz < 1_000, hertz * 3 / 200, above)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1_000 * np.exp(np.log(6.4) / 27 * (np.maximum(mel, 15) - 15)))


def _bands() -> NDArray[np.float64]:
    """[BANDS, WINDOW // 2 + 1] triangles of equal area."""
    edges = _hertz(np.linspace(0, float(_mel(np.array(MODEL_RATE / 2))), BANDS + 2))
    bins = np.linspace(0, MODEL_RATE / 2, WINDOW // 2 + 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - low) / (middle - low), (high - bins) / (high - middle)
    shape: NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling)) * 2 / (high - low)
    return shape


_BANDS = _bands()
_HANN = np.hanning(WINDOW + 1)[:-1]


def features(sound: Samples) -> NDArray[np.float32]:
    """[BANDS, 100 a second] of the last HEARD_S at RATE; silence stands before a shorter piece."""
    wave = resampled(sound[-HEARD_S * RATE :], RATE, MODEL_RATE).astype(np.float32) / 32768
    size = HEARD_S * MODEL_RATE
    wave = np.pad(wave, (max(0, size - len(wave)), 0))[-size:]
    wave = (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)
    padded = np.pad(wave.astype(np.float64), WINDOW // 2, mode="reflect")
    pieces = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(pieces * _HANN)) ** 2
    loud = np.log10(np.maximum(_BANDS @ power.T, 1e-10))[:, :-1]
    loud = np.maximum(loud, loud.max() - 8)
    whole: NDArray[np.float32] = ((loud + 4) / 4).astype(np.float32)
    return whole


class SmartTurn:
    """A loaded model for the process. One thread of its own: a question costs 50-100 ms of a core."""

    def __init__(self) -> None:
        self._ask: Callable[[NDArray[np.float32]], float] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")
        self._places = threading.BoundedSemaphore(WAITING)

    async def warm(self) -> None:
        """Off the loop. Raises PartMissing, WeightsMissing, WeightsCorrupt."""
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        if self._ask is not None:
            return
        if importlib.util.find_spec("onnxruntime") is None:
            raise PartMissing(
                Both("onnxruntime is not installed", "onnxruntime не установлен"),
                where=WEIGHTS,
                fix="pip install onnxruntime",
            )
        place = weights.path(WEIGHTS) / "smart-turn-v3.2-cpu.onnx"
        import onnxruntime  # type: ignore[import-untyped] # 80 ms, and only where it is wanted

        options = onnxruntime.SessionOptions()
        options.inter_op_num_threads = options.intra_op_num_threads = 1
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(str(place), options, providers=["CPUExecutionProvider"])
        self._ask = lambda heard: float(np.ravel(session.run(None, {"input_features": heard[None]})[0])[0])
        self.over(np.zeros(RATE, np.int16))

    def over(self, sound: Samples) -> float:
        """P(they have said all), 0..1, of an utterance up to its pause. Blocking; safe from several threads."""
        assert self._ask is not None, "load it first"
        return self._ask(features(sound))

    async def ended(self, sound: Samples) -> float | None:
        """The same off the loop; None at once where too many ask."""
        if not self._places.acquire(blocking=False):
            return None
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self.over, sound)
        finally:
            self._places.release()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


async def warmed() -> tuple[SmartTurn | None, GovorunError | None]:
    """The model, or why it isn't here: calls do without it, by the silence alone."""
    model = SmartTurn()
    try:
        await model.warm()
    except GovorunError as error:
        model.close()
        return None, error
    return model, None
