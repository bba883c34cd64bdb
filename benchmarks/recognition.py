"""How well callers are heard: words wrong (WER) and slots right, through A-law, clean and with noise.

    python -m benchmarks.recognition [--json] [--quick]

Callers are voices the bot never uses. A slot counts as right when the recognised words give the value that the
spoken words give. `bare` is the same engine as its package runs it: 30 s window, nothing told of what is expected.
"""

from __future__ import annotations

import argparse
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from rapidfuzz.distance import Levenshtein

from benchmarks.__main__ import rows
from bot.dialogue.meaning import Option
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots
from voice import audio
from voice.asr.whisper import Whisper
from voice.audio import Samples
from voice.ports import Hint, Kind
from voice.tts.rhvoice import RhVoice

VOICES = {"ru": ("elena", "aleksandr", "irina"), "en": ("slt", "bdl", "alan")}
CONDITIONS = {"clean": None, "noise_15db": 15.0}
NOW = datetime(2026, 11, 18, 10)
DOCTORS = {
    "ru": ("терапевт", "стоматолог", "кардиолог", "окулист", "хирург", "педиатр"),
    "en": ("therapist", "dentist", "cardiologist", "eye doctor", "surgeon", "pediatrician"),
}
SAID: dict[str, tuple[tuple[str, Kind], ...]] = {
    "ru": (
        ("хочу записаться к терапевту", "menu"),
        ("отмените мою запись пожалуйста", "menu"),
        ("сколько стоит приём кардиолога", "menu"),
        ("где вы находитесь", "menu"),
        ("соедините меня с человеком", "menu"),
        ("стоматолог", "choice"),
        ("к кардиологу", "choice"),
        ("мне нужен хирург", "choice"),
        ("завтра в четыре часа дня", "datetime"),
        ("в следующий понедельник в десять утра", "datetime"),
        ("двадцать пятого ноября в половине шестого вечера", "datetime"),
        ("в пятницу в пятнадцать тридцать", "datetime"),
        ("послезавтра в час дня", "datetime"),
        ("Иван Петров", "person"),
        ("меня зовут Анна Сергеевна Кузнецова", "person"),
        ("Мария Иванова", "person"),
        ("восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь", "phone"),
        ("плюс семь девятьсот двадцать шесть триста двенадцать ноль восемь семнадцать", "phone"),
        ("восемь девять один шесть семь семь ноль два три пять четыре", "phone"),
        ("девятьсот шестьдесят один пятьсот сорок два девяносто девять одиннадцать", "phone"),
        ("да", "yesno"),
        ("да верно", "yesno"),
        ("нет", "yesno"),
        ("нет неправильно", "yesno"),
        ("двое", "number"),
        ("пятнадцать", "number"),
    ),
    "en": (
        ("I would like to book a visit with the therapist", "menu"),
        ("please cancel my appointment", "menu"),
        ("how much does the cardiologist cost", "menu"),
        ("where are you located", "menu"),
        ("let me talk to a person", "menu"),
        ("the dentist", "choice"),
        ("I need a surgeon", "choice"),
        ("tomorrow at four p.m.", "datetime"),
        ("next Monday at ten in the morning", "datetime"),
        ("on the twenty fifth of November at half past five in the evening", "datetime"),
        ("on Friday at three thirty p.m.", "datetime"),
        ("John Smith", "person"),
        ("my name is Anna Johnson", "person"),
        ("two one two five five five zero one nine six", "phone"),
        ("plus one four one five five five five two six seven one", "phone"),
        ("yes", "yesno"),
        ("yes that's right", "yesno"),
        ("no", "yesno"),
        ("no that's wrong", "yesno"),
        ("two", "number"),
        ("fifteen", "number"),
    ),
}


@dataclass
class Tally:
    wrong: int = 0
    words: int = 0
    right: int = 0
    slots: int = 0
    took_ms: list[float] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        figures = {"wer": round(self.wrong / max(1, self.words), 4)}
        if self.slots:
            figures["slot_rate"] = round(self.right / self.slots, 4)
        if self.took_ms:
            figures["decode_ms_p50"] = round(float(np.percentile(self.took_ms, 50)))
            figures["decode_ms_p95"] = round(float(np.percentile(self.took_ms, 95)))
        return figures


