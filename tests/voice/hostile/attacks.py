"""What a hostile network sends."""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.voice.peers import HOST, PhoneCall, free_port
from voice import audio

HERE = Path(__file__).parent
_VIA = re.compile(rb"(?im)^(?:via|v)\s*:\s*SIP\s*/\s*[\d.]+\s*/\s*\w+\s+[^\s;,]+")
SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"


# --- the victim --------------------------------------------------------------------------------------


@dataclass
class Server:
    """tests.voice.hostile.server as a process."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def lives(self) -> bool:
        return self.process.poll() is None

    @property
    def uri(self) -> str:
        return f"sip:100@{HOST}:{self.port}"

    @property
    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s*(\d+)", status)[0]) / 1024

    async def worked_ms(self) -> float:
        """Of processor time at most between two looks at its calls' sound, since this was asked last."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return float(await asyncio.to_thread(self.process.stdout.readline))

    @property
    def held(self) -> tuple[int, int]:
        """Threads and open files."""
        place = Path(f"/proc/{self.process.pid}")
        return len(list((place / "task").iterdir())), len(list((place / "fd").iterdir()))


@contextmanager
def server(stack: str) -> Iterator[Server]:
    """It must end whole: everything given back, status 0."""
    port = free_port(apart=2)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.voice.hostile.server", stack, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=HERE.parents[2],
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == b"ready\n"
        yield Server(port, process)
        assert process.poll() is None
        told, _ = process.communicate(timeout=30)
        assert (told, process.returncode) == (b"whole\n", 0)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


# --- messages ----------------------------------------------------------------------------------------


def torture() -> Iterator[tuple[str, str, bytes]]:
    """The name of each message of RFC 4475; "valid", "bad" or "response"; and the message."""
    text = (HERE / "rfc4475.txt").read_text(encoding="ascii")
    for part in text.split("=== ")[1:]:
        title, _, body = part.partition("\n")
        name, kind = title.split()
        yield name, kind, _message(body)


def _message(text: str) -> bytes:
    text = re.sub(r"\{(\d+)\*([^}]*)\}", lambda found: int(found[1]) * found[2], text)
    text = re.sub(r"\{sdp (\S+)\}", lambda found: _body(found[1]), text)
    head, blank, body = text.partition("\n\n")
    raw = (head + blank + body).replace("\n", "\r\n").encode("latin-1")
    raw = re.sub(rb"\\x([0-9A-F]{2})", lambda found: bytes.fromhex(found[1].decode()), raw)
    return raw.replace(b"{length}", str(len(raw.partition(b"\r\n\r\n")[2])).encode())


def _body(address: str) -> str:
    return (
        f"v=0\no=mhandley 29739 7272939 IN IP4 {address}\ns=-\nc=IN IP4 {address}\nt=0 0\n"
        "m=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC"
    )


def answered_to(message: bytes, port: int) -> bytes:
    """The same message from an address where its answer arrives."""
    via = f"Via: SIP/2.0/UDP {HOST}:{port}".encode()
    return _VIA.sub(via, message, count=1)


def call_id(message: bytes) -> str:
    found = re.search(rb"(?im)^(?:call-id|i)\s*:\s*(\S+)", message)
    return found[1].decode() if found else ""


