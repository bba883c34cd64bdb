"""The steps of a compiled scenario, a class a kind; what each does when it is reached is bot.dialogue.steps.

Blocks nested in the YAML are laid out flat; a step knows the id of the step that follows it (`next`), so the engine
never recurses. Step ids are paths ("steps/2/taken/0") or the author's own `id:`; "" as a target means: the scenario is
done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.expressions import Expression
from bot.dialogue.manner import PLAIN, Manner
from bot.dialogue.meaning import Option
from bot.dialogue.wording import Prompt


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
    """A step that asks. interrupt: whether a wish for another scenario may leave it: "confirm" asks first. manner: of
    its questions."""

    also: tuple[Also, ...] = ()
    interrupt: Literal["allow", "deny", "confirm"] = "allow"
    manner: Manner = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class SayStep(Step):
    prompt: Prompt
    manner: Manner = PLAIN


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
    excluded: keeps it too, and the menu learns nothing from its being chosen. continues: the channel to go on in.
    """

    id: str
    option: Option
    intent: str
    announce: Prompt  # "Чтобы записаться к врачу, нажмите 1 или скажите «запись»": what a caller hears of it
    target: str = ""
    scenario: str | None = None
    pinned: bool = False
    excluded: bool = False
    continues: str = ""

    @property
    def fixed(self) -> bool:
        return self.pinned or self.excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseStep(WaitingStep):
    """A menu. prompt introduces it; on return from an item `again` is said instead, when given.

    loop: after an item is done come back here; otherwise go on to `next`. learns: the announced order adapts.
    cap: places an item may move; None: any. shortcut: one that this customer nearly always wants is offered first.
    """

    menu: str
    prompt: Prompt
    items: tuple[Item, ...]
    again: Prompt | None = None
    loop: bool = False
    learns: bool = True
    cap: int | None = None
    shortcut: bool = True


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

    begin: what the bot is told first; args go with it as entities. branches: "error" alone. also, interrupt: as of a
    step that asks; but unless they say otherwise, all that is said is for the bot.
    """

    bot: str
    begin: str
    also: tuple[Also, ...] = ()
    interrupt: Literal["allow", "deny", "confirm"] = "deny"
    manner: Manner = PLAIN


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
class ProveStep(Step):
    """Before what comes next they prove, by a code, that a telephone is theirs: once in a conversation for each number.

    slot: that holds the number; "": the one that this customer is known by. unproven: the step that follows where they
    do not; without one a person is called. optional: nothing is to be proven of a slot that stayed empty.
    """

    slot: str = ""
    unproven: str | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndStep(Step):
    """End the whole conversation."""

    prompt: Prompt | None = None


Asking = WaitingStep | DelegateStep  # what waits for the customer's words, ours or a bot's question
