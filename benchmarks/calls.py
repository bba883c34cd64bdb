"""A hundred calls at once in one process, and thousands of short ones in a row: what they cost and leave behind.

    python -m benchmarks.calls [--json] [--calls 100] [--seconds 60] [--short 300]
    python -m benchmarks.calls --short 10000          (make endure)

A whole `govorun serve` with its recognisers and SQLite; the callers (benchmarks/_callers.py) are this process, so their
work isn't counted with the server's. Each walks through a menu of two levels by keys (RFC 4733), a key every six
seconds, most of them into a playing prompt; every key is a turn that is committed.

    calls           at once
    starved_frames  20 ms slots of prompts that callers did not hear in time, the sum of
    lost              packets that never came, by their sequence numbers
    late              packets that came more than 60 ms after their time, which a telephone's jitter buffer can't mend
    holes             quiet packets inside a prompt where a call on the idle server had sound
    unanswered      keys whose prompt never began
    altered         packets of prompts that were otherwise than on the idle server (counted, not starved)
    cpu_per_call    of a core: processor time of the server process by the system's count, over time and calls
    bare_cpu_per_call  of baresip-python in a process of its own that answers the same callers and plays a file to them
    ratio           of the two
    idle_cpu        of the server without a call; it is not taken off
    callers_cpu, callers_late_ms  what this process took of a core, and the worst delay of its clock
    turns, key_p50_ms, key_p95_ms  keys pressed; first packet of a key to first packet of what it brought
    short_calls     answered, spoken to, a key, spoken to again, hung up; a tenth of them goes before as a warm-up
    short_failed    of them that were not answered or not spoken to
    short_per_s     of them a second
    leaked          threads, sockets, other files and asyncio tasks of the server that are more after them than before
    database_connections  more than before, of at most five that the pool keeps; no leak
    rss_growth_mb   of the server's memory between the warm-up's end and theirs;  rss_mb  at the end
    rss_by_tenth_mb the same in every tenth of them: what levels off is a cache that fills
    database_growth_mb  of SQLite's file, which each connection keeps up to 16 MB of in memory

Where it stands goes to stderr. Cut by SIGTERM or SIGINT it prints what it has, with "cut": true.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import dropwhile, pairwise
from pathlib import Path

import numpy as np

from benchmarks.__main__ import rows
from benchmarks._callers import SILENCE, Callers, Line, Refused
from benchmarks._cut import until_cut
from tests.servers import free_port
from tests.spine.served import Served
from voice import audio

BUSINESS = """
name: Кинотеатр «Прожектор»
languages: [ru]
start: main
"""
ITEMS = {
    "films": (
        1,
        "Фильмы",
        "Сегодня идут «Солярис», «Сталкер» и «Зеркало». Начало в двенадцать и в девятнадцать часов.",
    ),
    "tickets": (2, "Билеты", "Билеты стоят триста рублей утром и пятьсот вечером. Детям до семи лет вход бесплатный."),
    "way": (3, "Как доехать", "Мы на Садовой улице, в доме двенадцать. От метро пять минут пешком, вход со двора."),
    "cafe": (4, "Кафе", "Кафе на втором этаже открыто до последнего сеанса. Есть чай, кофе, пирожки и мороженое."),
    "again": (0, "Всё сначала", "Хорошо, с самого начала."),
}
KEY_EVERY_S = 6.0
PATH = "12340"  # keys of one round through the menu; 0 comes back to the top
KNOWN = 5  # packets by which a prompt is known
QUIET_PACKETS = 40  # 0.8 s: the prompt is over; longer than any pause in one
LEARNS = 5  # tries
LATE_S = 0.060
SETTLE_S = 3.0  # after the last call's answer, and after the last short call's end
AT_ONCE = 10  # short calls
WARM_UP = 500  # of them at most
FILES_A_CONNECTION = 2  # of SQLite with a write-ahead log; the third, -shm, is one for all
ANSWERED_S = 10.0


@dataclass(slots=True)
class Heard:
    """What the callers heard, in 20 ms slots."""

    lost: int = 0
    late: int = 0
    holes: int = 0
    altered: int = 0
    unanswered: int = 0
    keys_ms: list[float] = field(default_factory=list)


def scenario_set(folder: Path) -> Path:
    """A menu of two levels that nothing but its keys move through; prompts of some ten seconds."""
    place = folder / "cinema"
    place.mkdir(parents=True)
    (place / "business.yaml").write_text(BUSINESS.lstrip(), encoding="utf-8")
    lines = [
        "scenario: main",
        "title: Главное меню",
        "steps:",
        "  - say: Здравствуйте! Это кинотеатр «Прожектор». Слушайте и выбирайте, не торопясь.",
        "  - choose: О чём рассказать?",
        "    again: О чём рассказать ещё?",
        "    loop: yes",
        "    learns: no",
        "    items:",
    ]
    for name, (key, title, text) in ITEMS.items():
        lines += [
            f"      {name}:",
            f"        title: {title}",
            f"        key: {key}",
            "        steps:",
            f'          - say: "{text}"',
        ]
    (place / "main.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


class Process:
    """What the system counts of a process."""

    def __init__(self, pid: int) -> None:
        self._root = Path(f"/proc/{pid}")

    @property
    def cpu_s(self) -> float:
        fields = (self._root / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def rss_mb(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+) kB", (self._root / "status").read_text())
        return int(found[1]) / 1024 if found else 0.0

    def held(self) -> dict[str, int]:
        """Threads, sockets, the database's files and others."""
        files = []
        for each in (self._root / "fd").iterdir():
            try:
                files.append(str(each.readlink()))
            except FileNotFoundError:
                continue
        sockets = sum(name.startswith("socket") for name in files)
        database = sum(name.endswith((".db", ".db-wal", ".db-shm")) for name in files)
        return {
            "threads": len(list((self._root / "task").iterdir())),
            "sockets": sockets,
            "database": database,
            "files": len(files) - sockets - database,
        }


