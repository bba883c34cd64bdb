"""What a messenger is to us: the one file that each of them writes implements `Messenger`; all else is shared.

    receive   what its server posted to us, checked and read: Post, with an Arrival for each thing a person did
    polled    the same, asked for by ourselves where nobody can reach us
    send      one Part of what is said, with its buttons, to one chat

`bot.channels.reception` brings arrivals to the turn: once each, in order, voice messages heard. `bot.channels.delivery`
brings what was said to `send`: in order, at the messenger's pace, in parts that fit, again where it failed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Language
from bot.errors import Both
from bot.ports import Proven, Undelivered

# --- what people do --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wrote:
    text: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """payload: as `Choice`s were given to `send`, in `Part.payloads`. title: of the button, "" where it isn't told."""

    payload: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Began:
    """They opened the chat anew. link: what came with the link that they followed, "" for none."""

    link: str = ""


@dataclass(frozen=True, slots=True)
class Spoke:
    """A voice message. media: for `fetch`."""

    media: str


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone number was shared. own: the messenger vouches that it is theirs."""

    phone: str
    own: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """Anything that is no text. name: of a file. caption: the text that came with it. media: for `fetch`. quiet: one of
    several that came together, and not the first."""

    kind: Literal["image", "video", "file", "sticker", "location", "contact", "other"]
    media: str = ""
    name: str = ""
    caption: str = ""
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Edited:
    """They changed what they wrote before. text: to what."""

    text: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """They blocked us, or forbade us to write."""


Deed = Wrote | Pressed | Began | Spoke | Contact | Sent | Edited | Stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """id: unique within the messenger; a second one has no effect. chat: the account of who did it, which is where they
    are answered. at: aware. order: sorts the arrivals of one chat. settle_s: how long those before it may still be on
    their way. language: of their app. proven: other identities that the messenger vouches for.
    """

    id: str
    chat: str
    at: datetime
    deed: Deed
    order: float = 0.0
    settle_s: float = 0.0
    language: Language | None = None
    proven: tuple[Proven, ...] = ()


# --- what its server posts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A request to our webhook. headers: names in lower case. query: of the address."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a part that the messenger had taken. key: the part's. failed: why, None where it arrived."""

    key: str
    chat: str
    failed: Undelivered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What came. answer: the body of our 200. chores: what the messenger wants done besides, nobody waits for them;
    a Receipt that one returns is taken as if it had come.
    taken: called when all of it is committed: of a messenger that is told so in no answer of ours."""

    arrivals: Sequence[Arrival] = ()
    receipts: Sequence[Receipt] = ()
    answer: str = ""
    chores: Sequence[Callable[[], Awaitable[object]]] = ()
    taken: Callable[[], object] = lambda: None


# --- what we say -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A picture or a file of an agent's. type: MIME, of pictures by their first bytes, of others by their name.
    content: empty where it was only asked whether it can go. link: where it can be had without a login, ends with the
    name; "" where nobody can reach us."""

    name: str
    type: str
    size: int
    content: bytes = b""
    link: str = ""

    @property
    def picture(self) -> bool:
        return self.type in PICTURES


PICTURES = ("image/jpeg", "image/png", "image/gif", "image/webp")  # that apps and browsers show in place


def larger(file: Enclosure, most: int) -> Both | None:
    """Why it can't go where files have at most so many bytes; None where it can."""
    if file.size <= most:
        return None
    return Both(f"it is larger than {most >> 20} MB", f"он больше {most >> 20} МБ")


class Unfit(Undelivered):
    """The messenger doesn't take this file: it goes as a link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message to a chat. text: plain, never markup; fits Limits.text. choices: buttons under it, which `fits` said
    can be shown. payloads: what each comes back as, in Pressed. wants_phone: a button that shares their number helps.
    files: that `refuses` had nothing against; text is their names then, which an app that shows them needn't repeat.
    key: of this part, the same however often it is sent.
    """

    text: str
    choices: Sequence[Choice] = ()
    payloads: Sequence[str] = ()
    wants_phone: bool = False
    files: Sequence[Enclosure] = ()
    language: Language = "ru"
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """text: characters of one message, counted by `length`; captioned: of one with buttons under it. payload: bytes of
    what a button carries. a_second: messages to all chats together. chat_s: seconds between two to one chat, but for a
    few in a row. typing_s: how long it shows that we type; 0: never. gather_s: all that is said together is one
    message, for which so long a silence is waited; None: each thing said is a message of its own.
    """

    text: int = 4096
    captioned: int = 4096
    payload: int = 64
    a_second: float = 30.0
    chat_s: float = 1.0
    typing_s: float = 0.0
    gather_s: float | None = None
    length: Callable[[str], int] = field(default=len)


class Refused(Exception):
    """The messenger doesn't know us: a wrong token. what, fix: for the staff; texts of bot.locale.said."""

    def __init__(self, what: str, fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix


class Messenger(Protocol):
    """One service that people write to us by. A call is one request to its server, where a file goes two to four, and
    bounded in time.

    What can't be done now raises Undelivered (of `send`), OSError (of the others); secrets stand in no text of them.
    """

    name: str  # of the channel, of its webhook's path and of its identities
    limits: Limits

    async def open(self, hook: str) -> str:
        """Find out who we are there and have it post to `hook`; "" where nobody can reach us, and it is `polled`.

        The name people know us by. Raises Refused, OSError.
        """

    def receive(self, hook: Hook) -> Post:
        """Raises NotAllowed where it isn't from the messenger, Unacceptable where it can't be read. Quick."""

    def polled(self, open_from: Callable[[], float | None]) -> AsyncIterator[Post] | None:
        """What people do, for ever; None where this messenger has to reach us. open_from: the lowest `order` of what
        was handed over and isn't taken yet, None where all is. Raises OSError, Refused; called anew it goes on there.
        """

    def link(self, token: str) -> str:
        """The address that opens the chat with us and brings the token as Began.link; "" where there is none. The
        token stands in it as it is: it may be a sealed one, which is opened on its way to the customer."""

    def fits(self, choices: Sequence[Choice]) -> bool:
        """Whether these can be buttons here; others are written as a numbered list."""

    def refuses(self, file: Enclosure) -> Both | None:
        """Why this file can't go as one here and has to be a link; None where it can. Asks nobody."""

    async def send(self, chat: str, part: Part) -> None:
        """Raises Undelivered, Blocked; Unfit of a file."""

    async def typing(self, chat: str) -> None:
        """Show that an answer is under way. Raises OSError."""

    async def fetch(self, media: str) -> bytes:
        """What somebody sent, at most MAX_MEDIA bytes. Raises OSError."""

    async def close(self) -> None: ...


MAX_MEDIA = 20 * 1024 * 1024  # bytes; what Telegram lets a bot download
