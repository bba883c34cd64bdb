"""What the core asks the world to do, in order. Nothing here has happened yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.dialogue.meaning import Language
from bot.dialogue.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A button: id comes back as Chosen(option=id); key is its digit on a telephone."""

    id: str
    title: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Action):
    """Say this. text: for the eye (figures). speech: for the ear (words); equals text in a chat.

    choices: buttons under the text. barge_in: whether speech may stop it. speech_after: seconds from its beginning in
    which only a key stops it, where speech may at all; None: none. prompt: where it stands in the scenario,
    "booking:ask.when". pace: of speech, 1 is the voice's own; slower where the customer asked for it.
    secret: the speech tells what must not be kept, and the journal keeps the text in its place. wants: "phone" where
    it asks for the customer's own number, which some messengers share by a button.
    """

    text: str
    speech: str
    language: Language
    choices: tuple[Choice, ...] = ()
    barge_in: Literal["allow", "deny"] = "allow"
    speech_after: float | None = None
    prompt: str = ""
    pace: float = 1.0
    secret: bool = False
    wants: Literal["", "phone"] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch(Action):
    """Ask a backend; a Fetched event with this id must follow. id: unique, so doing it twice has one effect.

    meanwhile: what to say if the answer takes longer than a caller likes to wait. timeout: seconds for each try, retry:
    further tries; None: as the action itself says.
    """

    id: str
    name: str
    args: Mapping[str, Value] = field(default_factory=dict)
    meanwhile: Say | None = None
    timeout: float | None = None
    retry: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Learn(Action):
    """Keep a fact in the customer's profile."""

    fact: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed(Action):
    """Asked back, they agreed that what their profile holds under that name is so: ask them here no more."""

    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated(Action):
    """The customer gave a score. scale: the highest there is; the lowest is 1, of nps 0. about: what it is for."""

    survey: Literal["csat", "nps", "ces"]
    score: int
    scale: int
    comment: str = ""
    about: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoseItem(Action):
    """The customer chose this menu item; the menu learns from it. order: as it was announced, with that probability
    among near ties. heard: whether it was announced before they chose. learned: the order by habits alone. would: the
    item that habits are sure of; offered: the same, where it was asked for before the menu."""

    menu: str
    item: str
    order: tuple[str, ...] = ()
    heard: bool = False
    learned: tuple[str, ...] = ()
    probability: float = 1.0
    would: str = ""
    offered: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Action):
    """This conversation continues another one; that one must end and say so."""

    conversation: str
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite(Action):
    """Open a way for this conversation to go on on another channel ("telegram"). An Invited event follows."""

    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent(Action):
    """Send this to a telephone number as well, by SMS."""

    text: str
    language: Language
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaks(Action):
    """It is this one of those who come by one telephone. person: an id out of `Started.persons`; "" for somebody whom
    we don't know yet. number: they came by something else, and have just proven this number. An Identified event
    follows; but where nobody said who it is: unknown."""

    person: str = ""
    number: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCode(Action):
    """Send a code to that number, to prove that whoever talks here has it. number: E.164, "" for the one that this
    customer is known by. A CodeSent event follows."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckCode(Action):
    """They say that this code came to that number. The journal keeps no code. A CodeChecked event follows, and where it
    was the right one an Identified one."""

    number: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Action):
    """Keep the sound of the call from here on, or nothing of it. "paused" and "resumed" stand around what is secret."""

    state: Literal["on", "off", "paused", "resumed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handoff(Action):
    """Give the conversation to a person. note: what the agent should know, in one sentence. brief: the same for the ear
    of who picks up the telephone, with who calls; of a call alone. language: of the brief, the company's own.
    """

    reason: str
    skill: str = ""
    priority: int = 0
    note: str = ""
    brief: str = ""
    language: Language = "ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class RingBack(Action):
    """Ring this customer when a person is free, in place of their waiting on the line; the place in the queue is kept.
    number: E.164. language: the customer's."""

    number: str
    language: Language = "ru"


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Action):
    """The customer no longer wants a person: out of the queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Action):
    """The scenario could not be run as written. where: "booking:steps/3"; what: one clause. For logs and checks."""

    where: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class End(Action):
    """The conversation is over; a call hangs up when all was said."""

    reason: str = "done"
