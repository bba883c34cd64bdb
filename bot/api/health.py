"""Whether the process lives, whether it can take work, and its figures."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from bot.api.bodies import Part, Readiness
from bot.api.doors import House
from bot.api.metrics import CONTENT_TYPE
from bot.api.parts import Parts

router = APIRouter(tags=["health"])


@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> dict[str, str]:
    """The process lives and answers."""
    return {"status": "alive"}


@router.head("/ready", include_in_schema=False)
@router.get("/ready", response_model=Readiness, responses={503: {"model": Readiness}})
async def ready(parts: House) -> JSONResponse:
    """200 when every part that is on can take work; each part's state either way."""
    told = await readiness(parts)
    return JSONResponse(told.model_dump(), 200 if told.ready else 503)


async def readiness(parts: Parts) -> Readiness:
    states = {name: await read() for name, read in parts.states.items()}
    return Readiness(
        ready=all(state in ("ready", "off") for state, _ in states.values()),
        parts={name: Part(state=state, detail=detail) for name, (state, detail) in states.items()},
    )


@router.get("/metrics", response_class=Response)
async def metrics(parts: House) -> Response:
    """Prometheus."""
    parts.metrics.queue.set(sum(each.status == "waiting" for each, _ in await parts.records.queue()))
    parts.metrics.calls.set(parts.calls.active if parts.calls else 0)
    for name, up, _ in parts.calls.trunks if parts.calls else ():
        parts.metrics.trunks.labels(name).set(up)
    for name, (up, _) in parts.messengers.states.items() if parts.messengers else ():
        parts.metrics.messengers.labels(name).set(up)
    parts.metrics.strangers.set(parts.calls.refused if parts.calls else 0)
    parts.metrics.tasks.set(len(asyncio.all_tasks()))
    return Response(parts.metrics.text(), media_type=CONTENT_TYPE)
