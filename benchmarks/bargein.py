"""Who stops the bot and who doesn't, on the wire: a real SIP peer speaks into the prompts of a whole `govorun serve`.

    python -m benchmarks.bargein [--json] [--short] [--at-once 2]

Callers have voices that the bot never uses (of RHVoice, Russian and English), A-law, one RTP packet every 20 ms, and
speak while the greeting and the menu of the shipped clinic play. A packet counts as the prompt's while it is louder
than -45 dBFS.

    after_speech_p95_ms  from the packet in which the caller's speech begins (as loud) to the last packet of the prompt:
                         real interruptions, a call each
    after_onset_p95_ms   the same from when the bot is sure of speech: our own detector, run here over the sound as
                         sent, says with which packet, and 27 ms later the dialogue has it (docs/telephone.md)
    after_onset_sent_p95_ms  the same from when that packet was sent
    stopped              interruptions that stopped the prompt at all, of how many (`interruptions`)
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
import itertools
import json
import logging
import os
import platform
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.__main__ import rows
from benchmarks.latency import LOUD_DBFS, Machine, percentile
from tests.spine.served import Served
from tests.voice.peers import Phone, PhoneCall
from voice import audio
from voice.audio import FRAME, RATE, Samples
from voice.endpointing import PATIENCE, Endpointer, Mark
from voice.tts.rhvoice import RhVoice
from voice.vad.silero import SileroVad

log = logging.getLogger(__name__)

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
HUMS_HZ = (110, 205)  # of "mhm", which no synthesiser reads: made here
SPEECH_DBFS = -20.0  # of our voices
NOISE_DB = 15.0  # below it
PLAYING_S = 1.2  # of the greeting, before anybody speaks
BETWEEN_S = 3.6  # from one nod to the next
AFTER_S = 1.8  # within which a prompt has to be back
NODS_A_CALL = 3
OWN_PAUSE_MS = 340  # longer than any pause of these prompts
SOUNDING_S = 0.25
LINE_MS = 27  # from the caller's packet to the dialogue, jitter buffer included; as docs/telephone.md has it


@dataclass(slots=True)
class Found:
    after_speech: list[float] = field(default_factory=list)
    after_onset: list[float] = field(default_factory=list)
    interruptions: int = 0
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
        for each in await self._served.get("/api/conversations?channel=sip&limit=500"):
            if user[1:] in each["sender"]:
                lines = (await self._served.get(f"/api/conversations/{each['id']}"))["transcript"]
                return sum(line["who"] == "customer" for line in lines)
        return 0

    async def listen(self, lang: str) -> None:
        """How long the prompt is where nobody says anything."""
        async with Phone(user=self._user()) as phone:
            call, _ = await self._listening(phone, lang)
            await to_its_end(call)
            self.whole[lang] = len(call.loud())
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
        loud = [audio.level(frame) > LOUD_DBFS for frame in audio.frames(sound)]
        if not alone:
            recent = call.loud(sent[-1] - 0.2)
            return not recent
        begun, ended = sent[loud.index(True)], sent[len(loud) - 1 - loud[::-1].index(True)]
        last = max((at for at in call.loud(begun) if at < ended), default=begun)
        if ended - last < 0.15:
            log.info("%s: not stopped", text)
            return False
        self._found.after_speech.append((last - begun) * 1000)
        sure = onset_packet(sound, before)
        if sure is not None and sure < len(sent):
            self._found.after_onset.append(max(0.0, last - sent[sure]) * 1000)
        log.info("%s: stopped after %.0f ms", text, (last - begun) * 1000)
        return True

    async def nod(self, lang: str, nods: Sequence[tuple[str, Samples]]) -> None:
        """Several nods into one prompt, which has to be heard to its end."""
        async with Phone(user=self._user()) as phone:
            call, user = await self._listening(phone, lang)
            await asyncio.sleep(PLAYING_S)
            outcome: list[tuple[str, bool, float]] = []
            for name, sound in nods:
                taken = await self._turns(user)
                while not call.loud(time.monotonic() - 0.06):
                    await asyncio.sleep(0.005)
                at = time.monotonic()
                call.say(sound)
                await call.said()
                await asyncio.sleep(AFTER_S)
                went_on = await self._turns(user) == taken and bool(call.loud(time.monotonic() - SOUNDING_S * 2))
                outcome.append((name, went_on, longest_pause_ms(call, at, time.monotonic())))
                await asyncio.sleep(BETWEEN_S - AFTER_S)
            await to_its_end(call)
            whole = len(call.loud()) >= 0.97 * self.whole[lang]
            call.hang_up()
        for name, went_on, pause in outcome:
            kept = went_on and whole
            self._found.nods += 1
            self._found.kept += kept
            self._found.unbroken += kept and pause <= OWN_PAUSE_MS
            self._found.lost += [] if kept else [name]
            self._found.pauses += [pause] if kept else []
            log.info("%s %s: %s, longest pause %.0f ms", lang, name, "kept" if kept else "LOST", pause)

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


async def to_its_end(call: PhoneCall) -> None:
    """Until the bot has been silent for longer than between two prompts."""
    async with asyncio.timeout(90):
        while call.quiet_s < 1.0 and not call.ended.is_set():
            await asyncio.sleep(0.05)


def longest_pause_ms(call: PhoneCall, since: float, until: float) -> float:
    """The longest silence within the bot's sound."""
    times = [since, *(at for at in call.loud(since) if at <= until)]
    return max((b - a for a, b in itertools.pairwise(times)), default=until - since) * 1000


