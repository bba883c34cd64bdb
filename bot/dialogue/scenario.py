"""A scenario as the engine runs it: the YAML compiled to a flat, immutable program.

A set is a folder (`scenarios/clinic/`): the business's data and one scenario a file. What is said in it stands in
bot.dialogue.wording, what it asks for in bot.dialogue.slot, its steps in bot.dialogue.program.

Prompt, Slot, Scenario and ScenarioSet have no slots, so that what follows from them is worked out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

from bot.dialogue.delegated import DELEGATE, Bot, Interpreter
from bot.dialogue.expressions import Expression
from bot.dialogue.external import External
from bot.dialogue.hours import DAILY, Hours
from bot.dialogue.manner import PLAIN, Manner
from bot.dialogue.program import ChooseStep, CollectStep, SetStep, StartStep, Step
from bot.dialogue.slot import Slot
from bot.dialogue.values import Value
from bot.dialogue.wording import Prompt

T = TypeVar("T")
Machine = Literal["message", "hang_up", "talk"]
Recorded = Literal["", "off", "on", "ask"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redial:
    """Calls that reach nobody are placed again, `times` more at most: after_s later, busy_after_s where the line was
    busy. machines: also where a machine answered and no message was left. Who talked to us, or refused the call, is
    never called again."""

    times: int = 0
    after_s: int = 3_600
    busy_after_s: int = 300
    machines: bool = True


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """announce: that a robot speaks, and for whom; said first. voicemail: said to an answering machine after its beep.

    machine: what is done with one. redial: None: as the settings say. roads: outcome ("no_answer", "busy", "refused",
    "machine") -> the first step of what follows; "" where nothing does.
    """

    announce: Prompt | None = None
    voicemail: Prompt | None = None
    machine: Machine = "hang_up"
    redial: Redial | None = None
    roads: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One file. first: the id of its first step. intent phrases live in the set.

    given: names, beside the slots, that whoever starts it may give values to. outbound: how we
    ring or write first, if we do.
    """

    name: str
    title: Mapping[str, str]
    first: str
    steps: Mapping[str, Step]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    file: str = ""
    resumable: bool = True  # come back to after a digression, offered for continuation on another channel
    given: tuple[str, ...] = ()
    outbound: Outbound | None = None

    @cached_property
    def written(self) -> tuple[str, ...]:
        """The ids of the steps in the order of the file; a step is compiled after those that follow it."""
        ids = tuple(self.steps)
        return ids if ids[:1] == (self.first,) else ids[::-1]

    @cached_property
    def collected_at(self) -> Mapping[str, str]:
        """Slot -> the first step that collects it."""
        found: dict[str, str] = {}
        for step in map(self.steps.__getitem__, self.written):
            for slot in step.slots if isinstance(step, CollectStep) else ():
                found.setdefault(slot, step.id)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What customers ask by the way, from any step. intent: what its questions say, "answers.parking".

    title: what a button to it says. prompt: what is said to it; None where it is a scenario of its own steps, whose
    name is the intent. more: intents of other answers, offered after it. shipped: small talk that comes with the
    product; its questions count only where nothing else was understood.
    """

    intent: str
    title: Mapping[str, str]
    prompt: Prompt | None = None
    more: tuple[str, ...] = ()
    shipped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The company's own data. hours: by weekday, with holidays. timezone: IANA name, "" for the machine's.

    tables: services.yaml and its like: name -> rows; a row is a mapping with "id", "title" (by language) and more.
    """

    name: Mapping[str, str]
    hours: Hours = DAILY
    timezone: str = ""
    facts: Mapping[str, Value] = field(default_factory=dict)
    tables: Mapping[str, tuple[Mapping[str, Value], ...]] = field(default_factory=dict)


def _given_names(step: Step) -> Iterable[tuple[str, Expression]]:
    """What a step gives values to: variables, another scenario's slots, results of one."""
    if isinstance(step, SetStep):
        yield from step.assignments.items()
    elif isinstance(step, StartStep):
        yield from (*step.args.items(), *step.results.items())


@dataclass(frozen=True, kw_only=True)
class ScenarioSet:
    """A compiled folder. version: hash of its content. start: the scenario a conversation begins with.

    phrases: intent -> language -> examples, templates expanded; a `{slot}` in an example stands for its values.
    builtin: the repair prompts by name ("not_understood", "silence", "cancelled", …), author's over shipped.
    rows: all rows of the business's tables by id; ids are unique across tables. Beside them the options that slots
    write down themselves.
    actions: what actions.yaml declares, by name. interpreter, bots: what rasa.yaml does.
    answers: by intent. smalltalk: questions of the shipped ones, as `phrases`. local: likewise, of what single
    steps understand. instead: of a built-in repair, a scenario: "cancel" -> "my_cancel". manner: of asking, where
    neither slot nor step says. record: whether calls are recorded, "" where the set leaves that to who runs it.
    """

    name: str
    version: str
    title: Mapping[str, str]
    languages: tuple[str, ...]
    start: str
    business: Business
    scenarios: Mapping[str, Scenario]
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    builtin: Mapping[str, Prompt] = field(default_factory=dict)
    rows: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    actions: Mapping[str, External] = field(default_factory=dict)
    interpreter: Interpreter | None = None
    bots: Mapping[str, Bot] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    smalltalk: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    local: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    instead: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = PLAIN
    record: Recorded = ""

    @cached_property
    def sensitive(self) -> frozenset[str]:
        """Names whose values nobody may see: the sensitive slots', and what scenarios make of them by name."""
        names = {
            name for scenario in self.scenarios.values() for name, slot in scenario.slots.items() if slot.sensitive
        }
        found = bool(names)
        while found:
            found = False
            for scenario in self.scenarios.values():
                for step in scenario.steps.values():
                    for name, expression in _given_names(step):
                        if name not in names and any(
                            not names.isdisjoint(path.split(".")) for path in expression.names
                        ):
                            names.add(name)
                            found = True
        return frozenset(names)

    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def outside(self, action: str) -> External | Bot | None:
        """Who is asked for an action outside of the product; None for what is built in, and for what isn't there."""
        if action.startswith(DELEGATE):
            return self.bots.get(action.removeprefix(DELEGATE))
        return self.actions.get(action)

    def once(self, key: Hashable, make: Callable[[ScenarioSet], T]) -> T:
        """What follows from the set alone, made by whoever needs it when it is first asked for, and kept."""
        if key not in self._kept:
            self._kept[key] = make(self)
        made: T = self._kept[key]
        return made

    @cached_property
    def items(self) -> Mapping[str, tuple[str, str, str]]:
        """Intent of a menu item -> scenario, menu step, first step of the item's block."""
        found: dict[str, tuple[str, str, str]] = {}
        for scenario in self.scenarios.values():
            for step in scenario.steps.values():
                for item in step.items if isinstance(step, ChooseStep) else ():
                    found.setdefault(item.intent, (scenario.name, step.id, item.target))
        return found
