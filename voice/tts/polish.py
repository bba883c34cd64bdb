"""Raw speech of an engine to sound for the line: one loudness, no silence before the first word, no clipping.

Streams: a chunk goes out as soon as it came in, but for the silence that may turn out to be the end.
"""

from __future__ import annotations

import math

import numpy as np

from voice.audio import EMPTY, RATE, SILENCE_DBFS, Resampler, Samples, level, speech_level

SPEECH_DBFS = -20.0  # RMS while speaking; about the -26 dBov of ITU-T P.56 for a line, louder by 6 for a handset
SILENT_DBFS = -50.0  # after gain; quieter windows at the ends are cut
EDGE_MS = 10  # the windows that are looked at; one of quiet stays before the first word: the caller waits for it
KEPT_MS = 30  # of the quiet after the last word, fading
KNEE = 0.7  # of full scale; above it peaks are bent instead of clipped


def gain_for(sample: Samples, rate: int) -> float:
    """The factor that brings a voice to SPEECH_DBFS, measured once on a sentence of it."""
    loudness = speech_level(sample, rate)
    return 1.0 if loudness <= SILENCE_DBFS else math.pow(10, (SPEECH_DBFS - loudness) / 20)


class Polish:
    """One a prompt. rate: of the engine, Hz. `feed` each chunk, then `flush`; both give sound at RATE."""

    def __init__(self, rate: int, gain: float) -> None:
        self._gain = gain
        self._resampler = Resampler(rate, RATE)
        self._begun = False
        self._pending = EMPTY  # cut into windows, the last may be short
        self._quiet: list[Samples] = []  # windows that are silence so far
        self._window = RATE * EDGE_MS // 1000

    def feed(self, sound: Samples) -> Samples:
        return self._take(self._resampler.feed(self._loud(sound)))

    def flush(self) -> Samples:
        rest = self._take(self._resampler.flush())
        tail = np.concatenate((*self._quiet, self._pending)) if self._begun else EMPTY
        self._quiet, self._pending = [], EMPTY
        return np.concatenate((rest, _faded(tail[: RATE * KEPT_MS // 1000])))

    def _loud(self, sound: Samples) -> Samples:
        size = sound.astype(np.float32) * (self._gain / 32768)
        over = np.abs(size) - KNEE
        bent = np.sign(size) * (KNEE + (1 - KNEE) * np.tanh(over / (1 - KNEE)))
        whole: Samples = (np.where(over > 0, bent, size) * 32767).astype(np.int16)
        return whole

    def _take(self, sound: Samples) -> Samples:
        whole = np.concatenate((self._pending, sound))
        count = len(whole) // self._window
        self._pending = whole[count * self._window :]
        out: list[Samples] = []
        for window in whole[: count * self._window].reshape(count, self._window):
            if level(window) < SILENT_DBFS:
                self._quiet.append(window)
                if not self._begun:
                    self._quiet = self._quiet[-1:]
                continue
            self._begun = True
            out += [*self._quiet, window]
            self._quiet = []
        return np.concatenate(out) if out else EMPTY


def _faded(sound: Samples) -> Samples:
    ramp = np.linspace(1, 0, len(sound), dtype=np.float32)
    whole: Samples = (sound * ramp).astype(np.int16)
    return whole
