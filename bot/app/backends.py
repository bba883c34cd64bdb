"""What serves `do:` of a scenario set, by the prefix of its actions."""

from __future__ import annotations

from collections.abc import Mapping

from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from bot.backends.phone import Phone
from bot.dialogue.scenario import ScenarioSet
from bot.ports import Backend


def backends(scenarios: ScenarioSet) -> Mapping[str, Backend]:
    """The built-in ones. They run within the turn's transaction."""
    return {"calendar": Calendar(scenarios.business), "forms": Forms(scenarios), "phone": Phone(scenarios)}
