"""T-one by the real sherpa-onnx, over a model of a few nodes that hears levels of loudness as letters."""

import asyncio

import numpy as np
import pytest

from tests.voice import onnx_models
from voice import audio
from voice.asr.choice import recognizers
from voice.asr.tone import TOne
from voice.audio import FRAME
from voice.errors import EngineFailed, PartMissing, RecognizersBusy, WeightsCorrupt, WeightsMissing
from voice.ports import Hint

pytest.importorskip("sherpa_onnx")

HINT = Hint(lang="ru")


@pytest.fixture
def place(tmp_path):
    onnx_models.tone(tmp_path, "нет ")
    return tmp_path


@pytest.fixture
async def engine(place):
    made = TOne(str(place), lines=2)
    await made.warm()
    yield made
    made.close()


def spoken(text: str) -> list[np.ndarray]:
    """300 ms a letter: its level, then silence."""
    sound = [
        np.full(2400, onnx_models.LEVEL * ("нет ".index(letter) + 1), np.int16)
        * np.resize([1] * 1200 + [0] * 1200, 2400)
        for letter in text
    ]
    return list(audio.frames(np.concatenate(sound).astype(np.int16)))


async def test_words_come_while_the_caller_speaks_and_the_last_letter_at_the_end(engine):
    utterance = engine.start(HINT)
    for frame in spoken("нет нет"):
        utterance.feed(frame)
    async with asyncio.timeout(20):
        while not utterance.partial.startswith("нет не"):
            await asyncio.sleep(0.005)
    heard = await utterance.final()
    assert (heard.text, heard.confidence) == ("нет нет", 1.0)


async def test_two_callers_at_once_are_not_mixed(engine):
    one, other = engine.start(HINT), engine.start(HINT)
    for left, right in zip(spoken("нет"), spoken("тен"), strict=True):
        one.feed(left)
        other.feed(right)
    assert [(await one.final()).text, (await other.final()).text] == ["нет", "тен"]


async def test_silence_is_no_words(engine):
    utterance = engine.start(HINT)
    for _ in range(50):
        utterance.feed(np.zeros(FRAME, np.int16))
    heard = await utterance.final()
    assert (heard.text, heard.confidence) == ("", 0.0)


async def test_one_caller_too_many_is_told(engine):
    first, second, third = (engine.start(HINT) for _ in range(3))
    with pytest.raises(RecognizersBusy):
        await third.final()
    first.abandon()
    second.abandon()


async def test_a_folder_without_weights_says_what_to_download(tmp_path):
    with pytest.raises(WeightsMissing) as caught:
        await TOne(str(tmp_path / "none")).warm()
    assert "sherpa-onnx-streaming-t-one-russian" in caught.value.fix
    assert "145 MB" in caught.value.fix


@pytest.mark.parametrize("fault", ["metadata", "bytes", "blank"])
async def test_what_would_end_the_process_is_refused_before(place, fault):
    if fault == "metadata":
        onnx_models.tone(place, "нет ", metadata={"sample_rate": "8000"})
    elif fault == "bytes":
        (place / "model.onnx").write_bytes(b"half a download")
    else:
        (place / "tokens.txt").write_text("н 0\n", "utf-8")
    with pytest.raises(WeightsCorrupt):
        await TOne(str(place)).warm()


async def test_an_engine_that_was_not_warmed_says_so(place):
    with pytest.raises(EngineFailed, match="not warmed"):
        TOne(str(place)).start(HINT)


async def test_without_the_package_it_says_what_to_install(place, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PartMissing, match=r"govorun\[t-one\]"):
        await recognizers("ru", f"t-one:{place}").warm()


def test_it_hears_russian_alone(place):
    with pytest.raises(PartMissing, match="does not understand 'en'"):
        recognizers("en", f"t-one:{place}")
