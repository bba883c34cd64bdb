"""Who runs which tests, when `make test` shares them out among processes (pytest-xdist).

A file's tests stay together and in order. Files that wait for the clock, a telephone's sound or another process, leave
their processor to others: so there is a process more than processors, and waiting files are begun a few at a time, as
long as there are any. What needs the whole machine, real calls with a real recogniser beside a browser, waits until all
else is done and then runs alone, so that nothing a test measures is another test's load.
"""

from __future__ import annotations

import os

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

CALLS = "tests/spine/"
ALONE = (CALLS, "tests/console/test_browser_call.py")
# Each of them begins servers for itself, and measures no sound.
OWN = tuple(f"{CALLS}test_{file}.py" for file in ("reload", "rest", "moving", "power_cut", "call_command"))
# The longest first: of each a tenth of its time is work.
WAITING = (
    "tests/channels/test_conformance.py",
    "tests/voice/test_leg_conformance.py",
    "tests/turn/test_outside.py",
    "tests/voice/test_bridge.py",
    "tests/voice/test_hostile.py",
    "tests/voice/test_webrtc.py",
    "tests/voice/test_sip_media.py",
    "tests/voice/test_secrets.py",
    "tests/voice/test_webrtc_reconnect.py",
    "tests/voice/test_sip_trunks.py",
    "tests/voice/test_sip_sessions.py",
    "tests/voice/test_pjsip.py",
    "tests/voice/test_transfer.py",
    "tests/voice/test_baresip.py",
)
# Begun early, so that no process is left with one of them at the end: the longest, then what is long by the clock.
LONGEST = (CALLS + "test_reload.py", "tests/authoring/test_checks.py", "tests/house/test_docs.py")
LONG = (*OWN, "tests/channels/test_served.py", "tests/console/", "tests/cli/", "tests/voice/", "tests/turn/")
LAST = 3


class Shared(LoadFileScheduling):
    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # files in the order they are collected in, the spine's above all

    def _split_scope(self, nodeid: str) -> str:
        """The callers of the spine are one: a server answers them all, several at a time (tests/spine/together.py)."""
        file: str = super()._split_scope(nodeid)
        return CALLS if file.startswith(CALLS) and not file.startswith(OWN) else file

    def _turn(self, scope: str) -> int:
        """0 and 1: the longest and the long, first; 2: any time; LAST: at the end, alone."""
        if scope.startswith(ALONE) and not scope.startswith(OWN):
            return LAST
        return 0 if scope in LONGEST else 1 if scope.startswith(LONG) else 2

    def _next(self, node: WorkerController) -> str:
        """Of the waiting files at most as many at a time as half of the processes, and the longest of them first."""
        waiting = [scope for scope in WAITING if scope in self.workqueue]
        busy = [other for other in self._others(node) if self._waits(other)]
        if waiting and len(busy) < max(1, len(self.nodes) // 2):
            return waiting[0]
        working = [scope for scope in self.workqueue if scope not in waiting and self._turn(scope) != LAST]
        return min(working or waiting or self.workqueue, key=self._turn)

    def _waits(self, node: WorkerController) -> bool:
        work = self.assigned_work[node]
        return any(scope in WAITING and not all(work[scope].values()) for scope in work)

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = self._next(node)
        if self._turn(scope) == LAST and any(not other.shutting_down for other in self._others(node)):
            node.shutdown()  # it does what it holds and ends; another is left for the last
            return
        self.workqueue.move_to_end(scope, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: WorkerController) -> None:
        only_the_last = min(map(self._turn, self.workqueue), default=0) == LAST
        if only_the_last and any(self._pending_of(self.assigned_work[other]) for other in self._others(node)):
            if any(not other.shutting_down for other in self._others(node)):
                node.shutdown()
            return  # until the others are done
        super()._reschedule(node)

    def _others(self, node: WorkerController) -> list[WorkerController]:
        return [other for other in self.nodes if other is not node]

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        super().mark_test_complete(node, item_index, duration)
        for other in self._others(node):
            self._reschedule(other)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shared | None:
    """`--dist loadfile` as above; any other choice is whoever's who makes it."""
    return Shared(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Of `-n auto`: one more than processors, for those that wait."""
    return len(os.sched_getaffinity(0)) + 1
