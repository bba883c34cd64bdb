"""A call in virtual time: a line that sends 20 ms a frame, ears that hear loudness, the real core between them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from bot.dialogue import codec
from bot.dialogue.actions import End, Fetch, Say
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Event, Fetched, Keys, Left, Silence, Utterance
from bot.dialogue.foresight import likely
from bot.dialogue.meaning import Expectation, Meaning, ScoredIntent
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.errors import Unavailable
from bot.ports import AgentLine, Further, Inbound, Outcome, Place, Row
from bot.stores.bus import LocalBus
from tests.dialogue.small import NOW, SMALL
from tests.dialogue.test_keyed import asks
from voice.audio import FRAME, RATE, Frame, Samples, level
from voice.call import Call
from voice.endpointing import PATIENCE
from voice.equipment import Equipment, Handing
from voice.errors import RecognizersBusy
from voice.ports import CallLeg, Digit, Ended, Heard, Held, Hint, LegEvent
from voice.vad.spare import Vads

SECOND = 50  # frames
WORDS = {"запись": "booking", "цена": "price", "человека": "operator", "минутку": "wait", "помедленнее": "slower"}


class LineDouble:
    """A leg whose clock the test turns: `hear` gives it frames, and each takes 20 ms off what waits to be sent."""

    id, caller, called, trunk = "leg-1", "+79051234567", "100", ""
    headers: Mapping[str, str] = {}

    def __init__(self, *, answers: bool = True) -> None:
        self._in: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._events: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.queued = 0
        self.sent = 0  # ms that went out
        self.flushed_ms = 0
        self.transferred: tuple[str, str] | None = None
        self.agent_answers = answers
        self.over = False

    async def frames(self) -> AsyncIterator[Frame]:
        while (frame := await self._in.get()) is not None:
            yield frame

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, Ended):
                return

    async def answer(self) -> None: ...

    async def reject(self, status: int, reason: str = "") -> None: ...

    def play(self, sound: Samples) -> None:
        self.queued += len(sound) * 1000 // RATE

    def flush(self) -> int:
        left, self.queued = self.queued, 0
        self.flushed_ms += left
        return left

    @property
    def queued_ms(self) -> int:
        return self.queued

    async def transfer(self, target: str, *, user_to_user: str = "") -> bool:
        self.transferred = (target, user_to_user)
        return self.agent_answers

    async def early(self) -> bool:
        return False

    async def join(self, other: CallLeg) -> bool:
        return False

    async def hold(self, on: bool) -> None: ...

    async def hang_up(self) -> None:
        if not self.over:
            self.over = True
            self._events.put_nowait(Ended(reason="us"))

    async def hear(self, frames: int, loudness: int = 0) -> None:
        for _ in range(frames):
            self._in.put_nowait(np.full(FRAME, loudness, np.int16))
            sent = min(20, self.queued)
            self.queued -= sent
            self.sent += sent
            for _ in range(4):
                await asyncio.sleep(0)

    async def press(self, key: str) -> None:
        self._events.put_nowait(Digit(key=key, at_frame=0))
        for _ in range(8):
            await asyncio.sleep(0)

    async def held(self, on: bool, *, lost: bool = False) -> None:
        self._events.put_nowait(Held(on=on, lost=lost))
        for _ in range(8):
            await asyncio.sleep(0)

    async def caller_hangs_up(self) -> None:
        self._events.put_nowait(Ended(reason="caller"))
        for _ in range(8):
            await asyncio.sleep(0)


class LoudnessVad:
    window_ms = 20

    def hear(self, sound: Samples) -> tuple[tuple[float, float], ...]:
        return ((1.0 if np.abs(sound).max() > 1000 else 0.0, level(sound)),)

    def __init__(self) -> None:
        self.resets = 0

    def reset(self) -> None:
        self.resets += 1


CROWDED = "(too many speak)"


class ScriptedEars:
    """Recognises what the script says, in order; "" is a cough."""

    name, languages = "script", frozenset({"ru"})

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.fed = 0
        self.confidence = 1.0

    async def warm(self) -> None: ...

    def close(self) -> None: ...

    def start(self, hint: Hint) -> ScriptedEars:
        self.fed = 0
        return self

    def feed(self, frame: Frame) -> None:
        self.fed += int(np.abs(frame).max() > 1000)

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    def abandon(self) -> None: ...

    partial = ""

    async def settled(self) -> Heard | None:
        return Heard(text=self.script[0], confidence=self.confidence) if self.script else None

    async def final(self) -> Heard:
        if self.script[0] == CROWDED:
            raise RecognizersBusy("all places are taken")
        return Heard(text=self.script.pop(0), confidence=self.confidence)


class DoubtingEars(ScriptedEars):
    """Hears `guess` at first, and what is scripted once the test lets it."""

    guess = ""

    def __init__(self, *script: str) -> None:
        super().__init__(*script)
        self.sure = asyncio.Event()

    async def first(self) -> Heard | None:
        return Heard(text=self.guess, confidence=0.3)

    async def settled(self) -> Heard | None:
        await self.sure.wait()
        return await super().settled()

    async def final(self) -> Heard:
        await self.sure.wait()
        return await super().final()


class SecondVoices:
    """Every prompt lasts a second. `cached` ones are ready, the others come in four pieces."""

    cached = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.paces: list[float] = []
        self.wished: list[str] = []  # rendered ahead, by what the call wants now

    def ready(self, text: str, language: str, pace: float = 1.0) -> Samples | None:
        self.asked.append(text)
        self.paces.append(pace)
        return np.full(RATE, 500, np.int16) if self.cached else None

    def ahead(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        self.wished += texts

    def call_off(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        self.wished = [text for text in self.wished if text not in texts]

    async def stream(self, text: str, language: str, pace: float = 1.0) -> AsyncIterator[Samples]:
        for _ in range(4):
            await asyncio.sleep(0)
            yield np.full(RATE // 4, 500, np.int16)


class CoreTurns:
    """The real core behind the port, with the journal in a list."""

    def __init__(self, scenarios: ScenarioSet = SMALL) -> None:
        self.scenarios = scenarios
        self.session: Session = opening("c1", scenarios)
        self.events: list[Event] = []
        self.said: list[str] = []
        self.broken = False
        self.slow: asyncio.Event | None = None
        self.seq = 0

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        event: Any = inbound.event
        if self.slow is not None:
            await self.slow.wait()
        if self.broken:
            raise Unavailable("the database refused the turn")
        self.seq += 1
        if isinstance(event, Utterance) and event.text in WORDS:
            meaning = Meaning(intents=(ScoredIntent(name=WORDS[event.text], score=1.0),))
            event = replace(event, meaning=meaning)
        todo, actions = [event], []
        while todo:
            self.events.append(todo[0])
            self.session, did = advance(self.session, todo.pop(0), self.scenarios)
            actions += did
            todo += [Fetched(id=a.id, at=NOW, request=a.id, outcome="ok") for a in did if isinstance(a, Fetch)]
        self.said += [action.text for action in actions if isinstance(action, Say)]
        return Outcome(
            conversation="c1",
            session=self.session,
            expectation=expects(self.session, self.scenarios),
            actions=tuple(actions),
            rows=(Row(conversation="c1", seq=self.seq, at=NOW, entry=event),),
        )

    def expectation(self, session: Session) -> Expectation:
        return expects(session, self.scenarios)

    def took(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


class Telephones:
    """The desk: these agents' telephones are free, in order; missed: who was rung and did not take the caller."""

    def __init__(self, *addresses: str, free: bool = True) -> None:
        self.lines = [AgentLine(agent=each.partition(":")[2].partition("@")[0], sip=each) for each in addresses]
        self.free = free
        self.missing: list[str] = []
        self.where: Place | None = None

    async def next(self, conversation: str, tried: frozenset[str], *, queued: bool = False) -> AgentLine | None:
        return next((each for each in self.lines if self.free and each.agent not in tried), None)

    async def missed(self, conversation: str, agent: str) -> None:
        self.missing.append(agent)

    async def place(self, conversation: str, tried: frozenset[str] = frozenset()) -> Place | None:
        return self.where


