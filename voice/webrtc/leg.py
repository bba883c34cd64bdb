"""One browser call as a `CallLeg`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from fractions import Fraction

import numpy as np
from aiortc import (
    InvalidAccessError,
    RTCDataChannel,
    RTCPeerConnection,
    RTCRtpReceiver,
    RTCSessionDescription,
)
from aiortc.exceptions import OperationError
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from bot.errors import Both, Unacceptable
from voice.audio import FRAME, FRAME_MS, RATE, Frame, Samples
from voice.errors import LegFailed
from voice.line import Events, Inlet, Outlet
from voice.ports import CallLeg, Digit, Ended, LegEvent, TransferProgress

log = logging.getLogger(__name__)

SETUP_S = 15.0  # from our answer to sound: ICE and DTLS over a slow line
STALL_S = 0.2  # a sender later than this starts a new clock instead of catching up in a burst
FILL_MAX = 10  # lost packets in a row that are made up for with silence; a longer gap is the Inlet's
KEYS = frozenset("0123456789*#ABCD")
MESSAGE_MAX = 4_000  # characters of a control message


class WebRtcLeg:
    """`CallLeg` over one RTCPeerConnection. `send` gives the page a message of its own."""

    def __init__(
        self,
        peer: RTCPeerConnection,
        *,
        caller: str,
        called: str,
        dead_after_s: int,
        gone: Callable[[WebRtcLeg], None],
    ) -> None:
        self.id = f"web-{uuid.uuid4().hex}"
        self.caller = caller
        self.called = called
        self.headers: Mapping[str, str] = {}
        self._peer = peer
        self._gone = gone
        self._dead_after_ms = dead_after_s * 1000
        self._in = Inlet()
        self._out = Outlet()
        self._events = Events()
        self._connected = asyncio.Event()  # or over
        self._answered = False
        self._deaf = False  # we hold the person
        self._mouth = _Mouth(self)
        self._hearing: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._control: RTCDataChannel | None = None
        self._unsent: list[str] = []
        peer.on("track", self._on_track)
        peer.on("datachannel", self._on_channel)
        peer.on("connectionstatechange", self._on_state)

    def __repr__(self) -> str:
        return f"<WebRtcLeg {self.id} {self._peer.connectionState}>"

    # --- CallLeg ---------------------------------------------------------------------------------------

    def frames(self) -> AsyncIterator[Frame]:
        return self._in.frames()

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
        self._in.open(_now_ms())

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
        text = json.dumps(message, ensure_ascii=False)
        if self._control is None or self._control.readyState == "connecting":
            self._unsent.append(text)
        elif self._control.readyState == "open":
            self._control.send(text)

    # --- the connection --------------------------------------------------------------------------------

    @property
    def ended(self) -> Ended | None:
        return self._events.ended

    async def negotiate(self, offer_sdp: str) -> str:
        """The answer to an offer. Raises Unacceptable."""
        try:
            await self._peer.setRemoteDescription(RTCSessionDescription(offer_sdp, "offer"))
            self._peer.addTrack(self._mouth)
            for transceiver in self._peer.getTransceivers():
                if transceiver.kind == "video":
                    transceiver.direction = "inactive"
                else:
                    _hurry(transceiver.receiver)
            await self._peer.setLocalDescription(await self._peer.createAnswer())
        except _UNREADABLE as error:
            raise Unacceptable(
                Both("the browser's offer can't be used", "предложение браузера не подходит"),
                where="webrtc offer",
                fix=f"{type(error).__name__}: {error}",
            ) from error
        return str(self._peer.localDescription.sdp)

    def tick(self) -> Samples:
        """20 ms have passed: what to send now. Called by the sender, whose clock is the leg's."""
        if not self._answered or self.ended is not None:
            return _SILENCE
        self._in.tick(_now_ms())
        if self._dead_after_ms and self._in.silent_ms >= self._dead_after_ms:
            self._close("lost")
        sound = self._out.take(FRAME)
        return sound if sound.size == FRAME else np.pad(sound, (0, FRAME - sound.size))

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and self._hearing is None:
            self._hearing = asyncio.create_task(self._hear(track), name=f"hear {self.id}")

    async def _hear(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        due: float | None = None
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if not isinstance(frame, AudioFrame) or not self._answered:
                    continue
                now = _now_ms()
                if due is not None and frame.time is not None:
                    lost = round((frame.time - due) * 1000 / FRAME_MS)
                    if 0 < lost <= FILL_MAX and not self._in.silent_ms:  # so that frames go on counting time
                        self._in.sound(np.zeros(lost * FRAME, np.int16), now)
                if frame.time is not None:
                    due = frame.time + frame.samples / frame.sample_rate
                for part in resampler.resample(frame):
                    sound = part.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                    self._in.sound(np.zeros_like(sound) if self._deaf else sound, now)

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label != "control":
            return
        self._control = channel
        channel.on("message", self._on_message)
        for text in self._unsent:
            channel.send(text)
        self._unsent.clear()

    def _on_message(self, text: str | bytes) -> None:
        try:
            message = json.loads(text) if len(text) <= MESSAGE_MAX else None
        except ValueError:
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

    def _on_state(self) -> None:
        match self._peer.connectionState:
            case "connected":
                self._connected.set()
            case "failed":
                self._close("lost")
            case "closed":
                self._close("caller")

    def _close(self, reason: str) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._take_down(reason, None), name=f"end {self.id}")

    async def _end(self, reason: str, *, tell: Mapping[str, object]) -> None:
        if self._ending is None:
            self._ending = asyncio.create_task(self._take_down(reason, tell), name=f"end {self.id}")
        await asyncio.shield(self._ending)

    async def _take_down(self, reason: str, tell: Mapping[str, object] | None) -> None:
        self._events.put(Ended(reason=reason))
        self._in.close()
        self._out.clear()
        self._connected.set()
        if tell is not None and self._control is not None and self._control.readyState == "open":
            self.send(tell)
            await asyncio.sleep(0.05)  # closing drops what the channel has not sent
        await self._peer.close()
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)
        self._gone(self)


