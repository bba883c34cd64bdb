"""Telephones for the tests, the demonstrations and the benchmarks: real peers on 127.0.0.1.

`Phone` speaks SIP by aiosipua and RTP by its own thread, so it knows to the millisecond when each packet left
and arrived. `Baresip` is Debian's softphone as a process of its own: another stack, another decade, another
author. Both are async context managers that leave nothing behind.

    async with Phone(user="89051234567") as phone, Baresip() as agent:
        call = await phone.call("sip:100@127.0.0.1:5060")
        call.say(voice.audio.read(path)); call.press("1"); heard = call.heard()
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import shutil
import socket
import struct
import tempfile
import threading
import time
import wave
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from aiosipua.incoming_call import IncomingCall
from aiosipua.message import SipRequest, SipResponse
from aiosipua.outgoing_call import OutgoingCall
from aiosipua.refer import notify_refer
from aiosipua.sdp import SdpMessage, parse_sdp, serialize_sdp
from aiosipua.transport import UdpSipTransport
from aiosipua.uac import SipUAC
from aiosipua.uas import SipUAS

from tests.servers import free_port
from voice import audio
from voice.audio import FRAME, RATE, Samples

HOST = "127.0.0.1"
PCMU, PCMA, G722, GSM, KEYS = 0, 8, 9, 3, 101  # RTP payload types, RFC 3551 and usual practice
NAMES = {PCMU: "PCMU/8000", PCMA: "PCMA/8000", G722: "G722/8000", GSM: "GSM/8000"}
KEY_CODES = "0123456789*#ABCD"  # RFC 4733 3.2


# --- RTP ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Packet:
    """One RTP packet as it arrived. at: time.monotonic(), s."""

    at: float
    sequence: int
    timestamp: int
    payload_type: int
    payload: bytes

    @property
    def sound(self) -> Samples:
        return audio.from_ulaw(self.payload) if self.payload_type == PCMU else audio.from_alaw(self.payload)


class Wire(threading.Thread):
    """An RTP socket and its clock: one packet every 20 ms, whatever the event loop does meanwhile."""

    def __init__(self) -> None:
        super().__init__(name="test-rtp", daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.port: int = self.socket.getsockname()[1]
        self.remote: tuple[str, int] | None = None
        self.payload_type = PCMA
        self.received: list[Packet] = []
        self.sent: list[tuple[float, bool]] = []  # when, and whether it held sound
        self.pressed: list[tuple[float, str]] = []  # when the first packet of a key left
        self.mute = False  # send nothing at all, as a broken line does
        self.loss = 0.0  # share of our packets that get lost on the way
        self._random = random.Random(1)
        self._queue: deque[bytes | tuple[str, int]] = deque()
        self._running = True
        self._sequence = random.randrange(1000)
        self._timestamp = random.randrange(1_000_000)
        self._source = random.getrandbits(32)

    def say(self, sound: Samples) -> None:
        encode = audio.to_ulaw if self.payload_type == PCMU else audio.to_alaw
        self._queue.extend(encode(frame) for frame in audio.frames(sound))

    def press(self, key: str, ms: int) -> None:
        self._queue.append((key, ms))

    @property
    def saying(self) -> bool:
        return bool(self._queue)

    def run(self) -> None:
        silence = {PCMU: b"\xff" * FRAME}.get(self.payload_type, b"\xd5" * FRAME)
        due = time.monotonic()
        while self._running:
            if self.remote is not None and not self.mute:
                item = self._queue.popleft() if self._queue else silence
                if isinstance(item, tuple):
                    due = self._send_key(*item, due)
                else:
                    self._send(self.payload_type, self._timestamp, item)
                    self.sent.append((time.monotonic(), item is not silence))
            self._timestamp += FRAME
            due += 0.020
            self._receive_until(due)
        self.socket.close()

    def stop(self) -> None:
        self._running = False
        if self.is_alive():
            self.join(1)
        self.socket.close()

    def _send(self, payload_type: int, timestamp: int, payload: bytes, marker: bool = False) -> None:
        self._sequence = (self._sequence + 1) & 0xFFFF
        if self.remote is None or self._random.random() < self.loss:
            return
        head = struct.pack(
            "!BBHII",
            0x80,
            payload_type | (0x80 if marker else 0),
            self._sequence,
            timestamp & 0xFFFFFFFF,
            self._source,
        )
        with contextlib.suppress(OSError):
            self.socket.sendto(head + payload, self.remote)

    def _send_key(self, key: str, ms: int, due: float) -> float:
        """RFC 4733 2.5.1: one timestamp, growing duration, the end three times."""
        code, start, steps = KEY_CODES.index(key), self._timestamp, max(1, ms // 20)
        self.pressed.append((time.monotonic(), key))
        for step in range(1, steps + 1):
            self._send(KEYS, start, struct.pack("!BBH", code, 10, step * FRAME), marker=step == 1)
            due += 0.020
            self._receive_until(due)
        for _ in range(3):
            self._send(KEYS, start, struct.pack("!BBH", code, 0x80 | 10, steps * FRAME))
        self._timestamp += steps * FRAME
        return due

    def _receive_until(self, due: float) -> None:
        while (left := due - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                packet = self.socket.recv(2048)
            except (TimeoutError, BlockingIOError):
                return
            except OSError:  # ICMP: nobody listens there any more
                continue
            at = time.monotonic()
            if len(packet) < 12 or 64 <= packet[1] & 0x7F <= 95:
                continue  # RTCP
            sequence, timestamp = struct.unpack_from("!HI", packet, 2)
            self.received.append(Packet(at, sequence, timestamp, packet[1] & 0x7F, packet[12:]))


# --- a telephone in this process ---------------------------------------------------------------------


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, transport: Loopback) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._transport._dispatch(data, (addr[0], addr[1]))


class Loopback(UdpSipTransport):
    """aiosipua's own asserts, falsely before Python 3.12, on each start; the assertion lands in the log."""

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._udp_transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self), local_addr=self.local_addr
        )


