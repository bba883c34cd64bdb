"""`govorun new`: a copied set that is right at once, and the clear line where it can't be made."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.authoring import ready
from bot.authoring.load import check, load


def comments(folder: Path) -> list[str]:
    """Every comment of every YAML file but the line for editors, in order."""
    return [
        line[line.index("#") :]
        for path in sorted(folder.rglob("*.yaml"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.lstrip().startswith("#") and "yaml-language-server" not in line
    ]


def test_a_copied_set_is_right_and_its_conversations_go_as_written(govorun, tmp_path: Path) -> None:
    told = govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path), "--title", "Салон «Лилия»")
    assert told.code == 0, told.err
    folder = tmp_path / "salon"
    assert check(folder) == ()
    assert load(folder).business.name == {"ru": "Салон «Лилия»", "en": "Салон «Лилия»"}
    assert comments(folder) == comments(Path("scenarios/clinic"))
    ran = govorun("test", str(folder))
    assert (ran.code, "as written" in ran.err) == (0, True)


def test_the_three_commands_it_prints_can_be_typed(govorun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path))
    typed = [shlex.split(line, comments=True) for line in told.out.splitlines() if " govorun " in f" {line}"]
    assert [line[line.index("govorun") + 1] for line in typed] == ["check", "test", "chat"]
    for line in typed:
        at = line.index("govorun")
        given = dict(word.split("=", 1) for word in line[:at])
        ran = govorun(*line[at + 1 :], **given)
        assert ran.code == 0, ran.err
    assert "Это Salon." in ran.out


def test_without_a_place_it_goes_into_scenarios_here_and_says_where_that_is(
    govorun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = govorun("new", "salon", "--from", "clinic", "--lang", "en")
    assert (tmp_path / "scenarios" / "salon" / "business.yaml").is_file()
    assert f"{tmp_path}/scenarios/salon is yours" in told.out
    assert f"To serve this one: GOVORUN_SCENARIOS={tmp_path}/scenarios\n" in told.out
    told = govorun("new", "spa", "--from", "clinic", "--lang", "ru", GOVORUN_SCENARIOS=str(tmp_path / "sets"))
    assert (tmp_path / "sets" / "spa" / "business.yaml").is_file()
    assert f"{tmp_path}/sets/spa — ваш набор" in told.out
    assert "берёт наборы из" not in told.out  # they stand where it looks


def test_the_old_name_is_gone_in_both_languages_and_in_the_tests(govorun, tmp_path: Path) -> None:
    title = ("--title", "Салон «Лилия»", "--title-en", "Lily Salon")
    govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path), *title)
    said = "\n".join(path.read_text(encoding="utf-8") for path in (tmp_path / "salon").rglob("*.*"))
    assert "Добрый доктор" not in said
    assert "Good Doctor" not in said
    assert "Это салон «Лилия»." in said
    assert "This is Lily Salon." in said


def test_a_name_that_stays_in_another_case_is_told_with_its_line(govorun, tmp_path: Path) -> None:
    source = tmp_path / "own"
    govorun("new", "own", "--from", "clinic", "--into", str(tmp_path), "--title", "Клиника «Рассвет»")
    with (source / "repair.yaml").open("a", encoding="utf-8") as file:
        file.write("\nwait_ok: {ru: Ждём вас в клинике «Рассвет»., en: Take your time.}\n")
    told = govorun("new", "salon", "--from", str(source), "--into", str(tmp_path), "--title", "Салон «Лилия»")
    last = len((source / "repair.yaml").read_text(encoding="utf-8").splitlines())
    assert f"repair.yaml:{last}" in told.out


def test_editors_find_the_schema_from_the_copy(govorun, tmp_path: Path) -> None:
    govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path))
    first = (tmp_path / "salon" / "main.yaml").read_text(encoding="utf-8").splitlines()[0]
    path = Path(first.partition("$schema=")[2])
    assert (tmp_path / "salon" / path).resolve() == ready.SCHEMA


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("Salon", "--from", "clinic"), "'Salon' can't be the name of a set. Small latin letters"),
        (("../x", "--from", "clinic"), "'../x' can't be the name of a set"),
        (("s" * 41, "--from", "clinic"), "can't be the name of a set"),
        (("salon", "--from", "klinic"), "there is no ready set 'klinic'. Did you mean 'clinic'?"),
        (("salon", "--from", "clinic", "--title", "a: b"), "'a: b' can't be put into every text"),
        (("salon", "--from", "klinic", "--lang", "ru"), "нет готового набора 'klinic'. Возможно, 'clinic'?"),
    ],
)
def test_what_cannot_be_made_is_told_in_one_line(govorun, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    told = govorun("new", *words, "--into", str(tmp_path))
    assert told.code == 1
    assert said in told.err
    assert told.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_set_that_is_there_is_not_touched(govorun, tmp_path: Path) -> None:
    (tmp_path / "salon").mkdir()
    told = govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path))
    assert told.code == 1
    assert "is there already" in told.err
    assert list((tmp_path / "salon").iterdir()) == []


def test_a_file_in_the_way_of_the_folder_is_told(govorun, tmp_path: Path) -> None:
    (tmp_path / "sets").write_text("")
    told = govorun("new", "salon", "--from", "clinic", "--into", str(tmp_path / "sets"))
    assert told.code == 1
    assert "can't be written" in told.err


def test_every_ready_set_can_be_copied(tmp_path: Path) -> None:
    for name, source in ready.shelves().items():
        made = ready.make(f"my_{name}", source, tmp_path, titles={"ru": "Проба", "en": "Trial"})
        assert check(made.folder) == check(source), name
        business = YAML(typ="safe").load((made.folder / "business.yaml").read_text(encoding="utf-8"))
        assert "Проба" in str(business["name"])


def test_the_wheel_carries_the_ready_sets() -> None:
    import tomllib

    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert Path(carried["scenarios"]) == ready.SHIPPED[1].relative_to(ready.PACKAGE.parent)
