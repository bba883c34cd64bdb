"""Callers who call at the same time, as they do.

Most of a call is waiting until somebody has said his sentence. So the calls of all the tests that are marked here begin
with the first of them, some at a time, and each test then waits for its own and fails by its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature

import pytest

AT_ONCE = 4  # each costs a quarter of a core while it speaks and is understood

Body = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True, eq=False)
class Marked:
    """after: whose call must be over before this one begins."""

    body: Body
    after: Marked | None
    early: bool


def together(*, after: Body | None = None, early: bool = False) -> Callable[[Body], Body]:
    """Mark a test whose fixtures are of the session. early: among the first, for its call is long."""

    def marked(body: Body) -> Body:
        mark = Marked(body, getattr(after, "together", None), early)

        async def waits(under_way: UnderWay) -> None:
            await under_way.over(mark)

        waits.__name__, waits.__qualname__, waits.__module__ = body.__name__, body.__qualname__, body.__module__
        waits.__doc__ = body.__doc__
        waits.together = mark  # type: ignore[attr-defined]
        return waits

    return marked


def chosen(items: Sequence[pytest.Item]) -> list[Marked]:
    """Of the tests that are run."""
    found = [getattr(getattr(item, "function", None), "together", None) for item in items]
    return sorted((mark for mark in found if mark is not None), key=lambda mark: not mark.early)


def wanted(marks: Sequence[Marked]) -> list[str]:
    """Names of their fixtures."""
    return sorted({name for mark in marks for name in signature(mark.body).parameters})


class UnderWay:
    def __init__(self, marks: Sequence[Marked], fixtures: Mapping[str, object]) -> None:
        room = asyncio.Semaphore(AT_ONCE)
        self._tasks: dict[Marked, asyncio.Task[None]] = {}
        for mark in marks:
            given = {name: fixtures[name] for name in wanted([mark])}
            self._tasks[mark] = asyncio.create_task(self._one(mark, given, room), name=mark.body.__name__)

    async def _one(self, mark: Marked, given: Mapping[str, object], room: asyncio.Semaphore) -> None:
        if mark.after in self._tasks:
            await asyncio.wait([self._tasks[mark.after]])
        async with room:
            await mark.body(**given)

    async def over(self, mark: Marked) -> None:
        await self._tasks[mark]

    async def end(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
