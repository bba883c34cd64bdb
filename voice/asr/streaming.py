"""Recognisers that listen while the caller speaks: frames are worked off in order, in a few threads, off the loop.

The utterances at one time have a bound, for each costs some share of a core while it lasts; who comes when all places
are taken is told (`RecognizersBusy`) instead of being heard late.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Protocol

from voice.audio import Frame, Samples
from voice.errors import RecognizersBusy
from voice.ports import Heard


class Words(Protocol):
    """One utterance inside an engine; called from one thread at a time. Each may raise EngineFailed."""

    def take(self, sound: Samples) -> str:
        """Take sound at RATE; the words so far, which may still change."""

    def end(self) -> tuple[str, float]:
        """The utterance is over: its words and the confidence in them."""


class Lines:
    """workers listen at once, in turns, to at most `most` utterances."""

    def __init__(self, name: str, workers: int, most: int) -> None:
        self.name = name
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._most = most
        self._open = 0

    def listen(self, make: Callable[[], Words]) -> Listened:
        """make: the engine's part, made where it runs; not called for one utterance too many."""
        self._open += 1
        return Listened(self, make, crowded=self._open > self._most)

    def submit(self, work: Callable[[], Any]) -> Future[Any]:
        return self._executor.submit(work)

    def left(self) -> None:
        self._open -= 1

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)


class Listened:
    """A Recognizer."""

    def __init__(self, lines: Lines, make: Callable[[], Words], crowded: bool) -> None:
        self._lines, self._make = lines, make
        self._words: Words | None = None
        self._crowded = crowded
        self._left = False
        self._waiting: list[Frame] = []
        self._running: Future[Any] | None = None
        self._partial = ""

    @property
    def partial(self) -> str:
        return self._partial

    def feed(self, frame: Frame) -> None:
        if self._crowded:
            return
        self._waiting.append(frame.copy())
        if self._running is None or (self._running.done() and self._running.exception() is None):
            self._running = self._lines.submit(self._work)

    def pause(self) -> None:
        """It has heard everything already."""

    def resume(self) -> None:
        """Nothing to throw away."""

    async def settled(self) -> Heard | None:
        """Its words still change."""
        return None

    async def final(self) -> Heard:
        self._leave()
        if self._crowded:
            raise RecognizersBusy("too many callers speak at once", where=self._lines.name, fix="Offer the keys")
        began = time.perf_counter()
        if self._running:
            await asyncio.wrap_future(self._running)
        text, sure = await asyncio.wrap_future(self._lines.submit(self._finish))
        spent = (time.perf_counter() - began) * 1000
        return Heard(text=text, confidence=min(1.0, sure), decode_ms=spent, engine=self._lines.name)

    def abandon(self) -> None:
        self._leave()
        self._waiting.clear()

    def _leave(self) -> None:
        """Once, though a final that is cancelled is abandoned too."""
        if not self._left:
            self._left = True
            self._lines.left()

    def _work(self) -> None:
        """In a thread: everything that waits."""
        if self._words is None:
            self._words = self._make()
        while self._waiting:
            self._partial = self._words.take(self._waiting.pop(0))

    def _finish(self) -> tuple[str, float]:
        self._work()
        assert self._words is not None
        return self._words.end()
