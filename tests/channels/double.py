"""A messenger as its server behaves: what people do in their apps, what they are shown there, and how it misbehaves.

A double is the real server's HTTP on a real socket. Each messenger subclasses `Double` and is put into DOUBLES; the
conformance test then runs over it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar, Self

from bot.channels.messenger import Hook, Messenger, Post
from tests.programs import Program, Reply, Request
from tests.turn.clinic import NOW


@dataclass(frozen=True)
class Shown:
    """What somebody sees in a chat. buttons: title and what pressing it carries. asks_phone: a button shares theirs.
    markup: what of the text their app would not show as it is: bold words, mentions. listed: title and number of each
    line where there are no buttons; then the text is without them, and whole with them."""

    chat: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    asks_phone: bool = False
    markup: tuple[str, ...] = ()
    listed: tuple[tuple[str, str], ...] = ()
    whole: str = ""


@dataclass(frozen=True)
class Given:
    """A file that somebody sees in a chat. picture: it is shown in place."""

    chat: str
    name: str
    content: bytes
    picture: bool


@dataclass
class Double(Program):
    """shown: in the order it was taken. typed: chats that saw that we type. trouble: what the next attempts to send
    meet, in order: "flood" (429, wait FLOOD_S), "broken" (5xx), "deaf" (taken, and no answer), "blocked".
    files: what people sent, by media; what isn't there is refused. given: files of ours, as they were taken. unfit: it
    takes no file, though `refuses` knew nothing against it."""

    NAME: ClassVar[str] = ""
    FLOOD_S: ClassVar[float] = 1.0
    DROPS_DOUBLES: ClassVar[bool] = False  # of what was sent again after no answer
    VOUCHES: ClassVar[bool] = False  # for the number of whoever writes
    SHARES_CONTACTS: ClassVar[bool] = True
    SHARES_NUMBER: ClassVar[bool] = True  # a button under a question shares one's own
    BEGINS: ClassVar[bool] = True  # opening the chat is told, with the link that was followed
    BUTTONS: ClassVar[bool] = True  # else a list and its numbers
    HEARS: ClassVar[bool] = True  # voice messages
    GATHERS: ClassVar[bool] = False  # what is said together is one message
    FILES: ClassVar[bool] = True  # takes files of ours
    NAMES_PICTURES: ClassVar[bool] = False  # a picture keeps its name
    IVAN: ClassVar[str] = "1111111"  # two people
    ANNA: ClassVar[str] = "2222222"
    ALIKE: ClassVar[Mapping[str, str]] = {}  # signs in place of which others are shown
    FORBIDDEN: ClassVar[Sequence[str]] = ()  # kinds of `odd` that this messenger doesn't have

    shown: list[Shown] = field(default_factory=list)
    typed: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    blocked: set[str] = field(default_factory=set)
    tries: int = 0
    known: bool = True  # the token
    updates: list[dict[str, Any]] = field(default_factory=list)  # for whoever asks for them
    files: dict[str, bytes] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    unfit: bool = False
    numbers: count[int] = field(default_factory=lambda: count(1))
    real: bool = False
    began_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The clock of the rig's clinic: a Monday in November, going on from there; else the world's."""
        if self.real:
            return datetime.now(UTC)
        return NOW + timedelta(seconds=time.monotonic() - self.began_at)

    # what each double says

    def settings(self) -> dict[str, str]:
        """GOVORUN_* by their fields' names."""
        raise NotImplementedError

    def messenger(self, timeout_s: float) -> Messenger:
        raise NotImplementedError

    def secrets(self) -> Sequence[str]:
        """What must stand in no log."""
        raise NotImplementedError

    def wrote(self, chat: str, text: str) -> Hook:
        raise NotImplementedError

    def pressed(self, chat: str, button: tuple[str, str]) -> Hook:
        raise NotImplementedError

    def began(self, chat: str, link: str = "") -> Hook:
        raise NotImplementedError

    def spoke(self, chat: str, sound: bytes) -> Hook:
        raise NotImplementedError

    def shared(self, chat: str, phone: str, *, own: bool) -> Hook:
        raise NotImplementedError

    def odd(self, chat: str, kind: str) -> Hook:
        """kind: image, sticker, edited, location, group, blocked."""
        raise NotImplementedError

    def sealed(self, body: object) -> Hook:
        """Whatever it is, with the server's own secret or signature."""
        raise NotImplementedError

    def forged(self, hook: Hook) -> Sequence[Hook]:
        """The same, as somebody else than the messenger would send it."""
        raise NotImplementedError

    def call(self, request: Request) -> Reply:
        """What the server answers to a call, where nothing is wrong. Puts messages into `shown` by `take`."""
        raise NotImplementedError

    def sends(self, request: Request) -> str | None:
        """The chat it sends a message to, None where the call is another one."""
        raise NotImplementedError

    def failing(self, trouble: str) -> Reply:
        """The server's answer to a message in that trouble: flood, broken or blocked."""
        raise NotImplementedError

    async def bring(self, messenger: Messenger, hook: Hook) -> Post:
        """As the messenger gets it."""
        return messenger.receive(hook)

    # the same for all

    def answer(self, request: Request) -> Reply:
        chat = self.sends(request)
        if chat is None:
            return self.call(request)
        self.tries += 1
        if chat in self.blocked:
            return self.failing("blocked")
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "deaf":
            self.call(request)
            return 3600.0
        return self.failing(trouble) if trouble else self.call(request)

    def texts(self, chat: str) -> list[str]:
        return [each.text for each in self.shown if each.chat == chat]

    async def saw(self, chat: str, *texts: str) -> None:
        """Wait until the chat shows these, and nothing else, in this order; doubles that no messenger could drop are
        dropped here."""
        await until(lambda: len(self.texts(chat)) >= len(texts), lambda: f"{texts} != {self.texts(chat)}")
        assert self.texts(chat) == list(texts), f"{self.texts(chat)}"

    @classmethod
    @asynccontextmanager
    async def running(cls, **more: Any) -> AsyncIterator[Self]:
        made = cls(**more)
        server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
        made.port = server.sockets[0].getsockname()[1]
        try:
            yield made
        finally:
            server.close()


async def until(happened: Any, why: Any = lambda: "") -> None:
    """Poll; what must happen happens, however slow the machine is."""
    try:
        async with asyncio.timeout(120):
            while not happened():
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(why()) from None
