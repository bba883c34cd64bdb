"""What a slot reader is told and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.dialogue import meaning
from bot.dialogue.hours import Hours
from bot.dialogue.meaning import Language, Option, SlotSpec
from bot.dialogue.values import Moment, Value

Lang: TypeAlias = Language
Question: TypeAlias = Literal["time", "day", "part_of_day"]
Wrong: TypeAlias = meaning.Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is known before the customer speaks.

    options: for a choice, in the order in which they were offered.
    known: what of the datetime is known from an earlier turn, or the value that is being corrected.
    open_hours: when it is open; decides whether 'three' is 03:00 or 15:00, by the day that was named.
    prefer_future: 'on the third' is the coming third; dates said to be past are not taken.
    region: the country whose national phone numbers are meant (ISO 3166); '' leaves it to the language.
    many: several options may be named. none: by language, words for none of them. chosen: ids chosen so far. asked: it
    is what was just asked for.
    length: of digits or a code, fewest and most. currency: of an amount, ISO 4217; "" takes any.
    past: the date may be over, and without a year it is the last such day.
    instead_of: the whole moment that is told anew.
    """

    options: tuple[Option, ...] = ()
    known: Moment | None = None
    open_hours: Hours | None = None
    prefer_future: bool = True
    region: str = ""
    length: tuple[int, int] | None = None
    currency: str = ""
    past: bool = False
    instead_of: Moment | None = None
    many: bool = False
    none: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    asked: bool = False

    @classmethod
    def of(cls, spec: SlotSpec, *, region: str = "") -> Expected:
        """What the dialogue expects of this slot now."""
        return cls(
            options=spec.options,
            known=spec.known,
            open_hours=spec.open_hours,
            region=region,
            length=spec.length,
            currency=spec.currency,
            past=spec.past,
            instead_of=spec.instead_of,
            many=spec.many,
            none=spec.none,
            chosen=spec.chosen,
            asked=spec.asked,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a text says about one slot; all empty when it says nothing.

    value: the whole answer. Types: datetime -> naive datetime in the business's wall clock; date -> date; time ->
        time; number, money -> int or
        Decimal; digits, code, email, address -> str; phone -> E.164; person -> PersonName; yesno -> bool; choice ->
        option id.
    alternatives: where it is ambiguous, what it could be, likelier first; for a range, its two ends.
    question: what to ask to make it whole.
    partial: what of a datetime is known so far; hand it back as Expected.known with the next answer.
    wrong: why what was told can't be taken: "past", "no_such_time"; None where it says nothing about the slot.
    rest: the normalised text that the reading did not use ('нет, лучше в четыре' as yesno: 'лучше в четыре').
    """

    value: Value = None
    alternatives: tuple[Value, ...] = ()
    question: Question | None = None
    partial: Moment | None = None
    wrong: Wrong | None = None
    rest: str = ""

    @property
    def for_dialogue(self) -> meaning.Reading:
        """The reading as the core takes it: without the rest, which is the customer's own words."""
        return meaning.Reading(
            value=self.value,
            partial=self.partial,
            alternatives=self.alternatives,
            question=self.question,
            wrong=self.wrong,
        )

    def __bool__(self) -> bool:
        """Whether the text said anything at all about the slot."""
        return self.value is not None or bool(self.alternatives) or self.partial is not None


NOTHING = Reading()
NO_EXPECTATION = Expected()
__all__ = ["NOTHING", "NO_EXPECTATION", "Expected", "Lang", "Option", "Question", "Reading"]
