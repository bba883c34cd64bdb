"""The tones of telephone keys in a sound (ITU-T Q.23), found by Goertzel's filters (Q.24). PURE.

For lines whose other end names keys in no other way (a gateway without RFC 4733), and for recordings, in which no key
may be heard.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice.audio import FRAME, RATE, Samples

LOW = (697, 770, 852, 941)  # Hz; Q.23
HIGH = (1209, 1336, 1477, 1633)
KEYS = ("123A", "456B", "789C", "*0#D")
WINDOW = 205  # samples: 25.6 ms, so that each tone of a group lies where its neighbour's filter hears least
HOP = FRAME // 2  # a window every 10 ms: 50 ms of tone hold two whole ones, wherever they begin
SURE = 2  # windows together that hold a tone
OVER = 4  # windows together without it: Q.24's 40 ms of pause
FAINTEST = 3e-6  # of full scale's power: -55 dB; a line's tones are never below -40
TWIST = 6.3  # 8 dB; Q.24 has 4 and 8
PURE = 0.60  # share of the sound's power that the two tones must have; speech has its harmonics besides
APART = 4.0  # times the power of the next strongest in its group
OCTAVE = 0.05  # of the high tone's power at most at twice its frequency: a vowel has more

_AT = np.arange(WINDOW) / RATE
_SHAPE = np.hamming(WINDOW)


def _bank(*frequencies: int) -> npt.NDArray[np.complex128]:
    """Goertzel's filters as one product: the amplitude of each frequency in a window."""
    waves = np.exp(-2j * np.pi * np.outer(_AT, np.array(frequencies)))
    return np.asarray(waves * _SHAPE[:, None] * 2 / _SHAPE.sum())


_BANK = _bank(*LOW, *HIGH, *(2 * each for each in HIGH))


def key_in(sound: Samples) -> str:
    """The key whose tone fills this window, "" for none."""
    wave = sound.astype(np.float64) / 32768
    power = float(np.mean(np.square(wave)))
    if power < FAINTEST:
        return ""
    found = np.square(np.abs(wave @ _BANK)) / 2
    low, high = int(np.argmax(found[:4])), int(np.argmax(found[4:8]))
    row, column = float(found[low]), float(found[4 + high])
    if row + column < PURE * power or column > TWIST * row or row > TWIST * column:
        return ""
    if np.sort(found[:4])[2] * APART > row or np.sort(found[4:8])[2] * APART > column:
        return ""
    return "" if found[8 + high] > OCTAVE * column else KEYS[low][high]


class ToneKeys:
    """Keys by their tones, one a line. `hear` each frame gives the key that began, once; `sounding` while it lasts."""

    def __init__(self) -> None:
        self._kept: Samples = np.zeros(WINDOW - HOP, np.int16)
        self._candidate = ""
        self._seen = 0
        self._missed = 0
        self._down = ""
        self.sounding = False  # a tone, or the beginning of one, was in the last frame

    def hear(self, frame: Samples) -> str:
        sound = np.concatenate((self._kept, frame))
        self.sounding = False
        began = ""
        for start in range(0, len(sound) - WINDOW + 1, HOP):
            key = key_in(sound[start : start + WINDOW])
            self.sounding = self.sounding or bool(key)
            began = self._window(key) or began
        self._kept = sound[-(WINDOW - HOP) :]
        return began

    def _window(self, key: str) -> str:
        if self._down:
            self._missed = 0 if key == self._down else self._missed + 1
            if self._missed >= OVER:
                self._down = ""
        self._seen = self._seen + 1 if key and key == self._candidate else int(bool(key))
        self._candidate = key
        if not key or key == self._down or self._seen < SURE:
            return ""
        self._down, self._missed = key, 0
        return key
