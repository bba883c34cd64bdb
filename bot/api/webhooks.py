"""POST /webhooks/rest/webhook: Rasa's REST channel. /webhooks/NAME/…: what messengers post to us."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from bot.api.bodies import RestAnswer, RestMessage
from bot.api.doors import House
from bot.channels import rest
from bot.channels.messenger import Hook
from bot.errors import NotFound
from bot.locale import said

router = APIRouter(tags=["channels"])


@router.post(
    "/webhooks/rest/webhook", response_model=list[RestAnswer], response_model_exclude_none=True, summary="Say something"
)
async def webhook(body: RestMessage, parts: House) -> list[dict[str, Any]]:
    """One message in, what the bot says to it out. Empty while a person holds the conversation.

    What an agent said since the last message comes first in the answer to the next one.
    """
    inbound = rest.parse(
        sender=body.sender,
        message=body.message,
        at=parts.now(),
        message_id=body.message_id,
        language=body.language,
        scenarios=body.scenarios,
    )
    outcome = await parts.turns.take(inbound)
    first = outcome.rows[0].seq if outcome.rows else 1
    before = () if outcome.repeated or first <= 1 else await parts.records.lately(outcome.conversation, first)
    return rest.answer(body.sender, outcome.rows, before)


@router.post("/webhooks/{messenger}/{place:path}", response_class=Response, summary="What a messenger posts")
@router.get("/webhooks/{messenger}/{place:path}", response_class=Response, include_in_schema=False)
async def posted(messenger: str, place: str, request: Request, parts: House) -> Response:
    """Each messenger in its own format, and with its own proof that it is the messenger: a secret, a signature.

    200 once all of it is committed; 503 where it isn't, and the messenger sends it again.
    """
    if messenger == "rest":
        raise HTTPException(405, headers={"Allow": "POST"})
    door = parts.messengers.at(messenger) if parts.messengers else None
    if door is None:
        raise NotFound(
            said("this messenger is not set up here", "этот мессенджер здесь не настроен"),
            where=messenger,
            fix=said("docs/channels.md says how", "Как это сделать — в docs/channels.ru.md"),
        )
    headers = {name.lower(): value for name, value in request.headers.items()}
    hook = Hook(method=request.method, headers=headers, query=dict(request.query_params), body=await request.body())
    return Response(await door.posted(hook), media_type="text/plain")
