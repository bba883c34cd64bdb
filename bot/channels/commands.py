"""The list behind a messenger's menu button: what the scenarios' own menu offers, and what is always there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

from bot.dialogue.meaning import Language
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet

Commands = Mapping[Language, Sequence[tuple[str, str]]]
"""By language: a command without its slash, and what it does."""

MOST = 100  # core.telegram.org/bots/api#setmycommands
NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
LONGEST = 256  # characters of what it does
FIRST: Mapping[Language, tuple[str, str]] = {"ru": ("start", "Начать сначала"), "en": ("start", "Start again")}
OPERATOR: Mapping[Language, tuple[str, str]] = {
    "ru": ("operator", "Позвать человека"),
    "en": ("operator", "Ask for a person"),
}
LANGUAGE: Mapping[Language, tuple[str, str]] = {
    "ru": ("language", "Сменить язык / Change the language"),
    "en": ("language", "Change the language / Сменить язык"),
}


@runtime_checkable
class Commanding(Protocol):
    """A messenger that shows such a list. commands: set before it is opened."""

    commands: Commands


def commands(scenarios: ScenarioSet) -> Commands:
    """Of its menu, what has a name that can be a command: a scenario's. A press of it and the command are the same."""
    start = scenarios.scenarios[scenarios.start]
    items = [item for step in start.steps.values() if isinstance(step, ChooseStep) for item in step.items]
    found: dict[Language, Sequence[tuple[str, str]]] = {}
    for language in FIRST:
        if language not in scenarios.languages:
            continue
        shown = [FIRST[language]]
        shown += [
            (item.intent, item.option.title[language][:LONGEST])
            for item in items
            if NAME.fullmatch(item.intent) and item.option.title.get(language)
        ]
        shown += [OPERATOR[language], *([LANGUAGE[language]] if len(scenarios.languages) > 1 else [])]
        found[language] = tuple({name: (name, told) for name, told in reversed(shown)}.values())[::-1][:MOST]
    return found
