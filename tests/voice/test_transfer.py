"""A caller given to an agent's telephone, in virtual time: both lines send 20 ms a frame when the test says so."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import numpy as np
import pytest

from bot.dialogue.events import AgentJoined, AgentLeft, Keys, Left, Queued, TransferFailed
from bot.ports import Place
from tests.dialogue.small import NOW
from tests.voice.test_call import SECOND, LineDouble, Ringing, Telephones
from voice.audio import FRAME, Samples, joined
from voice.bridge import FAR_BEHIND_MS, Way
from voice.equipment import Handing
from voice.errors import LegFailed
from voice.ports import CallLeg, Ended, Held
from voice.tones import key_tone, music


class Sounding(LineDouble):
    """A line that keeps what is played into it."""

    def __init__(self) -> None:
        super().__init__()
        self.played: list[Samples] = []
        self.joined_to: Sounding | None = None

    def play(self, sound: Samples) -> None:
        super().play(sound)
        self.played.append(sound)

    @property
    def heard(self) -> Samples:
        return joined(self.played)

    async def says(self, sound: Samples, to: Sounding) -> None:
        """Frame by frame, with the time of both lines going on."""
        for start in range(0, len(sound), FRAME):
            self._in.put_nowait(sound[start : start + FRAME])
            for line in (self, to):
                line.queued = max(0, line.queued - 20)
            for _ in range(4):
                await asyncio.sleep(0)

    async def join(self, other: CallLeg) -> bool:
        assert isinstance(other, Sounding)
        self.joined_to = other
        self._events.put_nowait(Ended(reason="transferred"))
        await other.hang_up()
        return True

    async def held(self, on: bool) -> None:
        self._events.put_nowait(Held(on=on))
        await settle()


async def settle() -> None:
    for _ in range(40):
        await asyncio.sleep(0)


class Exchange:
    """Rings agents' telephones: what each does, by its address. Those that are not named let it ring."""

    def __init__(self, **agents: str) -> None:
        self.agents = agents
        self.rung: list[str] = []
        self.headers: Mapping[str, str] = {}
        self.lines: dict[str, Sounding] = {}
        self.given_up: list[str] = []

    async def reach(self, address: str, headers: Mapping[str, str], ring_s: float) -> LineDouble:
        name = address.partition(":")[2].partition("@")[0]
        self.rung.append(name)
        self.headers = headers
        does = self.agents.get(name, "rings")
        if does == "busy":
            raise LegFailed("busy", sip_status=486)
        if does == "rings":
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.given_up.append(name)
                raise
        self.lines[name] = Sounding()
        return self.lines[name]


class Attended(Ringing):
    """A call that goes to agents by the exchange, and waits for a person already."""

    def __init__(
        self, *addresses: str, stays: bool = True, way: str = "bridge", agreed: bool | None = None, **agents: str
    ) -> None:
        """agreed: what any word of an agent means, None for what "да" and "нет" do."""
        self.exchange = Exchange(**agents)
        self.desk = Telephones(*(addresses or ("sip:anna@10.0.0.5",)))
        handing = Handing(
            agents=self.desk,
            way=way,  # type: ignore[arg-type]
            reach=self.exchange.reach,
            stays=stays,
            agrees=lambda words, language: {"да": True, "нет": False}.get(words, agreed),
            prompts={"agent_offer": {"ru": "Один — да."}},
            music=lambda name: np.full(8_000, 77, np.int16),
        )
        self.sounding = Sounding()
        super().__init__("человека", handing=handing, line=self.sounding)

    async def wanted(self) -> None:
        await self.greeted()
        await self.speaks(then=3 * SECOND)
        await settle()

    async def passes(self, seconds: float) -> None:
        """Time on every line that is up."""
        for _ in range(int(seconds * SECOND)):
            await self.line.hear(1)
            for line in self.exchange.lines.values():
                if not line.over:
                    await line.hear(1)

    async def connected(self) -> Sounding:
        """The agent's line, once both are on it."""
        await self.wanted()
        await self.passes(4)
        assert self.call._transfer.bridged
        agent = self.exchange.lines["anna"]
        agent.played.clear()
        self.sounding.played.clear()
        return agent


def noise(seconds: float, seed: int) -> Samples:
    return np.random.default_rng(seed).integers(-8000, 8000, int(seconds * 8_000)).astype(np.int16)


