"""Who only listens on and who wants the floor, over a prompt: sound replayed through detector, endpointing, recogniser
and understanding in virtual time, the same every run however busy the machine is.

    python -m benchmarks.asides [--json] [--short] [--voices N] [--only nods words] [--tuned] [--verbose]

What is said by many voices, on a line with a hiss of -60 dBFS, A-law, 2.5 s of line before it: nods into the menu of
the shipped clinic, one-word answers and wishes over the prompt that asks for them (as `benchmarks.bargein` has them,
and more). Time is counted in frames of sound; a decode takes as long as the processor time it took (`decode_ms_*`), as
on a machine with a free core. What a line and a sending stack add is not in it.

    kept          nods after which the prompt goes on and no turn is taken, of `nods`;  not_kept: the others
    pause_p50_ms, _p95_ms  from the stop to going on, of kept nods that stopped it
    unheard       nods that the detector didn't take for speech: nothing stopped
    answered      words that were taken for what they are, of `answers`;  passed: taken for a nod, or not heard;
                  misheard: taken for a turn, but of another meaning
    answered_p50_ms, _p95_ms  from their end to where the turn would be taken
    restarts      answers over which the prompt went on and had to stop again

Voices: those of --tuned were looked at while the rules were made, the others (reported without it) only measured.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from benchmarks import _wire as wire
from benchmarks._cut import until_cut
from benchmarks._wire import percentile
from benchmarks.bargein import ANSWERS, SETS, hummed, sets
from bot.app.equipping import surely_meant
from bot.app.golden import understanding
from bot.authoring.load import load
from bot.dialogue.engine import advance, expects, opening
from bot.dialogue.events import Started
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Nlu
from voice import audio
from voice.asides import NEVER, is_aside, is_offered, needs
from voice.asr.choice import recognizers
from voice.audio import FRAME, FRAME_MS, RATE, Frame, Samples
from voice.hearing import Hearing, Said, Talking, Told
from voice.hints import hint
from voice.ports import Heard, Hint, Recognizers, Synthesizer
from voice.tts.choice import choose
from voice.tts.rhvoice import RhVoice
from voice.vad.silero import SileroVad

TUNED = {
    "ru": ("arina", "mikhail", "pavel", "tatiana"),
    "en": ("clb", "lyubov", "alan"),
}
UNSEEN = {
    "ru": ("victoria", "vitaliy", "yuriy", "irina", "artemiy", "evgeniy-rus"),
    "en": ("evgeniy-eng", "bdl", "slt", "hibari"),
}
NODS = {
    "ru": (
        "Угу.", "Ага.", "Так.", "Да.", "Понятно.", "Ясно.", "Ну да.", "Да-да.", "Хорошо.", "Ладно.", "Угу-угу.", "Ну.",
    ),
    "en": ("Uh huh.", "Yeah.", "Okay.", "Right.", "I see.", "Yes.", "Got it.", "Sure.", "All right."),
}  # fmt: skip
HUMS_HZ = {True: (95, 140, 190, 240), False: (110, 125, 165, 205, 220)}
# Beside those of `bargein`: language, what is dialled, the words, and what a text taken for them has one of.
WISHES = (
    ("ru", "ru", "Запись."), ("ru", "ru", "Отмена."), ("ru", "ru", "Человека!"), ("ru", "ru", "Повторите."),
    ("ru", "asking", "Сегодня."), ("ru", "asking", "Вторник."), ("ru", "asking", "Послезавтра."),
    ("ru", "choosing", "Садовая."), ("ru", "agreeing", "Верно."), ("ru", "agreeing", "Неверно."),
    ("en", "en", "Cancel."), ("en", "en", "Help."), ("en", "en", "Booking."), ("en", "en", "Person."),
)  # fmt: skip
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
PARTS = ("nods", "words")
LEAD_S, AFTER_S = 2.5, 3.0
HISS_DBFS = -60.0
LEFT_MS = 5_000  # of the prompt: in its middle


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question over which somebody speaks."""

    lang: Language
    scenarios: ScenarioSet
    expectation: Expectation
    nlu: Nlu

    def meant(self, text: str) -> str:
        """What a turn would make of it, to be compared."""
        found = self.nlu.understand(text, self.expectation, language=self.lang, now=NOW.replace(tzinfo=None))
        told = found.option or found.yes
        asked = self.expectation.asked or ""
        if told is None and asked in found.readings:
            told = str(found.readings[asked].value)
        return str(told if told is not None else found.intent)


