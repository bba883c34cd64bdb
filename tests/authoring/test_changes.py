"""What changed between two versions, in the words of whoever wrote it."""

import pytest

from bot.authoring.changes import changes
from tests.authoring.small import FILES

BEFORE = {name: text.encode() for name, text in FILES.items()}


def told(file: str, before: str, after: str, locale: str = "ru") -> list[str]:
    assert before in FILES[file]
    edited = BEFORE | {file: FILES[file].replace(before, after, 1).encode()}
    return [line for each in changes(BEFORE, edited, locale) for line in each.lines(locale)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("file", "before", "after", "russian", "english"),
    [
        (
            "booking.yaml", "{ru: Имя?", "{ru: Как вас зовут?",
            "изменено: слот «name», вопрос, по-русски: «Имя?» → «Как вас зовут?»",
            "changed: slot 'name', question, in Russian: \"Имя?\" → \"Как вас зовут?\"",
        ),
        (
            "booking.yaml", "- again: when\n  - confirm", "- stop:\n  - confirm",
            "убрано: шаг 2 (действие), taken, шаг 2 (снова): «when»",
            "removed: step 2 (action), taken, step 2 (once more): \"when\"",
        ),
        (
            "booking.yaml", "[service, when, name, phone]", "[service, name, phone]",
            "изменено: шаг 1 (спрашивает): «service, when, name, phone» → «service, name, phone»",
            "changed: step 1 (asks for): \"service, when, name, phone\" → \"service, name, phone\"",
        ),
        (
            "booking.yaml", "Done.}", "Done.}\n  - say: {ru: До встречи., en: See you.}",
            "добавлено: шаг 6 (говорит): «До встречи.»",
            "added: step 6 (says): \"See you.\"",
        ),
        (
            "main.yaml", "[где вы]", "[где вы, ваш адрес]",
            "добавлено: шаг 1 (меню), пункт «where», фразы, по-русски: «ваш адрес»",
            "added: step 1 (menu), item 'where', phrases, in Russian: \"ваш адрес\"",
        ),
        (
            "business.yaml", "start: main", "start: main\nhours: {mon-fri: 09:00-18:00}",
            "добавлено: часы работы: «mon-fri: 09:00-18:00»",
            "added: opening hours: \"mon-fri: 09:00-18:00\"",
        ),
        (
            "doctors.yaml", "price: 2100", "price: 2300",
            "изменено: строка lor, цена: «2100» → «2300»",
            "changed: row lor, price: \"2100\" → \"2300\"",
        ),
    ],
)  # fmt: skip
def test_a_change_is_one_line_in_words(file: str, before: str, after: str, russian: str, english: str):
    assert f"  {russian}" in told(file, before, after)
    assert f"  {english}" in told(file, before, after, "en")


def test_a_scenario_is_named_by_its_title_and_other_files_are_left_out():
    lines = told("booking.yaml", "{ru: Имя?", "{ru: Как вас зовут?")
    assert lines[0] == "Запись (booking.yaml)"
    assert len(lines) == 2


def test_a_step_that_moves_another_down_is_one_line():
    assert told("booking.yaml", "steps:\n", "steps:\n  - say: {ru: Начнём., en: Let's begin.}\n") == [
        "Запись (booking.yaml)",
        "  добавлено: шаг 1 (говорит): «Начнём.»",
    ]


def test_comments_and_layout_are_no_change_of_what_is_said():
    assert told("main.yaml", "scenario: main", "# the menu\nscenario:   main") == [
        "Меню (main.yaml): только оформление и пометки"
    ]


def test_files_that_came_or_went_are_told_whole():
    after = {name: data for name, data in BEFORE.items() if name != "booking.yaml"} | {"answers/x.yaml": b"a: {}\n"}
    lines = [line for each in changes(BEFORE, after, "ru") for line in each.lines("ru")]
    assert lines == ["answers/x.yaml: новый файл", "Запись (booking.yaml): файл убран"]


def test_a_broken_draft_is_compared_as_far_as_it_can_be_read():
    broken = BEFORE | {"booking.yaml": b"steps: [", "doctors.yaml": FILES["doctors.yaml"].replace("2100", "1").encode()}
    assert [line for each in changes(BEFORE, broken, "ru") for line in each.lines("ru")] == [
        "Запись (booking.yaml): не читается; почему, скажет govorun check",
        "doctors.yaml",
        "  изменено: строка lor, цена: «2100» → «1»",
    ]


def test_equal_sets_have_nothing_to_tell():
    assert changes(BEFORE, dict(BEFORE)) == ()
