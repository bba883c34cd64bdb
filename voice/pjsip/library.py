"""PJSUA2 itself: one instance a process, one thread that gives it commands, and what its Python leaves out.

Its callbacks come on threads of its own, and a command may wait for a lock that one of those holds (or for DNS), so
the event loop never calls it: `Library.run` does, on a thread made for that, one command after the other.
"""

from __future__ import annotations

import asyncio
import atexit
import ctypes
import logging
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from bot.errors import Both, PartMissing, SettingsError
from voice.audio import FRAME, FRAME_MS, RATE

try:
    import pjsua2 as pj

    _bindings = sys.modules[pj.Endpoint.__module__]  # loads them
except ImportError as error:
    raise PartMissing(
        Both(
            "PJSUA2 is not installed. It is under the GPL, so it never comes by itself",
            "PJSUA2 не установлена. Её лицензия — GPL, поэтому сама она не ставится",
        ),
        where="GOVORUN_SIP_STACK",
        fix=Both(
            "pip install 'govorun[pjsua2]' (Python 3.11 or 3.12), or leave the setting at baresip",
            "pip install 'govorun[pjsua2]' (Python 3.11 или 3.12) или оставьте в настройке baresip",
        ),
    ) from error

__all__ = ["Library", "Native", "pj"]

log = logging.getLogger(__name__)
native_log = logging.getLogger("pjsip.native")

T = TypeVar("T")
PLENTY = 100_000  # asked for, so that the library says what it was built for
LIMIT = 4  # PJSUA_MAX_CALLS where pjproject's own default was left, as in the wheels


class Configure(Protocol):
    """Set what the library is to start with; it has `uaConfig`, `logConfig` and `medConfig`."""

    def __call__(self, config: Any) -> None: ...


class Native:
    """C functions that stand in the same file as the bindings. Raises PartMissing where a build hides them."""

    def __init__(self) -> None:
        self._modules: list[_Module] = []  # the library holds them by address
        try:
            library = self._library = ctypes.CDLL(str(_bindings._pjsua2.__file__))
            self.log_level = library.pj_log_set_level
            self.max_calls = library.pjsua_call_get_max_count
            self._pool = library.pjsua_pool_create
            self._player = library.pjmedia_wav_player_port_create
            self._writer = library.pjmedia_wav_writer_port_create
            self._add = library.pjsua_conf_add_port
            self._connect = library.pjsua_conf_connect
            library.pjsua_get_pjsip_endpt.restype = ctypes.c_void_p
            library.pjsip_rx_data_get_info.argtypes = [ctypes.c_void_p]
            library.pjsip_rx_data_get_info.restype = ctypes.c_char_p
            library.pjsip_endpt_respond_stateless.argtypes = (
                [ctypes.c_void_p] * 2 + [ctypes.c_int] + [ctypes.c_void_p] * 3
            )
        except (AttributeError, OSError) as error:
            raise PartMissing(
                Both("this build of PJSUA2 hides the functions that calls need", "эта сборка PJSUA2 скрывает функции"),
                where="GOVORUN_SIP_STACK",
                fix=Both(
                    f"Build pjproject without -fvisibility=hidden ({error})",
                    f"Соберите pjproject без -fvisibility=hidden ({error})",
                ),
            ) from error
        pointer, size, unsigned, text = ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_uint, ctypes.c_char_p
        made = ctypes.POINTER(pointer)
        self._pool.argtypes, self._pool.restype = [text, size, size], pointer
        self._player.argtypes = [pointer, text, unsigned, unsigned, size, made]
        self._writer.argtypes = [pointer, text, *[unsigned] * 5, size, made]
        self._add.argtypes = [pointer, pointer, ctypes.POINTER(ctypes.c_int)]
        self._connect.argtypes = [ctypes.c_int, ctypes.c_int]

    def has(self, function: str) -> bool:
        """Whether it was built in."""
        return hasattr(self._library, function)

    def player(self, path: str, buffer: int) -> tuple[int, int]:
        """Plays a WAV file round and round through a buffer of so many bytes: the port's address, and its slot in the
        conference bridge."""
        port = ctypes.c_void_p()
        pool = self._pool(b"govorun", 1_024, 1_024)
        return self._added(pool, port, self._player(pool, path.encode(), FRAME_MS, 0, buffer, ctypes.byref(port)))

    def writer(self, path: str, buffer: int) -> tuple[int, int]:
        """Records into a WAV file, likewise."""
        port = ctypes.c_void_p()
        pool = self._pool(b"govorun", 1_024 + buffer, 1_024)
        failed = self._writer(pool, path.encode(), RATE, 1, FRAME, 16, 0, buffer, ctypes.byref(port))
        return self._added(pool, port, failed)

    def _added(self, pool: int, port: ctypes.c_void_p, failed: int) -> tuple[int, int]:
        slot = ctypes.c_int(-1)
        failed = failed or self._add(pool, port, ctypes.byref(slot))
        if failed or not port.value:
            raise RuntimeError(f"PJSUA2 made no port for sound (status {failed})")
        return port.value, slot.value

    def listen(self, name: str, priority: int, judge: Callable[[str], int]) -> None:
        """judge(method) sees requests on the library's thread before (or after) its own modules of that priority, and
        says with what status they are answered there and then; 0: not at all, they go on."""
        module = _Module.of(self._library, name.encode(), priority, judge)
        self._modules.append(module)
        endpoint = ctypes.c_void_p(self._library.pjsua_get_pjsip_endpt())
        failed = self._library.pjsip_endpt_register_module(endpoint, ctypes.byref(module))
        if failed:
            log.warning("%s stands at no door (status %d)", name, failed)

    def connect(self, source: int, sink: int) -> None:
        """Slots of the bridge; once more is fine."""
        failed = self._connect(source, sink)
        if failed:
            log.warning("sound was not connected (status %d)", failed)


