"""What all calls share, built from the house: the way to a turn, to an agent, and the words for what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import partial

from bot.app.calling import rules
from bot.app.house import House
from bot.app.spoken import SpokenKept
from bot.dialogue.fixed import builtin_speech
from bot.dialogue.foresight import likely
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.ports import Nlu
from bot.understanding.named import is_named
from bot.understanding.slots.yesno import read_yesno
from bot.understanding.whole import is_whole
from bot.vcon import identifier
from voice.asides import how_surely
from voice.equipment import Equipment, Handing, Reach
from voice.ports import Endings, Recognizers
from voice.recording.disk import Disk
from voice.tones import Music
from voice.tts.cache import Prompts
from voice.vad.silero import SileroVad
from voice.vad.spare import Vads


def equipment(
    house: House,
    ears: Mapping[str, Recognizers],
    prompts: Prompts,
    *,
    handing: Handing,
    disk: Disk,
    endings: Endings | None,
    spoken: SpokenKept,
) -> Equipment:
    meant = _Meant(house)
    return Equipment(
        turns=house.turns,
        bus=house.bus,
        vads=Vads(SileroVad),
        ears=ears,
        voices=prompts,
        handing=handing,
        vcon=identifier,
        measured=house.metrics.heard,
        apology=_Builtin(house, "internal_error"),
        moment=_Builtin(house, "one_moment"),
        closing=_Builtin(house, "closing"),
        crowded=_Builtin(house, "crowded"),
        unheard=house.metrics.unheard.inc,
        whole=meant.whole,
        understood=meant.understood,
        likely=meant.likely,
        ready=house.metrics.prompt,
        comfort_dbfs=house.settings.comfort_noise,
        endings=endings,
        tones=house.settings.keys_by_sound,
        disk=disk,
        record=house.settings.record,
        spoken=spoken.keep,
    )


def handing(house: House, reach: Reach) -> Handing:
    """How callers are given to agents. reach: a telephone."""
    settings = house.settings
    return Handing(
        agents=house.desk,
        way=settings.transfer,
        reach=reach,
        ring_s=settings.agent_ring_s,
        stays=settings.agent_accepts == "staying",
        agrees=_agrees,
        prompts={
            "agent_offer": _Builtin(house, "agent_offer"),
            "agent_callback": _Builtin(house, "agent_callback"),
            "agent_unreached": _Builtin(house, "agent_unreached"),
            "callback_hello": _Builtin(house, "callback_hello"),
            "recorded": _Builtin(house, "recorded"),
        },
        music=Music(settings.scenarios, settings.hold_music).of,
        callbacks=partial(_rung_back, house),
    )


def _rung_back(house: House) -> tuple[str, ...]:
    """The numbers that are: nobody in quiet hours, for nobody is promised tomorrow what they want now."""
    settings = house.settings
    if not settings.callback_sip or rules(settings).quiet_now(house.now()):
        return ()
    return tuple(settings.call_allowed)


class _Meant:
    """What words mean in a conversation under way."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def whole(self, heard: str, session: Session, expectation: Expectation) -> bool:
        """Off the loop: it costs what understanding costs, some 5 ms."""
        house = self._house
        return await asyncio.to_thread(
            is_whole,
            heard,
            expectation,
            language=session.language,
            now=house.now().replace(tzinfo=None),
            nlu=house.turn.serving(session).nlu,
        )

    async def likely(self, session: Session, expectation: Expectation) -> tuple[tuple[str, str, float], ...]:
        """Off the loop: some 50 µs an answer that is tried."""
        house = self._house
        scenarios = house.turn.serving(session).scenarios
        return await asyncio.to_thread(likely, session, expectation, scenarios, house.now())

    async def understood(self, heard: str, session: Session, expectation: Expectation) -> float:
        """Off the loop, as above."""
        house = self._house
        serving = house.turn.serving(session)
        return await asyncio.to_thread(
            surely_meant,
            heard,
            expectation,
            language=session.language,
            now=house.now().replace(tzinfo=None),
            nlu=serving.nlu,
            scenarios=serving.scenarios,
        )


def surely_meant(
    heard: str, expectation: Expectation, *, language: Language, now: datetime, nlu: Nlu, scenarios: ScenarioSet
) -> float:
    """0..1: how surely a word or two over a prompt are for the bot, as `voice.asides.how_surely`."""
    meaning = nlu.understand(heard, expectation, language=language, now=now)
    asked = expectation.slots.get(expectation.asked or "")
    answered = asked.name if asked is not None and asked.type != "text" else None
    named = is_named(heard, expectation, scenarios, language)
    return how_surely(meaning, yesno=expectation.yesno, asked=answered, named=named)


def _agrees(words: str, language: Language) -> bool | None:
    """Whether an agent says yes or no to a caller."""
    value = read_yesno(words, lang=language).value
    return value if isinstance(value, bool) else None


class _Builtin(Mapping[str, str]):
    """A built-in prompt by language, as the live scenarios word it by now."""

    def __init__(self, house: House, name: str) -> None:
        self._house = house
        self._name = name

    def _speech(self) -> Mapping[str, str]:
        return builtin_speech(self._house.scenarios, self._name)

    def __getitem__(self, language: str) -> str:
        return self._speech()[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._speech())

    def __len__(self) -> int:
        return len(self._speech())