def asked(folder: Path, dialled: str) -> Asked:
    lang: Language = "en" if dialled == "en" else "ru"
    scenarios = load(folder / ("clinic" if dialled in ("ru", "en") else dialled))
    session = opening("c", scenarios)
    session, _ = advance(session, Started(id="s", at=NOW, medium="voice", channel="sip", language=lang), scenarios)
    return Asked(lang=lang, scenarios=scenarios, expectation=expects(session, scenarios), nlu=understanding(scenarios))


# --- ears in virtual time ----------------------------------------------------------------------------

T = TypeVar("T")


class Clock:
    """Frames heard; futures that are due."""

    def __init__(self) -> None:
        self.ms = 0.0
        self._due: list[tuple[float, asyncio.Future[Any], object]] = []

    def later(self, ms: float, heard: T) -> asyncio.Future[T]:
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._due.append((self.ms + ms, future, heard))
        return future

    def tick(self) -> None:
        self.ms += FRAME_MS
        for each in [each for each in self._due if each[0] <= self.ms]:
            self._due.remove(each)
            if not each[1].done():
                each[1].set_result(each[2])


class Timed:
    """An engine whose decodes are done at once, and told as late as they cost."""

    def __init__(self, engine: Recognizers, clock: Clock, took: list[float]) -> None:
        self._engine, self._clock, self._took = engine, clock, took
        self.name, self.languages = engine.name, engine.languages

    async def warm(self) -> None: ...

    def close(self) -> None: ...

    def start(self, told: Hint) -> TimedOne:
        return TimedOne(self._engine, told, self._clock, self._took)


class TimedOne:
    partial = ""

    def __init__(self, engine: Recognizers, told: Hint, clock: Clock, took: list[float]) -> None:
        self._engine, self._hint, self._clock, self._took = engine, told, clock, took
        self._frames: list[Frame] = []
        self._early: asyncio.Future[Heard] | None = None
        self._first: asyncio.Future[Heard | None] | None = None

    def feed(self, frame: Frame) -> None:
        self._frames.append(frame.copy())

    def pause(self) -> None:
        self._early = self._early or self._begin()

    def resume(self) -> None:
        self._early = self._first = None

    def abandon(self) -> None:
        self.resume()

    async def first(self) -> Heard | None:
        first = self._first
        if first is None:
            return None
        heard = await asyncio.shield(first)
        return heard if first is self._first else None

    async def settled(self) -> Heard | None:
        early = self._early
        if early is None:
            return None
        heard = await asyncio.shield(early)
        return heard if early is self._early else None

    async def final(self) -> Heard:
        return await asyncio.shield(self._early or self._begin())

    def _begin(self) -> asyncio.Future[Heard]:
        began = time.process_time()
        told: list[tuple[float, Heard | None]] = []

        def first(heard: Heard | None) -> None:
            told.append(((time.process_time() - began) * 1000, heard))

        heard = self._engine.decode(audio.joined(self._frames), self._hint, first)  # type: ignore[attr-defined]
        ms = (time.process_time() - began) * 1000
        first(None)
        self._took.append(ms)
        self._first = self._clock.later(*told[0])
        return self._clock.later(ms, heard)