async def test_an_agent_is_told_who_calls_and_the_two_hear_each_other_unchanged():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        assert call.exchange.headers == {"User-to-User": "766331;encoding=hex"}
        assert [joined_.agent for joined_ in call.turns.took(AgentJoined)] == ["anna"]
        caller_says, agent_says = noise(1, 1), noise(1, 2)
        await call.sounding.says(caller_says, agent)
        await agent.says(agent_says, call.sounding)
        await settle()
        assert np.array_equal(agent.heard, caller_says)
        assert np.array_equal(call.sounding.heard, agent_says)


async def test_the_brief_is_spoken_to_the_agent_alone():
    async with Attended(anna="answers") as call:
        await call.wanted()
        call.voices.asked.clear()
        await call.passes(1)
        assert call.voices.asked == ["<agent_brief>"]
        assert np.abs(call.sounding.played[-1]).max() == 77  # the caller hears music


async def test_keys_go_both_ways_as_tones():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        before = len(call.turns.took(Keys))
        await call.line.press("5")
        await agent.press("7")
        await settle()
        assert np.array_equal(agent.heard, key_tone("5"))
        assert np.array_equal(call.sounding.heard, key_tone("7"))
        assert len(call.turns.took(Keys)) == before


async def test_an_agent_who_hangs_up_ends_the_call_with_a_word():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await call.passes(4)
        await agent.caller_hangs_up()
        await settle()
        assert call.turns.took(AgentLeft)[0].closed
        assert call.turns.said[-1] == "<goodbye>"
        await call.passes(3)
        assert call.line.over


async def test_an_agent_who_regrets_it_at_once_leaves_the_caller_at_the_same_question():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await agent.caller_hangs_up()
        await settle()
        assert call.turns.said[-2:] == ["<agent_left>", "Что ещё?"]
        assert not call.line.over


async def test_star_and_hash_give_the_caller_back_to_the_bot():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await call.passes(5)
        await agent.press("*")
        await agent.press("#")
        await settle()
        assert not call.turns.took(AgentLeft)[0].closed
        assert call.turns.said[-2:] == ["<agent_left>", "Что ещё?"]
        assert agent.over
        assert not call.line.over


async def test_a_star_that_is_no_code_reaches_the_caller():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await agent.press("*")
        assert len(call.sounding.heard) == 0
        await agent.press("1")
        assert np.array_equal(call.sounding.heard, joined([key_tone("*"), key_tone("1")]))


async def test_a_caller_who_hangs_up_ends_the_agents_line_too():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await call.line.caller_hangs_up()
        await settle()
        assert agent.over
        assert call.turns.took(Left)[0].reason == "caller"


async def test_a_caller_who_hangs_up_while_the_telephone_rings_stops_the_ringing():
    async with Attended() as call:
        await call.wanted()
        assert call.exchange.rung == ["anna"]
        await call.line.caller_hangs_up()
        await settle()
        assert call.exchange.given_up == ["anna"]


async def test_a_caller_who_changes_their_mind_stops_the_ringing_and_is_asked_where_it_stopped():
    async with Attended() as call:
        await call.wanted()
        await call.line.press("*")
        await settle()
        assert call.exchange.given_up == ["anna"]
        assert call.turns.said[-2:] == ["<cancelled>", "Что ещё?"]
        assert not call.turns.took(TransferFailed)


async def test_telephones_are_rung_one_after_the_other_until_somebody_takes_the_caller():
    async with Attended("sip:boris@x", "sip:anna@x", boris="busy", anna="answers") as call:
        await call.wanted()
        await call.passes(4)
        assert call.exchange.rung == ["boris", "anna"]
        assert call.desk.missing == ["boris"]
        assert call.call._transfer.bridged


async def test_when_nobody_takes_the_caller_the_bot_says_so_once_and_asks_where_it_stopped():
    async with Attended("sip:boris@x", "sip:anna@x", boris="busy", anna="busy") as call:
        await call.wanted()
        assert call.turns.said[-2:] == ["<transfer_failed>", "Что ещё?"]
        assert len(call.turns.took(TransferFailed)) == 1


