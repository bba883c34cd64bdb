"""A score that a scenario brings is kept in the same transaction as the conversation."""

from __future__ import annotations

from dataclasses import replace

from bot.backends import ratings
from bot.dialogue.actions import Rated
from bot.dialogue.program import RateStep
from bot.dialogue.scenario import Scenario
from bot.stores.sql import Database
from bot.turn import Turn
from tests.turn.clinic import clinic, expression, serving, title, writer


async def test_a_rating_is_kept_with_whose_it_is(database: Database) -> None:
    with serving(database) as (turn, _):
        rate = RateStep(id="rate", survey="nps", scale=10, score="score", comment="said", about=expression("channel"))
        survey = Scenario(name="survey", title=title("s"), first="rate", steps={"rate": rate}, given=("score", "said"))
        made = clinic()
        turn.sets["clinic"] = replace(  # type: ignore[index]
            turn.sets["clinic"], scenarios=replace(made, scenarios={**made.scenarios, "survey": survey})
        )
        outcome = await writer(turn).starts(scenario="survey", given={"score": 9, "said": " хорошо "})
        assert [action for action in outcome.actions if isinstance(action, Rated)] == [
            Rated(survey="nps", score=9, scale=10, comment="хорошо", about="rest", scenario="survey")
        ]
        with database.reading() as tx:
            (kept,) = ratings.kept(tx)
        assert (kept.score, kept.comment, kept.about, kept.scenario) == (9, "хорошо", "rest", "survey")
        assert (kept.conversation, kept.channel, kept.scenarios) == (outcome.conversation, "rest", "clinic")
        await turn.close()


async def test_without_a_score_nothing_is_kept(turn: Turn) -> None:
    with turn.database.reading() as tx:
        assert ratings.kept(tx) == ()
