"""Piper: voices by onnxruntime in some thirty languages; a sentence at a time. GPL-3.0, so an extra: govorun[piper].

piper/joe                             English, in the extra
piper:/path/ru_RU-irina-medium.onnx   any other voice you downloaded; its .onnx.json stands beside it
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bot.errors import Both, PartMissing, WeightsMissing
from voice import weights
from voice.audio import RATE, Samples, silence
from voice.errors import EngineFailed
from voice.tts.polish import Polish, gain_for

JOE = "joe"
BETWEEN_MS = 180  # of silence between sentences; each is rendered and trimmed alone
SAMPLE = {"ru": "Здравствуйте, чем я могу вам помочь сегодня?", "en": "Good morning, how can I help you today?"}


class Piper:
    """A Synthesizer. voice: "joe", or the path of a .onnx.

    Raises PartMissing, WeightsMissing, WeightsCorrupt, EngineFailed.
    """

    engine = "piper"
    forbidden = ""

    def __init__(self, voice: str, lang: str, speed: float = 1.0) -> None:
        if importlib.util.find_spec("piper") is None:
            raise PartMissing(
                Both("Piper is not installed", "Piper не установлен"),
                where="piper",
                fix=Both("pip install 'govorun[piper]' (GPL-3.0)", "pip install 'govorun[piper]' (лицензия GPL-3.0)"),
            )
        from piper import PiperVoice, SynthesisConfig

        place = weights.path("piper-joe") / "en_US-joe-medium.onnx" if voice == JOE else _own(voice)
        try:
            self._voice = PiperVoice.load(place)
        except Exception as error:  # onnxruntime and the reader of the .json raise what they like
            raise EngineFailed(
                Both(f"this is no voice of Piper ({error})", f"это не голос Piper ({error})"), where=str(place)
            ) from error
        spoken = self._voice.config.espeak_voice.partition("-")[0]
        if spoken != lang:
            raise PartMissing(
                Both(
                    f"{place.stem} speaks '{spoken}', not '{lang}'", f"{place.stem} говорит на '{spoken}', не '{lang}'"
                ),
                where="piper",
                fix=Both("Choose a voice of that language", "Выберите голос на этом языке"),
            )
        self.lang, self.voice = lang, place.stem
        self._config = SynthesisConfig
        self._speed = speed
        self._rate = self._voice.config.sample_rate
        self.version = f"{importlib.metadata.version('piper-tts')}x{speed:g}"
        self._gain = gain_for(np.concatenate(list(self._sentences(SAMPLE.get(lang, "1, 2, 3"), 1.0))), self._rate)

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        begun = False
        for sentence in self._sentences(text, pace):
            polish = Polish(self._rate, self._gain)
            sound = np.concatenate((polish.feed(sentence), polish.flush()))
            if len(sound):
                yield np.concatenate((silence(BETWEEN_MS, RATE), sound)) if begun else sound
                begun = True

    def close(self) -> None:
        """Nothing is held but memory."""

    def _sentences(self, text: str, pace: float) -> Iterator[Samples]:
        """At the voice's own rate. Text in [[…]] is phonemes to Piper: it is never a customer's to write."""
        plain = text.replace("[[", "").replace("]]", "")
        length = self._voice.config.length_scale / (self._speed * pace)
        try:
            for chunk in self._voice.synthesize(plain, self._config(length_scale=length)):
                yield chunk.audio_int16_array
        except (RuntimeError, ValueError) as error:
            raise EngineFailed("it could not say a sentence", where=f"piper/{self.voice}") from error


def _own(path: str) -> Path:
    place = Path(path).expanduser()
    for file in (place, Path(f"{place}.json")):
        if not file.is_file():
            raise WeightsMissing(
                Both("the voice's file is missing", "файла голоса нет"),
                where=str(file),
                fix=Both(
                    "Download NAME.onnx and NAME.onnx.json of a voice, and put them side by side",
                    "Скачайте ИМЯ.onnx и ИМЯ.onnx.json одного голоса и положите рядом",
                ),
            )
    return place
