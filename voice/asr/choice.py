"""Which recogniser hears a language here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.errors import Both, PartMissing
from voice.asr.paired import Paired
from voice.ports import Recognizers

_FOLDERS = ("vosk:", "t-one:", "gigaam:")  # a folder's name may have a plus
EARS = "whisper-base"  # what hears where nothing else is named


def recognizers(lang: str, engine: str = EARS, workers: int = 2) -> Recognizers:
    """Not yet warm. engine: the name of weights in models/manifest.toml for Whisper, "pocketsphinx", or KIND:/folder
    with weights of the user's: "vosk:", "t-one:", "gigaam:"; or two of them with a plus between, the second for what is
    told freely ("whisper-base+gigaam:/folder"). Which to choose: docs/recognition.md.

    Raises PartMissing where it doesn't know the language.
    """
    one, plus, other = engine.partition("+")
    if plus and not one.strip().startswith(_FOLDERS):
        return Paired(recognizers(lang, one.strip(), workers), recognizers(lang, other.strip(), workers))
    kind, _, place = engine.partition(":")
    made = _ENGINES[kind](place, lang, workers) if kind in _ENGINES else _whisper(engine, lang, workers)
    if lang not in made.languages:
        known = ", ".join(sorted(made.languages))
        made.close()
        raise PartMissing(
            Both(f"'{engine}' does not understand '{lang}'", f"'{engine}' не понимает '{lang}'"),
            where="asr",
            fix=Both(f"It knows: {known}", f"Он понимает: {known}"),
        )
    return made


def _vosk(place: str, lang: str, workers: int) -> Recognizers:
    from voice.asr.vosk import Vosk

    return Vosk(place, lang)


def _tone(place: str, lang: str, workers: int) -> Recognizers:
    from voice.asr.tone import TOne

    return TOne(place)


def _gigaam(place: str, lang: str, workers: int) -> Recognizers:
    from voice.asr.gigaam import GigaAm

    return GigaAm(place, workers)


def _sphinx(place: str, lang: str, workers: int) -> Recognizers:
    from voice.asr.sphinx import Sphinx

    return Sphinx()


def _whisper(name: str, lang: str, workers: int) -> Recognizers:
    from voice.asr.whisper import Whisper

    return Whisper(name, workers=workers)


_ENGINES: Mapping[str, Callable[[str, str, int], Recognizers]] = {
    "vosk": _vosk,
    "t-one": _tone,
    "gigaam": _gigaam,
    "pocketsphinx": _sphinx,
}
