"""What the web needs of the rest of the house. bot.app fills it in; routers and pages only look here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.api.metrics import Metrics
from bot.dialogue.meaning import Language
from bot.dialogue.values import Value
from bot.ports import Bus, Identity, Profile, Row, Turns
from bot.settings import Keys, Settings

State = Literal["ready", "warming", "off", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is known of a conversation without reading its journal. slots: of the scenario under way."""

    id: str
    channel: str
    medium: str
    language: Language
    status: str
    identity: Identity
    customer: int | None
    started: datetime
    updated: datetime
    scenarios: str = ""
    scenario: str = ""
    slots: Mapping[str, Value] = field(default_factory=dict)
    agent: str = ""
    name: str = ""  # of the customer, where known


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A conversation that wants a person, or has one. since: when it asked. note: what the agent should know.

    transfer: the SIP address a voice call is being transferred to, "" in a chat.
    """

    conversation: Conversation
    since: datetime
    reason: str = ""
    skill: str = ""
    priority: int = 0
    note: str = ""
    transfer: str = ""


class Records(Protocol):
    """Reading what is stored. Methods are quick enough for the event loop, or leave it themselves."""

    async def conversation(self, id: str) -> Conversation | None: ...

    async def latest(self, identity: Identity) -> Conversation | None:
        """That identity's open conversation, or else the one that was open last."""

    async def conversations(
        self,
        *,
        status: str | None = None,
        channel: str | None = None,
        customer: int | None = None,
        limit: int = 50,
        before: datetime | None = None,
    ) -> Sequence[Conversation]:
        """Newest first. before: started before that, for the next page."""

    async def rows(self, conversation: str, after: int = 0) -> Sequence[Row]:
        """The journal after that seq, in order."""

    async def customer(self, id: int) -> Profile | None: ...

    async def bookings(self, *, customer: int | None = None, status: str | None = None) -> Sequence[Mapping[str, Any]]:
        """id, service, when, status, name, phone, conversation; by time of visit."""

    async def vcon(self, conversation: str, *, signed: bool) -> Mapping[str, Any] | None:
        """The whole conversation as a vCon; signed: as a JWS in general JSON serialization."""


class Desk(Protocol):
    """Who waits for a person and who has one. Its writes are turns like any other."""

    async def queue(self) -> Sequence[Waiting]:
        """Waiting first, by priority and then by age; then those an agent holds."""

    async def accept(self, conversation: str, agent: str, name: str) -> None:
        """Raises Conflict where another agent holds it, NotFound."""

    async def say(self, conversation: str, agent: str, text: str, event: str) -> None:
        """event: the client's id of the line; a second one has no effect. Raises Conflict, Unacceptable."""

    async def give_back(self, conversation: str, agent: str, *, closed: bool) -> None: ...


class Calls(Protocol):
    """The voice half, where it is installed and on."""

    def state(self) -> tuple[State, str]:
        """What it can do now, and in words what is missing or going on."""

    @property
    def active(self) -> int: ...

    async def offer(self, sdp: str, kind: str, *, visitor: str, language: Language) -> tuple[str, str]:
        """A browser's SDP offer; returns the answer's sdp and type. Raises GovorunError where no call can be taken."""


class Follower(Protocol):
    """A live topic that can be closed."""

    def __aiter__(self) -> AsyncIterator[Mapping[str, Any]]: ...


@dataclass(slots=True, kw_only=True)
class Parts:
    """now: aware, in the business's time zone. states: of the parts /ready tells of, read anew each time."""

    settings: Settings
    keys: Keys
    turns: Turns
    records: Records
    desk: Desk
    bus: Bus
    metrics: Metrics
    now: Callable[[], datetime]
    states: Mapping[str, Callable[[], tuple[State, str]]]
    calls: Calls | None = None
    titles: Mapping[str, str] = field(default_factory=dict)  # of the business, by language
