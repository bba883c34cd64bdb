"""Telephone lines for benchmarks: voices of callers, noise behind them, A-law, lost packets.

Everything is drawn from fixed seeds: a benchmark that runs twice hears the same twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from voice import audio
from voice.audio import FRAME, RATE, Samples
from voice.ports import Synthesizer
from voice.tts.rhvoice import RhVoice

Sound = npt.NDArray[np.float64]

LEAD_MS = 300  # of the line before the caller speaks: what the ears keep before an onset
TAIL_MS = 96  # of silence when decoding begins


@dataclass(frozen=True, slots=True)
class Caller:
    """A voice, and how it is changed. faster: of pitch and tempo together, 1.08 is a smaller person in a hurry."""

    voice: str
    faster: float = 1.0

    @property
    def name(self) -> str:
        return self.voice if self.faster == 1.0 else f"{self.voice}*{self.faster:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """noise: "pink" (rooms, streets) or "babble" (other people), at snr_db under the speech. lost: share of packets."""

    noise: str = ""
    snr_db: float = 0.0
    lost: float = 0.0


# No voice of those that are reported was tuned on; aleksandr-hq is aleksandr's speaker, recorded and built better.
CALLERS: Mapping[str, tuple[Caller, ...]] = {
    "ru": (Caller("anna"), Caller("irina"), Caller("aleksandr-hq"), Caller("anna", 1.08), Caller("irina", 0.95)),
    "en": (Caller("alan"), Caller("clb"), Caller("hibari"), Caller("alan", 1.06), Caller("clb", 0.95)),
}
TUNED_CALLERS: Mapping[str, tuple[Caller, ...]] = {
    "ru": (Caller("elena"), Caller("aleksandr"), Caller("elena", 1.07), Caller("aleksandr", 0.93)),
    "en": (Caller("slt"), Caller("bdl"), Caller("slt", 1.08), Caller("bdl", 0.94)),
}
CONDITIONS: Mapping[str, Condition] = {
    "clean": Condition(),
    "pink_20db": Condition(noise="pink", snr_db=20),
    "pink_15db": Condition(noise="pink", snr_db=15),
    "pink_10db": Condition(noise="pink", snr_db=10),
    "babble_20db": Condition(noise="babble", snr_db=20),
    "babble_15db": Condition(noise="babble", snr_db=15),
    "babble_10db": Condition(noise="babble", snr_db=10),
    "loss_3pct": Condition(lost=0.03),
    "line": Condition(noise="pink", snr_db=15, lost=0.03),
}
_BABBLE = {
    "ru": (("irina", "вчера мы ходили в магазин и долго выбирали там новые обои для кухни и коридора"),
           ("aleksandr", "а потом он позвонил и сказал что опоздает минут на двадцать из за пробок на мосту"),
           ("elena", "я думаю надо сначала посоветоваться с юристом и только потом подписывать бумаги")),
    "en": (("bdl", "we went to the market yesterday and could not decide on new curtains for the kitchen"),
           ("clb", "and then he called and said that he would be late because of the traffic on the bridge"),
           ("alan", "I think we should talk to a lawyer first and sign the papers only after that")),
}  # fmt: skip


class Callers:
    """Voices, loaded when first needed."""

    def __init__(self) -> None:
        self._voices: dict[tuple[str, str], Synthesizer] = {}

    def speech(self, caller: Caller, lang: str, text: str) -> Samples:
        """What this caller says, at RATE, as it leaves the mouth."""
        key = (caller.voice, lang)
        if key not in self._voices:
            self._voices[key] = _voice(caller.voice, lang)
        spoken = audio.joined(list(self._voices[key].speak(text)))
        return audio.resampled(spoken, round(RATE * caller.faster / 100) * 100, RATE)

    def close(self) -> None:
        for voice in self._voices.values():
            voice.close()


def _voice(name: str, lang: str) -> Synthesizer:
    if name == "hibari":
        from voice.tts.hibari import Hibari

        return Hibari()
    return RhVoice(name, lang)


def on_the_line(speech: Samples, lang: str, condition: Condition) -> Samples:
    """What arrives of that speech: noise added, coded in A-law, packets lost and concealed."""
    sound = np.concatenate((audio.silence(LEAD_MS), speech, audio.silence(TAIL_MS)))
    seed = int.from_bytes(hashlib.sha256(speech.tobytes()).digest()[:4], "big")
    if condition.noise:
        noise = pink(len(sound), seed) if condition.noise == "pink" else babble(lang, len(sound))
        noise = noise * 32768 * 10 ** ((audio.speech_level(speech) - condition.snr_db) / 20)
        sound = np.clip(sound + noise, -32768, 32767).astype(np.int16)
    heard = audio.from_alaw(audio.to_alaw(sound))
    return concealed(heard, condition.lost, seed) if condition.lost else heard


def pink(length: int, seed: int) -> Sound:
    """Noise of RMS 1 whose power falls 3 dB an octave."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=length))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    sound = np.fft.irfft(spectrum, length)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def babble(lang: str, length: int) -> Sound:
    """Other people talking at once, RMS 1."""
    people = _people(lang)
    sound = np.resize(people, length)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


@cache
def _people(lang: str) -> Sound:
    voices = []
    for number, (name, text) in enumerate(_BABBLE[lang]):
        voice = RhVoice(name, lang)
        spoken = audio.joined(list(voice.speak(text))).astype(np.float64)
        voice.close()
        for shift in (0, 17_000):  # each twice, so that six talk at once
            voices.append(np.roll(np.resize(spoken, 8 * RATE), shift + number * 5_000))
    return np.asarray(np.sum(voices, axis=0))


def concealed(sound: Samples, lost: float, seed: int) -> Samples:
    """Lose packets of 20 ms at random; each is replaced by the one before it, 6 dB quieter for each in a row."""
    draw = np.random.default_rng(seed)
    heard = sound.copy()
    for start in range(FRAME, len(sound) - FRAME, FRAME):
        if draw.random() < lost:
            heard[start : start + FRAME] = heard[start - FRAME : start] // 2
    return heard
