"""What goes over HTTP, as OpenAPI shows it."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.api.records import Conversation
from bot.backends.calendar import Booking
from bot.desk.queue import Waiting
from bot.dialogue.hours import Hours
from bot.dialogue.values import Moment, PersonName, Value

Language = Literal["ru", "en"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")


class RestMessage(_Body):
    """Rasa's REST channel, and fields of our own: message_id, language, scenarios."""

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
    scenarios: str = Field("", max_length=80, description="The set to begin a conversation with; else the default.")


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
    since_ms: int | None = Field(None, description="Of a spoken line: how long before `at` its first word was said.")
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
    status: str = Field("waiting", description="waiting or accepted")
    agent: str = ""
    transfer: str = Field("", description="Of a call: transferring, transferred or failed.")


class ConversationWhole(ConversationOut):
    transcript: list[LineOut]
    handoff: HandoffOut | None = None


class WaitingOut(HandoffOut):
    conversation: ConversationOut


class DoNotCallBody(_Body):
    """Neither until nor hours: never."""

    until: AwareDatetime | None = Field(None, description="Not before that instant.")
    hours: str | None = Field(
        None,
        pattern=r"^\d\d:\d\d-\d\d:\d\d$",
        description="Not from then to then, by the clock of the business, over midnight too: 00:00-18:00.",
    )


class ConsentOut(_Body):
    """What was agreed to, refused or taken back."""

    kind: Literal["recording", "personal_data", "marketing"]
    given: bool
    source: str = Field(description="said, agent, api or site")
    by: str = Field("", description="Of the staff; empty for the customer themselves.")
    version: str = Field("", description="Of the text they were asked in.")
    text: str = Field("", description="The words they were asked in.")
    conversation: str | None = None
    via: str = Field("", description="The identity it came by, as kind:value.")
    at: datetime


class PersonOut(_Body):
    """One of those who share a telephone. identity: theirs behind it."""

    customer: int
    name: str
    identity: dict[str, str]


class CustomerOut(_Body):
    id: int
    language: str | None = Field(None, description="ru or en; null where it isn't known.")
    preferred_channel: str | None = Field(None, description="telegram, whatsapp, …, sms, web, phone.")
    do_not_call: DoNotCallBody | None = Field(None, description="null: they may be called.")
    consents: list[ConsentOut] = Field(default_factory=list, description="The latest of each kind.")
    persons: list[PersonOut] = Field(
        default_factory=list, description="Who shares a telephone with them, themselves among them; empty: nobody."
    )
    facts: dict[str, Any]
    told: list[dict[str, Any]] = Field(
        default_factory=list, description="Everything told, the oldest first: fact, value, source, via, at."
    )
    identities: list[dict[str, str]]


class BookingOut(_Body):
    """when: the business's wall clock, without a zone: 2026-11-19T15:00."""

    id: int
    service: str
    when: str
    status: str = Field(description="confirmed or cancelled")
    name: str
    phone: str = Field(description="E.164")
    customer: int | None
    conversation: str | None


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
    scenarios: str = Field("", max_length=80, description="The set to talk with; else the default.")
    resume: str = Field("", max_length=80, description="The `call` of a call that goes on over this offer.")


class Answer(_Body):
    sdp: str
    type: str
    call: str = Field(description="Offer again with `resume` set to it when the network has changed.")
    grace_s: float = Field(description="Seconds within which a page that was away can take its call up again.")


class Visitor(_Body):
    visitor: str = Field(description="The token that /webchat gave this visitor.")


class IceServer(BaseModel):
    urls: list[str]
    username: str | None = None
    credential: str | None = None


class Ice(BaseModel):
    """RTCConfiguration of a page. Credentials are the page's own and end after GOVORUN_TURN_TTL_S."""

    ice_servers: list[IceServer]


class PublicationOut(BaseModel):
    """restored: the number that was gone back to. withdrawn: the set was taken out of service, its version is ""."""

    number: int
    version: str
    at: datetime
    by: str
    note: str
    restored: int | None = None
    withdrawn: bool = False


class SetOut(BaseModel):
    """version: what new conversations begin with. publication: None while the folder itself is live. draft: the folder
    differs from what is published. problems: of an edit that is kept out, `folder/file:line: problem. fix`."""

    name: str
    title: dict[str, str]
    version: str
    publication: PublicationOut | None
    draft: bool
    problems: list[str]


def conversation_out(found: Conversation) -> dict[str, Any]:
    about = found.about
    return {
        "id": about.id,
        "status": about.status,
        "channel": about.channel,
        "medium": about.medium,
        "language": found.language,
        "sender": about.identity.value,
        "customer": about.customer,
        "started": about.started,
        "updated": about.updated,
        "scenarios": about.scenarios,
        "scenario": found.scenario,
        "slots": {name: plain(value) for name, value in found.slots.items()},
        "agent": about.agent,
    }


def handoff_out(waiting: Waiting) -> dict[str, Any]:
    return {
        "reason": waiting.reason,
        "skill": waiting.skill,
        "priority": waiting.priority,
        "note": waiting.note,
        "since": waiting.since,
        "status": waiting.status,
        "agent": waiting.agent,
        "transfer": waiting.transfer,
    }


def booking_out(booking: Booking) -> dict[str, Any]:
    return {
        "id": booking.id,
        "service": booking.service,
        "when": booking.when.isoformat(timespec="minutes"),
        "status": booking.status,
        "name": booking.name,
        "phone": booking.phone,
        "customer": booking.customer,
        "conversation": booking.conversation,
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
    if isinstance(value, Hours):
        return [plain(span) for span in value.week]
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, bool | int | str):
        return value
    return {key: plain(item) for key, item in value.items()}
