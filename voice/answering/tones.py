"""Tones on a line: beeps of answering machines, fax, ringing and busy tones, the tones before an announcement.

PURE. A tone is most of the sound's energy in one narrow place (or two, for the dual tones of North America), and it
stays there: voices and music move.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

import numpy as np

from voice.audio import FRAME, FRAME_MS, RATE, Frame, level

WINDOW = 2 * FRAME  # 40 ms: bins of 25 Hz, which tells 400 from 425 Hz and a vowel's harmonics from one another
BIN = RATE / WINDOW  # Hz
HEARD_DBFS = -45.0  # a quieter tone is a leak from another line
PURE = 0.80  # of the energy; white noise 10 dB under the tone leaves 0.9
DUAL = 0.85  # likewise of two tones together, each of them at least LEAST
LEAST = 0.15
STEADY_HZ = 12.0  # either way from the first; a vowel of 100 ms moves more, a question's by 50 Hz
BEATING_HZ = 45.0  # likewise of two tones that are too near each other to be told apart
SURE_MS = 160  # from here on what the detector of voices hears is no voice
BEEP_HZ = (350.0, 2300.0)
BEEP_MS = (90, 1500)  # real ones: 0.1 to 1 s
FAX_CED_HZ, FAX_CED_MS = 2100.0, 800  # T.30 4.3.1: 2100 Hz for 2.6 to 4 s; with phase reversals in it for V.8
FAX_CNG_HZ, FAX_CNG_MS = 1100.0, (380, 620)  # T.30 4.3.3.3: 1100 Hz, 0.5 s on, 3 s off
FAX_HZ = 38.0  # CNG may be off by so much, CED by 15
SIT_HZ = ((900.0, 1000.0), (1350.0, 1450.0), (1740.0, 1830.0))  # E.180 and Telcordia GR-1162: rising, 276 or 380 ms
SIT_MS = (200, 480)
SIT_GAP_MS = 120
CALLING_HZ = (390.0, 490.0)  # ringing and busy: 425 Hz nearly everywhere, 400+450 British, 440+480 American
RINGING_MS = 620  # Russia 0.8-1 s on, America 2 s; Britain's two of 0.4 s fall short and count as beeps of the line
BUSY_MS = (150, 560)  # busy 0.35-0.5 s, congestion 0.2-0.25 s, as long on as off
BUSY_TIMES = 3
BUSY_GAP_MS = 700
_HANN = np.hanning(WINDOW)


class Tone(Enum):
    BEEP = auto()
    FAX = auto()
    SIT = auto()  # special information tones: an announcement of the network follows
    RINGING = auto()  # in band, after the answer: whoever answered is calling on
    BUSY = auto()  # in band, after the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A tone that is over, or (fax, ringing) has lasted long enough. ms since the first frame."""

    tone: Tone
    hz: float
    from_ms: int
    at_ms: int

    @property
    def ms(self) -> int:
        return self.at_ms - self.from_ms


