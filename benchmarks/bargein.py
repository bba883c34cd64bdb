"""Who stops the bot and who doesn't, on the wire: a real SIP peer speaks into the prompts of a whole `govorun serve`.

    python -m benchmarks.bargein [--json] [--short] [--at-once 2] [--only interruptions nods noise]

Callers have voices that the bot never uses (of RHVoice, Russian and English), A-law, one RTP packet every 20 ms, and
speak while the greeting and the menu of the shipped clinic play. A packet counts as the prompt's while it is louder
than -45 dBFS.

    after_speech_p95_ms  from the packet in which the caller's speech begins (as loud) to the last packet of the prompt:
                         real interruptions, a call each
    after_onset_p95_ms   the same from when the bot was sure of speech, by its own log (to the millisecond, of the same
                         clock); below 0 where the last packet had arrived before
    onset_p50_ms, _p95_ms  from the packet in which speech begins to when the bot was sure of it
    stopped              interruptions that stopped the prompt at all, of how many (`interruptions`)
    answered             of the one-word answers among them ("да", "нет", "завтра", "оператор", "cancel", …), each over
                         the prompt that asks for it, those that were taken for one turn and got a reply; not_answered
    backchannel_kept     of the nods said into the prompt ("угу", "ага", "да", "понятно", "mhm", "yeah", …) those after
                         which it went on by itself to its end, not a word lost, and no turn was taken
    backchannel_unbroken those during which no pause longer than the prompt's own was heard
    backchannel_pause_p50_ms, _p95_ms  the longest silence in the prompt around a kept nod: the bot stops before words
                         can be known, and goes on from the last gap between words
    noise_stops          stops in prompts played through with noise at 15 dB below the callers' speech: white, pink, hum
                         of the mains, clicks, the babble of eight talkers
    noise_heard          interruptions through such noise that stopped the prompt, of one a kind
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import logging
import tempfile
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks import _wire as wire
from benchmarks._wire import LOUD_DBFS, Machine, falls_silent, longest_pause_ms, percentile
from tests.spine.served import Served
from tests.voice.peers import Phone, PhoneCall
from voice import audio
from voice.audio import RATE, Samples
from voice.tts.rhvoice import RhVoice

log = logging.getLogger(__name__)

SCENARIOS = Path(__file__).parent.parent / "scenarios"

VOICES = {"ru": ("elena", "irina", "aleksandr"), "en": ("slt", "bdl", "alan")}
NODS = {
    "ru": ("Угу.", "Ага.", "Так.", "Да.", "Понятно.", "Ясно.", "Ну да.", "Да-да."),
    "en": ("Uh huh.", "Yeah.", "Okay.", "Right.", "I see.", "Yes."),
}
INTERRUPTIONS = {
    "ru": (
        "Хочу записаться к терапевту",
        "Соедините меня с оператором",
        "Мне нужен кардиолог",
        "Где вы находитесь?",
        "Подождите, у меня вопрос",
        "Нет, не надо, отмените запись",
    ),
    "en": (
        "I want to book a visit",
        "Let me talk to a person",
        "How much does it cost?",
        "Where are you located?",
    ),
}
# One word to what is asked while it is still being asked: the language, what is dialled, the word.
ANSWERS = (
    ("ru", "agreeing", "Да."),
    ("ru", "agreeing", "Нет."),
    ("ru", "asking", "Завтра."),
    ("ru", "asking", "Пятница."),
    ("ru", "choosing", "Первое."),
    ("ru", "choosing", "Второй."),
    ("ru", "ru", "Оператор!"),
    ("ru", "ru", "Цены."),
    ("ru", "ru", "Адрес."),
    ("ru", "asking", "Стоп."),
    ("en", "en", "Operator."),
    ("en", "en", "Prices."),
    ("en", "en", "Address."),
    ("en", "en", "Repeat."),
)
SETS = {  # whose first question is what the shipped clinic asks only later
    "agreeing": """
  - confirm: "Вы записаны к терапевту на завтра, на три часа дня, на улицу Садовую. Всё ли верно, и придёте ли вы?"
    declined: [{say: "Хорошо, отменяю."}]
  - say: "Спасибо, мы вас ждём."
""",
    "asking": """
  - collect: [day]
  - say: "Хорошо, ждём вас."
