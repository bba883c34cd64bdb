"""POST /api/conversations: begin a conversation that the customer has not written first. A bearer token is needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, Field

from bot.api.bodies import ConversationOut, Language, RestAnswer, conversation_out
from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.api.wishes import Wish, once, used_for_another
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


class Beginning(Wish):
    model_config = ConfigDict(
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
    force: bool = Field(False, description="In the hours, too, in which they asked to be left alone.")
    language: Language | None = Field(None, description="Else what this customer spoke before, else the set's first.")


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
        409: {"model": Problem, "description": "A person is talking with them, or they do not want it (now)."},
    },
)
async def begin(
    body: Beginning,
    parts: House,
    response: Response,
    key: Annotated[str | None, once("begins one conversation")] = None,
) -> dict[str, Any]:
    """The bot speaks first. A conversation that the bot has with them on that channel ends; one with a person stays,
    and is a conflict."""
    if not body.sender.strip():
        raise Unacceptable(said("the sender is empty", "отправитель пуст"), where="sender")
    given = body.values(parts)
    event = f"begin:{key or uuid4().hex}"  # no message of theirs has such an id
    identity = Identity(kind=body.channel, value=body.sender)
    await parts.records.may_begin(
        identity, channel=body.channel, event=event, now=parts.now(), forced=body.force, purpose=body.purpose
    )
    outcome = await parts.turns.take(
        Inbound(
            event=Started(id=event, at=parts.now()),
            channel=body.channel,
            identity=identity,
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
        raise used_for_another("this key has begun another conversation", "с этим ключом начат другой разговор")
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
