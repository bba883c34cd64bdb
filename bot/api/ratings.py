"""/api/ratings: what people thought of it, one by one and summed up."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from bot.api.doors import House, allowed
from bot.api.problems import Problem
from bot.backends.ratings import Survey

router = APIRouter(
    prefix="/api",
    dependencies=[Depends(allowed)],
    responses={401: {"model": Problem, "description": "A token is needed."}},
    tags=["ratings"],
)


class RatingOut(BaseModel):
    id: int
    survey: Survey
    score: int
    scale: int = Field(description="The highest score there is; the lowest is 1, of nps 0.")
    comment: str
    about: str
    scenarios: str
    scenario: str
    channel: str
    customer: int | None
    conversation: str | None
    at: datetime


class SummaryOut(BaseModel):
    counts: dict[Survey, int]
    csat: float | None = Field(description="Share of fours and fives, percent.")
    nps: float | None = Field(description="Nines and tens less noughts to sixes, -100..100.")
    ces: float | None = Field(description="Mean, 1..5; five is very easy.")


class RatingsOut(BaseModel):
    summary: SummaryOut
    ratings: list[RatingOut]


@router.get("/ratings", response_model=RatingsOut)
async def ratings(
    parts: House,
    survey: Survey | None = None,
    scenarios: Annotated[str | None, Query(max_length=80, description="Of this set.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="2026-11-01T00:00:00+03:00")] = None,
    until: AwareDatetime | None = None,
    before: Annotated[int | None, Query(ge=1, le=2**53, description="Of a lower id: the next page.")] = None,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 100,
) -> Any:
    """The newest first; the summary is of all that was asked for, whatever the page."""
    about = {"survey": survey, "scenarios": scenarios, "since": since, "until": until}
    summary, found = await parts.records.ratings(before=before, limit=limit, **about)  # type: ignore[arg-type]
    return {"summary": summary, "ratings": found}
