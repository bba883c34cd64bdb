"""The state of a conversation: all that the next turn needs, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from bot.dialogue.actions import Say
from bot.dialogue.meaning import Language, Meaning
from bot.dialogue.values import Value

USUAL = "usual"  # what a frame awaits while the shortcut of a menu is asked (bot.dialogue.usual)

Status = Literal["bot", "waiting", "agent", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """One of several who come by one telephone. id: by which the world knows them; name: as they told it."""

    id: str
    name: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifying:
    """A question about who this is (bot.dialogue.identifying), asked before all else.

    kind: "who": which of `persons`; "new_name": whether a name that was told now is somebody else's; "number": which
    number is to be proven; "code": what was sent there; "nobody": who did not say, and is taken for nobody we know;
    "asked_for": whether it is the one of `persons` whom a call of ours is for.
    told: it was asked aloud. meaning: of what they said instead of an answer, for afterwards. begins: the conversation
    does, once it is answered. learns: facts that were told under a new name. tries: answers that were none. proves: the
    step that waits for the proof, "" where they wished for it themselves; nobody: it is asked of who did not say who
    they are.
    """

    kind: Literal["who", "new_name", "number", "code", "nobody", "asked_for"]
    persons: tuple[Someone, ...] = ()
    told: bool = False
    meaning: Meaning | None = None
    begins: bool = False
    learns: Mapping[str, Value] = field(default_factory=dict)
    number: str = ""
    tries: int = 0
    proves: str = ""
    nobody: bool = False


# Frame and Session have no slots: a copy of a plain object is one copy of its dict, and a turn makes a dozen.


@dataclass(frozen=True, kw_only=True)
class Frame:
    """One scenario under way. step: the id of the step to run or the one that waits. values: slots and variables.

    awaiting: "" while running; "answer" when the step asked and waits; "change" when a confirmation was
    declined and we asked what to change; "usual" while a menu's shortcut is asked; a Fetch id when a backend works.
    asked: the slot asked last.
    partial: slots heard in part ("завтра" without an hour). confirmed: slots not to be asked again in this frame.
    skipped: slots that stay empty and are not asked for. visits: how often each step or slot prompted, which picks the
    variant of a prompt. starter: the step of the frame below that started this one, "" where a wish did; its `results`
    are taken when this one is done.
    """

    scenario: str
    step: str
    values: Mapping[str, Value] = field(default_factory=dict)
    partial: Mapping[str, Value] = field(default_factory=dict)
    awaiting: str = ""
    asked: str | None = None
    question: str | None = None
    visits: Mapping[str, int] = field(default_factory=dict)
    starter: str = ""
    skipped: tuple[str, ...] = ()


_BLANK = Frame(scenario="", step="")


def begun(scenario: str, step: str, values: Mapping[str, Value]) -> Frame:
    """A new frame, made by copying one: several times as fast as by its constructor."""
    return changed(_BLANK, scenario=scenario, step=step, values=values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What a customer left open in another conversation: enough to go on from the same slot.

    asked: they asked to go on here, so nobody asks whether to. status: who has it there: the bot, or a person it waits
    for or has. live: it went on there from here, so what is written here came late; told: that was said already.
    proof: what makes whoever says that this is theirs one person with whoever began it: "link"; "" where nothing does.
    """

    conversation: str
    channel: str
    stack: tuple[Frame, ...]
    asked: bool = False
    status: Status = "bot"
    live: bool = False
    told: bool = False
    proof: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A question asked before a wish is followed. kind: "clarify": which of two intents was meant; "interrupt": whether
    to leave what is under way for the one intent; "keyed": whether a slot was keyed aright; "known": whether what the
    profile knows holds. meaning: of the utterance that wished for it; what was keyed or is known."""

    kind: Literal["clarify", "interrupt", "keyed", "known"]
    intents: tuple[str, ...]
    meaning: Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Queueing:
    """Where somebody who waits for a person stands (bot.dialogue.queueing), and how far we are with ringing them back.

    asking: "" for not at all; "whether": nobody answered, so whether to wait on; "agree": whether to ring `number`;
    "number": which one. asked: how often in a row.
    """

    position: int = 0
    wait_s: int | None = None
    agents: int = 0
    callback: bool = False
    numbers: tuple[str, ...] = ("*",)
    asking: Literal["", "whether", "agree", "number"] = ""
    number: str = ""
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What this customer's habits say of a menu. order: as they would have it announced; Session.orders has what is in
    fact announced. probability: 0..1, that of the announced order, among near ties. would: the item they are sure of;
    shortcut: the same where it may be offered before the menu, else "".
    asked: it was; refused: and it was not what they wanted."""

    order: tuple[str, ...] = ()
    probability: float = 1.0
    would: str = ""
    shortcut: str = ""
    asked: bool = False
    refused: bool = False


