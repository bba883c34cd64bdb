"""What every database takes, checked before a transaction begins."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.events import AgentSaid, Chosen, Keys, Utterance
from bot.errors import TooLong, Unacceptable
from bot.locale import said
from bot.ports import Inbound

MAX_TEXT = 10_000  # characters of one utterance; nobody says more, and all of it would be understood and kept
MAX_ID = 200  # characters of an event's id or an identity, as the tables hold them


def acceptable(inbound: Inbound) -> Inbound:
    """The inbound with text that can be stored. Raises Unacceptable, TooLong."""
    event = inbound.event
    if event.at.tzinfo is None:
        raise Unacceptable(said("the event's time has no time zone", "у времени события нет часового пояса"))
    for what, value in (("id", event.id), ("sender", inbound.identity.value), ("channel", inbound.channel)):
        if not value or len(value) > MAX_ID or not _storable(value):
            raise Unacceptable(
                said(
                    f"the {what} is empty, longer than {MAX_ID} characters, or has characters no text has",
                    f"{what}: пусто, длиннее {MAX_ID} знаков или со знаками, каких в тексте не бывает",
                )
            )
    if isinstance(event, Utterance | AgentSaid):
        text = event.text.strip()
        if not text:
            raise Unacceptable(
                said("the text is empty", "текст пуст"), fix=said("Send at least one word.", "Пришлите хотя бы слово.")
            )
        if len(text) > MAX_TEXT:
            raise TooLong(
                said(f"the text has {len(text)} characters", f"знаков в тексте: {len(text)}"),
                fix=said(f"Send at most {MAX_TEXT}.", f"Не больше {MAX_TEXT}."),
            )
        if not _storable(text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
        return replace(inbound, event=replace(event, text=text))
    if isinstance(event, Chosen | Keys):
        value = event.option if isinstance(event, Chosen) else event.digits
        if not value or len(value) > MAX_ID or not _storable(value):
            raise Unacceptable(
                said(
                    f"what was pressed is empty, or longer than {MAX_ID}", f"нажатое пусто или длиннее {MAX_ID} знаков"
                )
            )
    return inbound


def _storable(text: str) -> bool:
    """Whether every database takes it: no zero byte, no half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text
