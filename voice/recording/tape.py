"""Two channels of one call, side by side. PURE: what came and what went in, pieces of both out; time is frames.

Left is what the caller said, frame by frame. Right is what they were played, at the moment it left the line: sound that
was flushed is not in it. Both are held back for a moment, and while it isn't known yet whether what is being said is a
secret, so that it can still be silenced.
"""

from __future__ import annotations

from collections import deque

import numpy as np

from voice.audio import FRAME, Frame, Samples, joined
from voice.recording.tones import ToneKeys

HELD_FRAMES = 100  # 2 s: speech is known to be speech some 250 ms after it began, a tone 40 ms after
DOUBT_FRAMES = 3_000  # a minute; 32 bytes a ms and call
TOGETHER = 3 * FRAME  # what leaves the line so near to what left before follows it: packets don't tick as frames do
AROUND_TONE = 3  # frames before and after a tone: its edges, and what an echo leaves of it


class Tape:
    """One a recording. `heard` every frame; `played` and `flushed` as the line is told."""

    def __init__(self) -> None:
        self._left: deque[Frame] = deque()
        self._right: Samples = np.zeros(0, np.int16)  # from the same frame on as the oldest of `_left`
        self._cursor = 0  # samples of `_right` that are known
        self._sent: deque[Samples] = deque()  # given to the line, and not known to have left it
        self._waiting = 0  # samples of it
        self._first = 0  # number of the oldest frame that is held
        self._hushed = 0  # reasons why nothing is kept
        self._doubt: int | None = None  # frames from here on may yet be silenced
        self._tones = ToneKeys()
        self._mute_until = 0

    @property
    def frames(self) -> int:
        """Taped so far."""
        return self._first + len(self._left)

    @property
    def hushed(self) -> bool:
        return bool(self._hushed)

    def played(self, sound: Samples) -> None:
        """Queued on the line."""
        if len(sound):
            self._sent.append(sound)
            self._waiting += len(sound)

    def flushed(self, unplayed: int) -> None:
        """The line dropped so many samples that were queued; what was queued before them has left."""
        self._left_line(unplayed)
        self._sent.clear()
        self._waiting = 0

    def heard(self, frame: Frame, queued: int) -> Samples:
        """20 ms have come, and so many samples still wait on the line. Returns pairs that are final, (left, right) of
        each sample: int16[n, 2]."""
        self._left.append(np.zeros(FRAME, np.int16) if self._hushed else frame)
        self._left_line(queued)
        self._tones.hear(frame)
        if self._tones.sounding:
            self._mute_until = self.frames + AROUND_TONE
            self.silence(self.frames - 1 - AROUND_TONE)
        elif self.frames <= self._mute_until:
            self._left[-1] = np.zeros(FRAME, np.int16)
        return self._final(self._limit)

    def rest(self) -> Samples:
        """The recording ends: all that is held."""
        return self._final(self.frames)

    def hush(self, since: int | None = None) -> None:
        """Keep nothing from now on, or from that frame on as far as it is held; as often, `unhush`."""
        self._hushed += 1
        if since is not None:
            self.silence(since)

    def unhush(self) -> None:
        self._hushed -= 1

    def silence(self, since: int, until: int | None = None) -> None:
        """Of the frames that are held, silence these on both channels; until now where nothing is said."""
        first = max(0, since - self._first)
        last = len(self._left) if until is None else min(len(self._left), until - self._first)
        for at in range(first, last):
            self._left[at] = np.zeros(FRAME, np.int16)
        self._right[first * FRAME : max(0, last) * FRAME] = 0

    def doubt(self, since: int | None) -> None:
        """From that frame on it isn't known yet whether it may be kept. None: all that was said may."""
        self._doubt = since

    @property
    def _limit(self) -> int:
        """Frames before it are final."""
        limit = self.frames - HELD_FRAMES
        if self._doubt is not None:
            limit = max(min(limit, self._doubt), self.frames - DOUBT_FRAMES)
        return limit

    def _left_line(self, queued: int) -> None:
        """Place what has left the line since it was asked last: it ends now."""
        gone = max(0, self._waiting - queued)
        now = len(self._left) * FRAME
        if gone:
            sound = self._take(gone)
            start = now - gone
            if abs(start - self._cursor) <= TOGETHER:
                start = self._cursor
            start = max(start, self._cursor)
            if self._hushed:
                sound = np.zeros(gone, np.int16)
            self._grow(start + gone)
            self._right[start : start + gone] = sound
            self._cursor = start + gone
        self._grow(now)

    def _take(self, samples: int) -> Samples:
        parts: list[Samples] = []
        self._waiting -= samples
        while samples:
            chunk = self._sent.popleft()
            if len(chunk) > samples:
                self._sent.appendleft(chunk[samples:])
                chunk = chunk[:samples]
            parts.append(chunk)
            samples -= len(chunk)
        return joined(parts)

    def _grow(self, samples: int) -> None:
        if samples > len(self._right):
            more = np.zeros(samples + 50 * FRAME - len(self._right), np.int16)
            self._right = np.concatenate((self._right, more))

    def _final(self, limit: int) -> Samples:
        count = min(limit - self._first, len(self._left))
        if count <= 0:
            return np.zeros((0, 2), np.int16)
        left = joined([self._left.popleft() for _ in range(count)])
        self._grow(count * FRAME)
        pairs = np.stack((left, self._right[: count * FRAME]), axis=1)
        self._right = self._right[count * FRAME :].copy() if count > 5 else self._right[count * FRAME :]
        self._cursor = max(0, self._cursor - count * FRAME)
        self._first += count
        return pairs
