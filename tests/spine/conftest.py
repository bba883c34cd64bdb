"""One Govorun with everything on, and one agent's telephone, for all of these tests: it takes 15 s to start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio

from tests.spine.served import Served
from tests.voice.peers import Phone
from voice import audio
from voice.audio import Samples
from voice.tts.rhvoice import RhVoice


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agent() -> AsyncIterator[Phone]:
    async with Phone(user="anna") as phone:
        yield phone


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory, agent: Phone) -> AsyncIterator[Served]:
    data, allowed = tmp_path_factory.mktemp("served") / "data", '["@127.0.0.1"]'
    async with Served(data, voice=True, agent_sip=agent.uri, call_allowed=allowed) as running:
        voice = (await running.get("/ready"))["parts"]["voice"]
        assert "Lost" not in str(voice), voice  # without weights these tests would try something else
        yield running


@pytest.fixture(scope="session")
def speak() -> Iterator[Callable[[str], Samples]]:
    """The caller's voice; the bot's is another."""
    voice = RhVoice("elena", "ru", 1.0)
    yield lambda text: audio.joined(list(voice.speak(text)))
    voice.close()
