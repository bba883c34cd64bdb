"""POST /webrtc/offer: a call from the browser."""

from __future__ import annotations

from fastapi import APIRouter

from bot.api.bodies import Answer, Offer
from bot.api.doors import House
from bot.api.problems import Problem
from bot.errors import GovorunError, NotAllowed, PartMissing
from bot.locale import said

router = APIRouter(tags=["channels"])


class NoVoice(PartMissing):
    status = 503


@router.post("/webrtc/offer", response_model=Answer, responses={503: {"model": Problem}})
async def offer(body: Offer, parts: House) -> Answer:
    """Answer a browser's SDP offer (non-trickle: with its candidates). Keys come over the data channel "control"."""
    visitor = parts.signer.read_visitor(body.visitor)
    if visitor is None:
        raise NotAllowed(
            said("this visitor isn't known here", "этого посетителя здесь не знают"),
            where="visitor",
            fix=said("Reload the page", "Обновите страницу"),
        )
    if parts.calls is None:
        parts.metrics.offers.labels("no voice").inc()
        raise NoVoice(
            said("calls are off on this server", "на этом сервере звонки выключены"),
            fix=said(
                "Write in the chat; `govorun serve` says what voice needs",
                "Напишите в чат; чего не хватает голосу, говорит `govorun serve`",
            ),
        )
    try:
        sdp, kind = await parts.calls.offer(
            body.sdp, body.type, visitor=visitor, language=body.language, scenarios=body.scenarios
        )
    except GovorunError as error:
        parts.metrics.offers.labels(type(error).__name__).inc()
        raise
    parts.metrics.offers.labels("answered").inc()
    return Answer(sdp=sdp, type=kind)
