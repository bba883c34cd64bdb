"""What goes over HTTP, as OpenAPI shows it."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.api.parts import Conversation, Waiting
from bot.dialogue.values import Moment, PersonName, Value

Language = Literal["ru", "en"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class RestMessage(_Body):
    """Rasa's REST channel, and two fields of our own: message_id and language."""

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {"sender": "anna", "message": "хочу записаться к терапевту завтра в три часа дня"},
                {"sender": "anna", "message": "/book", "message_id": "7f1c", "language": "ru"},
            ]
        },
    )

    sender: str = Field(description="Who writes; the same id every time.")
    message: str = Field(description="What they wrote, or a button's payload.")
    message_id: str | None = Field(None, description="Of your own. Sent twice, it has one effect and one answer.")
    language: Language | None = Field(None, description="To begin in; else the first words decide.")


class Button(_Body):
    title: str
    payload: str = Field(description="Send this as the message when the button is pressed.")


class RestAnswer(_Body):
    recipient_id: str
    text: str
    buttons: list[Button] | None = None


class LineOut(_Body):
    """A line of the transcript. who: customer, bot, agent, or note for what happened between lines."""

    seq: int
    at: datetime
    who: Literal["customer", "bot", "agent", "note"]
    text: str
    kind: str | None = None
    agent: str | None = None
    event: str | None = None
    buttons: list[Button] | None = None


class ConversationOut(_Body):
    id: str
    status: str = Field(description="Who may speak: bot, agent, waiting (for an agent), ended.")
    channel: str
    medium: str
    language: str
    sender: str = Field(description="Who it is on that channel.")
    customer: int | None
    started: datetime
    updated: datetime
    scenarios: str = ""
    scenario: str = ""
    slots: dict[str, Any] = Field(default_factory=dict, description="Filled so far in the scenario under way.")
    agent: str = ""


class HandoffOut(_Body):
    reason: str
    skill: str = ""
    priority: int = 0
    note: str = ""
    since: datetime
    transfer: str = Field("", description="The SIP address a call is being transferred to.")


class ConversationWhole(ConversationOut):
    transcript: list[LineOut]
    handoff: HandoffOut | None = None


class WaitingOut(HandoffOut):
    conversation: ConversationOut


class CustomerOut(_Body):
    id: int
    facts: dict[str, Any]
    identities: list[dict[str, str]]


class BookingOut(BaseModel):
    model_config = ConfigDict(extra="allow")

    id: int | str
    service: str
    when: datetime
    status: str = Field(description="held, confirmed or cancelled")
    name: str
    phone: str


class Part(_Body):
    state: Literal["ready", "warming", "off", "failed"]
    detail: str = ""


class Readiness(_Body):
    ready: bool
    parts: dict[str, Part]


class Offer(_Body):
    sdp: str = Field(max_length=60_000)
    type: Literal["offer"]
    visitor: str = Field(description="The token that /webchat gave this visitor.")
    language: Language = "ru"


class Answer(_Body):
    sdp: str
    type: str


def conversation_out(found: Conversation) -> dict[str, Any]:
    return {
        "id": found.id,
        "status": found.status,
        "channel": found.channel,
        "medium": found.medium,
        "language": found.language,
        "sender": found.identity.value,
        "customer": found.customer,
        "started": found.started,
        "updated": found.updated,
        "scenarios": found.scenarios,
        "scenario": found.scenario,
        "slots": {name: plain(value) for name, value in found.slots.items() if value is not None},
        "agent": found.agent,
    }


def handoff_out(waiting: Waiting) -> dict[str, Any]:
    return {
        "reason": waiting.reason,
        "skill": waiting.skill,
        "priority": waiting.priority,
        "note": waiting.note,
        "since": waiting.since,
        "transfer": waiting.transfer,
    }


def plain(value: Value) -> Any:
    """A slot's value as JSON has it: times in ISO 8601, a name as one string."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, PersonName):
        return str(value)
    if isinstance(value, Moment):
        return {"day": plain(value.day), "time": plain(value.time)}
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return {key: plain(item) for key, item in value.items()}
