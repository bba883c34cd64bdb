"""A bounded pool of decoders off the event loop, and the recogniser of one utterance that uses it.

A decode can't be cancelled once it runs, and ten callers may stop speaking at once; so the queue has an end, and
who finds it full is told (`RecognizersBusy`) instead of waiting for an answer that comes too late.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from voice.audio import Frame, Samples, joined
from voice.errors import RecognizersBusy
from voice.ports import Heard, Hint

Told = Callable[[Heard], None]
Decode = Callable[[Samples, Hint, Told], Heard]
"""Sound at RATE to words; blocking, CPU-bound, called from several threads. Told of what it heard at first, before it
listens once more."""


def untold(heard: Heard) -> None:
    """Nobody wants to know."""


class Pool:
    """workers decode at once, `waiting` more may wait; the next is refused."""

    def __init__(self, workers: int, waiting: int, name: str) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._room = workers + waiting
        self._taken = 0
        self._lock = threading.Lock()
        self._name = name

    @property
    def busy(self) -> int:
        """Decodes that run or wait."""
        return self._taken

    def submit(self, work: Callable[[], Heard]) -> Future[Heard]:
        """Raises RecognizersBusy. A future that has not begun may be cancelled, which frees its place."""
        with self._lock:
            if self._taken >= self._room:
                what = f"all {self._room} places are taken"
                raise RecognizersBusy(what, where=self._name, fix="Offer the keys, or add workers")
            self._taken += 1
        future = self._executor.submit(work)
        future.add_done_callback(self._leave)
        return future

    def close(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def _leave(self, _future: Future[Heard]) -> None:
        with self._lock:
            self._taken -= 1


class Utterance:
    """A Recognizer over an engine that decodes whole utterances.

    The decode begins at the first silence; most often it is ready when endpointing has made up its mind.
    """

    def __init__(self, pool: Pool, decode: Decode, hint: Hint) -> None:
        self._pool, self._decode, self._hint = pool, decode, hint
        self._frames: list[Frame] = []
        self._early: Future[Heard] | None = None
        self._first: Future[Heard | None] | None = None

    @property
    def partial(self) -> str:
        return ""

    def feed(self, frame: Frame) -> None:
        self._frames.append(frame.copy())

    def pause(self) -> None:
        if self._early is None:
            try:
                self._early = self._begin()
            except RecognizersBusy:
                self._early = None  # `final` tries again, and tells

    def resume(self) -> None:
        if self._early is not None:
            self._early.cancel()
            self._early = None
        if self._first is not None:
            self._first.cancel()
            self._first = None

    async def first(self) -> Heard | None:
        """What it heard at first, where it listens once more."""
        first = self._first
        if first is None:
            return None
        try:
            heard = await asyncio.wrap_future(first)
        except asyncio.CancelledError:
            if self._first is not first:  # by `resume`
                return None
            raise
        return heard if first is self._first else None

    async def settled(self) -> Heard | None:
        """What the decode begun at the last `pause` heard; None where there is none. To shorten the silence."""
        early = self._early
        if early is None:
            return None
        try:
            heard = await asyncio.wrap_future(early)
        except asyncio.CancelledError:
            if early.cancelled():
                return None
            raise
        return heard if early is self._early else None

    async def final(self) -> Heard:
        future = self._early or self._begin()
        return await asyncio.wrap_future(future)

    def abandon(self) -> None:
        self.resume()
        self._frames.clear()

    def _begin(self) -> Future[Heard]:
        sound, hint, decode = joined(self._frames), self._hint, self._decode
        first: Future[Heard | None] = Future()

        def tell(heard: Heard | None) -> None:
            if first.set_running_or_notify_cancel():
                first.set_result(heard)

        def work() -> Heard:
            try:
                return decode(sound, hint, tell)
            finally:
                if not first.done():
                    tell(None)

        future = self._pool.submit(work)
        self._first = first
        return future