class Tones:
    """Feed it every frame. `sounding`: there is a tone now, so what the VAD hears is no speech."""

    def __init__(self) -> None:
        self.sounding = False
        self._before: Frame = np.zeros(FRAME, np.int16)
        self._frames = 0
        self._from = 0  # frame at which the tone under way began
        self._hz = 0.0
        self._told = False  # of the tone under way
        self._held: Heard | None = None
        self._recent: list[tuple[float, int, int]] = []  # Hz, from ms, to ms of short tones that are over

    def hear(self, frame: Frame) -> tuple[Heard, ...]:
        """Take 20 ms; what is known now, usually nothing."""
        hz = _pitch(np.concatenate((self._before, frame)))
        self._before = frame
        self._frames += 1
        out: tuple[Heard, ...] = ()
        if self._held is not None and not (hz or self._hz) and self._frames * FRAME_MS - self._held.at_ms > SIT_GAP_MS:
            out, self._held = (self._held,), None
        calling = CALLING_HZ[0] <= self._hz <= CALLING_HZ[1] and CALLING_HZ[0] <= hz <= CALLING_HZ[1]
        if self._hz and (not hz or abs(hz - self._hz) > (BEATING_HZ if calling else STEADY_HZ)):
            out = (*out, *self._over())
        if hz and not self._hz:
            self._from, self._told = self._frames - 1, False
            self._hz = hz
        elif hz:
            if self._ms <= 3 * FRAME_MS:
                self._hz = hz  # the first window holds its beginning, and is less exact
            out = (*out, *self._goes_on())
        self.sounding = bool(self._hz) and self._ms >= SURE_MS
        return out

    @property
    def _ms(self) -> int:
        """How long the tone under way has lasted."""
        return (self._frames - self._from) * FRAME_MS

    def _goes_on(self) -> tuple[Heard, ...]:
        if self._told:
            return ()
        found: Tone | None = None
        if abs(self._hz - FAX_CED_HZ) <= FAX_HZ and self._ms >= FAX_CED_MS:
            found = Tone.FAX
        elif CALLING_HZ[0] <= self._hz <= CALLING_HZ[1] and self._ms >= RINGING_MS:
            found = Tone.RINGING
        if found is None:
            return ()
        self._told = True
        return (self._heard(found, self._hz),)

    def _over(self) -> tuple[Heard, ...]:
        self._held = None
        hz, ms, told = self._hz, self._ms - 2 * FRAME_MS, self._told  # the windows at both ends reach beyond it
        self._hz = 0.0
        if told or not (BEEP_MS[0] <= ms <= BEEP_MS[1]) or not (BEEP_HZ[0] <= hz <= BEEP_HZ[1]):
            return ()
        began, now = self._from * FRAME_MS, self._frames * FRAME_MS
        self._recent = [each for each in self._recent if now - each[2] < 2_000] + [(hz, began, now)]
        if self._is_sit():
            self._recent.clear()
            return (self._heard(Tone.SIT, hz),)
        if CALLING_HZ[0] <= hz <= CALLING_HZ[1] and BUSY_MS[0] <= ms <= BUSY_MS[1]:
            if self._is_busy():
                self._recent.clear()
                return (self._heard(Tone.BUSY, hz),)
            return ()  # the first of a busy tone; or a beep of that pitch, which is rare
        if abs(hz - FAX_CNG_HZ) <= FAX_HZ and FAX_CNG_MS[0] <= ms <= FAX_CNG_MS[1]:
            return (self._heard(Tone.FAX, hz),)
        beep = self._heard(Tone.BEEP, hz)
        if any(low <= hz <= high for low, high in SIT_HZ[:2]) and SIT_MS[0] <= ms <= SIT_MS[1]:
            self._held = beep  # the first or second of three: the next follows at once, or it was a beep
            return ()
        return (beep,)

    def _is_sit(self) -> bool:
        last = self._recent[-3:]
        return len(last) == 3 and all(low <= hz <= high for (hz, _, _), (low, high) in zip(last, SIT_HZ, strict=True))

    def _is_busy(self) -> bool:
        last = self._recent[-BUSY_TIMES:]
        return (
            len(last) == BUSY_TIMES
            and all(CALLING_HZ[0] <= hz <= CALLING_HZ[1] for hz, _, _ in last)
            and all(b[1] - a[2] <= BUSY_GAP_MS for a, b in pairwise(last))
        )

    def _heard(self, tone: Tone, hz: float) -> Heard:
        return Heard(tone=tone, hz=hz, from_ms=self._from * FRAME_MS, at_ms=self._frames * FRAME_MS)


def _pitch(sound: Frame) -> float:
    """Hz of the tone that this sound is, 0 where it is none. Of a dual tone: of its lower, or what lies between."""
    if level(sound) < HEARD_DBFS:
        return 0.0
    power = np.abs(np.fft.rfft(sound * _HANN)) ** 2
    power[: int(200 / BIN)] = 0.0  # hum
    total = float(power.sum())
    if total <= 0.0:
        return 0.0
    peak = int(power.argmax())
    first = _around(power, peak)
    if first / total >= PURE:
        return _exact(power, peak)
    rest = power.copy()
    rest[max(0, peak - 2) : peak + 3] = 0.0
    second = int(rest.argmax())
    both = first + _around(rest, second)
    if both / total < DUAL or _around(rest, second) / total < LEAST:
        return 0.0
    low, high = sorted((_exact(power, peak), _exact(power, second)))
    dual = any(abs(low - a) < 25 and abs(high - b) < 25 for a, b in ((440, 480), (400, 450), (480, 620)))
    return (425.0 if (high - low) < 60 else 480.0) if dual else 0.0


def _around(power: np.ndarray[tuple[int, ...], np.dtype[np.float64]], peak: int) -> float:
    return float(power[max(0, peak - 2) : peak + 3].sum())


def _exact(power: np.ndarray[tuple[int, ...], np.dtype[np.float64]], peak: int) -> float:
    """Between the bins: the centre of what stands around the peak."""
    low = max(0, peak - 2)
    near = power[low : peak + 3]
    return float((near * np.arange(low, low + near.size)).sum() / near.sum()) * BIN
