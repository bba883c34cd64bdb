"""/desk: where agents work. A page over one socket, by keyboard first; docs/desk.md has the protocol.

What the page shows is the journal and the queue; what an agent does is a turn, so the one rule (the bot or one
person speaks, never both) is kept where the customer's own events are taken, not here.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from bot.api.bodies import handoff_out, plain
from bot.api.doors import House
from bot.api.parts import Parts
from bot.api.records import Conversation
from bot.api.sounds import sound, sound_by_now
from bot.api.tokens import SHIFT_S
from bot.channels import webchat
from bot.channels.enclosing import address, enclosure
from bot.channels.lines import Line, read
from bot.console import files, requests
from bot.console.shift import COOKIE, OnShift, agent_of
from bot.console.sockets import Frames, own_site
from bot.console.tail import Tails
from bot.desk.agents import Agent
from bot.desk.queue import Waiting
from bot.dialogue.values import Value
from bot.errors import Both, GovorunError, NotAllowed, NotFound, Unacceptable
from bot.locale import said
from bot.ports import Spoken
from bot.recordings import MOST

router = APIRouter(prefix="/desk", include_in_schema=False)
log = logging.getLogger("govorun.desk")

CHANNEL = "desk"
MAX_TEXT = 4096  # characters
BY_LINK = Both("nobody sees files there", "файлов там не видят")  # a channel of text alone, or another process's
_SIP = re.compile(r"sips?:[^\s<>\"]{1,180}")
LOOK_S = 20.0  # the queue is read this often whatever the bus says


class Login(BaseModel):
    login: str = Field(max_length=80)
    password: str = Field(max_length=200)


@router.post("/login")
async def login(body: Login, request: Request, parts: House) -> Response:
    """A cookie for a shift. The same answer to a wrong login as to a wrong password."""
    agent = await parts.desk.login(body.login.strip(), body.password)
    response = JSONResponse(_agent_out(agent))
    response.set_cookie(
        COOKIE,
        parts.signer.agent(agent.login),
        max_age=SHIFT_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
        path="/desk",
    )
    return response


@router.post("/logout")
async def logout() -> Response:
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/desk")
    return response


@router.get("/me")
async def me(agent: OnShift) -> dict[str, Any]:
    return _agent_out(agent)


def _agent_out(agent: Agent) -> dict[str, Any]:
    return {
        "login": agent.login,
        "name": agent.name,
        "skills": sorted(agent.skills),
        "sip": agent.sip,
        "presence": agent.presence,
    }


@router.get("/recording/{conversation}")
async def recording(
    conversation: str,
    parts: House,
    request: Request,
    _: OnShift,
    part: Annotated[int, Query(ge=1, le=MOST)] = 1,
    seconds: Annotated[float | None, Query(gt=0, description="Of a call that goes on: how much of it.")] = None,
) -> Response:
    """What the desk's player plays, to whom is logged in."""
    if seconds is not None:
        return await sound_by_now(parts.recordings, conversation, part, seconds, request)
    return await sound(parts.recordings, conversation, part)


@router.websocket("/socket")
async def endpoint(socket: WebSocket) -> None:
    parts: Parts = socket.app.state.parts
    await socket.accept()
    frames = Frames(socket)
    agent = await agent_of(parts, socket.cookies.get(COOKIE))
    if agent is None or not own_site(socket, parts.site):
        await frames.problem(NotAllowed(said("log in first", "сначала войдите"), fix="POST /desk/login"))
        await socket.close(4401)
        return
    desk = Desk(frames, parts, agent)
    with parts.metrics.sockets.labels("desk").track_inprogress():
        try:
            await desk.begin()
            async for message in frames:
                await desk.take(message)
        finally:
            await desk.close()


