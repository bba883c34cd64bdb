"""`govorun test`: golden conversations run over all sets, told as a business person reads them, brought up to date."""

from __future__ import annotations

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bot.app.authors import sets_in
from bot.app.backends import backends
from bot.app.parting import show
from bot.authoring import golden
from bot.authoring.comparing import Result
from bot.authoring.load import load
from bot.authoring.messages import MESSAGES
from bot.authoring.problems import ScenarioErrors
from bot.authoring.talk import Talk
from bot.authoring.writing import mendable, updated
from bot.dialogue.scenario import ScenarioSet
from bot.errors import NotFound, Unacceptable
from bot.locale import Locale
from bot.ports import Nlu
from bot.settings import load as settings
from bot.understanding.nlu import BuiltinNlu

WORTH_PROCESSES = 200  # conversations, 20 ms each: fewer are run before another process has started

BENCH = golden.fresh(backends)

WORDS = {
    "en": {
        "running": "golden conversations",
        "all": "{passed} conversation{s}, all as written",
        "some": "{passed} as written, {failed} not",
        "write": "Write what happened into {files}?",
        "written": "{file}: brought up to date",
        "unwritable": "can't be written: {problem}",
        "unmendable": "{place}: not written down: first mend what stands after '!'",
    },
    "ru": {
        "running": "эталонные разговоры",
        "all": "Разговоров: {passed}, все как написано",
        "some": "Как написано: {passed}, иначе: {failed}",
        "write": "Записать то, что вышло, в {files}?",
        "written": "{file}: записано",
        "unwritable": "не записать: {problem}",
        "unmendable": "{place}: не записано: сначала исправьте то, что после «!»",
    },
}


@dataclass(slots=True)
class Ran:
    """One set's conversations. problems: `file:line: …` where a file can't be read."""

    folder: Path
    results: list[Result] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results) + len(self.problems)


def understanding(scenarios: ScenarioSet) -> Nlu:
    """What was learnt of the phrases is kept, for the next run and for other processes."""
    return BuiltinNlu.of(scenarios, cache=settings().data / "cache" / "intents")


def report(
    folder: Path,
    *,
    locale: Locale,
    only: str = "",
    update: bool = False,
    sure: bool = False,
    as_json: bool = False,
    jobs: int | None = None,
    console: Console,
    progress: Console,
) -> bool:
    """Run, report, and with `update` write what happened into the files. Whether all went as written.

    sure: don't ask before writing. jobs: processes at a time. Raises UnknownScenario, NotFound, Unacceptable.
    """
    words = WORDS[locale]
    ran = run(folder, locale=locale, only=only, jobs=jobs, progress=progress)
    passed = sum(result.passed for each in ran for result in each.results)
    failed = sum(each.failed for each in ran)
    if only and not passed and not failed:
        what, fix = MESSAGES["no_such_talk"][locale]
        raise NotFound(what.replace("<name>", only), fix=fix)
    if as_json:
        print(json.dumps(_as_json(ran, passed, failed), ensure_ascii=False))
    else:
        for each in ran:
            for line in each.problems:
                console.print(line, markup=False, soft_wrap=True)
            for result in each.results:
                if not result.passed:
                    show(result, each.folder, locale=locale, console=console)
        said = words["some" if failed else "all"].format(passed=passed, failed=failed, s="" if passed == 1 else "s")
        progress.print(said, style="red" if failed else "green")
    if update and failed and _wanted(ran, sure=sure or as_json, words=words, console=progress):
        failed -= bring_up_to_date(ran, words=words, console=progress)
    return not failed


