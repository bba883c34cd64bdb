"""/api/customers: who is known, by what, since when; and joining and parting them. A bearer token is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, Field

from bot.api.bodies import CustomerOut, plain
from bot.api.doors import House, allowed
from bot.api.parts import Parts
from bot.api.problems import Problem
from bot.customers.joining import MAX_NOTE, Act
from bot.customers.profile import Fact
from bot.customers.timeline import Moment
from bot.errors import NotFound
from bot.locale import said
from bot.ports import Identity, Profile

router = APIRouter(
    prefix="/api/customers",
    tags=["customers"],
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}, 404: {"model": Problem}},
)
MAX_NUMBER = 2**63 - 1
Number = Annotated[int, Path(alias="id", ge=1, le=MAX_NUMBER)]
By = Annotated[str, Field(max_length=80, description="Who of the staff does it; kept with it.")]


class IdentityBody(BaseModel):
    kind: str = Field(min_length=1, max_length=20)
    value: str = Field(min_length=1, max_length=200)


class Merging(BaseModel):
    other: int = Field(ge=1, le=MAX_NUMBER, description="The customer who is the same person.")
    by: By = "api"
    note: str = Field("", max_length=MAX_NOTE, description="Why you know.")


class Splitting(BaseModel):
    identities: list[IdentityBody] = Field(min_length=1, description="Whose they are not: some, not all.")
    by: By = "api"
    note: str = Field("", max_length=MAX_NOTE)


class Undoing(BaseModel):
    by: By = "api"


class ActOut(BaseModel):
    """What was joined or parted. identities: of a join the two, of a split those that were parted from the rest."""

    id: int
    kind: str = Field(description="join or split")
    identities: list[dict[str, str]]
    proof: str = Field(description="contact, link, messenger or agent")
    by: str = Field(description="An agent; empty where the customer proved it.")
    note: str
    at: datetime
    undone: datetime | None = None
    undone_by: str = ""


class Known(BaseModel):
    """identities: what this customer is known by. joined: what was joined and parted, the oldest first."""

    customer: int
    identities: list[dict[str, str]]
    joined: list[ActOut]


class MomentOut(BaseModel):
    kind: str = Field(description="conversation, booking, form, rating, fact, join, split or undone")
    at: datetime
    about: str = Field(description="Which: an id, a number, a name.")
    what: str = Field(description="Its channel, service, score, source or proof.")
    via: str = Field(description="The identity it came by, as kind:value.")
    status: str
    by: str


@router.get("/{id}", response_model=CustomerOut)
async def customer(number: Number, parts: House) -> dict[str, Any]:
    """What the profile knows, from where and since when, and by which identities this customer is known. The number of
    somebody who was joined to another shows that other."""
    return await shown(parts, number)


@router.get("/{id}/timeline", response_model=list[MomentOut])
async def timeline(
    number: Number,
    parts: House,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[AwareDatetime | None, Query(description="Earlier than that: the next page.")] = None,
) -> list[dict[str, Any]]:
    """Every conversation on every channel, bookings, requests, ratings, what was told, joins: the newest first."""
    found = await parts.records.timeline(number, limit=limit, before=before)
    if found is None:
        raise _nobody(number)
    return [moment_out(each) for each in found]


@router.get("/{id}/identities", response_model=Known)
async def identities(number: Number, parts: House) -> dict[str, Any]:
    """By what this customer is known, and how that came to be."""
    found = await parts.records.customer(number)
    if found is None:
        raise _nobody(number)
    joined = [act_out(each) for each in await parts.records.acts(number)]
    return {"customer": found.id, "identities": _identities(found), "joined": joined}


@router.post("/{id}/merge", response_model=ActOut, responses={409: {"model": Problem}})
async def merge(number: Number, body: Merging, parts: House) -> dict[str, Any]:
    """Two customers are one person. Undone by POST /api/customers/acts/{act}/undo."""
    return act_out(await parts.records.merge(number, body.other, by=body.by, note=body.note))


@router.post("/{id}/split", response_model=ActOut)
async def split(number: Number, body: Splitting, parts: House) -> dict[str, Any]:
    """These identities are somebody else's: they take what came by them along, and nothing else."""
    apart = [Identity(kind=each.kind, value=each.value) for each in body.identities]
    return act_out(await parts.records.split(number, apart, by=body.by, note=body.note))


@router.post("/acts/{id}/undo", response_model=ActOut, responses={409: {"model": Problem}})
async def undo(number: Number, body: Undoing, parts: House) -> dict[str, Any]:
    """As if that join or split had never been."""
    return act_out(await parts.records.undo(number, by=body.by))


async def shown(parts: Parts, number: int) -> dict[str, Any]:
    found = await parts.records.customer(number)
    if found is None:
        raise _nobody(number)
    return {
        "id": found.id,
        "facts": {name: plain(value) for name, value in found.facts.items()},
        "told": [told_out(each) for each in await parts.records.told(found.id)],
        "identities": _identities(found),
    }


def told_out(fact: Fact) -> dict[str, Any]:
    value = plain(fact.value)
    return {"fact": fact.name, "value": value, "source": fact.source, "via": fact.via, "at": fact.at.isoformat()}


def act_out(act: Act) -> dict[str, Any]:
    return {
        "id": act.id,
        "kind": act.kind,
        "identities": [{"kind": each.kind, "value": each.value} for each in map(Identity.of, act.vias)],
        "proof": act.proof,
        "by": act.by,
        "note": act.note,
        "at": act.at,
        "undone": act.undone,
        "undone_by": act.undone_by,
    }


def moment_out(moment: Moment) -> dict[str, Any]:
    fields = ("kind", "at", "about", "what", "via", "status", "by")
    return {name: getattr(moment, name) for name in fields}


def _identities(found: Profile) -> list[dict[str, str]]:
    return [{"kind": each.kind, "value": each.value} for each in found.identities]


def _nobody(number: int) -> NotFound:
    return NotFound(said("no such customer", "нет такого клиента"), where=str(number))
