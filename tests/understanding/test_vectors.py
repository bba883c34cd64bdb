"""Vectors of phrases on disk: a phrase is encoded once, and no file is needed or believed."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bot.authoring.load import load
from bot.settings import ROOT
from bot.understanding.intents import vectors
from bot.understanding.intents.cache import IntentCache
from bot.understanding.intents.encoders import Matrix, Remembering, finer_than, shipped_encoder
from bot.understanding.intents.themes import foreign_texts, requests
from bot.understanding.intents.vectors import Vectors, _shipped
from bot.understanding.nlu import BuiltinNlu


class Counting:
    name = "x"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> np.ndarray:
        self.asked += texts
        return np.array([[len(text), 1 / 3] for text in texts], np.float32)


def test_a_phrase_is_encoded_once_whatever_stands_around_it(tmp_path: Path) -> None:
    encoder = Counting()
    first = Vectors(tmp_path).of(encoder, ["а", "бб", "а"])
    again = Vectors(tmp_path).of(encoder, ["ввв", "бб", "а"])
    assert encoder.asked == ["а", "бб", "ввв"]
    assert (first[1] == again[1]).all()
    assert again[:, 0].tolist() == pytest.approx([3, 2, 1])


def test_what_is_kept_is_what_was_told_the_first_time(tmp_path: Path) -> None:
    """Or a set would be understood otherwise where its phrases had been seen before."""
    encoder = Counting()
    fresh = Vectors(None).of(encoder, ["а"])
    assert (fresh == Vectors(tmp_path).of(encoder, ["а"])).all()
    assert (fresh == Vectors(tmp_path).of(encoder, ["а"])).all()


def test_another_encoder_has_vectors_of_its_own(tmp_path: Path) -> None:
    one, other = Counting(), Counting()
    other.name = "y"
    Vectors(tmp_path).of(one, ["а"])
    Vectors(tmp_path).of(other, ["а"])
    assert other.asked == ["а"]


def test_a_damaged_file_is_begun_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    encoder = Counting()
    tmp_path.joinpath("vectors.sqlite").write_bytes(b"no database at all" * 100)
    for _ in range(2):
        assert Vectors(tmp_path).of(encoder, ["а"]).shape == (1, 2)
    assert encoder.asked == ["а"]
    assert caplog.text.count("is damaged") == 1


def test_where_nothing_can_be_written_phrases_are_encoded_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    encoder = Counting()
    place = tmp_path / "a file"
    place.write_text("")
    assert Vectors(place).of(encoder, ["а"]).shape == (1, 2)
    assert "can't be written" in caplog.text


def test_the_oldest_phrases_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors, "MOST", 10)
    for number in range(30):
        Vectors(tmp_path).of(Counting(), [f"{number}"])
    with sqlite3.connect(tmp_path / "vectors.sqlite") as database:
        assert database.execute("SELECT count(*) FROM vectors").fetchone() == (10,)


def test_one_edited_phrase_costs_one_encoding(tmp_path: Path) -> None:
    encoder = Counting()
    said = {"booking": ["запишите меня", "хочу к врачу"], "price": ["почём приём", "сколько стоит"]}
    IntentCache(tmp_path).model(said, "ru", encoder)
    before = len(encoder.asked)
    IntentCache(tmp_path).model({**said, "price": ["почём приём", "какая цена"]}, "ru", encoder)
    assert encoder.asked[before:] == ["какая цена"]


def test_words_are_cut_into_the_pieces_that_the_encoder_cuts_texts_into() -> None:
    encoder = getattr(shipped_encoder(), "_encoder", None)
    if encoder is None:
        pytest.skip("the encoder is not installed")
    cut = encoder._model.sp
    for language in ("ru", "en"):
        for text in ["", "15:30 a", *foreign_texts(language)[:50], *(text for text, _ in requests(language)[::20])]:
            assert cut.encode(text) == cut._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True), text


def test_a_vector_is_kept_in_a_byte_a_dimension_and_its_angles_stay(tmp_path: Path) -> None:
    class Unit(Counting):
        def encode(self, texts: list[str]) -> np.ndarray:
            rows = np.random.default_rng(3).normal(size=(len(texts), 512))
            return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)

    texts = [str(number) for number in range(40)]
    exact = Unit().encode(texts)
    kept = Vectors(tmp_path).of(Unit(), texts)
    assert np.abs(kept @ kept.T - exact @ exact.T).max() < 0.003
    assert (kept != exact).any()


def test_nearly_all_phrases_of_the_shipped_scenarios_come_encoded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the first start takes twice as long; that is all that goes wrong."""
    encoder = shipped_encoder()
    assert isinstance(encoder, Remembering)
    finer = finer_than(encoder)
    assert isinstance(finer, Remembering)
    asked = Counter[str]()
    for each in (encoder, finer):

        def counted(texts: list[str], *, name: str = each.name, real: Callable[..., Matrix] = each.encode) -> Matrix:
            asked[name] += len(texts)
            return real(texts)

        monkeypatch.setattr(each, "encode", counted)
    for folder in sorted(path for path in (ROOT / "scenarios").iterdir() if path.is_dir()):
        BuiltinNlu.of(load(folder))
    told = Counter(len(vector) for vector in _shipped().values())
    assert len(told) == 2
    assert max(asked.values(), default=0) < 0.1 * min(told.values()), "python -m bot.app.phrases"