async def _surely(sure: float, text: str, session: Session, expectation: Expectation) -> float:
    return sure


class Ringing:
    """A call under way, already greeted unless told otherwise."""

    def __init__(
        self,
        *heard: str,
        agent: str = "",
        answers: bool = True,
        cached: bool = True,
        handing: Handing | None = None,
        vads: Vads | None = None,
        scenarios: ScenarioSet = SMALL,
        greets_through: int = 0,
        foresees: bool = False,
        line: LineDouble | None = None,
        sure: float | None = None,
        ears: ScriptedEars | None = None,
    ) -> None:
        """greets_through: the loudness of the line's first frame. foresees: with what is likely to be said next.
        sure: how surely whatever is heard is meant for the bot."""
        self.first = greets_through
        self.line = line or LineDouble(answers=answers)
        self.turns = CoreTurns(scenarios)
        self.bus = LocalBus()
        self.ears = ears or ScriptedEars(*heard)
        self.vads = vads or Vads(LoudnessVad)
        self.measured: list[tuple[str, float]] = []
        voices = SecondVoices()
        voices.cached = cached
        equipment = Equipment(
            turns=self.turns,
            bus=self.bus,
            vads=self.vads,
            ears={"ru": self.ears},
            voices=voices,
            handing=handing or (Handing(agents=Telephones(agent)) if agent else None),
            apology={"ru": "Что-то не получилось."},
            moment={"ru": "Одну секунду."},
            closing={"ru": "Перезвоните, пожалуйста."},
            crowded={"ru": "Говорят сразу многие."},
            unheard=lambda: self.measured.append(("unheard", 1)),
            vcon=lambda conversation: "v" + conversation,
            measured=lambda name, value: self.measured.append((name, value)),
            likely=self._likely if foresees else None,
            understood=None if sure is None else partial(_surely, sure),
        )
        self.voices = voices
        self.call = Call(self.line, equipment)
        self.task: asyncio.Task[None]

    async def _likely(self, session: Session, expectation: Expectation) -> Sequence[tuple[str, str, float]]:
        return likely(session, expectation, self.turns.scenarios, NOW)

    async def __aenter__(self) -> Ringing:
        self.task = asyncio.create_task(self.call.run())
        await self.line.hear(1, self.first)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.caller_hangs_up()
        async with asyncio.timeout(20):
            await self.task

    async def greeted(self) -> None:
        await self.line.hear(6 * SECOND)

    async def others(self, first: int, *entries: Event) -> None:
        """What a turn that isn't the caller's publishes."""
        rows = [
            {"seq": first + at, "at": NOW.isoformat(), "entry": codec.encode(entry)} for at, entry in enumerate(entries)
        ]
        await self.bus.publish("conversation.c1", {"conversation": "c1", "rows": rows})
        for _ in range(8):
            await asyncio.sleep(0)

    async def speaks(self, frames: int = SECOND, then: int = SECOND) -> None:
        await self.line.hear(frames, 5000)
        await self.line.hear(then)


