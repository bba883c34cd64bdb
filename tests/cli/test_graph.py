"""`govorun graph`: what can be named, and where the drawing goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.small import changed, write


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        ("clinic", "Good Doctor Clinic"),
        ("clinic/booking", "Booking a visit"),
        ("booking.yaml", "Booking a visit"),
        ("scenarios/clinic", "Good Doctor Clinic"),
        ("scenarios/clinic/price", "Price of a visit"),
        ("price", "Price of a visit"),
    ],
)
def test_a_set_or_a_scenario_is_drawn_by_name_or_path(govorun, tmp_path: Path, wanted: str, title: str) -> None:
    file = tmp_path / "drawn.svg"
    path = f"scenarios/clinic/{wanted}" if wanted.endswith(".yaml") else wanted
    told = govorun("graph", path, "--out", str(file))
    assert told.code == 0, told.err
    assert f"<title>{title}</title>" in file.read_text(encoding="utf-8")
    assert "Open it in a browser." in told.err


def test_it_speaks_russian(govorun, tmp_path: Path) -> None:
    told = govorun("graph", "clinic/booking", "--lang", "ru")
    assert told.out.startswith("<svg ")
    assert "<title>Запись к врачу</title>" in told.out
    assert ">Спросить</text>" in told.out


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("clinic/bokking", "there is neither a set nor a scenario 'clinic/bokking'. Did you mean 'booking'?"),
        ("klinic", "Did you mean 'clinic'?"),
        ("nowhere/at/all", "there is neither a set nor a scenario"),
    ],
)
def test_what_is_not_there_is_told(govorun, wanted: str, said: str) -> None:
    told = govorun("graph", wanted)
    assert told.code == 1
    assert said in told.err


def test_a_file_that_cannot_be_written_is_told(govorun, tmp_path: Path) -> None:
    out = str(tmp_path / "nowhere/x.svg")
    told = govorun("graph", "clinic", "--out", out)
    assert (told.code, "can't be written" in told.err) == (1, True)
    told = govorun("graph", "clinic", "--out", out, "--lang", "ru")
    assert told.err == f"ошибка: {out}: не записать: No such file or directory\n"


@pytest.mark.parametrize("wanted", ["shop", "shop/booking", "shop/booking.yaml"])
def test_a_broken_set_is_told_with_its_folder(
    govorun, tmp_path: Path, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVORUN_SCENARIOS", str(tmp_path))
    shop = write(tmp_path / "shop", booking=changed("booking", "  - collect:", "  - colect:"))
    told = govorun("graph", str(tmp_path / wanted) if wanted.endswith(".yaml") else wanted, "--lang", "ru")
    assert told.code == 1
    assert told.err.startswith(f"{shop}/booking.yaml:17: 'colect' здесь не бывает. Возможно, 'collect'?\n")
    assert told.err.splitlines()[-1].startswith("ошибка: в сценариях ошиб")