@dataclass(slots=True)
class Outcome:
    """Of one sound: ms of each since the prompt's first frame; texts as heard."""

    stopped: list[float] = field(default_factory=list)
    went_on: list[float] = field(default_factory=list)
    turn: float | None = None
    text: str = ""
    confidence: float = 0.0
    looked: list[tuple[str, int, float]] = field(default_factory=list)
    ended: float = 0.0

    @property
    def pause(self) -> float:
        return sum(on - off for off, on in zip(self.stopped, self.went_on, strict=False))


async def said_over(asked: Asked, sound: Samples, ears: Recognizers, took: list[float], seed: int) -> Outcome:
    clock, out = Clock(), Outcome()

    async def aside(text: str, speech_ms: int, confidence: float) -> bool:
        expectation = asked.expectation
        out.looked.append((text, speech_ms, round(confidence, 2)))
        found = is_aside(
            text,
            speech_ms,
            yesno=expectation.yesno,
            left_ms=LEFT_MS,
            confidence=confidence,
            offered=is_offered(text, expectation.choices, asked.lang),
        )
        if found is False:
            return False
        least = needs(text, speech_ms, confidence, yesno=expectation.yesno)
        if least == NEVER:
            return True
        now = NOW.replace(tzinfo=None)
        sure = surely_meant(text, expectation, language=asked.lang, now=now, nlu=asked.nlu, scenarios=asked.scenarios)
        return sure < least

    def tell(told: Told) -> None:
        if isinstance(told, Talking):
            if len(out.stopped) == len(out.went_on):
                out.stopped.append(clock.ms)
        elif isinstance(told, Said):
            out.turn, out.text, out.confidence = clock.ms, told.text, told.confidence
        elif len(out.went_on) < len(out.stopped):
            out.went_on.append(clock.ms)

    hearing = Hearing(SileroVad(), {asked.lang: Timed(ears, clock, took)}, tell, aside=aside)
    hearing.expect(hint(asked.expectation, asked.lang))
    line = on_a_line(sound, seed)
    out.ended = LEAD_S * 1000 + seed % 4 * FRAME_MS / 4 + len(sound) * 1000 / RATE - wire.tail_s(sound) * 1000
    for frame in audio.frames(line):
        hearing.hear(frame, over=True)
        for _ in range(8):
            await asyncio.sleep(0)
        clock.tick()
        if out.turn is not None:
            break
    hearing.close()
    return out


def on_a_line(sound: Samples, seed: int) -> Samples:
    lead = int(LEAD_S * RATE) + seed % 4 * FRAME // 4
    whole = np.concatenate((np.zeros(lead, np.int16), sound, audio.silence(int(AFTER_S * 1000))))
    bed = np.random.default_rng(seed).normal(0, 32768 * 10 ** (HISS_DBFS / 20), len(whole))
    return audio.from_alaw(audio.to_alaw(np.clip(whole + bed, -32768, 32767).astype(np.int16)))


# --- what is said ------------------------------------------------------------------------------------


def voice_of(name: str, lang: str) -> Synthesizer:
    return choose(lang, "hibari/heart").synthesizer if name == "hibari" else RhVoice(name, lang)


def said(
    voices: Mapping[str, Sequence[str]], texts: Mapping[str, Sequence[str]], each: int
) -> Iterator[tuple[str, str, str, Samples]]:
    """Language, voice, text, sound. each: by so many voices, those of a language in turn."""
    for lang, names in voices.items():
        each = min(each, len(names))
        for place, name in enumerate(names):
            voice = voice_of(name, lang)
            for number, text in enumerate(texts[lang]):
                if (place - number * each) % len(names) < each:
                    yield lang, name, text, audio.joined(list(voice.speak(text)))
            voice.close()


@dataclass(slots=True)
class Found:
    nods: int = 0
    kept: int = 0
    unheard: int = 0
    pauses: list[float] = field(default_factory=list)
    not_kept: list[str] = field(default_factory=list)
    answers: int = 0
    answered: list[float] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    misheard: list[str] = field(default_factory=list)
    restarts: int = 0
    took: list[float] = field(default_factory=list)