slots:
  day: {type: date, ask: "На какой день вас записать к терапевту? Можно сказать, например, на вторник или на пятницу."}
""",
    "choosing": """
  - choose: "В какой из филиалов вас записать: первый, на улице Садовой, или второй, на улице Ленина, у метро?"
    items:
      one: {title: Первый, synonyms: {ru: [первое, первая, садовая]}, steps: [{say: "Хорошо, на Садовую."}]}
      two: {title: Второй, synonyms: {ru: [второе, вторая, ленина]}, steps: [{say: "Хорошо, на Ленина."}]}
""",
}
BUSINESS = "name: {name}\nlanguages: [ru]\nstart: main\nhours: 09:00-20:00\n"
HUMS_HZ = (110, 205)  # of "mhm", which no synthesiser reads: made here
SPEECH_DBFS = -20.0  # of our voices
NOISE_DB = 15.0  # below it
PLAYING_S = 1.2  # of the greeting, before anybody speaks
BETWEEN_S = 3.6  # from one nod to the next
AFTER_S = 1.8  # within which a prompt has to be back
NODS_A_CALL = 3
OWN_PAUSE_MS = 340  # longer than any pause of these prompts
SOUNDING_S = 0.25
SHORTEST_S, STOPPED_S = 0.45, 0.12
REPLIED_S = 6.0
PARTS = ("interruptions", "nods", "noise")
ENDED_S = 1.0  # of the bot's silence: longer than between two prompts
NOTED = "speech stopped a prompt"  # of the product's log


@dataclass(slots=True)
class Found:
    after_speech: list[float] = field(default_factory=list)
    onset: list[float] = field(default_factory=list)
    after_onset: list[float] = field(default_factory=list)
    interruptions: int = 0
    answers: int = 0
    unanswered: list[str] = field(default_factory=list)
    nods: int = 0
    kept: int = 0
    unbroken: int = 0
    pauses: list[float] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    noise_stops: int = 0
    noise_s: float = 0.0
    noise_heard: int = 0


class Callers:
    """One call after another."""

    def __init__(self, served: Served, found: Found) -> None:
        self._served, self._found = served, found
        self._users = iter(range(9053_100_000, 9053_200_000))
        self.whole: dict[str, int] = {}  # loud packets of a prompt nobody spoke into, by language

    async def _listening(self, phone: Phone, lang: str) -> tuple[PhoneCall, str]:
        """A call that has heard the beginning, and the number it came from."""
        call = await phone.call(self._served.sip.replace("sip:100@", f"sip:{lang}@"))
        await call.hears_within(20, since=call.answered_at, dbfs=LOUD_DBFS)
        return call, phone.user

    def _user(self) -> str:
        return f"8{next(self._users)}"

    async def _turns(self, user: str) -> int:
        """Utterances that the bot took of this caller."""
        conversation = await wire.conversation_of(self._served, user)
        return (await wire.transcript(self._served, conversation))[0]

    async def listen(self, lang: str) -> None:
        """How long the prompt is where nobody says anything."""
        async with Phone(user=self._user()) as phone:
            call, _ = await self._listening(phone, lang)
            await falls_silent(call, call.answered_at, ENDED_S)
            self.whole[lang] = len(call.loud())
            call.hang_up()

    async def answer(self, dialled: str, text: str, sound: Samples) -> None:
        """One word that stops the prompt, is one turn, and is replied to."""
        async with Phone(user=self._user()) as phone:
            call, user = await self._listening(phone, dialled)
            await asyncio.sleep(PLAYING_S)
            stopped = await self._speak(call, text, sound, alone=True)
            ended = time.monotonic()
            self._found.interruptions += 1
            self._found.answers += 1
            turns = 0
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPLIED_S):
                    while not (turns := await self._turns(user)):
                        await asyncio.sleep(0.1)
                await call.hears_within(REPLIED_S, since=ended + 0.1, dbfs=LOUD_DBFS)
            if not stopped or turns != 1 or not call.loud(ended + 0.1):
                self._found.unanswered.append(f"{text}: {'stopped' if stopped else 'not stopped'}, {turns} turns")
            log.info("%s: %d turns", text, turns)
            call.hang_up()

    async def interrupt(self, lang: str, text: str, sound: Samples, noise: Samples | None = None) -> None:
        async with Phone(user=self._user()) as phone:
            call, _ = await self._listening(phone, lang)
            if noise is not None:
                call.say(noise)
                sound = mixed(sound, noise)
            await asyncio.sleep(PLAYING_S if noise is None else audio.duration_ms(noise) / 1000)
            stopped = await self._speak(call, text, sound, alone=noise is None)
            if noise is None:
                self._found.interruptions += 1
            else:
                self._found.noise_heard += stopped
            call.hang_up()

    async def _speak(self, call: PhoneCall, text: str, sound: Samples, *, alone: bool) -> bool:
        """Interrupt while the prompt sounds; whether it stopped before the caller did."""
        while not call.loud(time.monotonic() - 0.06) and alone:
            await asyncio.sleep(0.005)
        before = len(call.wire.sent)
        call.say(sound)
        await call.said()
        sent = [at for at, spoken in call.wire.sent[before:] if spoken]
        loud = wire.loud(sound)
        if not alone:
            recent = call.loud(sent[-1] - 0.2)
            return not recent
        begun, ended = sent[loud.index(True)], sent[len(loud) - 1 - loud[::-1].index(True)]
        ended = max(ended, begun + SHORTEST_S)  # a word may be over before it can stop anything
        await asyncio.sleep(max(0.0, ended - time.monotonic()))
        last = max((at for at in call.loud(begun) if at < ended), default=begun)
        if ended - last < STOPPED_S:
            log.info("%s: not stopped", text)
            return False
        conversation = await wire.conversation_of(self._served, call.phone.user)
        sure = next(at for at in wire.noted(self._served, NOTED, conversation) if at > begun)
        self._found.after_speech.append((last - begun) * 1000)
        self._found.onset.append((sure - begun) * 1000)
        self._found.after_onset.append((last - sure) * 1000)
        log.info("%s: sure after %.0f ms, stopped after %.0f ms", text, (sure - begun) * 1000, (last - begun) * 1000)
        return True

    async def nod(self, lang: str, nods: Sequence[tuple[str, Samples]]) -> None:
        """Several nods into one prompt, which has to be heard to its end."""
        async with Phone(user=self._user()) as phone:
            call, user = await self._listening(phone, lang)
            await asyncio.sleep(PLAYING_S)
            outcome: list[tuple[str, str, float]] = []  # name, why it is lost, pause
            for name, sound in nods:
                taken = await self._turns(user)
                while not call.loud(time.monotonic() - 0.06):
                    await asyncio.sleep(0.005)
                at = time.monotonic()
                call.say(sound)
                await call.said()
                await asyncio.sleep(AFTER_S)
                sounds = bool(call.loud(time.monotonic() - SOUNDING_S * 2))
                turn = await self._turns(user) > taken
                why = "taken for a turn" if turn else "" if sounds else "silent"
                outcome.append((name, why, longest_pause_ms(call, at, time.monotonic())))
                await asyncio.sleep(BETWEEN_S - AFTER_S)
            await falls_silent(call, call.answered_at, ENDED_S)
            whole = len(call.loud()) >= 0.97 * self.whole[lang]
            call.hang_up()
        for name, why, pause in outcome:
            why = why or ("" if whole else "not all of the prompt was heard")
            kept = not why
            self._found.nods += 1
            self._found.kept += kept
            self._found.unbroken += kept and pause <= OWN_PAUSE_MS
            self._found.lost += [] if kept else [f"{name}: {why}"]
            self._found.pauses += [pause] if kept else []
            log.info("%s %s: %s, longest pause %.0f ms", lang, name, why or "kept", pause)

    async def noise(self, lang: str, kind: str, sound: Samples) -> None:
        async with Phone(user=self._user()) as phone:
            call = await phone.call(self._served.sip.replace("sip:100@", f"sip:{lang}@"))
            began = time.monotonic()
            call.say(sound)
            user = phone.user
            await call.hears_within(20, since=call.answered_at, dbfs=LOUD_DBFS)
            while call.wire.saying and time.monotonic() - began < audio.duration_ms(sound) / 1000:
                await asyncio.sleep(0.1)
            stops = stops_in(call) + await self._turns(user)
            self._found.noise_stops += stops
            self._found.noise_s += time.monotonic() - began
            log.info("%s: %d stops", kind, stops)
            call.hang_up()


def stops_in(call: PhoneCall) -> int:
    """Pauses longer than the prompt's own, but for its end."""
    times = call.loud()
    return sum((b - a) * 1000 > OWN_PAUSE_MS for a, b in itertools.pairwise(times))


