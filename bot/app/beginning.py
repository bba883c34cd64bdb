"""With what a conversation begins, as it is typed: `clinic/confirmation --with "when=2026-11-19 16:00"`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.dialogue import giving
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Value
from bot.errors import Unacceptable, UnknownScenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """scenarios: the set's name. scenario: None for its first. given: by slot or `given:` name."""

    scenarios: str
    scenario: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)


def beginning(sets: Mapping[str, ScenarioSet], default: str, name: str | None, values: Iterable[str] = ()) -> Beginning:
    """name: SET/SCENARIO, a scenario of the default set, or a set. Raises UnknownScenario, Unacceptable."""
    name = name or ""
    in_set, slash, scenario = name.partition("/")
    if not slash:
        in_set, scenario = (name, "") if name in sets and name not in sets[default].scenarios else (default, name)
    found = sets.get(in_set)
    if found is None:
        raise UnknownScenario(f"there is no scenario set '{in_set}'", fix=f"There are: {', '.join(sorted(sets))}")
    if scenario and scenario not in found.scenarios:
        raise UnknownScenario(
            f"there is no scenario '{scenario}' in '{found.name}'",
            fix=f"There are: {', '.join(sorted(found.scenarios))}",
        )
    texts: dict[str, str] = {}
    for value in values:
        key, sign, text = value.partition("=")
        if not sign or not key.strip() or not text.strip():
            raise Unacceptable(f"'{value}' gives nothing", where="--with", fix="Write name=value")
        texts[key.strip()] = text
    try:
        given = giving.read(texts, found.scenarios[scenario or found.start])
    except giving.NotGiven as error:
        fix = f"It takes: {', '.join(error.known) or 'nothing'}" if not error.like else ""
        raise Unacceptable(str(error), where="--with", fix=fix) from error
    return Beginning(scenarios=in_set, scenario=scenario or None, given=given)
