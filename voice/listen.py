"""`govorun listen` and `govorun say`: the ears and the mouth of a call, over files."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TypedDict, get_args

from bot.errors import Both, Unacceptable
from voice import audio
from voice.asr.choice import recognizers
from voice.audio import FRAME_MS, RATE
from voice.endpointing import PATIENCE
from voice.hearing import Hearing, Said, Told
from voice.hints import assents
from voice.ports import Hint, Kind, Recognizers
from voice.tts.choice import choose
from voice.vad.silero import SileroVad


class Listened(TypedDict):
    """text: of all utterances in the file, joined; "" where nothing was said. confidence: of the least sure one.
    final_after_end_ms: from the end of the last speech to its words; without `realtime` the endpointing silence
    is not waited for, so it is work alone."""

    text: str
    confidence: float
    audio_s: float
    final_after_end_ms: int


class Spoken(TypedDict):
    voice: str
    audio_s: float
    first_audio_ms: int
    warnings: list[str]


def listen(file: Path, lang: str, expect: str | None = None, realtime: bool = False) -> Listened:
    """Recognise a file as a call would. expect: a slot type, as in a scenario. Blocking.

    Raises Unacceptable (file, language or slot type), PartMissing, WeightsMissing, WeightsCorrupt.
    """
    kinds = get_args(Kind)
    if expect is not None and expect not in kinds:
        raise Unacceptable(
            Both(f"nothing is known of '{expect}'", f"что такое '{expect}', неизвестно"),
            where="--expect",
            fix=f"One of: {', '.join(kinds)}",
        )
    try:
        sound = audio.read(file)
    except FileNotFoundError as error:
        raise Unacceptable(Both("there is no such file", "такого файла нет"), where=str(file)) from error
    except (ValueError, OSError) as error:
        raise Unacceptable(
            Both("it can't be read as sound", "это не читается как звук"),
            where=str(file),
            fix=Both("Give a WAV, MP3 or OGG file", "Дайте файл WAV, MP3 или OGG"),
        ) from error
    engine = recognizers(lang)
    try:
        kind: Kind = expect or "text"  # type: ignore[assignment]
        told = Hint(lang=lang, kind=kind, answers=assents(lang) if kind == "yesno" else ())
        return asyncio.run(_listen(sound, told, engine, realtime))
    finally:
        engine.close()


async def _listen(sound: audio.Samples, hint: Hint, engine: Recognizers, realtime: bool) -> Listened:
    await engine.warm()
    told: list[tuple[float, Said]] = []

    def tell(what: Told) -> None:
        if isinstance(what, Said):
            told.append((time.perf_counter(), what))

    hearing = Hearing(SileroVad(), {hint.lang: engine}, tell)
    hearing.expect(hint)
    # A line never goes silent all at once: the utterance ends only in what follows.
    after = audio.silence(PATIENCE[hint.kind].silence_ms + 8 * FRAME_MS)
    began = time.perf_counter()
    for number, frame in enumerate((*audio.frames(sound), *audio.frames(after)), start=1):
        await asyncio.sleep(began + number * FRAME_MS / 1000 - time.perf_counter() if realtime else 0)
        hearing.hear(frame)
    fed = time.perf_counter()
    while hearing.active:
        await asyncio.sleep(0.002)
    late = 0.0
    if told:
        at, last = told[-1]
        late = at - (began + last.ended_ms / 1000) if realtime else at - fed
    return Listened(
        text=" ".join(said.text for _, said in told),
        confidence=round(min((said.confidence for _, said in told), default=0.0), 3),
        audio_s=round(len(sound) / RATE, 2),
        final_after_end_ms=max(0, round(late * 1000)),
    )


def say(text: str, lang: str, out: Path, rate: int = RATE, voice: str = "") -> Spoken:
    """Synthesise into a WAV file. voice: as in `voice.tts.choice.choose`. Blocking.

    Raises Unacceptable (empty text, a place that can't be written), PartMissing, EngineFailed.
    """
    if not text.strip():
        raise Unacceptable(Both("there is nothing to say", "сказать нечего"), where="TEXT")
    choice = choose(lang, voice)
    began = time.perf_counter()
    pieces: list[audio.Samples] = []
    first_ms = 0.0
    for chunk in choice.synthesizer.speak(text):
        first_ms = first_ms or (time.perf_counter() - began) * 1000
        pieces.append(chunk)
    sound = audio.joined(pieces)
    try:
        audio.write(out, audio.resampled(sound, RATE, rate), rate)
    except OSError as error:
        raise Unacceptable(
            Both(f"it can't be written ({error.strerror})", f"не записать ({error.strerror})"), where=str(out)
        ) from error
    finally:
        choice.synthesizer.close()
    return Spoken(
        voice=f"{choice.synthesizer.engine}/{choice.synthesizer.voice}",
        audio_s=round(len(sound) / RATE, 2),
        first_audio_ms=round(first_ms),
        warnings=list(choice.warnings),
    )
