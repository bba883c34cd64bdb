"""`govorun graph`: a scenario, or how the scenarios of a set start each other, as an SVG."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console

from bot.app.broken import loaded
from bot.authoring.graph import Graph, of_scenario, of_set
from bot.authoring.layout import laid_out
from bot.authoring.problems import listed, near
from bot.authoring.svg import drawn
from bot.dialogue.scenario import ScenarioSet
from bot.errors import Unacceptable, UnknownScenario
from bot.locale import Locale
from bot.settings import Settings

WORDS = {
    "en": {
        "unwritable": "can't be written: {problem}",
        "written": "{file}: {count} boxes. Open it in a browser.",
        "unknown": "there is neither a set nor a scenario '{name}'",
        "fix": "Sets: {sets}. Scenarios of '{set}': {scenarios}.",
        "near": "Did you mean '{near}'?",
    },
    "ru": {
        "unwritable": "не записать: {problem}",
        "written": "{file}: блоков — {count}. Откройте в браузере.",
        "unknown": "нет ни набора, ни сценария '{name}'",
        "fix": "Наборы: {sets}. Сценарии набора '{set}': {scenarios}.",
        "near": "Возможно, '{near}'?",
    },
}


def graph(settings: Settings, wanted: str, to: Path | None, *, locale: Locale, progress: Console) -> None:
    """wanted: a set, a scenario of the default one, SET/SCENARIO, a set's folder, or a scenario's file.

    Raises UnknownScenario, BrokenSets, Unacceptable where the file can't be written.
    """
    made, name = found(settings, wanted, locale)
    text = drawn(laid_out(made))
    if to is None and not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    file = to or Path(f"{name}.svg")
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        said = WORDS[locale]["unwritable"].format(problem=error.strerror)
        raise Unacceptable(said, where=str(file)) from error
    said = WORDS[locale]["written"].format(file=file, count=len(made.boxes))
    progress.print(said, style="green", markup=False, soft_wrap=True)


def found(settings: Settings, wanted: str, locale: Locale) -> tuple[Graph, str]:
    """The drawing that is meant, and a name for its file."""
    shelf = settings.scenarios
    path = Path(wanted)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        scenarios = loaded(path.parent, locale)
        name = next((each.name for each in scenarios.scenarios.values() if each.file == path.name), "")
        if name:
            return of_scenario(scenarios.scenarios[name], scenarios, locale), f"{scenarios.name}-{name}"
    for folder in (path, shelf / wanted):
        if any(folder.glob("business.y*ml")):
            scenarios = loaded(folder, locale)
            return of_set(scenarios, locale), scenarios.name
    before, _, name = wanted.rpartition("/")
    for folder in (Path(before), shelf / before) if before else (shelf / settings.scenario_set,):
        if any(folder.glob("business.y*ml")):
            scenarios = loaded(folder, locale)
            if name in scenarios.scenarios:
                return of_scenario(scenarios.scenarios[name], scenarios, locale), f"{scenarios.name}-{name}"
            raise unknown(wanted, name, shelf, scenarios, locale)
    raise unknown(wanted, name, shelf, None, locale)


def unknown(wanted: str, name: str, shelf: Path, scenarios: ScenarioSet | None, locale: Locale) -> UnknownScenario:
    words = WORDS[locale]
    sets = sorted(each.parent.name for each in shelf.glob("*/business.y*ml"))
    known = sorted(scenarios.scenarios) if scenarios else []
    meant = near(name, [*known, *sets])
    fix = words["fix"].format(
        sets=listed(sets) or "—", set=scenarios.name if scenarios else "—", scenarios=listed(known) or "—"
    )
    return UnknownScenario(words["unknown"].format(name=wanted), fix=words["near"].format(near=meant) if meant else fix)
