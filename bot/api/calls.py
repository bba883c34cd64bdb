"""/api/calls: call somebody, see how it goes, give it up. A bearer token is needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from bot.api.bodies import Language
from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.api.wishes import Wish, once, used_for_another
from bot.dialogue.scenario import Redial
from bot.outreach.rules import destination
from bot.stores.placed import Machine, Placed, State, Wanted

router = APIRouter(
    prefix="/api",
    tags=["calls"],
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
)


class CallWanted(Wish):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to": "+79051234567",
                    "scenarios": "reminder",
                    "scenario": "reminder",
                    "given": {"service": "yoga", "when": "2026-11-19 18:00"},
                }
            ]
        },
    )

    to: str = Field(min_length=3, max_length=200, description="+79051234567, or sip:user@host[:port].")
    language: Language | None = Field(None, description="Else the one of the settings.")
    machine: Machine | None = Field(
        None,
        description="An answering machine: message leaves one after the beep, hang_up, talk as to a person. "
        "Else as the scenario says.",
    )
    ring_s: int = Field(45, ge=5, le=180, description="Seconds it may ring.")
    again: Again | None = Field(
        None,
        description="Who was busy or didn't answer is called again; who talked to us or refused the call never. "
        "Else as the scenario says, then the settings.",
    )
    customer: int | None = Field(
        None,
        ge=1,
        description="Whom it is for, where others may pick up: they are asked for first. Else whoever has that number; "
        "a number of several, with something given, needs it.",
    )
    force: bool = Field(False, description="In quiet hours, too.")


class Again(BaseModel):
    model_config = ConfigDict(extra="forbid")

    times: int = Field(ge=0, le=10, description="Calls after the first, at most.")
    after_min: int = Field(60, ge=1, le=1_440, description="Minutes until the next.")
    busy_after_min: int = Field(5, ge=1, le=1_440, description="The same after a busy line.")
    machines: bool = Field(True, description="Also where a machine answered and no message was left.")

    def redial(self) -> Redial:
        return Redial(
            times=self.times,
            after_s=self.after_min * 60,
            busy_after_s=self.busy_after_min * 60,
            machines=self.machines,
        )


class StepOut(BaseModel):
    at: datetime
    state: State
    status: int = Field(0, description="Of SIP; 0: none.")
    by: str = ""
    why: str = ""


class CallOut(BaseModel):
    id: str
    to: str
    scenarios: str
    scenario: str | None
    language: Language
    machine: Machine | None
    ring_s: int
    customer: int | None = Field(description="Whom it is for, where that was said.")
    origin: Literal["api", "command", "scenario"]
    state: State = Field(
        description="requested, dialling, ringing, answered; and how it ended: ended (it was answered), busy, "
        "no_answer, refused, failed, cancelled."
    )
    status: int = Field(description="The last status of SIP; 0: none.")
    by: str = Field(description="Who answered: human, machine, fax, unknown (they kept silent); empty: nobody.")
    why: str = Field(
        description="What that was told by, or why it failed, waits or was called off: 'they rang us', "
        "'they wrote to us'."
    )
    message: bool = Field(description="A message was left with an answering machine.")
    dialled: int = Field(description="How often so far.")
    due: datetime | None = Field(None, description="Of one that waits: from when on it is dialled.")
    conversation: str | None = Field(description="Its own; of one that was called off, the one they came by instead.")
    steps: list[StepOut]
    created: datetime
    changed: datetime


class CallsOut(BaseModel):
    calls: list[CallOut]


@router.post(
    "/calls",
    response_model=CallOut,
    status_code=202,
    summary="Call somebody",
    responses={
        200: {"model": CallOut, "description": "It was asked for earlier with the same Idempotency-Key."},
        404: {"model": Problem, "description": "No such set or scenario."},
        409: {"model": Problem, "description": "Quiet hours, or the customer does not want it (now)."},
        503: {"model": Problem, "description": "Too many calls wait already."},
    },
)
async def call(
    body: CallWanted,
    parts: House,
    response: Response,
    key: Annotated[str | None, once("places one call")] = None,
) -> dict[str, Any]:
    """Asked for, and placed as soon as there is room: GET it, or wait for its conversation."""
    destination(body.to)
    given = body.values(parts)
    wanted = Wanted(
        to=body.to.strip(),
        scenarios=body.scenarios or next(iter(parts.sets())),
        scenario=body.scenario,
        given=given,
        language=body.language or parts.site.language,
        machine=body.machine,
        ring_s=body.ring_s,
        redial=body.again.redial() if body.again is not None else None,
        forced=body.force,
        customer=body.customer,
        purpose=body.purpose,
        key=f"api:{key}" if key else None,
    )
    made, new = await parts.calling.request(wanted)
    if not new and replace(made.wanted, customer=None) != replace(wanted, customer=None):
        raise used_for_another("this key has asked for another call", "с этим ключом заказан другой звонок")
    response.status_code = 202 if new else 200
    response.headers["Location"] = f"/api/calls/{made.id}"
    return _out(made)


@router.get("/calls", response_model=CallsOut)
async def calls(
    parts: House,
    state: State | None = None,
    before: Annotated[AwareDatetime | None, Query(description="Asked for earlier than that: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> dict[str, Any]:
    """The newest first."""
    return {"calls": [_out(each) for each in await parts.calling.latest(limit, state, before)]}


@router.get(
    "/calls/{ident}", response_model=CallOut, responses={404: {"model": Problem, "description": "No such call."}}
)
async def one(ident: str, parts: House) -> dict[str, Any]:
    """How it stands, and every step so far."""
    return _out(await parts.calling.get(ident))


@router.delete(
    "/calls/{ident}", response_model=CallOut, responses={404: {"model": Problem, "description": "No such call."}}
)
async def cancel(ident: str, parts: House) -> dict[str, Any]:
    """Give it up: before it is dialled, while it rings, or in the middle of a word. One that is over stays so."""
    return _out(await parts.calling.cancel(ident))


def _out(call: Placed) -> dict[str, Any]:
    wanted = call.wanted
    return {
        "id": call.id,
        "to": wanted.to,
        "scenarios": wanted.scenarios,
        "scenario": wanted.scenario,
        "language": wanted.language,
        "machine": wanted.machine,
        "ring_s": wanted.ring_s,
        "customer": wanted.customer,
        "origin": wanted.origin,
        "state": call.state,
        "status": call.status,
        "by": call.by,
        "why": call.why,
        "message": call.message,
        "dialled": call.dialled,
        "due": call.due,
        "conversation": call.conversation,
        "steps": [
            {"at": each.at, "state": each.state, "status": each.status, "by": each.by, "why": each.why}
            for each in call.steps
        ],
        "created": call.created,
        "changed": call.changed,
    }
