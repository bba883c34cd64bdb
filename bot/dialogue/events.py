"""What happens to a conversation. Events are frozen and carry their own time, so that a stored one replays exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.dialogue.meaning import Language, Meaning
from bot.dialogue.session import Habit, Someone, Unfinished
from bot.dialogue.values import Value

Medium = Literal["text", "voice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """id: unique; the inbox drops a second one. at: aware, in the business's time zone."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """A conversation begins.

    customer: what the profile knows ("name", "phone"). doubtful: what of it was told long ago, or elsewhere.
    caller: the number the line showed, E.164, or "". unfinished: what the same person left open on another channel.
    orders: for each menu, its items in the order this person should hear them; habits: what is known of how it came
    about. spoke_first: an utterance follows at once, so the menu isn't read out. scenario: begin with this one instead
    of the set's first. given: its slots' and `given:` names' first values. record: whether the call is recorded where
    its set doesn't say; "": nobody here can.
    answered: of a call that we placed, who took it: "human", "machine", "fax", "unknown", or why nobody did: "busy",
    "no_answer", "refused", "failed"; or why it was not dialled: "do_not_call", "quiet_hours", "not_allowed", "no_line";
    "" of any other conversation. message: a machine takes a message now.
    persons: who is known to come by this telephone, where they are several; then nothing of any of them is told here
    before it is known who this is. shared: it is a telephone, by which others may come. asked_for: whom a call of ours
    is for, where others may pick up. unknown: likewise, where it is for nobody of them: who picks up is nobody we know.
    """

    medium: Medium = "text"
    channel: str = ""
    language: Language = "ru"
    customer: Mapping[str, Value] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()
    caller: str = ""
    unfinished: Unfinished | None = None
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    habits: Mapping[str, Habit] = field(default_factory=dict)
    spoke_first: bool = False
    scenario: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    record: Literal["", "off", "on", "ask"] = ""
    answered: str = ""
    message: bool = False
    persons: tuple[Someone, ...] = ()
    shared: bool = False
    asked_for: Someone | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Event):
    """A call that we placed was answered by a machine after all, as shows while we already talk. message: it takes one
    now."""

    by: Literal["machine"] = "machine"
    message: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance(Event):
    """The customer said or typed something. text: as heard. confidence: 0..1 from ASR; 1.0 when typed. since_ms: how
    long before `at` they began to speak, so that a recording can be heard from there; 0 when typed."""

    text: str
    confidence: float = 1.0
    since_ms: int = 0
    meaning: Meaning = field(default_factory=Meaning)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen(Event):
    """The customer pressed a button. option: the id of an offered choice. title: what the button said."""

    option: str
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(Event):
    """The customer sent what is no text. kind: "edited": they changed what they wrote before, text: to what; "voice":
    nobody could make out words in it. text: of a file its name, else "". media: by which its channel fetches it; ""
    where there is nothing to fetch. quiet: it needs no answer, for its caption follows as an Utterance, or it is one
    of several that came together."""

    kind: Literal["image", "video", "voice", "file", "sticker", "location", "contact", "edited", "other"] = "other"
    text: str = ""
    media: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys(Event):
    """The caller pressed telephone keys. digits: 0-9, * and #, one or more; already gathered to a whole answer."""

    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence(Event):
    """The caller was asked and said nothing for so long. seconds: of silence after the prompt ended."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched(Event):
    """A backend answered. request: the Fetch's id. outcome: "ok", "error", or a name the action defines ("taken")."""

    request: str
    outcome: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDelivered(Event):
    """What was said never reached the customer. seq: of its journal row. why: "blocked" where they want to hear nothing
    from us there, else in a word what went wrong."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentJoined(Event):
    """A person took the conversation; from here on the bot is silent."""

    agent: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentSaid(Event):
    """file: the id of one that the text tells of, "" for none."""

    agent: str
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLeft(Event):
    """The person gave the conversation back to the bot, or closed it."""

    agent: str
    closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFailed(Event):
    """No telephone of an agent was answered. status: the SIP status, 0 if none came.

    The caller is back with the bot, or, where somebody is at the desk who was not rung or we can ring them back, is
    asked whether to wait on: position to numbers as `Queued` has them, agents: those who were not rung.
    """

    status: int = 0
    position: int = 0
    wait_s: int | None = None
    agents: int = 0
    callback: bool = False
    numbers: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """Where somebody who waits for a person stands, at first and when it changed. position: from 1. wait_s: how long
    it may take, None where nothing is known. agents: at the desk who could take them, busy or not. callback: whether we
    can ring them back instead; numbers: and which, as `bot.dialogue.dialable` reads them."""

    position: int
    wait_s: int | None = None
    agents: int = 0
    callback: bool = False
    numbers: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True, kw_only=True)
class RungBack(Event):
    """We rang back who did not want to wait, after their conversation had ended: nothing follows from it, it is told.

    outcome: "talks": an agent and they do; "over": they did, for so many seconds; "unreached": they did not answer;
    "left": the line was answered and the agent was gone; "forbidden": we may not call that number. agent, name: who
    took it. recorded: the talk is.
    """

    outcome: Literal["talks", "over", "unreached", "left", "forbidden"]
    agent: str = ""
    name: str = ""
    seconds: int = 0
    recorded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledOff(Event):
    """A call of ours that was due is not placed any more: nothing follows from it, it is told. call: its id, "" of a
    promised callback. why: "they rang us", "they wrote to us", "they asked again"."""

    why: str
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Event):
    """The customer is gone: hung up, closed the window, or (moved_to) went on in another conversation, on channel
    `moved_on`."""

    reason: str = "hung up"
    moved_to: str | None = None
    moved_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WentOn(Event):
    """What was offered to be gone on with is further on by now, or (None) there no more; or something is found to be
    gone on with, now that it is known who this is."""

    unfinished: Unfinished | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited(Event):
    """The way to another channel is open. link: where it leads, "" where we aren't on that channel. sent: the link went
    to the caller's number by SMS."""

    to: str
    link: str = ""
    sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified(Event):
    """It is known now who this is. customer, unfinished, orders, habits: as `Started` has them, of this person.
    persons: it is one of these, and not known which; number: that they share, and that was just proven."""

    customer: Mapping[str, Value] = field(default_factory=dict)
    unfinished: Unfinished | None = None
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    habits: Mapping[str, Habit] = field(default_factory=dict)
    persons: tuple[Someone, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeSent(Event):
    """A code went to that number, or why it did not: "no_way" (we can't send there), "too_often", "no_number" (none is
    known); "" where it went. by: the messenger by which, "" for SMS. known: it was not they who named the number."""

    number: str
    why: Literal["", "no_way", "too_often", "no_number"] = ""
    by: str = ""
    known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeChecked(Event):
    """The code was the right one; or it wasn't, and `left` tries are left. own: of a number that this customer was
    known by, or of the first one of theirs."""

    right: bool
    left: int = 0
    own: bool = False
