"""What the samples of actions.yaml answer: in tests, in `govorun chat`, and while there is no program to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.dialogue.expressions import ExpressionError, Scope
from bot.dialogue.external import External
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.showing import Register
from bot.dialogue.values import Value


def asked_with(args: Mapping[str, Value], scenarios: ScenarioSet, now: datetime) -> Scope:
    """What the expressions of a declaration know: the values it was asked with, and the moment."""
    register = Register("ru", False, now, scenarios.business, scenarios.rows)
    return Scope(
        names={**args, "now": now}, rows=scenarios.rows, functions=FUNCTIONS, filters=FILTERS, register=register
    )


def sampled(
    action: External, args: Mapping[str, Value], scenarios: ScenarioSet, now: datetime
) -> tuple[str, Mapping[str, Value]]:
    """The answer of the first sample that holds; "error" where none does. now: naive wall clock of the business."""
    scope = asked_with(args, scenarios, now)
    for sample in action.samples:
        try:
            if sample.when is None or sample.when.true(scope):
                return sample.outcome, sample.data
        except ExpressionError:
            continue
    return "error", {}
