"""`govorun check` and `govorun test`: for whoever writes scenarios."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.markup import escape

from bot.authoring import golden
from bot.authoring.load import check as check_set
from bot.authoring.problems import ScenarioErrors
from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from bot.errors import UnknownScenario
from bot.settings import load as settings
from bot.understanding.nlu import BuiltinNlu

Locale = Literal["en", "ru"]


@dataclass(frozen=True, slots=True)
class Checked:
    sets: tuple[str, ...]
    problems: tuple[str, ...]


def sets_in(folder: Path) -> list[Path]:
    """The folder itself where it is a set, else the sets in it. Raises UnknownScenario where there is none."""
    if not folder.is_dir():
        raise UnknownScenario("there is no such folder", where=str(folder))
    if any(folder.glob("*.y*ml")):
        return [folder]
    found = sorted(path for path in folder.iterdir() if path.is_dir() and any(path.glob("*.y*ml")))
    if not found:
        raise UnknownScenario(
            "there are no scenarios here", where=str(folder), fix="A set is a folder with business.yaml"
        )
    return found


def check(folder: Path, *, locale: Locale) -> Checked:
    """Every problem of every set, as lines that an editor can follow."""
    found = sets_in(folder)
    lines = [f"{path / problem.file}{_rest(problem.text(locale))}" for path in found for problem in check_set(path)]
    return Checked(tuple(path.name for path in found), tuple(lines))


def _rest(text: str) -> str:
    """Of `file:line: what`, without the file: it is given with its folder."""
    return text[text.index(":") :]


def test(folder: Path, *, locale: Locale, console: Console) -> tuple[int, int]:
    """How many golden conversations went as written, and how many not, each of those shown.

    Raises ScenarioErrors where a set or a conversation can't be read.
    """
    bench = golden.in_memory(lambda business: {"calendar": Calendar(business), "forms": Forms()})
    cache = settings().data / "cache" / "intents"
    passed = failed = 0
    for path in sets_in(folder):
        if not (path / "tests").is_dir():
            continue
        try:
            results = golden.run(path, nlu=lambda each: BuiltinNlu.of(each, cache=cache), bench=bench, locale=locale)
        except ScenarioErrors as error:
            for problem in error.problems:
                console.print(f"{path}/{problem.text(locale)}", markup=False, soft_wrap=True)
            failed += len(error.problems)
            continue
        for result in results:
            if result.passed:
                passed += 1
                continue
            failed += 1
            console.print(
                f"\n[bold]{escape(str(path / result.file))}:{result.line}[/] {escape(result.title)}", soft_wrap=True
            )
            for line in result.diff.splitlines()[1:]:
                style = {"+": "green", "-": "red"}.get(line[:1], "dim")
                console.print(line, style=style, markup=False, soft_wrap=True)
    return passed, failed