@dataclass(eq=False)
class PhoneCall:
    """One call of a `Phone`, in or out. `headers`: of the INVITE that came in, names in lower case."""

    phone: Phone
    leg: OutgoingCall | IncomingCall
    wire: Wire
    headers: dict[str, str] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    answered_at: float = 0.0  # time.monotonic(), s
    refused: int = 0
    holds: bool = False  # the other side

    def say(self, sound: Samples) -> None:
        """Speak, behind what is still being said."""
        self.wire.say(sound)

    async def said(self) -> float:
        """Wait until all was sent; when the last packet with sound left (time.monotonic(), s)."""
        while self.wire.saying:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)
        return max((at for at, sound in self.wire.sent if sound), default=0.0)

    def press(self, key: str, ms: int = 120) -> None:
        self.wire.press(key, ms)

    def inform(self, key: str, ms: int = 120) -> None:
        """Tell of a key by SIP INFO."""
        assert isinstance(self.leg, OutgoingCall)
        body = f"Signal={key}\r\nDuration={ms}\r\n"
        self.phone.uac.send_info(self.leg.dialog, body, "application/dtmf-relay", self.leg.remote_addr)

    @property
    def received(self) -> list[Packet]:
        """Sound packets so far, in order of arrival."""
        return [packet for packet in self.wire.received if packet.payload_type in (PCMU, PCMA)]

    def heard(self, since: float = 0.0) -> Samples:
        return audio.joined([packet.sound for packet in self.received if packet.at >= since])

    def loud(self, since: float = 0.0, dbfs: float = -45.0) -> list[float]:
        """Arrival times (time.monotonic(), s) of the packets that held more than that."""
        return [p.at for p in self.received if p.at >= since and audio.level(p.sound) > dbfs]

    @property
    def quiet_s(self) -> float:
        """How long nothing but silence has come; 0 before the first sound."""
        packets = self.received
        last = next((number for number, p in enumerate(reversed(packets)) if audio.level(p.sound) > -45.0), 0)
        return last * audio.FRAME_MS / 1000

    async def hears_within(self, seconds: float, *, since: float = 0.0, dbfs: float = -45.0) -> float:
        """Arrival time of the first packet with sound after `since`. Raises TimeoutError."""
        async with asyncio.timeout(seconds):
            while not (times := self.loud(since, dbfs)):
                await asyncio.sleep(0.005)
        return times[0]

    def hold(self, on: bool) -> None:
        """Put the other side on hold, or take it back: a re-INVITE, and no sound of ours meanwhile."""
        assert isinstance(self.leg, OutgoingCall)
        self.wire.mute = self.holds = on
        sdp = _sdp(self.wire.port, (self.wire.payload_type,), "inactive" if on else "sendrecv")
        self.phone.uac.send_reinvite(self.leg.dialog, sdp, self.leg.remote_addr)

    async def refer(self, target: str) -> int:
        """Ask the other side to call there (RFC 3515); the final status it answers or reports."""
        loop = asyncio.get_running_loop()
        final: asyncio.Future[int] = loop.create_future()

        def progress(_call_id: str, status: int, _reason: str) -> None:
            if status >= 200 and not final.done():
                final.set_result(status)

        assert isinstance(self.leg, OutgoingCall)
        handle = self.phone.uac.handle_response

        def answered(response: SipResponse, addr: tuple[str, int]) -> None:
            if "REFER" in (response.get_header("cseq") or ""):
                progress("", response.status_code if response.status_code >= 300 else 0, "")
            handle(response, addr)

        self.phone.uac.handle_response = answered  # type: ignore[method-assign]
        self.phone.uas.on_transfer_progress = progress
        self.phone.uac.send_refer(self.leg.dialog, target, self.leg.remote_addr)
        async with asyncio.timeout(20):
            return await final

    def hang_up(self) -> None:
        if not self.ended.is_set():
            if isinstance(self.leg, IncomingCall):
                self.leg.hangup()
            else:
                self.leg.hangup(self.phone.uac)
            self._over()

    def cancel(self) -> None:
        """Give up a call that nobody has answered yet."""
        assert isinstance(self.leg, OutgoingCall)
        self.leg.cancel(self.phone.uac)

    def _over(self) -> None:
        self.ended.set()
        self.wire.stop()