# --- sounds ------------------------------------------------------------------------------------------


def spoken(lang: str, texts: Iterable[str], voices: int) -> list[tuple[str, Samples]]:
    """Each text by each voice; as the line carries it, a little of its own noise around."""
    made: list[tuple[str, Samples]] = []
    for name in VOICES[lang][:voices]:
        voice = RhVoice(name, lang, 1.0)
        made += [(f"{text} ({name})", audio.joined(list(voice.speak(text)))) for text in texts]
        voice.close()
    return made


def one_each(lang: str, texts: Sequence[str], first: int = 0) -> list[tuple[str, Samples]]:
    """Each text by one voice, the voices in turn."""
    made: list[tuple[str, Samples]] = []
    voices = [RhVoice(name, lang, 1.0) for name in VOICES[lang]]
    for number, text in enumerate(texts, first):
        name, voice = VOICES[lang][number % len(voices)], voices[number % len(voices)]
        made.append((f"{text} ({name})", audio.joined(list(voice.speak(text)))))
    for voice in voices:
        voice.close()
    return made


def hummed(hz: float) -> Samples:
    """ "Mhm": two nasal murmurs, the second higher, a breath between them."""
    pieces: list[Samples] = []
    for pitch, ms in ((hz, 170), (0.0, 50), (hz * 1.25, 210)):
        at = np.arange(RATE * ms // 1000) / RATE
        wave = sum(np.sin(2 * np.pi * pitch * k * at) / k**1.6 for k in range(1, 9)) if pitch else np.zeros(len(at))
        shape = np.minimum(1, np.minimum(at, at[::-1]) / 0.03)
        pieces.append((np.asarray(wave) * shape * 3_000).astype(np.int16))
    return audio.joined(pieces)


def noises(seconds: float, *, babble: bool = True) -> dict[str, Samples]:
    """Each at NOISE_DB below our voices."""
    random = np.random.default_rng(7)
    size = int(seconds * RATE)
    at = np.arange(size) / RATE
    spectrum = np.fft.rfft(random.normal(0, 1, size))
    clicks = np.zeros(size)
    for where in random.integers(0, size - 80, int(seconds * 8)):
        clicks[where : where + 40] += random.normal() * np.exp(-np.arange(40) / 8)
    found: dict[str, Any] = {
        "white": random.normal(0, 1, size),
        "pink": np.fft.irfft(spectrum / np.sqrt(np.maximum(np.arange(len(spectrum)), 1)), size),
        "hum": sum(np.sin(2 * np.pi * 50 * k * at + k) / k for k in (1, 2, 3, 5, 7)),
        "clicks": clicks,
    }
    if babble:
        found["babble"] = babbled(size, random)
    return {kind: at_level(np.asarray(wave), SPEECH_DBFS - NOISE_DB) for kind, wave in found.items()}


def babbled(size: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    """Eight people who talk at once."""
    texts = [sound for _, sound in spoken("ru", INTERRUPTIONS["ru"], 3)]
    whole = np.zeros(size)
    for _ in range(8):
        order = random.permutation(len(texts)).tolist() * (size // (len(texts) * RATE) + 2)
        talk = np.concatenate([texts[number] for number in order]).astype(float)
        start = int(random.integers(0, RATE))
        whole += talk[start : start + size]
    return whole


def at_level(wave: np.ndarray[Any, Any], dbfs: float) -> Samples:
    power = float(np.sqrt(np.mean(np.square(wave)))) or 1.0
    loud: Samples = np.clip(wave / power * 10 ** (dbfs / 20) * 32768, -32768, 32767).astype(np.int16)
    return loud


def mixed(sound: Samples, noise: Samples) -> Samples:
    both: Samples = np.clip(sound.astype(np.int32) + noise[: len(sound)], -32768, 32767).astype(np.int16)
    return both


# --- the run -----------------------------------------------------------------------------------------


def sets(folder: Path) -> None:
    """The shipped clinic, and SETS beside it."""
    (folder / "clinic").symlink_to(SCENARIOS / "clinic")
    for name, steps in SETS.items():
        (folder / name).mkdir()
        (folder / name / "business.yaml").write_text(BUSINESS.format(name=name), encoding="utf-8")
        (folder / name / "main.yaml").write_text(f"scenario: main\ntitle: {name}\nsteps:{steps}", encoding="utf-8")


async def measure(short: bool, at_once: int, only: Sequence[str]) -> Found:
    found = Found()
    said, nods = {}, {}
    for lang in INTERRUPTIONS:
        said[lang] = one_each(lang, INTERRUPTIONS[lang]) if short else spoken(lang, INTERRUPTIONS[lang], 3)
        nods[lang] = spoken(lang, NODS[lang], 1 if short else 3)
    answers = []
    for lang in INTERRUPTIONS:
        asked = [(dialled, text) for each, dialled, text in ANSWERS if each == lang]
        for number in range(1 if short else 3):
            words = one_each(lang, [text for _, text in asked], number)
            answers += [(dialled, *word) for (dialled, _), word in zip(asked, words, strict=True)]
    nods["en"] += [(f"mhm ({hz} Hz)", hummed(hz)) for hz in HUMS_HZ]
    noise = noises(12)
    with tempfile.TemporaryDirectory() as folder:
        sets(Path(folder))
        async with wire.product("debug", scenarios=folder) as served:
            callers = Callers(served, found)
            work: list[Coroutine[Any, Any, None]] = []
            if "interruptions" in only:
                work += [callers.interrupt(lang, text, sound) for lang in said for text, sound in said[lang]]
                work += [callers.answer(dialled, text, sound) for dialled, text, sound in answers]
            if "nods" in only:
                await asyncio.gather(*(callers.listen(lang) for lang in nods))
                for lang, every in nods.items():
                    batches = [every[at : at + NODS_A_CALL] for at in range(0, len(every), NODS_A_CALL)]
                    work += [callers.nod(lang, batch) for batch in batches]
            if "noise" in only:
                kinds = list(noise.items())[-1:] if short else list(noise.items())
                work += [callers.noise("ru", kind, sound) for kind, sound in kinds]
                work += [callers.interrupt("ru", kind, said["ru"][0][1], sound[: 4 * RATE]) for kind, sound in kinds]
            free = asyncio.Semaphore(at_once)

            async def alone(each: Coroutine[Any, Any, None]) -> None:
                async with free:
                    await each

            await asyncio.gather(*(alone(each) for each in work))
    return found


def figures(found: Found) -> dict[str, object]:
    return {
        "after_onset_p95_ms": _ms(found.after_onset, 95),
        "after_speech_p95_ms": _ms(found.after_speech, 95),
        "backchannel_kept": round(found.kept / found.nods, 3) if found.nods else None,
        "noise_stops": found.noise_stops,
        "after_onset_p50_ms": _ms(found.after_onset, 50),
        "onset_p50_ms": _ms(found.onset, 50),
        "onset_p95_ms": _ms(found.onset, 95),
        "after_speech_p50_ms": _ms(found.after_speech, 50),
        "interruptions": found.interruptions,
        "stopped": len(found.after_speech),
        "answered": found.answers - len(found.unanswered),
        "answers": found.answers,
        "not_answered": sorted(found.unanswered),
        "backchannels": found.nods,
        "backchannel_unbroken": round(found.unbroken / max(1, found.nods), 3),
        "backchannel_pause_p50_ms": _ms(found.pauses, 50),
        "backchannel_pause_p95_ms": _ms(found.pauses, 95),
        "not_kept": sorted(found.lost),
        "noise_s": round(found.noise_s),
        "noise_heard": found.noise_heard,
    }


def _ms(values: Sequence[float], share: float) -> int | None:
    """None where that part was not run."""
    return round(percentile(values, share)) if values else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bargein", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--short", action="store_true", help="each word by one voice, babble alone")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="calls at a time")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    options = parser.parse_args()
    logging.basicConfig(level="WARNING", format="%(message)s", force=True)
    log.setLevel("WARNING" if options.json else "INFO")
    machine = Machine()
    try:
        found = figures(asyncio.run(measure(options.short, options.at_once, options.only)))
    except (TimeoutError, httpx.HTTPError) as error:
        raise SystemExit(f"a call went wrong: {error or type(error).__name__}") from error
    wire.tell(found | machine.figures(), as_json=options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
