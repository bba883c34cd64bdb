"""Which recogniser hears a language here."""

from __future__ import annotations

from bot.errors import Both, PartMissing
from voice.ports import Recognizers

EARS = "whisper-base"  # what hears where nothing else is named


def recognizers(lang: str, engine: str = EARS, workers: int = 2) -> Recognizers:
    """Not yet warm. engine: the name of weights in models/manifest.toml, or "vosk:/path/to/a/model" for Vosk.

    Raises PartMissing where it doesn't know the language.
    """
    if engine.startswith("vosk:"):
        from voice.asr.vosk import Vosk

        return Vosk(engine.removeprefix("vosk:"), lang)
    from voice.asr.whisper import Whisper

    whisper = Whisper(engine, workers=workers)
    if lang not in whisper.languages:
        fix = f"It knows: {', '.join(sorted(whisper.languages))}"
        raise PartMissing(
            Both(f"'{engine}' does not understand '{lang}'", f"'{engine}' не понимает '{lang}'"), where="asr", fix=fix
        )
    return whisper
