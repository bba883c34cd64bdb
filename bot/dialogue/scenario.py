"""A scenario as the engine runs it: the YAML compiled to a flat, immutable program.

A set is a folder (`scenarios/clinic/`): the business's data and one scenario a file. Blocks nested in the YAML
are laid out flat; a step knows the id of the step that follows it (`next`), so the engine never recurses.
Step ids are paths ("steps/2/taken/0") or the author's own `id:`; "" as a target means: the scenario is done.

Prompt, Slot, Scenario and ScenarioSet have no slots, so that what follows from them is worked out once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, TypeVar

from bot.dialogue.actions import Say
from bot.dialogue.delegated import DELEGATE, Bot, Interpreter
from bot.dialogue.expressions import Expression, Template
from bot.dialogue.external import External
from bot.dialogue.hours import DAILY, Hours
from bot.dialogue.meaning import Option
from bot.dialogue.values import Value

KEYS = "123456789"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One language's variants of a prompt, by attempt; the last one serves every further attempt.

    voice: variants for the ear where they differ from text, else empty.
    """

    text: tuple[Template, ...]
    voice: tuple[Template, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Prompt:
    """id: where it stands, "booking:ask.when". wordings: language -> Wording.

    kept: what was made of it in words that never change, by what they depend on; for whoever renders it.
    """

    id: str
    wordings: Mapping[str, Wording]
    barge_in: Literal["allow", "deny"] = "allow"
    kept: dict[tuple[str, str, int, float], Say] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def fixed(self) -> bool:
        """Whether no variant has an expression in it."""
        templates = (each for wording in self.wordings.values() for each in (*wording.text, *wording.voice))
        return all(each.fixed is not None for each in templates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A slot's validation: when the condition is false, `otherwise` is said and the slot is asked again.

    None: the slot's `invalid` is said.
    """

    when: Expression
    otherwise: Prompt | None = None


@dataclass(frozen=True, kw_only=True)
class Slot:
    """prefill: an expression whose value, if any, fills the slot without asking. learn: profile fact it teaches.

    options: of a choice (resolved from the data it came from). unrecognized: in place of the built-in prompt. echo:
    said when the value is taken, but where a summary follows at once; without one only a correction is said back, in
    built-in words. keypad: how to give it by keys. required: False: taken when it is said, never asked for.
    max_attempts: prompts without an answer before a person is asked; None: as everywhere.
    length: of digits, fewest and most. low, high: bounds of a number, both allowed; unit: what it counts, by language.
    past: a date may be over. instead_of: the value that holds the moment this one is told anew of ("на час позже").
    many: several options at once, the value is a tuple of ids; none: by language, words for none of them, ().
    help: what "help" says while it is asked. expect: words by language that recognition should expect. invalid: said
    when a value was understood and can't be taken, where no rule has words of its own. skip: who says so, or a plain
    "no" to a free text, leaves it empty.
    """

    name: str
    type: str
    title: Mapping[str, str]
    ask: Prompt
    options: tuple[Option, ...] = ()
    rules: tuple[Rule, ...] = ()
    prefill: Expression | None = None
    learn: str | None = None
    unrecognized: Prompt | None = None
    echo: Prompt | None = None
    keypad: Prompt | None = None
    sensitive: bool = False
    required: bool = True
    max_attempts: int | None = None
    length: tuple[int, int] | None = None
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    unit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    past: bool = False
    instead_of: str = ""
    many: bool = False
    none: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    invalid: Prompt | None = None
    skip: bool = False
    help: Prompt | None = None
    expect: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    line: int = 0

    @cached_property
    def keyed_options(self) -> tuple[Option, ...]:
        """Those without a key of their own take 1 to 9 in order, if nobody has a key."""
        if any(option.key for option in self.options) or self.type == "nps":
            return self.options  # a ten has two digits, so none of them can be one key
        return tuple(
            replace(option, key=KEYS[place]) if place < len(KEYS) else option
            for place, option in enumerate(self.options)
        )

    @cached_property
    def titles(self) -> Mapping[str, Mapping[str, str]]:
        """Option id -> title by language."""
        return {option.id: option.title for option in self.options}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """id: unique in its scenario. next: the step that follows, "" at the end. line: in the YAML file."""

    id: str
    next: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """What is understood only while its step waits. option: its button; its id is the intent that its phrases say,
    "booking:steps/0.dont_know"; without a title it has no button. target: the first of its own steps."""

    option: Option
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingStep(Step):
    """A step that asks. interrupt: whether a wish for another scenario may leave it: "confirm" asks first."""

    also: tuple[Also, ...] = ()
    interrupt: Literal["allow", "deny", "confirm"] = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep(Step):
    prompt: Prompt


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectStep(WaitingStep):
    """Ask for the slots that are still empty, in this order. fails: of a slot, the step that follows when it was asked
    for often enough; without one a person is called."""

    slots: tuple[str, ...]
    fails: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A menu item. target: the step its own block begins with, "" if none. scenario: started when chosen.

    intent: what phrases say it ("main.address", or the scenario's name). pinned: keeps its announced place.
    """

    id: str
    option: Option
    intent: str
    announce: Prompt  # "Чтобы записаться к врачу, нажмите 1 или скажите «запись»": what a caller hears of it
    target: str = ""
    scenario: str | None = None
    pinned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseStep(WaitingStep):
    """A menu. prompt introduces it; on return from an item `again` is said instead, when given.

    loop: after an item is done come back here; otherwise go on to `next`. learns: the announced order adapts.
    """

    menu: str
    prompt: Prompt
    items: tuple[Item, ...]
    again: Prompt | None = None
    loop: bool = False
    learns: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmStep(WaitingStep):
    """Sum up and ask. change: slots that may be corrected in the answer. declined: the block after a plain "no";
    without one the engine asks what to change (or cancels, when nothing can be changed)."""

    prompt: Prompt
    change: tuple[str, ...] = ()
    declined: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoStep(Step):
    """Ask a backend. args: name -> expression. branches: outcome -> first step of its block.

    An outcome "error" without a branch is said by the built-in prompt and leads to a person.
    timeout: seconds for each try, retry: further tries, of another program; None as actions.yaml says.
    """

    action: str
    args: Mapping[str, Expression] = field(default_factory=dict)
    meanwhile: Prompt | None = None
    branches: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None
    retry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegateStep(DoStep):
    """Hand the dialogue to a Rasa bot until it gives it back: bot.dialogue.delegating. action: "delegate:flowers".

    begin: what the bot is told first; args go with it as entities. branches: "error" alone.
    """

    bot: str
    begin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainStep(Step):
    """Forget these slots and go back to the step that collects them (`target`).

    offered: the datetimes that were just named instead; if they are all on one day, only the hour is asked.
    """

    slots: tuple[str, ...]
    target: str
    offered: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchStep(Step):
    """if: when false go to `otherwise`, else on to `next`."""

    when: Expression
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep(Step):
    """case: ways: the value as written (`bot.dialogue.cases.key_of`) to the first step of its block; else `next`."""

    value: Expression
    ways: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStep(Step):
    assignments: Mapping[str, Expression]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateStep(Step):
    """The end of a survey: keep the score, if one was given. score, comment: the slots that hold them.

    scale: the highest score.
    """

    survey: Literal["csat", "nps", "ces"]
    scale: int
    score: str
    comment: str | None = None
    about: Expression | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageStep(Step):
    language: Literal["ru", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StartStep(Step):
    """Run another scenario, then go on (`returns`), or never come back. args: its slots' first values.

    results: names here, and what they are worth in the other scenario when it came to its end. cancelled: the step that
    follows when the customer cancelled it; without one whoever needs its results is cancelled as well.
    """

    scenario: str
    args: Mapping[str, Expression] = field(default_factory=dict)
    returns: bool = True
    results: Mapping[str, Expression] = field(default_factory=dict)
    cancelled: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffStep(Step):
    reason: str
    skill: str = ""
    priority: int = 0
    note: Prompt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep(Step):
    """End the whole conversation."""

    prompt: Prompt | None = None


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One file. first: the id of its first step. intent phrases live in the set.

    given: names, beside the slots, that whoever starts it may give values to. outbound: we ring or write first.
    """

    name: str
    title: Mapping[str, str]
    first: str
    steps: Mapping[str, Step]
    slots: Mapping[str, Slot] = field(default_factory=dict)
    file: str = ""
    resumable: bool = True  # come back to after a digression, offered for continuation on another channel
    given: tuple[str, ...] = ()
    outbound: bool = False

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
    steps understand. instead: of a built-in repair, a scenario: "cancel" -> "my_cancel".
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
