"""`govorun replay`: what stored conversations would become, as a table, for programs, and side by side."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

NAME = "Вельзевул"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept") / "kept"


@pytest.fixture
def stored(govorun, kept: Path, tmp_path: Path) -> Path:
    """A data folder with two conversations of the clinic: each test has a copy."""
    if not kept.exists():
        govorun("chat", "--data", str(kept), stdin=f"запишите к терапевту завтра в три\n{NAME}\n89051234567\nда\n")
        govorun("chat", "--data", str(kept), stdin="где вы находитесь?\n")
    return Path(shutil.copytree(kept, tmp_path / "kept"))


@pytest.fixture
def edited(tmp_path: Path) -> Path:
    """The clinic, where who books is handed to a person first."""
    folder = tmp_path / "clinic"
    shutil.copytree("scenarios/clinic", folder)
    file = folder / "booking.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("  - collect: [service", "  - handoff: asked\n  - collect: [service"), encoding="utf-8"
    )
    return folder


def test_where_nothing_was_edited_nothing_changes(govorun, stored: Path) -> None:
    told = govorun("replay", "scenarios/clinic", "--data", str(stored), "--since", "1d")
    assert (told.code, told.out) == (0, "Nothing changes: 2 conversations come out the same.\n")
    told = govorun("replay", "scenarios", "--data", str(stored), LC_ALL="ru_RU.UTF-8")
    assert told.out == "Ничего не меняется: разговоров, которые идут так же, — 2.\n"


def test_what_changes_is_a_table_without_anybodys_words(govorun, stored: Path, edited: Path) -> None:
    told = govorun("replay", str(edited), "--data", str(stored))
    assert told.code == 0, told.err
    assert "now goes to a person" in " ".join(told.out.split())
    rows = [line.split() for line in told.out.splitlines()]
    assert ["all", "2"] in rows
    assert ["the", "same", "1"] in rows
    assert NAME not in told.out
    assert "терапевт" not in told.out


def test_for_programs_it_is_one_object_without_anybodys_words(govorun, stored: Path, edited: Path) -> None:
    told = govorun("replay", str(edited), "--data", str(stored), "--json")
    found = json.loads(told.out)
    assert (found["total"], found["counts"]["hands_off"], found["counts"]["same"]) == (2, 1, 1)
    changed = next(each for each in found["conversations"] if each["outcome"] == "hands_off")
    assert (changed["parted"], changed["was"], changed["is"]) == (2, "booking:ask.name", "handoff: asked")
    assert NAME not in told.out


def test_one_is_shown_side_by_side_up_to_where_they_part(govorun, stored: Path, edited: Path) -> None:
    found = json.loads(govorun("replay", str(edited), "--data", str(stored), "--json").out)
    ident = next(each["id"] for each in found["conversations"] if each["outcome"] == "hands_off")
    for wanted in (ident, ident[:8]):
        told = govorun("replay", str(edited), "--data", str(stored), "--show", wanted)
        assert told.code == 0, told.err
        words = " ".join(told.out.split())
        assert "> запишите к терапевту завтра в три > запишите к терапевту завтра в три" in words
        assert "from here on another way" in words
        assert "= handoff: asked" in words
        assert "calendar.book" not in words, "what came long after they parted is left out"
    assert govorun("replay", str(edited), "--data", str(stored), "--show", "nosuch").code == 1


def test_a_copy_by_another_name_is_told_which_set_it_stands_for(govorun, stored: Path, edited: Path) -> None:
    draft = edited.rename(edited.with_name("draft"))
    told = govorun("replay", str(draft), "--data", str(stored))
    assert told.code == 1
    assert "no conversation of 'draft' is stored since then. Stored: clinic." in told.err
    assert govorun("replay", str(draft), "--data", str(stored), "--of", "clinic").code == 0


def test_a_span_that_is_none_is_told(govorun, stored: Path) -> None:
    told = govorun("replay", "scenarios/clinic", "--data", str(stored), "--since", "вчера")
    assert told.code == 1
    assert told.err == "error: --since: 'вчера' is no span of time. Write 7d, 12h, 2w, or a day: 2026-11-01\n"
    future = govorun("replay", "scenarios/clinic", "--data", str(stored), "--since", "2999-01-01")
    assert future.code == 1


def test_a_broken_edit_is_told_by_file_and_line(govorun, stored: Path, edited: Path) -> None:
    (edited / "booking.yaml").write_text("scenario: booking\n", encoding="utf-8")
    told = govorun("replay", str(edited), "--data", str(stored))
    assert told.code == 1
    assert "booking.yaml:1: " in told.err


def test_nothing_stored_of_several_sets_is_one_plain_line(govorun, tmp_path: Path) -> None:
    told = govorun("replay", "scenarios", "--data", str(tmp_path), "--lang", "ru")
    what = "за это время нет сохранённых разговоров. Есть: —. --data говорит, где искать, --since — за какое время"
    assert told.err == f"ошибка: {what}\n"
    told = govorun("replay", "scenarios", "--data", str(tmp_path), "--lang", "en")
    assert told.err.startswith("error: no conversation is stored since then. Stored: —.")


def test_a_broken_set_is_told_with_its_folder(govorun, stored: Path, tmp_path: Path) -> None:
    clinic = tmp_path / "clinic"
    shutil.copytree("scenarios/clinic", clinic)
    broken = (clinic / "booking.yaml").read_text(encoding="utf-8").replace("- collect:", "- colect:", 1)
    (clinic / "booking.yaml").write_text(broken, encoding="utf-8")
    told = govorun("replay", str(clinic), "--data", str(stored), "--lang", "en")
    assert told.code == 1
    assert told.err.startswith(f"{clinic}/booking.yaml:")
