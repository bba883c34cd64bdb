"""What has to be known of a task: how it is asked for, what it may be, what must hold of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from bot.dialogue.expressions import Expression
from bot.dialogue.manner import PLAIN, Manner
from bot.dialogue.meaning import Option
from bot.dialogue.wording import Prompt

KEYS = "123456789"


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
    confirm_known: such a value is asked back first; None: where it is a name, a number or an address of which there is
    doubt. known: the words for that, in place of the built-in ones.

    options: of a choice (resolved from the data it came from). unrecognized: in place of the built-in prompt. echo:
    said when the value is taken, but where a summary follows at once; without one only a correction is said back, in
    built-in words. keypad: how to give it by keys. required: False: taken when it is said, never asked for.
    max_attempts: prompts without an answer before a person is asked; None: as everywhere.
    length: of digits, fewest and most. low, high: bounds of a number, both allowed; unit: what it counts, by language.
    past: a date may be over. instead_of: the value that holds the moment this one is told anew of ("на час позже").
    many: several options at once, the value is a tuple of ids; none: by language, words for none of them, ().
    help: what "help" says while it is asked. expect: words by language that recognition should expect. invalid: said
    when a value was understood and can't be taken, where no rule has words of its own. skip: who says so, or a plain
    "no" to a free text, leaves it empty. manner: of asking for it, where that isn't its step's.
    """

    name: str
    type: str
    title: Mapping[str, str]
    ask: Prompt
    options: tuple[Option, ...] = ()
    rules: tuple[Rule, ...] = ()
    prefill: Expression | None = None
    confirm_known: bool | None = None
    known: Prompt | None = None
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
    manner: Manner = PLAIN
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