async def cpu_share(process: Process, seconds: float) -> float:
    """Of a core, while we wait."""
    before, began = process.cpu_s, time.monotonic()
    await asyncio.sleep(seconds)
    return (process.cpu_s - before) / (time.monotonic() - began)


# --- a hundred at once -----------------------------------------------------------------------------


class Reference:
    """What each key brings, as a call on the idle server heard it: payload numbers from the first sound on."""

    def __init__(self) -> None:
        self._brought: dict[str, list[int]] = {}

    async def learn(self, callers: Callers, port: int) -> None:
        """All keys side by side, a call for each: five calls leave the server idle, and one after the other they take
        two minutes."""
        await asyncio.gather(*(self._learn(callers, port, key) for key in PATH))

    async def _learn(self, callers: Callers, port: int, key: str) -> None:
        line = await callers.call("127.0.0.1", port)
        for _ in range(LEARNS):
            # The pause is shorter than what the line waits with before it fills it with noise.
            await falls_silent(line, line.pressed[-1][0] if line.pressed else 0.0, quiet=QUIET_PACKETS)
            presses = len(line.pressed)
            line.press(key)
            while len(line.pressed) == presses:
                await asyncio.sleep(0.01)
            at = line.pressed[-1][0]
            # Only then is all sound from here on what the key brings: the answer may be in the very next packet, and
            # whoever waits for silence first takes it to begin at its first pause.
            if not any(number for when, _, _, number in line.sound if at - 0.2 <= when < at):
                break
        else:
            raise RuntimeError(f"the idle server was never quiet when {key} was pressed")
        await falls_silent(line, at)
        heard = [number for when, _, _, number in line.sound if when >= at]
        self._brought[key] = list(dropwhile(lambda number: number == SILENCE, heard))
        await line.hang_up()

    def judge(self, key: str, heard: Sequence[tuple[float, int]], pressed: float, into: Heard) -> None:
        """heard: time and payload of all that came from the press of the key to the next."""
        wanted = self._brought[key]
        numbers = [number for _, number in heard]
        first = next((at for at in range(len(heard)) if numbers[at : at + KNOWN] == wanted[:KNOWN]), None)
        if first is None:
            into.unanswered += 1
            return
        into.keys_ms.append((heard[first][0] - pressed) * 1000)
        place = 0
        for number in numbers[first:]:
            if place >= len(wanted):
                break
            if number == wanted[place]:
                place += 1
            elif number == SILENCE:
                into.holes += 1
            else:
                into.altered += 1
                place += 1


