"""/webchat: the socket behind the chat on a page. docs/webchat.md has the protocol."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, WebSocket

from bot.api.parts import Parts
from bot.api.records import Conversation
from bot.channels import webchat
from bot.channels.lines import Line
from bot.console import files
from bot.console.qr import drawn
from bot.console.sockets import Frames, own_site, same_site
from bot.console.tail import Tails
from bot.customers import signing_in
from bot.customers.links import LIVES
from bot.dialogue.meaning import Language
from bot.errors import GovorunError, NotAllowed
from bot.locale import said
from bot.ports import Outcome, Subscription

router = APIRouter()
log = logging.getLogger("govorun.webchat")

WAYS = ("telegram", "whatsapp", "vk", "max", "viber", "phone")  # as the page's menu has them
HELLO_S = 5.0  # a socket that doesn't say who it is goes


@router.websocket("/webchat")
async def endpoint(socket: WebSocket) -> None:
    parts: Parts = socket.app.state.parts
    await socket.accept()
    frames = Frames(socket)
    if not same_site(socket, parts.site):
        await frames.problem(
            NotAllowed(
                said("this page may not open the chat", "этой странице чат не открыт"),
                where="Origin",
                fix=said("Add its site to GOVORUN_ALLOWED_ORIGINS", "Добавьте её сайт в GOVORUN_ALLOWED_ORIGINS"),
            )
        )
        await socket.close(4403)
        return
    messages = frames.__aiter__()
    try:
        hello = await asyncio.wait_for(anext(messages), HELLO_S)
    except (TimeoutError, StopAsyncIteration):
        await socket.close(4408)
        return
    origin = socket.headers.get("origin", "")
    chat = Chat(frames, parts, origin=origin, own=bool(origin) and own_site(socket, parts.site))
    with parts.metrics.sockets.labels("chat").track_inprogress():
        try:
            await chat.greet(hello)
            async for message in messages:
                await chat.take(message)
        finally:
            await chat.close()


class Chat:
    """One page of one visitor: their chat, and beside it their call."""

    def __init__(self, frames: Frames, parts: Parts, *, origin: str = "", own: bool = False) -> None:
        """origin: of the page, "" of a program that is none. own: the page is ours."""
        self._frames = frames
        self._parts = parts
        self._origin = origin
        self._own = own
        self._tails = Tails(parts.records, parts.bus, self._line, self._heard, parts.shown)
        self._visitor = ""
        self._language: Language = "ru"
        self._scenarios = ""
        self._media: dict[str, str] = {}
        self._statuses: dict[str, tuple[str, str]] = {}
        self._current: str | None = None  # the chat's conversation
        self._watch: asyncio.Task[None] | None = None

    async def greet(self, hello: Mapping[str, Any]) -> None:
        """Say who the visitor is and what was said so far; a stranger gets an id of their own."""
        self._speak(hello.get("language"))
        before = self._parts.signer.read_visitor(hello.get("visitor"))
        self._visitor = before or webchat.new_visitor()
        signed_in = False
        if isinstance(token := hello.get("sign_in"), str) and token:
            signed_in = await self._sign_in(token, hello.get("from"))
        self._want(hello.get("scenarios"))
        live = self._parts.bus.subscribe(webchat.topic(self._visitor))  # before reading: nothing falls between
        found = await self._parts.records.latest(webchat.identity(self._visitor), channel=webchat.NAME)
        sets = self._parts.sets()
        talked = found.about.scenarios if found and found.about.status != "ended" else self._scenarios
        calls = self._parts.calls
        state, detail = calls.state() if calls else ("off", "")
        await self._frames.send(
            "welcome",
            visitor=self._parts.signer.visitor(self._visitor),
            signed_in=signed_in,
            renewed=before not in (None, self._visitor),
            conversation=found.about.id if found else None,
            dial=self._parts.site.dial if calls else "",
            voice={"state": state, "detail": detail},
            title=dict(sets.get(talked) or next(iter(sets.values()), {})),
            scenarios=talked,
            ways=[name for name in WAYS if name in self._parts.ways.doors or (name == "phone" and calls)],
            sets=[{"name": name, "title": dict(title)} for name, title in sets.items()],
        )
        self._watch = asyncio.create_task(self._notice(live))
        if found:
            await self._follow(found, _after(hello.get("after"), found.about.id))
        call = await self._parts.records.latest(webchat.identity(self._visitor), channel="webrtc") if calls else None
        if call and call.about.status != "ended":  # the page was loaded anew in the middle of it
            await self._follow(call, 0)

    async def _sign_in(self, token: str, told: object) -> bool:
        """Whom the company's own site says this is. A token that is refused leaves a stranger, and is told. told:
        of our own page, the site that it stands in or was opened from.

        From a site that the settings name alone: whoever could sign a visitor in from elsewhere would sign them in as
        themselves, and read what they write.
        """
        try:
            site = told if self._own else self._origin
            named = (*self._parts.site.origins, self._parts.site.public, self._origin if self._own else "")
            if self._origin and (not site or site not in named):
                raise NotAllowed(
                    said("this site may sign nobody in", "с этого сайта никого не впускаем"),
                    where="sign_in",
                    fix=said(
                        "Name it in GOVORUN_ALLOWED_ORIGINS, by itself; a page must send its Referer",
                        "Назовите его в GOVORUN_ALLOWED_ORIGINS, отдельно; страница должна слать Referer",
                    ),
                )
            if not self._parts.sign_in:
                raise NotAllowed(
                    said("nobody can sign in here", "войти здесь нельзя"),
                    where="sign_in",
                    fix=said("Set GOVORUN_SIGN_IN_SECRET", "Задайте GOVORUN_SIGN_IN_SECRET"),
                )
            claims = signing_in.read(self._parts.sign_in, token, datetime.now(UTC))
            if await self._parts.records.sign_in(webchat.identity(self._visitor), claims) == "other":
                self._visitor = webchat.new_visitor()  # another customer used this browser before
                await self._parts.records.sign_in(webchat.identity(self._visitor), claims)
        except GovorunError as error:
            await self._frames.problem(error, None)
            return False
        return True

    async def take(self, message: dict[str, Any]) -> None:
        """One message of the page; what is wrong with it is said to the page."""
        event_id = message.get("id")
        try:
            match message.get("type"):
                case "typing":
                    await self._typing()
                case "language":
                    self._speak(message.get("language"))
                case "scenarios":
                    self._want(message.get("scenarios"))
                case "ping":
                    await self._frames.send("pong")
                case _:
                    await self._turn(message)
        except GovorunError as error:
            await self._frames.problem(error, event_id)
        except Exception:  # the outermost loop of a socket: one bad turn doesn't end the chat
            log.exception("turn broke", extra={"channel": webchat.NAME})
            await self._frames.problem(
                GovorunError(
                    said("something broke on our side", "у нас что-то сломалось"),
                    fix=said("Send it again; nothing happens twice", "Отправьте ещё раз: дважды ничего не сделается"),
                ),
                event_id,
            )

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        await self._tails.close()

    async def _turn(self, message: dict[str, Any]) -> None:
        link = message.get("link")
        led = await self._parts.records.led_to(self._parts.ways, link) if isinstance(link, str) else None
        if led:  # what goes on is of that set, whichever the page began with
            self._scenarios = led.about.scenarios
        if message.get("type") == "attach":
            file = await files.of_owner(self._parts, message.get("file"), webchat.identity(self._visitor).via)
            message = {**message, "file": file.id, "kind": file.kind, "name": file.name}
        inbound = webchat.parse(
            message,
            visitor=self._visitor,
            at=self._parts.now(),
            language=self._language,
            scenarios=self._scenarios,
        )
        # What the page shows comes from the journal: nobody waits here for what other programs answer.
        outcome = await self._parts.turns.take(inbound, _shown)
        await self._frames.send("ack", id=inbound.event.id, conversation=outcome.conversation)

    async def _notice(self, live: Subscription) -> None:
        """Follow the visitor's conversations as they begin: the chat's next one, a call from the page."""
        async with live:
            async for message in live:
                name = message.get("conversation")
                if not isinstance(name, str) or name in self._media:
                    continue
                found = await self._parts.records.conversation(name)
                if found:
                    await self._follow(found, 0)

    async def _follow(self, found: Conversation, after: int) -> None:
        about = found.about
        self._media[about.id] = about.medium
        if about.channel == webchat.NAME:
            self._current = about.id
        await self._frames.send("conversation", conversation=about.id, medium=about.medium, after=after)
        self._tails.follow(about.id, after)

    async def _line(self, line: Line) -> None:
        told: dict[str, Any] = {"agent": self._parts.signer.alias(line.agent)} if line.agent else {}
        if line.who == "bot" and line.at > self._parts.now() - LIVES:
            channel, address = self._parts.ways.way_of(line.text)
            told |= {"way": channel, "qr": drawn(address)} if channel else {}
        if line.file:
            told["file"] = f"/webchat/files/{self._parts.signer.file(line.file)}"
        await self._frames.send("line", medium=self._media[line.conversation], **line.wire() | told)

    async def _heard(self, conversation: str, message: Mapping[str, Any]) -> None:
        if message.get("typing") in ("agent", "bot"):
            await self._frames.send("typing", conversation=conversation, who=message["typing"])
        if message:
            return
        found = await self._parts.records.conversation(conversation)
        if found is None:
            return
        about = found.about
        status = (about.status, about.agent)
        if self._statuses.get(conversation) == status:
            return
        self._statuses[conversation] = status
        agent = self._parts.signer.alias(about.agent)
        await self._frames.send(
            "status", conversation=conversation, medium=about.medium, status=about.status, agent=agent
        )

    async def _typing(self) -> None:
        if self._current:
            await self._parts.bus.publish(f"conversation.{self._current}", {"typing": "customer"})

    def _speak(self, language: object) -> None:
        self._language = self._frames.language = "en" if language == "en" else "ru"

    def _want(self, scenarios: object) -> None:
        """The set to begin the next conversation with; one that isn't there is the default."""
        self._scenarios = scenarios if isinstance(scenarios, str) and scenarios in self._parts.sets() else ""


async def _shown(_: Outcome) -> None:
    """The page reads the journal."""


def _after(value: object, conversation: str) -> int:
    """The seq that the page has of this conversation; 0 where it has none, or of another one."""
    if isinstance(value, dict) and value.get("conversation") == conversation and isinstance(value.get("seq"), int):
        return max(0, int(value["seq"]))
    return 0