async def test_a_caller_is_greeted_and_hears_the_menu():
    async with Ringing() as call:
        await call.greeted()
        assert call.turns.said[:2] == ["Здравствуйте!", "Чем помочь?"]
        assert call.line.sent > 4000  # four prompts of a second, and the gaps


async def test_what_is_said_is_answered():
    async with Ringing("запись") as call:
        await call.greeted()
        await call.speaks()
        assert call.turns.said[-1] == "К какому врачу?"
        names = [name for name, _ in call.measured]
        assert sorted(names) == ["reply_ms", "silence_ms", "sound_ms", "turn_ms", "words_ms"]
        told = dict(call.measured)
        parts = told["silence_ms"] + told["words_ms"] + told["turn_ms"] + told["sound_ms"]
        assert told["silence_ms"] == PATIENCE["menu"].silence_ms
        assert abs(told["reply_ms"] - parts) <= 40  # two frames' borders


async def test_the_first_syllable_before_the_onset_reaches_the_recogniser():
    async with Ringing("запись") as call:
        await call.greeted()
        await call.line.hear(30, 5000)
        assert call.ears.fed == 30


async def test_speech_stops_the_prompt_within_the_onset():
    async with Ringing("запись") as call:
        await call.line.hear(10)
        await call.line.hear(4, 5000)
        assert call.line.queued == 0
        assert call.line.flushed_ms > 500
        assert call.measured == [("barge_in_ms", 40)]  # two windows that surely are speech are an onset


async def test_a_cough_lets_the_prompt_go_on():
    async with Ringing("") as call:
        await call.line.hear(10)
        await call.speaks(frames=4, then=6 * SECOND)
        assert call.line.sent > 3500
        assert not call.turns.took(Utterance)


async def test_a_nod_lets_the_prompt_go_on_as_soon_as_its_words_are_known():
    async with Ringing("так") as call:
        await call.line.hear(10)
        await call.speaks(frames=15, then=6)
        assert call.line.flushed_ms > 0
        assert call.line.queued == 0  # "так, подождите" has a pause as long
        await call.line.hear(6)
        assert call.line.queued > 500  # 240 ms after the nod it plays, long before the nod was sure to be over
        await call.line.hear(6 * SECOND)
        assert call.line.sent > 3500
        assert not call.turns.took(Utterance)


