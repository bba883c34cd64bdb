"""Rasa's REST channel, so that its clients work here: one message in, what the bot says to it out.

An HTTP response can only carry what was said before it. What an agent says between two messages is carried by
the response to the next one, and is always in /api/conversations/SENDER.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from bot.channels.lines import buttons
from bot.dialogue.actions import Action, Say
from bot.dialogue.events import AgentSaid, Chosen, Event, Fetched, Keys, Utterance
from bot.dialogue.meaning import Language
from bot.errors import Unacceptable
from bot.locale import said
from bot.ports import Identity, Inbound, Row

NAME = "rest"
MAX_ID = 120  # characters of a sender's or a message's id
MAX_TEXT = 4096  # characters; what Telegram takes, and more than anybody types to a bot
_THEIRS = (Utterance, Chosen, Keys)


def parse(
    *,
    sender: str,
    message: str,
    at: datetime,
    message_id: str | None = None,
    language: Language | None = None,
    scenarios: str = "",
) -> Inbound:
    """What the webhook took, as the turn takes it. message_id: of the sender's own; the same one has one effect.

    Raises Unacceptable on an empty or overlong message or sender.
    """
    text = message.strip()
    if not sender.strip():
        raise Unacceptable(
            said("the sender is empty", "отправитель пуст"),
            where="sender",
            fix=said("Send an id that stays the same for one person", "Пришлите то, что у одного человека всегда одно"),
        )
    for where, value in (("sender", sender), ("message_id", message_id or "")):
        if len(value) > MAX_ID:
            raise Unacceptable(
                said(f"it has {len(value)} characters", f"знаков в нём: {len(value)}"),
                where=where,
                fix=said(f"Use an id of at most {MAX_ID}", f"Не больше {MAX_ID}"),
            )
    if not text:
        raise Unacceptable(
            said("the message is empty", "сообщение пусто"),
            where="message",
            fix=said("Send what the customer wrote", "Пришлите то, что написал клиент"),
        )
    if len(text) > MAX_TEXT:
        raise Unacceptable(
            said(f"the message has {len(text)} characters", f"знаков в сообщении: {len(text)}"),
            where="message",
            fix=said(f"Send at most {MAX_TEXT}", f"Не больше {MAX_TEXT}"),
        )
    event_id = message_id or uuid4().hex
    return Inbound(
        event=_event(event_id, text, at),
        channel=NAME,
        identity=Identity(kind=NAME, value=sender),
        scenarios=scenarios,
        language=language,
    )


def _event(event_id: str, text: str, at: datetime) -> Event:
    option = payload(text)
    if option:
        return Chosen(id=event_id, at=at, option=option)
    return Utterance(id=event_id, at=at, text=text)


def payload(text: str) -> str:
    """The option a button's payload names ("/book" -> "book"); "" for anything a person would write."""
    body = text.removeprefix("/")
    return body if body != text and body and not any(c.isspace() for c in body) else ""


def answer(sender: str, rows: Sequence[Row], before: Sequence[Row] = ()) -> list[dict[str, Any]]:
    """The webhook's response. rows: of this turn. before: the conversation's earlier rows, oldest first."""
    return [_message(sender, row) for row in (*unheard(before), *rows) if isinstance(row.entry, Say | AgentSaid)]


def unheard(before: Sequence[Row]) -> list[Row]:
    """What was said after the response to the last message had gone: by an agent, or by a timer."""
    last = max((at for at, row in enumerate(before) if isinstance(row.entry, _THEIRS)), default=None)
    if last is None:
        return []
    rest = list(before[last + 1 :])
    theirs = before[last].entry
    own = f"{theirs.id}/" if isinstance(theirs, Event) else "/"  # of what followed from it within its own response

    def later(entry: Event | Action) -> bool:
        return isinstance(entry, Event) and not isinstance(entry, Fetched) and not entry.id.startswith(own)

    return rest[next((at for at, row in enumerate(rest) if later(row.entry)), len(rest)) :]


def _message(sender: str, row: Row) -> dict[str, Any]:
    entry = row.entry
    assert isinstance(entry, Say | AgentSaid)
    out: dict[str, Any] = {"recipient_id": sender, "text": entry.text}
    if isinstance(entry, Say) and entry.choices:
        out["buttons"] = buttons(entry.choices)
    return out
