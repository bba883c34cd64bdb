"""A call that we place, in virtual time: a line that answers or doesn't, the real core behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.load import load
from bot.dialogue.actions import Fetch
from bot.dialogue.events import Answered, Left, Started
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Further, Inbound, Outcome
from bot.stores.bus import LocalBus
from tests.authoring.small import write
from tests.voice.test_call import CoreTurns, LineDouble, LoudnessVad, ScriptedEars, SecondVoices
from voice.dialling import Dialling, Order, Progress
from voice.equipment import Equipment
from voice.errors import LegFailed
from voice.ports import CallLeg
from voice.vad.spare import Vads

TASK = """\
scenario: task
title: {ru: Дело, en: Task}
outbound:
  announce: {ru: Звонит робот., en: A robot calls.}
  voicemail: {ru: Ждём вас., en: See you.}
  on_busy:
    - do: forms.save('busy')
  on_no_answer:
    - say: {ru: Никто не слышит., en: Nobody hears.}
    - do: forms.save('unanswered')
slots:
  name: {type: person, ask: {ru: Имя?, en: Name?}}
steps:
  - collect: name
"""


class Turns(CoreTurns):
    """As the turn does, with what the adapter says of the beginning."""

    def __init__(self, scenarios: ScenarioSet) -> None:
        super().__init__(scenarios)
        self.fetched: list[Fetch] = []

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        if isinstance(inbound.event, Started):
            begun = replace(inbound.event, scenario=inbound.scenario, given=inbound.given)
            inbound = replace(inbound, event=begun)
        outcome = await super().take(inbound, further)
        self.fetched += [each for each in outcome.actions if isinstance(each, Fetch)]
        return outcome


class Telephone:
    def __init__(self, leg: LineDouble | None, status: int = 0) -> None:
        self.leg, self.status = leg, status
        self.given_up = False

    async def call(
        self,
        uri: str,
        *,
        headers: Mapping[str, str] | None = None,
        ring_s: float = 60.0,
        trunk: str = "",
        progress: Callable[[int], None] | None = None,
    ) -> CallLeg:
        assert progress is not None
        progress(180)
        if self.leg is not None:
            return self.leg
        if self.status:
            raise LegFailed("nobody", sip_status=self.status)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up = True
            raise
        raise AssertionError


class Placing:
    def __init__(
        self, scenarios: ScenarioSet, *words: str, status: int = 0, answers: bool = True, **order: Any
    ) -> None:
        self.line = LineDouble()
        self.turns = Turns(scenarios)
        self.told: list[Progress] = []
        self.telephone = Telephone(self.line if answers and not status else None, status)
        equipment = Equipment(
            turns=self.turns,
            bus=LocalBus(),
            vads=Vads(LoudnessVad),
            ears={"ru": ScriptedEars(*words)} if words else {},
            voices=SecondVoices(),
        )
        ordered = Order(address="sip:anna@10.0.0.5", scenario="task", **{"machine": "message", **order})
        self.dialling = Dialling(self.telephone, equipment, ordered, self._tell)
        self.task = asyncio.create_task(self.dialling.run())

    async def _tell(self, progress: Progress) -> None:
        self.told.append(progress)

    async def ends(self) -> Progress:
        await self.line.caller_hangs_up()
        async with asyncio.timeout(20):
            return await self.task

    async def goes_on_until(self, true: Callable[[], bool]) -> None:
        for _ in range(3_000):
            if true():
                return
            await self.line.hear(1)
        raise AssertionError("it never came")

    @property
    def states(self) -> list[str]:
        return [each.state if not each.by else f"{each.state} {each.by}" for each in self.told]


@pytest.fixture
def scenarios(tmp_path: Path) -> ScenarioSet:
    return load(write(tmp_path / "set", task=TASK))


async def test_a_person_hears_first_that_a_robot_calls(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios)
    await call.line.hear(20)
    assert call.turns.events == []  # not a word before they have said theirs
    await call.line.hear(25, 5000)
    await call.goes_on_until(lambda: len(call.turns.said) == 2)
    assert call.turns.said == ["Звонит робот.", "Имя?"]
    (started,) = call.turns.took(Started)
    assert (started.answered, started.scenario) == ("human", "task")
    last = await call.ends()
    assert call.states == ["dialling", "ringing", "answered", "answered human", "ended human"]
    assert (last.conversation, last.message) == ("c1", False)


async def test_speech_does_not_stop_the_announcement(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios)
    await call.line.hear(20)
    await call.line.hear(25, 5000)
    await call.goes_on_until(lambda: call.line.queued > 500)
    await call.line.hear(15, 5000)
    assert call.line.flushed_ms == 0
    await call.ends()


async def test_a_machine_gets_the_message_when_it_has_fallen_silent(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios)
    await call.line.hear(20)
    await call.line.hear(270, 5000)
    await call.line.hear(60)
    assert call.turns.events == []  # it may still beep
    await call.goes_on_until(lambda: bool(call.turns.said))
    assert call.turns.said == ["Ждём вас."]
    await call.goes_on_until(lambda: call.line.over)
    async with asyncio.timeout(20):
        last = await call.task
    assert (last.state, last.by, last.message) == ("ended", "machine", True)
    assert call.line.sent >= 1000  # all of it was said before the line was cleared


async def test_a_machine_is_hung_up_on_where_no_message_is_left(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios, machine="hang_up")
    await call.line.hear(20)
    await call.line.hear(270, 5000)
    async with asyncio.timeout(20):
        last = await call.task
    assert (call.turns.said, last.by, last.message) == ([], "machine", False)


async def test_a_machine_that_shows_late_is_not_talked_over_and_gets_the_message(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios, "алло", "сейчас не могу ответить оставьте сообщение", "оставьте сообщение")
    await call.line.hear(20)
    await call.line.hear(25, 5000)
    await call.goes_on_until(lambda: call.line.queued > 0)
    await call.line.hear(80, 5000)
    await call.goes_on_until(lambda: call.states[-1] == "answered machine")
    assert call.line.queued == 0  # in the middle of a word
    assert call.line.flushed_ms > 0
    await call.goes_on_until(lambda: bool(call.turns.took(Answered)))
    await call.goes_on_until(lambda: call.line.over)
    async with asyncio.timeout(20):
        last = await call.task
    assert call.turns.said[-1] == "Ждём вас."
    assert (last.by, last.message) == ("machine", True)


@pytest.mark.parametrize(
    ("status", "state", "form"),
    [
        (486, "busy", "busy"),
        (408, "no_answer", "unanswered"),
        (603, "refused", "unanswered"),
        (503, "failed", "unanswered"),
    ],
)
async def test_the_scenario_hears_that_nobody_was_reached(
    scenarios: ScenarioSet, status: int, state: str, form: str
) -> None:
    call = Placing(scenarios, status=status)
    async with asyncio.timeout(20):
        last = await call.task
    assert (last.state, last.status, last.conversation) == (state, status, "c1")
    assert call.turns.said == []  # nobody hears it
    (started,) = call.turns.took(Started)
    assert started.answered == state
    assert [each.args["form"] for each in call.turns.fetched] == [form]
    assert call.turns.session.status == "ended"
    assert call.turns.took(Left) == []


async def test_a_call_given_up_while_it_rings_tells_nobody(scenarios: ScenarioSet) -> None:
    call = Placing(scenarios, answers=False)
    for _ in range(5):
        await asyncio.sleep(0)
    call.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call.task
    assert call.telephone.given_up
    assert (call.states, call.turns.events) == (["dialling", "ringing"], [])
