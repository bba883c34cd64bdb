"""Who spoke when: two channels; what is told of engines that are missing or broken (tests/torch_real runs them)."""

import sys
import types
import wave
from pathlib import Path

import numpy as np
import pytest

from bot.errors import PartMissing, Unacceptable, WeightsMissing
from voice import audio
from voice.audio import RATE, Samples
from voice.diarization.channels import channels, turns_of
from voice.diarization.choice import diarizer
from voice.diarization.transcript import _pieces, transcript
from voice.diarization.turns import numbered
from voice.errors import EngineFailed
from voice.ports import SpeakerTurn

WOMAN = ("Добрый день, вы позвонили в клинику, меня зовут Анна.", "На какой день вам было бы удобно прийти на приём?")
MAN = ("Здравствуйте, я хотел бы записаться на приём к терапевту.", "Лучше всего в четверг утром, до одиннадцати.")


@pytest.fixture(scope="module")
def dialogue():
    """Two voices in turn: the sound of each alone, and who spoke from when to when."""
    from voice.tts.rhvoice import RhVoice

    voices = (RhVoice("anna", "ru"), RhVoice("aleksandr", "ru"))
    sounds: tuple[list[Samples], list[Samples]] = ([], [])
    turns: list[tuple[int, int, int]] = []
    at = 0
    for pair in zip(WOMAN, MAN, strict=True):
        for who, text in enumerate(pair):
            said = audio.joined([audio.silence(500), *voices[who].speak(text)])
            sounds[who].append(said)
            sounds[1 - who].append(np.zeros_like(said))
            turns.append((who + 1, at + 500, at + audio.duration_ms(said)))
            at += audio.duration_ms(said)
    for voice in voices:
        voice.close()
    return audio.joined(sounds[0]), audio.joined(sounds[1]), turns


def assert_turns(found: tuple[SpeakerTurn, ...], wanted: list[tuple[int, int, int]]) -> None:
    assert [turn.speaker for turn in found] == [who for who, _, _ in wanted]
    for turn, (_, start, end) in zip(found, wanted, strict=True):
        assert abs(turn.start_ms - start) < 500
        assert abs(turn.end_ms - end) < 500


def stereo(path: Path, left: Samples, right: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.stack([left, right], axis=1).tobytes())
    return path


@pytest.mark.voice
def test_of_two_channels_each_is_a_speaker_numbered_by_who_spoke_first(dialogue, tmp_path, whisper):
    woman, man, turns = dialogue
    file = stereo(tmp_path / "call.wav", man, woman)  # as our own recordings: the caller is on the left
    found, sounds = turns_of(channels(file))
    assert_turns(found, turns)
    assert np.array_equal(sounds[0], woman)
    told: list[tuple[int, int]] = []
    lines = transcript(file, "ru", progress=lambda done, total: told.append((done, total)))
    assert [line.speaker for line in lines] == [1, 2, 1, 2]
    assert "клинику" in lines[0].text
    assert "терапевт" in lines[1].text
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_who_speaks_at_once_is_heard_each_in_their_own_channel(dialogue):
    woman, man, _ = dialogue
    _, sounds = turns_of((woman, np.roll(man, -RATE * 3)))
    assert np.array_equal(sounds[0], woman)


def test_turns_are_in_order_without_crumbs_and_a_pause_is_no_new_turn():
    segments = [("b", 5.0, 6.0), ("a", 0.0, 1.0), ("a", 1.5, 3.0), ("c", 3.0, 3.1), ("a", 4.5, 4.9)]
    assert numbered(segments) == (
        SpeakerTurn(speaker=1, start_ms=0, end_ms=3000),
        SpeakerTurn(speaker=1, start_ms=4500, end_ms=4900),
        SpeakerTurn(speaker=2, start_ms=5000, end_ms=6000),
    )


def test_a_long_turn_is_cut_where_it_is_quiet():
    sound = np.full(RATE * 45, 1000, np.int16)
    sound[RATE * 15 : RATE * 15 + 160] = 0
    pieces = list(_pieces(sound))
    assert sum(len(piece) for piece in pieces) == len(sound)
    assert all(len(piece) <= 20 * RATE for piece in pieces)
    assert len(pieces[0]) == 15 * RATE


def test_an_engine_that_breaks_is_told_by_name(monkeypatch):
    class Diarizer:
        def __init__(self, **_: object) -> None: ...

        def diarize_samples(self, sound: Samples, sample_rate: int) -> None:
            raise KeyError("segments")

    module = types.ModuleType("senko")
    module.Diarizer = Diarizer
    module.__spec__ = types.SimpleNamespace(name="senko")
    monkeypatch.setitem(sys.modules, "senko", module)
    with pytest.raises(EngineFailed, match="senko: it could not tell"):
        diarizer("senko").turns(audio.silence(100, 16_000))


def test_without_an_engine_one_channel_cannot_be_told_apart_and_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "senko", None)
    monkeypatch.setitem(sys.modules, "pyannote", None)
    with pytest.raises(PartMissing, match=r"pip install 'govorun\[senko\]'"):
        diarizer()
    with pytest.raises(PartMissing, match=r"pip install 'govorun\[pyannote\]'"):
        diarizer("pyannote")
    with pytest.raises(Unacceptable, match="auto, channels, senko, pyannote"):
        diarizer("nemo")


def test_a_pipeline_that_is_not_there_is_told(monkeypatch, tmp_path):
    module = types.ModuleType("pyannote")
    module.__spec__ = types.SimpleNamespace(name="pyannote")
    monkeypatch.setitem(sys.modules, "pyannote", module)
    with pytest.raises(WeightsMissing, match="speaker-diarization-community-1"):
        diarizer(f"pyannote:{tmp_path}/config.yaml")


@pytest.mark.parametrize("content", [b"", b"no sound"], ids=["empty", "text"])
def test_a_file_without_sound_is_one_clear_error(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(Unacceptable, match="can't be read as sound"):
        channels(tmp_path / "a.wav")
    with pytest.raises(Unacceptable, match="no such file"):
        channels(tmp_path / "b.wav")
