"""`govorun publish`, `unpublish`, `history`, `rollback`, `diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import publishing
from bot.authoring.exploring import QUICK
from bot.stores import versions
from bot.stores.sql import Database
from tests.authoring.small import FILES, changed, write

GOLDEN = "# the address\n> где вы\n< …{}…\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the set; the commands find it and a database of its own by the environment."""
    monkeypatch.setenv("GOVORUN_SCENARIOS", str(tmp_path / "sets"))
    monkeypatch.setenv("GOVORUN_SCENARIO_SET", "shop")
    monkeypatch.setenv("GOVORUN_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(publishing, "DEPTH", QUICK)
    (tmp_path / "sets").mkdir()
    return write(tmp_path / "sets" / "shop")


def edit(shop: Path, file: str, before: str, after: str) -> None:
    (shop / f"{file}.yaml").write_text(changed(file, before, after), encoding="utf-8")


def talk(shop: Path, address: str) -> None:
    (shop / "tests").mkdir(exist_ok=True)
    (shop / "tests" / "shop.ru.txt").write_text(GOLDEN.format(address), encoding="utf-8")


def live(shop: Path) -> tuple[int, str]:
    database = Database(f"sqlite:///{shop.parent.parent}/data/govorun.db")
    with database.reading() as tx:
        found = versions.published(tx)["shop"]
        files = versions.files(tx, "shop", found.version)
    database.close()
    assert files is not None
    return found.number, files["booking.yaml"]


def test_publishing_goes_from_number_to_number_and_back(govorun, shop: Path) -> None:
    first = govorun("publish", "shop", "--lang", "en", "--by", "Anna", "--note", "the first")
    assert (first.code, "publication 1 is live" in first.out) == (0, True)
    assert "is a draft from now on" in first.out
    edit(shop, "booking", "{ru: Имя?", "{ru: Как вас зовут?")
    assert "«Имя?» → «Как вас зовут?»" in govorun("diff", "shop", "--lang", "ru").out
    second = govorun("publish", "shop", "--lang", "ru", "--by", "Борис")
    assert "публикация 2 в работе" in second.out
    assert "«Имя?» → «Как вас зовут?»" in second.out
    assert "Как вас зовут" in live(shop)[1]

    back = govorun("rollback", "shop", "--lang", "en", "--by", "Anna")
    assert "back to publication 1, as publication 3" in back.out
    assert live(shop) == (3, FILES["booking.yaml"])
    assert govorun("rollback", "shop").code == 1  # nothing before it

    told = govorun("history", "shop", "--lang", "en").out
    assert [line.split()[0] for line in told.splitlines()[1:]] == ["3", "2", "1"]
    assert {"Anna", "Борис"} <= set(told.split())
    assert "live; back to 1" in told
    assert "the first" in told
    assert '"Имя?" → "Как вас зовут?"' in govorun("diff", "shop", "1", "2", "--lang", "en").out
    assert "no difference" in govorun("diff", "shop", "1", "3", "--lang", "en").out


def test_what_is_published_already_is_not_published_again(govorun, shop: Path) -> None:
    govorun("publish", "shop")
    again = govorun("publish", "shop", "--lang", "en")
    assert (again.code, "as it was published: publication 1" in again.out) == (0, True)
    assert live(shop)[0] == 1


def test_errors_are_never_published(govorun, shop: Path) -> None:
    edit(shop, "booking", "  - collect:", "  - colect:")
    for force in ((), ("--force",)):
        told = govorun("publish", "shop", "--lang", "ru", *force)
        assert told.code == 1
        assert f"{shop}/booking.yaml:17: 'colect' здесь не бывает" in told.out
        assert "ничего не опубликовано" in told.err
    assert govorun("history", "shop").code == 1


def test_golden_conversations_that_differ_stop_it_unless_forced(govorun, shop: Path) -> None:
    talk(shop, "Ленина")
    told = govorun("publish", "shop", "--lang", "en")
    assert told.code == 1
    assert "Садовая" in told.out
    assert "--force" in told.err
    assert govorun("history", "shop").code == 1
    assert "publication 1 is live" in govorun("publish", "shop", "--lang", "en", "--force").out
    talk(shop, "Садовая")
    edit(shop, "booking", "{ru: Имя?", "{ru: Как вас зовут?")
    assert "publication 2 is live" in govorun("publish", "shop", "--lang", "en").out


STUCK = """\
scenario: booking
title: {ru: Запись, en: Booking}
phrases: {ru: [запишите меня], en: [book me]}
slots:
  why: {type: text, ask: {ru: Почему?, en: Why?}}
steps:
  - confirm: {ru: Записать вас?, en: Shall I book you?}
    declined:
      - collect: why
      - again: why
  - end: {ru: Готово., en: Done.}
"""


def test_where_somebody_may_get_stuck_it_stops_with_the_conversation_that_leads_there(govorun, shop: Path) -> None:
    (shop / "booking.yaml").write_text(STUCK, encoding="utf-8")
    told = govorun("publish", "shop", "--lang", "ru")
    assert told.code == 1
    assert f"{shop}/booking.yaml:9: предупреждение stuck: отсюда ни один ответ не ведёт к концу" in told.out
    assert "< Почему?" in told.out
    assert "можно застрять, ничего не опубликовано. Исправьте или разрешите там с причиной" in told.err
    assert govorun("history", "shop").code == 1
    assert "publication 1 is live" in govorun("publish", "shop", "--lang", "en", "--force").out


def test_what_its_author_has_allowed_with_a_reason_stops_nothing(govorun, shop: Path) -> None:
    allowed = STUCK.replace("collect: why", "collect: why   # check: allow stuck they talk until they hang up")
    (shop / "booking.yaml").write_text(allowed, encoding="utf-8")
    assert "publication 1 is live" in govorun("publish", "shop", "--lang", "en").out


def test_whatever_stops_it_is_told_at_once(govorun, shop: Path) -> None:
    (shop / "booking.yaml").write_text(STUCK, encoding="utf-8")
    talk(shop, "Ленина")
    told = govorun("publish", "shop", "--lang", "en")
    assert "would get stuck" in told.err
    assert "golden conversations of 'shop' differ" in told.err


@pytest.fixture
def bar(shop: Path) -> Path:
    """Another set beside the one that conversations begin with."""
    return write(shop.parent / "bar", business=FILES["business.yaml"].replace("Лавка", "Бар"))


def test_a_set_is_taken_out_of_service_and_back(govorun, bar: Path) -> None:
    govorun("publish", "bar", "--by", "Anna")
    out = govorun("unpublish", "bar", "--by", "Boris", "--note", "until spring", "--lang", "en")
    assert (out.code, "out of service, as publication 2" in out.out) == (0, True)
    told = govorun("history", "bar", "--lang", "ru").out
    assert "снят с работы; until spring" in told
    assert "в работе" not in told
    again = govorun("unpublish", "bar", "--lang", "ru")
    assert (again.code, "уже снят с работы: публикация 2" in again.out) == (0, True)
    assert "no difference" in govorun("diff", "bar", "--lang", "en").out  # with what was live last
    assert "There are: 1" in govorun("rollback", "bar", "2", "--lang", "en").err  # there is nothing to go back to
    assert "back to publication 1, as publication 3" in govorun("rollback", "bar", "--lang", "en").out
    govorun("unpublish", "bar")
    assert "publication 5 is live" in govorun("publish", "bar", "--lang", "en").out


def test_a_set_that_is_live_in_its_folder_is_taken_out_of_service_too(govorun, bar: Path) -> None:
    assert "публикация 1" in govorun("unpublish", "bar", "--lang", "ru").out
    assert govorun("rollback", "bar").code == 1  # nothing before it
    assert "publication 2 is live" in govorun("publish", "bar", "--lang", "en").out


def test_the_set_that_conversations_begin_with_stays_in_service(govorun, shop: Path) -> None:
    told = govorun("unpublish", "shop", "--lang", "ru")
    assert (told.code, "снять его с работы нельзя" in told.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("publish", "shap"), "no scenario set 'shap'"),
        (("history", "shop"), "was never published"),
        (("rollback", "shop"), "was never published"),
        (("diff", "shop"), "was never published"),
    ],
)
def test_what_cant_be_done_is_one_line(govorun, shop: Path, words: tuple[str, ...], says: str) -> None:
    told = govorun(*words, "--lang", "en")
    assert told.code == 1
    assert says in told.err


@pytest.mark.parametrize("command", ["publish", "unpublish", "history", "rollback", "diff"])
def test_a_set_that_nobody_wrote_is_not_told_to_be_published(govorun, shop: Path, command: str) -> None:
    told = govorun(command, "shap", "--lang", "ru")
    assert (told.code, told.err) == (1, "ошибка: нет набора 'shap'. Возможно, 'shop'?\n")
    told = govorun(command, "bakery", "--lang", "en")
    assert told.err == "error: there is no scenario set 'bakery'. There are: shop\n"


@pytest.mark.parametrize("command", ["publish", "diff"])
def test_a_file_that_cant_be_opened_is_one_line(govorun, shop: Path, command: str) -> None:
    govorun("publish", "shop")
    (shop / "more.yaml").mkdir()
    told = govorun(command, "shop", "--lang", "ru")
    assert (told.code, told.err) == (1, f"ошибка: {shop}/more.yaml: не читается: Is a directory\n")


def test_a_number_that_isnt_there_names_those_that_are(govorun, shop: Path) -> None:
    govorun("publish", "shop")
    assert "There are: 1" in govorun("rollback", "shop", "7", "--lang", "en").err
    assert "There are: 1" in govorun("diff", "shop", "7", "--lang", "en").err