def brought(line: Line, since: float, until: float) -> list[tuple[float, int]]:
    """(time, payload) of the prompt that a key pressed at `since` brought: after what played before has stopped."""
    some = [(at, number) for at, _, _, number in line.sound if since <= at < until]
    quiet = next((place for place, (_, number) in enumerate(some) if number == SILENCE), len(some))
    loud = next((place for place in range(quiet, len(some)) if some[place][1] != SILENCE), len(some))
    return some[loud:]


async def falls_silent(line: Line, since: float, quiet: int = 60) -> None:
    """Until a prompt has come after `since` and then nothing but silence for so many packets."""
    async with asyncio.timeout(90):
        while True:
            heard = [number for _, number in brought(line, since, float("inf"))]
            if len(heard) > quiet and not any(heard[-quiet:]):
                return
            await asyncio.sleep(0.1)


def count_wire(line: Line, heard: Heard) -> None:
    """Packets that were lost, and those too late for a jitter buffer of LATE_S, by the clock of the RTP itself."""
    sound = line.sound
    if len(sound) < 2:
        return
    first = sound[0][1]
    numbers = {(sequence - first) & 0xFFFF for _, sequence, _, _ in sound}
    heard.lost += (sound[-1][1] - first & 0xFFFF) + 1 - len(numbers)
    delays = np.array([at - (stamp - sound[0][2] & 0xFFFFFFFF) / audio.RATE for at, _, stamp, _ in sound])
    # The two clocks drift apart, some parts in a million; the earliest packets of each 10 s say where on time is.
    for start in range(0, len(delays), 500):
        part = delays[start : start + 500]
        heard.late += int(np.sum(part > np.percentile(part, 5) + LATE_S))


async def walk(line: Line, number: int, until: float) -> None:
    """Keys of the path, over and over, every caller at a moment of their own."""
    moods = random.Random(number)
    await asyncio.sleep(KEY_EVERY_S * moods.random())
    step = number
    while time.monotonic() < until and not line.ended:
        line.press(PATH[step % len(PATH)])
        step += 1
        await asyncio.sleep(KEY_EVERY_S * (0.75 + 0.5 * moods.random()))


async def crowd(callers: Callers, port: int, calls: int) -> list[Line]:
    """So many calls, a few a second."""
    lines: list[Line] = []
    for _ in range(calls):
        lines.append(await callers.call("127.0.0.1", port))
        await asyncio.sleep(0.05)
    await asyncio.sleep(SETTLE_S)
    return lines


