"""The choices of a pending question: two wishes of which one was meant, whether to leave what is under way, or whether
something was keyed aright."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.meaning import Option
from bot.dialogue.program import ChooseStep
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Pending

YES = Option(id="yes", title={"ru": "Да", "en": "Yes"}, key="1")
NO = Option(id="no", title={"ru": "Нет", "en": "No"}, key="2")
NEITHER = Option(
    id="neither",
    title={"ru": "Ни то ни другое", "en": "Neither"},
    synonyms={
        "ru": (
            "ни то, ни другое",
            "ни то ни то",
            "ничего из этого",
            "другое",
            "третье",
            "ни одно",
            "ни один",
            "никакое",
        ),
        "en": ("neither of them", "none of them", "none of those", "something else", "none", "neither one"),
    },
    key="3",
)


def options(pending: Pending, scenarios: ScenarioSet) -> tuple[Option, ...]:
    """What may be chosen, as buttons and by key."""
    if pending.kind != "clarify":
        return YES, NO
    wishes = enumerate(pending.intents, 1)
    return (*(_option(intent, str(key), scenarios) for key, intent in wishes), NEITHER)


def _option(intent: str, key: str, scenarios: ScenarioSet) -> Option:
    item = _item(intent, scenarios)
    title = titled(intent, scenarios)
    return Option(id=intent, title=title, synonyms=item.synonyms if item else {}, key=key)


def titled(intent: str, scenarios: ScenarioSet) -> Mapping[str, str]:
    """By language, what people call what an intent leads to; {} where it leads nowhere."""
    item = _item(intent, scenarios)
    if item is not None:
        return item.title
    if intent in scenarios.scenarios:
        return scenarios.scenarios[intent].title
    return scenarios.answers[intent].title if intent in scenarios.answers else {}


def _item(intent: str, scenarios: ScenarioSet) -> Option | None:
    steps = (step for scenario in scenarios.scenarios.values() for step in scenario.steps.values())
    return next(
        (item.option for step in steps if isinstance(step, ChooseStep) for item in step.items if item.intent == intent),
        None,
    )
