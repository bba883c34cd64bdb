"""Two recognisers side by side: who hears what."""

import asyncio

import pytest

from tests.voice import onnx_models
from voice.asr.choice import recognizers
from voice.asr.paired import Paired
from voice.errors import WeightsMissing
from voice.ports import Hint


class Ears:
    def __init__(self, name: str, languages: str) -> None:
        self.name, self.languages = name, frozenset(languages.split())
        self.heard: list[Hint] = []
        self.warmed = self.closed = False

    async def warm(self) -> None:
        self.warmed = True

    def start(self, hint: Hint) -> None:
        self.heard.append(hint)

    def close(self) -> None:
        self.closed = True


def test_names_and_what_is_told_freely_go_to_the_second_and_answers_to_the_first():
    told, free = Ears("told", "ru en"), Ears("free", "ru")
    pair = Paired(told, free)  # type: ignore[arg-type]
    kinds = ("person", "text", "address", "yesno", "menu", "digits", "datetime")
    for kind in kinds:
        pair.start(Hint(lang="ru", kind=kind))  # type: ignore[arg-type]
    assert [hint.kind for hint in free.heard] == ["person", "text", "address"]
    assert [hint.kind for hint in told.heard] == ["yesno", "menu", "digits", "datetime"]
    pair.start(Hint(lang="en", kind="person"))
    assert told.heard[-1].lang == "en"


def test_both_are_warmed_and_closed():
    told, free = Ears("told", "ru"), Ears("free", "ru")
    pair = Paired(told, free)  # type: ignore[arg-type]
    asyncio.run(pair.warm())
    pair.close()
    assert told.warmed
    assert free.warmed
    assert told.closed
    assert free.closed


def test_a_setting_names_both(tmp_path):
    pytest.importorskip("onnx_asr")
    onnx_models.gigaam(tmp_path)
    pair = recognizers("ru", f"whisper-base+gigaam:{tmp_path}")
    assert pair.name.startswith("whisper-base+gigaam:")
    pair.close()


def test_weights_that_are_not_there_are_told_by_name(tmp_path):
    pair = recognizers("ru", f"whisper-base + gigaam:{tmp_path}")
    with pytest.raises(WeightsMissing, match="GigaAM"):
        asyncio.run(pair.warm())
    pair.close()