async def measure(found: Found, *, tuned: bool, voices: int, only: Sequence[str], verbose: bool) -> None:
    people = TUNED if tuned else UNSEEN
    ears = recognizers("ru")
    await ears.warm()
    with tempfile.TemporaryDirectory() as made:
        sets(Path(made))
        places = {dialled: asked(Path(made), dialled) for dialled in ("ru", "en", *SETS)}
    if "nods" in only:
        nods = [(lang, f"{text} ({name})", sound) for lang, name, text, sound in said(people, NODS, voices)]
        nods += [(lang, f"mhm ({hz} Hz)", hummed(hz)) for lang in NODS for hz in HUMS_HZ[tuned]]
        for number, (lang, name, sound) in enumerate(nods):
            out = await said_over(places[lang], sound, ears, found.took, number)
            _nodded(found, f"{lang} {name}", out)
            if verbose:
                print(lang, name, "TURN" if out.turn else "kept", round(out.pause), out.looked, flush=True)
    if "words" in only:
        answers = [*ANSWERS, *WISHES]
        words = {lang: [text for each, _, text in answers if each == lang] for lang in NODS}
        dialled = {(lang, text): place for lang, place, text in answers}
        for number, (lang, name, text, sound) in enumerate(said(people, words, voices)):
            place = places[dialled[lang, text]]
            out = await said_over(place, sound, ears, found.took, number)
            _answered(found, f"{text} ({name})", text, place, out)
            if verbose:
                print(name, text, "ok" if out.turn else "PASSED", out.text, out.went_on, out.looked, flush=True)
    ears.close()


def _nodded(found: Found, name: str, out: Outcome) -> None:
    found.nods += 1
    if out.turn is not None:
        found.not_kept.append(f"{name}: {out.text}")
    elif not out.stopped:
        found.kept += 1
        found.unheard += 1
    else:
        found.kept += 1
        found.pauses.append(out.pause)


def _answered(found: Found, name: str, text: str, place: Asked, out: Outcome) -> None:
    found.answers += 1
    heard = out.looked[-1][0] if out.looked else out.text
    if out.turn is None:
        found.passed.append(f"{name}: {heard}")
    elif place.meant(out.text) != place.meant(text):
        found.misheard.append(f"{name}: {out.text}")
    else:
        found.answered.append(out.turn - out.ended)
        found.restarts += len(out.went_on) > 0


def figures(found: Found) -> dict[str, object]:
    return {
        "kept": round(found.kept / found.nods, 3) if found.nods else None,
        "nods": found.nods,
        "pause_p50_ms": _ms(found.pauses, 50),
        "pause_p95_ms": _ms(found.pauses, 95),
        "unheard": found.unheard,
        "answered": len(found.answered),
        "answers": found.answers,
        "answered_p50_ms": _ms(found.answered, 50),
        "answered_p95_ms": _ms(found.answered, 95),
        "restarts": found.restarts,
        "decode_ms_p50": _ms(found.took, 50),
        "decode_ms_p95": _ms(found.took, 95),
        "not_kept": found.not_kept,
        "passed": found.passed,
        "misheard": found.misheard,
    }


def _ms(values: Sequence[float], share: float) -> int | None:
    """None where that part was not run."""
    return round(percentile(values, share)) if values else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.asides", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--short", action="store_true", help="each word by two voices")
    parser.add_argument("--voices", type=int, default=9, metavar="N", help="each word by so many at most, in turn")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--tuned", action="store_true", help="the voices that were looked at")
    parser.add_argument("--verbose", action="store_true", help="each, as it was heard")
    options = parser.parse_args()
    found = Found()
    voices = 2 if options.short else options.voices
    work = measure(found, tuned=options.tuned, voices=voices, only=options.only, verbose=options.verbose)
    whole = until_cut(work, lambda: wire.tell(figures(found), as_json=options.json))
    if whole:
        wire.tell(figures(found), as_json=options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
