"""POST /api/conversations: begin a conversation that the customer has not written first. A bearer token is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Header, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.api.bodies import ConversationOut, Language, RestAnswer, conversation_out
from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.channels import rest
from bot.dialogue import masking
from bot.dialogue.events import Started
from bot.dialogue.values import Value
from bot.errors import Conflict, NotFound, Unacceptable
from bot.locale import said
from bot.ports import Identity, Inbound

router = APIRouter(
    prefix="/api",
    tags=["conversations"],
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
)

Given = str | bool | int | float | list[str]


class Beginning(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"sender": "anna", "scenario": "booking", "language": "ru", "given": {"service": "terapevt"}},
                {"sender": "anna"},
            ]
        },
    )

    sender: str = Field(
        min_length=1, max_length=rest.MAX_ID, description="Whom it is with, as that channel knows them."
    )
    channel: Literal["rest", "web"] = Field(
        "rest", description="rest: what they answer comes by the webhook. web: a visitor of the chat page."
    )
    scenarios: str = Field("", max_length=80, description="The set; else the default.")
    scenario: str | None = Field(None, max_length=80, description="Of that set; else its first.")
    language: Language | None = Field(None, description="Else what this customer spoke before, else the set's first.")
    given: dict[str, Given] = Field(
        default_factory=dict,
        max_length=50,
        description="Values of its slots and `given:` names: 2026-11-19 16:00, +79051234567, an option's id.",
    )


class Begun(ConversationOut):
    said: list[RestAnswer] = Field(description="What the bot said to begin with.")
    repeated: bool = Field(description="Begun earlier by the same Idempotency-Key; nothing was done now.")


@router.post(
    "/conversations",
    response_model=Begun,
    response_model_exclude_none=True,
    status_code=201,
    summary="Begin a conversation",
    responses={
        200: {"model": Begun, "description": "It was begun earlier by the same Idempotency-Key."},
        404: {"model": Problem, "description": "No such set or scenario."},
        409: {"model": Problem, "description": "A person is talking with them."},
    },
)
async def begin(
    body: Beginning,
    parts: House,
    response: Response,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=rest.MAX_ID,
            description="Of your own; the same one begins one conversation.",
        ),
    ] = None,
) -> dict[str, Any]:
    """The bot speaks first. A conversation that the bot has with them on that channel ends; one with a person stays,
    and is a conflict."""
    if not body.sender.strip():
        raise Unacceptable(said("the sender is empty", "отправитель пуст"), where="sender")
    given = parts.given(body.scenarios, body.scenario, {name: as_typed(value) for name, value in body.given.items()})
    outcome = await parts.turns.take(
        Inbound(
            event=Started(id=f"begin:{key or uuid4().hex}", at=parts.now()),  # no message of theirs has such an id
            channel=body.channel,
            identity=Identity(kind=body.channel, value=body.sender),
            scenarios=body.scenarios,
            scenario=body.scenario,
            language=body.language,
            given=given,
        )
    )
    first = next((row.entry for row in outcome.rows if isinstance(row.entry, Started)), None)
    if first is None:
        raise Conflict(
            said("a person is talking with them", "с ними говорит оператор"),
            where=outcome.conversation,
            fix=said(
                "Wait until that conversation is over, then send it with a new key",
                "Дождитесь конца того разговора и пришлите с новым ключом",
            ),
        )
    found = await parts.records.conversation(outcome.conversation)
    if found is None:  # erased a moment later
        raise NotFound(said("no such conversation", "нет такого разговора"), where=outcome.conversation)
    if outcome.repeated and not (_asked(first, body.scenario, given) and body.scenarios in ("", found.about.scenarios)):
        raise Unacceptable(
            said("this key has begun another conversation", "с этим ключом начат другой разговор"),
            where="Idempotency-Key",
            fix=said("Send a key of its own", "Пришлите для него свой ключ"),
        )
    response.status_code = 200 if outcome.repeated else 201
    response.headers["Location"] = f"/api/conversations/{outcome.conversation}"
    return conversation_out(found) | {
        "said": rest.answer(body.sender, outcome.rows),
        "repeated": outcome.repeated,
    }


def _asked(first: Started, scenario: str | None, given: Mapping[str, Value]) -> bool:
    """Whether that is what it began with, as far as the journal tells."""
    return (
        first.scenario == scenario
        and first.given.keys() == given.keys()
        and all(masking.resembles(first.given[name], value) for name, value in given.items())
    )


def as_typed(value: Given) -> str:
    """As it would be typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value)