def request(
    port: int, reply_to: int, method: str = "INVITE", *, body: str = "", user: str = "100", call: str = ""
) -> bytes:
    unique = call or f"{random.getrandbits(64):x}"
    lines = [
        f"{method} sip:{user}@{HOST}:{port} SIP/2.0",
        f"Via: SIP/2.0/UDP {HOST}:{reply_to};branch=z9hG4bK{unique};rport",
        f"From: <sip:{unique[:6]}@{HOST}>;tag={unique}",
        f"To: <sip:{user}@{HOST}>",
        f"Call-ID: {unique}",
        f"CSeq: 1 {method}",
        f"Contact: <sip:1@{HOST}:{reply_to}>",
        "Max-Forwards: 70",
        *(["Content-Type: application/sdp"] if body else []),
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


OVERSIZED = {
    "a packet of the largest size": SDP + "m=audio 4000 RTP/AVP 8\r\n" + "a=x:" + "y" * 63_000 + "\r\n",
    "thousands of media": SDP + "m=audio 4000 RTP/AVP 8\r\n" + "m=audio 0 RTP/AVP 8\r\n" * 2_500,
    "thousands of codecs": SDP + "m=audio 4000 RTP/AVP 8" + " 96" * 15_000 + "\r\n",
    "thousands of attributes": SDP + "m=audio 4000 RTP/AVP 8\r\n" + "a=rtpmap:8 PCMA/8000\r\n" * 2_500,
    "nothing but colons": SDP + "m=" + ":" * 60_000 + "\r\n",
}


# --- sending -----------------------------------------------------------------------------------------


class Stranger:
    """A socket on the loopback that sends and listens."""

    def __init__(self, port: int) -> None:
        self.to = (HOST, port)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.socket.setblocking(False)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_000_000)
        self.port: int = self.socket.getsockname()[1]

    def __enter__(self) -> Stranger:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, message: bytes) -> None:
        with contextlib.suppress(OSError):
            self.socket.sendto(message, self.to)

    async def heard(self, call_id: str = "", timeout_s: float = 20) -> int:
        """The status of the next answer, to that call if one is named; 0: none came."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while True:
                    answer = await asyncio.get_running_loop().sock_recv(self.socket, 65_536)
                    if answer.startswith(b"SIP/2.0 ") and call_id.encode() in answer:
                        return int(answer[8:11])
        return 0

    async def answers(self) -> bool:
        """Whether the server still talks SIP."""
        call = f"probe{random.getrandbits(48):x}"
        for _ in range(20):
            self.send(request(self.to[1], self.port, "OPTIONS", call=call))
            if await self.heard(call, 1):
                return True
        return False

    async def flood(self, calls: int, a_second: int, *, user: str = "100", cancels: bool = False) -> float:
        """INVITEs, each of another call, never acknowledged. Returns how many a second they really were."""
        offer = SDP + "m=audio 4000 RTP/AVP 8\r\n"
        begun = time.monotonic()
        for number in range(calls):
            call = f"{random.getrandbits(64):x}"
            self.send(request(self.to[1], self.port, body=offer, user=user, call=call))
            if cancels:
                self.send(request(self.to[1], self.port, "CANCEL", user=user, call=call))
            ahead = begun + number / a_second - time.monotonic()
            if ahead > 0.005:
                await asyncio.sleep(ahead)
        return calls / (time.monotonic() - begun)


async def idle_connections(port: int, count: int) -> list[asyncio.StreamWriter]:
    """Opened, and nothing sent."""
    return [(await asyncio.open_connection(HOST, port))[1] for _ in range(count)]


async def by_tcp(port: int, message: bytes) -> None:
    """On a connection of its own, closed right after."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(5):
            _, writer = await asyncio.open_connection(HOST, port)
            writer.write(message)
            await writer.drain()
            await asyncio.sleep(0.01)
            writer.close()
            await writer.wait_closed()


def garbage(chance: random.Random) -> Iterator[bytes]:
    """RTP and RTCP that nobody should send."""
    sound = b"\xd5" * 160

    def rtp(first: int = 0x80, kind: int = 8, sequence: int = 0, stamp: int = 0, source: int = 1) -> bytes:
        return struct.pack("!BBHII", first, kind, sequence & 0xFFFF, stamp & 0xFFFFFFFF, source & 0xFFFFFFFF)

    yield from (b"", b"\x80", b"\x00", rtp()[:11], rtp())
    yield from (rtp(version << 6) + sound for version in range(4))
    yield rtp(0x8F) + b"\0" * 4  # 15 sources promised, one there
    yield rtp(0x90) + struct.pack("!HH", 0xBEDE, 0xFFFF) + sound  # an extension of 256 KB in a packet of 160 bytes
    yield rtp(0xA0) + sound[:-1] + b"\xff"  # padded by more than there is
    yield rtp(0xA0) + b"\0"
    yield from (rtp(kind=kind) + sound for kind in range(128))
    yield from (rtp(sequence=chance.getrandbits(16), stamp=chance.getrandbits(32)) + sound for _ in range(40))
    yield from (rtp(source=chance.getrandbits(32), sequence=n) + sound for n in range(40))
    # Torn keys; a whole one that says # would be no harm: it hangs up.
    yield from (rtp(kind=101, stamp=n) + chance.randbytes(n % 6).replace(b"\x0b", b"\x0a") for n in range(40))
    yield from (rtp(kind=0x80 | 101, stamp=n) + bytes((n, 0xFF, 0xFF, 0xFF)) for n in range(16, 60))  # of no telephone
    yield from (bytes((0x80, kind)) + chance.randbytes(chance.randrange(60)) for kind in range(192, 224))  # RTCP
    yield from (bytes((0x9F, 200, 0xFF, 0xFF)) + chance.randbytes(20), bytes((0x81, 203, 0, 0)))
    yield from (chance.randbytes(chance.randrange(1, 1_400)) for _ in range(100))
    yield rtp() + b"\xd5" * 60_000


# --- what a caller who talks meanwhile hears -----------------------------------------------------------


@dataclass(frozen=True)
class Heard:
    packets: int
    lost: int  # by their sequence numbers
    silent: int  # where the tone should have been: the stack had nothing to send
    gaps: int  # between two packets, longer than 60 ms
    worst_ms: float


def heard(call: PhoneCall, since: float) -> Heard:
    packets = [packet for packet in call.received if packet.at >= since]
    gaps = [(b.at - a.at) * 1000 for a, b in pairwise(packets)]
    span = (packets[-1].sequence - packets[0].sequence & 0xFFFF) + 1 if packets else 0
    return Heard(
        len(packets),
        span - len({packet.sequence for packet in packets}),
        sum(audio.level(packet.sound) < -45 for packet in packets),
        sum(gap > 60 for gap in gaps),
        max(gaps, default=0.0),
    )
