"""What an endpoint of any SIP stack does alike: who may call and by what, the clock and tasks of its calls, their end.

Nothing here knows a stack: `voice.sip.endpoint` carries calls by baresip, `voice.pjsip.endpoint` by PJSUA2.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Coroutine, Hashable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from bot.errors import Both, SettingsError
from voice.gate import Gate
from voice.ports import CallLeg, Ended
from voice.sip import failures
from voice.sip.numbers import can_be_called
from voice.trunks import CODECS, TRANSPORTS, Codec, Doors, Transport, Trunk, TrunkState, way_out

log = logging.getLogger(__name__)

LOOKUP_S = 300.0  # between two questions for the addresses of trunks
LOOKUP_AGAIN_S = 5.0  # the same where one wasn't known: a machine that starts before its network does
TICK_S = 0.010  # half a packet


class Leg(CallLeg, Protocol):
    called: str

    @property
    def ended(self) -> Ended | None: ...


class Registrar(Protocol):
    """Keeps one trunk registered."""

    @property
    def state(self) -> TrunkState: ...

    async def run(self) -> None:
        """Until cancelled."""

    async def leave(self) -> None: ...


K = TypeVar("K", bound=Hashable)
L = TypeVar("L", bound=Leg)
R = TypeVar("R", bound=Registrar)


class Reception(ABC, Generic[K, L, R]):
    """K: by which the stack knows a call; L: its leg; R: what keeps a trunk registered."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        capacity: int,
        user: str,
        codecs: tuple[Codec, ...],
        region: str,
        accepts: Callable[[str], bool] | None,
        trunks: Sequence[Trunk],
        doors: Doors | None,
    ) -> None:
        """As `voice.sip.SipEndpoint`. Raises SettingsError."""
        if capacity < 1:
            raise SettingsError(
                Both(f"{capacity} calls at a time", f"{capacity} звонков одновременно"),
                where="sip capacity",
                fix=Both("Set 1 or more", "Поставьте 1 или больше"),
            )
        if not codecs or not set(codecs) <= set(CODECS):
            raise SettingsError(
                Both(
                    f"codecs {', '.join(codecs) or 'are missing'}",
                    f"кодеки {', '.join(codecs)}" if codecs else "кодеки не названы",
                ),
                where="sip codecs",
                fix=Both(f"Choose from {', '.join(sorted(CODECS))}", f"Выберите из {', '.join(sorted(CODECS))}"),
            )
        self.host = host
        self.port = port
        self.capacity = capacity
        self.region = region
        self._codecs = codecs
        self._user = user
        self._accepts = accepts
        self._all_trunks = tuple(trunks)
        self._doors = doors or Doors()
        self._gate = Gate(self._doors.allow)
        self._registrars: dict[str, R] = {}  # by the trunk's name
        self._legs: dict[K, L] = {}
        self._working = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._on_call: Callable[[L], Awaitable[None]] | None = None
        self._draining = False

    # --- a `voice.ports.Telephone`'s ------------------------------------------------------------------

    async def drain(self, timeout_s: float) -> None:
        """New calls get 503 from now on; wait for those that live, and hang up what is left."""
        self._draining = True
        try:
            async with asyncio.timeout(timeout_s):
                while self._legs:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            log.info("%d calls were still up when draining ended", len(self._legs))
        await self._hang_up_all()

    @property
    def registered(self) -> bool | None:
        """Whether every trunk that we register at knows us; None where there is none."""
        return all(each.state.up for each in self._registrars.values()) if self._registrars else None

    @property
    def trunks(self) -> tuple[TrunkState, ...]:
        """Each as it stands now, in the order they were given."""
        return tuple(
            self._registrars[trunk.title].state
            if trunk.title in self._registrars
            else TrunkState(name=trunk.title, registration="none")
            for trunk in self._all_trunks
        )

    @property
    def refused(self) -> int:
        """Requests from strangers so far."""
        return self._gate.refused

    @property
    def calls(self) -> int:
        """Live calls now, ringing ones too."""
        return len(self._legs)

    # --- calls ----------------------------------------------------------------------------------------

    def _way_out(self, uri: str, trunk: str) -> tuple[Trunk | None, str, str]:
        """By which trunk, None for none; whom it calls; the number it shows. Raises LegFailed."""
        chosen, uri = way_out(self._all_trunks, trunk, uri)
        if not can_be_called(uri):
            raise failures.cannot_be_called(uri[:80])
        if chosen is None:
            return None, uri, self._user
        if chosen.transport != "udp" and "transport=" not in uri:
            uri += f";transport={chosen.transport}"
        return chosen, uri, chosen.number or chosen.user or self._user

    async def _take(self, leg: L) -> None:
        """One that came in, until it is over."""
        if self._draining:
            await leg.reject(503)
        elif self._accepts is not None and not self._accepts(leg.called):
            await leg.reject(404)
        elif self._on_call is not None:
            try:
                await self._on_call(leg)
            finally:
                await leg.hang_up()  # nobody looks after it any more

    async def _hang_up_all(self) -> None:
        """One that fails keeps no other line up."""
        ended = await asyncio.gather(*(leg.hang_up() for leg in list(self._legs.values())), return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                log.error("a call was not hung up", exc_info=error)

    @abstractmethod
    def _tick(self) -> None:
        """Move every leg's sound, and forget those that have ended."""

    async def _run_clock(self) -> None:
        """Sleeps while there are no calls."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            if not self._legs:
                self._working.clear()
                await self._working.wait()
                due = loop.time()
            self._tick()
            now = loop.time()
            due = max(due + TICK_S, now - TICK_S)  # a stalled loop is not made up for by a burst of ticks
            await asyncio.sleep(max(0.0, due - now))

    def _spawn(self, work: Coroutine[Any, Any, None], name: str | None = None) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call broke", exc_info=error)

    async def _end_tasks(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    # --- who may call ---------------------------------------------------------------------------------

    @property
    def _transports(self) -> tuple[Transport, ...]:
        """What calls come by, and what trunks take: TLS only where somebody wants it."""
        wanted = {*self._doors.transports, *(trunk.transport for trunk in self._all_trunks)}
        return tuple(each for each in TRANSPORTS if each in wanted)

    async def _admit_trunks(self) -> None:
        """Their addresses, asked of the name service now and then: operators move."""
        loop = asyncio.get_running_loop()
        while True:
            wait_s = LOOKUP_S
            for host in dict.fromkeys(host for trunk in self._all_trunks for host in trunk.hosts):
                try:
                    found = await loop.getaddrinfo(host, None, type=socket.SOCK_DGRAM)
                except OSError as error:
                    log.info("the addresses of %s are not known: %s", host, error.strerror)
                    wait_s = LOOKUP_AGAIN_S
                    continue
                self._gate.admit(str(each[4][0]).partition("%")[0] for each in found)
            await asyncio.sleep(wait_s)


def now_ms() -> float:
    return time.monotonic() * 1000
