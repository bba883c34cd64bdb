"""Sounds that nobody speaks: what a caller hears while they wait, and keys as tones."""

from __future__ import annotations

import logging
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice.audio import RATE, Samples, read

log = logging.getLogger(__name__)

MUSIC_DBFS = -27.0  # well under a voice's -20, so that words over it stand out
# A pentatonic phrase on C, so that no two notes that sound together are at odds; Hz, equal temperament.
_NOTES = (261.63, 392.00, 329.63, 440.00, 293.66, 392.00, 523.25, 329.63, 220.00, 329.63, 293.66, 440.00)
_BEAT_S = 0.8
_FADE_S = 3.2  # a note rings on under the next three
# ITU-T Q.23: the rows' and the columns' frequencies, Hz.
_ROWS, _COLUMNS = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)
_KEYPAD = ("123A", "456B", "789C", "*0#D")
KEY_MS = 100  # ITU-T Q.24: 40 at least
KEY_LEVEL = 5_000.0  # each of the two; -13 dBFS together


def music(rate: int = RATE) -> Samples:
    """Ten seconds of soft bells that can be repeated without a seam."""
    beat, fade = int(_BEAT_S * rate), int(_FADE_S * rate)
    length = beat * len(_NOTES)
    sound: npt.NDArray[np.float64] = np.zeros(length)
    t = np.arange(fade) / rate
    swell = np.minimum(t / 0.03, 1.0) * np.exp(-t * 1.4) * np.minimum((_FADE_S - t) / 0.2, 1.0)
    for at, hz in enumerate(_NOTES):
        note = swell * (np.sin(2 * np.pi * hz * t) + 0.3 * np.sin(4 * np.pi * hz * t))
        places = (at * beat + np.arange(fade)) % length  # the last notes ring on into the beginning
        np.add.at(sound, places, note)
    level = 10 ** (MUSIC_DBFS / 20) * 32768 / np.sqrt(np.mean(np.square(sound)))
    out: Samples = (sound * level).astype(np.int16)
    return out


def key_tone(key: str, ms: int = KEY_MS) -> Samples:
    """The two tones of a key: 0-9, *, #, A-D. Raises ValueError on any other."""
    row = next((at for at, keys in enumerate(_KEYPAD) if key in keys), None)
    if row is None or len(key) != 1:
        raise ValueError(f"no such key: {key!r}")
    t = np.arange(RATE * ms // 1000) / RATE
    low, high = _ROWS[row], _COLUMNS[_KEYPAD[row].index(key)]
    return (KEY_LEVEL * (np.sin(2 * np.pi * low * t) + np.sin(2 * np.pi * high * t))).astype(np.int16)


def ringing() -> Samples:
    """What a caller hears while it rings: 425 Hz, one second of five; ITU-T E.180, as in Russia and most of Europe."""
    t = np.arange(RATE) / RATE
    out: Samples = np.concatenate((1_500 * np.sin(2 * np.pi * 425 * t), np.zeros(4 * RATE))).astype(np.int16)
    return out


class Music:
    """What waiting callers hear, by scenario set: the set's own hold.wav, the installation's, or soft bells."""

    def __init__(self, scenarios: Path, everywhere: Path | None = None) -> None:
        """scenarios: the folder of the sets. everywhere: a WAV of any rate."""
        self._scenarios = scenarios
        self._everywhere = everywhere
        self._read: dict[str, Samples] = {}

    def of(self, name: str) -> Samples:
        """At RATE; read once. A file that can't be read is told in the log, and the bells ring in its place."""
        if name not in self._read:
            own = self._scenarios / name / "hold.wav"
            self._read[name] = self._load(own) if own.is_file() else self._load(self._everywhere)
        return self._read[name]

    def _load(self, path: Path | None) -> Samples:
        if path is not None:
            try:
                sound = read(path)
            except (OSError, EOFError, ValueError, wave.Error) as error:
                log.warning("the music for callers who wait can't be played: %s: %s", path, error)
            else:
                if len(sound) > RATE // 10:
                    return sound
        return music()


class Loop:
    """A sound over and over, a piece at a time; one a caller, so that everybody hears it from its beginning."""

    def __init__(self, sound: Samples) -> None:
        """sound: at RATE, not empty."""
        self._sound = sound
        self._at = 0

    def take(self, samples: int) -> Samples:
        """The next so many samples."""
        places = (self._at + np.arange(samples)) % len(self._sound)
        self._at = (self._at + samples) % len(self._sound)
        piece: Samples = self._sound[places]
        return piece
