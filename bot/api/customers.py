"""/api/customers: who is known, by what, since when; and joining and parting them. A bearer token is needed.

GET    /api/customers/{id}            profile: facts, told, identities, language, preferred_channel, do_not_call,
                                      consents[] (the latest of each kind), persons[] (who shares the telephone)
PATCH  /api/customers/{id}            language, preferred_channel, do_not_call {until | hours}, consents[], facts {};
                                      what isn't named stays, null forgets; answers with the profile
DELETE /api/customers/{id}            erase the person everywhere; answers with what was removed
GET    /api/customers/{id}/consents   every consent ever given, refused, taken back
POST   /api/customers/{id}/persons    somebody else comes by the same telephone
GET    /api/customers/{id}/timeline, /identities; POST …/merge, …/split, /acts/{act}/undo
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.api.bodies import ConsentOut, CustomerOut, DoNotCallBody, Language, PersonOut, plain
from bot.api.doors import House, allowed
from bot.api.parts import Parts
from bot.api.problems import Problem
from bot.customers.joining import MAX_NOTE, Act
from bot.customers.persons import Person
from bot.customers.profile import Fact
from bot.customers.terms import Consent, ConsentKind, DoNotCall
from bot.customers.timeline import Moment
from bot.dialogue.values import Value
from bot.errors import Unacceptable
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
FactName = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]{0,79}$")]
Channel = Literal["telegram", "whatsapp", "vk", "max", "viber", "email", "sms", "web", "phone"]
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


class ConsentBody(BaseModel):
    kind: ConsentKind
    given: bool
    version: str = Field("", max_length=120, description="Of the text, as the company names it.")
    text: str = Field("", max_length=4000, description="The words they were asked in.")


class Changing(BaseModel):
    """What isn't there stays as it is; null forgets."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"language": "en", "preferred_channel": "telegram", "by": "anna"},
                {"do_not_call": {"hours": "00:00-18:00"}, "by": "anna"},
                {"do_not_call": {}, "consents": [{"kind": "marketing", "given": False}]},
                {"do_not_call": None},
            ]
        },
    )

    language: Language | None = None
    preferred_channel: Channel | None = None
    do_not_call: DoNotCallBody | None = None
    consents: list[ConsentBody] = Field(default_factory=list, max_length=10)
    facts: dict[FactName, bool | int | Annotated[str, Field(max_length=1000)] | None] = Field(
        default_factory=dict, max_length=50
    )
    identity: IdentityBody | None = Field(
        None, description="By which of theirs it is kept, so that a split knows whose it is; else their oldest."
    )
    by: By = "api"


class Adding(BaseModel):
    """Two persons come by one telephone."""

    name: str = Field(min_length=1, max_length=200, description="Of the other one.")
    conversations: list[str] = Field(
        default_factory=list, max_length=200, description="Which were theirs, with what was booked and asked in them."
    )
    identity: IdentityBody | None = Field(None, description="The telephone; else this customer's first.")
    by: By = "api"


class ErasedOut(BaseModel):
    customer: int
    at: datetime
    by: str
    removed: dict[str, int] = Field(description="Of each kind of thing how many.")


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
    kind: str = Field(description="conversation, booking, form, rating, fact, consent, join, split or undone")
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


@router.patch("/{id}", response_model=CustomerOut)
async def change(number: Number, body: Changing, parts: House) -> dict[str, Any]:
    """Language, preferred channel, when not to call, consents, facts: what isn't named stays, null forgets. Each is
    kept with its source ("agent" where `by` names somebody) and time."""
    named = body.model_fields_set
    facts: dict[str, Value] = dict(body.facts)
    reserved = sorted(set(facts) & {"do_not_call", "language", "preferred_channel"})
    if reserved:
        raise Unacceptable(said("it is a field of its own", "для этого есть своё поле"), where=f"facts.{reserved[0]}")
    for name in ("language", "preferred_channel"):
        if name in named:
            facts[name] = getattr(body, name)
    if "do_not_call" in named:
        facts["do_not_call"] = str(_do_not_call(body.do_not_call)) if body.do_not_call is not None else None
    await parts.records.change(
        number,
        facts,
        [
            Consent(
                kind=each.kind,
                given=each.given,
                source="",
                at=parts.now(),
                by=body.by,
                version=each.version,
                text=each.text,
            )
            for each in body.consents
        ],
        source="api" if body.by == "api" else "agent",
        identity=_identity(body.identity),
    )
    return await shown(parts, number)