@dataclass(frozen=True, kw_only=True)
class Session:
    """status: who may speak: the bot, a person ("agent"), nobody yet ("waiting"), nobody more ("ended").

    stack: scenarios under way, the current one last. misses, silences: in a row, at the current question.
    counter: makes ids of Fetch actions, deterministic. last: what the bot said last, for "repeat".
    pace: of speech, less than 1 after "slower". pause_s: of silence that the customer asked for, 0 for the usual.
    sensitive: names whose values nobody may be shown. recording: of the sound: "" none, "asked" whether it may be,
    "paused" while something secret is told. unreached: of a call of ours that no
    person took, why: "busy", "machine"; "message" of a machine that records what is said, "household" of
    one that others hear, too.
    done: slots of the scenario that came to its end last, but sensitive ones. topic: the intent that was served just
    now, until something else is understood.
    queueing: of who waits for a person, once their place is known. moved: the conversation in which this one went on.
    doubtful: names among `customer` that were told long ago, or elsewhere.
    identifying: while it is asked who this is. shared: others may come by the same telephone. proven: numbers that were
    proven by a code in this conversation; attested: among them one by which this customer was known before, or the
    first of theirs. coded: the number that a code went to, which was not told yet; coded_for: the step that waits for
    it.
    """

    conversation: str
    scenarios: str = ""
    version: str = ""
    language: Language = "ru"
    medium: Literal["text", "voice"] = "text"
    channel: str = ""
    status: Status = "bot"
    stack: tuple[Frame, ...] = ()
    customer: Mapping[str, Value] = field(default_factory=dict)
    doubtful: tuple[str, ...] = ()
    caller: str = ""
    orders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    habits: Mapping[str, Habit] = field(default_factory=dict)
    offer: Unfinished | None = None
    pending: Pending | None = None
    misses: int = 0
    silences: int = 0
    counter: int = 0
    last: tuple[Say, ...] = ()
    agent: str = ""
    pace: float = 1.0
    pause_s: int = 0
    sensitive: tuple[str, ...] = ()
    recording: Literal["", "asked", "on", "paused"] = ""
    unreached: str = ""
    done: Mapping[str, Value] = field(default_factory=dict)
    topic: str = ""
    queueing: Queueing | None = None
    moved: str = ""
    identifying: Identifying | None = None
    shared: bool = False
    proven: tuple[str, ...] = ()
    attested: bool = False
    coded: str = ""
    coded_for: str = ""


State = TypeVar("State", Frame, Session)


def changed(state: State, **fields: Any) -> State:
    """A copy, like `dataclasses.replace` but several times as fast. Raises TypeError on a field that doesn't exist."""
    copy = object.__new__(type(state))
    content = state.__dict__.copy()
    known = len(content)
    content.update(fields)
    if len(content) != known:
        raise TypeError(f"{type(state).__name__} has no such field: {', '.join(fields)}")
    object.__setattr__(copy, "__dict__", content)
    return copy
