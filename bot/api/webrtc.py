"""A call from the browser: where the page may find us, and its offers."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic

from fastapi import APIRouter

from bot.api.bodies import Answer, Ice, IceServer, Offer, Visitor
from bot.api.doors import House
from bot.api.parts import Calls, Parts
from bot.api.problems import Problem
from bot.errors import GovorunError, NotAllowed, PartMissing, Unacceptable
from bot.locale import said

router = APIRouter(tags=["channels"])

BURST = 10  # offers of one visitor at once: a network that comes and goes needs several
PER_S = 0.5  # and then so many a second
VISITORS = 10_000  # that are remembered


class NoVoice(PartMissing):
    status = 503


class TooManyOffers(Unacceptable):
    status = 429


class Pace:
    """How many offers each visitor may still make."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # how many, as of when

    def take(self, visitor: str, now: float) -> bool:
        """Whether this one is within the pace."""
        left, since = self._left.pop(visitor, (float(BURST), now))
        left = min(float(BURST), left + (now - since) * PER_S)
        self._left[visitor] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > VISITORS:
            self._left.popitem(last=False)
        return left >= 1


_pace = Pace()


@router.post("/webrtc/ice", response_model=Ice, responses={503: {"model": Problem}})
async def ice(body: Visitor, parts: House) -> Ice:
    """STUN and TURN servers for a page's RTCPeerConnection. Ask before each call: credentials end."""
    visitor = _visitor(parts, body.visitor)
    return Ice(ice_servers=[IceServer.model_validate(each) for each in _calls(parts).ice(visitor)])


@router.post(
    "/webrtc/offer",
    response_model=Answer,
    responses={410: {"model": Problem}, 429: {"model": Problem}, 503: {"model": Problem}},
)
async def offer(body: Offer, parts: House) -> Answer:
    """Answer a browser's SDP offer (non-trickle: with its candidates). Keys come over the data channel "control"."""
    visitor = _visitor(parts, body.visitor)
    calls = _calls(parts)
    if not _pace.take(visitor, monotonic()):
        parts.metrics.offers.labels("too many").inc()
        raise TooManyOffers(
            said("too many calls in a short time", "слишком много звонков подряд"),
            fix=said("Call again in a minute", "Позвоните через минуту"),
        )
    try:
        answered = await calls.offer(
            body.sdp,
            body.type,
            visitor=visitor,
            language=body.language,
            scenarios=body.scenarios,
            resume=body.resume,
        )
    except GovorunError as error:
        parts.metrics.offers.labels(type(error).__name__).inc()
        raise
    parts.metrics.offers.labels("resumed" if body.resume else "answered").inc()
    return Answer(sdp=answered.sdp, type="answer", call=answered.call, grace_s=answered.grace_s)


def _visitor(parts: Parts, token: str) -> str:
    visitor = parts.signer.read_visitor(token)
    if visitor is None:
        raise NotAllowed(
            said("this visitor isn't known here", "этого посетителя здесь не знают"),
            where="visitor",
            fix=said("Reload the page", "Обновите страницу"),
        )
    return visitor


def _calls(parts: Parts) -> Calls:
    if parts.calls is None:
        parts.metrics.offers.labels("no voice").inc()
        raise NoVoice(
            said("calls are off on this server", "на этом сервере звонки выключены"),
            fix=said(
                "Write in the chat; `govorun serve` says what voice needs",
                "Напишите в чат; чего не хватает голосу, говорит `govorun serve`",
            ),
        )
    return parts.calls
