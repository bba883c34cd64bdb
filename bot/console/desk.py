"""/desk: where agents work. A page over one socket, by keyboard first; docs/desk.md has the protocol.

What the page shows is the journal and the queue; what an agent does is a turn, so the one rule (the bot or one
person speaks, never both) is kept where the customer's own events are taken, not here.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Cookie, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from bot.api.bodies import handoff_out, plain
from bot.api.doors import House
from bot.api.parts import Parts
from bot.api.records import Conversation
from bot.api.tokens import SHIFT_S
from bot.channels.lines import Line, read
from bot.console.sockets import Frames, TooFast, same_site
from bot.console.tail import Tails
from bot.desk.agents import Agent
from bot.desk.queue import Waiting
from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Event
from bot.errors import GovorunError, NotAllowed, NotFound, Unacceptable
from bot.ports import Identity, Inbound

router = APIRouter(prefix="/desk", include_in_schema=False)
log = logging.getLogger("govorun.desk")

COOKIE = "govorun_desk"
CHANNEL = "desk"
MAX_TEXT = 4096  # characters
TRIES = 5  # wrong passwords in WINDOW_S, from anywhere, for one login
WINDOW_S = 60.0
LOOK_S = 20.0  # the queue is read this often whatever the bus says


class Login(BaseModel):
    login: str = Field(max_length=80)
    password: str = Field(max_length=200)


class Doorkeeper:
    """Slows down who guesses passwords."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._failed: dict[str, deque[float]] = {}

    def check(self, login: str) -> None:
        """Raises TooFast after TRIES wrong ones in a row."""
        failed = self._failed.get(login, deque())
        while failed and failed[0] < self._clock() - WINDOW_S:
            failed.popleft()
        if len(failed) >= TRIES:
            raise TooFast("too many wrong passwords", fix="Wait a minute and try again")

    def failed(self, login: str) -> None:
        if len(self._failed) > 1000:  # names that nobody has are worth no memory
            self._failed.clear()
        self._failed.setdefault(login, deque(maxlen=TRIES)).append(self._clock())

    def passed(self, login: str) -> None:
        self._failed.pop(login, None)


def _doorkeeper(request: Request) -> Doorkeeper:
    if not hasattr(request.app.state, "doorkeeper"):
        request.app.state.doorkeeper = Doorkeeper()
    keeper = request.app.state.doorkeeper
    assert isinstance(keeper, Doorkeeper)
    return keeper


@router.post("/login")
async def login(body: Login, request: Request, parts: House) -> Response:
    """A cookie for a shift. The same answer to a wrong login as to a wrong password."""
    keeper = _doorkeeper(request)
    keeper.check(body.login)
    agent = await parts.agents.check(body.login, body.password)
    if agent is None:
        keeper.failed(body.login)
        raise NotAllowed("wrong login or password", where="password", fix="`govorun agents add LOGIN` sets a new one")
    keeper.passed(body.login)
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
async def me(parts: House, govorun_desk: Annotated[str | None, Cookie()] = None) -> dict[str, Any]:
    agent = await _agent(parts, govorun_desk)
    if agent is None:
        raise NotAllowed("log in first", fix="POST /desk/login")
    return _agent_out(agent)


async def _agent(parts: Parts, cookie: str | None) -> Agent | None:
    name = parts.signer.read_agent(cookie)
    return await parts.agents.find(name) if name else None


def _agent_out(agent: Agent) -> dict[str, Any]:
    return {"login": agent.login, "name": agent.name, "skills": list(agent.skills), "sip": agent.sip}


