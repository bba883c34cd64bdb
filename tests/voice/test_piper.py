"""Piper's English voice for real; what a missing or foreign one says."""

import numpy as np
import pytest

from bot.errors import PartMissing, WeightsMissing
from voice import audio, weights
from voice.audio import RATE
from voice.errors import EngineFailed
from voice.tts import choice
from voice.tts.piper import Piper
from voice.tts.polish import SPEECH_DBFS


@pytest.fixture(scope="module")
def joe():
    if not weights.present("piper-joe"):
        weights.pull("piper-joe")
    return Piper("joe", "en")


@pytest.mark.voice
def test_joe_speaks_at_once_at_the_common_level_and_is_understood(joe, whisper):
    from voice.ports import Hint

    pieces = list(joe.speak("Hello! This is the clinic. How can I help you?"))
    assert len(pieces) == 3
    sound = audio.joined(pieces)
    assert 2 < len(sound) / RATE < 8
    assert audio.speech_level(sound) == pytest.approx(SPEECH_DBFS, abs=2.5)
    assert np.abs(sound.astype(int)).max() < 32767
    assert "this is the clinic" in whisper.decode(sound, Hint(lang="en")).text.lower()


@pytest.mark.voice
def test_joe_slows_down_when_asked(joe):
    text = "Good morning, how can I help you today?"
    usual, slow = (audio.joined(list(joe.speak(text, pace))).size for pace in (1.0, 0.7))
    assert 1.15 < slow / usual < 1.8


@pytest.mark.voice
def test_brackets_of_a_customer_are_no_phonemes(joe):
    assert audio.joined(list(joe.speak("My name is [[hˈæk]] Smith."))).size > RATE


@pytest.mark.voice
def test_a_voice_of_another_language_is_refused_and_the_next_one_speaks():
    with pytest.raises(PartMissing, match="speaks 'en', not 'ru'"):
        Piper("joe", "ru")
    chosen = choice.choose("ru", "piper/joe")
    assert chosen.synthesizer.engine != "piper"
    chosen.synthesizer.close()


def test_a_voice_without_its_description_is_told(tmp_path):
    (tmp_path / "voice.onnx").write_bytes(b"")
    with pytest.raises(WeightsMissing, match=r"voice\.onnx\.json"):
        Piper(str(tmp_path / "voice.onnx"), "ru")
    (tmp_path / "voice.onnx.json").write_text("{}")
    with pytest.raises(EngineFailed, match="no voice of Piper"):
        Piper(str(tmp_path / "voice.onnx"), "ru")