_ON_REQUEST = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)


class _Module(ctypes.Structure):
    """pjsip_module of pjsip/sip_module.h, the same since 2.0."""

    _fields_ = (
        ("prev", ctypes.c_void_p),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("name_length", ctypes.c_ssize_t),
        ("id", ctypes.c_int),
        ("priority", ctypes.c_int),
        ("life", ctypes.c_void_p * 4),
        ("on_request", _ON_REQUEST),
        ("others", ctypes.c_void_p * 4),
    )

    @classmethod
    def of(cls, library: Any, name: bytes, priority: int, judge: Callable[[str], int]) -> _Module:
        def on_request(request: int) -> int:
            about = (library.pjsip_rx_data_get_info(request) or b"").decode("ascii", "replace")  # "Request msg BYE/…"
            status = judge(about.partition("msg ")[2].partition("/")[0])
            if status:
                endpoint = library.pjsua_get_pjsip_endpt()
                library.pjsip_endpt_respond_stateless(endpoint, request, status, None, None, None)
            return int(bool(status))

        return cls(name=name, name_length=len(name), id=-1, priority=priority, on_request=_ON_REQUEST(on_request))


class Doors:
    """What no call costs anything: requests out of the blue, and more calls at once than anybody makes."""

    FIRST, LAST = 12, 163  # of pjsip's priorities: before its transactions, after everybody
    AT_ONCE = 10  # INVITEs, and so many again each half second. Each takes two sockets, which are free again half a
    # second after it is over; the library has 64 places for them, and ends the process when it needs one more

    def __init__(self, capacity: int) -> None:
        self._most = float(max(self.AT_ONCE, capacity // 4))
        self._left = self._most
        self._at = 0.0

    def first(self, method: str) -> int:
        """503 for a flood, before it makes the library work."""
        if method != "INVITE":
            return 0
        now = time.monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._most * 2)
        self._at = now
        if self._left < 1:
            return 503
        self._left -= 1
        return 0

    @staticmethod
    def last(method: str) -> int:
        """By itself the library lets drop what belongs to no call and opens none; who sent it would send it again for
        half a minute."""
        if method == "ACK":
            return 0
        return 481 if method in ("BYE", "CANCEL", "PRACK", "UPDATE", "INFO", "NOTIFY", "REFER") else 501


class _Log(pj.LogWriter):  # type: ignore[misc]
    LEVELS = {0: logging.CRITICAL, 1: logging.ERROR, 2: logging.WARNING, 3: logging.INFO}  # noqa: RUF012

    def write(self, entry: Any) -> None:
        if "/src/pjsua2/" in entry.msg:
            return  # a pj.Error; who called knows
        native_log.log(self.LEVELS.get(entry.level, logging.DEBUG), "%s", str(entry.msg).strip())


class Library:
    """The library, running. `run` gives it a command; `close` ends all of it.

    The thread of commands created the library, so it is known to it; no other thread of ours may call in.
    """

    _running: Library | None = None
    _guard = threading.Lock()

    def __init__(self, *, trace: bool = False) -> None:
        self.capacity = LIMIT
        self.stun = ""  # host:port
        self.native = Native()
        self._trace = trace
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pjsip")
        self._endpoint: Any = None

    async def start(self, configure: Configure, then: Callable[[Any], None], before: Callable[[], None]) -> None:
        """then: opens transports and accounts on the library's `Endpoint`; what it raises ends the library again.
        before: drops every Account and Call, at the end, once no callback can come any more.

        Raises SettingsError where one runs in this process already, pj.Error."""
        with Library._guard:
            if Library._running is not None:
                raise SettingsError(
                    Both("a process holds one PJSUA2 and no more", "в одном процессе может быть только одна PJSUA2"),
                    where="GOVORUN_SIP_STACK",
                    fix=Both("Run another process", "Запустите ещё один процесс"),
                )
            Library._running = self
        self._before = before
        try:
            await self.run(self._begin, configure, then)
        except BaseException:
            await self.close()
            raise
        atexit.register(self._at_exit)

    async def run(self, job: Callable[..., T], *args: object) -> T:
        """job(*args) on the thread of commands; raises what it raises, pj.Error among others."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, job, *args)

    async def close(self) -> None:
        """Twice is fine."""
        atexit.unregister(self._at_exit)
        if self._endpoint is not None:
            await self.run(self._end)
        self._thread.shutdown(wait=False)
        with Library._guard:
            if Library._running is self:
                Library._running = None

    def _begin(self, configure: Configure, then: Callable[[Any], None]) -> None:
        self.native.log_level(1)  # it greets on stdout before it can be told otherwise
        self._endpoint = endpoint = pj.Endpoint()
        endpoint.libCreate()
        config = pj.EpConfig()
        config.uaConfig.maxCalls = PLENTY
        config.uaConfig.threadCnt = 1
        config.uaConfig.userAgent = "Govorun"
        config.logConfig.level = config.logConfig.consoleLevel = 5 if self._trace else 1
        config.logConfig.msgLogging = int(self._trace)
        config.logConfig.writer = _Log().__disown__()  # the library deletes it
        if self.stun:
            config.uaConfig.stunServer.push_back(self.stun)
            config.uaConfig.stunIgnoreFailure = True
        configure(config)
        endpoint.libInit(config)
        self.capacity = int(self.native.max_calls())
        doors = Doors(self.capacity)
        self.native.listen("mod-flood", Doors.FIRST, doors.first)
        self.native.listen("mod-strays", Doors.LAST, doors.last)
        endpoint.audDevManager().setNullDev()  # a clock in place of a sound card
        then(endpoint)
        endpoint.libStart()

    def _end(self) -> None:
        endpoint, self._endpoint = self._endpoint, None
        endpoint.hangupAllCalls()
        endpoint.libStopWorkerThreads()
        self._before()
        # Nobody is left to answer: without this flag it waits a second for them.
        endpoint.libDestroy(pj.PJSUA_DESTROY_NO_RX_MSG)

    def _at_exit(self) -> None:
        """A process that ends without `close`: the library's threads must not call into a Python that is gone."""
        if self._endpoint is not None:
            self._endpoint.libRegisterThread("exit")  # the thread of commands has ended already
            self._end()
