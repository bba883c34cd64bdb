"""Which voice speaks a language here: the best engine that is installed, and what is lost without a better one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.errors import Both, GovorunError, PartMissing
from voice.ports import Synthesizer
from voice.tts.rhvoice import RhVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """warnings: whole sentences for the operator, what is lost and how to mend it; empty when nothing is."""

    synthesizer: Synthesizer
    warnings: tuple[str, ...] = ()


def _rhvoice(voice: str, lang: str) -> Callable[[float], Synthesizer]:
    return lambda speed: RhVoice(voice, lang, speed)


def _hibari(speed: float) -> Synthesizer:
    from voice.tts.hibari import Hibari

    return Hibari(speed=speed)


def _piper(voice: str, lang: str) -> Callable[[float], Synthesizer]:
    def make(speed: float) -> Synthesizer:
        from voice.tts.piper import Piper

        return Piper(voice, lang, speed)

    return make


def _silero(voice: str) -> Callable[[float], Synthesizer]:
    def make(speed: float) -> Synthesizer:
        from voice.tts.silero import Silero

        return Silero(voice, speed)

    return make


def _espeak(lang: str) -> Callable[[float], Synthesizer]:
    def make(speed: float) -> Synthesizer:
        from voice.tts.espeak import Espeak

        return Espeak(lang, speed)

    return make


# Best first; voices that are free for commercial use only.
ORDER: Mapping[str, Mapping[str, Callable[[float], Synthesizer]]] = {
    "ru": {"rhvoice/anna": _rhvoice("anna", "ru"), "espeak-ng": _espeak("ru")},
    "en": {"hibari/heart": _hibari, "rhvoice/slt": _rhvoice("slt", "en"), "espeak-ng": _espeak("en")},
}
LOST = {
    "rhvoice": "a natural voice; callers hear a machine",
    "hibari": "the natural English voice; a plainer one speaks",
}


def choose(lang: str, voice: str = "", speed: float = 1.0) -> Choice:
    """voice: "rhvoice/elena", "hibari/heart", "silero/ru_ekaterina", "piper/joe", "espeak-ng", or a file of your own,
    "piper:/path/voice.onnx", "silero:/path/model.pt/speaker"; "" for the best there is. speed: 0.5..2.

    A voice that was named and can't be had is no reason not to answer the telephone: the next one speaks, and
    the warnings say so. Raises PartMissing when nothing on this machine speaks the language.
    """
    makers = dict(ORDER.get(lang, {}))
    if voice:
        makers = {voice: _named(voice, lang)} | makers
    warnings: list[str] = []
    for name, make in makers.items():
        try:
            synthesizer = make(speed)
        except GovorunError as error:
            lost = LOST.get(name.partition("/")[0], "this voice")
            warnings.append(f"{name} does not speak ({error}). Lost: {lost}.")
            continue
        if note := licence_note(synthesizer):
            warnings.append(note)
        return Choice(synthesizer=synthesizer, warnings=tuple(warnings))
    raise PartMissing(
        Both(f"nothing on this machine speaks '{lang}'", f"на этой машине никто не говорит по '{lang}'"),
        where="tts",
        fix=" ".join(warnings) or "There are: ru, en",
    )


def licence_note(synthesizer: Synthesizer) -> str:
    """What its licence forbids; "" for a voice that is free for every use."""
    forbidden = synthesizer.forbidden
    return f"The voice {synthesizer.engine}/{synthesizer.voice} is {forbidden}." if forbidden else ""


def _named(voice: str, lang: str) -> Callable[[float], Synthesizer]:
    engine, _, file = voice.partition(":")
    if engine == "piper" and file:
        return _piper(file, lang)
    if engine == "silero" and file and lang == "ru":
        return _silero(file)
    engine, _, name = voice.partition("/")
    if engine == "piper" and name:
        return _piper(name, lang)
    if engine == "silero" and name and lang == "ru":
        return _silero(name)
    if engine == "rhvoice" and name:
        return _rhvoice(name, lang)
    if engine == "espeak-ng":
        return _espeak(lang)
    if engine == "hibari" and lang == "en":
        return _hibari

    def unknown(_speed: float) -> Synthesizer:
        fix = Both(
            "Name it as rhvoice/anna, hibari/heart (English), silero/ru_ekaterina (Russian), piper/joe or espeak-ng",
            "Назовите так: rhvoice/anna, hibari/heart (английский), silero/ru_ekaterina (русский), piper/joe",
        )
        raise PartMissing(
            Both(f"no voice is called '{voice}' in '{lang}'", f"для '{lang}' нет голоса '{voice}'"),
            where="tts",
            fix=fix,
        )

    return unknown
