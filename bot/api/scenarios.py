"""/api/scenarios: what is served, what was published, and what the last edit broke."""

from __future__ import annotations

from fastapi import APIRouter, Depends

from bot.api.bodies import SetOut
from bot.api.doors import House, allowed
from bot.api.problems import Problem

router = APIRouter(
    prefix="/api",
    tags=["scenarios"],
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
)


@router.get("/scenarios", response_model=list[SetOut])
async def scenarios(parts: House) -> list[SetOut]:
    """The scenario sets, the default one first."""
    return list(parts.shelves())
