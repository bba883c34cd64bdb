"""A scenario, or a whole set, as boxes a person can follow: what each step does, in plain words, and where it leads.

of_scenario    a box a step (bot.authoring.boxes)
of_set         a box a scenario, and which of them start each other
Where they stand is bot.authoring.layout; how they look, bot.authoring.svg.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.authoring.boxes import Box, Drawing, Row, titled
from bot.authoring.checks.flow import reached
from bot.authoring.graph_words import WORDS
from bot.dialogue.program import ChooseStep, StartStep
from bot.dialogue.scenario import Scenario, ScenarioSet

_QUOTED = {"ru": "«{}»", "en": "“{}”"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Graph:
    """boxes: by id. roots: where roads begin, with what is written above each."""

    title: str
    language: str
    boxes: Mapping[str, Box]
    roots: tuple[tuple[str, str], ...]
    words: Mapping[str, str] = field(default_factory=dict)
    subtitle: str = ""


def of_scenario(scenario: Scenario, scenarios: ScenarioSet, language: str) -> Graph:
    """language: "ru" or "en", of the words around; what the scenario says is in it too, where it speaks it."""
    drawing = Drawing(scenario, scenarios, language)
    roads = {step: outcome for outcome, step in (scenario.outbound.roads if scenario.outbound else {}).items() if step}
    drawn = [name for first in (scenario.first, *roads) for name in reached(first, scenario.steps)]
    boxes = {name: drawing.box(scenario.steps[name]) for name in dict.fromkeys(drawn)}
    slots = ", ".join(drawing.named(slot.title) or slot.name for slot in scenario.slots.values())
    words = WORDS[language]
    parts = [f"{words['steps']}: {len(boxes)}", f"{words['asks']}: {slots}" if slots else "", scenario.file]
    if scenario.outbound:
        parts.append(words["outbound"])
    return Graph(
        title=drawing.named(scenario.title) or scenario.name,
        subtitle=" · ".join(part for part in parts if part),
        language=language,
        boxes=boxes,
        roots=((scenario.first, ""), *((step, words[f"call:{outcome}"]) for step, outcome in roads.items())),
        words=words,
    )


def of_set(scenarios: ScenarioSet, language: str) -> Graph:
    """A box a scenario. What is started by nothing is started by the customer's words."""
    words = WORDS[language]
    boxes = {name: _overview(each, scenarios, language) for name, each in scenarios.scenarios.items()}
    started = {target for name, box in boxes.items() for target in box.targets() if target != name}
    alone = [name for name in boxes if name not in started and name != scenarios.start]
    roots = [(scenarios.start, ""), *((name, words["by_words"]) for name in alone)]
    own = sum(not answer.shipped for answer in scenarios.answers.values())
    about = f"{words['scenarios']}: {len(boxes)}" + (f" · {words['answers']}: {own}" if own else "")
    return Graph(
        title=titled(scenarios.title, language) or scenarios.name,
        subtitle=about,
        language=language,
        boxes=boxes,
        roots=tuple(roots),
        words=words,
    )


def _overview(scenario: Scenario, scenarios: ScenarioSet, language: str) -> Box:
    words = WORDS[language]
    rows: dict[str, Row] = {}
    for step in scenario.steps.values():
        if isinstance(step, StartStep) and step.scenario in scenarios.scenarios:
            title = titled(scenarios.scenarios[step.scenario].title, language)
            rows.setdefault(step.scenario, Row(text=title, target=step.scenario))
        elif isinstance(step, ChooseStep):
            for item in step.items:
                if item.scenario in scenarios.scenarios:
                    row = Row(text=titled(item.option.title, language), target=item.scenario, key=item.option.key or "")
                    rows[str(item.scenario)] = row
    slots = ", ".join(titled(slot.title, language) or slot.name for slot in scenario.slots.values())
    examples = scenarios.phrases.get(scenario.name, {}).get(language, ())
    lines = [f"{words['asks']}: {slots}" if slots else "", _QUOTED[language].format(examples[0]) if examples else ""]
    whole = "\n".join([f"{scenario.file} · {words['steps']}: {len(scenario.steps)}", *examples[:12]])
    return Box(
        id=scenario.name,
        kind="scenario",
        head=titled(scenario.title, language) or scenario.name,
        lines=tuple(line for line in lines if line),
        rows=tuple(rows.values()),
        whole=whole,
    )
