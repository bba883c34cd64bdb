"""Vosk: recognises while the caller speaks, so its words are ready some 50 ms after the last of them.

The models are the user's to download (https://alphacephei.com/vosk/models: vosk-model-small-ru-0.22, 45 MB,
vosk-model-ru-0.42, 1.8 GB; Apache-2.0): point `vosk:/path/to/model` at the unpacked directory.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from typing import Any

from bot.errors import Both, PartMissing, WeightsMissing
from voice.asr.streaming import Lines, Listened
from voice.audio import RATE, Samples
from voice.errors import EngineFailed
from voice.ports import Hint

WORKERS = 2
LINES = 32  # utterances at once; each costs some 5 % of a core while it lasts


class Vosk:
    """One model, one language: Recognizers."""

    def __init__(self, model: str, lang: str, lines: int = LINES) -> None:
        self.name = f"vosk:{Path(model).name}"
        self.languages = frozenset({lang})
        self._place = Path(model)
        self._model: Any = None  # vosk.Model
        self._lines = Lines(self.name, WORKERS, lines)

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, 1-20 s by size. Raises PartMissing, WeightsMissing, EngineFailed."""
        if importlib.util.find_spec("vosk") is None:
            raise PartMissing(
                Both("vosk is not installed", "vosk не установлен"), where=self.name, fix="pip install 'govorun[vosk]'"
            )
        if not (self._place / "am").is_dir() and not (self._place / "final.mdl").is_file():
            fix = Both(
                "Unpack a model from https://alphacephei.com/vosk/models there",
                "Распакуйте туда модель с https://alphacephei.com/vosk/models",
            )
            raise WeightsMissing(
                Both("this is no directory of a Vosk model", "это не папка модели Vosk"),
                where=str(self._place),
                fix=fix,
            )
        import vosk

        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(self._place))
        except Exception as error:  # vosk raises nothing narrower
            raise EngineFailed(f"Vosk can't load it ({error})", where=str(self._place)) from error

    def start(self, hint: Hint) -> Listened:
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        model = self._model
        return self._lines.listen(lambda: _Kaldi(model))

    def close(self) -> None:
        self._lines.close()
        self._model = None


class _Kaldi:
    """Words: results at the pauses, and what follows the last."""

    def __init__(self, model: Any) -> None:
        import vosk

        self._recognizer = vosk.KaldiRecognizer(model, RATE)
        self._recognizer.SetWords(True)
        self._words: list[dict[str, Any]] = []

    def take(self, sound: Samples) -> str:
        if self._recognizer.AcceptWaveform(sound.tobytes()):
            self._words += json.loads(self._recognizer.Result()).get("result", [])
        so_far = [word["word"] for word in self._words]
        return " ".join((*so_far, json.loads(self._recognizer.PartialResult())["partial"])).strip()

    def end(self) -> tuple[str, float]:
        self._words += json.loads(self._recognizer.FinalResult()).get("result", [])
        sure = sum(word["conf"] for word in self._words) / len(self._words) if self._words else 0.0
        return " ".join(word["word"] for word in self._words), sure
