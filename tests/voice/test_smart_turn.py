"""Smart Turn: its features against the reference's own figures, and the model itself where its weights are."""

import numpy as np
import pytest

from voice import weights
from voice.audio import RATE, Samples, joined, silence
from voice.errors import WeightsMissing
from voice.vad.smart_turn import WAITING, WEIGHTS, SmartTurn, features, warmed

# Of the feature extractor that comes with the model (pipecat-ai 1.14.0), for `chirp()`: (band, frame): value.
REFERENCE = {
    (0, 700): -0.0707,
    (10, 620): 1.4142,
    (20, 650): -0.0517,
    (30, 700): 0.4278,
    (40, 760): -0.0707,
    (60, 790): -0.0707,
    (79, 799): 0.0242,
}


def chirp() -> Samples:
    at = np.arange(2 * RATE) / RATE
    wave = 6_000 * np.sin(2 * np.pi * (200 + 400 * at) * at) * (1 + np.sin(2 * np.pi * 3 * at)) / 2
    return wave.astype(np.int16)


def test_features_are_those_of_the_reference():
    found = features(chirp())
    assert found.shape == (80, 800)
    for (band, frame), value in REFERENCE.items():
        assert found[band, frame] == pytest.approx(value, abs=2e-4)
    assert float(found.mean()) == pytest.approx(-0.03292, abs=2e-5)
    assert float(found.std()) == pytest.approx(0.20639, abs=2e-5)


def test_the_last_eight_seconds_are_heard():
    long = joined([np.full(5 * RATE, 9_000, np.int16), silence(7_000), chirp()])
    assert np.abs(features(long) - features(long[-8 * RATE :])).max() < 1e-6


def test_weights_that_are_not_there_are_named_with_the_way_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path))
    monkeypatch.setattr(weights, "_chosen", [])
    with pytest.raises(WeightsMissing, match="smart-turn") as error:
        SmartTurn().load()
    assert "govorun models pull smart-turn" in str(error.value)


async def test_calls_do_without_it_where_its_weights_are_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path))
    monkeypatch.setattr(weights, "_chosen", [])
    model, missing = await warmed()
    assert model is None
    assert isinstance(missing, WeightsMissing)


async def test_where_too_many_ask_the_silence_alone_decides():
    endings = SmartTurn()
    endings._ask = lambda heard: 0.5
    for _ in range(WAITING):
        endings._places.acquire()
    assert await endings.ended(chirp()) is None
    endings._places.release()
    assert await endings.ended(chirp()) == 0.5
    endings.close()


async def test_the_model_hears_that_a_request_is_over(caller):
    if not weights.present(WEIGHTS):
        weights.pull(WEIGHTS)
    endings = SmartTurn()
    await endings.warm()
    sound = joined([silence(250), *caller("ru").speak("К терапевту"), silence(100)])
    over = await endings.ended(sound)
    assert over is not None
    assert over > 0.8
    endings.close()