def stands(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


async def at_once(served: Served, calls: int, seconds: float) -> dict[str, float]:
    process, ours = Process(served.pid), Process(os.getpid())
    heard = Heard()
    async with Callers() as callers:
        reference = Reference()
        await reference.learn(callers, served.sip_port)
        await asyncio.sleep(1)
        idle = await cpu_share(process, 5)

        lines = await crowd(callers, served.sip_port, calls)
        stands(f"{calls} calls are up, {process.rss_mb:.0f} MB")
        began = time.time()
        for each in lines:
            each.sound.clear()
        callers.late_s = 0.0
        walking = asyncio.gather(*(walk(each, number, time.monotonic() + seconds) for number, each in enumerate(lines)))
        before = ours.cpu_s
        share = await cpu_share(process, seconds)
        mine = (ours.cpu_s - before) / seconds
        await walking
        broken = sum(each.ended for each in lines)
        for each in lines:
            count_wire(each, heard)
            pressed = [(at, key) for at, key in each.pressed if at >= began]
            for (at, key), (until, _) in pairwise(pressed):
                reference.judge(key, [(t, number) for t, _, _, number in each.sound if at <= t < until], at, heard)
        await asyncio.gather(*(each.hang_up() for each in lines))
    return {
        "calls": calls,
        "broken": broken,
        "starved_frames": heard.lost + heard.late + heard.holes,
        "lost": heard.lost,
        "late": heard.late,
        "holes": heard.holes,
        "altered": heard.altered,
        "unanswered": heard.unanswered,
        "turns": len(heard.keys_ms),
        "key_p50_ms": round(float(np.percentile(heard.keys_ms, 50)), 1),
        "key_p95_ms": round(float(np.percentile(heard.keys_ms, 95)), 1),
        "cpu_per_call": round(share / calls, 5),
        "idle_cpu": round(idle, 3),
        "callers_cpu": round(mine, 3),
        "callers_late_ms": round(callers.late_s * 1000, 1),
    }


async def bare(sound: Path, calls: int, seconds: float) -> dict[str, float]:
    """The stack alone, with the same callers who press nothing."""
    port, rtp = free_port(apart=4), free_port(apart=calls * 4 + 8)
    heard = Heard()
    command = [sys.executable, "-m", "benchmarks._bare", "--port", str(port), "--calls", str(calls + 2)]
    child = subprocess.Popen(
        [*command, "--sound", str(sound), "--rtp", f"{rtp}-{rtp + calls * 4}"], stdout=subprocess.PIPE
    )
    try:
        assert child.stdout is not None
        await asyncio.to_thread(child.stdout.readline)
        async with Callers() as callers:
            lines = await crowd(callers, port, calls)
            for each in lines:
                each.sound.clear()
            share = await cpu_share(Process(child.pid), seconds)
            for each in lines:
                count_wire(each, heard)
            await asyncio.gather(*(each.hang_up() for each in lines))
    finally:
        child.terminate()
        await asyncio.to_thread(child.wait, 20)
    return {"bare_cpu_per_call": round(share / calls, 5), "bare_lost": heard.lost, "bare_late": heard.late}


# --- short ones, after each other --------------------------------------------------------------------


async def short(callers: Callers, port: int) -> bool:
    """Answered, spoken to, a key, spoken to again, hung up. Whether it all came so."""
    try:
        line = await callers.call("127.0.0.1", port)
        try:
            async with asyncio.timeout(ANSWERED_S):
                while not any(number for *_, number in line.sound):
                    await asyncio.sleep(0.02)
                line.press("1")
                while not line.pressed or not brought(line, line.pressed[0][0], float("inf")):
                    await asyncio.sleep(0.02)
        finally:
            await line.hang_up()
    except (Refused, TimeoutError):
        return False
    return True


async def in_a_row(callers: Callers, port: int, calls: int, together: int = AT_ONCE) -> int:
    """So many, `together` at a time; how many failed."""
    left, failed = iter(range(calls)), 0

    async def one_after_another() -> None:
        nonlocal failed
        for _ in left:
            failed += not await short(callers, port)

    await asyncio.gather(*(one_after_another() for _ in range(together)))
    return failed


async def settled(served: Served, rest_s: float = SETTLE_S) -> dict[str, int]:
    """What the server holds once its calls are over and it had time to put away."""
    async with asyncio.timeout(60):
        while "govorun_calls 0.0" not in (text := (await served.client.get("/metrics")).text):
            await asyncio.sleep(0.2)
    await asyncio.sleep(rest_s)
    text = (await served.client.get("/metrics")).text
    tasks = re.search(r"^govorun_tasks (\S+)", text, re.MULTILINE)
    return Process(served.pid).held() | {"tasks": round(float(tasks[1])) if tasks else 0}


async def endure(served: Served, calls: int, figures: dict[str, object]) -> None:
    """figures: of as many tenths as are over."""
    process, database = Process(served.pid), served.data / "govorun.db"
    async with Callers(user="7906") as callers:
        # More at a time than later, so that what is kept for as many calls as ever were up is there before it is
        # counted: detectors of voice above all, some 10 MB each.
        warm_up = min(WARM_UP, max(2 * AT_ONCE, calls // 10))
        failed = await in_a_row(callers, served.sip_port, warm_up, together=2 * AT_ONCE)
        before, rss = await settled(served), [process.rss_mb]
        stored = database.stat().st_size
        began = time.monotonic()

        def so_far(made: int, took: float) -> None:
            figures.update(
                short_calls=made,
                short_failed=failed,
                short_per_s=round(made / took, 1),
                rss_growth_mb=round(rss[-1] - rss[0], 1),
                rss_by_tenth_mb=[round(here - there, 1) for there, here in pairwise(rss)],
                rss_mb=round(rss[-1]),
                database_growth_mb=round((database.stat().st_size - stored) / 2**20, 1),
            )

        for tenth in range(10):
            made = calls * (tenth + 1) // 10
            failed += await in_a_row(callers, served.sip_port, made - calls * tenth // 10)
            rss.append(process.rss_mb)
            so_far(made, took := time.monotonic() - began)
            stands(f"{made} short calls of {calls} in {took:.0f} s, {failed} failed, {rss[-1] - rss[0]:+.1f} MB")
        after = await settled(served)
        rss[-1] = process.rss_mb
        so_far(calls, took)
    more = {name: after[name] - before[name] for name in after if after[name] > before[name]}
    figures["database_connections"] = more.pop("database", 0) // FILES_A_CONNECTION
    figures.update(leaked=sum(more.values()), leaked_what=more)


async def measure(figures: dict[str, object], calls: int, seconds: float, many: int) -> None:
    """figures: filled as they are known."""
    with tempfile.TemporaryDirectory() as folder:
        rtp = free_port(apart=4 * calls + 80)
        settings = {
            "scenarios": str(scenario_set(Path(folder) / "sets")),
            "scenario_set": "cinema",
            "max_calls": str(calls + 20),
            "rtp_ports": f"{rtp}-{rtp + 4 * calls + 79}",
            "log_level": "error",
        }
        async with Served(Path(folder) / "data", voice=True, **settings) as served:
            if calls:
                figures |= await at_once(served, calls, seconds)
            if many:
                await endure(served, many, figures)
            sound = _prompt(Path(folder), seconds)
        if calls:
            figures |= await bare(sound, calls, seconds)
            figures["ratio"] = round(float(str(figures["cpu_per_call"])) / float(str(figures["bare_cpu_per_call"])), 2)


def _prompt(folder: Path, seconds: float) -> Path:
    """A file with the server's own prompts, long enough for the bare stack."""
    pieces = [audio.read(path) for path in sorted((folder / "data").glob("prompts/**/*.wav"))[:8]]
    sound = np.tile(audio.joined(pieces), 1 + int((seconds + 60) * audio.RATE / sum(map(len, pieces))))
    path = folder / "long.wav"
    audio.write(path, sound)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calls", description="Many calls.")
    parser.add_argument("--json", action="store_true", help="print the JSON object alone")
    parser.add_argument("--calls", type=int, default=100, help="at once; 0: only short ones")
    parser.add_argument("--seconds", type=float, default=60.0, help="that the crowd is measured for")
    parser.add_argument("--short", type=int, default=300, help="short calls in a row; 0: none")
    given = parser.parse_args(arguments)
    figures: dict[str, object] = {}

    def tell(**more: object) -> None:
        told = figures | {"load": round(os.getloadavg()[0], 2)} | more
        if given.json:
            print(json.dumps(told), flush=True)
            return
        for key, value in rows(told):
            print(f"  {key:<24} {value}", flush=True)

    if not until_cut(measure(figures, given.calls, given.seconds, given.short), partial(tell, cut=True)):
        return 1
    tell()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
