import numpy as np
import pytest

from bot.errors import Unacceptable, WeightsMissing
from voice import audio
from voice.listen import listen, say


@pytest.mark.voice
@pytest.mark.usefixtures("whisper")
def test_a_file_is_heard_as_a_call_would_hear_it(tmp_path, caller):
    speech = audio.joined(list(caller("ru").speak("Отмените мою запись, пожалуйста.")))
    audio.write(tmp_path / "a.wav", np.concatenate((audio.silence(500), speech, audio.silence(300))))
    heard = listen(tmp_path / "a.wav", "ru", expect="menu")
    assert "отмените мою запись" in heard["text"].lower()
    assert heard["confidence"] > 0.6
    assert heard["audio_s"] == pytest.approx(len(speech) / audio.RATE + 0.8, abs=0.02)
    assert heard["final_after_end_ms"] >= 0


@pytest.mark.voice
@pytest.mark.usefixtures("whisper")
def test_at_real_time_pace_the_result_waits_for_the_silence(tmp_path, caller):
    audio.write(tmp_path / "a.wav", audio.joined(list(caller("ru").speak("Да, верно."))))
    heard = listen(tmp_path / "a.wav", "ru", expect="yesno", realtime=True)
    assert heard["text"].lower().startswith("да")
    assert heard["final_after_end_ms"] >= 300


@pytest.mark.voice
@pytest.mark.usefixtures("whisper")
def test_a_file_of_silence_says_nothing(tmp_path):
    audio.write(tmp_path / "a.wav", audio.silence(1500))
    assert listen(tmp_path / "a.wav", "ru") == {"text": "", "confidence": 0.0, "audio_s": 1.5, "final_after_end_ms": 0}


def test_a_file_that_is_not_there_a_slot_nobody_knows_and_an_empty_text_are_refused(tmp_path):
    with pytest.raises(Unacceptable, match="there is no such file"):
        listen(tmp_path / "none.wav", "ru")
    with pytest.raises(Unacceptable, match="One of: yesno"):
        listen(tmp_path / "none.wav", "ru", expect="colour")
    with pytest.raises(Unacceptable, match="nothing to say"):
        say("  ", "ru", tmp_path / "x.wav")


def test_missing_weights_are_told_before_anything_is_heard(tmp_path, monkeypatch):
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path))
    audio.write(tmp_path / "a.wav", audio.silence(100))
    with pytest.raises(WeightsMissing, match="govorun models pull"):
        listen(tmp_path / "a.wav", "ru")


@pytest.mark.voice
@pytest.mark.parametrize("rate", [8000, 16000, 24000])
def test_what_is_said_is_a_file_of_the_rate_asked_for(tmp_path, rate):
    said = say("Hello there.", "en", tmp_path / "x.wav", rate=rate)
    assert said["voice"] == "hibari/heart"
    sound = audio.read(tmp_path / "x.wav", rate)
    assert len(sound) / rate == pytest.approx(said["audio_s"], abs=0.02)


@pytest.mark.voice
def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(Unacceptable, match="can't be written"):
        say("Hello.", "en", tmp_path / "no" / "x.wav")