@router.websocket("/socket")
async def endpoint(socket: WebSocket) -> None:
    parts: Parts = socket.app.state.parts
    await socket.accept()
    frames = Frames(socket)
    agent = await _agent(parts, socket.cookies.get(COOKIE))
    if agent is None or not same_site(socket, parts.site):
        await frames.problem(NotAllowed("log in first", fix="POST /desk/login"))
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
                raise Unacceptable("no such message", where="type", fix=f"Send one of {', '.join(_ACTS)}")
            await act(self, message)
            if isinstance(about, str):
                await self._frames.send("ack", id=about)
        except GovorunError as error:
            await self._frames.problem(error, about)
        except Exception:  # the outermost loop of a socket
            log.exception("turn broke", extra={"channel": CHANNEL, "agent": self._agent.login})
            await self._frames.problem(GovorunError("something broke on our side", fix="Try it again"), about)

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
        name = self._agent.name or self._agent.login
        await self._turn(message, lambda event: AgentJoined(id=event, at=self._parts.now(), agent=self._login, name=name))

    async def say(self, message: Mapping[str, Any]) -> None:
        text = message.get("text")
        if not isinstance(text, str) or not text.strip():
            raise Unacceptable("it is empty", where="text", fix="Write something")
        if len(text) > MAX_TEXT:
            raise Unacceptable(f"it has {len(text)} characters", where="text", fix=f"Send at most {MAX_TEXT}")
        said = text.strip()
        await self._turn(message, lambda event: AgentSaid(id=event, at=self._parts.now(), agent=self._login, text=said))

    async def give_back(self, message: Mapping[str, Any]) -> None:
        await self._turn(message, lambda event: AgentLeft(id=event, at=self._parts.now(), agent=self._login))

    async def finish(self, message: Mapping[str, Any]) -> None:
        await self._turn(
            message, lambda event: AgentLeft(id=event, at=self._parts.now(), agent=self._login, closed=True)
        )

    async def typing(self, message: Mapping[str, Any]) -> None:
        name = message.get("conversation")
        if isinstance(name, str):
            await self._parts.bus.publish(f"conversation.{name}", {"typing": "agent"})

    async def ping(self, message: Mapping[str, Any]) -> None:  # noqa: ARG002
        await self._frames.send("pong")

    @property
    def _login(self) -> str:
        return self._agent.login

    async def _found(self, message: Mapping[str, Any]) -> Conversation:
        name = message.get("conversation")
        found = await self._parts.records.conversation(name) if isinstance(name, str) else None
        if found is None:
            raise NotFound("no such conversation", where="conversation", fix="It may have been erased")
        return found

    async def _turn(self, message: Mapping[str, Any], make: Callable[[str], Event]) -> None:
        found = await self._found(message)
        given = message.get("id")
        event = given if isinstance(given, str) and 0 < len(given) <= 64 else uuid4().hex
        await self._parts.turns.take(
            Inbound(
                event=make(event),
                channel=found.about.channel,
                identity=Identity(kind="agent", value=self._login),
                conversation=found.about.id,
                medium=found.about.medium,
            )
        )

    # --- what the page is shown ---

    async def _follow_queue(self) -> None:
        async with self._parts.bus.subscribe("desk") as live:
            while True:
                waiting = await self._parts.records.queue()
                await self._frames.send("queue", items=[await self._item(each, whole) for each, whole in waiting])
                try:
                    await asyncio.wait_for(anext(live), LOOK_S)
                except TimeoutError:
                    continue
                except StopAsyncIteration:
                    return

    async def _item(self, waiting: Waiting, whole: Conversation) -> dict[str, Any]:
        about = whole.about
        last = await self._parts.records.rows(about.id, max(0, about.seq - 12))
        said = [line for row in last if (line := read(row)) and line.who != "note"]
        return {
            **handoff_out(waiting),
            "since": waiting.since.isoformat(),
            "conversation": about.id,
            "conversation_status": about.status,
            "channel": about.channel,
            "medium": about.medium,
            "language": whole.language,
            "name": whole.name,
            "target": self._parts.site.agent_sip if waiting.transfer else "",
            "last": said[-1].text if said else "",
            "last_who": said[-1].who if said else "",
        }

    async def _described(self, found: Conversation) -> dict[str, Any]:
        about = found.about
        customer = await self._parts.records.customer(about.customer)
        visits = await self._parts.records.bookings(customer=about.customer)
        return {
            "conversation": about.id,
            "status": about.status,
            "agent": about.agent,
            "channel": about.channel,
            "medium": about.medium,
            "language": found.language,
            "started": about.started.isoformat(),
            "scenario": found.scenario,
            "slots": {name: plain(value) for name, value in found.slots.items()},
            "customer": {
                "id": about.customer,
                "facts": {name: plain(value) for name, value in customer.facts.items()} if customer else {},
                "identities": [
                    {"kind": each.kind, "value": each.value if each.kind == "phone" else ""}
                    for each in (customer.identities if customer else ())
                ],
            },
            "bookings": [
                {"service": each.service, "when": each.when.isoformat(timespec="minutes"), "status": each.status}
                for each in visits
            ][-5:],
        }

    async def _line(self, line: Line) -> None:
        await self._frames.send("line", **line.wire())

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
    "typing": Desk.typing,
    "ping": Desk.ping,
}
