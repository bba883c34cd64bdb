"""A two-channel WAV that grows: playable whenever its process dies, and whole once it is finished.

Until then its name ends with `.part` and it is locked; the system gives the lock back when the process dies, however it
does. What such a process left behind is mended by `mended`: only the two lengths in its head are wrong. The file's time
is that of the last sound in it, from the first second on.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from pathlib import Path
from typing import Literal

import numpy as np

from voice.audio import RATE, Samples, to_alaw
from voice.recording.packing import HOW, MAKING, Packing, pack

Form = Literal["wav", "g711"]
PART = ".part"
CHANNELS = 2
TAGS: dict[Form, tuple[int, int]] = {"wav": (1, 16), "g711": (6, 8)}  # format tag, bits; RFC 2361
HEAD = struct.Struct("<4sI4s4sIHHIIHHH4sII4sI")
MOST = 0xFFFF_FFFF - HEAD.size  # bytes of sound: the head has 32 bits for them, 37 hours of 16-bit sound


def head(form: Form, data: int) -> bytes:
    """58 bytes: RIFF, fmt, fact (which G.711 wants), data."""
    tag, bits = TAGS[form]
    block = CHANNELS * bits // 8
    fmt = (b"fmt ", 18, tag, CHANNELS, RATE, RATE * block, block, bits, 0)
    return HEAD.pack(b"RIFF", HEAD.size - 8 + data, b"WAVE", *fmt, b"fact", 4, data // block, b"data", data)


def encoded(form: Form, pairs: Samples) -> bytes:
    """pairs: int16[n, 2]."""
    flat = np.ascontiguousarray(pairs).reshape(-1)
    return flat.astype("<i2").tobytes() if form == "wav" else to_alaw(flat)


class Growing:
    """One file. Blocking: off the event loop. Raises OSError on every method."""

    def __init__(self, path: Path, form: Form, began: float | None = None) -> None:
        """path: as it is called when finished; nothing is there yet. began: when its first sample was spoken, seconds
        since 1970; None: its first is written as it is spoken."""
        self.path = path
        self._form = form
        self._began = time.time() if began is None else began
        self._part = path.with_name(path.name + PART)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = os.open(self._part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self.size = 0  # bytes of sound
        self.unpacked: OSError | None = None
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._write(head(form, 0))
        except OSError:
            os.close(self._file)
            self._part.unlink(missing_ok=True)
            raise

    def add(self, pairs: Samples) -> None:
        sound = encoded(self._form, pairs)
        if self.size + len(sound) <= MOST:
            self._write(sound)
            self.size += len(sound)
            self._date()

    def finish(self, packing: Packing | None = None) -> Path | None:
        """Its name is its own from now on. None where nothing was recorded: no file is left.

        packing: what to make of it; where that fails the WAV is kept, and `unpacked` says why."""
        if not self.size:
            self.drop()
            return None
        try:
            os.pwrite(self._file, head(self._form, self.size), 0)
            self._date()
            if packing is not None:
                smaller = self.path.with_suffix(f".{packing}")
                try:
                    pack(self._part, HEAD.size, smaller, packing, alaw=self._form == "g711")
                    self._part.unlink(missing_ok=True)
                    return smaller
                except OSError as error:
                    self.unpacked = error
            os.fsync(self._file)
            self._part.rename(self.path)
        finally:
            os.close(self._file)
        return self.path

    def _date(self) -> None:
        block = CHANNELS * TAGS[self._form][1] // 8
        ends = self._began + self.size / block / RATE
        os.utime(self._file, (ends, ends))

    def drop(self) -> None:
        """Nothing of it may be kept."""
        self._part.unlink(missing_ok=True)
        os.close(self._file)

    def _write(self, sound: bytes) -> None:
        while sound:
            sound = sound[os.write(self._file, sound) :]


def mended(folder: Path) -> tuple[Path, ...]:
    """Finish what processes that died left in this folder and below; those that live keep theirs. Blocking."""
    done = []
    for part in sorted(folder.rglob(f"*{PART}")):
        try:
            file = os.open(part, os.O_RDWR)
        except OSError:
            continue  # another process was first
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            stem = str(part).removesuffix(f".wav{PART}")
            for packing in HOW:
                Path(f"{stem}.{packing}{MAKING}").unlink(missing_ok=True)
            if any(Path(f"{stem}.{packing}").exists() for packing in HOW):
                part.unlink(missing_ok=True)  # it was packed whole, and its process died before it could remove this
                continue
            begun = os.pread(file, HEAD.size, 0)
            form: Form = "g711" if begun[20:22] == b"\x06\x00" else "wav"
            block = CHANNELS * TAGS[form][1] // 8
            at = os.fstat(file)
            data = (at.st_size - HEAD.size) // block * block
            if len(begun) < HEAD.size or data <= 0:
                part.unlink(missing_ok=True)
                continue
            os.ftruncate(file, HEAD.size + data)
            os.pwrite(file, head(form, data), 0)
            os.utime(file, ns=(at.st_atime_ns, at.st_mtime_ns))
            whole = part.with_name(part.name.removesuffix(PART))
            part.rename(whole)
            done.append(whole)
        except OSError:
            continue  # its process lives, or the disk is broken
        finally:
            os.close(file)
    return tuple(done)
