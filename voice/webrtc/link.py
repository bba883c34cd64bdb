"""One connection to a page: sound and the control channel over one RTCPeerConnection. A call may outlive several.

A network that changes, a page that is loaded anew: aiortc can't restart ICE, so the page offers again, and the leg goes
on with another link.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

import numpy as np
from aiortc import InvalidAccessError, RTCDataChannel, RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.exceptions import OperationError
from aiortc.jitterbuffer import JitterBuffer
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from av import AudioFrame, AudioResampler

from bot.errors import Both, Unacceptable
from voice.audio import FRAME, FRAME_MS, RATE, Samples

STALL_S = 0.2  # a sender later than this starts a new clock instead of catching up in a burst
FILL_MAX = 10  # lost packets in a row that are made up for with silence; a longer gap is the Inlet's
TELL_S = 0.05  # closing drops what the channel has not sent

SILENCE: Samples = np.zeros(FRAME, np.int16)

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


class Owner(Protocol):
    """The leg, as its link sees it."""

    def tick(self, link: Link) -> Samples:
        """20 ms have passed on that link: what to send now."""

    def heard(self, link: Link, sound: Samples, lost: int) -> None:
        """Sound at RATE came; before it so many frames were lost."""

    def told(self, link: Link, text: str | bytes) -> None:
        """A message of the page."""

    def up(self, link: Link) -> None: ...

    def down(self, link: Link, *, closed: bool) -> None:
        """It is over. closed: the page ended it; else the network did."""


class Link:
    def __init__(self, peer: RTCPeerConnection, owner: Owner) -> None:
        self._peer = peer
        self._owner = owner
        self._mouth = _Mouth(self)
        self._hearing: asyncio.Task[None] | None = None
        self._control: RTCDataChannel | None = None
        self._unsent: list[str] = []
        self._closing = False
        peer.on("track", self._on_track)
        peer.on("datachannel", self._on_channel)
        peer.on("connectionstatechange", self._on_state)

    @property
    def state(self) -> str:
        return str(self._peer.connectionState)

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

    def send(self, message: Mapping[str, object]) -> None:
        """Tell the page something; waits for the channel if it isn't open yet."""
        text = json.dumps(message, ensure_ascii=False)
        if self._control is None or self._control.readyState == "connecting":
            self._unsent.append(text)
        elif self._control.readyState == "open":
            self._control.send(text)

    async def close(self, *, tell: Mapping[str, object] | None = None) -> None:
        """Give back sockets and tasks; twice is fine. tell: the page's last message."""
        self._closing = True
        if tell is not None and self._control is not None and self._control.readyState == "open":
            self.send(tell)
            await asyncio.sleep(TELL_S)
        await self._peer.close()
        if self._hearing is not None:
            self._hearing.cancel()
            await asyncio.gather(self._hearing, return_exceptions=True)

    def tick(self) -> Samples:
        return SILENCE if self._closing else self._owner.tick(self)

    def _on_track(self, track: MediaStreamTrack) -> None:
        if track.kind == "audio" and self._hearing is None:
            self._hearing = asyncio.create_task(self._hear(track), name="webrtc-hear")

    async def _hear(self, track: MediaStreamTrack) -> None:
        resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
        due: float | None = None
        with contextlib.suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                if not isinstance(frame, AudioFrame):
                    continue
                lost = 0
                if due is not None and frame.time is not None:
                    lost = round((frame.time - due) * 1000 / FRAME_MS)
                if frame.time is not None:
                    due = frame.time + frame.samples / frame.sample_rate
                for part in resampler.resample(frame):
                    sound = part.to_ndarray().reshape(-1).astype(np.int16, copy=False)
                    self._owner.heard(self, sound, lost if 0 < lost <= FILL_MAX else 0)
                    lost = 0

    def _on_channel(self, channel: RTCDataChannel) -> None:
        if channel.label != "control":
            return
        self._control = channel
        channel.on("message", lambda text: self._owner.told(self, text))
        for text in self._unsent:
            channel.send(text)
        self._unsent.clear()

    def _on_state(self) -> None:
        if self._closing:
            return
        match self._peer.connectionState:
            case "connected":
                self._owner.up(self)
            case "failed":
                self._owner.down(self, closed=False)
            case "closed":
                self._owner.down(self, closed=True)


class _Mouth(MediaStreamTrack):
    """What the leg plays, a frame every 20 ms by the monotonic clock, silence when there is nothing."""

    kind = "audio"

    def __init__(self, link: Link) -> None:
        super().__init__()
        self._link = link
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
        both = self._link.tick().repeat(2).reshape(1, 2 * FRAME)
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


def now_ms() -> float:
    return time.monotonic() * 1000
