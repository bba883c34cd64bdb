"""Any final SIP status, where the stack's binding knows 486 alone.

baresip-python rejects every call with 486 Busy Here. The stack underneath can say what is true (404, 503),
and its functions are exported by the extension module, so we call them; but only on the stack's own thread,
which runs Python once a command completes. A PING is the command that does nothing else. Where a
build does not export them, 486 it is.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from http import HTTPStatus

import baresip._native as native  # type: ignore[import-not-found, unused-ignore]
from baresip import Runtime, _events

log = logging.getLogger(__name__)

REASONS = {  # RFC 3261 21, where HTTP has no such status or another word for it
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}


def reason_of(status: int) -> str:
    if status in REASONS:
        return REASONS[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Rejected"


class StackThread:
    """Crosses to the SIP thread: `run(job)` executes job there between two of its events.

    Budget: a job is a few microseconds of C; while it runs no SIP message is taken."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._jobs: list[Callable[[], None]] = []
        self._reject = _find_reject()
        self._sink = None
        self._sink = _events.set_sink(self._on_event)  # type: ignore[no-untyped-call]

    def _on_event(self, event: int, handle: int, payload: bytes | None) -> None:
        # Other events are raised from inside a call's own code, where ending that call is not safe.
        while self._jobs and event == native.lib.BP_EV_PONG:
            self._jobs.pop(0)()
        if self._sink is not None:
            self._sink(event, handle, payload)

    async def reject(self, call_id: str, status: int, reason: str) -> bool:
        """End an unanswered call so; False where the stack can't, or the call is gone."""
        reject = self._reject
        if reject is None:
            return False
        done: list[bool] = []
        self._jobs.append(lambda: done.append(reject(call_id, status, reason or reason_of(status))))
        await self._runtime.cmd(native.lib.BP_CMD_PING)
        return bool(done and done[0])


def _find_reject() -> Callable[[str, int, str], bool] | None:
    library = ctypes.CDLL(str(native.__file__))
    try:
        find, owner, hangup = library.uag_call_find, library.call_get_ua, library.ua_hangup
    except AttributeError:
        log.warning("this build of baresip-python rejects every call with 486 Busy Here")
        return None
    find.argtypes, find.restype = [ctypes.c_char_p], ctypes.c_void_p
    owner.argtypes, owner.restype = [ctypes.c_void_p], ctypes.c_void_p
    hangup.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_char_p]
    hangup.restype = None

    def reject(call_id: str, status: int, reason: str) -> bool:
        call = find(call_id.encode())
        if not call:
            return False
        hangup(owner(call), call, status, reason.encode())
        return True

    return reject