# What aiortc raises on lines it did not expect; its parser has no error of its own.
_UNREADABLE = (
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
    AssertionError,
    InvalidAccessError,
    OperationError,
)
_SILENCE: Samples = np.zeros(FRAME, np.int16)


class _Mouth(MediaStreamTrack):
    """What the leg plays, a frame every 20 ms by the monotonic clock, silence when there is nothing."""

    kind = "audio"

    def __init__(self, leg: WebRtcLeg) -> None:
        super().__init__()
        self._leg = leg
        self._due: float | None = None
        self._sent = 0  # samples

    async def recv(self) -> AudioFrame:
        if self.readyState != "live":
            raise MediaStreamError
        now = asyncio.get_running_loop().time()
        self._due = now if self._due is None else self._due + FRAME_MS / 1000
        if now - self._due > STALL_S:
            self._due = now
        elif self._due > now:
            await asyncio.sleep(self._due - now)
        # Both channels, or the encoder's own mixing makes mono 3 dB quieter.
        both = self._leg.tick().repeat(2).reshape(1, 2 * FRAME)
        frame = AudioFrame.from_ndarray(both, format="s16", layout="stereo")
        frame.sample_rate = RATE
        frame.pts = self._sent
        frame.time_base = Fraction(1, RATE)
        self._sent += FRAME
        return frame


def _hurry(receiver: RTCRtpReceiver) -> None:
    """aiortc holds sound back by five packets, and after one lost packet by up to sixteen, for good. Two
    and four: 20 ms of delay, 80 at most."""
    name = "_RTCRtpReceiver__jitter_buffer"
    if hasattr(receiver, name):
        setattr(receiver, name, JitterBuffer(capacity=4, prefetch=1))


def _now_ms() -> float:
    return time.monotonic() * 1000
