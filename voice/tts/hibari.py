"""hibari: English speech, Apache-2.0, the voice "heart" inside the wheel; a sentence at a time, 50 times real time."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator

import numpy as np

from bot.errors import Both, PartMissing
from voice import weights
from voice.audio import RATE, Samples, silence
from voice.tts.polish import Polish, gain_for

HIBARI_RATE = 24_000
BETWEEN_MS = 220  # of silence between sentences; each is rendered and trimmed alone
SEED = 1  # of the noise in breath and consonants: the same text always sounds the same, so caches may be shared


class Hibari:
    """A Synthesizer. Raises PartMissing, WeightsCorrupt."""

    engine = "hibari"
    lang = "en"
    forbidden = ""

    def __init__(self, voice: str = "heart", speed: float = 1.0) -> None:
        if importlib.util.find_spec("hibari") is None:
            raise PartMissing(
                Both("hibari-tts is not installed", "hibari-tts не установлен"),
                where="tts",
                fix="pip install hibari-tts",
            )
        from hibari import Hibari as Model

        if voice != "heart":
            raise PartMissing(
                Both(f"hibari has no voice '{voice}' in its package", f"у hibari в пакете нет голоса '{voice}'"),
                where="tts",
                fix=Both("There is: heart", "Есть: heart"),
            )
        model = weights.path("hibari-heart") / "hibari.onnx"
        self._model = Model(voice=voice, model=str(model))
        self.voice, self._speed = voice, speed
        self.version = f"{importlib.metadata.version('hibari-tts')}x{speed:g}"
        self._gain = gain_for(_pcm(self._model("Good morning, how can I help you today?", seed=SEED)), HIBARI_RATE)

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        begun = False
        for sentence in self._model.stream(text, speed=self._speed * pace, seed=SEED):
            polish = Polish(HIBARI_RATE, self._gain)
            sound = np.concatenate((polish.feed(_pcm(sentence)), polish.flush()))
            if len(sound):
                yield np.concatenate((silence(BETWEEN_MS, RATE), sound)) if begun else sound
                begun = True

    def close(self) -> None:
        """Nothing is held but memory."""


def _pcm(wave: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Samples:
    whole: Samples = (np.clip(wave, -1.0, 1.0) * 32767).astype(np.int16)
    return whole