@router.delete("/{id}", response_model=ErasedOut, responses={409: {"model": Problem}})
async def erase(number: Number, parts: House, by: By = "api") -> dict[str, Any]:
    """Everything that tells who they were or what they said, recordings too. It can't be undone. That they were erased,
    when and by whom, stays under their number."""
    made = await parts.records.erase(number, sounds=parts.recordings.erase, by=by, at=parts.now())
    return {"customer": made.number, "at": made.at, "by": made.by, "removed": dict(made.removed)}


@router.get("/{id}/consents", response_model=list[ConsentOut])
async def consents(number: Number, parts: House) -> list[dict[str, Any]]:
    """All that was ever agreed to, refused and taken back, the oldest first."""
    if await parts.records.customer(number) is None:
        raise await parts.records.missing(number)
    return [consent_out(each) for each in await parts.records.consents(number)]


@router.post("/{id}/persons", response_model=PersonOut, status_code=201, responses={409: {"model": Problem}})
async def person(number: Number, body: Adding, parts: House) -> dict[str, Any]:
    """Somebody else comes by this customer's telephone, too: from now on whoever calls from it is asked who they are.
    Undone by merging the two."""
    made = await parts.records.person(number, name=body.name, talks=body.conversations, shared=_identity(body.identity))
    return person_out(made)


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
        raise await parts.records.missing(number)
    return [moment_out(each) for each in found]


@router.get("/{id}/identities", response_model=Known)
async def identities(number: Number, parts: House) -> dict[str, Any]:
    """By what this customer is known, and how that came to be."""
    found = await parts.records.customer(number)
    if found is None:
        raise await parts.records.missing(number)
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
        raise await parts.records.missing(number)
    known = await parts.records.terms(found.id)
    return {
        "id": found.id,
        "language": known.language,
        "preferred_channel": known.preferred_channel,
        "do_not_call": do_not_call_out(known.do_not_call),
        "consents": [consent_out(each) for each in known.consents],
        "persons": [person_out(each) for each in await parts.records.household(found.id)],
        "facts": {name: plain(value) for name, value in found.facts.items()},
        "told": [told_out(each) for each in await parts.records.told(found.id)],
        "identities": _identities(found),
    }


def do_not_call_out(told: DoNotCall | None) -> dict[str, Any] | None:
    if told is None:
        return None
    hours = str(told) if told.hours is not None else None
    return {"until": told.until, "hours": hours}


def consent_out(told: Consent) -> dict[str, Any]:
    fields = ("kind", "given", "source", "by", "version", "text", "conversation", "via", "at")
    return {name: getattr(told, name) for name in fields}


def person_out(person: Person) -> dict[str, Any]:
    identity = {"kind": person.identity.kind, "value": person.identity.value}
    return {"customer": person.customer, "name": str(person.name or ""), "identity": identity}


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


def _do_not_call(body: DoNotCallBody) -> DoNotCall:
    if body.hours is None:
        return DoNotCall(until=body.until)
    told = DoNotCall.of(body.hours)
    if told is None or body.until is not None:
        raise Unacceptable(
            said("write either until or hours, as 00:00-18:00", "укажите либо until, либо hours, как 00:00-18:00"),
            where="do_not_call",
        )
    return told


def _identity(body: IdentityBody | None) -> Identity | None:
    return None if body is None else Identity(kind=body.kind, value=body.value)


def _identities(found: Profile) -> list[dict[str, str]]:
    return [{"kind": each.kind, "value": each.value} for each in found.identities]
