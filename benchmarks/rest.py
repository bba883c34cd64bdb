"""Turns a second over real HTTP: `govorun serve --only web`, callers on keep-alive connections, every turn committed.

    menu_turns_per_s     a button of the menu is pressed: no understanding
    text_turns_per_s     a sentence is understood
    bare_commits_per_s   one row a commit on the same disk, by the bare driver: what the hardware allows
    p50_ms, p99_ms       of a menu turn while all callers are at it; text_p50_ms, text_p99_ms of a text turn

At the top for the default, SQLite in one process; below by database and processes. The callers run in this process and
take their share of the same machine.

    python -m benchmarks.rest [--json] [--seconds 5] [--callers 8]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.request import urlopen

import psycopg

from tests import servers

ROOT = Path(__file__).parents[1]
READY_SECONDS = 120.0
MENU = "/hours"
TEXT = "подскажите пожалуйста во сколько вы сегодня открываетесь"

Figures = dict[str, float]


@contextmanager
def serving(database: str, redis: str, folder: Path, processes: int) -> Iterator[list[int]]:
    """So many processes over one database; yields their ports."""
    ports = [servers.free_port() for _ in range(processes)]
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "GOVORUN_DATABASE_URL": database,
        "GOVORUN_REDIS_URL": redis,
        "GOVORUN_LOG_LEVEL": "error",
    }
    try:
        for port in ports:
            command = [
                sys.executable,
                "-m",
                "bot",
                "serve",
                "--only",
                "web",
                "--port",
                str(port),
                "--data",
                str(folder),
            ]
            with (folder / f"{port}.log").open("wb") as log:
                started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
            _ready(port, started[-1], folder)
        yield ports
    finally:
        for server in started:
            server.terminate()
        for server in started:
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _ready(port: int, server: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError((folder / f"{port}.log").read_text()[-2000:])
        try:
            with urlopen(f"http://127.0.0.1:{port}/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server was not ready in time")


class Caller:
    """One sender on one keep-alive connection. Bare HTTP, so that the callers cost little of what they measure."""

    def __init__(self, port: int, sender: str) -> None:
        self._port = port
        self._sender = sender

    async def talk(self, message: str, until: float) -> list[float]:
        """The same message again and again; how long each took, in seconds."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        body = json.dumps({"sender": self._sender, "message": message}).encode()
        head = (
            f"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        took = []
        while time.perf_counter() < until:
            started = time.perf_counter()
            writer.write(head + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).lower()
            if not answer.startswith(b"http/1.1 200"):
                raise RuntimeError(answer.decode())
            length = next(line for line in answer.split(b"\r\n") if line.startswith(b"content-length:"))
            said = json.loads(await reader.readexactly(int(length.split(b":")[1])))
            if not said:
                raise RuntimeError("the bot said nothing")
            took.append(time.perf_counter() - started)
        writer.close()
        return took


async def measure(ports: Sequence[int], message: str, *, callers: int, seconds: float) -> tuple[float, float, float]:
    """Turns a second, p50 and p99 in ms, after a second of warming up."""
    people = [Caller(ports[number % len(ports)], f"{message[:4]}{number}") for number in range(callers)]
    await asyncio.gather(*(person.talk(message, time.perf_counter() + 1) for person in people))
    started = time.perf_counter()
    each = await asyncio.gather(*(person.talk(message, started + seconds) for person in people))
    took = sorted(value for values in each for value in values)
    elapsed = time.perf_counter() - started
    return len(took) / elapsed, statistics.median(took) * 1e3, took[int(len(took) * 0.99)] * 1e3


def figures(ports: Sequence[int], *, callers: int, seconds: float) -> Figures:
    menu, p50, p99 = asyncio.run(measure(ports, MENU, callers=callers, seconds=seconds))
    text, text_p50, text_p99 = asyncio.run(measure(ports, TEXT, callers=callers, seconds=seconds))
    found = {
        "menu_turns_per_s": menu,
        "text_turns_per_s": text,
        "p50_ms": p50,
        "p99_ms": p99,
        "text_p50_ms": text_p50,
        "text_p99_ms": text_p99,
    }
    return {name: round(value, 1) for name, value in found.items()}


def sqlite_commits(folder: Path, seconds: float) -> float:
    connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (text) VALUES (?)", ("x" * 200,))
        connection.execute("COMMIT")
        done += 1
    connection.close()
    return round(done / (time.perf_counter() - started), 1)


def postgres_commits(url: str, seconds: float) -> float:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare (id SERIAL PRIMARY KEY, text TEXT)")
        done, started = 0, time.perf_counter()
        while time.perf_counter() - started < seconds:
            connection.execute("INSERT INTO bare (text) VALUES (%s)", ("x" * 200,))
            done += 1
        return round(done / (time.perf_counter() - started), 1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rest", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each measurement [5]")
    parser.add_argument("--callers", type=int, default=8, help="at once [8]")
    chosen = parser.parse_args()
    how = {"callers": chosen.callers, "seconds": chosen.seconds}
    load = os.getloadavg()[0]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        with serving("", "", folder, 1) as ports:
            sqlite = {"1": figures(ports, **how) | {"bare_commits_per_s": sqlite_commits(folder, chosen.seconds)}}
        postgresql = {}
        url = stack.enter_context(servers.postgres(durable=True))
        redis = stack.enter_context(servers.redis())
        bare = {"bare_commits_per_s": postgres_commits(url, chosen.seconds)}
        for processes in (1, 2):
            with serving(url, redis, folder, processes) as ports:
                postgresql[str(processes)] = figures(ports, **how) | bare
    found = {
        **sqlite["1"],
        "sqlite": sqlite,
        "postgresql": postgresql,
        "callers": chosen.callers,
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
        "cpus": os.cpu_count(),
        "python": platform.python_version(),
    }
    print(json.dumps(found, indent=None if chosen.json else 1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
