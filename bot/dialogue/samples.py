"""What the samples of actions.yaml and rasa.yaml answer: in tests, and while there is no program to ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.dialogue.delegated import COMMAND, Bot, Scripted
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
    action: External | Bot, args: Mapping[str, Value], scenarios: ScenarioSet, now: datetime
) -> tuple[str, Mapping[str, Value]]:
    """The answer of the first sample that holds; "error" where none does. now: naive wall clock of the business."""
    if isinstance(action, Bot):
        return scripted(action, args)
    scope = asked_with(args, scenarios, now)
    for sample in action.samples:
        try:
            if sample.when is None or sample.when.true(scope):
                return sample.outcome, sample.data
        except ExpressionError:
            continue
    return "error", {}


def scripted(bot: Bot, args: Mapping[str, Value]) -> tuple[str, Mapping[str, Value]]:
    """What the bot of the sample says to `message`, in the form bot.dialogue.delegating takes it."""
    heard = _words(str(args.get("message", "")))
    each = next((each for each in bot.script if each.heard is None or _words(each.heard) == heard), None)
    return ("error", {}) if each is None else ("ok", _said(each))


def _said(each: Scripted) -> dict[str, Value]:
    last = max(0, len(each.says) - 1)
    buttons = tuple({"title": title, "payload": payload} for title, payload in each.buttons.items())
    texts = each.says or (("",) if buttons else ())
    said: tuple[Value, ...] = tuple(
        {"text": text, "buttons": buttons if at == last else ()} for at, text in enumerate(texts)
    )
    return {"said": said, "back": each.back, "values": dict(each.values)}


def _words(text: str) -> str:
    """As it is compared; of a command its intent."""
    if text.startswith(COMMAND):
        return text.partition("{")[0]
    return " ".join("".join(char if char.isalnum() else " " for char in text.casefold()).split())
