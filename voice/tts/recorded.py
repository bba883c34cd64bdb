"""Prompts that a person has recorded: a text and a sound of one name, side by side in a set's folder.

    scenarios/clinic/sounds/ru/greeting.txt    the words, exactly as the scenario says them
    scenarios/clinic/sounds/ru/greeting.wav    the same, spoken; also mp3, ogg, opus, flac, m4a

A recording is played wherever just these words are said. When the scenario's words change, it says something else
than them, so the voice speaks until it is recorded anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bot.errors import Both
from voice.audio import FRAME, RATE, Samples, duration_ms, level, read, speech_level
from voice.errors import EngineFailed
from voice.tts.polish import Polish, gain_for

FOLDER = "sounds"
SUFFIXES = (".wav", ".flac", ".opus", ".ogg", ".mp3", ".m4a")
LANGUAGES = ("ru", "en")
LONGEST_S = 120  # of one prompt; who records longer has joined several
LONGEST_TEXT = 8_000  # bytes of a .txt
HOARSE_DBFS = -45.0  # speech quieter than this brings the room's noise up with it
NOISY_DB = 20.0  # speech over the quietest moments
CLIPPED = 0.002  # share of samples at full scale that is heard as a crackle

Key = tuple[str, str]  # language, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Recordings:
    """sounds: by language and `words`. files: the .txt of each. faults: what was left out, and why."""

    sounds: Mapping[Key, Path] = field(default_factory=dict)
    files: Mapping[Key, Path] = field(default_factory=dict)
    faults: tuple[str, ...] = ()

    def of(self, language: str, text: str) -> Path | None:
        return self.sounds.get((language, words(text)))


def words(text: str) -> str:
    """A text without what an editor adds: line breaks and double spaces."""
    return " ".join(text.split())


def recordings(sets: Iterable[Path]) -> Recordings:
    """Of the folders of these sets; where two sets say the same words, the first one's. Reads the texts alone."""
    sounds: dict[Key, Path] = {}
    files: dict[Key, Path] = {}
    faults: list[str] = []
    for folder, language in ((each / FOLDER / language, language) for each in sets for language in LANGUAGES):
        for text_file in sorted(folder.glob("*.txt")):
            try:
                said = words(text_file.read_bytes()[:LONGEST_TEXT].decode("utf-8-sig"))
            except (OSError, UnicodeDecodeError) as error:
                faults.append(Both(f"{text_file}: not read ({error})", f"{text_file}: не прочитать ({error})"))
                continue
            key = (language, said)
            files.setdefault(key, text_file)
            sound = next((found for suffix in SUFFIXES if (found := text_file.with_suffix(suffix)).is_file()), None)
            if sound is not None and said:
                sounds.setdefault(key, sound)
        faults += _without_words(folder)
    return Recordings(sounds=sounds, files=files, faults=tuple(faults))


def _without_words(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    for sound in sorted(each for each in folder.iterdir() if each.suffix.lower() in SUFFIXES):
        if not sound.with_suffix(".txt").is_file():
            name = sound.with_suffix(".txt").name
            yield Both(
                f"{sound}: its words are missing. Write them into {name} beside it",
                f"{sound}: нет его слов. Напишите их рядом, в {name}",
            )


def sound_of(file: Path) -> Samples:
    """A recording as the line wants it: at RATE, without silence at its ends, as loud as the voices.

    Blocking. Raises EngineFailed where it can't be used.
    """
    try:
        sound = read(file)
    except (OSError, ValueError) as error:
        raise EngineFailed(
            Both(f"the recording can't be read ({error})", f"запись не прочитать ({error})"),
            where=str(file),
            fix=Both("Save it as a WAV of 16 bits", "Сохраните её как WAV, 16 бит"),
        ) from error
    if duration_ms(sound) > LONGEST_S * 1000:
        raise EngineFailed(
            Both(f"the recording is longer than {LONGEST_S} s", f"запись длиннее {LONGEST_S} с"),
            where=str(file),
            fix=Both("Cut it into the prompts it holds", "Разрежьте её на фразы"),
        )
    polish = Polish(RATE, gain_for(sound, RATE))
    clean = np.concatenate((polish.feed(sound), polish.flush()))
    if not len(clean):
        raise EngineFailed(
            Both("the recording is silent", "в записи тишина"),
            where=str(file),
            fix=Both("Record it again", "Запишите её заново"),
        )
    return clean


def judged(file: Path) -> tuple[str, ...]:
    """What a listener would mind in a recording that can be used. Raises EngineFailed where it can't be."""
    sound = read(file) if sound_of(file).size else np.zeros(0, np.int16)
    found: list[str] = []
    if speech_level(sound) < HOARSE_DBFS:
        loud = f"{speech_level(sound):.0f} dBFS"
        found.append(Both(f"too quiet: {loud}, noise comes up with it", f"слишком тихо: {loud}, поднимется и шум"))
    if np.mean(np.abs(sound.astype(np.int32)) >= 32_700) > CLIPPED:
        found.append(Both("clipped: it was recorded too loud", "срезаны пики: записано слишком громко"))
    windows = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    floor = float(np.percentile([level(window) for window in windows], 5))
    if speech_level(sound) - floor < NOISY_DB:
        found.append(Both("noisy: the room is heard in the pauses", "шумно: в паузах слышна комната"))
    return tuple(found)