@pytest.mark.parametrize(("key", "taken"), [("1", True), ("2", False)])
async def test_an_agent_takes_or_refuses_a_caller_by_a_key(key: str, taken: bool):
    async with Attended(anna="answers", stays=False) as call:
        await call.wanted()
        await call.passes(1)
        assert call.voices.asked[-1] == "<agent_brief> Один — да."
        await call.exchange.lines["anna"].press(key)
        await call.passes(3)
        assert call.call._transfer.bridged == taken
        assert ("<transfer_failed>" in call.turns.said) != taken


@pytest.mark.parametrize(("word", "taken"), [("да", True), ("нет", False)])
async def test_an_agent_takes_or_refuses_a_caller_by_a_word(word: str, taken: bool):
    async with Attended(anna="answers", stays=False) as call:
        await call.wanted()
        await call.passes(3)
        call.ears.script.append(word)
        agent = call.exchange.lines["anna"]
        await agent.hear(SECOND, 5000)
        await agent.hear(SECOND)
        await call.passes(3)
        assert call.call._transfer.bridged == taken


async def test_a_yes_before_the_agent_was_told_who_calls_is_a_hello():
    async with Attended(anna="answers", stays=False) as call:
        call.ears.script.append("да")
        await call.wanted()
        agent = call.exchange.lines["anna"]
        await agent.hear(SECOND // 2, 5000)
        await agent.hear(SECOND)
        assert not call.call._transfer.bridged
        assert not call.turns.took(AgentJoined)
        await agent.press("1")
        await call.passes(3)
        assert call.call._transfer.bridged


async def test_a_machines_greeting_with_a_yes_in_it_gets_nobody():
    async with Attended(anna="answers", stays=False, agreed=True) as call:
        await call.wanted()
        await call.passes(3)
        call.ears.script.append("да вы позвонили мне но сейчас я не могу ответить")
        agent = call.exchange.lines["anna"]
        await agent.hear(SECOND, 5000)
        await agent.hear(SECOND)
        await call.passes(3)
        assert not call.call._transfer.bridged


async def test_who_must_accept_and_says_nothing_is_told_twice_and_has_not_accepted():
    async with Attended(anna="answers", stays=False) as call:
        await call.wanted()
        await call.passes(20)
        assert call.voices.asked.count("<agent_brief> Один — да.") == 2
        assert "<transfer_failed>" in call.turns.said
        assert call.exchange.lines["anna"].over


async def test_an_agent_who_hangs_up_during_the_brief_leaves_the_caller_with_the_bot():
    async with Attended(anna="answers") as call:
        await call.wanted()
        await call.passes(1)
        await call.exchange.lines["anna"].caller_hangs_up()
        await settle()
        assert "<transfer_failed>" in call.turns.said
        assert not call.turns.took(AgentJoined)


async def test_a_caller_whom_the_agent_puts_on_hold_hears_music():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await agent.held(True)
        await call.passes(0.5)
        assert np.abs(call.sounding.heard).max() == 77
        await agent.held(False)
        call.sounding.played.clear()
        await call.passes(0.5)
        assert np.abs(call.sounding.heard).max() == 0


async def test_an_agent_gives_the_caller_back_from_the_desk():
    async with Attended(anna="answers") as call:
        agent = await call.connected()
        await call.others(60, AgentLeft(id="g", at=NOW, agent="anna"))
        await settle()
        assert agent.over
        assert not call.line.over


async def test_where_the_exchange_can_join_the_two_the_bot_steps_out():
    async with Attended(anna="answers", way="refer") as call:
        await call.wanted()
        await call.passes(3)
        assert call.line.joined_to is call.exchange.lines["anna"]
        assert not call.turns.took(AgentJoined)


async def test_music_plays_while_the_telephone_rings_and_stops_for_words():
    async with Attended() as call:
        await call.wanted()
        call.sounding.played.clear()
        await call.passes(10)
        assert len(call.sounding.heard) > 9 * 8_000
        assert np.abs(call.sounding.heard).max() == 77
        await call.passes(25)
        assert "<keep_waiting>" in call.turns.said


async def test_who_waits_is_told_the_place_once_and_again_when_it_changed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("voice.transfer.AGAIN_S", 0.0)
    async with Attended() as call:
        call.desk.free = False
        call.desk.where = Place(position=3, agents=2, wait_s=170)
        await call.wanted()
        for _ in range(3):
            await call.bus.publish("desk", {"conversation": "another", "status": "waiting"})
            await settle()
        assert [(each.position, each.wait_s) for each in call.turns.took(Queued)] == [(3, 170)]
        call.desk.where = Place(position=2, agents=2, wait_s=100)
        await call.bus.publish("desk", {"conversation": "another", "status": "agent"})
        await settle()
        assert [each.position for each in call.turns.took(Queued)] == [3, 2]
        assert call.turns.said.count("<queue_place>") == 2


async def test_who_waits_is_put_through_as_soon_as_somebody_is_free():
    async with Attended(anna="answers") as call:
        call.desk.free = False
        await call.wanted()
        assert call.exchange.rung == []
        call.desk.free = True
        await call.bus.publish("desk", {"agent": "anna", "presence": "here"})
        await settle()
        assert call.exchange.rung == ["anna"]


async def test_who_found_nobody_waits_on_for_an_agent_who_talks_and_is_put_through_to_them(
    monkeypatch: pytest.MonkeyPatch,
):
    async with Attended("sip:office@10.0.0.5", office="busy", anna="answers") as call:
        call.desk.where = Place(position=1, agents=1, wait_s=170)  # Anna is at the desk, and talks
        await call.wanted()
        (failed,) = call.turns.took(TransferFailed)
        assert (failed.position, failed.wait_s, failed.agents, failed.callback) == (1, 170, 1, False)
        assert call.turns.said.count("<nobody_answered>") == call.turns.said.count("<queue_wait_on>") == 1
        assert call.turns.session.status == "waiting"
        assert call.desk.missing == ["office"]
        assert not call.call._transfer.musical  # who is asked something hears a pause after it
        await call.line.press("2")
        await settle()
        assert call.call._transfer.musical
        assert call.turns.said[-1] == "<callback_not>"
        call.desk.lines += Telephones("sip:anna@10.0.0.5").lines  # she has hung up
        await call.bus.publish("desk", {"agent": "anna"})
        await settle()
        await call.passes(4)
        assert call.exchange.rung == ["office", "anna"]
        assert call.call._transfer.bridged


async def test_a_telephone_that_nobody_answered_rings_again_after_a_rest_for_who_waits_on(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("voice.transfer.REST_S", 0.05)
    monkeypatch.setattr("voice.transfer.LOOK_S", 0.01)
    async with Attended("sip:office@10.0.0.5", office="busy") as call:
        call.desk.where = Place(position=1, agents=1)
        await call.wanted()
        async with asyncio.timeout(20):
            while len(call.exchange.rung) < 3:
                await asyncio.sleep(0.01)
        assert len(call.turns.took(TransferFailed)) == 1  # told once
        call.desk.where = Place(position=1, agents=0)  # and then she goes home
        async with asyncio.timeout(20):
            while len(call.turns.took(TransferFailed)) < 2:
                await asyncio.sleep(0.01)
        await settle()
        assert call.turns.session.status == "bot"


def test_sound_that_comes_in_a_burst_is_caught_up_with_in_pauses():
    line = Sounding()
    way = Way(line)
    loud, quiet = noise(0.02, 3), np.zeros(FRAME, np.int16)
    for _ in range(8):  # eight frames at once, after the loop stalled
        way.hear(loud)
    assert line.queued == 160
    assert way.left_out == 0
    for _ in range(10):
        line.queued = max(0, line.queued - 20)
        way.hear(quiet)
    assert line.queued <= 60
    assert way.left_out > 0
    assert np.array_equal(joined(line.played[:8]), np.tile(loud, 8))


def test_nobody_is_heard_a_quarter_of_a_second_late():
    line = Sounding()
    way = Way(line)
    for _ in range(100):
        way.hear(noise(0.02, 4))
    assert line.queued <= FAR_BEHIND_MS + 20


def test_the_music_has_no_seam_and_is_softer_than_words():
    sound = music().astype(np.float64)
    level = 20 * np.log10(np.sqrt(np.mean(np.square(sound))) / 32768)
    assert -28 < level < -26
    steps = np.abs(np.diff(np.append(sound, sound[0])))
    assert steps[-1] <= np.percentile(steps, 99.9)


def test_a_key_is_the_two_tones_of_its_row_and_column():
    spectrum = np.abs(np.fft.rfft(key_tone("6", 1000)))
    assert sorted(int(hz) for hz in np.argsort(spectrum)[-2:]) == [770, 1477]
    with pytest.raises(ValueError, match="no such key"):
        key_tone("x")
