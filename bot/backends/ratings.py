"""What people thought of it: the scores that `survey:` brings, kept and summed up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Select, case, func, insert, select

from bot.dialogue.actions import Rated
from bot.ports import Asker
from bot.stores.schema import ratings

Survey = Literal["csat", "nps", "ces"]
MAX_TEXT = 4_000  # characters of a comment
# Who counts as content, by the usual definitions: CSAT is the share of fours and fives, NPS nines and tens less noughts
# to sixes, CES the mean.
SATISFIED = 4
PROMOTER, DETRACTOR = 9, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """scale: the highest score there is; the lowest is 1, of nps 0."""

    id: int
    survey: Survey
    score: int
    scale: int
    comment: str
    about: str
    scenarios: str
    scenario: str
    channel: str
    customer: int | None
    conversation: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """csat: share of 4 and 5, percent. nps: -100..100. ces: mean, 1..5. None where nobody was asked. counts: of each
    survey."""

    counts: Mapping[Survey, int]
    csat: float | None = None
    nps: float | None = None
    ces: float | None = None


def keep(
    tx: Connection, rated: Rated, asker: Asker, *, scenarios: str, scenario: str, channel: str, at: datetime
) -> None:
    tx.execute(
        insert(ratings).values(
            survey=rated.survey,
            score=rated.score,
            scale=rated.scale,
            comment=rated.comment[:MAX_TEXT],
            about=rated.about[:MAX_TEXT],
            scenarios=scenarios,
            scenario=scenario,
            channel=channel,
            customer=asker.customer,
            via=asker.via,
            conversation=asker.conversation,
            at=at,
        )
    )


def kept(
    tx: Connection,
    *,
    survey: Survey | None = None,
    scenarios: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 100,
) -> tuple[Rating, ...]:
    """The newest first. before: of a lower id, for the next page."""
    wanted = (
        _within(select(*(ratings.c[each.name] for each in fields(Rating))), survey, scenarios, since, until)
        .order_by(ratings.c.id.desc())
        .limit(limit)
    )
    if before is not None:
        wanted = wanted.where(ratings.c.id < before)
    return tuple(Rating(**row._mapping) for row in tx.execute(wanted))


def summary(
    tx: Connection,
    *,
    survey: Survey | None = None,
    scenarios: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Summary:
    score = ratings.c.score
    wanted = select(
        ratings.c.survey,
        func.count(),
        func.sum(case((score >= SATISFIED, 1), else_=0)),
        func.sum(case((score >= PROMOTER, 1), (score <= DETRACTOR, -1), else_=0)),
        func.avg(score),
    ).group_by(ratings.c.survey)
    found = {row[0]: row for row in tx.execute(_within(wanted, survey, scenarios, since, until))}
    csat, nps, ces = found.get("csat"), found.get("nps"), found.get("ces")
    return Summary(
        counts={name: int(row[1]) for name, row in found.items()},
        csat=round(100 * int(csat[2]) / int(csat[1]), 1) if csat else None,
        nps=round(100 * int(nps[3]) / int(nps[1]), 1) if nps else None,
        ces=round(float(ces[4]), 2) if ces else None,
    )


def _within(
    wanted: Select[Any], survey: Survey | None, scenarios: str | None, since: datetime | None, until: datetime | None
) -> Select[Any]:
    if survey is not None:
        wanted = wanted.where(ratings.c.survey == survey)
    if scenarios is not None:
        wanted = wanted.where(ratings.c.scenarios == scenarios)
    if since is not None:
        wanted = wanted.where(ratings.c.at >= since)
    if until is not None:
        wanted = wanted.where(ratings.c.at < until)
    return wanted
