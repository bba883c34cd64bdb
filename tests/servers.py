"""Real servers for tests: PostgreSQL and Redis on free ports of the loopback, ended by their process ids; databases."""

from __future__ import annotations

import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest

from bot.stores.sql import Database

START_SECONDS = 60.0
PORTS = 2_900  # a process
_given: deque[range] = deque(maxlen=50)  # lately: who asked may not have taken them yet


def free_port(*, apart: int = 2) -> int:
    """A port of the loopback free for UDP and TCP, and the next `apart` - 1 after it.

    Below those that the system gives to whoever asks for any; each process of a shared run takes from its own.
    """
    first = 21_000 + PORTS * (int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 4)
    while True:
        port = random.randrange(first, first + PORTS - apart, 2)
        wanted = range(port, port + apart)
        if any(wanted.start < given.stop and given.start < wanted.stop for given in _given):
            continue
        with ExitStack() as held:
            try:
                for each in wanted:
                    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                        held.enter_context(socket.socket(socket.AF_INET, kind)).bind(("127.0.0.1", each))
            except OSError:
                continue
            _given.append(wanted)
            return port


@contextmanager
def postgres(*, durable: bool = False) -> Iterator[str]:
    """A cluster of its own; yields its URL. durable: commits wait for the disk, as in production."""
    binaries = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not binaries:
        pytest.skip("PostgreSQL isn't installed: apt-get install postgresql")
    folder = Path(tempfile.mkdtemp(prefix="govorun-pg-"))
    demoted: dict[str, object] = {}
    user = "postgres"
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        account = pwd.getpwnam(user)
        os.chown(folder, account.pw_uid, account.pw_gid)
        demoted = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    port = free_port()
    data = folder / "data"
    with (folder / "log").open("wb") as log:
        subprocess.run(
            [binaries[-1].with_name("initdb"), "-D", data, "-A", "trust", "-U", user, "-E", "UTF8", "--no-sync"],
            check=True,
            stdout=log,
            stderr=log,
            cwd="/",
            **demoted,  # type: ignore[call-overload]
        )
        server = subprocess.Popen(
            [
                binaries[-1],
                "-D",
                data,
                "-p",
                str(port),
                "-h",
                "127.0.0.1",
                "-k",
                folder,
                "-c",
                f"fsync={'on' if durable else 'off'}",
            ],
            stdout=log,
            stderr=log,
            cwd="/",
            **demoted,  # type: ignore[call-overload]
        )
    try:
        _listening(port, server)
        _answering(f"postgresql://{user}@127.0.0.1:{port}/postgres")
        yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def tables(url: str) -> Database:
    """A database with empty tables; of SQLite a copy of one that was made, for making them is 20 ms of every test."""
    database = Database(url)
    path = url.removeprefix("sqlite:///")
    if path == url:
        database.create()
    else:
        Path(path).write_bytes(_created())
    return database


@cache
def _created() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.db"
        made = Database(f"sqlite:///{path}")
        made.create()
        made.close()
        return path.read_bytes()


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """An empty server that keeps nothing; yields its URL."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis isn't installed: apt-get install redis-server")
    port = port or free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
    )
    try:
        _listening(port, server)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def _answering(url: str) -> None:
    """A cluster listens a moment before it takes anybody in."""
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def _listening(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended at once with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the server did not start in time")
