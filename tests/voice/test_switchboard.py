"""Which calls the switchboard takes, by the number that was dialled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from types import SimpleNamespace

import pytest

from tests.voice.peers import Phone, free_port
from voice.routing import Route
from voice.sip import SipLeg
from voice.switchboard import Lines, Switchboard
from voice.trunks import Trunk
from voice.tts.choice import Choice

pytestmark = pytest.mark.voice


async def test_a_number_brings_its_set_scenario_and_language_and_no_other_is_answered(monkeypatch):
    begun: list[dict[str, object]] = []

    class Call:
        def __init__(self, leg: SipLeg, equipment: object, **given: object) -> None:
            self._leg = leg
            begun.append(given)

        async def run(self) -> None:
            await self._leg.reject(480)

    monkeypatch.setattr("voice.switchboard.Call", Call)
    lines = Lines(
        port=free_port(),
        sets=("clinic", "pizza"),
        routes=(
            Route(number="+74951112233", scenarios="clinic", scenario="booking", language="en"),
            Route(number="1*", scenarios="pizza"),
        ),
        trunks=(Trunk(domain="127.0.0.1:9", name="city"),),
    )
    board = Switchboard(lines, lambda ears, prompts: pytest.fail("nothing is warmed"))
    board._equipment = SimpleNamespace()  # type: ignore[assignment]
    await board.open()
    try:
        async with Phone() as phone:
            for number, status in (("84951112233", 480), ("105", 480), ("pizza", 480), ("999", 404), ("root", 404)):
                call = await phone.call(f"sip:{number}@127.0.0.1:{lines.port}")
                assert (number, call.refused) == (number, status)
            headers = {"P-Called-Party-ID": "<sip:+74951112233@pbx>"}
            assert (await phone.call(f"sip:999@127.0.0.1:{lines.port}", headers=headers)).refused == 480
        assert [(each["scenarios"], each["scenario"], each["language"]) for each in begun] == [
            ("clinic", "booking", "en"),
            ("pizza", None, "ru"),
            ("pizza", None, "ru"),
            ("clinic", "booking", "en"),
        ]
        assert [(each.name, each.registration) for each in board.trunks] == [("city", "none")]
    finally:
        await board.close()


async def test_memory_is_given_back_after_many_calls_once_none_is_up(monkeypatch):
    given: list[int] = []

    class Call:
        def __init__(self) -> None:
            self.over = asyncio.Event()

        async def run(self) -> None:
            await self.over.wait()

    monkeypatch.setattr("voice.switchboard.MANY", 3)
    board = Switchboard(Lines(port=free_port()), lambda ears, prompts: pytest.fail("nothing is warmed"))
    monkeypatch.setattr("voice.switchboard.give_back", lambda: given.append(board.calls))
    calls = [Call() for _ in range(4)]
    tasks = [board._take(each) for each in calls]  # type: ignore[arg-type]

    async def end(*numbers: int) -> None:
        for number in numbers:
            calls[number].over.set()
            await tasks[number]
        await asyncio.sleep(0)
        await asyncio.get_running_loop().run_in_executor(None, int)

    await end(0, 1, 2)
    assert not given
    await end(3)
    async with asyncio.timeout(20):
        while not given:
            await asyncio.sleep(0.01)
    assert given == [0]


async def test_what_hears_and_speaks_a_language_is_loaded_when_some_scenario_speaks_it(monkeypatch, tmp_path):
    loaded: list[str] = []

    class Ears:
        languages = frozenset({"ru", "en"})

        async def warm(self) -> None:
            loaded.append("ears")

        def close(self) -> None: ...

    def voice(language: str, *_: object) -> Choice:
        loaded.append(language)
        return Choice(synthesizer=Silent(language), warnings=())  # type: ignore[arg-type]

    monkeypatch.setattr("voice.switchboard.choose", voice)
    monkeypatch.setattr("voice.switchboard.recognizers", lambda *_: Ears())
    shared: list[Mapping[str, object]] = []
    board = Switchboard(Lines(data=tmp_path, languages=("ru",)), lambda ears, prompts: shared.append(ears))  # type: ignore[arg-type, func-returns-value]
    await board.warm(())
    assert (loaded, list(shared[0])) == (["ru", "ears"], ["ru"])
    await board.refill((), ("ru", "en"))
    await board.refill((), ("ru", "en"))
    assert (loaded, list(shared[0])) == (["ru", "ears", "en"], ["ru", "en"])  # one engine hears both
    await board.close()


class Silent:
    engine, voice, version, forbidden = "none", "none", "1", ""

    def __init__(self, lang: str) -> None:
        self.lang = lang

    def close(self) -> None: ...
