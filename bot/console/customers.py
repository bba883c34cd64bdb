"""What an agent sees of a customer, and does: /desk/customers, for the desk's page alone.

The same as /api/customers, in an agent's name. Accounts are told by their kind and last characters: the id of a page's
visitor, or of a sender of the REST channel, is a secret of theirs. `key` names an identity in a split.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from bot.api import customers
from bot.api.bodies import plain
from bot.api.customers import Changing, Merging, Number, act_out, moment_out, shown
from bot.api.doors import House
from bot.api.parts import Parts
from bot.api.reaching import reachable, ways_out
from bot.console.shift import OnShift
from bot.customers.joining import MAX_NOTE, Act
from bot.customers.timeline import Moment
from bot.errors import Unacceptable
from bot.locale import said
from bot.ports import Identity, Profile

router = APIRouter(prefix="/desk/customers", include_in_schema=False)

PAGE = 30  # moments of a timeline at once
OPEN = ("bot", "waiting", "agent")
SHOWN = ("phone", "email", "sms")  # identities that people know each other by


class Parting(BaseModel):
    keys: list[str] = Field(min_length=1, max_length=200)
    note: str = Field("", max_length=MAX_NOTE)


@router.get("")
async def search(parts: House, _: OnShift, find: Annotated[str, Query(max_length=80)] = "") -> list[dict[str, Any]]:
    """Who is meant, who talked with us last first."""
    numbers = await parts.records.find_customers(find)
    return [told for each in numbers if (told := await _brief(parts, each)) is not None]


@router.get("/{id}")
async def customer(number: Number, parts: House, _: OnShift) -> dict[str, Any]:
    """All but the timeline."""
    told = await shown(parts, number)
    acts = await parts.records.acts(told["id"])
    known = [Identity(**each) for each in told["identities"]]
    open_now = await parts.records.conversations(statuses=OPEN, customer=told["id"], limit=20)
    visits = await parts.records.bookings(customer=told["id"])
    found = await reachable(parts, told["id"])
    return told | {
        "ways": ways_out(told["id"], found),
        "name": str(plain(told["facts"].get("name")) or ""),
        "identities": [_identity(parts, each, acts) for each in known],
        "told": [each | {"via": _via(each["via"])} for each in told["told"]],
        "consents": [each | {"via": _via(each["via"])} for each in told["consents"]],
        "persons": [each | {"identity": _shown(Identity(**each["identity"]))} for each in told["persons"]],
        "acts": [_act(each) for each in acts],
        "open": [
            {
                "conversation": each.about.id,
                "channel": each.about.channel,
                "status": each.about.status,
                "agent": each.about.agent,
                "updated": each.about.updated.isoformat(),
            }
            for each in open_now
        ],
        "coming": sum(each.status == "confirmed" for each in visits),
    }


@router.patch("/{id}")
async def change(number: Number, body: Changing, parts: House, agent: OnShift) -> dict[str, Any]:
    await customers.change(number, body.model_copy(update={"by": agent.login}), parts)
    return await customer(number, parts, agent)


@router.get("/{id}/timeline")
async def timeline(
    number: Number, parts: House, _: OnShift, before: AwareDatetime | None = None
) -> dict[str, list[dict[str, Any]] | str | None]:
    """A page of it, the newest first. next: what the following page is asked with as `before`."""
    found = await parts.records.timeline(number, limit=PAGE + 1, before=before)
    if found is None:
        raise await parts.records.missing(number)
    page, following = _page(found)
    talks = [each.about for each in page if each.kind == "conversation"]
    handed = await parts.records.handed_over(talks)
    profile = await parts.records.customer(number)
    visits = {str(each.id): each for each in await parts.records.bookings(customer=profile.id if profile else number)}
    moments = []
    for each in page:
        told = moment_out(each) | {"at": each.at.isoformat(), "via": _vias(each.via)}
        if each.kind == "conversation":
            told["handoffs"] = handed.get(each.about, [])
            told["recordings"] = await asyncio.to_thread(_recorded, parts, each.about)
        if each.kind == "booking" and each.about in visits:
            visit = visits[each.about]
            told |= {"when": visit.when.isoformat(timespec="minutes"), "title": dict(parts.services("", each.what))}
        moments.append(told)
    return {"moments": moments, "next": following}


@router.post("/{id}/merge")
async def merge(number: Number, body: Merging, parts: House, agent: OnShift) -> dict[str, Any]:
    return _act(await parts.records.merge(number, body.other, by=agent.login, note=body.note))


@router.post("/{id}/split")
async def split(number: Number, body: Parting, parts: House, agent: OnShift) -> dict[str, Any]:
    found = await parts.records.customer(number)
    if found is None:
        raise await parts.records.missing(number)
    apart = [each for each in found.identities if _key(parts, each) in body.keys]
    if len(apart) != len(set(body.keys)):
        raise Unacceptable(
            said("this customer is known by others by now", "у клиента уже другие признаки"),
            where="keys",
            fix=said("Open the page again", "Откройте карточку заново"),
        )
    return _act(await parts.records.split(number, apart, by=agent.login, note=body.note))


@router.post("/acts/{id}/undo")
async def undo(number: Number, parts: House, agent: OnShift) -> dict[str, Any]:
    return _act(await parts.records.undo(number, by=agent.login))


async def _brief(parts: Parts, number: int) -> dict[str, Any] | None:
    found = await parts.records.customer(number)
    if found is None:
        return None
    last = await parts.records.conversations(customer=found.id, limit=1)
    return {
        "id": found.id,
        "name": str(plain(found.facts.get("name")) or ""),
        "phone": _phone(found),
        "kinds": sorted({each.kind for each in found.identities}),
        "last": last[0].about.updated.isoformat() if last else None,
    }


def _phone(found: Profile) -> str:
    """The one that a line showed, else the one that was told."""
    told = found.facts.get("phone")
    proven = next((each.value for each in found.identities if each.kind == "phone"), "")
    return proven or (told if isinstance(told, str) else "")


def _identity(parts: Parts, identity: Identity, acts: tuple[Act, ...]) -> dict[str, Any]:
    """proofs: what joined it with the others, and stands."""
    proofs = [
        {"proof": act.proof, "at": act.at.isoformat(), "by": act.by, "with": _other(act, identity)}
        for act in acts
        if act.kind == "join" and act.undone is None and identity.via in act.vias
    ]
    return _shown(identity) | {"key": _key(parts, identity), "proofs": proofs}


def _other(act: Act, identity: Identity) -> str:
    return next((_via(via) for via in act.vias if via != identity.via), "")


def _key(parts: Parts, identity: Identity) -> str:
    return parts.signer.alias(identity.via)


def _shown(identity: Identity) -> dict[str, str]:
    value = identity.value if identity.kind in SHOWN else f"…{identity.value[-4:]}"
    return {"kind": identity.kind, "value": value}


def _via(via: str) -> str:
    return " ".join(_shown(Identity.of(via)).values()) if via else ""


def _vias(vias: str) -> str:
    return ", ".join(map(_via, vias.split()))


def _act(act: Act) -> dict[str, Any]:
    told = act_out(act)
    return told | {
        "identities": [_shown(Identity(**each)) for each in told["identities"]],
        "at": act.at.isoformat(),
        "undone": act.undone.isoformat() if act.undone else None,
    }


def _recorded(parts: Parts, conversation: str) -> list[dict[str, Any]]:
    return [{"part": each.number, "seconds": each.seconds} for each in parts.recordings.of(conversation)]


def _page(found: Sequence[Moment]) -> tuple[Sequence[Moment], str | None]:
    """Those of this page, and what the next is asked with. What happened at one instant is never parted by its end."""
    if len(found) <= PAGE:
        return found, None
    kept = [each for each in found[:PAGE] if each.at != found[PAGE].at] or found[:PAGE]
    return kept, kept[-1].at.isoformat()
