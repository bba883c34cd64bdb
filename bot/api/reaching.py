"""Reach a customer where they like to be reached: POST /api/customers/{id}/conversations. A bearer token is needed."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from bot.api.bodies import RestAnswer
from bot.api.customers import Channel, Number
from bot.api.doors import House, allowed
from bot.api.parts import Parts
from bot.api.problems import Problem
from bot.api.wishes import Wish, once
from bot.channels import rest
from bot.customers.reaching import Closed, Found, Way, Why
from bot.dialogue.events import Started
from bot.errors import Conflict
from bot.locale import said
from bot.ports import Inbound
from bot.stores.placed import Wanted

router = APIRouter(
    prefix="/api/customers",
    tags=["customers"],
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}, 404: {"model": Problem}},
)


class Reaching(Wish):
    channel: Channel | None = Field(None, description="Else the one they prefer, else where they were last.")
    force: bool = Field(False, description="In the hours, too, in which they asked to be left alone.")


class WayOut(BaseModel):
    channel: str
    why: Why = Field(description="preferred: they said so; last: they were there last; known: they are there.")


class ShutOut(BaseModel):
    channel: str
    why: Closed = Field(
        description="blocked: they want nothing from us there; not_set_up: we are not there, or only answer; "
        "no_identity: they are not; shared: others read it too; window: they wrote there too long ago."
    )


class WaysOut(BaseModel):
    """By which channels a customer is reached when we begin: the first first, and why not by others."""

    customer: int
    open: list[WayOut]
    shut: list[ShutOut]


class Reached(BaseModel):
    customer: int
    channel: str
    why: Why | Literal["asked"]
    shut: list[ShutOut]
    conversation: str | None = Field(None, description="Begun; of a call none yet.")
    call: str | None = Field(None, description="Asked for: GET /api/calls/{id}.")
    said: list[RestAnswer] = Field(default_factory=list, description="What the bot said to begin with.")


@router.get("/{id}/ways", response_model=WaysOut)
async def ways(number: Number, parts: House) -> dict[str, Any]:
    """Where we would write to them, or ring, and why there."""
    return ways_out(number, await reachable(parts, number))


@router.post(
    "/{id}/conversations",
    response_model=Reached,
    response_model_exclude_none=True,
    status_code=201,
    summary="Reach a customer",
    responses={409: {"model": Problem, "description": "They do not want it (now), or there is no way to them."}},
)
async def reach(
    number: Number,
    body: Reaching,
    parts: House,
    response: Response,
    key: Annotated[str | None, once("reaches them once")] = None,
) -> dict[str, Any]:
    """The bot speaks first: a reminder, say. By the channel they prefer; where we are blocked there, or they are not
    there any more, by the next one."""
    given = body.values(parts)
    found = await reachable(parts, number)
    way = _chosen(found, body.channel)
    told: dict[str, Any] = {
        "customer": number,
        "channel": way.channel,
        "why": "asked" if body.channel else way.why,
        "shut": _shut(found),
    }
    event = f"reach:{key or uuid4().hex}"
    await parts.records.may_begin(
        way.identity, channel=way.channel, event=event, now=parts.now(), forced=body.force, purpose=body.purpose
    )
    response.headers["Location"] = f"/api/customers/{number}/timeline"
    if way.channel == "phone":
        wanted = Wanted(
            to=way.identity.value,
            scenarios=body.scenarios or next(iter(parts.sets())),
            scenario=body.scenario,
            given=given,
            language=body.language or parts.site.language,
            forced=body.force,
            customer=number,
            purpose=body.purpose,
            key=f"{event}:{number}" if key else None,
        )
        made, _ = await parts.calling.request(wanted)
        return told | {"call": made.id}
    outcome = await parts.turns.take(
        Inbound(
            event=Started(id=event, at=parts.now()),
            channel=way.channel,
            identity=way.identity,
            scenarios=body.scenarios,
            scenario=body.scenario,
            language=body.language,
            given=given,
        )
    )
    if not any(isinstance(row.entry, Started) for row in outcome.rows):
        raise Conflict(
            said("a person is talking with them", "с ними говорит оператор"),
            where=outcome.conversation,
            fix=said("Wait until that conversation is over", "Дождитесь конца того разговора"),
        )
    return told | {"conversation": outcome.conversation, "said": rest.answer(way.identity.value, outcome.rows)}


async def reachable(parts: Parts, number: int) -> Found:
    """Where they are reached now. Raises NotFound."""
    return await parts.records.ways(number, parts.reaches, now=parts.now(), templates=parts.templates)


def ways_out(number: int, found: Found) -> dict[str, Any]:
    return {
        "customer": number,
        "open": [{"channel": each.channel, "why": each.why} for each in found.open],
        "shut": _shut(found),
    }


def _shut(found: Found) -> list[dict[str, str]]:
    return [{"channel": each.channel, "why": each.why} for each in found.shut]


def _chosen(found: Found, wanted: str | None) -> Way:
    """The best way, or the one that was asked for. Raises Conflict where there is none."""
    way = next((each for each in found.open if wanted in (None, each.channel)), None)
    if way is not None:
        return way
    why = next((each.why for each in found.shut if each.channel == wanted), "")
    told = f"{wanted}: {why or 'no_identity'}" if wanted else ", ".join(f"{e.channel}: {e.why}" for e in found.shut)
    raise Conflict(
        said("there is no way to this customer", "до этого клиента не достучаться"),
        where=told or "identities",
        fix=said(
            "GET /api/customers/{id}/ways says which are open", "Что открыто, говорит GET /api/customers/{id}/ways"
        ),
    )