async def test_a_prompt_goes_on_after_what_was_heard_for_a_nod_at_first_while_the_ears_listen_once_more():
    ears = DoubtingEars("угу")
    ears.guess = "ага"
    async with Ringing(ears=ears) as call:
        await call.line.hear(10)
        await call.speaks(frames=15, then=6)
        assert call.line.flushed_ms > 0
        assert call.line.queued > 500
        await call.line.hear(SECOND)  # long after the nod was over
        ears.sure.set()
        await call.line.hear(6 * SECOND)
        assert call.line.sent > 3500
        assert not call.turns.took(Utterance)


@pytest.mark.parametrize("late", [0, SECOND])
async def test_a_word_that_meant_nothing_at_first_stops_the_prompt_again_and_is_a_turn(late):
    ears = DoubtingEars("Узнать цену")
    ears.guess = "на цепь"
    async with Ringing(ears=ears, sure=0.0) as call:
        await call.line.hear(10)
        await call.speaks(frames=15, then=25 + late)
        assert call.line.queued > 500
        flushed = call.line.flushed_ms
        ears.sure.set()
        await call.line.hear(12)
        assert call.line.flushed_ms > flushed
        await call.line.hear(2 * SECOND)
        assert [event.text for event in call.turns.took(Utterance)] == ["Узнать цену"]


async def test_where_nothing_is_found_after_all_what_went_on_goes_on():
    ears = DoubtingEars("")
    ears.guess = "ага"
    async with Ringing(ears=ears) as call:
        await call.line.hear(10)
        await call.speaks(frames=30, then=SECOND)
        ears.sure.set()
        await call.line.hear(6 * SECOND)
        assert call.line.sent > 3500
        assert not call.turns.took(Utterance)


async def test_what_the_menu_offers_counts_over_it_though_it_was_short_and_heard_unsurely():
    async with Ringing("Узнать цену") as call:
        call.ears.confidence = 0.3  # as a second look at the sound tells it
        await call.line.hear(10)
        await call.speaks(frames=15, then=2 * SECOND)
        assert [event.text for event in call.turns.took(Utterance)] == ["Узнать цену"]


@pytest.mark.parametrize(("word", "confidence", "sure", "taken"), [
    ("стоп", 0.5, 0.9, True), ("надо", 0.5, 0.8, False), ("надо", 0.7, 0.8, True), ("надо", 0.7, 0.5, False),
    ("дуда", 0.7, 0.0, False), ("понятно", 0.9, 1.0, True), ("понятно", 0.9, 0.5, False), ("угу", 0.9, 1.0, False),
])  # fmt: skip
async def test_one_short_word_over_a_prompt_is_taken_for_what_it_surely_means(word, confidence, sure, taken):
    async with Ringing(word, sure=sure) as call:
        call.ears.confidence = confidence
        await call.line.hear(10)
        await call.speaks(frames=15, then=2 * SECOND)
        assert [event.text for event in call.turns.took(Utterance)] == ([word] if taken else [])


async def test_a_nod_that_goes_on_stops_the_prompt_again_and_is_heard_whole():
    async with Ringing("угу", "запись") as call:
        await call.line.hear(10)
        await call.line.hear(15, 5000)
        await call.line.hear(17)
        assert call.line.queued > 500
        call.ears.script.pop(0)  # what it knows from now on
        await call.line.hear(25, 5000)
        assert call.line.queued == 0
        assert call.ears.fed == 40  # the nod's syllables too
        await call.line.hear(SECOND)
        assert [event.text for event in call.turns.took(Utterance)] == ["запись"]


async def test_a_nod_at_the_end_of_a_prompt_is_no_miss():
    async with Ringing("угу") as call:
        await call.line.hear(4 * SECOND)  # within the last of four prompts
        await call.speaks(frames=15, then=2 * SECOND)
        assert not call.turns.took(Utterance)


async def test_a_nod_after_all_was_said_is_an_answer_like_any_other():
    async with Ringing("угу") as call:
        await call.greeted()
        await call.speaks(frames=15)
        assert [event.text for event in call.turns.took(Utterance)] == ["угу"]


async def test_speech_into_the_first_seconds_that_are_left_to_keys_stops_the_prompt_once_they_are_over():
    async with Ringing("запись") as call:
        call.call._speaking.drop()
        call.call._speaking.say("Условия.", "ru", speech_after=0.6)
        await call.line.hear(5)
        await call.line.hear(20, 5000)
        assert call.line.queued > 0  # half a second in
        await call.line.hear(8, 5000)
        assert call.line.queued == 0


