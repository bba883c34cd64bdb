"""Any line, taped: what comes in and what really goes out pass through here, and go on unchanged."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np

from voice.audio import FRAME, FRAME_MS, RATE, Frame, Samples
from voice.line import listen
from voice.ports import CallLeg, LegEvent
from voice.recording.disk import Disk, Recording
from voice.recording.tape import Tape

PIECE = 50  # frames written together, a second
LOOK_S = 0.02


class RecordedLeg:
    """`CallLeg` around another. Nothing is kept before `begin`; times are ms of the line, as its frames count them."""

    def __init__(self, leg: CallLeg, disk: Disk) -> None:
        self.id, self.caller, self.called, self.trunk = leg.id, leg.caller, leg.called, leg.trunk
        self.headers: Mapping[str, str] = leg.headers
        self.trunk = leg.trunk
        self._leg = leg
        self._disk = disk
        self._tape: Tape | None = None
        self._recording: Recording | None = None
        self._frames = 0
        self._began = 0  # the frame that the tape begins with
        self._whole: threading.Event | None = None
        self._piece: list[Samples] = []  # final, and not given to the disk yet

    # --- CallLeg ---------------------------------------------------------------------------------------

    @property
    def queued_ms(self) -> int:
        return self._leg.queued_ms

    def frames(self) -> AsyncIterator[Frame]:
        """Whoever reads them lets the tape `hear` each."""
        return self._leg.frames()

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        """The same of them."""
        await listen(self._leg, hear)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._leg.events()

    async def early(self) -> bool:
        return await self._leg.early()

    async def answer(self) -> None:
        await self._leg.answer()

    async def reject(self, status: int, reason: str = "") -> None:
        await self._leg.reject(status, reason)

    def play(self, sound: Samples) -> None:
        self._leg.play(sound)
        if self._tape is not None:
            self._tape.played(sound)

    def flush(self) -> int:
        unplayed = self._leg.flush()
        if self._tape is not None:
            self._tape.flushed(unplayed * RATE // 1000)
        return unplayed

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        return await self._leg.transfer(target, user_to_user=user_to_user)

    async def join(self, other: CallLeg) -> bool:
        return await self._leg.join(other._leg if isinstance(other, RecordedLeg) else other)

    async def hold(self, on: bool) -> None:
        await self._leg.hold(on)

    async def hang_up(self) -> None:
        await self._leg.hang_up()

    # --- the recording ---------------------------------------------------------------------------------

    def hear(self, frame: Frame) -> None:
        self._frames += 1
        if self._tape is not None:
            self._keep(self._tape.heard(frame, self._leg.queued_ms * RATE // 1000), PIECE)

    @property
    def tape(self) -> Tape | None:
        """None while nothing is recorded."""
        return self._tape

    def begin(self, conversation: str) -> None:
        if self._tape is None:
            self._tape, self._began = Tape(), self._frames
            self._recording = self._disk.begin(conversation)

    def frame_at(self, ms: int) -> int:
        """Of the tape."""
        return max(0, ms // FRAME_MS - self._began)

    def finish(self) -> None:
        """All that may be kept is. Twice is fine."""
        if self._tape is not None and self._recording is not None:
            self._keep(self._tape.rest(), 0)
            self._whole = self._recording.finish()
        self._tape = self._recording = None

    async def saved(self, timeout_s: float) -> None:
        """Wait until what was finished is on disk, so that whoever is told of the call's end finds it."""
        if self._whole is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while not self._whole.is_set():  # no thread waits: there are six, and all turns need them
                    await asyncio.sleep(LOOK_S)

    def drop(self) -> None:
        """Nothing of it is."""
        if self._recording is not None:
            self._recording.drop()
        self._tape = self._recording = None

    def _keep(self, pairs: Samples, together: int) -> None:
        if len(pairs):
            self._piece.append(pairs)
        if self._recording is not None and sum(map(len, self._piece)) > together * FRAME:
            self._recording.add(np.concatenate(self._piece))
            self._piece.clear()
