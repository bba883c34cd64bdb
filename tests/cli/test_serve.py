"""`govorun serve` as a process: its ports, its signals, what it prints."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port


class Process:
    def __init__(self, data: Path, *words: str, **environment: str) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "bot", "serve", "--data", str(data), "--port", str(self.port), *words]
        self._popen = subprocess.Popen(
            command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def ready(self) -> None:
        for _ in range(600):
            assert self._popen.poll() is None, self._popen.communicate()
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/ready").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise AssertionError("not ready in a minute")

    def end(self, how: signal.Signals | None = None) -> tuple[int, str, str]:
        if how is not None:
            self._popen.send_signal(how)
        try:
            out, err = self._popen.communicate(timeout=60)
        finally:
            self._popen.kill()
        return self._popen.returncode, out, err


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


def test_it_tells_what_to_open_and_the_first_password_once(data: Path) -> None:
    first = Process(data, "--only", "web")
    first.ready()
    code, out, err = first.end(signal.SIGTERM)
    assert code == 0
    assert f"http://127.0.0.1:{first.port}/" in out
    password = (data / "keys" / "desk-password").read_text().strip()
    assert password in out
    assert (data / "keys" / "desk-password").stat().st_mode & 0o077 == 0
    assert (data / "keys" / "api-token").read_text().strip() not in out + err
    assert "Traceback" not in err

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    second = Process(data, "--only", "web")
    second.ready()
    code, out, _ = second.end(signal.SIGINT)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 15  # s of the processor: 3
    assert code == 0
    assert password not in out
    assert "desk-password" in out  # where it lies, for who has forgotten it


def test_a_taken_port_is_one_line(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = Process(data, "--only", "web", "--port", str(port)).end()
    assert code == 1
    assert err == f"error: 127.0.0.1:{port}: the port is in use. Stop what uses it, or choose another with --port\n"


def test_a_taken_sip_port_is_one_line_too(data: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        code, _, err = Process(data, "--sip-port", str(port)).end()
    assert code == 1
    (told,) = [line for line in err.splitlines() if line.startswith("error:")]
    assert f"127.0.0.1:{port}" in told
    assert "--sip-port" in told
    assert "Traceback" not in err


def test_an_address_that_is_not_ours(data: Path) -> None:
    code, _, err = Process(data, "--only", "web", "--host", "203.0.113.7").end()
    assert code == 1
    assert "203.0.113.7" in err
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_written(data: Path) -> None:
    code, _, err = Process(Path("/proc/nowhere"), "--only", "web").end()
    assert code == 1
    assert "/proc/nowhere" in err
    assert "Traceback" not in err


def test_what_was_taken_before_the_signal_is_answered(data: Path) -> None:
    process = Process(data, "--only", "web")
    process.ready()

    async def write() -> list[int]:
        limits = httpx.Limits(keepalive_expiry=2)  # less than the server keeps one
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{process.port}", timeout=60, limits=limits) as client:
            sent = [
                asyncio.create_task(
                    client.post(
                        "/webhooks/rest/webhook", json={"sender": f"s{number}", "message": "где вы находитесь?"}
                    )
                )
                for number in range(20)
            ]
            await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)  # the others are on their way
            process._popen.send_signal(signal.SIGTERM)
            done = await asyncio.gather(*sent, return_exceptions=True)
            return [each.status_code for each in done if isinstance(each, httpx.Response)]

    answered = asyncio.run(write())
    code, _, err = process.end()
    assert code == 0
    assert answered
    assert set(answered) == {200}
    assert "Traceback" not in err


def test_the_log_holds_nothing_personal(data: Path) -> None:
    process = Process(data, "--only", "web", GOVORUN_LOG_LEVEL="debug", GOVORUN_LOG_FORMAT="json")
    process.ready()
    for message in (
        "хочу записаться к терапевту завтра в три часа дня",
        "Иван Петров",
        "восемь девятьсот пять 123 45 67",
    ):
        httpx.post(
            f"http://127.0.0.1:{process.port}/webhooks/rest/webhook",
            json={"sender": "tel-79051112233", "message": message},
            timeout=60,
        )
    _, out, err = process.end(signal.SIGTERM)
    for personal in ("Иван", "Петров", "терапевту", "79051112233", "9051234567"):
        assert personal not in out + err
