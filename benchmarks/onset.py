"""How soon the detector is sure of a caller who begins to speak, and what else it takes for one: sound replayed through
it, no real time, the same every run.

    python -m benchmarks.onset [--json] [--short]

Voices and words of callers, A-law, on a line without noise and on one at -60 dBFS, each at four places between the
detector's windows. Counted as `benchmarks.bargein` counts on the wire, so that the two can be compared: from the packet
in which speech begins (louder than -45 dBFS) to the packet that completes the window in which it was sure, plus PATH_MS
that the sound takes through the stack.

    p50_ms, p95_ms, most_ms  of words that begin an interruption; one-word answers among them;  missed: never heard
    slowest                  words, mean ms: by their first sounds
    nods_over                shares of nods that are over within 160, 200, 240 ms of their beginning: that many could be
                             told from speech by their length before a prompt has to stop
    noise_starts             of stretches of 2 s of steady noise at 15 dB below speech that begins in a silence
    knocks, coughs, breaths, keys, barks: short noises as loud as speech or up to 12 dB softer, taken for speech
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from benchmarks import _wire as wire
from benchmarks._wire import percentile
from benchmarks.bargein import ANSWERS, INTERRUPTIONS, NODS, SPEECH_DBFS, at_level, noises, spoken
from voice import audio
from voice.audio import FRAME, FRAME_MS, RATE, Samples
from voice.endpointing import PATIENCE, Endpointer, Mark, Noise
from voice.ports import Vad
from voice.vad.silero import WINDOW, SileroVad

PATH_MS = 27  # from the sender's socket to the detector: measured
LEAD = 112  # packets of the line before: the model has heard it
HISS_DBFS = -60.0
PLACES = 4

# Words that begin softly, without a voice or with a stop, beside those of `bargein`.
MORE = {
    "ru": (
        "Сколько стоит приём кардиолога", "Стоп", "Перезвоните мне", "К стоматологу", "Человека позовите", "Хватит",
        "Фамилия Шилов", "Это срочно", "Спустя час", "Шесть часов вечера", "Плохо слышно", "Что вы сказали",
    ),
    "en": (
        "Stop", "Hold on a second", "Cancel my visit", "She needs a dentist", "Wait", "Excuse me", "Fifth of May",
        "Please repeat that", "Prices", "Hello, can you hear me",
    ),
}  # fmt: skip


@dataclass(slots=True)
class Found:
    onset: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    missed: int = 0
    nods_ms: list[float] = field(default_factory=list)
    taken: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))


def sure_at(vad: Vad, sound: Samples) -> int | None:
    """The sample at whose end the caller was first taken to speak over a prompt; None where never."""
    vad.reset()
    ear, noise = Endpointer(PATIENCE["menu"]), Noise()
    for number, (probability, level) in enumerate(vad.hear(sound), 1):
        noise.hear(level)
        for edge in ear.hear(probability if noise.rises(level) else 0.0, level):
            if edge.mark is Mark.SPEECH_STARTED:
                return number * WINDOW
    return None


def on_a_line(sound: Samples, place: int, hiss: bool) -> Samples:
    """As it arrives after a quiet line. place: so many packets more before it; the windows fall otherwise then."""
    whole = np.concatenate((np.zeros((LEAD + place) * FRAME, np.int16), sound, np.zeros(RATE // 2, np.int16)))
    if hiss:
        bed = np.random.default_rng(place).normal(0, 32768 * 10 ** (HISS_DBFS / 20), len(whole))
        whole = np.clip(whole + bed, -32768, 32767).astype(np.int16)
    return audio.from_alaw(audio.to_alaw(whole))


def onset_ms(vad: Vad, sound: Samples, place: int, hiss: bool) -> float | None:
    begins = LEAD + place + wire.loud(sound).index(True)
    at = sure_at(vad, on_a_line(sound, place, hiss))
    return None if at is None else (-(-at // FRAME) - 1 - begins) * FRAME_MS + PATH_MS


def words(voices: int) -> Iterator[tuple[str, Samples]]:
    for lang in INTERRUPTIONS:
        answers = [text for each, _, text in ANSWERS if each == lang]
        yield from spoken(lang, (*INTERRUPTIONS[lang], *answers, *MORE[lang]), voices)


# --- what is no speech -------------------------------------------------------------------------------


def short_noises(each: int) -> Iterator[tuple[str, Samples]]:
    random = np.random.default_rng(11)
    kinds = {"knocks": _knock, "coughs": _cough, "breaths": _breath, "keys": _keys, "barks": _bark}
    for softer in (0.0, 6.0, 12.0):
        for _ in range(each):
            for kind, make in kinds.items():
                yield kind, at_level(make(random), SPEECH_DBFS - softer)


Wave = npt.NDArray[np.float64]


def _dying(ms: int, rise_s: float, fall_s: float) -> Wave:
    at = np.arange(ms * RATE // 1000) / RATE
    return np.asarray(np.minimum(1, at / rise_s) * np.exp(-np.maximum(0, at - rise_s) / fall_s))


def _band(random: np.random.Generator, ms: int, low: float, high: float) -> Wave:
    size = ms * RATE // 1000
    spectrum, hertz = np.fft.rfft(random.normal(0, 1, size)), np.fft.rfftfreq(size, 1 / RATE)
    spectrum[(hertz < low) | (hertz > high)] = 0
    return np.fft.irfft(spectrum, size)


def _knock(random: np.random.Generator) -> Wave:
    at = np.arange(RATE // 10) / RATE
    first, second = random.uniform(120, 260), random.uniform(300, 700)
    return np.asarray((np.sin(2 * np.pi * first * at) + np.sin(2 * np.pi * second * at)) * _dying(100, 0.002, 0.02))


def _cough(random: np.random.Generator) -> Wave:
    burst, breath = _band(random, 200, 300, 3_000), _band(random, 300, 200, 2_500)
    at = np.arange(RATE * 150 // 1000) / RATE
    voice = sum(np.sin(2 * np.pi * 140 * k * at) / k for k in range(1, 12)) * _dying(150, 0.01, 0.04)
    whole = np.concatenate((burst * _dying(200, 0.008, 0.05), breath * _dying(300, 0.02, 0.09) * 0.6))
    whole[400 : 400 + len(at)] += np.asarray(voice) * np.std(burst)
    return whole


def _breath(random: np.random.Generator) -> Wave:
    ms = int(random.integers(300, 800))
    sound = _band(random, ms, 300, 3_000)
    return np.asarray(sound * np.sin(np.pi * np.arange(len(sound)) / len(sound)))


def _keys(random: np.random.Generator) -> Wave:
    taps: list[Wave] = []
    for _ in range(8):
        taps += [_band(random, 25, 800, 3_500) * _dying(25, 0.001, 0.006), np.zeros(int(random.integers(400, 1_600)))]
    return np.concatenate(taps)


def _bark(random: np.random.Generator) -> Wave:
    at = np.arange(RATE // 5) / RATE
    pitch = random.uniform(400, 600) + 300 * np.sin(np.pi * at / 0.2)
    turns = 2 * np.pi * np.cumsum(pitch) / RATE
    return np.asarray(sum(np.sin(turns * k) / k for k in range(1, 6)) * _dying(200, 0.02, 0.08))


# --- the run -----------------------------------------------------------------------------------------


def measure(vad: Vad, short: bool) -> Found:
    found = Found()
    voices, places = (1, 2) if short else (3, PLACES)
    for name, sound in words(voices):
        for place in range(places):
            for hiss in (False, True):
                ms = onset_ms(vad, sound, place, hiss)
                if ms is None:
                    found.missed += 1
                else:
                    found.onset[name].append(ms)
    for lang in NODS:
        for _, sound in spoken(lang, NODS[lang], voices):
            heard = wire.loud(sound)
            found.nods_ms.append((len(heard) - heard.index(True)) * FRAME_MS - wire.tail_s(sound) * 1000)
    for number, (kind, sound) in enumerate(_all_noises(short)):
        found.taken[kind].append(sure_at(vad, on_a_line(sound, number % PLACES, False)) is not None)
    return found


def _all_noises(short: bool) -> Iterable[tuple[str, Samples]]:
    yield from short_noises(2 if short else 8)
    for kind, sound in noises(2 if short else 8, babble=False).items():
        for start in range(0, len(sound), 2 * RATE):
            yield kind, sound[start : start + 2 * RATE]


STEADY = ("white", "pink", "hum", "clicks")


def figures(found: Found) -> Mapping[str, object]:
    every = [ms for each in found.onset.values() for ms in each]
    slow = sorted(found.onset.items(), key=lambda each: -statistics.fmean(each[1]))
    over = [sum(ms <= within for ms in found.nods_ms) / len(found.nods_ms) for within in (160, 200, 240)]
    steady = [taken for kind in STEADY for taken in found.taken[kind]]
    return {
        "p50_ms": round(percentile(every, 50)),
        "p95_ms": round(percentile(every, 95)),
        "most_ms": round(max(every)),
        "onsets": len(every),
        "missed": found.missed,
        "slowest": {name: round(statistics.fmean(each)) for name, each in slow[:8]},
        "nods": len(found.nods_ms),
        "nods_over": [round(share, 2) for share in over],
        "noise_starts": f"{sum(steady)} of {len(steady)}",
        **{kind: f"{sum(each)} of {len(each)}" for kind, each in found.taken.items() if kind not in STEADY},
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.onset", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--short", action="store_true", help="one voice a language, two places")
    options = parser.parse_args()
    wire.tell(figures(measure(SileroVad(), options.short)), as_json=options.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
