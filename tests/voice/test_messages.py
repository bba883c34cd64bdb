from __future__ import annotations

import io
from dataclasses import dataclass, field

import numpy as np
import pytest
import soundfile

from bot.errors import Unacceptable
from voice import audio
from voice.audio import RATE, Frame, Samples
from voice.messages import GAP_MS, PIECE_MS, decoded, hear, spoken
from voice.ports import Heard, Hint

WINDOW_MS = 32
LOUD = 8_000


class ByLoudness:
    """A detector for which whatever is loud is speech."""

    window_ms = WINDOW_MS

    def hear(self, sound: Samples) -> tuple[tuple[float, float], ...]:
        size = WINDOW_MS * RATE // 1000
        windows = (sound[at : at + size] for at in range(0, len(sound) - size + 1, size))
        return tuple((float(np.abs(each).max() > LOUD / 2), 0.0) for each in windows)

    def reset(self) -> None: ...


@dataclass
class Counting:
    """Hears how many tenths of a second it was fed; unsure of the short."""

    name: str = "counting"
    languages: frozenset[str] = frozenset({"ru"})
    frames: int = 0
    pieces: list[int] = field(default_factory=list)

    async def warm(self) -> None: ...

    def start(self, hint: Hint) -> Counting:
        self.frames = 0
        return self

    def feed(self, frame: Frame) -> None:
        self.frames += 1

    def pause(self) -> None: ...

    def resume(self) -> None: ...

    partial = ""

    async def settled(self) -> Heard | None:
        return None

    async def final(self) -> Heard:
        tenths = self.frames // 5
        self.pieces.append(tenths)
        return Heard(text=str(tenths), confidence=0.5 if tenths < 20 else 0.9)

    def abandon(self) -> None: ...

    def close(self) -> None: ...


def tone(ms: int) -> Samples:
    return np.full(ms * RATE // 1000, LOUD, np.int16)


async def test_pieces_of_speech_are_recognised_one_after_the_other_and_the_least_sure_counts() -> None:
    engine = Counting()
    sound = audio.joined(
        [audio.silence(3_000), tone(3_000), audio.silence(GAP_MS + 500), tone(1_000), audio.silence(2_000)]
    )
    heard = await hear(sound, Hint(lang="ru"), engine, ByLoudness())
    assert heard is not None
    assert len(engine.pieces) == 2
    assert heard.text == " ".join(map(str, engine.pieces))
    assert heard.confidence == 0.5
    assert sum(engine.pieces) < 60  # of nine and a half seconds, silence was not listened to


async def test_silence_says_nothing_and_is_given_to_nobody() -> None:
    engine = Counting()
    assert await hear(audio.silence(5_000), Hint(lang="ru"), engine, ByLoudness()) is None
    assert engine.pieces == []


def test_a_short_pause_parts_nothing_and_a_long_speech_is_parted() -> None:
    assert len(spoken(audio.joined([tone(1_000), audio.silence(GAP_MS - 200), tone(1_000)]), ByLoudness())) == 1
    pieces = spoken(tone(2 * PIECE_MS + 1_000), ByLoudness())
    assert len(pieces) == 3
    assert max(map(audio.duration_ms, pieces)) <= PIECE_MS + 1_000


def test_what_messengers_send_is_read_and_what_is_no_sound_is_refused() -> None:
    file = io.BytesIO()
    soundfile.write(file, np.sin(np.arange(48_000) / 20).astype(np.float32) / 2, 48_000, format="OGG", subtype="OPUS")
    sound = decoded(file.getvalue())
    assert abs(audio.duration_ms(sound) - 1_000) < 60
    assert audio.level(sound) > -20
    with pytest.raises(Unacceptable):
        decoded(b"<html>no such file</html>")
