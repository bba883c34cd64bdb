"""A real TURN server for tests: Debian's coturn on free ports of the loopback, ended by its process id."""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import pytest

from tests.servers import free_port

needs_coturn = pytest.mark.skipif(
    shutil.which("turnserver") is None, reason="coturn isn't installed: apt install coturn"
)


class Turn:
    """coturn with a shared secret. `stop` and `go_on` freeze and thaw it: a network that is gone for a while."""

    def __init__(self, secret: str = "secret-of-the-tests") -> None:
        self.secret = secret
        self.port = free_port()
        self.url = f"turn:127.0.0.1:{self.port}?transport=udp"
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path(tempfile.mkdtemp(prefix="govorun-turn-"))

    async def __aenter__(self) -> Self:
        relay = free_port(apart=60)
        command = [
            "turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--use-auth-secret",
            f"--static-auth-secret={self.secret}", "--realm=govorun.test", "--listening-ip=127.0.0.1",
            "--relay-ip=127.0.0.1", f"--listening-port={self.port}", f"--min-port={relay}",
            f"--max-port={relay + 59}", f"--userdb={self._folder}/db", f"--pidfile={self._folder}/pid",
            "--log-file=stdout", "--simple-log", "--no-multicast-peers",
        ]  # fmt: skip
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder)
        async with asyncio.timeout(20):
            while not await self._listens():
                assert self._process.poll() is None, self.log
                await asyncio.sleep(0.05)
        return self

    @property
    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        return True

    def stop(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    async def __aexit__(self, *_: object) -> None:
        assert self._process is not None
        self.go_on()
        self._process.kill()
        await asyncio.to_thread(self._process.wait)
        shutil.rmtree(self._folder, ignore_errors=True)
