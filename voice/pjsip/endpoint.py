"""Where SIP calls come in and go out over PJSUA2: a `Telephone`. One a process: the library is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from bot.errors import Both, SettingsError
from voice.gate import Verdict
from voice.pjsip import accounts, commands
from voice.pjsip.calls import Crossing, StackAccount, StackCall
from voice.pjsip.leg import COUNT_MS, PjsipLeg
from voice.pjsip.library import Library, pj
from voice.pjsip.registration import Registrar
from voice.pjsip.sound import Sound
from voice.sip import failures
from voice.sip.failures import RING_S
from voice.sip.headers import KEPT, headers_of
from voice.sip.host import check_free, keep_numbers_out_of_logs
from voice.sip.numbers import number_of, user_of
from voice.sip.reception import Reception, now_ms
from voice.trunks import Codec, Doors, Trunk

log = logging.getLogger(__name__)

GRAVE_S = 1.0  # a call that is over is dropped so much later: see StackCall
LEAVE_S = 2.0  # for the other sides to take our BYE

OnCall = Callable[[PjsipLeg], Awaitable[None]]


class PjsipEndpoint(Reception[StackCall, PjsipLeg, Registrar]):
    """Answers and places SIP calls over UDP, TCP and TLS.

    endpoint = PjsipEndpoint(port=5060, capacity=30)
    await endpoint.start(on_call)      # on_call(leg) runs as a task for every call that comes in
    endpoint.capacity                  # 4, if that is what the library was built for
    await endpoint.close()
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 5060,
        capacity: int = 100,
        user: str = "govorun",
        codecs: tuple[Codec, ...] = ("pcma", "pcmu"),
        rtp_ports: tuple[int, int] = (10_000, 20_000),
        dead_after_s: int = 30,
        region: str = "RU",
        accepts: Callable[[str], bool] | None = None,
        trunk: Trunk | None = None,
        trunks: Sequence[Trunk] = (),
        doors: Doors | None = None,
        keep_headers: tuple[str, ...] = (),
        trace: bool = False,
    ) -> None:
        """As `voice.sip.SipEndpoint`. capacity: no more than the library was built for; `start` lowers it, and warns.
        codecs: for every trunk, whatever it names itself; Opus where the build has it.

        Raises SettingsError.
        """
        super().__init__(
            host=host,
            port=port,
            capacity=capacity,
            user=user,
            codecs=codecs,
            region=region,
            accepts=accepts,
            trunks=(*((trunk,) if trunk is not None else ()), *trunks),
            doors=doors,
        )
        self._rtp_ports = rtp_ports
        self._dead_after_ms = dead_after_s * 1000
        encryptions = (self._doors.srtp, *(each.srtp for each in self._all_trunks))
        accounts.refuse_dtls(encryptions)
        self._keep = {name.lower(): name for name in (*KEPT, *keep_headers)}
        self._library = Library(trace=trace)
        accounts.refuse_what_is_not_built_in(self._library.native, self._transports, encryptions)
        self._vouchers: accounts.Vouchers | None = None
        self._crossing: Crossing | None = None
        self._accounts: dict[str, StackAccount] = {}  # by the trunk's name; "" by which we call other addresses
        self._everybody: StackAccount | None = None  # takes what is no trunk's
        self._sounds: list[Sound] = []  # that no call uses now
        self._made: list[Sound] = []
        self._lines: set[StackCall] = set()  # taken; kept on the library's threads
        self._over: deque[tuple[float, StackCall]] = deque()
        self._broken: weakref.WeakSet[PjsipLeg] = weakref.WeakSet()  # their sound is not moved any more
        self._calls: weakref.WeakSet[StackCall] = weakref.WeakSet()  # that live, whoever holds them
        self._kept: list[StackCall] = []  # that can't be dropped
        self._running = False

    # --- life ------------------------------------------------------------------------------------------

    async def start(self, on_call: OnCall) -> None:
        """Take calls from now on. Raises PortTaken, SettingsError."""
        check_free(self.host, self.port, tls="tls" in self._transports)
        keep_numbers_out_of_logs()
        self._on_call = on_call
        self._crossing = Crossing(asyncio.get_running_loop())
        if self._doors.stun:
            self._library.stun = self._doors.stun
        try:
            await self._library.start(self._configure, self._open, self._drop_all)
        except pj.Error as error:
            raise SettingsError(
                Both(f"SIP can't start: {error.reason}", f"SIP не запускается: {error.reason}"),
                where=f"sip {self.host}:{self.port}",
                fix=Both("Check the address, the certificate and the trunk", "Проверьте адрес, сертификат и линию"),
            ) from error
        if self._library.capacity < self.capacity:
            log.warning(
                "PJSUA2 was built for %d calls at a time, not %d: one more gets 486. Build pjproject with a higher "
                "PJSUA_MAX_CALLS, or use baresip",
                self._library.capacity,
                self.capacity,
            )
            self.capacity = self._library.capacity
        self._running = True
        for registrar in self._registrars.values():
            self._spawn(registrar.run())
        if self._doors.allow:
            self._spawn(self._admit_trunks())
        for clock in (self._run_clock(), self._count_packets()):
            self._spawn(clock, "sip-clock")
        log.info("SIP on %s:%d by PJSUA2, %d calls at a time", self.host, self.port, self.capacity)

    async def close(self) -> None:
        """End every call and give all back: threads, sockets, tasks. Twice is fine."""
        self._draining = True
        if not self._running:
            return
        self._running = False
        await self._hang_up_all()
        await asyncio.gather(*(registrar.leave() for registrar in self._registrars.values()))
        for leg in list(self._legs.values()):
            leg.close("us")
        await self._end_tasks()
        await self._library.close()
        for sound in self._made:
            sound.mouth.close()
        self._made.clear()
        if self._vouchers is not None:
            self._vouchers.close()

    @property
    def alive(self) -> bool:
        return self._running

    # --- calls -----------------------------------------------------------------------------------------

    async def call(
        self,
        uri: str,
        *,
        headers: Mapping[str, str] | None = None,
        ring_s: float = RING_S,
        trunk: str = "",
        progress: Callable[[int], None] | None = None,
    ) -> PjsipLeg:
        """See `voice.ports.Telephone`."""
        if not self._running or self._draining:
            raise failures.not_now()
        chosen, uri, caller = self._way_out(uri, trunk)
        leg = PjsipLeg(
            self._library,
            id="",
            trunk=chosen.title if chosen is not None else "",
            caller=caller,
            called=number_of(uri, self.region),
            headers={},
            now=now_ms,
            outgoing=True,
        )
        leg.early_statuses = progress
        placing = asyncio.ensure_future(self._library.run(self._place, leg, uri, chosen, dict(headers or {})))
        try:
            await asyncio.shield(placing)
            await leg.established(ring_s)
        except pj.Error as error:
            raise failures.cannot_be_called(why=str(error.reason)) from error
        except asyncio.CancelledError:
            await asyncio.gather(placing, return_exceptions=True)
            await leg.hang_up()
            raise
        return leg

    def _adopt(self, leg: PjsipLeg, call: StackCall) -> None:
        leg.given(call)
        self._legs[call] = leg
        self._working.set()

    def _came_in(self, leg: PjsipLeg, call: StackCall) -> None:
        self._adopt(leg, call)
        self._spawn(self._take(leg))

    async def _hang_up_all(self) -> None:
        legs = list(self._legs.values())
        await super()._hang_up_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LEAVE_S):
                while any(leg.ended is None for leg in legs):
                    await asyncio.sleep(0.01)

    async def _count_packets(self) -> None:
        """Find lines that are dead, and bury the calls that are over."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(COUNT_MS / 1000)
            if self._legs:
                await self._library.run(self._count, list(self._legs.values()))
                for leg in list(self._legs.values()):
                    if self._dead_after_ms and leg.silent_ms >= self._dead_after_ms and leg.ended is None:
                        log.info("%s brought no sound for %d s", leg, leg.silent_ms // 1000)
                        leg.lost()
                        await leg.hang_up()
            if self._over and self._over[0][0] < loop.time():
                await self._library.run(self._bury, loop.time())

    # Neither of these may leave a call in a variable of a coroutine: an exception would keep it alive, and the library
    # must be gone after every one of its calls.

    def _tick(self) -> None:
        now = asyncio.get_running_loop().time()
        for call, leg in list(self._legs.items()):
            if leg not in self._broken:
                try:
                    leg.tick()
                except Exception:  # its fault, and no other call's: all hang on this clock
                    log.exception("%s broke", leg)
                    self._broken.add(leg)
                    leg.lost()
                    self._spawn(leg.hang_up())
            if leg.ended is not None:
                del self._legs[call]
                leg.call = None
                self._over.append((now + GRAVE_S, call))

    # --- on the library's threads ----------------------------------------------------------------------

    def _configure(self, config: Any) -> None:
        sound = config.medConfig
        sound.clockRate = sound.sndClockRate = 8_000
        sound.audioFramePtime = 20
        sound.channelCount = 1
        sound.noVad = True  # silence is sent too: a gap would be heard as a dead line
        sound.ecTailLen = 0
        sound.jbInit = sound.jbMinPre = 20  # ms
        sound.jbMaxPre = sound.jbMax = 200
        sound.sndAutoCloseTime = 0

    def _open(self, endpoint: Any) -> None:
        wanted = dict.fromkeys((*self._codecs, *(codec for trunk in self._all_trunks for codec in trunk.codecs)))
        accounts.choose_codecs(endpoint, tuple(wanted))
        for kind in self._transports:
            if kind == "tls":
                self._vouchers = accounts.Vouchers(self._doors)
            vouchers = self._vouchers.path if self._vouchers is not None else ""
            config = accounts.transport(kind, self.host, self.port, self._doors, vouchers)
            endpoint.transportCreate(accounts.KINDS[kind], config)
        for trunk in self._all_trunks:
            registrar = Registrar(trunk, self._library) if trunk.registers else None
            account = self._account(accounts.of_trunk(trunk, self.host, self._rtp_ports), registrar)
            self._accounts[trunk.title] = account
            if registrar is not None:
                registrar.account = account
                self._registrars[trunk.title] = registrar
        place = (self._user, self.host, self.port)
        self._everybody = self._account(accounts.local(*place, self._doors.srtp, self._rtp_ports, takes=True))
        self._accounts[""] = self._account(accounts.local(*place, "off", self._rtp_ports, takes=False))

    def _account(self, config: Any, registrar: Registrar | None = None) -> StackAccount:
        assert self._crossing is not None
        told = registrar.told if registrar is not None else _nobody
        account = StackAccount(self._incoming, told, self._crossing)
        account.create(config)
        return account

    def _incoming(self, account: Any, call_id: int, message: str, source: str) -> None:
        address = source.rpartition(":")[0].strip("[]")
        verdict, worth_telling = self._gate.ask(address, time.monotonic())
        if worth_telling:
            log.warning("SIP from %s is refused: it is in no network of `from`", address)
        stranger = verdict is not Verdict.LET_IN
        if stranger or self._draining or len(self._lines) >= self.capacity:
            pj.Call(account, call_id).hangup(commands.parameters(403 if stranger else 503 if self._draining else 486))
            return
        headers = headers_of(message)
        leg = PjsipLeg(
            self._library,
            id=headers.get("call-id", ""),
            trunk=next((name for name, each in self._accounts.items() if each is account), ""),
            caller=number_of(headers.get("from", ""), self.region),
            called=user_of(headers.get("to", "")),
            headers={self._keep[name]: value for name, value in headers.items() if name in self._keep},
            now=now_ms,
        )
        call = self._make(account, call_id, leg)
        assert self._crossing is not None
        self._crossing.tell(self._came_in, leg, call)
        call.answer(commands.parameters(180))

    def _make(self, account: Any, call_id: int, leg: PjsipLeg) -> StackCall:
        assert self._crossing is not None
        call = StackCall(
            account,
            call_id,
            native=self._library.native,
            sound=self._sound,
            crossing=self._crossing,
            told=leg.told,
            free=self._lines.discard,
        )
        self._lines.add(call)
        self._calls.add(call)
        return call

    def _place(self, leg: PjsipLeg, uri: str, trunk: Trunk | None, headers: Mapping[str, str]) -> None:
        assert self._crossing is not None
        call = self._make(self._accounts[trunk.title if trunk is not None else ""], pj.PJSUA_INVALID_ID, leg)
        parameters = pj.CallOpParam(True)
        parameters.opt.audioCount, parameters.opt.videoCount = 1, 0
        if trunk is not None and trunk.number:
            parameters.txOption.localUri = f"sip:{trunk.number}@{trunk.domain}"
        for name, value in headers.items():
            header = pj.SipHeader()
            header.hName, header.hValue = name, value
            parameters.txOption.headers.push_back(header)
        self._crossing.tell(self._adopt, leg, call)
        try:
            call.makeCall(uri, parameters)
            leg.id = str(call.getInfo().callIdString)
        except pj.Error:
            self._lines.discard(call)
            self._crossing.tell(leg.close, "us")
            raise

    def _sound(self) -> Sound:
        if not self._sounds:
            self._made.append(Sound(self._library.native))
            return self._made[-1]
        return self._sounds.pop()

    def _bury(self, now: float) -> None:
        """Drop the calls that have been over for long enough, here, on the library's thread."""
        while self._over and self._over[0][0] < now:
            _, call = self._over.popleft()
            if call.sound is not None:
                self._sounds.append(call.sound)
            if not call.forget():
                self._kept.append(call)

    def _count(self, legs: list[PjsipLeg]) -> None:
        """Packets received so far, of each."""
        for leg in legs:
            if leg.call is not None:
                try:
                    leg.counted(int(leg.call.getStreamStat(0).rtcp.rxStat.pkt))
                except pj.Error:
                    continue  # no sound now

    def _drop_all(self) -> None:
        for leg in self._legs.values():
            leg.call = None
        self._legs.clear()
        self._over.clear()
        self._lines.clear()
        self._kept.clear()
        for call in list(self._calls):  # held by a traceback, or for the collector of cycles
            call.forget()
        for registrar in self._registrars.values():
            registrar.account = None
        for account in (*self._accounts.values(), *([self._everybody] if self._everybody is not None else [])):
            account.shutdown()
        self._accounts.clear()
        self._everybody = None


def _nobody(status: int, reason: str, expires: int) -> None: ...
