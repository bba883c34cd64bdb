"""Prompts whose words are always the same, so that they can be rendered before the first call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass

from bot.dialogue.expressions import Template, sentence
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.wording import Prompt


def fixed_speech(scenarios: ScenarioSet) -> tuple[tuple[str, str], ...]:
    """(language, text for the ear) of every variant without an expression in it, once each; the opening first."""
    found = [(language, template.fixed) for language, template in _templates(scenarios) if template.fixed]
    return tuple(dict.fromkeys(found))


def varying_speech(scenarios: ScenarioSet) -> tuple[tuple[str, str], ...]:
    """(language, text for the ear) of every variant with an expression in it, as it is written, once each."""
    found = [(language, template.source) for language, template in _templates(scenarios) if template.fixed is None]
    return tuple(dict.fromkeys(found))


def fixed_prompts(prompts: Iterable[Prompt], language: str) -> tuple[tuple[str, str], ...]:
    """Likewise of these prompts, in one language."""
    found = [
        (language, text)
        for prompt in prompts
        if (wording := prompt.wordings.get(language)) is not None
        for template in wording.voice or wording.text
        if not template.expressions and (text := sentence("".join(map(str, template.parts))))
    ]
    return tuple(dict.fromkeys(found))


def builtin_speech(scenarios: ScenarioSet, name: str) -> dict[str, str]:
    """By language, the first wording of a built-in prompt: for where no turn can be taken that would render it."""
    wordings = scenarios.builtin[name].wordings if name in scenarios.builtin else {}
    firsts = {language: (wording.voice or wording.text)[0] for language, wording in wordings.items()}
    return {
        language: sentence("".join(map(str, template.parts)))
        for language, template in firsts.items()
        if not template.expressions
    }


def _templates(scenarios: ScenarioSet) -> Iterator[tuple[str, Template]]:
    """Every variant for the ear, with its language; of the scenario that begins first."""
    start = scenarios.scenarios[scenarios.start]
    rest = [scenario for scenario in scenarios.scenarios.values() if scenario is not start]
    for prompt in _prompts((start, tuple(scenarios.builtin.values()), tuple(rest))):
        for language, wording in prompt.wordings.items():
            for template in wording.voice or wording.text:
                yield language, template


def _prompts(thing: object) -> Iterator[Prompt]:
    """Every prompt anywhere inside, in the order of the scenario."""
    if isinstance(thing, Prompt):
        yield thing
    elif isinstance(thing, tuple | list):
        for each in thing:
            yield from _prompts(each)
    elif isinstance(thing, dict):
        for each in thing.values():
            yield from _prompts(each)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for each in fields(thing):
            yield from _prompts(getattr(thing, each.name))