def run(folder: Path, *, locale: Locale, only: str, jobs: int | None, progress: Console) -> list[Ran]:
    """Every set in the folder, in order; in several processes where that is worth their start."""
    _ready.cache_clear()
    _nlu.cache_clear()
    folders = [path for path in sets_in(folder, locale) if (path / "tests").is_dir()]
    ran = {path: Ran(path) for path in folders}
    tasks: list[tuple[Path, str, int]] = []
    for path in folders:
        try:
            talks = [talk for talk in _ready(path, locale)[1] if golden.chosen(talk, only)]
        except ScenarioErrors as error:
            ran[path].problems = [f"{path}/{problem.text(locale)}" for problem in error.problems]
            continue
        files = Counter(talk.file for talk in talks)
        tasks.extend((path, file, count) for file, count in files.items())
    total = sum(count for _, _, count in tasks)
    wanted = min(jobs or os.cpu_count() or 1, len(tasks))
    with _bar(progress, WORDS[locale]["running"], total) as advance:
        if wanted < 2 or total < WORTH_PROCESSES:
            for path, file, _ in tasks:
                ran[path].results += _run(path, file, locale, only, lambda _: advance(1))
            return list(ran.values())
        context = multiprocessing.get_context("spawn")  # a fork would copy the threads of numpy's libraries
        with ProcessPoolExecutor(wanted, mp_context=context) as pool:
            found = {pool.submit(_run, path, file, locale, only): count for path, file, count in tasks}
            for done in as_completed(found):
                advance(found[done])
            for future, (path, _, _) in zip(found, tasks, strict=True):
                ran[path].results += future.result()
    return list(ran.values())


@cache
def _ready(path: Path, locale: Locale) -> tuple[ScenarioSet, list[Talk]]:
    """A set and its conversations, read once a process. Raises ScenarioErrors."""
    scenarios = load(path, locale=locale)
    return scenarios, golden.talks_of(path, scenarios, locale)


@cache
def _nlu(path: Path, locale: Locale) -> Nlu:
    return understanding(_ready(path, locale)[0])


def _run(
    path: Path, file: str, locale: Locale, only: str, done: Callable[[Result], None] | None = None
) -> list[Result]:
    """The conversations of one file."""
    scenarios, talks = _ready(path, locale)
    results = []
    for talk in talks:
        if talk.file == file and golden.chosen(talk, only):
            before = golden.before(talk, talks)
            results.append(golden.try_out(talk, scenarios, _nlu(path, locale), BENCH, before=before))
            if done is not None:
                done(results[-1])
    return results


@contextmanager
def _bar(console: Console, title: str, total: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(title, total=total)
        yield lambda steps: bar.advance(task, steps)


def _wanted(ran: list[Ran], *, sure: bool, words: dict[str, str], console: Console) -> bool:
    """Whether to write; asked where somebody sits at the terminal."""
    for each in ran:
        for result in each.results:
            if not result.passed and not mendable(result):
                place = f"{each.folder / result.file}:{result.line}"
                console.print(words["unmendable"].format(place=place), style="yellow", markup=False, soft_wrap=True)
    files = sorted({str(each.folder / r.file) for each in ran for r in each.results if not r.passed and mendable(r)})
    if not files or sure or not console.is_terminal:
        return bool(files)
    console.print(words["write"].format(files=", ".join(files)), style="bold", end=" [y/N] ", markup=False)
    return input().strip().casefold()[:1] in ("y", "д")


def bring_up_to_date(ran: list[Ran], *, words: dict[str, str], console: Console) -> int:
    """Write what happened in place of what was expected; how many conversations are as written now.

    Raises Unacceptable where a file can't be written.
    """
    mended = 0
    for each in ran:
        failed = [result for result in each.results if not result.passed]
        for file in sorted({result.file for result in failed if mendable(result)}):
            path = each.folder / file
            try:
                text = path.read_bytes().decode("utf-8")
                rewrite(path, updated(text, [result for result in failed if result.file == file]))
            except OSError as error:
                raise Unacceptable(words["unwritable"].format(problem=error.strerror), where=str(path)) from error
            console.print(words["written"].format(file=path), style="green", markup=False, soft_wrap=True)
            mended += sum(mendable(result) and result.file == file for result in failed)
    return mended


def rewrite(path: Path, text: str) -> None:
    """Whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_bytes(text.encode("utf-8"))
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _as_json(ran: list[Ran], passed: int, failed: int) -> dict[str, Any]:
    return {
        "passed": passed,
        "failed": failed,
        "problems": [line for each in ran for line in each.problems],
        "conversations": [
            {
                "set": each.folder.name,
                "file": str(each.folder / result.file),
                "line": result.line,
                "title": result.title,
                "passed": result.passed,
                "parted": result.parted.line if result.parted else None,
                "exchanges": [] if result.passed else [asdict(exchange) for exchange in result.exchanges],
            }
            for each in ran
            for result in each.results
        ],
    }
