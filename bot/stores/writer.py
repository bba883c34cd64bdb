"""Runs what writes, off the event loop, in the order it was asked for.

A commit waits for the disk, a turn's own work is shorter than that. So what waits together is committed together:
SQLite's one writer takes all that came meanwhile into one transaction, each in a savepoint of its own, and nobody is
answered before the commit. PostgreSQL does the same by itself for its many connections.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.stores.sql import POOL, Database

T = TypeVar("T")

TOGETHER = 32  # turns a commit, at the most: about 100 ms of work, which the first of them waits

_Job = tuple[Callable[[Connection], Any], "Future[Any]"]


class Writer:
    """`close()` when done; what was asked for before is done first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._thread: threading.Thread | None = None
        if database.sqlite:
            self._thread = threading.Thread(target=self._write, name="writer", daemon=True)
            self._thread.start()
        else:
            self._pool = ThreadPoolExecutor(POOL, thread_name_prefix="writer")

    async def run(self, body: Callable[[Connection], T]) -> T:
        """Returns when it is committed; raises what the body or the commit raised, and then nothing of it is kept."""
        if self._pool is not None:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._alone, body)
        done: Future[T] = Future()
        self._waiting.put((body, done))
        return await asyncio.wrap_future(done)

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _alone(self, body: Callable[[Connection], T]) -> T:
        with self._database.writing() as tx:
            return body(tx)

    def _write(self) -> None:
        while (job := self._waiting.get()) is not None:
            jobs = [job]
            while len(jobs) < TOGETHER and not self._waiting.empty():
                more = self._waiting.get()
                if more is None:
                    self._waiting.put(None)  # the end, after these
                    break
                jobs.append(more)
            self._together(jobs)

    def _together(self, jobs: list[_Job]) -> None:
        results: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with self._database.writing() as tx:
                for body, done in jobs:
                    results.append((done, *_tried(tx, body, alone=len(jobs) == 1)))
        except Exception as error:  # noqa: BLE001  the loop of a thread; it goes to whoever waits
            if len(jobs) > 1:  # nothing of it was kept: each again by itself, so that one's fault is not all's
                for job in jobs:
                    self._together([job])
                return
            results = [(done, None, error) for _, done in jobs]
        for done, value, problem in results:
            if not done.set_running_or_notify_cancel():
                continue
            if problem is not None:
                done.set_exception(problem)
            else:
                done.set_result(value)


def _tried(tx: Connection, body: Callable[[Connection], T], *, alone: bool) -> tuple[T | None, Exception | None]:
    """What the body returned, or raised; then its savepoint is undone and the others go on. A database that fails
    takes everybody's work with it, and so does a body that is alone."""
    try:
        with nullcontext() if alone else tx.begin_nested():
            return body(tx), None
    except Exception as error:  # whatever a body raises is its own, and goes to whoever waits for it
        if alone or (isinstance(error, DBAPIError) and not isinstance(error, IntegrityError)):
            raise
        return None, error