def words(text: str) -> list[str]:
    return re.sub(r"[^\w']+", " ", text.lower().replace("ё", "е")).split()


def expected(lang: str) -> Expected:
    return Expected(options=tuple(Option(id=name, title={lang: name}) for name in DOCTORS[lang]))


def value(kind: Kind, text: str, lang: str) -> object:
    """What understanding reads, for kinds that are slots."""
    reading = slots.read(kind, text, lang=lang, now=NOW, expected=expected(lang))  # type: ignore[arg-type]
    return (reading.value, reading.partial)


def on_the_line(voice: RhVoice, text: str, snr_db: float | None) -> Samples:
    speech = np.concatenate((audio.silence(300), audio.joined(list(voice.speak(text))), audio.silence(96)))
    if snr_db is not None:
        noise = pink(len(speech)) * 32768 * 10 ** ((audio.speech_level(speech) - snr_db) / 20)
        speech = np.clip(speech + noise, -32768, 32767).astype(np.int16)
    return audio.from_alaw(audio.to_alaw(speech))


def pink(length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise of RMS 1 whose power falls 3 dB an octave, as in rooms and streets; the same every time."""
    spectrum = np.fft.rfft(np.random.default_rng(7).normal(size=length))
    spectrum /= np.sqrt(np.maximum(1, np.arange(len(spectrum))))
    sound = np.fft.irfft(spectrum, length)
    return np.asarray(sound / np.sqrt(np.mean(sound**2)))


def callers(quick: bool) -> Iterator[tuple[str, RhVoice]]:
    for lang, names in VOICES.items():
        for name in names[:1] if quick else names:
            voice = RhVoice(name, lang)
            yield lang, voice
            voice.close()


def measure(engine: Whisper, quick: bool, verbose: bool) -> dict[str, object]:
    tallies: dict[str, Tally] = {}
    bare: dict[str, Tally] = {"ru": Tally(), "en": Tally()}
    for number, (lang, voice) in enumerate(callers(quick)):
        for text, kind in SAID[lang]:
            for condition, snr_db in CONDITIONS.items():
                sound = on_the_line(voice, text, snr_db)
                phrases = DOCTORS[lang] if kind in ("choice", "menu") else ()
                heard = engine.decode(sound, Hint(lang=lang, kind=kind, phrases=phrases))
                wrong = Levenshtein.distance(words(text), words(heard.text))
                right = kind == "menu" or value(kind, text, lang) == value(kind, heard.text, lang)
                if verbose and (wrong or not right):
                    mark = " " if right else "!"
                    print(f"{mark} {voice.voice:<10} {condition:<10} {kind:<8} {text} | {heard.text}")
                for name in (lang, f"{lang}.{condition}", f"{lang}.{condition}.{kind}", f"{lang}.{voice.voice}"):
                    tally = tallies.setdefault(name, Tally())
                    tally.wrong += wrong
                    tally.words += len(words(text))
                    tally.took_ms.append(heard.decode_ms)
                    if kind != "menu":
                        tally.slots += 1
                        tally.right += right
                if condition == "clean" and number % len(VOICES[lang]) == 0:
                    theirs = engine.transcribed(sound, lang)
                    bare[lang].wrong += Levenshtein.distance(words(text), words(theirs))
                    bare[lang].words += len(words(text))
    return {
        "wer": {lang: tallies[lang].figures()["wer"] for lang in VOICES},
        "slot_rate": {lang: tallies[lang].figures()["slot_rate"] for lang in VOICES},
        "bare_wer": {lang: bare[lang].figures()["wer"] for lang in VOICES},
        "whisper-base": {name: tally.figures() for name, tally in tallies.items()},
        "load": round(os.getloadavg()[0], 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.recognition", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    parser.add_argument("--quick", action="store_true", help="one voice a language")
    arguments = parser.parse_args()
    engine = Whisper()
    engine.load()
    figures = measure(engine, arguments.quick, verbose=not arguments.json)
    engine.close()
    if arguments.json:
        print(json.dumps(figures))
    else:
        for key, figure in rows(figures):
            print(f"{key:<50} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
