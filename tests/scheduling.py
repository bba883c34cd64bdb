"""Who runs which tests, when `make test` shares them out among processes (pytest-xdist).

A file's tests stay together and in order. What needs the whole machine, real calls with a real recogniser beside a
browser, waits until all else is done and then runs alone, so that nothing a test measures is another test's load.
"""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

CALLS = "tests/spine/"
ALONE = (CALLS, "tests/console/test_browser_call.py")
WRITTEN = ("tests/spine/test_rest.py", "tests/spine/test_reload.py", "tests/spine/test_stored.py")  # nobody calls there
# Long by the clock: begun early, so that no process is left with one of them at the end.
FIRST = ("tests/voice/", "tests/console/", "tests/cli/", "tests/turn/")
LAST = 2


class Shared(LoadFileScheduling):
    def __init__(self, config: pytest.Config, log: Producer | None = None) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # files in the order they are collected in, the spine's above all

    def _split_scope(self, nodeid: str) -> str:
        """The callers of the spine are one: a server answers them all, several at a time (tests/spine/together.py)."""
        file: str = super()._split_scope(nodeid)
        return CALLS if file.startswith(CALLS) and not file.startswith(WRITTEN) else file

    def _turn(self, scope: str) -> int:
        """0: among the first; 1: any time; LAST: at the end, alone."""
        if scope.startswith(ALONE) and not scope.startswith(WRITTEN):
            return LAST
        return 0 if scope.startswith(FIRST) else 1

    def _assign_work_unit(self, node: WorkerController) -> None:
        scope = min(self.workqueue, key=self._turn)
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
