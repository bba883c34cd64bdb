"""`govorun new`: a set of one's own, from a ready one."""

from __future__ import annotations

import shlex
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot.authoring import ready
from bot.authoring.load import check
from bot.locale import Locale
from bot.settings import Settings

WORDS = {
    "en": {
        "made": "[green]{folder}[/] is yours: a copy of {source}, with its texts, questions and tests.",
        "served": "'govorun serve' serves the sets in {served}. To serve this one: GOVORUN_SCENARIOS={shelf}",
        "left": "These lines still say the old name:",
        "next": "What to type next:",
        "check": "what is wrong in it",
        "test": "its conversations",
        "chat": "talk to it",
        "problems": "{count} of its lines need mending: see the first command.",
    },
    "ru": {
        "made": "[green]{folder}[/] — ваш набор: копия {source} с текстами, вопросами и эталонными разговорами.",
        "served": "'govorun serve' берёт наборы из {served}. Чтобы работал этот: GOVORUN_SCENARIOS={shelf}",
        "left": "В этих строках осталось прежнее название:",
        "next": "Что набрать дальше:",
        "check": "что в нём не так",
        "test": "его разговоры",
        "chat": "поговорить с ним",
        "problems": "Строк, которые надо поправить: {count}; их покажет первая команда.",
    },
}


def new(
    settings: Settings,
    name: str,
    source: str,
    into: Path | None,
    *,
    titles: dict[str, str],
    locale: Locale,
    console: Console,
) -> None:
    """Copy a ready set and say where it is and what to type next. into: its shelf; else GOVORUN_SCENARIOS where that
    is set, else scenarios/ of the working folder. Raises UnknownScenario, Unacceptable."""
    words = WORDS[locale]
    sets = ready.shelves(settings.scenarios)
    found = ready.find(source, sets, locale)
    shelf = into or (settings.scenarios if "scenarios" in settings.model_fields_set else Path("scenarios"))
    made = ready.make(name, found, shelf, titles=titles, locale=locale)
    folder = shown(made.folder)
    console.print(
        words["made"].format(folder=escape(str(made.folder.resolve())), source=escape(found.name)), soft_wrap=True
    )
    if made.left:
        console.print(words["left"], style="yellow")
        for place in made.left:
            console.print(f"  {folder}/{place}", markup=False, soft_wrap=True)
    if problems := check(made.folder):
        console.print(words["problems"].format(count=len(problems)), style="yellow")
    at_home = shelf.resolve() == settings.scenarios.resolve()
    if not at_home:
        served = words["served"].format(served=settings.scenarios, shelf=shlex.quote(str(shelf.resolve())))
        console.print(served, style="dim", markup=False, soft_wrap=True)
    elsewhere = f"GOVORUN_SCENARIOS={shlex.quote(shown(shelf))} GOVORUN_SCENARIO_SET={name} govorun chat"
    commands = {
        "check": f"govorun check {shlex.quote(folder)}",
        "test": f"govorun test {shlex.quote(folder)}",
        "chat": f"govorun chat {name}" if at_home else elsewhere,
    }
    console.print(f"\n{words['next']}", style="dim")
    width = max(map(len, commands.values()))
    for key, command in commands.items():
        console.print(f"  [bold]{escape(command.ljust(width))}[/]  [dim]# {words[key]}[/]", soft_wrap=True)


def shown(path: Path) -> str:
    """A path as it is typed from here, where that is shorter than the whole of it."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
