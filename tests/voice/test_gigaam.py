"""GigaAM by the real onnx-asr, over a model of a few nodes that hears sound as "а" and silence as nothing."""

import numpy as np
import pytest

from tests.voice import onnx_models
from voice import audio
from voice.asr.choice import recognizers
from voice.asr.gigaam import GigaAm
from voice.audio import RATE, Samples
from voice.errors import EngineFailed, PartMissing, WeightsCorrupt, WeightsMissing
from voice.ports import Hint

pytest.importorskip("onnx_asr")

HINT = Hint(lang="ru", kind="person")


@pytest.fixture
def place(tmp_path):
    onnx_models.gigaam(tmp_path)
    return tmp_path


@pytest.fixture
async def engine(place):
    made = GigaAm(str(place), workers=1)
    await made.warm()
    yield made
    made.close()


def tones(count: int) -> Samples:
    burst = (np.sin(np.arange(RATE // 2) * 0.5) * 12_000).astype(np.int16)
    return np.concatenate([piece for _ in range(count) for piece in (burst, audio.silence(500))])


async def test_an_utterance_fed_by_frames_is_heard_whole(engine):
    utterance = engine.start(HINT)
    for frame in audio.frames(tones(3)):
        utterance.feed(frame)
    heard = await utterance.final()
    assert heard.text == "ааа"
    assert 0.0 < heard.confidence <= 1.0


async def test_silence_is_no_words(engine):
    heard = engine.decode(audio.silence(1000), HINT)
    assert (heard.text, heard.confidence) == ("", 0.0)


async def test_a_folder_without_weights_says_what_to_download(tmp_path):
    with pytest.raises(WeightsMissing) as caught:
        await GigaAm(str(tmp_path)).warm()
    assert "huggingface.co/istupakov/gigaam-v3-onnx" in caught.value.fix


async def test_a_cut_download_is_told_from_a_model(place):
    (place / "v3_ctc.onnx").write_bytes(b"half a download")
    with pytest.raises(WeightsCorrupt):
        await GigaAm(str(place)).warm()


async def test_an_engine_that_was_not_warmed_says_so(place):
    with pytest.raises(EngineFailed, match="not warmed"):
        GigaAm(str(place)).start(HINT)


async def test_without_the_package_it_says_what_to_install(place, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(PartMissing, match=r"govorun\[gigaam\]"):
        await recognizers("ru", f"gigaam:{place}").warm()
