"""What the web needs of the rest of the house. bot.app fills it in; routers and pages only look here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot import vcon
from bot.api.bodies import SetOut
from bot.api.metrics import Metrics
from bot.api.records import Records
from bot.api.tokens import Signer
from bot.channels.messenger import Enclosure, Hook
from bot.customers.links import Ways
from bot.desk.desk import Desk
from bot.dialogue.meaning import Language
from bot.dialogue.values import Value
from bot.errors import Both
from bot.ports import Bus, Row, Turns
from bot.recordings import Recordings
from bot.stores import placed
from bot.stores.placed import Placed, Wanted

State = Literal["ready", "warming", "off", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """sdp: our answer to a browser's offer. call: by which the page takes the call up again, within grace_s."""

    sdp: str
    call: str
    grace_s: float


class Calls(Protocol):
    """The voice half, where it is installed and on."""

    def state(self) -> tuple[State, str]:
        """What it can do now, and in words what is missing or going on."""

    @property
    def active(self) -> int: ...

    @property
    def trunks(self) -> Sequence[tuple[str, bool, str]]:
        """Of each trunk: its name, whether calls can go by it, and in words how it stands."""

    @property
    def refused(self) -> int:
        """SIP requests of strangers that were refused."""

    async def offer(
        self, sdp: str, kind: str, *, visitor: str, language: Language, scenarios: str = "", resume: str = ""
    ) -> Answered:
        """A browser's SDP offer. scenarios: the set, "" for the default. resume: the id of this visitor's call that
        goes on over this offer: the network has changed, or the page was loaded anew.

        Raises GovorunError where no call can be taken.
        """

    def ice(self, visitor: str) -> Sequence[Mapping[str, object]]:
        """RTCConfiguration.iceServers of that visitor's page, with credentials that end."""


class Calling(Protocol):
    """Calls that we place, whether the telephone is in this process or in another."""

    async def request(self, wanted: Wanted) -> tuple[Placed, bool]:
        """Keep it; whether it is new. Raises Unacceptable (what can't or may not be called), Conflict (quiet hours)."""

    def telephone(self, address: str) -> None:
        """Whether an agent may name it as theirs. Raises Unacceptable."""

    async def get(self, ident: str) -> Placed:
        """Raises NotFound."""

    async def latest(self, limit: int, state: placed.State | None, before: datetime | None) -> list[Placed]: ...

    async def cancel(self, ident: str) -> Placed:
        """One that is over stays as it ended. Raises NotFound."""


class Messengers(Protocol):
    """The messengers that are set up; none of them keeps the others, or anything else, from serving."""

    def at(self, name: str) -> Door | None:
        """Where posts of that one go; None where it isn't set up."""

    @property
    def states(self) -> Mapping[str, tuple[bool, str]]:
        """Of each: whether it knows us, and in words how it stands."""


class Door(Protocol):
    """The way in of one messenger."""

    async def posted(self, hook: Hook) -> str:
        """What to answer with 200, once all that was posted is committed. Raises GovorunError."""

    async def fetch(self, media: str) -> bytes:
        """What somebody sent there. Raises OSError."""

    def refuses(self, file: Enclosure) -> Both | None:
        """Why an agent's file can't go there as one, None where it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """How this server is seen from outside. dial: the SIP address to call, "" where there is no telephone.

    public: this site's address, "" where it isn't known. agent_sip: where calls are transferred to. language: of calls
    where nothing says another. origins: other sites whose pages may open the chat.
    """

    dial: str = ""
    public: str = ""
    agent_sip: str = ""
    language: Language = "ru"
    origins: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Parts:
    """now: aware, in the business's time zone. states: of the parts /ready tells of, read anew each time.

    token: of /api. calls: None until the voice half is there, if ever. sets: what can be talked with now: titles of the
    business by language, by the set's name, the default first. shelves: the same sets with
    their versions, and what an edit broke. services: what a service is called, by language, from
    the set that is talked with and its id. given: what a scenario begins with, from texts by name, of that set and
    scenario; raises UnknownScenario, Unacceptable. titles: what a set's scenario calls its slots and their options, by
    language: "service", and "service=lor" for a value. calling: calls that we place. ways: to other
    channels. messengers: None in a process that takes none. shown: a row as its customer is to see it, of which the
    journal keeps less. sign_in: the secret that the company's site signs with, "" where nobody signs in.
    reaches: the channels on which we may begin ourselves. templates: WhatsApp has one of ours.
    """

    turns: Turns
    records: Records
    recordings: Recordings
    desk: Desk
    vcons: vcon.Signer
    bus: Bus
    metrics: Metrics
    signer: Signer
    token: str
    site: Site
    now: Callable[[], datetime]
    sets: Callable[[], Mapping[str, Mapping[str, str]]]
    shelves: Callable[[], Sequence[SetOut]]
    states: Mapping[str, Callable[[], Awaitable[tuple[State, str]]]]
    titles: Callable[[str, str], Mapping[str, Mapping[str, str]]]
    services: Callable[[str, str], Mapping[str, str]]
    given: Callable[[str, str | None, Mapping[str, str]], Mapping[str, Value]]
    calling: Calling
    ways: Ways
    calls: Calls | None = None
    messengers: Messengers | None = None
    shown: Callable[[Row], Row] = lambda row: row
    sign_in: str = ""
    reaches: frozenset[str] = frozenset()
    templates: bool = False