class Desk:
    """One agent's open page."""

    def __init__(self, frames: Frames, parts: Parts, agent: Agent) -> None:
        self._frames = frames
        self._parts = parts
        self._agent = agent
        self._tails = Tails(parts.records, parts.bus, self._line, self._heard)
        self._queue: asyncio.Task[None] | None = None
        self._watched: str | None = None

    async def begin(self) -> None:
        await self._frames.send("welcome", agent=_agent_out(self._agent), dial=self._parts.site.dial)
        self._queue = asyncio.create_task(self._follow_queue())

    async def close(self) -> None:
        if self._queue:
            self._queue.cancel()
        await self._tails.close()

    async def take(self, message: dict[str, Any]) -> None:
        """One message of the page; what is wrong with it is said to the page."""
        about = message.get("id")
        try:
            kind = message.get("type")
            act = _ACTS.get(kind) if isinstance(kind, str) else None
            if act is None:
                raise Unacceptable(
                    said("no such message", "нет такого сообщения"),
                    where="type",
                    fix=said(f"Send one of {', '.join(_ACTS)}", f"Пришлите одно из: {', '.join(_ACTS)}"),
                )
            await act(self, message)
            if isinstance(about, str):
                await self._frames.send("ack", id=about)
        except GovorunError as error:
            await self._frames.problem(error, about)
        except Exception:  # the outermost loop of a socket
            log.exception("turn broke", extra={"channel": CHANNEL, "agent": self._agent.login})
            await self._frames.problem(
                GovorunError(
                    said("something broke on our side", "у нас что-то сломалось"),
                    fix=said("Try it again", "Попробуйте ещё раз"),
                ),
                about,
            )

    # --- what an agent does ---

    async def watch(self, message: Mapping[str, Any]) -> None:
        """Show one conversation, live; the one before is left."""
        found = await self._found(message)
        if self._watched and self._watched != found.about.id:
            await self._tails.leave(self._watched)
        self._watched = found.about.id
        after = message.get("after")
        await self._frames.send("conversation", **await self._described(found))
        self._tails.follow(found.about.id, after if isinstance(after, int) and after > 0 else 0)

    async def accept(self, message: Mapping[str, Any]) -> None:
        """Take a chat, or have a call put through to the agent's own telephone."""
        await self._parts.desk.accept(_name(message), await self._fresh(), event=_event(message))

    async def say(self, message: Mapping[str, Any]) -> None:
        text = message.get("text")
        if (ident := message.get("file")) is not None:
            await self._attach(_name(message), ident, event=_event(message))
            return
        if not isinstance(text, str) or not text.strip():
            raise Unacceptable(
                said("it is empty", "пусто"), where="text", fix=said("Write something", "Напишите что-нибудь")
            )
        if len(text) > MAX_TEXT:
            raise Unacceptable(
                said(f"it has {len(text)} characters", f"знаков в нём: {len(text)}"),
                where="text",
                fix=said(f"Send at most {MAX_TEXT}", f"Не больше {MAX_TEXT}"),
            )
        await self._parts.desk.say(_name(message), self._agent, text.strip(), event=_event(message))

    async def _attach(self, conversation: str, ident: object, *, event: str | None) -> None:
        """A picture or a file: shown in our own chat, sent as one by a messenger that takes it, elsewhere a link to it
        with what the messenger has against it."""
        file = await files.of_owner(self._parts, ident, f"agent:{self._agent.login}")
        found = await self._parts.records.conversation(conversation)
        text = file.name
        if found is not None and found.about.channel != webchat.NAME:
            link = address(self._parts.site.public, self._parts.signer.file(file.id), file.name)
            door = self._parts.messengers.at(found.about.channel) if self._parts.messengers else None
            why = door.refuses(enclosure(file, link)) if door is not None else BY_LINK
            if why is not None and (not link or found.about.medium != "text"):
                raise Unacceptable(
                    said(f"a file can't go there: {why.en}", f"туда файл не отправить: {why.ru}"),
                    where="file",
                    fix=said("Set GOVORUN_PUBLIC_URL to send links", "Чтобы слать ссылки, задайте GOVORUN_PUBLIC_URL"),
                )
            if why is not None:
                reason = {"ru": why.ru, "en": why.en}[found.language]
                text += f" ({reason})\n{link}" if why is not BY_LINK else f"\n{link}"
        await self._parts.records.sent_file(file.id, conversation)
        await self._parts.desk.say(conversation, self._agent, text, event=event, file=file.id)

    async def give_back(self, message: Mapping[str, Any]) -> None:
        await self._parts.desk.give_back(_name(message), self._agent, event=_event(message))

    async def finish(self, message: Mapping[str, Any]) -> None:
        await self._parts.desk.close(_name(message), self._agent, event=_event(message))

    async def presence(self, message: Mapping[str, Any]) -> None:
        here = message.get("here") is True
        await self._parts.desk.attend(self._agent, "here" if here else "away")
        await self._frames.send("me", agent=_agent_out(await self._fresh()))

    async def telephone(self, message: Mapping[str, Any]) -> None:
        """Where this agent's calls go. An empty one takes it away."""
        sip = message.get("sip")
        sip = sip.strip() if isinstance(sip, str) else ""
        if sip and not _SIP.fullmatch(sip):
            raise Unacceptable(
                said("that is not a SIP address", "это не адрес SIP"),
                where="sip",
                fix=said("Write sip:anna@10.0.0.5", "Пишите так: sip:anna@10.0.0.5"),
            )
        if sip:
            self._parts.calling.telephone(sip)
        await self._parts.desk.settle(self._agent, sip=sip)
        await self._frames.send("me", agent=_agent_out(await self._fresh()))

    async def password(self, message: Mapping[str, Any]) -> None:
        """A new password, by who knows the old one."""
        old, new = message.get("old"), message.get("new")
        if not isinstance(old, str) or not isinstance(new, str):
            raise Unacceptable(said("both passwords are needed", "нужны оба пароля"), where="new")
        await self._parts.desk.login(self._agent.login, old)
        await self._parts.desk.settle(self._agent, password=new)

    async def _fresh(self) -> Agent:
        """The agent as they are now: another page may have changed their telephone."""
        self._agent = await self._parts.desk.agent(self._agent.login) or self._agent
        return self._agent

    async def settle(self, message: Mapping[str, Any]) -> None:
        """Say how far a request is: new, working, done."""
        number, status = requests.asked(message)
        await self._parts.records.settle_form(number, status, agent=self._agent.login if status != "new" else "")
        await self._parts.bus.publish("desk", {"forms": "forms.settle"})

    async def typing(self, message: Mapping[str, Any]) -> None:
        await self._parts.bus.publish(f"conversation.{_name(message)}", {"typing": "agent"})

    async def ping(self, message: Mapping[str, Any]) -> None:
        await self._frames.send("pong")

    async def _found(self, message: Mapping[str, Any]) -> Conversation:
        found = await self._parts.records.conversation(_name(message))
        if found is None:
            raise NotFound(
                said("no such conversation", "нет такого разговора"),
                where="conversation",
                fix=said("It may have been erased", "Возможно, его стёрли"),
            )
        return found

    # --- what the page is shown ---

    async def _follow_queue(self) -> None:
        kept = True  # whether what scenarios kept is to be told anew
        async with self._parts.bus.subscribe("desk") as live:
            while True:
                waiting = await self._parts.records.queue()
                agents = {each.login: each for each in await self._parts.desk.agents()}
                items = [await self._item(each, whole, agents) for each, whole in waiting]
                await self._frames.send("queue", items=items)
                if kept:
                    await self._frames.send("forms", items=await requests.listed(self._parts.records))
                try:
                    message = await asyncio.wait_for(anext(live), LOOK_S)
                    kept = "forms" in message or "lagged" in message
                except TimeoutError:
                    kept = False
                    continue
                except StopAsyncIteration:
                    return

    async def _item(self, waiting: Waiting, whole: Conversation, agents: Mapping[str, Agent]) -> dict[str, Any]:
        about = whole.about
        last = await self._parts.records.rows(about.id, max(0, about.seq - 12))
        said = [line for row in last if (line := read(row)) and line.who != "note"]
        said = [line for line in said if line.who != "bot"] or said  # what the bot says last is the same for everybody
        holder = agents.get(waiting.agent)
        return {
            **handoff_out(waiting),
            "since": waiting.since.isoformat(),
            "conversation": about.id,
            "conversation_status": about.status,
            "channel": about.channel,
            "medium": about.medium,
            "language": whole.language,
            "name": whole.name,
            "callback": waiting.callback,
            "callback_state": waiting.callback_state,
            "attempts": waiting.attempts,
            "telephone": about.channel in self._parts.desk.channels,
            "phone": about.identity.value if about.identity.kind == "phone" else "",
            "agent_sip": (holder.sip if holder else "") or self._parts.site.agent_sip,
            "agent_name": (holder.name if holder else "") or waiting.agent,
            "last": said[-1].text if said else "",
            "last_who": said[-1].who if said else "",
        }

    def _takes_files(self, channel: str) -> bool:
        known = self._parts.messengers is not None and self._parts.messengers.at(channel) is not None
        return channel == webchat.NAME or known or bool(self._parts.site.public)

    async def _described(self, found: Conversation) -> dict[str, Any]:
        about = found.about
        customer = await self._parts.records.customer(about.customer)
        visits = await self._parts.records.bookings(customer=about.customer)
        holder = await self._parts.desk.agent(about.agent) if about.agent else None
        recorded = await asyncio.to_thread(self._recorded, about.id) if about.medium == "voice" else []
        heard = await self._parts.records.spoken(about.id) if recorded else {}
        return {
            "conversation": about.id,
            "status": about.status,
            "agent": about.agent,
            "agent_name": (holder.name if holder else "") or about.agent,
            "channel": about.channel,
            "medium": about.medium,
            "files": about.medium == "text" and self._takes_files(about.channel),
            "language": found.language,
            "started": about.started.isoformat(),
            "scenario": found.scenario,
            "recordings": recorded,
            "spoken": {seq: _spoken(each) for seq, each in heard.items()},
            "slots": {name: plain(value) for name, value in found.slots.items()},
            "titles": _of(self._parts.titles(about.scenarios, found.scenario), found.slots),
            "customer": {
                "id": about.customer,
                "facts": {name: plain(value) for name, value in customer.facts.items()} if customer else {},
                "identities": [
                    {"kind": each.kind, "value": each.value if each.kind == "phone" else ""}
                    for each in (customer.identities if customer else ())
                ],
            },
            "bookings": [
                {
                    "service": each.service,
                    "title": dict(self._parts.services(about.scenarios, each.service)),
                    "when": each.when.isoformat(timespec="minutes"),
                    "status": each.status,
                }
                for each in visits
            ][-5:],
        }

    def _recorded(self, conversation: str) -> list[dict[str, Any]]:
        """Its calls, the one that goes on among them: who takes it hears what the caller said so far."""
        return [
            {
                "part": each.number,
                "seconds": each.seconds,
                "started": each.started.isoformat(timespec="milliseconds"),
                "goes_on": each.goes_on,
            }
            for each in self._parts.recordings.of(conversation, going_on=True)
        ]

    async def _line(self, line: Line) -> None:
        told = {"file": f"/desk/files/{line.conversation}/{line.seq}"} if line.file else {}
        await self._frames.send("line", **line.wire() | told)

    async def _heard(self, conversation: str, message: Mapping[str, Any]) -> None:
        if message.get("typing") == "customer":
            await self._frames.send("typing", conversation=conversation, who="customer")
        if message:
            return
        found = await self._parts.records.conversation(conversation)
        if found:
            await self._frames.send("conversation", **await self._described(found))


