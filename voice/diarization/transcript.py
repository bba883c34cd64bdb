"""A recording as a conversation: who said what, and when. `govorun listen FILE --speakers auto`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice.asr.choice import recognizers
from voice.audio import FRAME, FRAME_MS, RATE, Samples, frames, resampled
from voice.diarization.channels import channels, turns_of
from voice.diarization.choice import diarizer
from voice.diarization.turns import DIARIZED_RATE
from voice.ports import Hint, Recognizers, SpeakerTurn

LONGEST_MS = 20_000  # recognised at once; a longer turn is cut where it is quietest
AROUND_MS = 100  # of sound kept at both ends of a turn, so that no syllable is bitten off

Progress = Callable[[int, int], None]
"""Turns done, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """text: "" where no words were found in it."""

    speaker: int
    start_ms: int
    end_ms: int
    text: str


def transcript(
    file: Path,
    lang: str,
    engine: str = "auto",
    speakers: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> tuple[Line, ...]:
    """engine: "auto", "channels", or as `diarizer` takes it. speakers: how many there are, where that is known.

    Blocking; about as long as the recording. Raises Unacceptable, PartMissing, WeightsMissing, EngineFailed.
    """
    sounds = channels(file)
    if len(sounds) > 1 and engine in ("auto", "channels"):
        turns, sounds = turns_of(sounds)
    else:
        mono = np.mean(np.stack(sounds), axis=0).astype(np.int16) if len(sounds) > 1 else sounds[0]
        told = diarizer(engine)
        turns = told.turns(resampled(mono, RATE, DIARIZED_RATE), speakers)
        sounds = (mono,) * max((turn.speaker for turn in turns), default=1)
    ears = recognizers(lang)
    try:
        return asyncio.run(_lines(turns, sounds, ears, Hint(lang=lang), progress))
    finally:
        ears.close()


async def _lines(
    turns: tuple[SpeakerTurn, ...], sounds: tuple[Samples, ...], ears: Recognizers, hint: Hint, progress: Progress
) -> tuple[Line, ...]:
    """sounds: of each speaker, in the order of their numbers."""
    await ears.warm()
    lines: list[Line] = []
    progress(0, len(turns))
    for number, turn in enumerate(turns, start=1):
        sound = _between(sounds[turn.speaker - 1], turn)
        texts = [await _text(piece, ears, hint) for piece in _pieces(sound)]
        text = " ".join(filter(None, texts))
        lines.append(Line(speaker=turn.speaker, start_ms=turn.start_ms, end_ms=turn.end_ms, text=text))
        progress(number, len(turns))
    return tuple(lines)


async def _text(sound: Samples, ears: Recognizers, hint: Hint) -> str:
    recognizer = ears.start(hint)
    for frame in frames(sound):
        recognizer.feed(frame)
    return (await recognizer.final()).text


def _between(sound: Samples, turn: SpeakerTurn) -> Samples:
    first = max(0, turn.start_ms - AROUND_MS) * RATE // 1000
    return sound[first : (turn.end_ms + AROUND_MS) * RATE // 1000]


def _pieces(sound: Samples) -> Iterator[Samples]:
    longest, half = LONGEST_MS * RATE // 1000, LONGEST_MS // 2 // FRAME_MS
    while len(sound) > longest:
        loud = np.abs(sound[:longest]).astype(np.float32).reshape(-1, FRAME).mean(axis=1)
        cut = (half + int(np.argmin(loud[half:]))) * FRAME
        yield sound[:cut]
        sound = sound[cut:]
    yield sound
