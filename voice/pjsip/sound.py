"""Sound between the library's media clock and the event loop, without Python on the clock's thread.

A Python callback a frame would wait up to 5 ms for the interpreter, once for every call, every 20 ms; and a loop
that is busy for 50 ms would be heard. The library can play a file through a buffer, and record one, all in C; so each
call has a file that is played round and round, and one that is recorded, and what we use are their buffers: we write
ahead of where it reads, and read behind where it writes.

- A player fills its whole buffer from its file whenever it has come to the end of it. The file is memory of ours
  (memfd): what is to be heard after the turn is written there, and silence again once it has been taken.
- A recorder empties its buffer into its file at the end: /dev/null.

Where a port keeps its buffer and its place is found when it is made: the struct holds the buffer's size, its address
and the place, one after the other.
"""

from __future__ import annotations

import ctypes
import io
import mmap
import os
import wave
from typing import Protocol

import numpy as np

from bot.errors import Both, PartMissing
from voice.audio import EMPTY, FRAME, RATE, Samples

RING = 4 * RATE  # samples; who looks less often than this loses count
BYTES = RING * 2
NEAR = 3 * FRAME  # this close to the turn nothing is written: what is ahead already lasts longer
WORDS = 64  # of a port's struct, searched for its buffer; pjproject 2.15 has it within 56
HEADER = 44  # bytes of a WAV file before its sound


class Ports(Protocol):
    """The part of `Native` that makes ports of the conference bridge: address and slot."""

    def player(self, path: str, buffer: int) -> tuple[int, int]: ...

    def writer(self, path: str, buffer: int) -> tuple[int, int]: ...


class Ring:
    """A port's buffer. `at`: samples the library has gone by so far, all rounds counted."""

    def __init__(self, port: int) -> None:
        self._words = (ctypes.c_size_t * WORDS).from_address(port)
        words = self._words
        found = [
            n
            for n in range(1, WORDS - 1)
            if words[n] == words[n + 1] != 0 and BYTES in (words[n - 1], words[n - 1] >> 32, words[n - 1] & 0xFFFFFFFF)
        ]
        if not found:  # behind the struct may stand what is left of another: the first is ours
            raise PartMissing(
                Both("this build of PJSUA2 keeps its sound elsewhere", "эта сборка PJSUA2 хранит звук иначе"),
                where="GOVORUN_SIP_STACK",
                fix=Both(
                    "Use pjproject 2.15, or leave the setting at baresip",
                    "Возьмите pjproject 2.15 или оставьте в настройке baresip",
                ),
            )
        self._number = found[0]
        self._begin = int(words[self._number])
        self.memory: Samples = np.ctypeslib.as_array((ctypes.c_int16 * RING).from_address(self._begin))
        self._last = self.place
        self._at = self._last

    @property
    def place(self) -> int:
        """Samples from the beginning, below RING."""
        return (int(self._words[self._number + 1]) - self._begin) // 2 % RING

    @property
    def at(self) -> int:
        now = self.place
        self._at += (now - self._last) % RING
        self._last = now
        return self._at


class Mouth:
    """What the far end is about to hear. Made once for one call after the other: `fresh` for each."""

    def __init__(self, ports: Ports) -> None:
        head = io.BytesIO()
        with wave.open(head, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(bytes(BYTES))
        self._file = os.memfd_create("govorun-prompt")
        os.write(self._file, head.getvalue())
        self._mapped = mmap.mmap(self._file, HEADER + BYTES)
        self._next: Samples = np.frombuffer(self._mapped, np.int16, RING, HEADER)  # heard after the turn
        port, self.slot = ports.player(f"/proc/self/fd/{self._file}", BYTES)
        self._ring = Ring(port)
        self.fresh()

    def fresh(self) -> None:
        """Silence, for a new call."""
        self._next.fill(0)
        self._ring.memory.fill(0)
        self._begin = self._end = self._ring.at  # of what was written last without a gap
        self._round = self._end // RING

    @property
    def queued(self) -> int:
        """Samples written and not yet sent."""
        return max(0, self._end - max(self._begin, self._ring.at))

    @property
    def ready(self) -> bool:
        """Whether `write` may be called now: not just before the turn."""
        return RING - self._ring.at % RING > NEAR

    def write(self, sound: Samples) -> None:
        """Behind what is queued; at most RING - NEAR samples may be queued, and only while `ready`."""
        played = self.turned()
        if self._end < played + FRAME:  # the clock may be copying the frame at `played` just now
            self._begin = self._end = played + FRAME
        self._put(self._end, sound, played)
        self._end += sound.size

    def flush(self) -> int:
        """Silence from now on; how many samples will not be heard."""
        played = self.turned()
        dropped = self.queued
        self._next.fill(0)
        self._put(played, np.zeros(max(0, self._end - played), np.int16), played)
        if self._ring.at // RING != played // RING:  # it turned meanwhile, with what had been there
            self._ring.memory.fill(0)
        self._end = min(self._end, played)
        return dropped

    def turned(self) -> int:
        """Where the clock is. Once it has turned, what is heard after the next turn is silence again. Call it several
        times a round."""
        played = self._ring.at
        if played // RING != self._round:
            self._round = played // RING
            self._next.fill(0)
        return played

    def close(self) -> None:
        """Once the library is gone."""
        self._next = EMPTY
        self._mapped.close()
        os.close(self._file)

    def _put(self, begin: int, sound: Samples, played: int) -> None:
        """Into this round as far as it reaches, the rest into the next."""
        turn = (played // RING + 1) * RING
        now = max(0, min(sound.size, turn - begin))
        if now:
            self._ring.memory[begin % RING : begin % RING + now] = sound[:now]
        if now < sound.size:
            after = begin + now - turn
            self._next[after : after + sound.size - now] = sound[now:]


class Ear:
    """What the far end says."""

    def __init__(self, ports: Ports) -> None:
        port, self.slot = ports.writer(os.devnull, BYTES)
        self._ring = Ring(port)
        self.fresh()

    def fresh(self) -> None:
        """Nothing heard yet, for a new call."""
        self._read = self._ring.at

    def read(self) -> Samples:
        """All that came since the last time; of a gap longer than RING its remainder."""
        written = self._ring.at
        if written == self._read:
            return EMPTY
        begin, size = self._read % RING, written - self._read
        self._read = written
        head = self._ring.memory[begin : begin + size].copy()
        return head if head.size == size else np.concatenate((head, self._ring.memory[: size - head.size]))


class Sound:
    """A call's mouth and ear. What is never taken apart can't be taken apart under the media clock's feet: they serve
    one call after the other."""

    def __init__(self, ports: Ports) -> None:
        self.mouth = Mouth(ports)
        self.ear = Ear(ports)

    def fresh(self) -> None:
        self.mouth.fresh()
        self.ear.fresh()
