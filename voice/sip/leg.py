"""One SIP call as a `CallLeg`."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping

import numpy as np
from baresip import AudioNotActive, AudioRestarted, BaresipError, Call, CallState, Event, StackEvent, StaleHandleError
from baresip import TransferFailed as StackTransferFailed

from voice.audio import EMPTY, RATE, Frame, Samples
from voice.dtmf import Presses
from voice.errors import LegFailed
from voice.line import Events, Inlet, Outlet
from voice.ports import CallLeg, Digit, Ended, Held, LegEvent, TransferProgress
from voice.sip import failures
from voice.sip.failures import HOLD_S, SETUP_S, SOUND_S, TRANSFER_S
from voice.sip.numbers import refer_uri
from voice.sip.reasons import reason_of, told
from voice.sip.session_timer import refresh_s
from voice.sip.sound import Sound
from voice.sip.stack import StackThread

log = logging.getLogger(__name__)

# Sound handed to the stack before its time, so that a stalled loop of TOP_UP_MS less isn't heard; it holds 2 s.
AHEAD_MS = 400
TOP_UP_MS = 200  # of it that may be gone before more is handed over: ten packets at a time
PROVISIONAL = {Event.CALL_RINGING: 180, Event.CALL_PROGRESS: 183}


class SipLeg:
    """`CallLeg` over one call of baresip-python. Made by `SipEndpoint`, which also calls `tick`.

    `silent_ms` tells how long the line has brought no sound (0 while it does); frames of silence keep coming
    meanwhile. After `SipEndpoint.dead_after_s` of that the stack ends the call: Ended("lost").
    """

    def __init__(
        self,
        call: Call,
        *,
        thread: StackThread,
        caller: str,
        called: str,
        now: Callable[[], float],
        trunk: str = "",
    ) -> None:
        self.id = call.call_id or f"sip-{call.handle}"
        self.caller = caller
        self.called = called
        self.trunk = trunk  # whose account the call came in or went out by; "" none's
        self.headers: Mapping[str, str] = dict(call.headers)
        self._call = call
        self._sound = Sound(call)
        self._thread = thread
        self._now = now  # ms
        self._in = Inlet()
        self._out = Outlet()
        self._events = Events()
        self._presses = Presses()
        self._hearing = False
        self._early = False  # what is played is heard before the answer
        self._flushing = False
        self._sent_at = 0.0  # ms: when the stack will have sent what it holds
        self._ending = ""  # the reason, where we know it before the stack says so
        self._holding = False  # we hold them
        self._ask_at = 0.0  # ms; when they get a re-INVITE: on hold, whether they are there; else as they asked for it
        self._refresh_s = refresh_s(self.headers.get("Session-Expires") or self.headers.get("x", ""))
        self._asking: asyncio.Task[None] | None = None
        self._held = False  # they hold us
        self._joining = False  # why we end is known once the other telephone has told
        self._over = ""  # the reason of an end that came meanwhile
        self._progress: Callable[[int], None] | None = None
        self._rang = False
        call.on(self._on_stack_event)
        if call.state is CallState.CLOSED:
            self._end(told(call._close_reason or ""))

    def __repr__(self) -> str:
        return f"<SipLeg {self.id} {self._call.state.value}>"

    # --- CallLeg ---------------------------------------------------------------------------------------

    def frames(self) -> AsyncIterator[Frame]:
        return self._in.frames()

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        await self._in.listen(hear)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._events.read()

    async def early(self) -> bool:
        if self.ended is not None or self._call.state is not CallState.INCOMING:
            return False
        try:
            if not await self._thread.progress(self.id):
                return False
            async with asyncio.timeout(SOUND_S):
                await self._until(self._audible)
        except (BaresipError, TimeoutError) as error:
            log.info("%s has no sound before the answer: %s", self, error)
            return False
        self._early = self.ended is None
        self._send()
        return self._early

    async def answer(self) -> None:
        if self.ended is None and self._call.state is CallState.INCOMING:
            try:
                await self._thread.settle_on_audio(self.id)
                await self._call.answer()
            except BaresipError as error:
                # The stack has already answered 488 when the offer held no codec of ours.
                self._ending = self._ending or "rejected"
                raise failures.not_answered(self.id, str(error)) from error
        await self.established(SETUP_S)

    async def established(self, timeout_s: float) -> None:
        """Wait until the call is up and sound flows both ways. Raises LegFailed."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._until(lambda: self._call.state is CallState.ESTABLISHED)
            async with asyncio.timeout(SOUND_S):
                await self._until(self._settle)
        except TimeoutError:
            silent = self._call.state is CallState.ESTABLISHED
            await self.hang_up()
            if silent:
                raise failures.without_sound(self.id) from None
            raise failures.no_answer(self.id, timeout_s, 408 if self._rang else 0) from None
        if self.ended is not None:
            raise failures.over_before_up(self.id, self.ended.reason)

    async def reject(self, status: int, reason: str = "") -> None:
        if not 400 <= status <= 699:
            raise ValueError(f"a final failure status is 400..699, not {status}")
        if self.ended is not None or self._call.state is not CallState.INCOMING:
            return
        self._ending = "rejected"
        try:
            if not await self._thread.reject(self.id, status, reason or reason_of(status)):
                await self._call.reject()
        except BaresipError as error:
            log.debug("%s went away while it was rejected: %s", self, error)

    def play(self, sound: Samples) -> None:
        if self.ended is None:
            self._out.put(sound)
            self._send()

    def flush(self) -> int:
        dropped = self._out.clear() * 1000 // RATE
        buffered = self._buffered_ms()
        if buffered:
            try:
                self._sound.flush()
                self._flushing = True
            except (AudioNotActive, AudioRestarted):
                pass  # those streams are gone, and the sound with them
        self._sent_at = 0.0
        return dropped + buffered

    @property
    def queued_ms(self) -> int:
        return self._out.size * 1000 // RATE + (0 if self._flushing else self._ahead_ms)

    @property
    def silent_ms(self) -> int:
        return self._in.silent_ms

    @property
    def dropped_frames(self) -> int:
        return self._in.dropped

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        if self.ended is not None:
            return False
        uri = f"<{refer_uri(target, user_to_user)}>"
        self._events.put(TransferProgress(status=100))
        try:
            await self._call.transfer(uri, timeout=TRANSFER_S)
        except StackTransferFailed as error:
            if self.ended is None:
                self._events.put(TransferProgress(status=error.status or 408))
            log.info("%s was not transferred: %s", self, error)
            return False
        except BaresipError as error:
            if self.ended is None:
                self._events.put(TransferProgress(status=500))
            log.info("%s was not transferred: %s", self, error)
            return False
        return True

    async def join(self, other: CallLeg) -> bool:
        if not isinstance(other, SipLeg) or other is self or self.ended is not None or other.ended is not None:
            return False
        both = (self, other)
        for leg in both:
            leg._joining = True
        try:
            for leg in both:
                await leg.hold(True)
            await self._call.attended_transfer(other._call, timeout=TRANSFER_S)
        except (BaresipError, LegFailed) as error:
            log.info("%s was not joined with %s: %s", self, other, error)
            for leg in both:
                leg._joined("")
                with contextlib.suppress(LegFailed):
                    await leg.hold(False)
            return False
        for leg in both:
            leg._joined("transferred")
        await other.hang_up()  # theirs to end, by RFC 3891; who forgets doesn't keep our line
        return True

    async def hold(self, on: bool) -> None:
        if self.ended is not None or self._holding == on:
            return
        self._holding = on
        try:
            async with asyncio.timeout(HOLD_S):
                while self.ended is None and not self._over:
                    try:
                        await (self._call.hold() if on else self._call.resume())
                        break
                    except StaleHandleError:
                        break
                    except BaresipError:  # another re-INVITE is under way, theirs or ours
                        await asyncio.sleep(0.05)
        except TimeoutError:
            self._holding = not on
            raise failures.not_held(self.id) from None

    async def hang_up(self) -> None:
        if self.ended is not None or self._ending == "us":
            return
        self._ending = "us"
        try:
            await self._call.hangup()
        except BaresipError as error:
            log.debug("%s was over before we hung up: %s", self, error)

    # --- the endpoint's side ---------------------------------------------------------------------------

    def on_progress(self, tell: Callable[[int], None] | None, early: Iterable[StackEvent] = ()) -> None:
        """Tell the provisional answers to our INVITE: 180, 183. early: events that came before we could listen."""
        self._progress = tell
        for event in early:
            self._on_provisional(event)

    @property
    def ended(self) -> Ended | None:
        return self._events.ended

    def tick(self) -> None:
        """Move sound in and out; every 10 or 20 ms."""
        now = self._now()
        if self._hearing:
            self._receive(now)
            if self._held or self._holding or self._ask_at or self._refresh_s is not None:
                self._ask_now_and_then(now)
        if self._flushing or self._sound.rest or (self._out.size and self._sent_at - now < AHEAD_MS - TOP_UP_MS):
            self._send()

    def close(self, reason: str) -> None:
        """The stack is going away, whatever the call's state."""
        self._end(reason)

    def _ask_now_and_then(self, now: float) -> None:
        wait_s = failures.ASK_S if self._held or self._holding else self._refresh_s
        if wait_s is None:
            self._ask_at = 0.0
        elif not self._ask_at or self._ask_at > now + wait_s * 1000:
            self._ask_at = now + wait_s * 1000
        elif now >= self._ask_at:
            self._ask_at = 0.0
            self._asking = asyncio.create_task(self._ask(), name=f"ask {self.id}")

    async def _ask(self) -> None:
        """Who has vanished doesn't answer, and the stack ends the call."""
        with contextlib.suppress(BaresipError):
            await self._thread.ask_again(self.id)

    async def _until(self, true: Callable[[], bool]) -> None:
        while self.ended is None and not true():
            await asyncio.sleep(0.005)

    def _receive(self, now: float) -> None:
        try:
            sound = self._sound.read()
        except (AudioNotActive, AudioRestarted):
            sound = EMPTY  # between two descriptions of one call (hold, a new codec): silence until it is back
        if sound.size:
            self._in.sound(np.zeros_like(sound) if self._held or self._holding else sound, now)
        else:
            self._in.tick(now)

    def _send(self) -> None:
        if not self._hearing and not self._early:
            return  # played before the answer: it waits
        if self._flushing:
            # flush_tx drops at the sender's next tick whatever is in the buffer then, so what we wrote
            # before that would be lost too.
            if self._buffered_ms():
                return
            self._flushing = False
        buffered = self._buffered_ms()
        self._sent_at = self._now() + buffered
        room = AHEAD_MS - buffered
        if room <= 0 or not (self._out.size or self._sound.rest):
            return
        sound = self._out.take(room * RATE // 1000)
        try:
            taken = self._sound.write(sound)
        except (AudioNotActive, AudioRestarted):
            taken = 0  # between two descriptions of one call; the next tick meets the new streams
        self._sent_at += taken * 1000 / RATE
        self._out.give_back(sound[taken:])

    @property
    def _ahead_ms(self) -> int:
        """What the stack still has to send, by the clock: it sends 20 ms every 20 ms, and we are asked every frame."""
        left = self._sent_at - self._now()
        return round(left) if left > 0 else 0

    def _buffered_ms(self) -> int:
        """What the stack holds and has not sent, by its own count."""
        try:
            return self._sound.buffered_ms()
        except AudioNotActive:
            return 0

    def _audible(self) -> bool:
        """Whether sound flows both ways."""
        try:
            return self._sound.flowing()
        except AudioNotActive:
            return False

    def _settle(self) -> bool:
        """Start the line's time once the call is up with sound both ways; True from then on."""
        if self._hearing:
            return True
        if self._call.state is not CallState.ESTABLISHED or not self._audible():
            return False
        if self._early:
            with contextlib.suppress(AudioNotActive, AudioRestarted):
                self._sound.read()  # nobody listened before the answer
        self._in.open(self._now())
        self._hearing = True
        self._send()
        return True

    def _on_stack_event(self, event: StackEvent) -> None:
        if event.event is Event.CALL_ESTABLISHED:
            self._settle()
        elif event.event is Event.CALL_DTMF_START and event.text:
            key = event.text[:1].upper()
            if self._presses.pressed(key, self._now()):
                self._events.put(Digit(key=key, at_frame=self._in.count))
        elif event.event is Event.CALL_DTMF_END:
            self._presses.released(self._now())
        elif event.event in (Event.CALL_HOLD, Event.CALL_RESUME):
            held = event.event is Event.CALL_HOLD
            if held != self._held:
                self._held = held
                self._events.put(Held(on=held))
        elif event.event in PROVISIONAL:
            self._on_provisional(event)
        elif event.event is Event.CALL_CLOSED:
            gone = self._hearing and (event.text or "")[:3] in ("408", "481")  # of a re-INVITE: nobody is there
            reason = self._ending or ("lost" if gone else told(event.text or ""))
            if self._joining:
                self._over = reason
            else:
                self._end(reason)

    def _joined(self, reason: str) -> None:
        """The outcome of `join` is known: "" where it failed. An end that came meanwhile is told now."""
        self._joining = False
        self._ending = self._ending or reason
        if self._over:
            self._end(reason or self._over)

    def _on_provisional(self, event: StackEvent) -> None:
        status = PROVISIONAL.get(event.event)
        if status is None or event.call != self._call.handle:
            return
        self._rang = True
        if self._progress is not None:
            self._progress(status)

    def _end(self, reason: str) -> None:
        if self.ended is not None:
            return
        self._hearing = self._early = False
        self._out.clear()
        self._in.close()
        self._events.put(Ended(reason=reason))
        self._call.off(self._on_stack_event)
