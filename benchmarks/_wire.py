"""What latency and barge-in are measured with: the product in a process of its own, telephones that call it, and what
RTP tells of a call.

Times are time.monotonic(), s, of packets as they left and arrived at the caller's socket. A packet counts as speech
while it is louder than LOUD_DBFS.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import platform
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from benchmarks.__main__ import rows
from tests.spine.served import Served
from tests.voice.peers import PhoneCall
from voice import audio
from voice.audio import FRAME_MS, Samples

LOUD_DBFS = -45.0
QUIET_S = 0.8  # of the bot: it has said all; its longest pause between two sentences is about half of that


@contextlib.asynccontextmanager
async def product(log_level: str = "error", **settings: str) -> AsyncIterator[Served]:
    """`govorun serve` with all its voices and ears, nothing of it mocked."""
    with tempfile.TemporaryDirectory() as folder:
        async with Served(Path(folder) / "data", voice=True, log_level=log_level, **settings) as served:
            voice = str((await served.get("/ready"))["parts"]["voice"])
            if "Lost" in voice:
                raise SystemExit(f"not everything is installed: {voice}")
            yield served


# --- conversations -----------------------------------------------------------------------------------


async def conversation_of(served: Served, user: str) -> str:
    """Of the caller with this number."""
    async with asyncio.timeout(10):
        while True:
            for each in await served.get("/api/conversations?channel=sip&limit=500"):
                if user[1:] in each["sender"]:
                    return str(each["id"])
            await asyncio.sleep(0.1)


async def transcript(served: Served, conversation: str) -> tuple[int, str]:
    """The customer's utterances so far, and what the bot said since the last."""
    told: list[str] = []
    utterances = 0
    for line in (await served.get(f"/api/conversations/{conversation}"))["transcript"]:
        if line["who"] == "customer":
            utterances += 1
            told.clear()
        elif line["who"] == "bot":
            told.append(line["text"])
    return utterances, " ".join(told)


def noted(served: Served, what: str, conversation: str) -> list[float]:
    """When the product wrote this line of its log, of this conversation: time.monotonic(), s, to the millisecond."""
    clocks = time.time() - time.monotonic()
    found: list[float] = []
    for line in served.log.splitlines():
        if what in line and conversation in line:
            found.append(datetime.fromisoformat(json.loads(line)["at"]).timestamp() - clocks)
    return found


# --- speech of callers -------------------------------------------------------------------------------


def loud(sound: Samples) -> list[bool]:
    """Of each packet of it."""
    return [audio.level(frame) > LOUD_DBFS for frame in audio.frames(sound)]


def tail_s(sound: Samples) -> float:
    """What follows the last loud packet of it: the dying away of the voice, no more speech."""
    return loud(sound)[::-1].index(True) * FRAME_MS / 1000


def with_pauses(pieces: Sequence[Samples | int]) -> Samples:
    """Speech, and pauses in ms: so long from loud to loud, what the voice itself leaves quiet at its ends included."""
    made: list[Samples] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, int):
            before, after = pieces[number - 1], pieces[number + 1]
            assert not isinstance(before, int)
            assert not isinstance(after, int)
            ends = round(tail_s(before) * 1000) + loud(after).index(True) * FRAME_MS
            made.append(audio.silence(max(0, piece - ends)))
        else:
            made.append(piece)
    return audio.joined(made)


# --- what came back ----------------------------------------------------------------------------------


async def falls_silent(call: PhoneCall, since: float, quiet_s: float = QUIET_S) -> None:
    """Until nothing has sounded for `quiet_s`, counted from `since` at the earliest, or the call is over."""
    async with asyncio.timeout(90):
        while not call.ended.is_set():
            now = time.monotonic()
            if now - max(call.loud(max(since, now - 2 * quiet_s)), default=since) >= quiet_s:
                return
            await asyncio.sleep(0.05)


def longest_pause_ms(call: PhoneCall, since: float, until: float) -> float:
    """The longest silence within the bot's sound."""
    times = [since, *(at for at in call.loud(since) if at <= until)]
    return max((b - a for a, b in itertools.pairwise(times)), default=until - since) * 1000


def lost(call: PhoneCall) -> int:
    """Packets of the bot's that did not come, by their numbers."""
    numbers = [packet.sequence for packet in call.received]
    return sum(((b - a) & 0xFFFF) - 1 for a, b in itertools.pairwise(numbers))


def longest_gap_ms(call: PhoneCall) -> float:
    """Between two packets of a line that never rests."""
    return max((b.at - a.at for a, b in itertools.pairwise(call.received)), default=0.0) * 1000


def levels(call: PhoneCall) -> list[float]:
    """dBFS of each stretch of a second and more that the bot spoke, without its pauses."""
    found: list[float] = []
    stretch: list[Samples] = []
    last = 0.0
    for packet in call.received:
        if audio.level(packet.sound) <= LOUD_DBFS:
            continue
        if packet.at - last > QUIET_S / 2:
            found += _level(stretch)
            stretch = []
        stretch.append(packet.sound)
        last = packet.at
    return found + _level(stretch)


def _level(stretch: list[Samples]) -> list[float]:
    return [audio.level(audio.joined(stretch))] if len(stretch) * FRAME_MS >= 1_000 else []


# --- figures -----------------------------------------------------------------------------------------


def percentile(values: Sequence[float], share: float) -> float:
    return float(np.percentile(values, share)) if values else float("nan")


class Machine:
    """Cores that were busy since it was made, by us (this process and its children) and by others."""

    def __init__(self) -> None:
        self._began, self._busy, self._ours = time.monotonic(), _busy_s(), _ours_s()

    def figures(self) -> dict[str, object]:
        """Call it once the children are over: only then are they counted."""
        busy, ours = _busy_s() - self._busy, _ours_s() - self._ours
        took = time.monotonic() - self._began
        return {
            "others": round(max(0.0, busy - ours) / took, 2),
            "took_s": round(took),
            "cores": os.cpu_count(),
            "python": platform.python_version(),
            "load": round(os.getloadavg()[0], 2),
        }


def _busy_s() -> float:
    """Of all cores since the start of the machine; proc(5)."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _ours_s() -> float:
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def tell(found: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    for key, figure in rows(found):
        print(f"{key:<44} {figure}")
