"""Ratings through the turn into the table, and what the API makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.backends import ratings
from bot.dialogue.actions import Rated
from bot.ports import Asker
from bot.stores.schema import customers
from bot.stores.sql import Database
from tests.web import Web, somebody

AT = datetime(2026, 11, 18, 10, tzinfo=UTC)


def keep(database: Database, *scores: tuple[str, int], at: datetime = AT, scenarios: str = "rated") -> None:
    with database.writing() as tx:
        who = tx.execute(customers.insert().values(created=AT).returning(customers.c.id)).scalar_one()
        for survey, score in scores:
            scale = 10 if survey == "nps" else 5
            rated = Rated(survey=survey, score=score, scale=scale, comment="ок")  # type: ignore[arg-type]
            asker = Asker(conversation=None, customer=who)  # type: ignore[arg-type]
            ratings.keep(tx, rated, asker, scenarios=scenarios, scenario="survey", channel="sip", at=at)


def test_the_usual_sums_of_surveys(database: Database) -> None:
    keep(database, *(("csat", score) for score in (5, 4, 3, 1)), *(("nps", score) for score in (10, 9, 8, 6, 0, 7)))
    keep(database, ("ces", 5), ("ces", 4), ("ces", 2))
    with database.reading() as tx:
        found = ratings.summary(tx)
        assert (found.csat, found.nps, found.ces) == (50.0, 0.0, 3.67)
        assert found.counts == {"csat": 4, "nps": 6, "ces": 3}
        assert ratings.summary(tx, survey="nps").csat is None
        assert ratings.summary(tx, since=AT + timedelta(days=1)).counts == {}


async def test_ratings_are_listed_and_summed_up(web: Web) -> None:
    keep(web.house.database, ("csat", 5), ("csat", 2), ("nps", 10))
    keep(web.house.database, ("csat", 1), at=AT - timedelta(days=40))
    async with web.client() as client:
        found = (await client.get("/api/ratings?scenarios=rated")).json()
        assert found["summary"] == {"counts": {"csat": 3, "nps": 1}, "csat": 33.3, "nps": 100.0, "ces": None}
        assert [each["score"] for each in found["ratings"]] == [1, 10, 2, 5]
        assert found["ratings"][0]["comment"] == "ок"
        late = (await client.get("/api/ratings", params={"scenarios": "rated", "since": AT.isoformat()})).json()
        assert late["summary"]["csat"] == 50.0
        page = (await client.get("/api/ratings?survey=csat&scenarios=rated&limit=1")).json()
        assert len(page["ratings"]) == 1
        assert page["summary"]["counts"] == {"csat": 3}
        assert (await client.get("/api/ratings?survey=cast")).status_code == 422
    async with web.client(token=None) as stranger:
        assert (await stranger.get("/api/ratings")).status_code == 401


async def test_nobody_rated_yet(web: Web) -> None:
    async with web.client() as client:
        found = (await client.get(f"/api/ratings?scenarios={somebody()}")).json()
    assert found == {"summary": {"counts": {}, "csat": None, "nps": None, "ces": None}, "ratings": []}
