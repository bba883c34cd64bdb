"""The recordings of a process on their way to the disk: one thread writes them all, and no call waits for it. A second
one, which gives way to all else, makes finished ones smaller."""

from __future__ import annotations

import logging
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from voice.audio import Samples
from voice.recording.packing import Packing
from voice.recording.wav import Form, Growing

log = logging.getLogger(__name__)

Kept = Literal["wav", "g711", "flac", "opus"]
LEAST = 19  # niceness of the packing thread: Linux has it by thread
PENDING = 2_000  # pieces of a second that may wait for a slow disk, of all calls together: 64 MB at most


class Disk:
    """One a process. Crossing between threads: nothing waits here. A piece of sound that finds too many waiting is left
    out, and counted; beginnings and ends of recordings, and a caller's no, always have their place."""

    def __init__(self, place: Callable[[str], Path], form: Kept = "wav") -> None:
        """place: of a conversation, where its WAV belongs; asked on the writer's thread."""
        self._place = place
        self._form: Form = "g711" if form == "g711" else "wav"
        self._packing: Packing | None = form if form in ("flac", "opus") else None
        self._todo: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._to_pack: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._packer: threading.Thread | None = None
        self._full = False  # told of once, until something could be written again
        self.lost = 0  # pieces that the disk was too slow for, or that it had no room for

    def begin(self, conversation: str) -> Recording:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="recordings", daemon=True)
            self._thread.start()
        return Recording(self, conversation, time.time())

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits. The recordings were finished before. What couldn't be packed by then is a WAV at the next
        start."""
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join(timeout_s)
            self._thread = None
        if self._packer is not None:
            self._to_pack.put(None)
            self._packer.join(timeout_s)
            self._packer = None

    def do(self, work: Callable[[], None]) -> None:
        self._todo.put(work)

    def keep(self, work: Callable[[], None]) -> None:
        """Writes a piece of sound, if the disk is not too far behind."""
        if self._todo.qsize() < PENDING:
            self._todo.put(work)
        else:
            self.lost += 1

    def _write(self) -> None:
        while (work := self._todo.get()) is not None:
            work()

    def _pack(self) -> None:
        if hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LEAST)
        while (work := self._to_pack.get()) is not None:
            work()

    # on the writer's thread

    def whole(self, file: Growing, done: Callable[[], None]) -> None:
        """It gets its own name, at once or once it is packed; then `done`."""
        if self._packing is None or not file.size:
            self._named(file, done)
            return
        if self._packer is None:
            self._packer = threading.Thread(target=self._pack, name="recordings-pack", daemon=True)
            self._packer.start()
        self._to_pack.put(lambda: self._named(file, done))

    def _named(self, file: Growing, done: Callable[[], None]) -> None:
        try:
            file.finish(self._packing)
            if file.unpacked is not None:
                log.error("a recording stays a WAV: %s", file.unpacked.strerror)
        except OSError as error:
            self.failed(error)
        done()

    def opened(self, conversation: str, began: float) -> Growing | None:
        try:
            return Growing(self._place(conversation), self._form, began)
        except OSError as error:
            self.failed(error)
            return None

    def failed(self, error: OSError) -> None:
        """Once for a full disk, not for each second of each call."""
        self.lost += 1
        if not self._full:
            self._full = True
            log.error("calls are not recorded: %s; they go on", error.strerror or type(error).__name__)

    def worked(self) -> None:
        if self._full:
            self._full = False
            log.warning("calls are recorded again")


class Recording:
    """One call's. Every method returns at once."""

    def __init__(self, disk: Disk, conversation: str, began: float) -> None:
        self._disk = disk
        self._conversation = conversation
        self._began = began
        self._file: Growing | None = None  # the writer's
        self._broken = False
        self._done = threading.Event()
        disk.do(self._open)

    def add(self, pairs: Samples) -> None:
        if len(pairs):
            self._disk.keep(lambda: self._add(pairs))

    def finish(self) -> threading.Event:
        """Set once it is whole on disk, or given up."""
        self._disk.do(self._finish)
        return self._done

    def drop(self) -> None:
        """The caller doesn't want it: nothing is kept."""
        self._disk.do(self._drop)

    # on the writer's thread

    def _open(self) -> None:
        self._file = self._disk.opened(self._conversation, self._began)

    def _add(self, pairs: Samples) -> None:
        if self._file is None or self._broken:
            return
        try:
            self._file.add(pairs)
            self._disk.worked()
        except OSError as error:
            self._broken = True  # what there is stays; a hole in the middle would shift all that follows
            self._disk.failed(error)

    def _finish(self) -> None:
        file, self._file = self._file, None
        if file is None:
            self._done.set()
        else:
            self._disk.whole(file, self._done.set)

    def _drop(self) -> None:
        try:
            if self._file is not None:
                self._file.drop()
        except OSError as error:
            self._disk.failed(error)
        self._file = None
