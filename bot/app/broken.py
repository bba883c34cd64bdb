"""Scenarios that can't be used, told by their whole path: whoever reads it may have several sets."""

from __future__ import annotations

from pathlib import Path

from bot.authoring.load import load
from bot.authoring.problems import ScenarioErrors
from bot.dialogue.scenario import ScenarioSet
from bot.errors import ScenarioError
from bot.locale import Locale

WORDS = {
    "en": ("{count} problem in the scenarios", "{count} problems in the scenarios"),
    "ru": ("в сценариях ошибка: {count}", "в сценариях ошибок: {count}"),
}


class BrokenSets(ScenarioError):
    """lines: one a problem, `folder/file:line: problem. fix`."""

    def __init__(self, lines: list[str], locale: Locale = "en") -> None:
        super().__init__(WORDS[locale][len(lines) > 1].format(count=len(lines)))
        self.lines = lines


def loaded(folder: Path, locale: Locale) -> ScenarioSet:
    """The set in that folder. Raises BrokenSets."""
    try:
        return load(folder, locale=locale)
    except ScenarioErrors as error:
        raise BrokenSets([f"{folder}/{problem.text(locale)}" for problem in error.problems], locale) from error
