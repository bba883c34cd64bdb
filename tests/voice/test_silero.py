"""Silero's voices, over a model that the test packs.

`make test` has no torch, so a stand-in of torch's few names loads it there; `make test-torch` runs the same tests with
torch, its packages and silero-stress themselves.
"""

import os
import pickle
import sys
import types
from pathlib import Path

import numpy as np
import pytest

from bot.errors import PartMissing, WeightsMissing
from tests.voice.tone_model import LETTER_MS, Tones
from voice import audio, weights
from voice.audio import RATE
from voice.errors import EngineFailed
from voice.tts import choice
from voice.tts.polish import SPEECH_DBFS
from voice.tts.silero import Silero

REAL = bool(os.environ.get("GOVORUN_REAL_TORCH"))


class Wave(np.ndarray):
    def numpy(self):
        return np.asarray(self)


class StandIn(Tones):
    """Without torch there are no tensors."""

    def tensor(self, wave):
        return wave.astype(np.float32).view(Wave)


class PackageImporter:
    def __init__(self, path: str) -> None:
        self.content = Path(path).read_bytes()

    def load_pickle(self, package: str, resource: str):
        assert (package, resource) == ("tts_models", "model")
        return pickle.loads(self.content)


def stressed(text: str) -> str:
    return "".join(f"+{each}" if each in "аеиоуыэюяАЕИОУЫЭЮЯ" else each for each in text)


@pytest.fixture
def packed(tmp_path, monkeypatch):
    """Makes a file of the model, in torch's own form or the stand-in's."""
    if not REAL:
        torch = types.ModuleType("torch")
        torch.package = types.SimpleNamespace(PackageImporter=PackageImporter)
        torch.device = str
        torch.set_num_threads = torch.set_grad_enabled = lambda value: None
        torch.__spec__ = types.SimpleNamespace(name="torch")
        accentor = types.ModuleType("silero_stress")
        accentor.load_accentor = lambda: stressed
        accentor.__spec__ = types.SimpleNamespace(name="silero_stress")
        monkeypatch.setitem(sys.modules, "torch", torch)
        monkeypatch.setitem(sys.modules, "silero_stress", accentor)

    def make(name: str = "mine.pt", *, wants_stress: bool = False):
        place = tmp_path / name
        if REAL:
            from torch.package import PackageExporter

            with PackageExporter(str(place)) as exporter:
                exporter.extern(["numpy.**", "torch.**"])
                exporter.intern("tests.voice.tone_model")
                exporter.intern(["tests", "tests.voice"])
                exporter.save_pickle("tts_models", "model", Tones(wants_stress))
        else:
            place.write_bytes(pickle.dumps(StandIn(wants_stress)))
        return place

    return make


def spoken(voice: Silero, text: str, pace: float = 1.0):
    return audio.joined(list(voice.speak(text, pace)))


def test_a_file_of_ones_own_speaks_on_the_line_at_the_common_level(packed):
    voice = Silero(f"{packed()}/xenia")
    sound = spoken(voice, "Добрый день")
    assert len(sound) / RATE * 1000 == pytest.approx(10 * LETTER_MS, abs=40)
    assert audio.speech_level(sound) == pytest.approx(SPEECH_DBFS, abs=1.5)


def test_sentences_come_one_by_one(packed):
    pieces = list(Silero(f"{packed()}/xenia").speak("Да. Нет! Может быть?"))
    assert len(pieces) == 3


def test_a_slower_pace_is_asked_of_the_model(packed):
    voice = Silero(f"{packed()}/xenia")
    usual, slow = (len(spoken(voice, "Добрый день & вечер", pace)) for pace in (1.0, 0.5))
    assert slow / usual == pytest.approx(2.0, abs=0.1)


def test_a_text_without_words_says_nothing(packed):
    assert spoken(Silero(f"{packed()}/xenia"), "… 12 ?!").size == 0


def test_a_model_that_wants_stress_marks_gets_them(packed):
    voice = Silero(f"{packed('v5_cis_base.pt', wants_stress=True)}/ru_ekaterina")
    assert spoken(voice, "Здравствуйте! К какому врачу?").size


def test_what_the_model_cannot_say_is_an_error_of_the_engine_without_the_words(packed):
    with pytest.raises(EngineFailed, match="ValueError") as caught:
        Silero(f"{packed(wants_stress=True)}/xenia")  # of an unknown file nobody knows that it wants marks
    assert "Здравствуйте" not in str(caught.value)


def test_the_licence_of_an_unknown_file_is_taken_to_forbid_business(packed):
    chosen = choice.choose("ru", f"silero:{packed()}/xenia")
    assert chosen.warnings == ("The voice silero/xenia is for non-commercial use only (CC BY-NC-SA 4.0).",)


def test_a_free_model_is_chosen_without_a_word(packed):
    chosen = choice.choose("ru", f"silero:{packed('v5_cis_base.pt')}/ru_ekaterina")
    assert (chosen.synthesizer.engine, chosen.warnings) == ("silero", ())


def test_a_speaker_the_model_lacks_is_told_with_those_it_has(packed):
    with pytest.raises(PartMissing, match="has no voice 'nobody'") as caught:
        Silero(f"{packed()}/nobody")
    assert "ru_ekaterina, xenia" in str(caught.value)


def test_a_file_that_is_no_model_is_told(packed, tmp_path):
    packed()
    (tmp_path / "text.pt").write_text("no model")
    with pytest.raises(EngineFailed, match="no model of Silero"):
        Silero(f"{tmp_path}/text.pt/xenia")
    with pytest.raises(PartMissing, match="no such model"):
        Silero(f"{tmp_path}/none.pt/xenia")


def test_a_named_voice_without_its_weights_says_what_to_pull(packed, tmp_path, monkeypatch):
    packed()
    monkeypatch.setattr(weights, "_chosen", [tmp_path])
    with pytest.raises(WeightsMissing, match="govorun models pull silero-v5-cis-base"):
        Silero("ru_ekaterina")
    with pytest.raises(WeightsMissing, match="govorun models pull silero-v5-5-ru"):
        Silero("xenia")


def test_without_torch_another_voice_speaks_and_the_loss_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    chosen = choice.choose("ru", "silero/ru_ekaterina")
    assert chosen.synthesizer.engine != "silero"
    assert "pip install 'govorun[silero]'" in chosen.warnings[0]
    chosen.synthesizer.close()