def stops_in(call: PhoneCall) -> int:
    """Pauses longer than the prompt's own, but for its end."""
    times = call.loud()
    return sum((b - a) * 1000 > OWN_PAUSE_MS for a, b in itertools.pairwise(times))


def onset_packet(sound: Samples, packets_before: int) -> int | None:
    """The packet of `sound` with which the detector is sure of speech, its windows laid as on the line."""
    vad = SileroVad()
    ear = Endpointer(PATIENCE["menu"])
    window = RATE * vad.window_ms // 1000
    lead = window * 40 + packets_before * FRAME % window
    heard = np.concatenate((np.zeros(lead, np.int16), sound))
    for number, (probability, level) in enumerate(vad.hear(heard)):
        if any(edge.mark is Mark.SPEECH_STARTED for edge in ear.hear(probability, level)):
            return max(0, ((number + 1) * window - lead - 1) // FRAME)
    return None


# --- sounds ------------------------------------------------------------------------------------------


def spoken(lang: str, texts: Iterable[str], voices: int) -> list[tuple[str, Samples]]:
    """Each text by each voice; as the line carries it, a little of its own noise around."""
    made: list[tuple[str, Samples]] = []
    for name in VOICES[lang][:voices]:
        voice = RhVoice(name, lang, 1.0)
        made += [(f"{text} ({name})", audio.joined(list(voice.speak(text)))) for text in texts]
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


def noises(seconds: float) -> dict[str, Samples]:
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
        "babble": babbled(size, random),
    }
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


async def measure(short: bool, at_once: int) -> Found:
    found = Found()
    voices = 1 if short else 3
    nods = {lang: spoken(lang, NODS[lang], voices) for lang in NODS}
    nods["en"] += [(f"mhm ({hz} Hz)", hummed(hz)) for hz in HUMS_HZ]
    said = {lang: spoken(lang, INTERRUPTIONS[lang], voices) for lang in INTERRUPTIONS}
    noise = noises(12)
    with tempfile.TemporaryDirectory() as folder:
        async with Served(Path(folder) / "data", voice=True, log_level="error") as served:
            voice = str((await served.get("/ready"))["parts"]["voice"])
            if "Lost" in voice:
                raise SystemExit(f"not everything is installed: {voice}")
            callers = Callers(served, found)
            for lang in nods:
                await callers.listen(lang)
            work = [callers.interrupt(lang, text, sound) for lang in said for text, sound in said[lang]]
            for lang, every in nods.items():
                batches = [every[at : at + NODS_A_CALL] for at in range(0, len(every), NODS_A_CALL)]
                work += [callers.nod(lang, batch) for batch in batches]
            kinds = list(noise.items())[-1:] if short else list(noise.items())
            work += [callers.noise("ru", kind, sound) for kind, sound in kinds]
            work += [callers.interrupt("ru", kind, said["ru"][0][1], sound[: 4 * RATE]) for kind, sound in kinds]
            free = asyncio.Semaphore(at_once)

            async def alone(each: Any) -> None:
                async with free:
                    await each

            await asyncio.gather(*(alone(each) for each in work))
    return found


def figures(found: Found) -> dict[str, object]:
    at_the_bot = [max(0.0, each - LINE_MS) for each in found.after_onset]
    return {
        "after_onset_p95_ms": round(percentile(at_the_bot, 95)),
        "after_speech_p95_ms": round(percentile(found.after_speech, 95)),
        "backchannel_kept": round(found.kept / max(1, found.nods), 3),
        "noise_stops": found.noise_stops,
        "after_onset_p50_ms": round(percentile(at_the_bot, 50)),
        "after_onset_sent_p95_ms": round(percentile(found.after_onset, 95)),
        "after_speech_p50_ms": round(percentile(found.after_speech, 50)),
        "interruptions": found.interruptions,
        "stopped": len(found.after_speech),
        "backchannels": found.nods,
        "backchannel_unbroken": round(found.unbroken / max(1, found.nods), 3),
        "backchannel_pause_p50_ms": round(percentile(found.pauses, 50)),
        "backchannel_pause_p95_ms": round(percentile(found.pauses, 95)),
        "not_kept": sorted(found.lost),
        "noise_s": round(found.noise_s),
        "noise_heard": found.noise_heard,
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bargein", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--short", action="store_true", help="one voice a language, babble alone")
    parser.add_argument("--at-once", type=int, default=2, metavar="N", help="calls at a time")
    options = parser.parse_args()
    logging.basicConfig(level="WARNING", format="%(message)s", force=True)
    log.setLevel("WARNING" if options.json else "INFO")
    machine = Machine()
    try:
        found = figures(asyncio.run(measure(options.short, options.at_once)))
    except (TimeoutError, httpx.HTTPError) as error:
        raise SystemExit(f"a call went wrong: {error or type(error).__name__}") from error
    found |= {
        "others": machine.others(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for key, figure in rows(found):
            print(f"{key:<44} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
