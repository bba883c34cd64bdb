"""What SIP and WebRTC legs share: received sound on its way to the call, and events in order.

Nothing here knows a protocol. Time is handed in, so a minute of a lossy line is tested in a millisecond.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable

import numpy as np

from voice.audio import FRAME, FRAME_MS, Frame, Samples
from voice.ports import CallLeg, Ended, LegEvent, Pushing

GAP_MS = 100  # five packets missing: more than a busy sender's jitter, so the line is silent and we say so
KEEP_MS = 2_000  # a reader further behind than this loses its oldest sound


class Inlet:
    """Received sound, cut into frames of 20 ms; one reader, or one that is called (`listen`).

    The call counts time in frames, so a line that falls silent (lost packets, hold, a peer that sends
    nothing at all) must not stop the clock: after GAP_MS without sound `tick` puts silence in its place, as
    many frames as the gap lasted. Late packets still come through afterwards, so a burst may make the count
    run a little ahead of the wall; nobody's speech is thrown away for that.
    """

    def __init__(self, keep_ms: int = KEEP_MS) -> None:
        self.count = 0  # frames received, dropped ones too
        self.dropped = 0  # frames the reader was too slow for
        self.silent_ms = 0  # of the gap that is open now; 0 while sound flows
        self._keep = keep_ms // FRAME_MS
        self._rest: Samples = np.zeros(0, np.int16)
        self._frames: deque[Frame] = deque()
        self._heard_at: float | None = None
        self._reader: asyncio.Future[None] | None = None  # waits for the next frame
        self._hear: Callable[[Frame], None] | None = None
        self._over: asyncio.Future[None] | None = None  # of who is called
        self._closed = False

    def open(self, now_ms: float) -> None:
        """The line is up: from here on its time runs."""
        self._heard_at = now_ms

    def sound(self, samples: Samples, now_ms: float) -> None:
        """Take received sound at RATE, any length."""
        self._heard_at = now_ms
        self.silent_ms = 0
        if samples.size == FRAME and not self._rest.size:  # as it nearly always comes
            self._push(samples)
            return
        whole = np.concatenate((self._rest, samples)) if self._rest.size else samples
        end = whole.size - whole.size % FRAME
        for start in range(0, end, FRAME):
            self._push(whole[start : start + FRAME])
        self._rest = whole[end:].copy()

    def tick(self, now_ms: float) -> None:
        """Call every 10 to 20 ms."""
        if self._heard_at is None or now_ms - self._heard_at < GAP_MS:
            return
        self._rest = self._rest[:0]
        while self._heard_at + self.silent_ms + FRAME_MS <= now_ms:
            self.silent_ms += FRAME_MS
            self._push(np.zeros(FRAME, np.int16))

    def close(self) -> None:
        self._closed = True
        self._hear = None
        if self._over is not None and not self._over.done():
            self._over.set_result(None)
        self._wake()

    def _push(self, frame: Frame) -> None:
        if self._closed:
            return
        self.count += 1
        if self._hear is not None:
            self._hand_on(self._hear, frame)
            return
        self._frames.append(frame)
        if len(self._frames) > self._keep:
            self._frames.popleft()
            self.dropped += 1
        self._wake()

    def _hand_on(self, hear: Callable[[Frame], None], frame: Frame) -> None:
        try:
            hear(frame)
        except Exception as error:  # noqa: BLE001  it is raised where `listen` waits, not in whoever moves the sound
            self._hear = None
            if self._over is not None and not self._over.done():
                self._over.set_exception(error)

    def _wake(self) -> None:
        reader = self._reader
        if reader is not None and not reader.done():
            reader.set_result(None)

    async def frames(self) -> AsyncIterator[Frame]:
        new = asyncio.get_running_loop().create_future
        while True:
            while self._frames:
                yield self._frames.popleft()
            if self._closed:
                return
            self._reader = new()  # not an Event: that costs as much as all else here
            await self._reader

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        """As `voice.ports.Pushing`: what waits at once, and then each frame as it is cut."""
        while self._frames:
            hear(self._frames.popleft())
        if self._closed:
            return
        self._over = asyncio.get_running_loop().create_future()
        self._hear = hear
        try:
            await self._over
        finally:
            self._hear = self._over = None


async def listen(leg: CallLeg, hear: Callable[[Frame], None]) -> None:
    """`hear` every frame of a leg, by its shortest way, until it ends."""
    if isinstance(leg, Pushing):
        await leg.listen(hear)
        return
    async for frame in leg.frames():
        hear(frame)


class Events:
    """Leg events in order; one reader; `Ended` closes it, once."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.ended: Ended | None = None

    def put(self, event: LegEvent) -> None:
        if self.ended is not None:
            return
        if isinstance(event, Ended):
            self.ended = event
        self._queue.put_nowait(event)

    async def read(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._queue.get()
            yield event
            if isinstance(event, Ended):
                return


class Outlet:
    """Sound queued for the far end, at RATE; what leaves is taken from the front."""

    def __init__(self) -> None:
        self._chunks: deque[Samples] = deque()
        self.size = 0  # samples

    def put(self, sound: Samples) -> None:
        if sound.size:
            self._chunks.append(np.ascontiguousarray(sound, dtype=np.int16))
            self.size += sound.size

    def take(self, samples: int) -> Samples:
        """Up to so many samples, in order; fewer when fewer are queued."""
        parts: list[Samples] = []
        wanted = samples
        while wanted and self._chunks:
            chunk = self._chunks.popleft()
            if chunk.size > wanted:
                self._chunks.appendleft(chunk[wanted:])
                chunk = chunk[:wanted]
            parts.append(chunk)
            wanted -= chunk.size
        self.size -= samples - wanted
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def give_back(self, sound: Samples) -> None:
        """Put what was taken and could not be sent in front again."""
        if sound.size:
            self._chunks.appendleft(sound)
            self.size += sound.size

    def clear(self) -> int:
        """Drop all; return how many samples."""
        size, self.size = self.size, 0
        self._chunks.clear()
        return size
