"""Where SIP calls come in and go out: one address, one stack a process."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from baresip import Account, BaresipError, Call, CallState, Config, Runtime, StackEvent, UserAgent

from bot.errors import Both, SettingsError
from voice.gate import Burst
from voice.sip import failures
from voice.sip.accounts import direct, for_calls, local, of_trunk, tls_text
from voice.sip.failures import RING_S
from voice.sip.headers import KEPT, spelt
from voice.sip.host import check_free, keep_numbers_out_of_logs
from voice.sip.leg import SipLeg
from voice.sip.numbers import number_of, user_of
from voice.sip.reception import Reception, now_ms
from voice.sip.registration import Registrar
from voice.sip.stack import StackThread
from voice.trunks import Codec, Doors, Trunk

log = logging.getLogger(__name__)

CAPACITY_MAX = 250  # the stack has 256 places for sound
FEW = 20  # calls that are served every tick; of more, each every other, for 5 ms of delay and half the work
BURST = 100  # new calls at once, and each second again; who floods us gets 503 at the door

OnCall = Callable[[SipLeg], Awaitable[None]]


class SipEndpoint(Reception[str, SipLeg, Registrar]):
    """Answers and places SIP calls over UDP and TCP. One a process: the stack under it is.

    endpoint = SipEndpoint(port=5060, capacity=30)
    await endpoint.start(on_call)      # on_call(leg) runs as a task for every call that comes in
    leg = await endpoint.call("sip:agent@10.0.0.5")
    await endpoint.drain(30)           # no new calls (503), wait for the rest, hang up
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
        """host: an address of this machine; "0.0.0.0" is all of them except loopback. port: SIP, UDP and TCP, and TLS
        on the next one; RTP takes ports of rtp_ports. capacity: calls at a time, both directions; one more gets 486.
        accepts: says False for a called number we don't serve: 404. codecs: best first; none in common: 488.
        dead_after_s: no RTP for so long ends a call that isn't on hold, as "lost"; 0: never. region: see
        `number_of`. trunk: one more of trunks. keep_headers: more headers of an INVITE for `leg.headers`. trace: every
        SIP message to the log at DEBUG; it holds names and numbers, so for a laboratory only.

        Raises SettingsError.
        """
        if not 1 <= capacity <= CAPACITY_MAX:
            raise SettingsError(
                Both(
                    f"{capacity} calls at a time can't be served by one process",
                    f"{capacity} звонков одновременно одному процессу не по силам",
                ),
                where="sip capacity",
                fix=Both(
                    f"Set 1 to {CAPACITY_MAX}, and run more processes behind a SIP proxy for more",
                    f"Поставьте от 1 до {CAPACITY_MAX}; нужно больше — запустите ещё процессы за SIP-прокси",
                ),
            )
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
        address = "" if host == "0.0.0.0" else host
        self._config = Config(
            net_interface=address or None,
            expose_headers=tuple(dict.fromkeys(KEPT + keep_headers)),
            native_log_level="warning",
            sip_trace=trace,
            max_concurrent_calls=capacity,
            rtp_timeout=dead_after_s,
            extra_config_text=(
                f"sip_listen {host}:{port}\n"
                f"sip_transports {','.join(self._transports)}\n"
                f"{tls_text(self._doors) if 'tls' in self._transports else ''}"
                f"rtp_ports {rtp_ports[0]}-{rtp_ports[1]}\n"
                # Receive path 23 ms instead of the default's 104.
                "audio_jitter_buffer_type adaptive\n"
                "audio_jitter_buffer_ms 20-200\n"
            ),
        )
        self._runtime: Runtime | None = None
        self._thread: StackThread | None = None
        self._agent: UserAgent | None = None
        self._callers: dict[str, UserAgent] = {}  # by which calls go out, by the trunk's name
        self._names: dict[int, str] = {}  # of trunks, by the handle of the agent their calls come in by
        self._half = False  # of the calls, whose turn it is
        self._dead = False

    # --- life ------------------------------------------------------------------------------------------

    async def start(self, on_call: OnCall) -> None:
        """Take calls from now on. Raises PortTaken, SettingsError."""
        check_free(self.host, self.port, tls="tls" in self._transports)
        keep_numbers_out_of_logs()
        self._on_call = on_call
        runtime = Runtime()
        try:
            await runtime.start(self._config)
        except BaresipError as error:
            raise SettingsError(
                Both(f"SIP can't start: {error}", f"SIP не запускается: {error}"),
                where=f"sip {self.host}:{self.port}",
                fix=Both("Check that the host is an address of this machine", "Проверьте, что это адрес этой машины"),
            ) from error
        self._thread = StackThread(runtime)
        try:
            await self._open_accounts(runtime)
            try:
                await self._thread.stand_guard(self._gate, Burst(max(BURST, self.capacity)))
            except SettingsError:
                if self._doors.allow:
                    raise
        except BaresipError as error:
            await runtime.close()
            raise SettingsError(
                Both(f"the SIP account was refused: {error}", f"учётная запись SIP не принята: {error}"),
                where="sip account",
                fix=Both("Check user and domain", "Проверьте имя и сервер"),
            ) from error
        except SettingsError:
            await runtime.close()
            raise
        self._runtime = runtime
        runtime.subscribe(self._on_registration)
        if self._doors.allow:
            self._spawn(self._admit_trunks())
        for registrar in self._registrars.values():
            self._spawn(registrar.run())
        runtime.on_dead = self._on_dead
        self._spawn(self._run_clock(), "sip-clock")
        log.info("SIP on %s:%d, %d calls at a time", self.host, self.port, self.capacity)

    async def close(self) -> None:
        """End every call and give all back: threads, sockets, tasks. Twice is fine."""
        self._draining = True
        runtime, self._runtime = self._runtime, None
        if runtime is None:
            return
        await self._hang_up_all()
        await asyncio.gather(*(registrar.leave() for registrar in self._registrars.values()))
        for leg in list(self._legs.values()):
            leg.close("us")
        self._legs.clear()
        await self._end_tasks()
        if self._thread is not None:
            await self._thread.leave_guard()
        await runtime.close()

    @property
    def alive(self) -> bool:
        """Whether calls can come in. Once the stack's thread has died nothing but a new process helps."""
        return self._runtime is not None and not self._dead

    # --- calls -----------------------------------------------------------------------------------------

    async def call(
        self,
        uri: str,
        *,
        headers: Mapping[str, str] | None = None,
        ring_s: float = RING_S,
        trunk: str = "",
        progress: Callable[[int], None] | None = None,
    ) -> SipLeg:
        """As `voice.ports.Telephone` says it. progress: told 180 (it rings) and 183 (sound before the answer: a tone or
        an announcement, no answer). A LegFailed with status 0: no word came back."""
        if self._agent is None or self._draining:
            raise failures.not_now()
        chosen, uri, caller = self._way_out(uri, trunk)
        agent = self._callers[chosen.title] if chosen is not None else self._agent
        assert self._runtime is not None
        early: list[StackEvent] = []
        self._runtime.subscribe(early.append)
        dialling = asyncio.ensure_future(agent.dial(uri, dict(headers or {})))
        try:
            call = await asyncio.shield(dialling)
        except asyncio.CancelledError:
            with contextlib.suppress(BaresipError, ValueError):
                await (await dialling).hangup()  # or it would ring on with nobody at our end
            raise
        except (BaresipError, ValueError) as error:
            raise failures.cannot_be_called(why=str(error)) from error
        finally:
            self._runtime.unsubscribe(early.append)
        for event in early:  # an instant answer, or 486, comes before the binding's Call listens
            if call.state is not CallState.CLOSED:  # or just after: it has heard that itself
                call._on_stack_event(event)
        leg = self._adopt(
            call,
            called=number_of(uri, self.region),
            caller=caller,
            trunk=chosen.title if chosen is not None else "",
        )
        leg.on_progress(progress, early)
        try:
            await leg.established(ring_s)
        except asyncio.CancelledError:
            await leg.hang_up()
            raise
        return leg

    async def _open_accounts(self, runtime: Runtime) -> None:
        """Raises BaresipError, SettingsError."""

        # A REFER from outside would make us dial wherever it says: refused.
        async def opened(account: Account) -> UserAgent:
            return await UserAgent.create(runtime, account, transfer_policy="reject")

        for trunk in self._all_trunks:
            agent = await opened(of_trunk(trunk, self._codecs, self._doors))
            agent.on_incoming(self._on_incoming)
            self._names[agent._handle] = trunk.title
            shown = for_calls(trunk, self._codecs, self._doors)
            self._callers[trunk.title] = agent if shown is None else await opened(shown)
            if trunk.registers:
                self._registrars[trunk.title] = Registrar(trunk, agent)
        domain = f"{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"
        # Calls over TCP or TLS reach only an account of that transport, so there is one of each.
        for transport in self._transports:
            agent = await opened(local(self._user, domain, transport, self._codecs, self._doors))
            agent.on_incoming(self._on_incoming)
        self._agent = await opened(direct(self._user, domain, self._codecs, self._doors))

    def _on_dead(self) -> None:
        self._dead = True
        log.critical("the SIP stack has died with %d calls up. Restart the process", len(self._legs))
        for leg in list(self._legs.values()):
            leg.close("lost")

    def _on_registration(self, event: StackEvent) -> None:
        for registrar in self._registrars.values():
            registrar.hear(event)

    def _on_incoming(self, call: Call) -> None:
        call.headers = {spelt(name): value for name, value in call.headers.items()}  # the stack keeps it as it came
        leg = self._adopt(
            call,
            caller=number_of(call.headers.get("From") or call.peer or "", self.region),
            called=user_of(call.headers.get("P-Called-Party-ID") or call.headers.get("To", "")),
            trunk=self._names.get(call._ua_handle, ""),
        )
        self._spawn(self._take(leg))

    def _adopt(self, call: Call, *, caller: str, called: str, trunk: str) -> SipLeg:
        assert self._thread is not None
        leg = SipLeg(call, thread=self._thread, caller=caller, called=called, now=now_ms, trunk=trunk)
        self._legs[leg.id] = leg
        self._working.set()
        return leg

    async def _give_up(self, leg: SipLeg) -> None:
        await leg.hang_up()
        leg.close("lost")

    def _tick(self) -> None:
        self._half = not self._half
        for number, (key, leg) in enumerate(list(self._legs.items())):
            if number % 2 == self._half or len(self._legs) <= FEW:
                try:
                    leg.tick()
                except Exception:  # its fault, and no other call's: all hang on this clock
                    log.exception("%s broke", leg)
                    del self._legs[key]
                    self._spawn(self._give_up(leg))
                    continue
            if leg.ended is not None:
                del self._legs[key]