_ACTS = {
    "watch": Desk.watch,
    "accept": Desk.accept,
    "say": Desk.say,
    "give_back": Desk.give_back,
    "finish": Desk.finish,
    "presence": Desk.presence,
    "telephone": Desk.telephone,
    "password": Desk.password,
    "settle": Desk.settle,
    "typing": Desk.typing,
    "ping": Desk.ping,
}


def _of(titles: Mapping[str, Mapping[str, str]], slots: Mapping[str, Value]) -> dict[str, Mapping[str, str]]:
    """The titles of these slots, and of the options that were chosen."""
    values = {name: value if isinstance(value, tuple) else (value,) for name, value in slots.items()}
    wanted = {*values, *(f"{name}={each}" for name, chosen in values.items() for each in chosen)}
    return {name: title for name, title in titles.items() if name in wanted}


def _name(message: Mapping[str, Any]) -> str:
    name = message.get("conversation")
    if not isinstance(name, str) or not name:
        raise Unacceptable(said("which conversation?", "какой разговор?"), where="conversation")
    return name


def _event(message: Mapping[str, Any]) -> str | None:
    """The page's own id of what it asks, so that asking twice has one effect."""
    given = message.get("id")
    return given if isinstance(given, str) and 0 < len(given) <= 64 else None


def _spoken(heard: Spoken) -> dict[str, Any]:
    """When it was heard, and how much of it."""
    return {
        "began": heard.began.isoformat(timespec="milliseconds"),
        "ended": heard.ended.isoformat(timespec="milliseconds"),
        "heard_ms": heard.heard_ms,
        "total_ms": heard.total_ms,
    }
