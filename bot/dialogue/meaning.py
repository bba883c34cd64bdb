"""What understanding tells the core about an utterance, and what the core tells understanding to expect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from bot.dialogue.hours import Hours
from bot.dialogue.values import Moment, Value

Language = Literal["ru", "en"]
Wrong = Literal["past", "no_such_time"]

UNSURE = (
    0.7  # a wish told less surely is worth asking a language model about; docs/language-model.md has what that costs
)
KNOWLEDGE = "answers."  # begins the intent of every question that customers ask by the way

CALL_AFTER = range(9, 22)  # hours after which somebody may ask to be called

# Intents every conversation understands, whatever its scenario says: the built-in repair patterns.
REPAIRS = (
    "cancel",
    "repeat",
    "slower",
    "wait",
    "back",
    "help",
    "skip",
    "menu",
    "operator",
    "greeting",
    "thanks",
    "goodbye",
    "language",
    "prove_number",
    "do_not_call",
    "may_call",
    *(f"call_after_{hour}" for hour in CALL_AFTER),
    "go_on_in_telegram",
    "go_on_in_whatsapp",
    "go_on_in_vk",
    "go_on_in_max",
    "go_on_in_viber",
    "go_on_in_web",
    "go_on_in_phone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One slot read from one utterance.

    value: the whole value, or None where nothing whole fits. partial: what of a datetime is known so far.
    alternatives: other whole values the words allow. question: what to ask where it is not whole:
    "time", "day", "part_of_day", "domain", or None. begun: the beginning of a text of which the rest is asked for: what
    stands before the sign of an email. wrong: it spoke of the slot, but of what can't be taken: "past" is over
    ("вчера"), "no_such_time" is in no calendar ("31 ноября").
    """

    value: Value = None
    partial: Moment | None = None
    alternatives: tuple[Value, ...] = ()
    question: str | None = None
    wrong: Wrong | None = None
    begun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredIntent:
    """name: a scenario's name, a menu item ("main.price"), an answer ("answers.parking") or one of REPAIRS.
    score: 0..1, above the reject line. behind: by how much the likeliest one won over it; 0 for that one itself."""

    name: str
    score: float
    behind: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """All that one utterance was understood to say. Empty: it was not understood.

    intents: best first. readings: only slots that were expected, or that belong to the winning intent.
    yes: an answer to a yes/no question, None if it held none. option: the id of an offered choice.
    language: the other language, where the customer surely goes over to it; None where they go on as they were.
    either: two intents between which the words don't decide; readings then belong to both.
    same: the wish is what was done last, with all that was told for it but what is in readings.
    proposed: a language model proposed it, where the words said nothing sure to us. Nobody consents by it.
    """

    intents: tuple[ScoredIntent, ...] = ()
    readings: Mapping[str, Reading] = field(default_factory=dict)
    yes: bool | None = None
    option: str | None = None
    language: Language | None = None
    either: tuple[str, ...] = ()
    proposed: bool = False
    same: bool = False

    @classmethod
    def only(cls, intent: str) -> Meaning:
        """A certain intent: a key or a button said it."""
        return cls(intents=(ScoredIntent(name=intent, score=1.0),))

    @property
    def intent(self) -> str | None:
        return self.intents[0].name if self.intents else None

    def unsure(self, below: float) -> bool:
        """Whether it is nothing, two wishes alike, or a wish told less surely than `below`."""
        if self.either:
            return True
        if self.option is not None or self.yes is not None:
            return False
        return self.intents[0].score < below if self.intents else not self.readings


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of several: a menu item, a service, a button. key: the digit that chooses it on a telephone."""

    id: str
    title: Mapping[str, str]
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSpec:
    """A slot that would be understood now.

    type: datetime, date, time, number, money, digits, code, phone, email, address, person, yesno,
    choice, text. options: of a choice.
    known: what of a datetime, date or time an earlier utterance said, or the whole value that is being corrected.
    open_hours: the hours that decide between three in the night and three in the afternoon, each day by its own.
    length: of digits or a code, fewest and most. currency: of money, ISO 4217.
    low, high: bounds of a number; unit: what it counts, by language: "три окна"
    is then a number though nobody asked for it. past: a date may be over, as a birthday is.
    instead_of: the moment that is to be told anew: "на час позже" and "в тот же день" count from it.
    many: several options at once; none: by language, words for none of them; chosen: ids chosen so far.
    asked: it is what was just asked for. skip: it may be left out. begun: the name of an email, where its
    domain is asked for.
    """

    name: str
    type: str
    options: tuple[Option, ...] = ()
    known: Moment | None = None
    open_hours: Hours | None = None
    length: tuple[int, int] | None = None
    currency: str = ""
    low: int | Decimal | None = None
    high: int | Decimal | None = None
    unit: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    past: bool = False
    instead_of: Moment | None = None
    many: bool = False
    none: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    chosen: tuple[str, ...] = ()
    asked: bool = False
    skip: bool = False
    begun: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What would be understood now. Understanding, endpointing, recogniser, buttons and keys all read this.

    asked: the slot just asked for (free text goes only there). slots: all that may be filled now, by name.
    choices: the options offered now, in announced order. yesno: a yes/no question is open; question: its words.
    intents: understood now, the step's own first. intent_slots: what each intent takes from the same utterance.
    keys: what a key means now: key -> option id. digits: how many keys make a whole answer (0: keys are single).
    letters: keys may spell, a star begins a letter (bot.dialogue.lettered).
    changeable: slots that were told before another one was asked for, by name: "телефон другой".
    topic: the intent that was served a moment ago, so that "а у лора?" asks it once more; topic_slots: what it takes.
    wait, key_pause: seconds, as `bot.dialogue.manner` has them; None: as usual. busy: another program is being asked,
    and what is keyed meanwhile is for the question that follows. relayed: another program asks, and understands.
    """

    asked: str | None = None
    slots: Mapping[str, SlotSpec] = field(default_factory=dict)
    choices: tuple[Option, ...] = ()
    yesno: bool = False
    intents: tuple[str, ...] = ()
    intent_slots: Mapping[str, tuple[SlotSpec, ...]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    digits: int = 0
    letters: bool = False
    question: str = ""
    changeable: tuple[Option, ...] = ()
    wait: float | None = None
    key_pause: float | None = None
    busy: bool = False
    relayed: bool = False
    topic: str = ""
    topic_slots: tuple[SlotSpec, ...] = ()
    hints: tuple[str, ...] = ()  # words worth expecting, for the recogniser's prompt; in the conversation's language
