"""Listening to a leg that was just answered: who took it, and later, whether a machine proves to have.

listening = Listening(leg, vad, ears, lang)
verdict = await listening.who()             # before the call begins, which reads the frames from here on
Call(leg, ..., listening=listening)         # and lets it hear them: on_machine and on_ready tell of late evidence
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from voice.answering.greeting import Greeting, Ready, Recognise, Sign, Verdict
from voice.audio import FRAME_MS, Frame
from voice.errors import EngineFailed, RecognizersBusy
from voice.ports import CallLeg, Hint, Recognizers, Vad

log = logging.getLogger(__name__)

KEPT_MS = 12_000  # of sound, for the recogniser


class Listening:
    """One a call. vad: its own; give it back when the call is over. ears: None where nothing is recognised."""

    def __init__(self, leg: CallLeg, vad: Vad, ears: Recognizers | None, lang: str) -> None:
        self._leg = leg
        self._vad = vad
        self._ears = ears
        self._lang = lang
        self._greeting = Greeting(ears=ears is not None)
        self._probability = 0.0
        self._kept: deque[Frame] = deque(maxlen=KEPT_MS // FRAME_MS)
        self._count = 0
        self._tasks: deque[asyncio.Task[None]] = deque()
        self._verdicts: list[Verdict] = []
        self._ready: Ready | None = None
        self.on_machine: Callable[[Verdict], None] | None = None
        self.on_ready: Callable[[Ready], None] | None = None

    # --- before the call begins ------------------------------------------------------------------------

    async def who(self) -> Verdict | None:
        """The first verdict; None where they hung up before it."""
        async for frame in self._leg.frames():
            self.hear(frame)
            if self._verdicts:
                return self._verdicts[-1]
        return None

    async def ready(self) -> bool:
        """Wait until the machine takes a message; False where it takes none, or hangs up."""
        if self._ready is not None:
            return True
        async for frame in self._leg.frames():
            self.hear(frame)
            if self._ready is not None:
                return True  # type: ignore[unreachable]
            if self._greeting.over:
                return False
        return False

    # --- during the call -------------------------------------------------------------------------------

    def says(self, text: str) -> bool:
        """What was recognised in the call: whether a machine says it."""
        before = self._greeting.by
        self._take(self._greeting.said(text))
        return before != "machine" and self._greeting.by == "machine"

    def pressed(self) -> None:
        """A key: there is a person."""
        self._take(self._greeting.pressed())

    def hear(self, frame: Frame) -> None:
        if self._greeting.over:
            return
        self._kept.append(frame)
        self._count += 1
        for probability, _ in self._vad.hear(frame):
            self._probability = probability
        self._take(self._greeting.hear(frame, self._probability))

    def _take(self, signs: tuple[Sign, ...]) -> None:
        for sign in signs:
            if isinstance(sign, Recognise):
                before = self._tasks[-1] if self._tasks else None
                self._tasks.append(asyncio.create_task(self._recognise(sign, before), name="call-greeting"))
            elif isinstance(sign, Ready):
                self._ready = sign
                if self.on_ready is not None:
                    self.on_ready(sign)
            else:
                self._verdicts.append(sign)
                if len(self._verdicts) > 1 and self.on_machine is not None:
                    self.on_machine(sign)

    def close(self) -> None:
        """The call is over."""
        for task in self._tasks:
            task.cancel()

    # --- how -------------------------------------------------------------------------------------------

    async def _recognise(self, wanted: Recognise, before: asyncio.Task[None] | None) -> None:
        """In the order they were asked for."""
        assert self._ears is not None
        recognizer = self._ears.start(Hint(lang=self._lang))
        first = self._count - len(self._kept)
        for number, frame in enumerate(self._kept, first):
            if wanted.from_ms <= number * FRAME_MS < wanted.to_ms:
                recognizer.feed(frame)
        text = ""
        try:
            text = (await recognizer.final()).text
        except (EngineFailed, RecognizersBusy) as error:
            log.info("a greeting was not recognised: %s", error)
        except asyncio.CancelledError:
            recognizer.abandon()
            raise
        if before is not None:
            await asyncio.wait((before,))
        self._tasks.popleft()
        self._take(self._greeting.words(text))
