"""Short calls in a row against the whole server; `make endure` makes ten thousand."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks._callers import Callers
from benchmarks.calls import Process, in_a_row, settled
from tests.spine.served import Served

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session")]


async def test_short_calls_leave_no_thread_socket_file_or_task_behind(served: Served) -> None:
    async with Callers(user="7907") as callers:
        assert await in_a_row(callers, served.sip_port, 20, together=8) == 0
        before = await settled(served, rest_s=1.0)
        assert before["threads"] > 1
        assert before["tasks"] > 1
        rss = Process(served.pid).rss_mb
        assert await in_a_row(callers, served.sip_port, 30, together=5) == 0
        async with asyncio.timeout(30):  # threads of a pool come and go
            while True:
                after = await settled(served, rest_s=0.5)
                if all(after[what] < before[what] + 10 for what in before):  # one of each call would be thirty
                    break
        assert Process(served.pid).rss_mb - rss < 40
