"""A hundred telephones in one process: SIP and RTP by hand, one socket each, so that the callers cost little beside
what they measure (some 0.1 of a core for a hundred calls).

    async with Callers() as callers:
        line = await callers.call("127.0.0.1", 5060)
        line.press("1"); ...; line.sound   # (kernel's arrival time s, sequence, timestamp, payload's number)
        await line.hang_up()

Every packet's arrival time is the kernel's (SO_TIMESTAMPNS), so that a driver that was late itself blames nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import socket
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Self

from voice.audio import from_alaw, level

HOST = "127.0.0.1"
PCMA, KEYS = 8, 101  # RTP payload types
KEY_CODES = "0123456789*#"  # RFC 4733 3.2
FRAME = 160  # samples of 20 ms at 8 kHz
QUIET = b"\xd5" * FRAME  # A-law's zero
SILENCE = 0  # its number among payloads, and that of all that is no louder than
QUIET_DBFS = -50.0
KEY_MS = 100
RESEND_S = (0.5, 1.0, 2.0, 4.0)  # RFC 3261 17.1.1.2
SO_TIMESTAMPNS = 35  # Linux; Python's socket module doesn't name it


class Refused(Exception):
    """The final status of an INVITE that was not answered with 200; 408: nobody answered."""

    def __init__(self, status: int) -> None:
        super().__init__(f"refused with {status}")
        self.status = status


@dataclass(eq=False, slots=True)
class Line:
    """One call. sound: packets in order of arrival. pressed: when each key's first packet left, and which."""

    callers: Callers
    number: int
    dialogue: dict[str, str]  # Call-ID, From, To, URI
    address: tuple[str, int]
    media: tuple[str, int] | None = None
    sound: list[tuple[float, int, int, int]] = field(default_factory=list)
    pressed: list[tuple[float, str]] = field(default_factory=list)
    ended: bool = False
    final: asyncio.Future[int] | None = None
    sequence: int = 0
    timestamp: int = 0
    keys: deque[str] = field(default_factory=deque)
    pressing: int = 0  # packets of the key under way that were sent
    cseq: int = 1

    def press(self, key: str) -> None:
        self.keys.append(key)

    async def hang_up(self) -> None:
        """BYE, and its 200."""
        await self.callers.bye(self)


