from __future__ import annotations

import io
import wave
from dataclasses import dataclass, field
from pathlib import Path

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


def test_no_more_of_a_long_message_is_decoded_than_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weeks of silence fit into twenty megabytes."""
    monkeypatch.setattr("voice.messages.LONGEST_MS", 2_000)
    decoded_ms: list[int] = []

    def joined(pieces: list[Samples]) -> Samples:
        decoded_ms.append(sum(map(audio.duration_ms, pieces)))
        return np.concatenate(pieces)

    monkeypatch.setattr(audio, "joined", joined)
    file = io.BytesIO()
    soundfile.write(file, np.zeros(60 * RATE, np.int16), RATE, format="FLAC")
    assert audio.duration_ms(decoded(file.getvalue())) == 2_000
    assert decoded_ms[0] < 10_000  # a frame of the file more than is heard


@pytest.mark.parametrize("rate", [1, 100])
def test_a_rate_that_nobody_hears_is_refused_before_it_is_blown_up(rate: int) -> None:
    """A second of the line would be made of each sample."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(rate)
        written.writeframes(bytes(400))
    with pytest.raises(Unacceptable):
        decoded(file.getvalue())


def test_a_playlist_that_names_a_file_of_ours_is_no_sound(tmp_path: Path) -> None:
    ours = tmp_path / "recording.wav"
    audio.write(ours, tone(1_000))
    for sent in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{ours}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile {ours}\n",
        f"ffconcat version 1.0\nfile {ours.name}\n",
    ):
        with pytest.raises(Unacceptable):
            decoded(sent.encode())
