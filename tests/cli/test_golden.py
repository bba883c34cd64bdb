"""`govorun test`: what a business person reads where a conversation parted, and files brought up to date."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.app import recording
from bot.app.parting import marked, paired
from bot.authoring import golden
from bot.authoring.load import load

NOTED = """\
## Заметка сверху

# адрес и время      now: 2026-11-18 10:00
> где вы находитесь?
## что говорим об адресе
< Здравствуйте! …
< Наш адрес: на Луне.
## и спрашиваем дальше
< Чем ещё помочь?

> во сколько вы открываетесь?
< Работаем по ночам.
< Чем ещё помочь?
= handoff: asked for a person
## конец

# до скорого
> до свидания
< …
= ended: done
"""


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = tmp_path / "clinic"
    shutil.copytree("scenarios/clinic", folder, ignore=shutil.ignore_patterns("tests"))
    (folder / "tests").mkdir()
    (folder / "tests" / "talk.ru.txt").write_text(NOTED, encoding="utf-8")
    return folder


def test_where_it_parted_is_told_in_words(govorun, clinic: Path) -> None:
    told = govorun("test", str(clinic), "--lang", "ru")
    assert told.code == 1
    lines = [line.strip() for line in told.out.splitlines()]
    assert "── здесь разошлись, строка 4" in lines
    at = lines.index("ждали    Наш адрес: [на Луне].")
    assert lines[at - 1] == "бот      Здравствуйте! …"
    assert lines[at + 1].startswith("вышло    Наш адрес: [улица Садовая, дом 12")
    assert "ждали    = handoff: asked for a person" in lines
    assert "вышло    (ничего)" in lines
    assert told.err.strip() == "Как написано: 1, иначе: 1"


def test_the_terminals_language_is_taken_where_none_is_asked_for(govorun, clinic: Path) -> None:
    assert "ждали" in govorun("test", str(clinic), LC_ALL="ru_RU.UTF-8").out
    assert "expected" in govorun("test", str(clinic), LC_ALL="C.UTF-8").out


def test_only_one_conversation_is_run(govorun, clinic: Path) -> None:
    told = govorun("test", str(clinic), "--only", "До скорого")
    assert (told.code, told.err) == (0, "1 conversation, all as written\n")
    absent = govorun("test", str(clinic), "--only", "вчера")
    assert absent.code == 1
    assert "no conversation has 'вчера' in its title" in absent.err


def test_update_writes_what_happened_and_keeps_every_note(govorun, clinic: Path) -> None:
    told = govorun("test", str(clinic), "--update")
    assert told.code == 0, told.err
    assert "expected" in told.out, "it is shown first"
    lines = (clinic / "tests" / "talk.ru.txt").read_text(encoding="utf-8").splitlines()
    before = NOTED.splitlines()
    assert lines[:6] == before[:6]
    assert lines[6].startswith("< Наш адрес: улица Садовая")
    assert lines[7:11] == before[7:11]
    assert lines[11] == "< Работаем каждый день, с 9:00 до 20:00."
    assert lines[12:] == [line for line in before[12:] if not line.startswith("= handoff")]
    assert govorun("test", str(clinic)).code == 0


def test_update_of_what_is_right_changes_nothing(govorun, clinic: Path) -> None:
    govorun("test", str(clinic), "--update")
    file = clinic / "tests" / "talk.ru.txt"
    before = file.read_bytes()
    assert govorun("test", str(clinic), "--update").code == 0
    assert file.read_bytes() == before


def test_update_keeps_the_line_ends_of_windows(govorun, clinic: Path) -> None:
    file = clinic / "tests" / "talk.ru.txt"
    file.write_bytes(NOTED.replace("\n", "\r\n").encode())
    assert govorun("test", str(clinic), "--update").code == 0
    data = file.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")


def test_a_button_that_is_not_there_is_never_written_down(govorun, clinic: Path) -> None:
    file = clinic / "tests" / "talk.ru.txt"
    file.write_text("# кнопка\n< …\n> (Полететь)\n< Летим.\n", encoding="utf-8")
    before = file.read_bytes()
    told = govorun("test", str(clinic), "--update")
    assert told.code == 1
    assert "first mend what stands after '!'" in told.err
    assert file.read_bytes() == before


def test_for_programs_it_is_one_object(govorun, clinic: Path) -> None:
    told = govorun("test", str(clinic), "--json")
    assert told.code == 1
    found = json.loads(told.out)
    assert (found["passed"], found["failed"], found["problems"]) == (1, 1, [])
    first, second = found["conversations"]
    assert (first["title"], first["passed"], first["parted"]) == ("адрес и время", False, 4)
    assert first["exchanges"][0]["wanted"][1] == "< Наш адрес: на Луне."
    assert (second["passed"], second["exchanges"]) == (True, [])


def test_a_file_that_cannot_be_read_is_told_and_fails(govorun, clinic: Path) -> None:
    (clinic / "tests" / "bad.ru.txt").write_text("привет\n", encoding="utf-8")
    told = govorun("test", str(clinic))
    assert told.code == 1
    assert "tests/bad.ru.txt:1: 'привет' begins with none of" in told.out


def test_several_sets_in_several_processes_come_to_the_same(govorun, clinic: Path, monkeypatch) -> None:
    monkeypatch.setattr("bot.app.golden.WORTH_PROCESSES", 1)
    shutil.copytree(clinic, clinic.parent / "second")
    alone = govorun("test", str(clinic.parent), "--jobs", "1")
    together = govorun("test", str(clinic.parent), "--jobs", "2")
    assert together.out == alone.out
    assert (together.code, together.err) == (1, "2 as written, 2 not\n")


def test_a_conversation_held_in_the_terminal_is_kept_and_goes_the_same_way_again(govorun, clinic: Path) -> None:
    typed = [
        "запишите к терапевту завтра в три",
        "Иван Петров",
        "! бабах",
        "! Анна входит",
        "! Анна: да",
        "! Анна уходит",
        "(Нет)",
    ]
    told = govorun("test", "--record", str(clinic), "--title", "моя: проба", stdin="\n".join(typed) + "\n")
    assert told.code == 0, told.err
    assert "nobody can tell what happens there" in told.out
    file = clinic / "tests" / "recorded.ru.txt"
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# моя проба       now: 2026-11-18 10:00\n< Здравствуйте!")
    assert "! Анна: да\n! Анна уходит\n" in text
    assert "(Нет)" not in text, "a button that was not there is a slip"
    assert govorun("test", str(clinic), "--only", "recorded.ru.txt").code == 0
    govorun("test", "--record", str(clinic), "--title", "вторая", "--channel", "voice", stdin="[5]\n")
    again = file.read_text(encoding="utf-8")
    assert again.startswith(text)
    assert "# вторая       now: 2026-11-18 10:00, channel: voice\n" in again
    assert govorun("test", str(clinic), "--only", "recorded.ru.txt").err.startswith("2 conversations")


def test_a_recorded_conversation_is_asked_for_its_title(govorun, clinic: Path) -> None:
    govorun("test", "--record", str(clinic), stdin="позовите человека\n")
    text = (clinic / "tests" / "recorded.ru.txt").read_text(encoding="utf-8")
    assert text.startswith("# recorded 2")
    assert "= handoff: asked for a person" in text


def test_nothing_said_is_nothing_kept(govorun, clinic: Path) -> None:
    assert govorun("test", "--record", str(clinic), stdin="").code == 0
    assert not (clinic / "tests" / "recorded.ru.txt").exists()
    assert govorun("test", "--record", "nosuch").code == 1


def test_lines_are_paired_with_what_came_in_their_place() -> None:
    assert list(paired(["a", "b", "c"], ["a", "x", "c", "d"])) == [("a", "a"), ("b", "x"), ("c", "c"), (None, "d")]


@pytest.mark.parametrize(
    ("wanted", "got", "shown"),
    [
        ("Завтра в 15:00. Верно?", "Завтра в 16:00. Верно?", ("Завтра в [15:00]. Верно?", "Завтра в [16:00]. Верно?")),
        ("Ваш телефон?", "Ваш номер телефона?", ("Ваш [телефон]?", "Ваш [номер телефона]?")),
        ("Записал.", "До свидания, всего доброго!", ("Записал.", "До свидания, всего доброго!")),
    ],
)
def test_the_words_that_differ_are_set_off(wanted: str, got: str, shown: tuple[str, str]) -> None:
    assert tuple(side.plain for side in marked(wanted, got, plain=True)) == shown


def test_a_database_for_each_conversation_has_every_table_and_no_row() -> None:
    from sqlalchemy import inspect, select

    from bot.app.golden import BENCH
    from bot.stores.schema import bookings, metadata

    scenarios = load("scenarios/clinic")
    for _ in range(2):
        with BENCH(scenarios) as stand:
            assert set(inspect(stand.tx).get_table_names()) == set(metadata.tables)
            assert stand.tx.execute(select(bookings)).all() == []
            at = datetime(2026, 11, 18, 10, tzinfo=UTC)
            row = {"service": "x", "starts": at.replace(tzinfo=None), "minutes": 1, "status": "held", "created": at}
            stand.tx.execute(bookings.insert().values(row))


def test_only_takes_files_and_places() -> None:
    scenarios = load("scenarios/clinic")
    talks = golden.talks_of(Path("scenarios/clinic"), scenarios)
    assert {talk.file for talk in talks if golden.chosen(talk, "menu.ru.txt")} == {"tests/menu.ru.txt"}
    one = [talk for talk in talks if golden.chosen(talk, "tests/booking.ru.txt:3")]
    assert [talk.line for talk in one] == [3]


def test_a_file_that_cannot_be_added_to_is_told_before_anybody_has_talked(govorun, clinic: Path) -> None:
    file = clinic / "tests" / "recorded.ru.txt"
    file.write_bytes("# что было\n> привет\n".encode("cp1251"))
    told = govorun("test", "--record", str(clinic), "--title", "проба", "--lang", "ru", stdin="позовите человека\n")
    assert (told.code, told.err) == (1, f"ошибка: {file}: файл не в UTF-8. Сохраните его в UTF-8 и записывайте\n")
    assert "Ctrl-D" not in told.out
    told = govorun("test", "--record", str(clinic), "--title", "a trial", "--lang", "en", stdin="позовите человека\n")
    assert told.err == f"error: {file}: it isn't UTF-8. Save it as UTF-8, then record\n"


def test_what_was_talked_is_shown_where_it_cannot_be_kept(
    govorun, clinic: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recording, "rewrite", full)
    told = govorun("test", "--record", str(clinic), "--title", "проба", stdin="позовите человека\n")
    assert told.code == 1
    assert "# проба" in told.out
    assert "> позовите человека" in told.out
