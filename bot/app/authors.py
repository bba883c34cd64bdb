"""`govorun check`: for whoever writes scenarios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.app import telephony
from bot.authoring.exploring import DEEP, QUICK, Depth
from bot.authoring.exploring import problems as explored
from bot.authoring.load import lint, load
from bot.authoring.problems import Problem, ScenarioErrors
from bot.dialogue.spoken import plural
from bot.errors import UnknownScenario
from bot.locale import Locale
from bot.understanding.intents.confusions import confused

WORDS = {
    "en": {
        "no_folder": "there is no such folder",
        "no_sets": "there are no scenarios here",
        "set": "A set is a folder with business.yaml",
    },
    "ru": {
        "no_folder": "такой папки нет",
        "no_sets": "здесь нет сценариев",
        "set": "Набор — это папка с файлом business.yaml",
    },
}
_WARNING = {"en": "warning", "ru": "предупреждение"}


@dataclass(frozen=True, slots=True)
class Checked:
    """sets: their names. found: (the folder of its set, the problem), in the order of files and lines."""

    sets: tuple[str, ...]
    found: tuple[tuple[Path, Problem], ...]

    @property
    def errors(self) -> int:
        return sum(problem.level == "error" for _, problem in self.found)

    @property
    def warnings(self) -> int:
        return len(self.found) - self.errors

    def lines(self, locale: Locale) -> list[str]:
        """`scenarios/clinic/booking.yaml:14: what. fix`, which editors and CI follow; a warning with its code."""
        out = []
        for folder, problem in self.found:
            level = f"{_WARNING[locale]} {problem.code}: " if problem.level == "warning" else ""
            fix = problem.fix(locale)
            where = f"{folder / problem.file}:{problem.line}"
            out.append(f"{where}: {level}{problem.what(locale)}." + (f" {fix}" if fix else ""))
        return out

    def data(self, locale: Locale) -> dict[str, object]:
        """As `--json` prints it; line and column from 1."""
        return {
            "sets": list(self.sets),
            "errors": self.errors,
            "warnings": self.warnings,
            "problems": [
                {
                    "file": str(folder / problem.file),
                    "line": problem.line,
                    "column": problem.column,
                    "level": problem.level,
                    "code": problem.code,
                    "message": problem.what(locale),
                    "fix": problem.fix(locale),
                }
                for folder, problem in self.found
            ],
        }

    def summary(self, locale: Locale) -> str:
        sets = ", ".join(self.sets)
        if not self.found:
            return f"{sets}: ошибок нет" if locale == "ru" else f"{sets}: nothing wrong"
        if locale == "ru":
            errors = plural(self.errors, ("ошибка", "ошибки", "ошибок"), "ru")
            warnings = plural(self.warnings, ("предупреждение", "предупреждения", "предупреждений"), "ru")
        else:
            errors = plural(self.errors, ("error", "errors"), "en")
            warnings = plural(self.warnings, ("warning", "warnings"), "en")
        return f"{sets}: {self.errors} {errors}, {self.warnings} {warnings}"


def sets_in(folder: Path, locale: Locale = "en") -> list[Path]:
    """The folder itself where it is a set, else the sets in it. Raises UnknownScenario where there is none."""
    if not folder.is_dir():
        raise UnknownScenario(WORDS[locale]["no_folder"], where=str(folder))
    if any(folder.glob("*.y*ml")):
        return [folder]
    found = sorted(path for path in folder.iterdir() if path.is_dir() and any(path.glob("*.y*ml")))
    if not found:
        raise UnknownScenario(WORDS[locale]["no_sets"], where=str(folder), fix=WORDS[locale]["set"])
    return found


def check(
    folder: Path,
    *,
    locale: Locale = "en",
    deep: Console | None = None,
    depth: Depth | None = None,
    telephone: Path | None = None,
) -> Checked:
    """Every problem of every set, with phrases compared as the understanding hears them, and the first states tried.

    deep: try thousands of states of each set, and show there how far it is. depth: how many, in place of that.
    telephone: the file of trunks and numbers, looked through besides.
    """
    found = sets_in(folder, locale)
    problems: list[tuple[Path, Problem]] = []
    depth = depth or (DEEP if deep else QUICK)
    for path in found:
        with _bar(deep, path.name, depth) as looked:
            tried = partial(explored, language=locale, depth=depth, looked=looked)
            problems += ((path, problem) for problem in lint(path, confused=confused, deep=tried))
    if telephone is not None:
        starts = {path.name: named for path in found if (named := _starts(path)) is not None}
        problems += ((telephone.parent, problem) for problem in telephony.lint(telephone, starts))
    return Checked(tuple(path.name for path in found), tuple(problems))


def _starts(folder: Path) -> tuple[str, ...] | None:
    """The set's scenarios; None where it is broken, which is told of beside."""
    try:
        return tuple(load(folder).scenarios)
    except ScenarioErrors:
        return None


@contextmanager
def _bar(console: Console | None, title: str, depth: Depth) -> Iterator[Callable[[int], None]]:
    if console is None:
        yield lambda _: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=depth.states)
        yield lambda states: bar.update(task, completed=states)