class Phone:
    """A SIP telephone on a free port of 127.0.0.1. Answers calls at once, unless `busy`, or `picks_up` is cleared: then
    it rings (with `early`, the caller hears that sound meanwhile) until it is set or the caller gives up."""

    def __init__(
        self, *, user: str = "89051234567", codecs: tuple[int, ...] = (PCMA, PCMU), busy: bool = False
    ) -> None:
        self.user = user
        self.codecs = codecs
        self.busy = busy
        self.port = free_port()
        self.uri = f"sip:{user}@{HOST}:{self.port}"
        self.calls: list[PhoneCall] = []
        self.incoming: asyncio.Queue[PhoneCall] = asyncio.Queue()
        self.finals: list[int] = []  # final statuses we received
        self.picks_up = asyncio.Event()
        self.picks_up.set()
        self.rings = asyncio.Event()  # a call has come in
        self.early: Samples | None = None  # sound before the answer, with a 183
        self.refuses = 0  # with this status, in place of an answer
        self.cancelled = 0  # calls that were given up while they rang
        self.transfers = True  # follow a REFER; False: refuse it with 603 in its NOTIFY
        self.replaces = False  # know Replaces (RFC 3891), and say so
        self._transport = Loopback(local_addr=(HOST, self.port))
        self.uac = SipUAC(self._transport)
        self.uas = SipUAS(self._transport, uac=self.uac, retransmit_2xx=False)
        self.uas.on_invite = self._on_invite
        self.uas.on_reinvite = self._on_reinvite
        self.uas.on_bye = lambda call, _request: self._on_bye(call.call_id)
        self.uas.on_refer = self._on_refer
        self.uas.on_cancel = self._on_cancel
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.uas.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for call in self.calls:
            call.hang_up()
            call.wire.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0.05)  # the BYE's 200
        await self.uas.stop()

    async def dial(self, uri: str, *, headers: dict[str, str] | None = None, video_alone: bool = False) -> PhoneCall:
        """Send the INVITE and don't wait. video_alone: offer no sound at all."""
        wire = Wire()
        target = re.match(r"sips?:(?:[^@]*@)?([^:;?>]+):?(\d+)?", uri)
        assert target is not None, uri
        leg = self.uac.send_invite(
            self.uri,
            uri,
            (target[1], int(target[2] or 5060)),
            sdp_offer=_video(wire.port) if video_alone else _sdp(wire.port, self.codecs),
            extra_headers={**({"Supported": "100rel, replaces"} if self.replaces else {}), **(headers or {})},
        )
        call = PhoneCall(self, leg, wire)
        self.calls.append(call)
        return call

    async def call(self, uri: str, *, headers: dict[str, str] | None = None, timeout_s: float = 20) -> PhoneCall:
        """Dial and wait for the answer. Refused: the call comes back with its status in `refused`."""
        call = await self.dial(uri, headers=headers)
        leg = call.leg
        assert isinstance(leg, OutgoingCall)
        try:
            await leg.wait_answered(timeout_s)
        except RuntimeError:
            call.refused = leg._reject_code
            call._over()
            return call
        call.answered_at = time.monotonic()
        assert leg.sdp_answer is not None
        self._join(call, leg.sdp_answer)
        return call

    async def called(self, timeout_s: float = 20) -> PhoneCall:
        """The next call that came in (and was answered)."""
        async with asyncio.timeout(timeout_s):
            return await self.incoming.get()

    def _join(self, call: PhoneCall, sdp: SdpMessage) -> None:
        assert sdp.audio is not None
        call.wire.remote = sdp.rtp_address
        call.wire.payload_type = int(sdp.audio.formats[0])
        if not call.wire.is_alive():
            call.wire.start()

    def _on_invite(self, leg: IncomingCall) -> None:
        headers = {name.lower(): values[0] for name, values in leg.invite.headers.items()}
        if ";tag=" in headers["to"]:  # a re-INVITE that crossed our BYE; aiosipua takes it for a new call
            leg.reject(481)
            return
        if self.busy or leg.sdp_offer is None or leg.sdp_offer.audio is None:
            leg.reject(486)
            return
        if self.refuses:
            leg.reject(self.refuses)
            return
        wire = Wire()
        call = PhoneCall(self, leg, wire, headers)
        self.calls.append(call)
        offered = [int(f) for f in leg.sdp_offer.audio.formats if f.isdigit()]
        chosen = next(codec for codec in offered if codec in self.codecs)
        if self.early is None:
            leg.ringing()
        else:
            body = serialize_sdp(_sdp(wire.port, (chosen,)))
            leg._send_response(183, "Session Progress", body=body, content_type="application/sdp")
            self._join(call, leg.sdp_offer)
            wire.payload_type = chosen
            call.say(self.early)
        self.rings.set()
        if self.picks_up.is_set():
            self._pick_up(call, leg, chosen)
        else:
            self._later(self._wait(call, leg, chosen))

    async def _wait(self, call: PhoneCall, leg: IncomingCall, chosen: int) -> None:
        waiting = [asyncio.create_task(self.picks_up.wait()), asyncio.create_task(call.ended.wait())]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
        if not call.ended.is_set():
            self._pick_up(call, leg, chosen)

    def _pick_up(self, call: PhoneCall, leg: IncomingCall, chosen: int) -> None:
        leg.accept(_sdp(call.wire.port, (chosen,)))
        call.answered_at = time.monotonic()
        assert leg.sdp_offer is not None
        self._join(call, leg.sdp_offer)
        call.wire.payload_type = chosen
        if self.replaces and (old := self._find(call.headers.get("replaces", "").partition(";")[0])):
            old.hang_up()
        self.incoming.put_nowait(call)

    def _on_cancel(self, request: SipRequest, *_: object) -> None:
        call = self._find(request.call_id or "")
        if call is not None:
            self.cancelled += 1
            call._over()

    def _on_reinvite(self, leg: IncomingCall) -> None:
        call = self._find(leg.call_id)
        if call is not None:
            leg.accept(_sdp(call.wire.port, (call.wire.payload_type,), "inactive" if call.holds else "sendrecv"))
            if leg.sdp_offer is not None and leg.sdp_offer.rtp_address is not None:
                call.wire.remote = leg.sdp_offer.rtp_address

    def _on_bye(self, call_id: str) -> None:
        call = self._find(call_id)
        if call is not None:
            call._over()

    def _on_refer(self, leg: IncomingCall, target: str) -> None:
        self._later(self._follow(leg, target))

    async def _follow(self, leg: IncomingCall, target: str) -> None:
        """Call where the REFER says, with the headers its URI carries (RFC 3261 19.1.5)."""
        if not self.transfers:
            notify_refer(leg, 603)
            return
        uri, _, riding = target.strip("<>").partition("?")
        headers = {}
        for pair in filter(None, riding.split("&")):
            name, _, value = pair.partition("=")
            headers[name] = _unescaped(value)
        call = await self.call(uri, headers=headers)
        notify_refer(leg, call.refused or 200)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _find(self, call_id: str) -> PhoneCall | None:
        return next((call for call in self.calls if call.leg.call_id == call_id), None)


