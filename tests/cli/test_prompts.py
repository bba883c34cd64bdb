"""`govorun prompts`: the sheet for a studio, and what came back from it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from voice import audio

CLINIC = Path(__file__).parents[2] / "scenarios" / "clinic"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CLINIC, tmp_path / "clinic"))


def studio(ms: int) -> audio.Samples:
    """Speech as a studio sends it, as far as a tone is speech."""
    breath = (3 * np.random.default_rng(1).standard_normal(audio.RATE // 2)).astype(np.int16)
    tone = (5000 * np.sin(np.arange(ms * audio.RATE // 1000) / 3)).astype(np.int16)
    return np.concatenate((breath, tone, breath))


def test_a_set_without_recordings_says_how_to_begin(govorun) -> None:
    told = govorun("prompts", "clinic")
    assert told.code == 0
    assert "Recorded: 0 of " in told.out
    assert "govorun prompts clinic --lang ru --write" in told.out
    assert "Запись — один." in told.out


def test_the_sheet_is_written_once_and_a_recording_beside_it_counts(govorun, clinic: Path) -> None:
    first = json.loads(govorun("prompts", str(clinic), "--write", "--json").out)
    folder = clinic / "sounds" / "ru"
    assert len(first["written"]) == len(first["prompts"]) == len(list(folder.glob("*.txt")))
    text = Path(first["written"][0])
    audio.write(text.with_suffix(".wav"), studio(1200))
    again = json.loads(govorun("prompts", str(clinic), "--write", "--json").out)
    assert again["written"] == []
    (recorded,) = [line for line in again["prompts"] if line["file"]]
    assert recorded["text"] == text.read_text(encoding="utf-8").strip()
    assert recorded["seconds"] == pytest.approx(1.2, abs=0.15)
    assert recorded["faults"] == []
    assert "Recorded: 1 of " in govorun("prompts", str(clinic)).out


def test_words_that_changed_are_told_and_get_a_text_of_their_own(govorun, clinic: Path) -> None:
    folder = clinic / "sounds" / "ru"
    folder.mkdir(parents=True)
    (folder / "041-old.txt").write_text("Этого мы больше не говорим.", encoding="utf-8")
    audio.write(folder / "041-old.wav", studio(500))
    told = json.loads(govorun("prompts", str(clinic), "--write", "--json").out)
    assert told["stale"] == [str(folder / "041-old.txt")]
    assert Path(told["written"][0]).name.startswith("042-")
    assert "nothing says these words any more" in govorun("prompts", str(clinic)).out


def test_a_bad_recording_is_told_beside_its_words_in_the_readers_language(govorun, clinic: Path) -> None:
    told = json.loads(govorun("prompts", str(clinic), "--write", "--json").out)
    Path(told["written"][0]).with_suffix(".wav").write_bytes(b"no sound")
    assert "can't be read" in govorun("prompts", str(clinic)).out
    assert "запись не прочитать" in govorun("prompts", str(clinic), LANG="ru_RU.UTF-8", LANGUAGE="").out


def test_what_carries_a_name_or_a_number_is_left_to_the_voice(govorun, clinic: Path) -> None:
    told = json.loads(govorun("prompts", str(clinic), "--lang", "en", "--json").out)
    assert told["varying"] > 10
    assert not any("{" in line["text"] for line in told["prompts"])


def test_a_set_that_is_not_there_is_told_with_those_that_are(govorun) -> None:
    told = govorun("prompts", "klinic")
    assert told.code == 1
    assert "there is no set 'klinic'" in told.err
    assert "clinic" in told.err


def test_a_folder_that_cannot_be_written_is_told(govorun, clinic: Path) -> None:
    (clinic / "sounds").write_text("a file")
    told = govorun("prompts", str(clinic), "--write")
    assert (told.code, "can't be written" in told.err) == (1, True)
