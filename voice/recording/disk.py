"""The recordings of a process on their way to the disk: one thread writes them all, and no call waits for it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from voice.audio import Samples
from voice.recording.wav import Form, Growing

log = logging.getLogger(__name__)

PENDING = 2_000  # pieces of a second that may wait for a slow disk, of all calls together: 64 MB at most


class Disk:
    """One a process. Crossing between threads: nothing waits here. A piece of sound that finds too many waiting is left
    out, and counted; beginnings and ends of recordings, and a caller's no, always have their place."""

    def __init__(self, place: Callable[[str], Path], form: Form = "wav") -> None:
        """place: of a conversation, where its recording belongs; asked on the writer's thread."""
        self._place = place
        self._form = form
        self._todo: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._full = False  # told of once, until something could be written again
        self.lost = 0  # pieces that the disk was too slow for, or that it had no room for

    def begin(self, conversation: str) -> Recording:
        if self._thread is None:
            self._thread = threading.Thread(target=self._write, name="recordings", daemon=True)
            self._thread.start()
        return Recording(self, conversation)

    def close(self, timeout_s: float = 10.0) -> None:
        """Write what waits. The recordings were finished before."""
        if self._thread is not None:
            self._todo.put(None)
            self._thread.join(timeout_s)
            self._thread = None

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

    # on the writer's thread

    def opened(self, conversation: str) -> Growing | None:
        try:
            return Growing(self._place(conversation), self._form)
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

    def __init__(self, disk: Disk, conversation: str) -> None:
        self._disk = disk
        self._conversation = conversation
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
        self._file = self._disk.opened(self._conversation)

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
        try:
            if self._file is not None:
                self._file.finish()
        except OSError as error:
            self._disk.failed(error)
        self._file = None
        self._done.set()

    def _drop(self) -> None:
        try:
            if self._file is not None:
                self._file.drop()
        except OSError as error:
            self._disk.failed(error)
        self._file = None
