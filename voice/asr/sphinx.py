"""PocketSphinx: English where the answer is one of few, by a grammar of what the step expects; streams, 2 % of a core.

Its model comes with the package (`pip install 'govorun[pocketsphinx]'`, BSD-2-Clause). Without a grammar (a name, an
open question) it hears with its own language model of general English, weak on a telephone.
"""

from __future__ import annotations

import asyncio
import importlib.util
import threading
from typing import Any

from bot.errors import Both, PartMissing
from voice.asr.closed import is_answer
from voice.asr.jsgf import grammar
from voice.asr.streaming import Lines, Listened
from voice.audio import RATE, Resampler, Samples
from voice.errors import EngineFailed
from voice.ports import Hint

SPHINX_RATE = 16_000
WORKERS = 2
LINES = 32  # utterances at once
SURE = 0.7  # the confidence in what it heard: with a grammar its own scores tell nothing
SPARE = 4  # decoders kept for the next utterance: making one costs 0.3 s


class Sphinx:
    """Recognizers of English."""

    name = "pocketsphinx"
    languages = frozenset({"en"})

    def __init__(self, lines: int = LINES) -> None:
        self._lines = Lines(self.name, WORKERS, lines)
        self._spare: list[Any] = []  # of pocketsphinx.Decoder
        self._lock = threading.Lock()
        self._warm = False

    async def warm(self) -> None:
        await asyncio.to_thread(self.load)

    def load(self) -> None:
        """Blocking, about 1 s. Raises PartMissing."""
        if importlib.util.find_spec("pocketsphinx") is None:
            raise PartMissing(
                Both("pocketsphinx is not installed", "pocketsphinx не установлен"),
                where=self.name,
                fix="pip install 'govorun[pocketsphinx]'",
            )
        self._warm = True
        self.give_back(self.take())

    def start(self, hint: Hint) -> Listened:
        if not self._warm:
            raise EngineFailed("it was not warmed", where=self.name, fix="Call warm() before the first call")
        return self._lines.listen(lambda: _Search(self, hint))

    def close(self) -> None:
        self._lines.close()
        self._spare.clear()
        self._warm = False

    def take(self) -> Any:
        """A decoder that nobody uses."""
        with self._lock:
            if self._spare:
                return self._spare.pop()
        import pocketsphinx

        return pocketsphinx.Decoder(samprate=SPHINX_RATE, loglevel="FATAL", bestpath=False)

    def give_back(self, decoder: Any) -> None:
        with self._lock:
            if len(self._spare) < SPARE:
                self._spare.append(decoder)


class _Search:
    """Words."""

    def __init__(self, engine: Sphinx, hint: Hint) -> None:
        self._engine = engine
        self._decoder = decoder = engine.take()
        self._hint = hint
        told = grammar(hint, lambda word: decoder.lookup_word(word) is not None)
        self._closed = told is not None and bool(hint.answers)
        if told is None:
            decoder.activate_search()  # its own language model
        else:
            decoder.add_jsgf_string("expected", told)
            decoder.activate_search("expected")
        self._resampler = Resampler(RATE, SPHINX_RATE)
        decoder.start_utt()

    def take(self, sound: Samples) -> str:
        self._decoder.process_raw(self._resampler.feed(sound).tobytes(), False, False)
        so_far = self._decoder.hyp()
        return so_far.hypstr if so_far else ""

    def end(self) -> tuple[str, float]:
        decoder = self._decoder
        decoder.process_raw(self._resampler.flush().tobytes(), False, False)
        decoder.end_utt()
        heard = decoder.hyp()
        self._engine.give_back(decoder)
        text = heard.hypstr if heard else ""
        if self._closed and not is_answer(text, self._hint.answers, "en"):
            return "", 0.0  # a path through the grammar that came to no end: "not at", "i"
        return text, SURE if text else 0.0
