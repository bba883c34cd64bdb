"""One SIP call of PJSUA2 as a `CallLeg`."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from voice.audio import FRAME, RATE, Frame, Samples
from voice.dtmf import Presses
from voice.errors import LegFailed
from voice.line import Events, Inlet, Outlet
from voice.pjsip import commands
from voice.pjsip.calls import Flow, Key, News, Refused, StackCall, State, Transfer
from voice.pjsip.library import Library, pj
from voice.ports import CallLeg, Digit, Ended, Held, LegEvent, TransferProgress
from voice.sip import failures
from voice.sip.failures import HOLD_S, SETUP_S, SOUND_S, TRANSFER_S
from voice.sip.numbers import refer_uri
from voice.sip.reasons import reason_of

log = logging.getLogger(__name__)

AHEAD = RATE // 5  # samples written before their time, so a stalled loop of that length isn't heard
AGAIN_S = 0.1  # until it is tried again, where another was under way (RFC 3261 14.1 says up to 4 s: we have 10)
PENDING = 491
COUNT_MS = 250  # how often received packets are counted


class PjsipLeg:
    """`CallLeg` over one call of PJSUA2. Made by `PjsipEndpoint`, which also calls `tick` and `counted`."""

    def __init__(
        self,
        library: Library,
        *,
        id: str,
        caller: str,
        called: str,
        headers: Mapping[str, str],
        now: Callable[[], float],
        trunk: str = "",
        outgoing: bool = False,
    ) -> None:
        self.id = id
        self.caller = caller
        self.called = called
        self.headers = headers
        self.trunk = trunk  # the name of the one it came or went by; "" for none
        self.call: StackCall | None = None  # the endpoint's to give and to take
        self.early_statuses: Callable[[int], None] | None = None
        self._library = library
        self._now = now  # ms
        self._in = Inlet()
        self._out = Outlet()
        self._events = Events()
        self._presses = Presses()
        self._state = pj.PJSIP_INV_STATE_CALLING if outgoing else pj.PJSIP_INV_STATE_INCOMING
        self._outgoing = outgoing
        self._flow: Flow | None = None
        self._hearing = False
        self._held = False
        self._refused = 0
        self._ending = ""  # the reason, where we know it before the library says so
        self._transferring: asyncio.Future[int] | None = None
        self._joining = False  # why we end is known once the other telephone has told
        self._over = ""  # the reason of an end that came meanwhile
        self._changed = asyncio.Event()
        self._packets = -1
        self._packet_at = 0.0
        self._ask_at = 0.0  # ms; when they are asked whether they are there, while on hold
        self._asking: asyncio.Task[bool] | None = None

    def __repr__(self) -> str:
        return f"<PjsipLeg {self.id} state {self._state}>"

    def given(self, call: StackCall) -> None:
        self.call = call

    # --- CallLeg ---------------------------------------------------------------------------------------

    def frames(self) -> AsyncIterator[Frame]:
        return self._in.frames()

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        await self._in.listen(hear)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._events.read()

    async def early(self) -> bool:
        if self.ended is not None or (self._state != pj.PJSIP_INV_STATE_INCOMING and not self._ringing):
            return False
        if not await self._do(lambda call: call.answer(commands.parameters(183))):
            return False
        try:
            await self._until(lambda: self._flow is not None, SOUND_S)
        except TimeoutError:
            return False
        self._open()
        return self._hearing

    async def answer(self) -> None:
        if self.ended is None and (self._state == pj.PJSIP_INV_STATE_INCOMING or self._ringing):
            await self._do(lambda call: call.answer(commands.parameters(200)))
        await self.established(SETUP_S)

    async def established(self, timeout_s: float) -> None:
        """Wait until the call is up and sound flows both ways. Raises LegFailed."""
        try:
            await self._until(lambda: self._state == pj.PJSIP_INV_STATE_CONFIRMED, timeout_s)
            await self._until(lambda: self._flow is not None, SOUND_S)
        except TimeoutError:
            silent = self._state == pj.PJSIP_INV_STATE_CONFIRMED
            ringing = self._state == pj.PJSIP_INV_STATE_EARLY
            await self.hang_up()
            if silent:
                raise failures.without_sound(self.id) from None
            raise failures.no_answer(self.id, timeout_s, 408 if self._outgoing and ringing else 0) from None
        if self.ended is not None:
            raise failures.over_before_up(self.id, self.ended.reason)
        self._open()

    async def reject(self, status: int, reason: str = "") -> None:
        if not 400 <= status <= 699:
            raise ValueError(f"a final failure status is 400..699, not {status}")
        if self.ended is not None or not (self._state == pj.PJSIP_INV_STATE_INCOMING or self._ringing):
            return
        self._ending = "rejected"
        await self._do(lambda call: call.hangup(commands.parameters(status, reason or reason_of(status))))

    def play(self, sound: Samples) -> None:
        if self.ended is None:
            self._out.put(sound)
            self._send()

    def flush(self) -> int:
        dropped = self._out.clear()
        if self._hearing:
            dropped += self._mouth.flush()
        return dropped * 1000 // RATE

    @property
    def queued_ms(self) -> int:
        written = self._mouth.queued if self._hearing else 0
        return (self._out.size + written) * 1000 // RATE

    @property
    def dropped_frames(self) -> int:
        return self._in.dropped

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        uri = f"<{refer_uri(target, user_to_user)}>"
        return await self._refer(lambda call: call.xfer(uri, pj.CallOpParam(True)))

    async def join(self, other: CallLeg) -> bool:
        if not isinstance(other, PjsipLeg) or other is self or self.ended is not None or other.ended is not None:
            return False
        theirs = other.call
        both = (self, other)
        for leg in both:
            leg._joining = True
        joined = False
        try:
            for leg in both:
                await leg.hold(True)
            if await self._do(commands.knows_replaces):
                joined = await self._refer(lambda call: call.xferReplaces(theirs, pj.CallOpParam(True)))
        except LegFailed as error:
            log.info("%s was not joined with %s: %s", self, other, error)
        for leg in both:
            leg._joined("transferred" if joined else "")
        if joined:
            await other.hang_up()  # theirs to end, by RFC 3891; who forgets doesn't keep our line
            return True
        for leg in both:
            try:
                await leg.hold(False)
            except LegFailed as error:
                log.info("%s stays on hold: %s", leg, error)
        return False

    async def hold(self, on: bool) -> None:
        if self.ended is not None or self._flow is None or self._flow.holding == on:
            return
        try:
            async with asyncio.timeout(HOLD_S):
                while self.ended is None and not self._over and self._flow.holding != on:
                    self._refused = 0
                    if not await self._do(commands.hold if on else commands.take_back):
                        await asyncio.sleep(AGAIN_S)  # another re-INVITE is under way, theirs or ours
                        continue
                    await self._until(lambda: (self._flow is not None and self._flow.holding == on) or self._refused)
                    if self._refused == PENDING:
                        await asyncio.sleep(AGAIN_S)
                    elif self._refused:
                        break
        except TimeoutError:
            self._refused = 408
        if self.ended is None and self._refused:
            raise failures.not_held(self.id, self._refused)

    async def hang_up(self) -> None:
        if self.ended is not None or self._ending in ("us", "rejected", "transferred"):
            return
        self._ending = self._ending or "us"
        await self._do(lambda call: call.hangup(commands.parameters(0)))

    # --- the endpoint's side ---------------------------------------------------------------------------

    @property
    def ended(self) -> Ended | None:
        return self._events.ended

    @property
    def on_hold(self) -> bool:
        """No packets are to be expected."""
        return self._flow is not None and (self._flow.held or self._flow.holding)

    def tick(self) -> None:
        """Move sound in and out; every 10 ms."""
        if not self._hearing:
            return
        now = self._now()
        heard = self._ear.read()
        if heard.size:
            if self.on_hold:
                heard.fill(0)
            self._in.sound(heard, now)
        self._in.tick(now)
        self._send()
        if self.on_hold or self._ask_at:
            self._ask_now_and_then(now)

    def _ask_now_and_then(self, now: float) -> None:
        """Who has vanished doesn't answer, and the library ends the call."""
        if not self.on_hold:
            self._ask_at = 0.0
        elif not self._ask_at:
            self._ask_at = now + failures.ASK_S * 1000
        elif now >= self._ask_at:
            self._ask_at = 0.0
            self._asking = asyncio.create_task(self._do(commands.ask_again), name=f"ask {self.id}")

    def counted(self, packets: int) -> None:
        """packets: received so far. Called four times a second, on any thread."""
        if packets != self._packets or self.on_hold or not self._hearing:
            self._packets, self._packet_at = packets, self._now()

    @property
    def silent_ms(self) -> int:
        """How long the line has brought no packets; 0 while it does, and on hold. Up to COUNT_MS too little."""
        silent = self._now() - self._packet_at if self._hearing and not self.on_hold else 0
        return int(silent) if silent > 2 * COUNT_MS else 0

    def lost(self) -> None:
        """Nothing has come for too long; `hang_up` follows."""
        self._ending = self._ending or "lost"

    def close(self, reason: str) -> None:
        """The library goes away, or never took the call."""
        self._end(reason)

    def told(self, news: News) -> None:
        """What the library says, on the event loop."""
        match news:
            case State():
                self._on_state(news)
            case Flow():
                self._flow = news
                if news.held != self._held:
                    self._held = news.held
                    self._events.put(Held(on=news.held))
            case Refused():
                self._refused = news.status
            case Key():
                key = news.key.upper()
                if self._presses.pressed(key, self._now(), news.way):
                    self._events.put(Digit(key=key, at_frame=self._in.count))
            case Transfer():
                if self._transferring is not None and not self._transferring.done():
                    if news.final or news.status >= 200:
                        self._transferring.set_result(news.status)
                    elif news.status > 100:
                        self._events.put(TransferProgress(status=news.status))
        self._changed.set()

    @property
    def _ringing(self) -> bool:
        return not self._outgoing and self._state == pj.PJSIP_INV_STATE_EARLY

    def _on_state(self, news: State) -> None:
        self._state = news.of
        if news.of == pj.PJSIP_INV_STATE_EARLY and self._outgoing and self.early_statuses is not None:
            self.early_statuses(news.status)
        if news.of == pj.PJSIP_INV_STATE_DISCONNECTED:
            reason = self._ending or self._reason(news)
            if self._transferring is not None and not self._transferring.done():
                self._transferring.set_result(0)
            if self._joining:
                self._over = reason
            else:
                self._end(reason)

    def _reason(self, news: State) -> str:
        if not news.status or news.status < 300 or news.status == 487:
            return "caller"
        if self._hearing and news.status in (408, 481, 503):  # nobody is there any more, or the way is gone
            return "lost"
        return f"{news.status} {news.reason}"

    def _open(self) -> None:
        """Start the line's time, once."""
        sound = self.call.sound if self.call is not None else None
        if not self._hearing and self.ended is None and sound is not None:
            sound.fresh()
            self._mouth, self._ear = sound.mouth, sound.ear
            self._hearing = True
            self._packet_at = self._now()
            self._in.open(self._packet_at)
            self._send()

    def _send(self) -> None:
        if not self._hearing:
            return  # played before the answer: it waits
        room = AHEAD - self._mouth.queued
        if self._out.size and room >= FRAME // 2 and self._mouth.ready:
            self._mouth.write(self._out.take(room))
        else:
            self._mouth.turned()

    async def _refer(self, send: Callable[[Any], None]) -> bool:
        if self.ended is not None or self._transferring is not None:
            return False
        self._events.put(TransferProgress(status=100))
        self._transferring = asyncio.get_running_loop().create_future()
        status = 500
        try:
            if await self._do(send):
                async with asyncio.timeout(TRANSFER_S):
                    status = await self._transferring
        except TimeoutError:
            status = 408
        finally:
            self._transferring = None
        if 200 <= status < 300:
            self._ending = "transferred"
            await self._do(lambda call: call.hangup(commands.parameters(0)))
            return True
        if self.ended is None and status:
            self._events.put(TransferProgress(status=status))
        log.info("%s was not transferred: %d", self, status)
        return False

    def _joined(self, reason: str) -> None:
        """The outcome of `join` is known: "" where it failed. An end that came meanwhile is told now."""
        self._joining = False
        self._ending = self._ending or reason
        if self._over:
            self._end(reason or self._over)

    async def _do(self, command: Callable[[Any], None]) -> bool:
        """Give the library a command for this call; False where it takes none now."""
        call = self.call
        if call is None:
            return False
        return await self._library.run(commands.done, command, call)

    async def _until(self, true: Callable[[], object], timeout_s: float | None = None) -> None:
        """Or until the leg has ended. Raises TimeoutError."""
        async with asyncio.timeout(timeout_s):
            while self.ended is None and not self._over and not true():
                self._changed.clear()
                await self._changed.wait()

    def _end(self, reason: str) -> None:
        if self.ended is None:
            self._hearing = False
            self._out.clear()
            self._in.close()
            self._events.put(Ended(reason=reason))
            self._changed.set()