def _unescaped(value: str) -> str:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda found: bytes([int(found[1], 16)]), value.encode()).decode()


def _sdp(port: int, codecs: tuple[int, ...], direction: str = "sendrecv", media: str = "audio") -> SdpMessage:
    lines = [
        "v=0",
        f"o=- {random.randrange(10**6)} 1 IN IP4 {HOST}",
        "s=-",
        f"c=IN IP4 {HOST}",
        "t=0 0",
        f"m=audio {port} RTP/AVP {' '.join(map(str, codecs))} {KEYS}",
        *(f"a=rtpmap:{codec} {NAMES[codec]}" for codec in codecs),
        f"a=rtpmap:{KEYS} telephone-event/8000",
        f"a=fmtp:{KEYS} 0-15",
        "a=ptime:20",
        f"a={direction}",
    ]
    return parse_sdp("\r\n".join(lines) + "\r\n")


def _video(port: int) -> SdpMessage:
    return parse_sdp(
        f"v=0\r\no=- 1 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
        f"m=video {port} RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n"
    )


class Registrar:
    """Takes REGISTER on a free port of 127.0.0.1, after a challenge (RFC 3261 22); nothing else.

    bound: user to contact, of those registered now. refuses: everybody gets 403."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.refuses = refuses
        self.bound: dict[str, str] = {}
        self.asked = 0
        self.port = free_port()
        self._transport = Loopback(local_addr=(HOST, self.port))
        self._transport.on_message = self._on_message

    async def __aenter__(self) -> Self:
        await self._transport.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.stop()

    def _on_message(self, message: SipRequest | SipResponse, _addr: tuple[str, int]) -> None:
        if not isinstance(message, SipRequest) or message.method != "REGISTER":
            return
        self.asked += 1
        known = message.get_header("authorization") is not None
        status = 403 if self.refuses else 200 if known else 401
        reply = SipResponse(status_code=status, reason_phrase={200: "OK", 401: "Unauthorized"}.get(status, "Forbidden"))
        for name in ("Via", "From", "Call-ID", "CSeq"):
            for value in message.headers.get(name.lower()):
                reply.headers.append(name, value)
        reply.headers.set_single("To", f"{message.get_header('to')};tag=r")
        if status == 401:
            reply.headers.set_single("WWW-Authenticate", 'Digest realm="pbx", nonce="n1", algorithm=MD5')
        if status == 200:
            contact, user = (
                message.get_header("contact") or "",
                re.findall(r"sip:([^@]+)@", str(message.get_header("to")))[0],
            )
            leaving = message.get_header("expires") == "0" or "expires=0" in contact
            if leaving:
                self.bound.pop(user, None)
            else:
                self.bound[user] = contact
            reply.headers.set_single("Contact", contact)
            reply.headers.set_single("Expires", "0" if leaving else "600")
        self._transport.send_reply(reply)


# --- Debian's baresip --------------------------------------------------------------------------------


class Baresip:
    """The `baresip` softphone as a process, steered by ctrl_tcp (JSON in netstrings).

    play: a WAV that its microphone "hears" from the start of each call (16 bit, mono, 8 kHz). What it hears
    is written to WAV files by its sndfile module: `heard()` after the call. answers: at once; else it rings.
    It follows a REFER on its own, but version 1.0 leaves the headers of the Refer-To URI (User-to-User) where
    they are, in the Request-URI: to see a header arrive, let a `Phone` be transferred to it.
    """

    def __init__(
        self,
        *,
        user: str = "agent",
        play: Path | None = None,
        answers: bool = True,
        transport: str = "udp",
        dtmf: str = "rtpevent",
        codecs: str = "pcma,pcmu",
        encryption: str = "",
    ) -> None:
        self.user = user
        self.port = free_port(apart=4)
        self.uri = f"sip:{user}@{HOST}:{self.port}"
        self.events: list[dict[str, Any]] = []
        self._answers = answers
        self._play = play
        self._transport = transport
        self._dtmf = dtmf
        self._codecs = codecs
        self._encryption = encryption  # "srtp", "srtp-mand", "dtls_srtp", as baresip calls them
        self._home = Path(tempfile.mkdtemp(prefix="baresip-peer-"))
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> Self:
        control, sound = self.port + 2, free_port()
        play = self._play
        if play is None:
            play = self._home / "silence.wav"
            audio.write(play, audio.silence(600_000 if self._codecs in ("pcma,pcmu", "pcma", "pcmu") else 60_000))
        rate, channels = {"g722/16000/1": (16_000, 1), "opus/48000/2": (48_000, 2)}.get(self._codecs, (RATE, 1))
        if rate != RATE:  # its microphone must speak as its codec does
            play = _as(play, rate, channels, self._home / "wide.wav")
        (self._home / "config").write_text(
            f"poll_method epoll\nsip_listen {HOST}:{self.port}\nnet_interface {HOST}\n"
            f"rtp_ports {sound}-{sound + 200}\n"
            "module_path /usr/lib/baresip/modules\n"
            f"audio_source aufile,{play}\naudio_player aubridge,nowhere\n"
            f"snd_path {self._home}\n"
            "module g711.so\nmodule g722.so\nmodule opus.so\nmodule srtp.so\nmodule dtls_srtp.so\n"
            "module gsm.so\nmodule sndfile.so\nmodule aufile.so\nmodule aubridge.so\n"
            "module_app account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n"
            f"ctrl_tcp_listen {HOST}:{control}\n"
        )
        (self._home / "accounts").write_text(
            f"<sip:{self.user}@{HOST}:{self.port};transport={self._transport}>;regint=0;"
            f"audio_codecs={self._codecs};dtmfmode={self._dtmf};"
            f"{f'mediaenc={self._encryption};' if self._encryption else ''}"
            f"answermode={'auto' if self._answers else 'manual'}\n"
        )
        (self._home / "contacts").touch()
        with (self._home / "trace").open("wb") as trace:
            self._process = await asyncio.create_subprocess_exec(
                "baresip", "-s", "-f", str(self._home), stdout=trace, stderr=trace, cwd=self._home
            )
        async with asyncio.timeout(20):
            while self._writer is None:
                try:
                    reader, self._writer = await asyncio.open_connection(HOST, control)
                except OSError:
                    await asyncio.sleep(0.05)
        self._reading = asyncio.create_task(self._read(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
        if self._process is not None and self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(3):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def _ask(self, name: str, params: str = "") -> None:
        assert self._writer is not None
        body = json.dumps({"command": name, "params": params}).encode()
        self._writer.write(b"%d:%s," % (len(body), body))

    async def command(self, name: str, params: str = "") -> None:
        self._ask(name, params)
        assert self._writer is not None
        await self._writer.drain()

    async def dial(self, uri: str) -> None:
        await self.command("dial", uri)

    def say(self, sound: Samples) -> None:
        """Speak into the call that is up now, and be silent after it."""
        path = self._home / f"said-{len(list(self._home.glob('said-*')))}.wav"
        audio.write(path, audio.joined([sound, audio.silence(180_000)]))
        self._ask("ausrc", f"aufile,{path}")

    async def answer(self) -> None:
        await self.command("accept")

    async def press(self, key: str) -> None:
        await self.command("sndcode", key)

    async def play(self, sound: Path) -> None:
        """Speak this file into the call that is up now, from its beginning."""
        await self.command("ausrc", f"aufile,{sound}")

    async def hang_up(self) -> None:
        await self.command("hangup")

    async def wait_for(self, kind: str, timeout_s: float = 20, *, count: int = 1) -> dict[str, Any]:
        """The count-th event of that type, e.g. CALL_ESTABLISHED, CALL_CLOSED."""
        async with asyncio.timeout(timeout_s), self._changed:
            while len(found := [event for event in self.events if event.get("type") == kind]) < count:
                await self._changed.wait()
        return found[count - 1]

    @property
    def trace(self) -> str:
        """Every SIP message so far, sent and received."""
        return (self._home / "trace").read_text(errors="replace")

    def header(self, name: str) -> str | None:
        """Of the last INVITE that came in."""
        value: str | None = None
        for message in re.findall(r"INVITE sip:\S+ SIP/2.0\r?\n.*?\r?\n\r?\n", self.trace, re.DOTALL):
            found = re.search(rf"^{re.escape(name)}\s*:\s*(.*?)\s*$", message, re.IGNORECASE | re.MULTILINE)
            value = found[1] if found else value
        return value

    def heard(self) -> Samples:
        """What it heard in its longest call so far."""
        files = sorted(self._home.glob("*dec.wav"), key=lambda path: path.stat().st_size)
        return audio.read(files[-1]) if files else audio.EMPTY

    @property
    def quiet_s(self) -> float:
        """How long it has heard nothing but silence in a call that is up; 0 before the first sound."""
        files = sorted(self._home.glob("*dec.wav"), key=lambda path: path.stat().st_mtime)
        written = files[-1].read_bytes()[44:] if files else b""  # the file's head says a length only at its end
        sound = np.frombuffer(written[: len(written) // (2 * FRAME) * 2 * FRAME], "<i2").reshape(-1, FRAME)
        (loud,) = np.nonzero(np.sqrt(np.mean(np.square(sound.astype(np.float32)), axis=1)) > 184)  # -45 dBFS
        return float(len(sound) - 1 - loud[-1]) * audio.FRAME_MS / 1000 if len(loud) else 0.0

    async def _read(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                event = json.loads((await reader.readexactly(size + 1))[:-1])
                if event.get("event"):
                    async with self._changed:
                        self.events.append(event)
                        self._changed.notify_all()


def _as(sound: Path, rate: int, channels: int, made: Path) -> Path:
    """The same file at another rate, the one voice in all channels."""
    wide = audio.resampled(audio.read(sound), RATE, rate).repeat(channels)
    with wave.open(str(made), "wb") as file:
        file.setparams((channels, 2, rate, 0, "NONE", ""))
        file.writeframes(wide.tobytes())
    return made


async def eventually(true: Callable[[], object], timeout_s: float = 20) -> None:
    """Wait for what must come true. Raises TimeoutError."""
    async with asyncio.timeout(timeout_s):
        while not true():
            await asyncio.sleep(0.02)


async def pace(arriving: Sequence[object], seconds: float) -> float:
    """How many a second arrive in the next seconds, however long those take on a busy machine."""
    begun, before = time.monotonic(), len(arriving)
    await asyncio.sleep(seconds)
    return (len(arriving) - before) / (time.monotonic() - begun)


def tone(hz: float, seconds: float, size: float = 8_000) -> Samples:
    """A sine; 8,000 is -15 dBFS."""
    return (size * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def strength(sound: Samples, hz: float) -> float:
    """Share 0..1 of the sound's power that is that tone (Goertzel over the whole piece)."""
    x = sound.astype(np.float64)
    power = float(np.sum(x * x))
    if not power:
        return 0.0
    turn = np.exp(-2j * np.pi * hz * np.arange(len(x)) / RATE)
    return float(2 * abs(np.sum(x * turn)) ** 2 / (len(x) * power))


def is_tone(sound: Samples, hz: float) -> bool:
    """Whether 0.4 s of it or more are sound, and nearly all of that is this tone. Frame by frame, so a machine
    that is too busy to be punctual doesn't matter."""
    loud = [frame for frame in audio.frames(sound) if audio.level(frame) > -45]
    return len(loud) >= 20 and float(np.mean([strength(frame, hz) > 0.8 for frame in loud])) > 0.8


__all__ = [
    "Baresip",
    "Packet",
    "Phone",
    "PhoneCall",
    "Registrar",
    "Wire",
    "eventually",
    "free_port",
    "is_tone",
    "pace",
    "strength",
    "tone",
]