@pytest.mark.parametrize(("said", "taken"), [("алло", []), ("угу", []), ("запись", ["запись"])])
async def test_words_count_in_those_seconds_too_and_a_greeting_does_not(said, taken):
    async with Ringing(said) as call:
        call.call._speaking.drop()
        call.call._speaking.say("Условия.", "ru", speech_after=5)
        await call.line.hear(10)
        await call.line.hear(15, 5000)
        assert not call.line.flushed_ms or call.line.queued
        await call.line.hear(60)
        assert [event.text for event in call.turns.took(Utterance)] == taken


async def test_a_key_stops_a_prompt_in_those_seconds():
    async with Ringing() as call:
        call.call._speaking.drop()
        call.call._speaking.say("Условия.", "ru", speech_after=5)
        await call.line.hear(10)
        await call.line.press("1")
        assert call.turns.took(Keys)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_what_is_likely_to_be_said_next_is_rendered_and_left_when_the_caller_speaks():
    async with Ringing("запись", foresees=True) as call:
        await call.greeted()
        assert "К какому врачу?" in call.voices.wished
        await call.line.hear(4, 5000)
        assert call.voices.wished == []
        await call.line.hear(SECOND)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_babble_on_the_line_stops_no_prompt_and_a_caller_above_it_does():
    async with Ringing("цена", greets_through=1100) as call:
        await call.line.hear(2 * SECOND, 1100)
        assert not call.line.flushed_ms
        await call.line.hear(4, 9000)
        assert call.line.flushed_ms


async def test_words_drop_the_rest_of_the_prompt():
    async with Ringing("цена", cached=False) as call:
        await call.line.hear(10)
        await call.speaks(frames=20)
        assert call.turns.said[-2:] == ["От 1500 рублей.", "Что ещё?"]
        await call.line.hear(3 * SECOND)
        assert 2000 < call.line.sent < 3000  # 0.3 s of the greeting, and two prompts; the menu was never heard out


async def test_long_speech_without_words_is_a_miss_not_silence():
    async with Ringing("") as call:
        await call.greeted()
        await call.speaks()
        assert call.turns.took(Utterance)[0].text == "…"


async def test_a_key_stops_the_prompt_and_is_an_answer():
    async with Ringing() as call:
        await call.line.hear(10)
        await call.line.press("1")
        assert call.turns.took(Keys)[0].digits == "1"
        assert call.turns.said[-1] == "К какому врачу?"
        await call.line.hear(2 * SECOND)
        assert 1000 < call.line.sent < 1500  # 0.2 s of the greeting and the question, not the menu between
        assert [name for name, _ in call.measured] == ["key_ms"]


async def test_silence_is_told_after_the_prompt_not_during_it():
    async with Ringing() as call:
        await call.line.hear(8 * SECOND)
        assert not call.turns.took(Silence)
        await call.line.hear(4 * SECOND)
        assert len(call.turns.took(Silence)) == 1


async def test_who_asks_for_a_minute_has_it_and_words_to_others_are_nothing_to_us():
    async with Ringing("минутку", "где мой паспорт", "запись") as call:
        await call.greeted()
        await call.speaks()
        assert call.turns.said[-1] == "<wait_ok>"
        await call.line.hear(20 * SECOND)
        await call.speaks(then=25 * SECOND)
        assert call.turns.said[-1] == "<wait_ok>"  # it was not for us, and no miss
        assert not call.turns.took(Silence)
        await call.line.hear(6 * SECOND)
        assert call.turns.took(Silence)[-1].seconds == 30
        assert call.turns.said[-4:-2] == ["<silence>", "Скажите, что нужно."]
        await call.line.hear(12 * SECOND)  # two prompts, two items, six seconds
        assert len(call.turns.took(Silence)) == 2  # from now on as before


async def test_slower_is_slower_from_then_on():
    async with Ringing("помедленнее", "запись") as call:
        await call.greeted()
        assert set(call.voices.paces) == {1.0}
        call.voices.paces.clear()
        await call.speaks(then=6 * SECOND)
        assert set(call.voices.paces) == {0.85}  # what was said last, again
        await call.speaks()
        assert call.turns.said[-1] == "К какому врачу?"
        assert set(call.voices.paces) == {0.85}


async def test_two_silences_bring_a_person_by_transfer_with_the_vcon_id():
    async with Ringing("человека", agent="sip:anna@127.0.0.1") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        assert call.line.transferred == ("sip:anna@127.0.0.1", "766331;encoding=hex")
        assert call.turns.took(Left)[0].reason == "transferred"
        assert call.line.over


async def test_a_transfer_nobody_answers_brings_the_caller_back():
    async with Ringing("человека", agent="sip:anna@127.0.0.1", answers=False) as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        assert "<transfer_failed>" in call.turns.said
        assert not call.line.over


