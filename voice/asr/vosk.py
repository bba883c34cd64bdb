"""Vosk: recognises while the caller speaks, so its words are ready some 50 ms after the last of them.

The models are the user's to download (https://alphacephei.com/vosk/models: vosk-model-small-ru-0.22, 45 MB,
vosk-model-ru-0.42, 1.8 GB; Apache-2.0): point `vosk:/path/to/model` at the unpacked directory.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.errors import Both, PartMissing, WeightsMissing
from voice.audio import RATE, Frame
from voice.errors import EngineFailed, RecognizersBusy
from voice.ports import Heard, Hint

WORKERS = 2
LINES = 32  # utterances at once; each costs some 5 % of a core while it lasts


class Vosk:
    """One model, one language: Recognizers."""

    def __init__(self, model: str, lang: str, lines: int = LINES) -> None:
        self.name = f"vosk:{Path(model).name}"
        self.languages = frozenset({lang})
        self._place = Path(model)
        self._model: Any = None  # vosk.Model
        self._executor = ThreadPoolExecutor(WORKERS, thread_name_prefix="vosk")
        self._lines = lines
        self._open = 0

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, 1-20 s by size. Raises PartMissing, WeightsMissing, EngineFailed."""
        if importlib.util.find_spec("vosk") is None:
            raise PartMissing(
                Both("vosk is not installed", "vosk не установлен"), where=self.name, fix="pip install vosk"
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

    def start(self, hint: Hint) -> VoskUtterance:
        if self._model is None:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        import vosk

        recognizer = vosk.KaldiRecognizer(self._model, RATE)
        recognizer.SetWords(True)
        self._open += 1
        return VoskUtterance(self, recognizer, hint, crowded=self._open > self._lines)

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)
        self._model = None

    def submit(self, work: Any) -> Future[Any]:
        return self._executor.submit(work)

    def left(self) -> None:
        self._open -= 1


class VoskUtterance:
    """A Recognizer. Frames are worked off in order, by one thread at a time."""

    def __init__(self, engine: Vosk, recognizer: Any, hint: Hint, crowded: bool) -> None:
        self._engine, self._recognizer, self._hint = engine, recognizer, hint
        self._crowded = crowded
        self._left = False
        self._waiting: list[bytes] = []
        self._running: Future[Any] | None = None
        self._partial = ""
        self._words: list[dict[str, Any]] = []

    @property
    def partial(self) -> str:
        return self._partial

    def feed(self, frame: Frame) -> None:
        if self._crowded:
            return
        self._waiting.append(frame.tobytes())
        if self._running is None or self._running.done():
            self._running = self._engine.submit(self._work)

    def pause(self) -> None:
        """It has heard everything already."""

    def resume(self) -> None:
        """Nothing to throw away."""

    async def settled(self) -> Heard | None:
        """Its partial words still change."""
        return None

    async def final(self) -> Heard:
        self._leave()
        if self._crowded:
            raise RecognizersBusy("too many callers speak at once", where=self._engine.name, fix="Offer the keys")
        began = time.perf_counter()
        if self._running:
            await asyncio.wrap_future(self._running)
        await asyncio.wrap_future(self._engine.submit(self._finish))
        text = " ".join(word["word"] for word in self._words)
        sure = sum(word["conf"] for word in self._words) / len(self._words) if self._words else 0.0
        spent = (time.perf_counter() - began) * 1000
        return Heard(text=text, confidence=min(1.0, sure), decode_ms=spent, engine=self._engine.name)

    def abandon(self) -> None:
        self._leave()
        self._waiting.clear()

    def _leave(self) -> None:
        """Once, though a final that is cancelled is abandoned too."""
        if not self._left:
            self._left = True
            self._engine.left()

    def _work(self) -> None:
        """In a thread: everything that waits."""
        while self._waiting:
            if self._recognizer.AcceptWaveform(self._waiting.pop(0)):
                self._words += json.loads(self._recognizer.Result()).get("result", [])
        so_far = [word["word"] for word in self._words]
        self._partial = " ".join((*so_far, json.loads(self._recognizer.PartialResult())["partial"])).strip()

    def _finish(self) -> None:
        self._work()
        self._words += json.loads(self._recognizer.FinalResult()).get("result", [])
