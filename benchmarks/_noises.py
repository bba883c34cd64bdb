"""Sixty sounds that are nobody's answer, as they arrive when a detector has taken them for speech. Fixed seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from benchmarks._acoustics import LEAD_MS, TAIL_MS, Sound, babble, pink
from benchmarks._greetings import music
from benchmarks.bargein import SPEECH_DBFS, at_level
from benchmarks.onset import short_noises
from voice import audio
from voice.audio import RATE, Samples

LONG_MS = (500, 800, 1_200, 1_600, 2_000)


def _white(size: int, seed: int) -> Sound:
    return np.random.default_rng(seed).normal(size=size)


def _hum(size: int, seed: int) -> Sound:
    at = np.arange(size) / RATE
    return np.asarray(sum(np.sin(2 * np.pi * 50 * k * at + k + seed) / k for k in (1, 2, 3, 5, 7)))


def _clicks(size: int, seed: int) -> Sound:
    random, wave = np.random.default_rng(seed), np.zeros(size)
    for where in random.integers(0, size - 80, max(3, size // 1_000)):
        wave[where : where + 40] += random.normal() * np.exp(-np.arange(40) / 8)
    return wave


def _tone(size: int, seed: int) -> Sound:
    """An exchange's: 425 Hz, by halves of a second or all the while."""
    at = np.arange(size) / RATE
    return np.asarray(np.sin(2 * np.pi * 425 * at) * (1 if seed % 2 else (at % 1.0) < 0.5))


def _siren(size: int, seed: int) -> Sound:
    at = np.arange(size) / RATE
    return np.asarray(
        np.sin(2 * np.pi * np.cumsum(900 + 400 * np.sin(2 * np.pi * (0.7 + 0.1 * (seed % 5)) * at)) / RATE)
    )


def _wind(size: int, seed: int) -> Sound:
    wave = np.convolve(np.random.default_rng(seed).normal(size=size + 64), np.ones(64) / 64, "valid")[:size]
    return np.asarray(wave * (1.2 + np.sin(2 * np.pi * np.arange(size) / RATE * 1.3 + seed)))


_LONG: Mapping[str, Callable[[int, int], Sound]] = {
    "white": _white,
    "pink": pink,
    "hum": _hum,
    "clicks": _clicks,
    "tone": _tone,
    "siren": _siren,
    "wind": _wind,
    "music": lambda size, seed: music(size, seed).astype(np.float64),
}


def sixty(lang: str) -> Iterator[tuple[str, Samples]]:
    """Kind and sound at RATE: 40 of half a second to two, 5 of other people's talk, 15 coughs, knocks and the like."""
    for at, ms in enumerate(LONG_MS):
        size = ms * RATE // 1000
        for kind, make in _LONG.items():
            yield kind, _arriving(at_level(make(size, 100 + at), SPEECH_DBFS - 3 * at))
        talk = np.roll(babble(lang, 8 * RATE), -at * RATE)[:size]
        yield "babble", _arriving(at_level(talk, SPEECH_DBFS - 3 * at))
    for kind, sound in short_noises(1):
        yield kind, _arriving(sound)


def _arriving(sound: Samples) -> Samples:
    return audio.from_alaw(audio.to_alaw(np.concatenate((audio.silence(LEAD_MS), sound, audio.silence(TAIL_MS)))))