async def test_an_agents_words_are_spoken_once():
    async with Ringing("человека") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        before = call.line.sent
        for _ in range(2):
            await call.others(50, AgentSaid(id="a", at=NOW, agent="anna", text="Алло"))
        await call.line.hear(3 * SECOND)
        assert call.line.sent - before == 1000


async def test_an_agents_words_are_spoken_although_the_callers_own_were_taken_a_moment_later():
    async with Ringing("человека", "цена") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        call.turns.seq = 60
        await call.speaks(then=3 * SECOND)
        before = call.line.sent
        await call.others(59, AgentSaid(id="a", at=NOW, agent="anna", text="Алло"))
        await call.line.hear(3 * SECOND)
        assert call.line.sent - before == 1000


async def test_what_an_agent_wrote_is_said_to_its_end_although_the_caller_says_aha():
    async with Ringing("человека", "ага") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        call.turns.session = replace(call.turns.session, status="agent", agent="anna")
        await call.others(50, AgentJoined(id="j", at=NOW, agent="anna"))
        await call.others(51, AgentSaid(id="a", at=NOW, agent="anna", text="Алло"))
        before = call.line.sent
        await call.line.hear(10)
        await call.speaks(frames=15, then=3 * SECOND)
        assert call.line.sent - before >= 1000


async def test_digits_are_expected_again_once_the_agent_gave_the_call_back():
    async with Ringing("запись", "человека") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        await call.line.press("1")
        await call.speaks(then=3 * SECOND)
        await call.others(50, AgentJoined(id="j", at=NOW, agent="anna"), AgentLeft(id="l", at=NOW, agent="anna"))
        await call.line.hear(SECOND)
        before = len(call.turns.took(Keys))
        for key in "1911":
            await call.line.press(key)
        assert [keys.digits for keys in call.turns.took(Keys)[before:]] == ["1911"]


