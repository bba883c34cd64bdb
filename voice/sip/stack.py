"""What the SIP stack can do and its binding doesn't offer: any final status, sound before the answer, and an answer
left at that.

baresip-python rejects every call with 486 Busy Here, and answers with a re-INVITE close behind, as the stack
believes video was wanted. The functions underneath are exported by the extension module, so we call them; but
only on the stack's own thread, which runs Python once a command completes. A PING is the command that does
nothing else. Where a build does not export them, calls work all the same: 486, no sound before the answer, and
that re-INVITE.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
from collections.abc import Callable

import baresip._native as native  # type: ignore[import-not-found, unused-ignore]
from baresip import BaresipError, Runtime, _events

from bot.errors import Both, SettingsError
from voice.gate import Burst, Gate
from voice.sip.doorkeeper import Doorkeeper
from voice.sip.reasons import reason_of

log = logging.getLogger(__name__)


class StackThread:
    """Crosses to the SIP thread: `run(job)` executes job there between two of its events.

    Budget: a job is a few microseconds of C; while it runs no SIP message is taken."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._jobs: list[Callable[[], None]] = []
        self._stack = _find_stack()
        self._keeper: Doorkeeper | None = None
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
        stack = self._stack
        if stack is None:
            return False
        return await self._run(lambda: stack.reject(call_id, status, reason or reason_of(status)))

    async def settle_on_audio(self, call_id: str) -> bool:
        """Before the answer: sound both ways and no video is all that is wanted, so nothing need be
        renegotiated once the call is up."""
        stack = self._stack
        if stack is None:
            return False
        return await self._run(lambda: stack.settle_on_audio(call_id))

    async def progress(self, call_id: str) -> bool:
        """183 with our description, and sound flows; False where the stack can't, or the call is gone."""
        stack = self._stack
        if stack is None:
            return False
        return await self._run(lambda: stack.progress(call_id))

    async def ask_again(self, call_id: str) -> bool:
        """The same description once more (re-INVITE): who has vanished doesn't answer, and the stack ends the call."""
        stack = self._stack
        if stack is None:
            return False
        return await self._run(lambda: stack.ask_again(call_id))

    async def stand_guard(self, gate: Gate, burst: Burst) -> None:
        """From now on the gate is asked of whoever isn't in a call. Raises SettingsError where this build can't."""
        try:
            keeper = Doorkeeper(gate, burst)
        except AttributeError as error:
            raise _unguarded() from error
        self._keeper = keeper
        if not await self._run(keeper.stand):
            raise _unguarded()

    async def leave_guard(self) -> None:
        """Before the stack closes."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            with contextlib.suppress(BaresipError):
                await self._run(keeper.leave)

    async def _run(self, job: Callable[[], bool]) -> bool:
        done: list[bool] = []
        self._jobs.append(lambda: done.append(job()))
        await self._runtime.cmd(native.lib.BP_CMD_PING)
        return bool(done and done[0])


def _unguarded() -> SettingsError:
    return SettingsError(
        Both("this build of the SIP stack can't tell strangers", "эта сборка не различает чужих"),
        where="from",
        fix=Both("Leave it to the firewall", "Поручите это межсетевому экрану"),
    )


class _Stack:
    """The stack's functions. Call them on its thread only. Raises AttributeError where they aren't exported."""

    INACTIVE, SENDRECV = 0, 3  # enum sdp_dir of libre

    def __init__(self) -> None:
        library = ctypes.CDLL(str(native.__file__))
        self._find, self._owner = library.uag_call_find, library.call_get_ua
        self._hangup, self._directions = library.ua_hangup, library.call_set_media_estdir
        self._find.argtypes, self._find.restype = [ctypes.c_char_p], ctypes.c_void_p
        self._owner.argtypes, self._owner.restype = [ctypes.c_void_p], ctypes.c_void_p
        self._hangup.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint16, ctypes.c_char_p]
        self._hangup.restype = None
        self._progress, self._modify = library.call_progress_dir, library.call_modify
        self._modify.argtypes, self._modify.restype = [ctypes.c_void_p], ctypes.c_int
        # Of both: the call, then directions of sound and video.
        self._directions.argtypes, self._directions.restype = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int], None
        self._progress.argtypes, self._progress.restype = [ctypes.c_void_p, ctypes.c_int, ctypes.c_int], ctypes.c_int

    def reject(self, call_id: str, status: int, reason: str) -> bool:
        call = self._find(call_id.encode())
        if call:
            self._hangup(self._owner(call), call, status, reason.encode())
        return bool(call)

    def settle_on_audio(self, call_id: str) -> bool:
        call = self._find(call_id.encode())
        if call:
            self._directions(call, self.SENDRECV, self.INACTIVE)
        return bool(call)

    def progress(self, call_id: str) -> bool:
        call = self._find(call_id.encode())
        return bool(call) and self._progress(call, self.SENDRECV, self.INACTIVE) == 0

    def ask_again(self, call_id: str) -> bool:
        call = self._find(call_id.encode())
        return bool(call) and self._modify(call) == 0


def _find_stack() -> _Stack | None:
    try:
        return _Stack()
    except AttributeError:
        log.warning("this build of baresip-python rejects every call with 486 Busy Here")
        return None
