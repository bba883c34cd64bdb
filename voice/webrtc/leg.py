"""One browser call as a `CallLeg`, over one link after another."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping

import numpy as np

from bot.errors import Both
from voice.audio import FRAME, RATE, Frame, Samples
from voice.errors import LegFailed
from voice.gate import Burst
from voice.line import Events, Inlet, Outlet
from voice.ports import CallLeg, Digit, Ended, Held, LegEvent, TransferProgress
from voice.webrtc.link import SILENCE, Link, now_ms

log = logging.getLogger(__name__)

SETUP_S = 15.0  # from our answer to sound: ICE and DTLS over a slow line
AWAY_MS = 2_000  # without a packet: the page's network is gone. A muted microphone sends packets of silence
GRACE_S = 30.0  # and then so long to come back: a train's tunnel, a change of networks
LEAVING_S = 12.0  # the same for a page that was closed, or is being loaded anew
KEYS = frozenset("0123456789*#ABCD")
MESSAGE_MAX = 4_000  # characters of a control message
MESSAGES = 40  # at once, and each second again: nobody presses keys faster, and each is a turn


class WebRtcLeg:
    """`CallLeg` to one page. `send` gives the page a message of its own.

    While the page is away nothing plays and the call's time stands still: the caller is told as Held(lost=True), and
    when the page is back as Held(on=False, lost=True). It comes back by its network's recovery or on a new `Link`.
    """

    def __init__(self, *, caller: str, called: str, grace_s: float, gone: Callable[[WebRtcLeg], None]) -> None:
        self.id = f"web-{uuid.uuid4().hex}"
        self.caller = caller
        self.called = called
        self.headers: Mapping[str, str] = {}
        self.trunk = ""
        self._gone = gone
        self._grace_s = grace_s
        self._in = Inlet()
        self._out = Outlet()
        self._events = Events()
        self._pace = Burst(MESSAGES)
        self._connected = asyncio.Event()  # or over
        self._answered = False
        self._deaf = False  # we hold the person
        self._link: Link | None = None
        self._next: Link | None = None  # offered, not connected yet
        self._away = False
        self._leaving = False
        self._left: Link | None = None  # whose page said that it goes; what it still sends is no return
        self._patience: asyncio.TimerHandle | None = None
        self._ending: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<WebRtcLeg {self.id} {self._link.state if self._link else 'new'}>"

    # --- CallLeg ---------------------------------------------------------------------------------------

    def frames(self) -> AsyncIterator[Frame]:
        return self._in.frames()

    async def listen(self, hear: Callable[[Frame], None]) -> None:
        await self._in.listen(hear)

    def events(self) -> AsyncIterator[LegEvent]:
        return self._events.read()

    async def answer(self) -> None:
        try:
            async with asyncio.timeout(SETUP_S):
                await self._connected.wait()
        except TimeoutError:
            await self.hang_up()
            raise LegFailed(
                Both(
                    f"the browser did not connect within {SETUP_S:.0f} s", f"браузер не соединился за {SETUP_S:.0f} с"
                ),
                where=f"call {self.id}",
                fix=Both(
                    "On another machine: serve with --host 0.0.0.0; behind NAT: set a TURN server",
                    "С другой машины: запустите с --host 0.0.0.0; за NAT: задайте сервер TURN",
                ),
            ) from None
        if self.ended is not None:
            raise LegFailed(f"the call ended before it was up ({self.ended.reason})", where=f"call {self.id}")
        self._answered = True
        self._in.open(now_ms())

    async def reject(self, status: int, reason: str = "") -> None:
        if not 400 <= status <= 699:
            raise ValueError(f"a final failure status is 400..699, not {status}")
        await self._end("rejected", tell={"type": "ended", "reason": reason or str(status)})

    def play(self, sound: Samples) -> None:
        if self.ended is None:
            self._out.put(sound)

    def flush(self) -> int:
        return self._out.clear() * 1000 // RATE

    @property
    def queued_ms(self) -> int:
        return self._out.size * 1000 // RATE

    @property
    def silent_ms(self) -> int:
        return self._in.silent_ms

    @property
    def dropped_frames(self) -> int:
        return self._in.dropped

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        """A browser can't be sent elsewhere by REFER: False, with status 501. Its person stays here."""
        self._events.put(TransferProgress(status=501))
        return False

    async def early(self) -> bool:
        """A browser hears nothing before its offer is answered: False."""
        return False

    async def join(self, other: CallLeg) -> bool:
        """As with `transfer`, the browser's person stays here: False."""
        return False

    async def hold(self, on: bool) -> None:
        """We don't hear the person meanwhile; the page has no word for it, so what is played goes on being heard."""
        self._deaf = on

    async def hang_up(self) -> None:
        await self._end("us", tell={"type": "ended", "reason": "us"})

    def send(self, message: Mapping[str, object]) -> None:
        """Tell the page something; waits for the channel if it isn't open yet."""
        if self._link is not None:
            self._link.send(message)

    @property
    def ended(self) -> Ended | None:
        return self._events.ended

    @property
    def connected(self) -> bool:
        """Whether a page ever got through; an offer that did not is half open."""
        return self._connected.is_set()

    # --- links -----------------------------------------------------------------------------------------

    def over(self, link: Link) -> None:
        """Go on over that link once it is up: the first, or another in place of one that is lost."""
        if self._link is None:
            self._link = link
            return
        if self._next is not None:
            self._drop(self._next)
        self._next = link

    def forget(self, link: Link) -> None:
        """Its offer could not be answered."""
        if self._next is link:
            self._next = None

    def up(self, link: Link) -> None:
        if link is self._next and self._link is not None:
            old, self._link, self._next = self._link, link, None
            self._drop(old)
            self._go_away()  # the page heard nothing for a while, whether or not we had noticed
            self._leaving = False
            self._wait(self._grace_s)
        self._connected.set()

    def down(self, link: Link, *, closed: bool) -> None:
        if link is self._next:
            self._next = None
            self._drop(link)
        elif link is self._link:
            if not self._answered:
                self._close("caller" if closed else "lost")
                return
            self._leaving = self._leaving or closed
            self._go_away()

    def tick(self, link: Link) -> Samples:
        if link is not self._link or not self._answered or self._away or self.ended is not None:
            return SILENCE
        self._in.tick(now_ms())
        if self._in.silent_ms >= min(AWAY_MS, self._grace_s * 1000):
            self._go_away()
            return SILENCE
        sound = self._out.take(FRAME)
        return sound if sound.size == FRAME else np.pad(sound, (0, FRAME - sound.size))

    def heard(self, link: Link, sound: Samples, lost: int) -> None:
        if link is not self._link or link is self._left or not self._answered or self.ended is not None:
            return
        if self._away:
            self._come_back()
        now = now_ms()
        if lost and not self._in.silent_ms:  # so that frames go on counting time
            self._in.sound(np.zeros(lost * FRAME, np.int16), now)
        self._in.sound(np.zeros_like(sound) if self._deaf else sound, now)

    def told(self, link: Link, text: str | bytes) -> None:
        if link is not self._link or not self._pace.takes(time.monotonic()):
            return
        try:
            message = json.loads(text) if len(text) <= MESSAGE_MAX else None
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            log.warning("%s: a control message that is not a JSON object", self)
            return
        match message.get("type"):
            case "key":
                key = str(message.get("key", "")).upper()
                if key in KEYS:
                    self._events.put(Digit(key=key, at_frame=self._in.count))
            case "hangup":
                self._close("caller")
            case "leaving":  # the page is closed, or loaded anew; what it does next tells which
                self._leaving, self._left = True, link
                if self._answered:
                    self._go_away()

    def _go_away(self) -> None:
        if self._away or self.ended is not None:
            return
        self._away = True
        self._events.put(Held(on=True, lost=True))
        quiet_s = self._in.silent_ms / 1000
        self._wait(min(LEAVING_S, self._grace_s) if self._leaving else max(0.0, self._grace_s - quiet_s))

    def _wait(self, seconds: float) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._patience = asyncio.get_running_loop().call_later(seconds, self._given_up)

    def _given_up(self) -> None:
        self._close("caller" if self._leaving else "lost")

    def _come_back(self) -> None:
        self._away = self._leaving = False
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._in.open(now_ms())
        self._events.put(Held(on=False, lost=True))

    # --- the end ---------------------------------------------------------------------------------------

    def _drop(self, link: Link) -> None:
        task = asyncio.create_task(link.close(), name=f"close link of {self.id}")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _close(self, reason: str) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._take_down(reason, None), name=f"end {self.id}")

    async def _end(self, reason: str, *, tell: Mapping[str, object]) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._take_down(reason, tell), name=f"end {self.id}")
        await asyncio.shield(self._ending)

    async def _take_down(self, reason: str, tell: Mapping[str, object] | None) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._events.put(Ended(reason=reason))
        self._in.close()
        self._out.clear()
        self._connected.set()
        for link in (self._next, self._link):
            if link is not None:
                await link.close(tell=tell)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._closing, return_exceptions=True)
        self._gone(self)
