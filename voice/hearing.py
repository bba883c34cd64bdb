"""A call's ears: frames in; "the caller talks", "the caller said this", "it was nothing" out.

Wires VAD, endpointing and one recogniser an utterance. Recognition starts at the first short silence and its
result is used or thrown away; utterances are told in the order they were spoken.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import numpy as np

from voice.audio import RATE, Frame, Samples, level
from voice.endpointing import PATIENCE, Edge, Endpointer, Mark
from voice.errors import EngineFailed, RecognizersBusy
from voice.ports import Hint, Recognizer, Recognizers, Vad

log = logging.getLogger(__name__)

KEPT_FRAMES = 20  # 400 ms before the onset was sure, so that the first syllable isn't lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """The caller began to speak. began_ms: since the call's first frame."""

    began_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance with words in it. ended_ms: where its speech ended, decided_ms: when that was sure, both ms since
    the call's first frame."""

    text: str
    confidence: float
    ended_ms: int
    decided_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Sound that held no words we could find. speech_ms: how much of it seemed to be speech. busy: nobody could listen
    to it, for too many callers speak at once."""

    speech_ms: int
    busy: bool = False


Told = Talking | Said | Nothing


async def never_whole(text: str) -> bool:
    return False


class Hearing:
    """One a call. `tell` is called on the event loop, for Said and Nothing after the decode."""

    def __init__(
        self,
        vad: Vad,
        ears: Mapping[str, Recognizers],
        tell: Callable[[Told], None],
        whole: Callable[[str], Awaitable[bool]] = never_whole,
    ) -> None:
        """whole: whether these words already say all that one would say at once."""
        self._vad = vad
        self._ears = ears
        self._tell = tell
        self._whole = whole
        self._hint = Hint(lang="ru")
        self._endpointer = Endpointer(PATIENCE["text"], window_ms=vad.window_ms)
        self._window = RATE * vad.window_ms // 1000
        self._rest: Samples = np.zeros(0, np.int16)
        self._kept: deque[Frame] = deque(maxlen=KEPT_FRAMES)
        self._recognizer: Recognizer | None = None
        self._forgotten = False  # the utterance under way
        self._decoding: deque[asyncio.Task[None]] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._turns = 0  # from speech to pause and back: what is known of one pause says nothing of the next

    def expect(self, hint: Hint) -> None:
        """What would be understood now; holds for the utterance that begins next, its patience at once."""
        self._hint = hint
        self._endpointer.patience = PATIENCE[hint.kind]

    @property
    def active(self) -> bool:
        """The caller speaks, or what they said is still being recognised."""
        return self._endpointer.speaking or bool(self._decoding)

    def hear(self, frame: Frame, *, deaf: bool = False) -> None:
        """Take 20 ms. deaf: keep time, but begin no utterance: a prompt that must be heard plays."""
        self._kept.append(frame)
        if self._recognizer is not None:
            self._recognizer.feed(frame)
        self._rest = np.concatenate((self._rest, frame))
        for probability in self._vad.hear(frame):
            window, self._rest = self._rest[: self._window], self._rest[self._window :]
            quiet = deaf and not self._endpointer.speaking
            for edge in self._endpointer.hear(0.0 if quiet else probability, level(window)):
                self._on_edge(edge)

    def forget(self) -> None:
        """The caller pressed a key instead: drop the utterance under way and those being recognised."""
        if self._recognizer is not None:
            self._recognizer.abandon()
            self._recognizer = None
        self._forgotten = self._endpointer.speaking
        if self._settling is not None:
            self._settling.cancel()
        for task in self._decoding:
            task.cancel()
        self._decoding.clear()

    def close(self) -> None:
        self.forget()

    def _on_edge(self, edge: Edge) -> None:
        if edge.mark is Mark.SPEECH_STARTED:
            self._forgotten = False
            ears = self._ears.get(self._hint.lang)
            self._recognizer = ears.start(self._hint) if ears else None
            if self._recognizer is not None:
                for frame in self._kept:
                    self._recognizer.feed(frame)
            self._tell(Talking(began_ms=edge.from_ms))
        elif self._forgotten:
            return
        elif edge.mark is Mark.SPEECH_ENDED:
            recognizer, self._recognizer = self._recognizer, None
            before = self._decoding[-1] if self._decoding else None
            task = asyncio.create_task(self._recognise(recognizer, edge, before), name="call-recognise")
            self._decoding.append(task)
        elif self._recognizer is not None:
            self._turns += 1
            if edge.mark is Mark.PAUSE:
                self._recognizer.pause()
                self._settling = asyncio.create_task(self._settle(self._recognizer, self._turns), name="call-settle")
            else:
                self._recognizer.resume()

    async def _settle(self, recognizer: Recognizer, pause: int) -> None:
        """The words up to this pause: when they are a whole answer, a shorter silence ends the utterance."""
        try:
            heard = await recognizer.settled()
        except EngineFailed:
            return  # `final` tells
        if heard is None or not heard.text or recognizer is not self._recognizer:
            return
        whole = await self._whole(heard.text)
        if recognizer is self._recognizer and pause == self._turns:
            self._endpointer.settle(whole)

    async def _recognise(self, recognizer: Recognizer | None, edge: Edge, before: asyncio.Task[None] | None) -> None:
        told: Told = Nothing(speech_ms=edge.speech_ms)
        try:
            if recognizer is not None:
                heard = await recognizer.final()
                if heard.text:
                    told = Said(
                        text=heard.text, confidence=heard.confidence, ended_ms=edge.from_ms, decided_ms=edge.at_ms
                    )
        except RecognizersBusy as error:
            log.warning("an utterance was lost: %s", error)
            told = Nothing(speech_ms=edge.speech_ms, busy=True)
        except EngineFailed as error:
            log.warning("an utterance was lost: %s", error)
        except asyncio.CancelledError:
            if recognizer is not None:
                recognizer.abandon()
            raise
        except Exception:  # the outermost loop of an utterance: the call must not go deaf and mute for it
            log.exception("an engine broke")
        if before is not None:
            await asyncio.wait((before,))
        if asyncio.current_task() in self._decoding:
            self._decoding.remove(asyncio.current_task())  # type: ignore[arg-type]
            self._tell(told)
