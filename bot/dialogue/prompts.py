"""A prompt or a condition in the conversation it stands in: what names mean there, and the text it makes.

A prompt is rendered for the eye (figures) or for the ear (words in the right case).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.dialogue.callables import FILTERS, FUNCTIONS
from bot.dialogue.expressions import Expression, ExpressionError, Scope, Template, sentence
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.showing import Register, show
from bot.dialogue.titles import OptionId, chosen_titles
from bot.dialogue.values import MASK, Value


class Within(Scope):
    """What names mean in a conversation: the fixed ones, made when they are asked for, and those of the scenario under
    way. They are looked up in the session as it is then, so that one scope serves a whole turn.

    extra: values beside the scenario's, which they hide; neither hides a fixed name. shown: for a prompt, where a
    choice is its title; a condition, or what is kept, takes its id.
    """

    __slots__ = ("extra", "scenarios", "session", "shown")

    def __init__(
        self,
        session: Session,
        scenarios: ScenarioSet,
        register: Register,
        extra: Mapping[str, Value] | None = None,
        *,
        shown: bool = False,
    ) -> None:
        self.names = {}  # unasked: `get` looks elsewhere
        self.rows = register.rows
        self.functions = FUNCTIONS
        self.filters = FILTERS
        self.register = register
        self.session = session
        self.scenarios = scenarios
        self.extra = extra
        self.shown = shown

    def get(self, name: str, /) -> Value:
        fixed = NAMES.get(name)
        if fixed is not None:
            return fixed(self)
        if self.extra and name in self.extra:
            value = self.extra[name]
        elif self.session.stack:
            value = self.session.stack[-1].values.get(name)
        else:
            return None
        return self.titled(name, value) if self.shown and isinstance(value, (str, tuple)) else value

    def titled(self, name: str, value: str | tuple[Value, ...]) -> Value:
        """What was chosen, as a prompt shows it: {size} is "большая", not "large"."""
        stack = self.session.stack
        slot = self.scenarios.scenarios[stack[-1].scenario].slots.get(name) if stack else None
        if slot is None or not slot.options:
            return value
        if isinstance(value, tuple):
            return chosen_titles(value, slot)
        return OptionId.of(value, slot.titles)


def render(
    template: Template, within: Scope, fault: Callable[[str], None], hidden: frozenset[str] = frozenset()
) -> str:
    """A part that can't be shown is left out and told to `fault`: the customer still gets the rest.

    hidden: names whose values are for the ear alone; the eye gets MASK.
    """
    out = []
    for part in template.parts:
        if isinstance(part, str):
            out.append(part)
            continue
        try:
            told = show(within.register, part.value(within))
            out.append(MASK if told and hidden and not within.register.voice and tells(part, hidden) else told)
        except ExpressionError as error:
            fault(f"{{{part.source}}}: {error.what}")
    return sentence("".join(out))


def tells(part: Expression, hidden: frozenset[str]) -> bool:
    """Whether an expression is made of a hidden name: card, before.card, name.given."""
    return any(not hidden.isdisjoint(path.split(".")) for path in part.names)


def _before(within: Within) -> Mapping[str, Value]:
    """The values of the scenario that this one interrupted, or of the one that was done last where it interrupted but a
    menu: so "а сколько стоит?" needs no doctor's name."""
    stack = within.session.stack
    below = stack[-2] if len(stack) > 1 else None
    if below is None:
        return within.session.done
    scenario = within.scenarios.scenarios.get(below.scenario)
    return below.values if scenario is None or scenario.slots else {**within.session.done, **below.values}


NAMES: Mapping[str, Callable[[Within], Value]] = {
    "customer": lambda within: within.session.customer,
    "caller": lambda within: {"phone": within.session.caller or None},
    "business": lambda within: {**within.scenarios.business.facts, "name": within.scenarios.business.name},
    "hours": lambda within: within.scenarios.business.hours,
    "now": lambda within: within.register.now,
    "channel": lambda within: within.session.channel,
    "voice": lambda within: within.session.medium == "voice",
    "language": lambda within: within.session.language,
    "before": _before,
}
