"""/api: reading what is stored. A bearer token is needed for all of it."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from fastapi.responses import FileResponse, JSONResponse

from bot import vcon
from bot.api import sounds
from bot.api.bodies import (
    BookingOut,
    ConversationOut,
    ConversationWhole,
    WaitingOut,
    booking_out,
    conversation_out,
    handoff_out,
)
from bot.api.doors import House, allowed
from bot.api.parts import Parts
from bot.api.problems import Problem
from bot.api.records import Conversation
from bot.channels import rest
from bot.channels.lines import lines
from bot.errors import NotFound
from bot.locale import said
from bot.recordings import MEDIA, MOST

router = APIRouter(
    prefix="/api",
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
)

MAX_NUMBER = 2**63 - 1  # of a row, in SQLite as in PostgreSQL
Number = Annotated[int, Path(alias="id", ge=1, le=MAX_NUMBER)]
Customer = Annotated[int | None, Query(ge=1, le=MAX_NUMBER)]
Named = Annotated[str, Path(alias="id", max_length=200)]


async def _find(parts: Parts, name: str) -> Conversation:
    found = await parts.records.conversation(name)
    if found is None:
        found = await parts.records.of_sender(name, kind=rest.NAME)
    if found is None:
        raise NotFound(
            said("no such conversation", "нет такого разговора"),
            where=name,
            fix=said("GET /api/conversations lists them", "Список: GET /api/conversations"),
        )
    return found


@router.get("/conversations", response_model=list[ConversationOut], tags=["conversations"])
async def conversations(
    parts: House,
    status: Literal["bot", "waiting", "agent", "ended"] | None = None,
    channel: str | None = None,
    customer: Customer = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[datetime | None, Query(description="Changed before that: the next page.")] = None,
) -> list[dict[str, Any]]:
    """Conversations, the newest first."""
    found = await parts.records.conversations(
        statuses=(status,) if status else (), channel=channel, customer=customer, limit=limit, before=before
    )
    return [conversation_out(each) for each in found]


@router.get(
    "/conversations/{id}",
    response_model=ConversationWhole,
    response_model_exclude_none=True,
    responses={404: {"model": Problem}},
    tags=["conversations"],
)
async def conversation(name: Named, parts: House) -> dict[str, Any]:
    """One conversation with its transcript, by its id or by the sender of the REST channel."""
    found = await _find(parts, name)
    told = [line.wire() for line in lines(await parts.records.rows(found.about.id))]
    waiting = next((each for each, whole in await parts.records.queue() if whole.about.id == found.about.id), None)
    return conversation_out(found) | {
        "transcript": told,
        "handoff": handoff_out(waiting) if waiting else None,
    }


@router.get("/conversations/{id}/vcon", responses={404: {"model": Problem}}, tags=["conversations"])
async def conversation_vcon(name: Named, parts: House, form: Literal["plain", "signed"] = "plain") -> JSONResponse:
    """The conversation as a vCon (draft-ietf-vcon-vcon-core). signed: a JWS in general JSON serialization."""
    found = await _find(parts, name)
    rows = await parts.records.rows(found.about.id)
    business = parts.sets().get(found.about.scenarios, {}).get(found.language, "")
    recorded = await asyncio.to_thread(sounds.told, parts.recordings, found.about.id, parts.site.public)
    heard = await parts.records.spoken(found.about.id)
    made = vcon.plain(found.about, rows, name=found.name, business=business, recorded=recorded, spoken=heard)
    if form == "signed":
        return JSONResponse(await asyncio.to_thread(parts.vcons.sign, made), media_type="application/jose+json")
    return JSONResponse(made, media_type="application/vcon+json")


@router.get(
    "/conversations/{id}/recording",
    response_class=FileResponse,
    responses={
        200: {"content": {media: {} for media in MEDIA.values()}, "description": "The sound."},
        404: {"model": Problem},
    },
    tags=["conversations"],
)
async def conversation_recording(
    name: Named,
    parts: House,
    part: Annotated[int, Query(ge=1, le=MOST, description="Of several calls, which; 1 is the first.")] = 1,
) -> FileResponse:
    """The recorded call: two channels, the caller on the left, what they heard on the right. Ranges are served."""
    return await sounds.sound(parts.recordings, (await _find(parts, name)).about.id, part)


@router.delete(
    "/conversations/{id}/recording",
    responses={404: {"model": Problem}, 409: {"model": Problem, "description": "The call goes on."}},
    tags=["conversations"],
)
async def erase_recording(name: Named, parts: House) -> dict[str, int]:
    """Erase all that was recorded of it; the transcript stays. Tells how many recordings that was."""
    conversation = (await _find(parts, name)).about.id
    return {"erased": await sounds.erase(parts.recordings, conversation)}


@router.get("/queue", response_model=list[WaitingOut], tags=["desk"])
async def queue(parts: House) -> list[dict[str, Any]]:
    """Who waits for a person, in the order of the desk, and who has one."""
    return [
        handoff_out(waiting) | {"conversation": conversation_out(whole)}
        for waiting, whole in await parts.records.queue()
    ]


@router.get("/bookings", response_model=list[BookingOut], tags=["bookings"])
async def bookings(
    parts: House,
    customer: Customer = None,
    status: Literal["confirmed", "cancelled"] | None = None,
) -> list[dict[str, Any]]:
    """The built-in calendar's bookings, by time of visit. `when` is the business's wall clock."""
    found = await parts.records.bookings(customer=customer)
    return [booking_out(each) for each in found if status in (None, each.status)]
