"""A whole Govorun in a process of its own, as `make run` starts it: real weights, real database, free ports."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx

from tests.servers import free_port

TOKEN = "token-of-the-tests"
PASSWORD = "desk-of-the-tests"


class Served:
    """voice: with telephone and browser calls; without, it starts in a few seconds. public: it knows its address."""

    def __init__(
        self, data: Path, *, voice: bool = False, public: bool = False, agent_sip: str = "", **settings: str
    ) -> None:
        self.data = data
        self.web_port = free_port()
        self.sip_port = free_port()
        self.url = f"http://127.0.0.1:{self.web_port}"
        self.sip = f"sip:100@127.0.0.1:{self.sip_port}"
        self._voice = voice
        self._settings = {"GOVORUN_" + name.upper(): value for name, value in settings.items()}
        if public:
            self._settings["GOVORUN_PUBLIC_URL"] = self.url
        if agent_sip:
            self._settings["GOVORUN_AGENT_SIP"] = agent_sip
        self._process: subprocess.Popen[bytes] | None = None
        # The server lets go of an idle connection after 5 s: whoever asks in that moment would get no answer.
        limits = httpx.Limits(keepalive_expiry=2)
        headers = {"Authorization": f"Bearer {TOKEN}"}
        self.client = httpx.AsyncClient(base_url=self.url, headers=headers, timeout=60, limits=limits)

    @property
    def log(self) -> str:
        return (self.data / "serve.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def start(self) -> None:
        self.launch()
        await self.ready()

    def launch(self) -> None:
        """Begin to start; `ready` waits for it."""
        self.data.mkdir(parents=True, exist_ok=True)
        rtp = free_port(apart=40)
        environment = os.environ | {
            "GOVORUN_API_TOKEN": TOKEN,
            "GOVORUN_DESK_PASSWORD": PASSWORD,
            "GOVORUN_RTP_PORTS": f"{rtp}-{rtp + 39}",
            **self._settings,
        }
        command = [sys.executable, "-m", "bot", "serve", "--data", str(self.data)]
        command += ["--port", str(self.web_port), "--sip-port", str(self.sip_port)]
        command += [] if self._voice else ["--only", "web"]
        with (self.data / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)

    async def ready(self, within_s: float = 240) -> None:
        assert self._process is not None
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"serve ended with {self._process.returncode}:\n{self.log}")
            try:
                if (await self.client.get("/ready")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
        raise AssertionError(f"not ready in {within_s:.0f} s:\n{self.log}")

    def kill(self) -> None:
        """As a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    async def stop(self) -> int:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return await asyncio.to_thread(self._process.wait, 40)

    async def hears(self) -> None:
        """Once it is ready: that it has its weights; without, a test of calls would try something else."""
        await self.ready()
        voice = (await self.get("/ready"))["parts"]["voice"]
        assert "Lost" not in str(voice), voice

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()
        if self._process is not None and self._process.poll() is None:
            try:
                await self.stop()
            except subprocess.TimeoutExpired:
                self.kill()

    async def write(self, sender: str, text: str, **more: str) -> str:
        """One message by REST; all that the bot answers, in one text."""
        answer = await self.client.post("/webhooks/rest/webhook", json={"sender": sender, "message": text, **more})
        assert answer.status_code == 200, answer.text
        return " ".join(part["text"] for part in answer.json())

    async def get(self, path: str) -> Any:
        answer = await self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def bookings(self, phone: str) -> list[dict[str, Any]]:
        """Of that number, as the staff see them."""
        return [each for each in await self.get("/api/bookings") if each["phone"] == phone]
