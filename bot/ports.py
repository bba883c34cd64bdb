"""What the turn needs of the world, as protocols. Adapters implement them; bot.app chooses which."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Protocol, runtime_checkable

from bot.dialogue import codec
from bot.dialogue.actions import Action, Fetch
from bot.dialogue.delegated import Bot
from bot.dialogue.events import Event
from bot.dialogue.external import External
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Session
from bot.dialogue.values import Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who somebody is on one channel. kind: "rest", "web", "phone", … value: their id there; a phone is E.164."""

    kind: str
    value: str

    @property
    def via(self) -> str:
        """As everything that came by it remembers it: "phone:+79051234567"."""
        return f"{self.kind}:{self.value}"

    @classmethod
    def of(cls, via: str) -> Identity:
        kind, _, value = via.partition(":")
        return cls(kind=kind, value=value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Another identity that what came in proves to be the same person's. proof: "contact" (shared by its owner),
    "messenger" (it vouches for the number)."""

    identity: Identity
    proof: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """What an adapter heard. The event carries no meaning yet; the turn has it understood.

    conversation: None means this identity's open conversation on this channel, or a new one. A bare Started event
    begins a new one (with `conversation` as its id, if given); the turn fills in what it knows of the person.
    scenarios, scenario: with which set and scenario a new conversation begins; "" for the settings' default.
    language: None lets the first words decide. given: what the scenario that is begun is given, by name.
    link: the token of a one-time link that brought the customer here ("/start TOKEN"); its conversation goes on here.
    proven: other identities that are proven by this to be the same person's. about: the customer whom a call of ours is
    for, whoever picks up.
    """

    event: Event
    channel: str
    identity: Identity
    conversation: str | None = None
    medium: str = "text"
    scenarios: str = ""
    scenario: str | None = None
    language: Language | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    link: str = ""
    proven: tuple[Proven, ...] = ()
    about: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One journal row: an event or an action. seq: from 1, without gaps, in the order things happened."""

    conversation: str
    seq: int
    at: datetime
    entry: Event | Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """When what a journal row says was heard on the line. heard_ms of total_ms: less where it was cut off."""

    began: datetime
    ended: datetime
    heard_ms: int
    total_ms: int


def rows_of(message: Mapping[str, Any]) -> tuple[Row, ...]:
    """The journal rows a turn published on "conversation.ID"; none where the message is of another kind."""
    return tuple(
        Row(
            conversation=message["conversation"],
            seq=row["seq"],
            at=datetime.fromisoformat(row["at"]),
            entry=codec.decode(row["entry"]),
        )
        for row in message.get("rows", ())
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a turn did. repeated: the event was taken before; actions and rows are of then, the session is of now."""

    conversation: str
    session: Session
    expectation: Expectation
    actions: tuple[Action, ...] = ()
    rows: tuple[Row, ...] = ()
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an understanding asks another program about a text. Two that are equal have one answer.

    medium: "voice" or "text", how patient whoever said it is; the turn fills it in.
    """

    text: str
    medium: str = "text"


class Nlu(Protocol):
    """Text to meaning. One instance serves a scenario set, from any thread; CPU-bound, a few ms."""

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        """Never raises on any text. now: naive, the wall clock of the business."""

    def language_of(self, text: str) -> Language | None:
        """The language a text is written in, None where nothing tells. Cheap; decides how a conversation opens."""


@runtime_checkable
class Advised(Nlu, Protocol):
    """An Nlu that asks another program about some texts. It is asked between two transactions: none waits for it."""

    def consider(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning | Question:
        """The meaning, or what has to be asked first. Asks nobody itself; never raises."""

    async def advise(self, question: Question) -> object:
        """What the other program says, None where it brought nothing. Never raises; as quick as its timeout."""

    def advised(
        self,
        text: str,
        expectation: Expectation,
        advice: object,
        *,
        language: Language,
        now: datetime,
    ) -> Meaning:
        """The meaning, with what `advise` brought; with None as `understand` has it. Never raises."""


@runtime_checkable
class Learner(Protocol):
    """An Nlu that may have to learn first, for a second or two: nothing to do inside a transaction."""

    @property
    def learnt(self) -> bool: ...

    def learn(self) -> object:
        """Blocks until it has learnt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """For whom a backend works."""

    conversation: str
    customer: int
    phone: str = ""  # E.164, proven by the line; a number that was only told opens nobody's bookings
    via: str = ""  # the identity it comes by, as `Identity.via` has it


class Backend(Protocol):
    """Does what scenarios ask under one prefix ("calendar"). Runs inside the turn's transaction.

    call: returns the outcome's name and its data. Doing a request id twice has one effect. Raises GovorunError or
    OSError where it can't be done; the scenario then goes on with the outcome "error".
    now: naive wall clock of the business. tx: the open SQLAlchemy connection of the turn.
    """

    def call(self, request: Fetch, asker: Asker, *, now: datetime, tx: Any) -> tuple[str, Mapping[str, Value]]: ...


class Outside(Protocol):
    """Asks the company's other programs, as actions.yaml and rasa.yaml declare. Takes as long as they do, so no
    transaction waits.

    ask: the outcome's name and its data; "error" for all that goes wrong, never an exception. Doing a request id twice
    may reach the other program twice, with the same Idempotency-Key. now: naive wall clock of the business.
    """

    async def ask(
        self, action: External | Bot, fetch: Fetch, scenarios: ScenarioSet, now: datetime
    ) -> tuple[str, Mapping[str, Value]]: ...


class Subscription(Protocol):
    """`async with bus.subscribe(topic) as live: async for message in live: …`; ends when closed.

    A reader that lags too far behind gets {"lagged": True} in place of what it lost: time to read the journal.
    """

    def __aiter__(self) -> AsyncIterator[Mapping[str, Any]]: ...

    async def __anext__(self) -> Mapping[str, Any]: ...

    def close(self) -> None: ...

    async def __aenter__(self) -> Subscription: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Bus(Protocol):
    """Live events between parts and processes. Delivery is at most once: the journal holds the truth.

    Topics: "conversation.ID" carries {"conversation", "status", "rows": [{"seq", "at", "entry"}…]} after every turn
    (`rows_of` reads the rows), and {"conversation", "transfer": {"to", "agent", "name"}} when
    an agent takes a call; "desk" carries {"conversation", "status"} when the queue changed and {"agent", "presence"};
    "outbox" wakes who delivers. Messages are JSON.
    """

    async def publish(self, topic: str, message: Mapping[str, Any]) -> None: ...

    def subscribe(self, topic: str) -> Subscription:
        """Subscribed from this call on: what is published before the first read isn't lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """An agent's telephone. agent: their login, or the address itself where nobody at the desk has it. name: as
    customers are told it, "" for none. sip: "sip:anna@10.0.0.5"."""

    agent: str
    sip: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Of somebody who waits for a person. position: from 1. agents: at the desk who could take them, busy or not.
    wait_s: how long it may take, from how long others took lately; None where nothing is known."""

    position: int
    agents: int
    wait_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A customer to be rung back. number: E.164. language: theirs. brief: who it is and why, for the agent's ear, in
    agent_language. attempt: which one this would be, from 1. orphan: the process that had it died over it. recorded:
    their conversation was, so this talk may be."""

    conversation: str
    number: str
    language: Language
    brief: str
    agent_language: Language
    attempt: int = 1
    orphan: bool = False
    recorded: bool = False


class Callbacks(Protocol):
    """Customers who are rung back when an agent is free: promises that outlive a process."""

    async def due(self) -> tuple[Callback, ...]:
        """Whom to ring now, in the order of the queue."""

    async def take(self, callback: Callback, tried: frozenset[str]) -> AgentLine | None:
        """Whose telephone to ring for it first; None where nobody is free, or another process has it."""

    async def put_back(self, callback: Callback, agent: str) -> None:
        """That agent did not take it."""

    async def calling(self, callback: Callback, line: AgentLine) -> None:
        """The agent did, and the customer's telephone rings."""

    async def answered(self, callback: Callback, line: AgentLine, *, recorded: bool) -> None:
        """The customer did, too, and they are connected."""

    async def talking(self, callback: Callback) -> None:
        """They talk: said every minute, or another process would take it for orphaned."""

    async def done(self, callback: Callback, seconds: int) -> None:
        """They talked for so long."""

    async def unreached(self, callback: Callback, why: str, *, left: bool = False) -> None:
        """The customer did not answer; left: the agent did not wait for it."""

    async def give_up(self, callback: Callback, why: str) -> None:
        """No robot calls that number: it is a task for a person. why: for the note they read."""


class Agents(Protocol):
    """Who takes a caller next. One caller has one telephone ringing at a time, in all processes."""

    async def next(self, conversation: str, tried: frozenset[str], *, queued: bool = False) -> AgentLine | None:
        """The telephone to ring now for it, which the desk then shows as ringing; None where none is free, or others
        are before it. tried: agents who were rung for this one already; who is being served so gives nobody way any
        more, unless queued: they are back in the queue."""

    async def missed(self, conversation: str, agent: str) -> None:
        """That telephone was not answered, or its agent didn't want the call."""

    async def place(self, conversation: str, tried: frozenset[str] = frozenset()) -> Place | None:
        """Its place among those who wait; None where it doesn't wait. tried: not counted among the agents."""


class Channel(Protocol):
    """Brings what the bot or an agent says to the customer. Idempotent by (conversation, seq)."""

    name: str

    async def deliver(self, row: Row, identity: Identity) -> None:
        """Raise Undelivered to have the outbox try again later."""


@runtime_checkable
class Gathering(Channel, Protocol):
    """A channel by which all that is said together goes as one. gather_s: the silence that ends it; None: no."""

    gather_s: float | None

    async def deliver_together(self, rows: tuple[Row, ...], identity: Identity) -> None:
        """As `deliver`; the same rows again are the same."""


class Undelivered(Exception):
    """retry_after: seconds, from the messenger's 429 or our own back-off; None if it never will go. told: the messenger
    itself named them: exactly so long, and it is no failure however often."""

    def __init__(self, why: str, *, retry_after: float | None = 1.0, told: bool = False) -> None:
        super().__init__(why)
        self.retry_after = retry_after
        self.told = told


class Blocked(Undelivered):
    """The customer wants to hear nothing from us there, or isn't there any more."""

    def __init__(self) -> None:
        super().__init__("blocked", retry_after=None)


class Ears(Protocol):
    """Hears what a voice message says."""

    async def hear(self, sound: bytes, expectation: Expectation, language: Language) -> tuple[str, float] | None:
        """Its words and their confidence 0..1; None where there are none. sound: a whole file, OGG, MP3, M4A …

        Seconds of work, off the loop. Raises GovorunError where it can't be read, or nobody here can hear now.
        """


Further = Callable[[Outcome], Awaitable[None]]


class Turns(Protocol):
    """The one door to a conversation: customers, agents, timers all come through it."""

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        """Understand, advance, commit; returns when the effects are committed. Events of one conversation in order.

        Where other programs are asked, the outcome has all that follows from their answers, too. With `further` it is
        what came before the first of them, and each answer's outcome is given to `further` as soon as it is committed,
        before anybody else hears of it.
        """

    def expectation(self, session: Session) -> Expectation: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A customer. facts: "name", "phone", … identities: proven ones."""

    id: int
    facts: Mapping[str, Value] = field(default_factory=dict)
    identities: tuple[Identity, ...] = ()
