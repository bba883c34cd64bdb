"""Silero: Russian speech by torch, the most natural of the voices that run on a processor; a sentence at a time.

An extra (`pip install 'govorun[silero]'`: torch is some gigabytes), and models that the publisher hands out himself:

    silero-v5-cis-base   29 Russian voices ("ru_ekaterina"), MIT; wants every word stressed, which silero-stress does
    silero-v5-5-ru       aidar, baya, kseniya, xenia, eugene; CC BY-NC-SA: not for commercial use; needs no marks

A model is a torch package: code that is run when it is loaded. The two named ones are loaded only with the sha256 of
models/manifest.toml; a file of your own (`silero:/path/model.pt/speaker`) is yours to trust.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from bot.errors import Both, PartMissing
from voice import weights
from voice.audio import RATE, Samples, silence
from voice.errors import EngineFailed
from voice.tts.polish import Polish, gain_for
from voice.tts.sentences import sentences

SILERO_RATE = 24_000  # Hz; models also speak at 8,000 and 48,000
BETWEEN_MS = 180  # of silence between sentences; each is rendered and trimmed alone
SAMPLE = "Здравствуйте, чем я могу вам помочь сегодня?"
NON_COMMERCIAL = "for non-commercial use only (CC BY-NC-SA 4.0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """stressed: it wants a "+" before the stressed vowel of each word, and marks none itself."""

    weights: str
    file: str
    stressed: bool
    forbidden: str = ""


CIS = Model(weights="silero-v5-cis-base", file="v5_cis_base.pt", stressed=True)
RU = Model(weights="silero-v5-5-ru", file="v5_5_ru.pt", stressed=False, forbidden=NON_COMMERCIAL)
SPEAKERS_OF_RU = frozenset({"aidar", "baya", "kseniya", "xenia", "eugene"})
# Of files by other names that the publisher has: what is known of them. Anything else is taken as it is.
FILES: Mapping[str, Model] = {
    "v5_cis_base.pt": CIS,
    "v5_cis_base_nostress.pt": Model(weights="", file="v5_cis_base_nostress.pt", stressed=True),
    "v5_cis_ext.pt": Model(weights="", file="v5_cis_ext.pt", stressed=True, forbidden=NON_COMMERCIAL),
}


class Silero:
    """A Synthesizer. Loads in some seconds: off the loop.

    voice: "ru_ekaterina" or "xenia", of the models above; or "/path/model.pt/speaker" of a file of your own.
    Raises PartMissing, WeightsMissing, WeightsCorrupt, EngineFailed.
    """

    engine = "silero"
    lang = "ru"

    def __init__(self, voice: str, speed: float = 1.0) -> None:
        torch = _torch()
        model, place, self.voice = _find(voice)
        self.forbidden = model.forbidden
        self._speed = speed
        self._model = _load(torch, place)
        speakers = tuple(getattr(self._model, "speakers", ()))
        if self.voice not in speakers:
            raise PartMissing(
                Both(f"{place.name} has no voice '{self.voice}'", f"в {place.name} нет голоса '{self.voice}'"),
                where="silero",
                fix=Both(f"There are: {', '.join(speakers)}", f"Есть: {', '.join(speakers)}"),
            )
        self._stress = _accentor() if model.stressed else _as_it_is
        self._lock = threading.Lock()  # a model is no place for two threads
        self.version = f"{_fingerprint(place)}x{speed:g}"
        self._gain = gain_for(self._render(SAMPLE, 1.0), SILERO_RATE)

    def speak(self, text: str, pace: float = 1.0) -> Iterator[Samples]:
        begun = False
        for sentence in sentences(text):
            if not any(letter.isalpha() for letter in sentence):
                continue  # the models refuse a text without a word
            polish = Polish(SILERO_RATE, self._gain)
            sound = np.concatenate((polish.feed(self._render(sentence, pace)), polish.flush()))
            if len(sound):
                yield np.concatenate((silence(BETWEEN_MS, RATE), sound)) if begun else sound
                begun = True

    def close(self) -> None:
        """Nothing is held but memory."""

    def _render(self, sentence: str, pace: float) -> Samples:
        """At SILERO_RATE, as the model says it."""
        rate = round(100 * self._speed * pace)
        with self._lock:
            try:
                text = self._stress(sentence)
                said = {"text": text} if rate == 100 else {"ssml_text": _slower(text, rate)}
                wave = self._model.apply_tts(**said, speaker=self.voice, sample_rate=SILERO_RATE)
            except Exception as error:  # what a model of the publisher raises is not said anywhere
                raise EngineFailed(f"it could not say a sentence ({type(error).__name__})", where=self._name) from error
        whole: Samples = (np.clip(wave.numpy(), -1.0, 1.0) * 32767).astype(np.int16)
        return whole

    @property
    def _name(self) -> str:
        return f"silero/{self.voice}"


def _find(voice: str) -> tuple[Model, Path, str]:
    """Model, verified file, speaker."""
    if "/" not in voice:
        model = RU if voice in SPEAKERS_OF_RU else CIS
        return model, weights.path(model.weights) / model.file, voice
    path, _, speaker = voice.rpartition("/")
    place = Path(path).expanduser()
    if not place.is_file():
        raise PartMissing(
            Both("there is no such model", "такой модели нет"),
            where=str(place),
            fix=Both(
                "Name the file and the speaker: silero:/path/v5_ru.pt/xenia",
                "Назовите файл и голос: silero:/папка/v5_ru.pt/xenia",
            ),
        )
    # Of a file that isn't known the careful thing is said: nearly all of the publisher's models are non-commercial.
    unknown = Model(weights="", file=place.name, stressed=False, forbidden=NON_COMMERCIAL)
    return FILES.get(place.name, unknown), place, speaker


def _torch() -> Any:
    if importlib.util.find_spec("torch") is None:
        raise PartMissing(
            Both("Silero needs torch, which is not installed", "Silero нужен torch, а он не установлен"),
            where="silero",
            fix="pip install 'govorun[silero]'",
        )
    import torch

    return torch


def _load(torch: Any, place: Path) -> Any:
    torch.set_num_threads(1)  # two callers on two cores do better than one on both
    torch.set_grad_enabled(False)
    try:
        model = torch.package.PackageImporter(str(place)).load_pickle("tts_models", "model")
        model.to(torch.device("cpu"))
    except Exception as error:  # torch names no narrower one for a file that is none of its packages
        raise EngineFailed(
            Both(f"this is no model of Silero ({error})", f"это не модель Silero ({error})"),
            where=str(place),
            fix=Both("Download it once more", "Скачайте её ещё раз"),
        ) from error
    return model


def _accentor() -> Callable[[str], str]:
    """Marks the stressed vowel of every Russian word: "Здр+авствуйте"."""
    if importlib.util.find_spec("silero_stress") is None:
        raise PartMissing(
            Both(
                "this model wants stress marks, and silero-stress is not installed",
                "эта модель ждёт ударений, а silero-stress не установлен",
            ),
            where="silero",
            fix="pip install 'govorun[silero]'",
        )
    from silero_stress import load_accentor

    accentor: Callable[[str], str] = load_accentor()
    return accentor


def _as_it_is(text: str) -> str:
    return text


def _slower(text: str, rate: int) -> str:
    """rate: per cent of the voice's own. SSML as the models read it."""
    return f'<speak><prosody rate="{rate}%">{escape(text)}</prosody></speak>'


def _fingerprint(place: Path) -> str:
    """Of the model, for the cache's key: a file of the same name may hold another."""
    stat = place.stat()
    return hashlib.sha256(f"{place.name} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[:12]
