"""With what a conversation begins, as it is typed: `clinic/confirmation --with "when=2026-11-19 16:00"`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.dialogue import giving
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Value
from bot.errors import Unacceptable, UnknownScenario
from bot.locale import said


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """scenarios: the set's name. scenario: None for its first. given: by slot or `given:` name."""

    scenarios: str
    scenario: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)


def typed(sets: Mapping[str, ScenarioSet], default: str, name: str | None, values: Iterable[str] = ()) -> Beginning:
    """values: each `name=value`, as `--with` has them. Raises as `beginning` does."""
    texts: dict[str, str] = {}
    for value in values:
        key, sign, text = value.partition("=")
        if not sign or not key.strip() or not text.strip():
            raise Unacceptable(
                said(f"'{value}' gives nothing", f"'{value}' ничего не задаёт"),
                where="--with",
                fix=said("Write name=value", "Пишите имя=значение"),
            )
        texts[key.strip()] = text
    return beginning(sets, default, name, texts, where="--with")


def beginning(
    sets: Mapping[str, ScenarioSet], default: str, name: str | None, texts: Mapping[str, str], *, where: str
) -> Beginning:
    """name: SET/SCENARIO, a scenario of the default set, or a set. texts: what it begins with, by name. where: they
    were given, for errors. Raises UnknownScenario, Unacceptable."""
    name = name or ""
    in_set, slash, scenario = name.partition("/")
    if not slash:
        in_set, scenario = (name, "") if name in sets and name not in sets[default].scenarios else (default, name)
    found = sets.get(in_set)
    if found is None:
        what = said(f"there is no scenario set '{in_set}'", f"нет набора сценариев '{in_set}'")
        raise UnknownScenario(what, fix=_known(sets))
    if scenario and scenario not in found.scenarios:
        raise UnknownScenario(
            said(f"there is no scenario '{scenario}' in '{found.name}'", f"в '{found.name}' нет сценария '{scenario}'"),
            fix=_known(found.scenarios),
        )
    try:
        given = giving.read(texts, found.scenarios[scenario or found.start])
    except giving.NotGiven as error:
        raise _not_given(error, where) from error
    return Beginning(scenarios=in_set, scenario=scenario or None, given=given)


def _known(names: Iterable[str]) -> str:
    known = ", ".join(sorted(names))
    return said(f"There are: {known}", f"Есть: {known}")


def _not_given(error: giving.NotGiven, where: str) -> Unacceptable:
    where = where if where.startswith("-") else f"{where}.{error.name}"
    if error.like:
        what = said(f"'{error.name}' is written like {error.like}", f"'{error.name}' пишут так: {error.like}")
        return Unacceptable(what, where=where)
    known = ", ".join(error.known)
    return Unacceptable(
        said(f"there is no '{error.name}' to give", f"некому дать '{error.name}'"),
        where=where,
        fix=said(f"It takes: {known or 'nothing'}", f"Берёт: {known or 'ничего'}"),
    )
