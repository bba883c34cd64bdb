"""A voice message: recorded sound as a whole, not a line. Its speech is found first, then recognised piece by piece."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bot.errors import Both, Unacceptable
from voice import audio
from voice.audio import RATE, Samples
from voice.ports import Heard, Hint, Recognizers, Vad

SPEECH = 0.5  # P(speech) of a window from which it is speech
GAP_MS = 700  # a shorter pause parts nothing
PAD_MS = 250  # kept around speech: a soft beginning, a swallowed end
PIECE_MS = 25_000  # of a piece: Whisper hears thirty seconds at a time
LONGEST_MS = 5 * 60_000  # the rest is not heard


def decoded(sound: bytes) -> Samples:
    """A file of any form (OGG, MP3, M4A, AMR …) as mono at RATE. Blocking. Raises Unacceptable."""
    with tempfile.NamedTemporaryFile(suffix=".ogg") as file:
        file.write(sound)
        file.flush()
        try:
            return audio.read_from_stranger(Path(file.name), LONGEST_MS / 1000)[: LONGEST_MS * RATE // 1000]
        except (ValueError, OSError) as error:
            what = Both("it can't be read as sound", "это не читается как звук")
            raise Unacceptable(what, where="voice message") from error


async def hear(sound: Samples, hint: Hint, engine: Recognizers, vad: Vad) -> Heard | None:
    """All that is said in it; None where nothing is. confidence: of the least sure piece. Raises EngineFailed,
    RecognizersBusy."""
    found = [
        one for piece in await asyncio.to_thread(spoken, sound, vad) if (one := await _words(piece, hint, engine)).text
    ]
    if not found:
        return None
    return Heard(
        text=" ".join(each.text for each in found),
        confidence=min(each.confidence for each in found),
        decode_ms=sum(each.decode_ms for each in found),
        engine=engine.name,
    )


def spoken(sound: Samples, vad: Vad) -> list[Samples]:
    """Its pieces with speech in them, none longer than PIECE_MS."""
    pad = PAD_MS * RATE // 1000
    return [sound[max(0, first - pad) : last + pad] for first, last in _pieces(sound, vad)]


def _pieces(sound: Samples, vad: Vad) -> Iterator[tuple[int, int]]:
    window = vad.window_ms * RATE // 1000
    gap, longest = GAP_MS * RATE // 1000, PIECE_MS * RATE // 1000
    first = last = -1
    for number, (likely, _) in enumerate(vad.hear(_padded(sound, window))):
        at = number * window
        if first >= 0 and (at - last > gap or at - first > longest):
            yield first, last
            first = -1
        if likely >= SPEECH:
            first = at if first < 0 else first
            last = at + window
    if first >= 0:
        yield first, last


def _padded(sound: Samples, window: int) -> Samples:
    """To whole windows, and silence after it."""
    return audio.joined([sound, audio.silence((window - len(sound) % window) * 1000 // RATE + 100)])


async def _words(piece: Samples, hint: Hint, engine: Recognizers) -> Heard:
    recognizer = engine.start(hint)
    for frame in audio.frames(piece):
        recognizer.feed(frame)
    recognizer.pause()
    return await recognizer.final()
