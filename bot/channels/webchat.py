"""The chat on a page: what it sends over its WebSocket, as the turn takes it. docs/webchat.md has the protocol.

The page shows the journal. A line reaches it because a row was committed, never because it was sent, so a page
that reloads, comes back or opens twice shows the same. Nothing is pushed, so there is no outbox for it: the bus
only says that there is something to read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import uuid4

from bot.dialogue.events import Attached, Chosen, Event, Left, Started, Utterance
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.session import Session
from bot.errors import Unacceptable
from bot.locale import said
from bot.ports import Bus, Further, Identity, Inbound, Outcome, Turns

NAME = "web"  # of the channel, and of a visitor's identity: a page's call comes in under the same
MAX_TEXT = 4096  # characters
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")  # of bot.customers.links


class AnnouncedTurns:
    """Turns that tell pages what moved: a visitor's which of their conversations (the chat, the call beside it),
    the desk's that somebody who waits for a person, or has one, said more."""

    def __init__(self, turns: Turns, bus: Bus) -> None:
        self._turns = turns
        self._bus = bus

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        async def later(outcome: Outcome) -> None:
            if further is not None:
                await further(outcome)
            await self._announce(inbound, outcome)

        outcome = await self._turns.take(inbound, further and later)
        await self._announce(inbound, outcome)
        return outcome

    async def _announce(self, inbound: Inbound, outcome: Outcome) -> None:
        if inbound.identity.kind == NAME:
            await self._bus.publish(
                topic(inbound.identity.value), {"conversation": outcome.conversation, "medium": inbound.medium}
            )
        if outcome.session.status in ("waiting", "agent"):
            await self._bus.publish("desk", {"conversation": outcome.conversation, "status": outcome.session.status})

    def expectation(self, session: Session) -> Expectation:
        return self._turns.expectation(session)


def topic(visitor: str) -> str:
    return f"visitor.{visitor}"


def identity(visitor: str) -> Identity:
    return Identity(kind=NAME, value=visitor)


def parse(
    message: Mapping[str, Any], *, visitor: str, at: datetime, language: Language, scenarios: str = ""
) -> Inbound:
    """One message of the page: "say", "choose", "start" or "leave". Raises Unacceptable with the field at fault.

    language: of the page. Words decide for themselves which language they are in; a button can't.
    scenarios: the set the page wants to talk with, "" for the default; a conversation under way keeps its own.
    """
    kind = message.get("type")
    make = _EVENTS.get(kind) if isinstance(kind, str) else None
    if make is None:
        raise Unacceptable(
            said("no such message", "нет такого сообщения"),
            where="type",
            fix=said(
                f"Send one of {', '.join(_EVENTS)}; docs/webchat.md lists them all",
                f"Пришлите одно из: {', '.join(_EVENTS)}; все — в docs/webchat.md",
            ),
        )
    event_id = message.get("id")
    if not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise Unacceptable(
            said("a message needs an id of its own", "у сообщения должен быть свой id"),
            where="id",
            fix=said("Send 8 to 64 letters, digits, - or _", "От 8 до 64 латинских букв, цифр, - или _"),
        )
    event = make(message, event_id, at)
    return Inbound(
        event=event,
        channel=NAME,
        identity=identity(visitor),
        scenarios=scenarios,
        language=None if isinstance(event, Utterance) else language,
        link=_link(message) if isinstance(event, Started) else "",
    )


def _link(message: Mapping[str, Any]) -> str:
    """The token of the link that the page was opened by; what is no token leads nowhere."""
    link = message.get("link")
    return link if isinstance(link, str) and _TOKEN.fullmatch(link) else ""


def _text(message: Mapping[str, Any], field: str) -> str:
    value = message.get(field)
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        raise Unacceptable(
            said("it is empty", "пусто"), where=field, fix=said("Write something", "Напишите что-нибудь")
        )
    if len(text) > MAX_TEXT:
        raise Unacceptable(
            said(f"it has {len(text)} characters", f"знаков в нём: {len(text)}"),
            where=field,
            fix=said(f"Send at most {MAX_TEXT}", f"Не больше {MAX_TEXT}"),
        )
    return text


def _say(message: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    return Utterance(id=event_id, at=at, text=_text(message, "text"))


def _choose(message: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    option = _text(message, "option").removeprefix("/")
    title = message.get("title")
    return Chosen(id=event_id, at=at, option=option, title=title[:200] if isinstance(title, str) else "")


def _start(message: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    return Started(id=event_id, at=at, channel=NAME)


def _leave(message: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    return Left(id=event_id, at=at, reason="closed the chat")


def _attach(message: Mapping[str, Any], event_id: str, at: datetime) -> Event:
    """kind and name are of the file that is kept, never the page's word."""
    kind: Literal["image", "file"] = "image" if message.get("kind") == "image" else "file"
    return Attached(id=event_id, at=at, kind=kind, text=_text(message, "name"), media=_text(message, "file"))


_EVENTS = {"say": _say, "choose": _choose, "start": _start, "leave": _leave, "attach": _attach}


def new_visitor() -> str:
    return uuid4().hex