class Callers:
    def __init__(self, user: str = "7905") -> None:
        self._user = user
        self._numbers = itertools.count(1)
        self._lines: dict[str, Line] = {}  # by Call-ID
        self._by_media: dict[tuple[str, int], Line] = {}
        self.payloads: dict[bytes, int] = {QUIET: SILENCE}
        self.late_s = 0.0  # the worst delay of our own clock
        self._rtp, self._rtcp = _pair()
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._clock: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._sip.bind((HOST, 0))
        self._sip.setblocking(False)
        asyncio.get_running_loop().add_reader(self._sip, self._on_sip)
        self._clock = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        for line in list(self._lines.values()):
            with contextlib.suppress(Refused):
                await line.hang_up()
        assert self._clock is not None
        self._clock.cancel()
        await asyncio.gather(self._clock, return_exceptions=True)
        asyncio.get_running_loop().remove_reader(self._sip)
        for each in (self._sip, self._rtp, self._rtcp):
            each.close()

    # --- SIP -------------------------------------------------------------------------------------------

    async def call(self, host: str, port: int, called: str = "100") -> Line:
        """Dial; returns once it was answered. Raises Refused."""
        number = next(self._numbers)
        local = f"{HOST}:{self._sip.getsockname()[1]}"
        line = Line(
            self,
            number,
            {
                "id": f"call-{number}-{time.monotonic_ns()}@{HOST}",
                "from": f"<sip:{self._user}{number:07d}@{local}>;tag=f{number}",
                "to": f"<sip:{called}@{host}:{port}>",
                "uri": f"sip:{called}@{host}:{port}",
            },
            (host, port),
        )
        self._lines[line.dialogue["id"]] = line
        sdp = (
            f"v=0\r\no=- {number} 1 IN IP4 {HOST}\r\ns=-\r\nc=IN IP4 {HOST}\r\nt=0 0\r\n"
            f"m=audio {self._rtp.getsockname()[1]} RTP/AVP {PCMA} {KEYS}\r\na=rtpmap:{PCMA} PCMA/8000\r\n"
            f"a=rtpmap:{KEYS} telephone-event/8000\r\na=fmtp:{KEYS} 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
        )
        status = await self._ask(line, "INVITE", sdp)
        self._send(line, "ACK")
        if status != 200:
            del self._lines[line.dialogue["id"]]
            raise Refused(status)
        assert line.media is not None
        self._by_media[line.media] = line
        return line

    async def bye(self, line: Line) -> None:
        if line.ended:
            return
        line.cseq += 1
        try:
            await self._ask(line, "BYE")
        finally:
            self._over(line)

    def _over(self, line: Line) -> None:
        line.ended = True
        self._lines.pop(line.dialogue["id"], None)
        if line.media is not None:
            self._by_media.pop(line.media, None)

    async def _ask(self, line: Line, method: str, body: str = "") -> int:
        line.final = asyncio.get_running_loop().create_future()
        for wait in RESEND_S:
            self._send(line, method, body)
            with contextlib.suppress(TimeoutError):
                return await asyncio.wait_for(asyncio.shield(line.final), wait * 4 if wait == RESEND_S[-1] else wait)
        return 408

    def _send(self, line: Line, method: str, body: str = "") -> None:
        local = f"{HOST}:{self._sip.getsockname()[1]}"
        told = line.dialogue
        head = [
            f"{method} {told['uri']} SIP/2.0",
            f"Via: SIP/2.0/UDP {local};branch=z9hG4bK{line.number}.{line.cseq}.{method};rport",
            "Max-Forwards: 70",
            f"From: {told['from']}",
            f"To: {told['to']}",
            f"Call-ID: {told['id']}",
            f"CSeq: {line.cseq} {method}",
            f"Contact: <sip:{self._user}{line.number:07d}@{local}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(head) + "\r\n\r\n" + body).encode(), line.address)

    def _on_sip(self) -> None:
        while True:
            try:
                data, address = self._sip.recvfrom(8192)
            except (BlockingIOError, ConnectionRefusedError):
                return
            text = data.decode(errors="replace")
            line = self._lines.get(_header(text, "Call-ID"))
            if not text.startswith("SIP/2.0"):
                self._on_request(text, address, line)
            elif line is not None:
                self._on_answer(text, line)

    def _on_answer(self, text: str, line: Line) -> None:
        status, told = int(text[8:11]), line.dialogue
        if status < 200:
            return
        if _header(text, "CSeq").endswith("INVITE"):
            told["to"] = _header(text, "To")
            if line.final is not None and line.final.done():  # a 200 again: our ACK was lost
                self._send(line, "ACK")
                return
            found = re.search(r"^m=audio (\d+)", text, re.MULTILINE)
            if status == 200 and found:
                line.media = (HOST, int(found[1]))
                told["uri"] = re.sub(r"^.*<(.*?)>.*$", r"\1", _header(text, "Contact")) or told["uri"]
        if line.final is not None and not line.final.done():
            line.final.set_result(status)

    def _on_request(self, text: str, address: tuple[str, int], line: Line | None) -> None:
        """Whatever the other side wants, 200: BYE above all. A description of the call is not changed by it."""
        if text.startswith("ACK"):
            return
        kept = [row for row in text.split("\r\n\r\n")[0].split("\r\n")[1:] if _kept(row)]
        self._sip.sendto(("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0"]) + "\r\n\r\n").encode(), address)
        if line is not None and text.startswith("BYE"):
            self._over(line)

    # --- RTP -------------------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Every 20 ms: a packet for every call, then whatever has come."""
        due = time.monotonic()
        while True:
            for line in tuple(self._by_media.values()):
                self._step(line)
            self._drain()
            due += 0.020
            late = time.monotonic() - due
            if late > 0.2:
                due += late
            self.late_s = max(self.late_s, late)
            await asyncio.sleep(max(0.0, -late))

    def _step(self, line: Line) -> None:
        assert line.media is not None
        line.timestamp += FRAME
        payload, kind, at, marker = QUIET, PCMA, line.timestamp, 0
        repeated = 1
        if line.keys:
            line.pressing += 1
            steps = KEY_MS // 20
            over = line.pressing >= steps
            if line.pressing == 1:
                line.pressed.append((time.time(), line.keys[0]))
                marker = 0x80
            code = KEY_CODES.index(line.keys[0])
            payload = struct.pack("!BBH", code, 0x8A if over else 10, line.pressing * FRAME)
            kind, at = KEYS, line.timestamp - line.pressing * FRAME
            if over:
                line.keys.popleft()
                line.pressing = 0
                repeated = 3
        for _ in range(repeated):
            line.sequence = (line.sequence + 1) & 0xFFFF
            head = struct.pack("!BBHII", 0x80, kind | marker, line.sequence, at & 0xFFFFFFFF, line.number)
            with contextlib.suppress(OSError):
                self._rtp.sendto(head + payload, line.media)

    def _drain(self) -> None:
        receive, unpack, payloads, lines = self._rtp.recvmsg, struct.unpack_from, self.payloads, self._by_media
        while True:
            try:
                packet, told, _, address = receive(2048, 64)
            except BlockingIOError:
                break
            except OSError:
                continue
            line = lines.get(address)
            if line is None or len(packet) < 12 or packet[1] & 0x7F != PCMA:
                continue
            seconds, nanoseconds = unpack("qq", told[0][2])
            sequence, timestamp = unpack("!HI", packet, 2)
            payload = packet[12:]
            number = payloads.get(payload)
            if number is None:  # comfort noise and a prompt's pauses are silence, too
                quiet = level(from_alaw(payload)) < QUIET_DBFS
                number = payloads[payload] = SILENCE if quiet else len(payloads)
            line.sound.append((seconds + nanoseconds / 1e9, sequence, timestamp, number))
        with contextlib.suppress(OSError):
            while True:
                self._rtcp.recv(2048)


def _pair() -> tuple[socket.socket, socket.socket]:
    """RTP on an even port, RTCP on the next."""
    while True:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind((HOST, 0))
        port = rtp.getsockname()[1]
        rtcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            if port % 2 or port >= 65535:
                raise OSError
            rtcp.bind((HOST, port + 1))
        except OSError:
            rtp.close()
            rtcp.close()
            continue
        for each in (rtp, rtcp):
            each.setblocking(False)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        rtp.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        return rtp, rtcp


def _header(text: str, name: str) -> str:
    found = re.search(rf"^{name}[ \t]*:[ \t]*(.*?)\r?$", text, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else ""


def _kept(row: str) -> bool:
    return row.split(":")[0].strip().lower() in ("via", "from", "to", "call-id", "cseq")
