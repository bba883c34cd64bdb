"""`govorun call` in a process of its own, and a telephone that is busy or rings: nobody talks."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.servers import free_port
from tests.voice.peers import Phone

pytestmark = [pytest.mark.voice, pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(240)]


@pytest_asyncio.fixture(loop_scope="session")
async def command(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    processes: list[asyncio.subprocess.Process] = []

    async def run(uri: str, *more: str) -> asyncio.subprocess.Process:
        rtp = free_port(apart=40)
        ports = {
            "GOVORUN_RTP_PORTS": f"{rtp}-{rtp + 39}",
            "GOVORUN_SIP_PORT": str(free_port()),
            "LC_ALL": "en_US.UTF-8",
        }
        words = ("--scenario", "reminder", "--with", "service=yoga", "--with", "when=2036-11-19 18:00")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "call", uri, *words, "--data", str(tmp_path), *more),
            env=os.environ | ports,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # else what a shell's `&` ignores, it does
        )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_command_tells_each_step_and_how_it_ended_by_its_exit_code(command: Callable[..., Any]) -> None:
    async with Phone(user="dima", busy=True) as phone:
        process = await command(phone.uri)
        told, _ = await process.communicate()
        assert process.returncode == 4, told.decode()
        assert told.decode().split("\n")[-3:] == ["dialling", "busy (486)", ""]


async def test_ctrl_c_gives_the_call_up(command: Callable[..., Any]) -> None:
    async with Phone(user="egor") as phone:
        phone.picks_up.clear()
        process = await command(phone.uri)
        await asyncio.wait_for(phone.rings.wait(), 120)
        process.send_signal(signal.SIGINT)
        told, _ = await process.communicate()
        assert process.returncode == 130, told.decode()
        assert phone.cancelled == 1
