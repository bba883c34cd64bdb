"""A recording of two channels, as Govorun's own are: each channel is a speaker, and only when is to be found out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from bot.errors import Both, Unacceptable
from voice.audio import RATE, Samples
from voice.diarization.turns import numbered
from voice.endpointing import PATIENCE, Endpointer, Mark
from voice.ports import SpeakerTurn
from voice.vad.silero import SileroVad


def channels(file: Path) -> tuple[Samples, ...]:
    """Each channel's sound at RATE, of any sound file. Raises Unacceptable."""
    import av

    pieces: list[np.ndarray[tuple[int, ...], np.dtype[np.int16]]] = []
    try:
        with av.open(str(file)) as container:
            if not container.streams.audio:
                raise ValueError("there is no sound in it")
            layout = container.streams.audio[0].layout
            converter = av.AudioResampler(format="s16p", layout=layout, rate=RATE)
            for frame in (*container.decode(audio=0), None):
                pieces += [np.asarray(piece.to_ndarray(), np.int16) for piece in converter.resample(frame)]
    except (av.FFmpegError, ValueError, IndexError) as error:
        missing = isinstance(error, FileNotFoundError)
        raise Unacceptable(
            Both("there is no such file", "такого файла нет")
            if missing
            else Both("it can't be read as sound", "это не читается как звук"),
            where=str(file),
            fix="" if missing else Both("Give a WAV, MP3 or OGG file", "Дайте файл WAV, MP3 или OGG"),
        ) from error
    whole = np.concatenate(pieces, axis=1) if pieces else np.zeros((1, 0), np.int16)
    return tuple(np.ascontiguousarray(each) for each in whole)


def turns_of(sounds: tuple[Samples, ...]) -> tuple[tuple[SpeakerTurn, ...], tuple[Samples, ...]]:
    """Who speaks when, numbered by who spoke first; and the sounds in the order of these numbers."""
    spoken = [(numbered(("", *each) for each in _speech(sound)), sound) for sound in sounds]
    spoken = sorted(spoken, key=lambda each: each[0][0].start_ms if each[0] else len(each[1]))
    turns = [replace(turn, speaker=number) for number, (own, _) in enumerate(spoken, start=1) for turn in own]
    return tuple(sorted(turns, key=lambda turn: turn.start_ms)), tuple(sound for _, sound in spoken)


def _speech(sound: Samples) -> list[tuple[float, float]]:
    """From where to where there is speech, in seconds."""
    vad = SileroVad()
    endpointer = Endpointer(PATIENCE["text"], window_ms=vad.window_ms)
    whole = np.concatenate((sound, np.zeros(RATE * 2, np.int16)))  # an utterance ends in what follows it
    found: list[tuple[float, float]] = []
    began = 0
    for probability, level in vad.hear(whole):
        for edge in endpointer.hear(probability, level):
            if edge.mark is Mark.SPEECH_STARTED:
                began = edge.from_ms
            elif edge.mark is Mark.SPEECH_ENDED:
                found.append((began / 1000, edge.from_ms / 1000))
    return found
