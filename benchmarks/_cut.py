"""A benchmark that is cut short tells what it has: at SIGTERM or SIGINT its figures so far are printed at once, for
whoever sent the signal may send a harder one seconds later; then it puts away what it started."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from typing import Any


def until_cut(work: Coroutine[Any, Any, None], tell: Callable[[], None]) -> bool:
    """Run `work` to its end, True; or, at a signal, `tell` first and then end it, False. Nothing is told otherwise."""

    async def whole() -> bool:
        task = asyncio.ensure_future(work)
        cut = False

        def end() -> None:
            nonlocal cut
            if not cut:
                cut = True
                tell()
                task.cancel()

        loop = asyncio.get_running_loop()
        for each in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(each, end)
        try:
            await task
        except asyncio.CancelledError:
            if not cut:
                raise
        return not cut

    return asyncio.run(whole())
