"""POST /webhooks/rest/webhook: Rasa's REST channel."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from bot.api.bodies import RestAnswer, RestMessage
from bot.api.doors import House
from bot.channels import rest

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
