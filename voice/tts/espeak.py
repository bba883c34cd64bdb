"""eSpeak NG: every language, a robot's voice. The last resort, so that a call is answered at all."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import wave
from collections.abc import Iterator

import numpy as np

from bot.errors import Both, PartMissing
from voice.audio import Samples
from voice.errors import EngineFailed
from voice.tts.polish import Polish, gain_for

VOICE = {"ru": "ru", "en": "en-us"}
WORDS_A_MINUTE = 150
LONGEST_S = 20  # of work; a prompt takes it some 20 ms


class Espeak:
    """A Synthesizer over the program `espeak-ng`, started for each text. Raises PartMissing."""

    engine = "espeak-ng"
    forbidden = ""

    def __init__(self, lang: str, speed: float = 1.0) -> None:
        program = shutil.which("espeak-ng")
        if program is None:
            raise PartMissing(
                Both("espeak-ng is not installed", "espeak-ng не установлен"), where="tts", fix="apt install espeak-ng"
            )
        self._program = program
        self.lang, self.voice = lang, VOICE[lang]
        self._speed = speed
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        number = re.search(r"\d+\.\d+(\.\d+)?", said)
        self.version = f"{number[0] if number else '?'}x{speed:g}"
        self._gain = gain_for(*self._render("Раз два три четыре пять." if lang == "ru" else "One two three four five."))

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        if not text.strip():
            return
        sound, rate = self._render(text, pace)
        polish = Polish(rate, self._gain)
        yield np.concatenate((polish.feed(sound), polish.flush()))

    def close(self) -> None:
        """Nothing is held."""

    def _render(self, text: str, pace: float = 1.0) -> tuple[Samples, int]:
        words = str(round(WORDS_A_MINUTE * self._speed * pace))
        command = [self._program, "-v", self.voice, "-s", words, "--stdin", "--stdout"]
        try:
            done = subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=LONGEST_S)
            # Its header promises 2 GB; wave then reads what there is.
            with wave.open(io.BytesIO(done.stdout), "rb") as file:
                raw = done.stdout[44:]
                return np.frombuffer(raw[: len(raw) // 2 * 2], np.dtype("<i2")), file.getframerate()
        except (subprocess.SubprocessError, wave.Error, EOFError) as error:
            raise EngineFailed(str(error), where=f"espeak-ng/{self.voice}") from error
