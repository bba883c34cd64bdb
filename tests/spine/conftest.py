"""One Govorun with everything on, and one agent's telephone, for all of these tests: it takes 15 s to start."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browsers import chromium
from tests.spine.served import Served
from tests.spine.together import UnderWay, chosen, wanted
from tests.voice.peers import Phone
from voice import audio
from voice.audio import Samples
from voice.tts.rhvoice import RhVoice


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def agent() -> AsyncIterator[Phone]:
    async with Phone(user="anna") as phone:
        yield phone


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """Another, begun beside it: no agent has a telephone there, whoever wants a person waits at the desk."""
    running = Served(tmp_path_factory.mktemp("desk") / "data", voice=True)
    running.launch()
    yield running
    await running.__aexit__()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory, agent: Phone) -> AsyncIterator[Served]:
    data, allowed = tmp_path_factory.mktemp("served") / "data", '["@127.0.0.1"]'
    async with Served(data, voice=True, agent_sip=agent.uri, call_allowed=allowed) as running:
        await running.hears()
        yield running


@pytest.fixture(scope="session")
def speak() -> Iterator[Callable[[str], Samples]]:
    """The caller's voice; the bot's is another."""
    voice = RhVoice("elena", "ru", 1.0)
    yield lambda text: audio.joined(list(voice.speak(text)))
    voice.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(tmp_path_factory: pytest.TempPathFactory, speak: Callable[[str], Samples]) -> AsyncIterator[Browser]:
    path: Path = tmp_path_factory.mktemp("microphone") / "caller.wav"
    words = speak("Хочу записаться к терапевту")
    again = [audio.silence(20_000), words]  # whom nobody understood says it again
    audio.write(path, audio.joined([audio.silence(14_000), words, *again, *again, audio.silence(120_000)]))
    async with chromium(path, once=True) as launched:
        yield launched


@pytest.fixture(scope="session")
def for_calls(request: pytest.FixtureRequest) -> Mapping[str, object]:
    """What the tests that are marked `together` ask for."""
    return {name: request.getfixturevalue(name) for name in wanted(chosen(request.session.items))}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def under_way(request: pytest.FixtureRequest, for_calls: Mapping[str, object]) -> AsyncIterator[UnderWay]:
    """Their calls."""
    calls = UnderWay(chosen(request.session.items), for_calls)
    yield calls
    await calls.end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of the spine, what counts all that a server holds comes first, and what looks at all that was said last."""
    order = {"test_many_calls.py": 0, "test_stored.py": 2}
    places = [place for place, item in enumerate(items) if item.nodeid.startswith("tests/spine/")]
    ours = sorted((items[place] for place in places), key=lambda item: order.get(item.path.name, 1))
    for place, item in zip(places, ours, strict=True):
        items[place] = item
