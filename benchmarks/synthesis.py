"""How soon and how fast each voice speaks, at the rate of the line.

    python -m benchmarks.synthesis [--json]

first_audio_ms: from the text to the first sound that can be sent. rtf: work a second of sound, all rendered.
level_dbfs: while speaking; every voice should be near -20.
"""

from __future__ import annotations

import argparse
import json
import os
import time

import numpy as np

from benchmarks.__main__ import rows
from bot.errors import GovorunError
from voice import audio
from voice.audio import RATE
from voice.tts.choice import ORDER, choose

ROUNDS = 5
TEXTS = {
    "ru": (
        "Здравствуйте! Это клиника. Чем могу помочь?",
        "К какому врачу вас записать? Назовите врача: терапевт, стоматолог, кардиолог.",
        "Иван, терапевт, завтра, девятнадцатого ноября, в пятнадцать часов. Верно?",
        "Секунду.",
    ),
    "en": (
        "Hello! This is the clinic. How can I help you?",
        "Which doctor would you like to see? Please name a doctor: therapist, dentist, cardiologist.",
        "John, therapist, tomorrow, November nineteenth, at three p.m. Is that right?",
        "One moment.",
    ),
}


def measure(lang: str, voice: str) -> dict[str, float]:
    choice = choose(lang, voice)
    first_ms: list[float] = []
    work = sound_s = 0.0
    levels: list[float] = []
    for text in TEXTS[lang] * ROUNDS:
        began = time.perf_counter()
        pieces: list[audio.Samples] = []
        for piece in choice.synthesizer.speak(text):
            if not pieces:
                first_ms.append((time.perf_counter() - began) * 1000)
            pieces.append(piece)
        work += time.perf_counter() - began
        sound = audio.joined(pieces)
        sound_s += len(sound) / RATE
        levels.append(audio.speech_level(sound))
    choice.synthesizer.close()
    return {
        "first_audio_ms_p50": round(float(np.percentile(first_ms, 50)), 1),
        "first_audio_ms_p95": round(float(np.percentile(first_ms, 95)), 1),
        "rtf": round(work / sound_s, 4),
        "level_dbfs": round(float(np.mean(levels)), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthesis", description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")
    as_json = parser.parse_args().json
    figures: dict[str, object] = {}
    for lang, voices in ORDER.items():
        for voice in voices:
            try:
                figures[f"{lang}.{voice}"] = measure(lang, voice)
            except GovorunError as error:
                figures[f"{lang}.{voice}"] = {"missing": str(error)}
    figures["load"] = round(os.getloadavg()[0], 2)
    if as_json:
        print(json.dumps(figures))
    else:
        for key, figure in rows(figures):
            print(f"{key:<44} {figure}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