async def test_a_turn_that_breaks_is_apologised_for_and_the_call_goes_on():
    async with Ringing("запись", "запись") as call:
        await call.greeted()
        call.turns.broken = True
        await call.speaks(then=3 * SECOND)
        assert call.voices.asked[-1] == "Что-то не получилось."
        call.turns.broken = False
        await call.speaks(then=3 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"
        assert not call.line.over


async def test_who_speaks_while_every_recogniser_is_taken_is_told_once_to_use_the_keys():
    async with Ringing(CROWDED) as call:
        await call.greeted()
        for _ in range(2):
            await call.speaks(then=3 * SECOND)
        assert call.voices.asked.count("Говорят сразу многие.") == 1
        assert call.measured.count(("unheard", 1)) == 2
        assert call.turns.took(Utterance)  # the second time the dialogue itself is told that nothing was understood
        call.ears.script = ["запись"]
        await call.speaks(then=3 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_a_turn_that_takes_long_is_filled_with_a_word(monkeypatch):
    monkeypatch.setattr("voice.turnkeeper.SLOW_TURN_S", 0.01)
    async with Ringing("запись") as call:
        await call.greeted()
        call.turns.slow = asyncio.Event()
        await call.speaks()
        await asyncio.sleep(0.03)
        await call.line.hear(2 * SECOND)
        assert call.voices.asked[-1] == "Одну секунду."
        call.turns.slow.set()
        await call.line.hear(2 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_a_word_said_while_another_program_is_asked_is_heard_at_once_and_not_again(monkeypatch):
    monkeypatch.setattr("voice.turnkeeper.SLOW_TURN_S", 0.2)
    async with Ringing("запись") as call:
        await call.greeted()
        call.turns.slow = asyncio.Event()
        await call.speaks()
        word = Say(text="Секунду, смотрю.", speech="Секунду, смотрю.", language="ru")
        rows = [{"seq": 90, "at": NOW.isoformat(), "entry": codec.encode(word)}]
        told = {"conversation": "c1", "rows": rows, "meanwhile": True}
        await call.bus.publish("conversation.c1", told)
        await call.bus.publish("conversation.c1", told)
        await call.line.hear(2 * SECOND)
        assert call.voices.asked[-1] == "Секунду, смотрю."
        await asyncio.sleep(0.25)  # nor is it followed by the word for any slow turn
        assert call.voices.asked.count("Секунду, смотрю.") == 1
        assert "Одну секунду." not in call.voices.asked
        call.turns.slow.set()
        await call.line.hear(2 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_the_last_words_are_said_although_the_caller_still_speaks():
    async with Ringing("запись", "спасибо") as call:
        await call.greeted()
        before = call.line.sent
        await call.line.hear(10, 5000)
        await call.others(50, Say(text="Всего доброго!", speech="Всего доброго!", language="ru"), End(reason="done"))
        await call.speaks(frames=15, then=2 * SECOND)
        assert call.line.sent - before == 1000
        assert call.line.over


async def test_a_caller_who_went_on_elsewhere_hears_so_and_the_line_is_hung_up():
    """As `bot.body.transaction` publishes it: that it ended, and then the word of it."""
    async with Ringing("запись", "спасибо") as call:
        await call.greeted()
        before = call.line.sent
        words = "Разговор продолжается в Телеграме."
        gone = Left(id="other/left", at=NOW, reason="moved", moved_to="c2", moved_on="telegram")
        await call.others(50, gone, Say(text=words, speech=words, language="ru"))
        await call.line.hear(10)
        assert not call.line.over  # not before it is said
        await call.line.hear(2 * SECOND)
        assert call.voices.asked[-1] == words
        assert call.line.sent - before == 1000
        assert call.line.over
    assert not call.turns.took(Left)  # the conversation had ended; nobody ends it again


async def test_a_conversation_that_was_ended_by_others_holds_no_line():
    async with Ringing() as call:
        await call.greeted()
        await call.others(50, Left(id="c1/idle", at=NOW, reason="idle"))
        await call.line.hear(10)
        assert call.line.over


async def test_an_engine_that_breaks_costs_one_utterance_not_the_call(caplog):
    async with Ringing("запись") as call:
        await call.greeted()
        call.ears.script.clear()  # popping from it raises what no engine should
        await call.speaks(then=3 * SECOND)
        assert call.turns.took(Utterance)[0].text == "…"
        call.ears.script.append("запись")
        await call.speaks(then=3 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_a_line_that_stays_broken_is_closed_with_a_word():
    async with Ringing("запись", "запись") as call:
        await call.greeted()
        call.turns.broken = True
        await call.speaks(then=3 * SECOND)
        await call.speaks(then=3 * SECOND)
        assert call.voices.asked[-1] == "Перезвоните, пожалуйста."
        assert call.line.over


async def test_a_process_that_stops_says_so_before_it_hangs_up():
    async with Ringing() as call:
        await call.greeted()
        before = call.line.sent
        call.call.dismiss()
        await call.line.hear(SECOND // 2)
        assert not call.line.over
        await call.line.hear(2 * SECOND)
        assert call.voices.asked[-1] == "Перезвоните, пожалуйста."
        assert call.line.over
        assert call.line.sent - before == 1000
    assert call.turns.took(Left)


async def test_noise_does_not_wipe_the_digits_typed_so_far():
    async with Ringing("запись", "") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        await call.line.press("1")
        await call.line.hear(SECOND)
        await call.line.press("1")
        await call.line.press("9")
        await call.speaks(frames=4, then=SECOND // 2)
        await call.line.press("1")
        await call.line.press("1")
        assert call.turns.took(Keys)[-1].digits == "1911"


async def test_an_email_is_spelled_on_the_keys_and_read_back():
    async with Ringing(scenarios=asks("email")) as call:
        await call.greeted()
        for key in "21626221":
            await call.line.press(key)
            await call.line.hear(2 * SECOND)
        assert not call.turns.took(Silence)
        await call.line.press("#")
        assert call.turns.said[-1] == "<ask_domain>"
        await call.line.hear(2 * SECOND)
        await call.line.press("3")
        await call.line.hear(4 * SECOND)
        assert call.turns.said[-1] == "Набрано: anna@gmail.com?"
        await call.line.press("1")
        assert [event.digits for event in call.turns.took(Keys)] == ["21626221", "3", "1"]
        assert call.turns.said[-1] == "Записано: anna@gmail.com."


async def test_a_plate_is_whole_at_its_last_sign_and_a_slip_is_wiped_by_two_stars():
    async with Ringing(scenarios=asks("code", length=(6, 6))) as call:
        await call.greeted()
        for key in "*22**" + "*21123*23*62":
            await call.line.press(key)
        assert [event.digits for event in call.turns.took(Keys)] == ["*21123*23*62"]
        assert call.turns.said[-1] == "Набрано: А123ВС?"


async def test_noise_while_keys_are_pressed_is_no_miss():
    async with Ringing() as call:
        await call.greeted()
        await call.line.hear(10, 5000)
        await call.line.press("1")
        await call.line.hear(40, 5000)
        await call.line.hear(3 * SECOND)
        assert not call.turns.took(Utterance)
        assert call.turns.said[-1] == "К какому врачу?"


async def test_the_bot_does_not_begin_to_talk_into_the_callers_words():
    async with Ringing("человека", "цена") as call:
        await call.greeted()
        await call.speaks(then=3 * SECOND)
        before = call.line.sent
        await call.line.hear(10, 5000)
        await call.others(50, AgentSaid(id="a", at=NOW, agent="anna", text="Алло"))
        await call.line.hear(30, 5000)
        assert call.line.sent == before


async def test_an_agent_who_takes_the_call_by_hand_goes_before_the_telephone_of_the_settings():
    telephones = Telephones("sip:anna@127.0.0.1", free=False)
    async with Ringing("человека", handing=Handing(agents=telephones)) as call:
        await call.greeted()
        await call.speaks()
        to = {"to": "sip:boris@127.0.0.1", "agent": "boris", "name": "Борис"}
        await call.bus.publish("conversation.c1", {"conversation": "c1", "transfer": to})
        await call.line.hear(4 * SECOND)
        assert call.line.transferred == ("sip:boris@127.0.0.1", "766331;encoding=hex")
        assert [left.reason for left in call.turns.took(Left)] == ["transferred"]


async def test_a_caller_for_whom_nobody_is_free_stays_on_the_line():
    telephones = Telephones("sip:anna@127.0.0.1", free=False)
    async with Ringing("человека", handing=Handing(agents=telephones)) as call:
        await call.greeted()
        await call.speaks(then=4 * SECOND)
        assert call.line.transferred is None
        assert not call.line.over
        assert "<transfer_failed>" not in call.turns.said


async def test_one_call_after_another_has_the_same_detector_of_speech_and_none_of_the_others_sound():
    made: list[LoudnessVad] = []

    def make() -> LoudnessVad:
        made.append(LoudnessVad())
        return made[-1]

    vads = Vads(make)
    async with Ringing(vads=vads) as first:
        await first.line.hear(3, 5000)
        async with Ringing(vads=vads):
            assert len(made) == 2
    async with Ringing(vads=vads):
        assert len(made) == 2
    assert sorted(vad.resets for vad in made) == [1, 2]


async def test_on_hold_the_bot_is_silent_counts_no_silence_and_goes_on_afterwards():
    async with Ringing() as call:
        await call.line.hear(10)
        await call.line.held(True)
        assert call.line.queued == 0
        sent, said = call.line.sent, list(call.turns.said)
        await call.line.hear(60 * SECOND)
        assert call.line.sent == sent
        assert call.turns.took(Silence) == []
        await call.line.held(False)
        assert call.line.queued > 0
        await call.greeted()
        assert call.turns.said == said
        await call.line.hear(8 * SECOND)
        assert len(call.turns.took(Silence)) == 1


async def test_a_caller_who_was_lost_and_is_back_hears_the_last_question_again_and_no_turn_was_taken():
    async with Ringing("запись") as call:
        await call.greeted()
        await call.speaks()
        await call.line.hear(3 * SECOND)
        assert call.turns.said[-1] == "К какому врачу?"
        turns, said = call.turns.took(Utterance), list(call.turns.said)
        assert call.line.queued == 0
        await call.line.held(True, lost=True)
        await call.line.held(False, lost=True)
        await call.line.hear(2)
        assert 900 < call.line.queued <= 1_000  # a second, as the question took
        assert (call.turns.took(Utterance), call.turns.said) == (turns, said)
        assert call.turns.took(Silence) == []


async def test_a_caller_who_was_lost_amid_a_prompt_hears_it_from_its_beginning():
    async with Ringing() as call:
        await call.line.hear(SECOND // 2)
        await call.line.held(True, lost=True)
        assert call.line.queued == 0
        sent = call.line.sent
        await call.line.held(False, lost=True)
        await call.greeted()
        assert call.line.sent - sent > 4_000  # all that the greeting says


async def test_half_a_word_that_the_line_was_lost_in_is_nothing_said():
    async with Ringing("запись") as call:
        await call.greeted()
        await call.line.hear(20, 5000)
        await call.line.held(True, lost=True)
        await call.line.held(False, lost=True)
        await call.line.hear(3 * SECOND)
        assert call.turns.took(Utterance) == []


async def test_music_on_hold_is_no_speech():
    async with Ringing("музыка") as call:
        await call.greeted()
        await call.line.held(True)
        await call.speaks()
        await call.line.held(False)
        assert call.turns.took(Utterance) == []


async def test_hanging_up_ends_the_conversation_and_leaves_no_task():
    async with Ringing() as call:
        await call.greeted()
    assert call.turns.took(Left)[0].reason == "caller"
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("call-")]
