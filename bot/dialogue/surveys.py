"""Surveys: what a score becomes when it was given, and the free words after it."""

from __future__ import annotations

from decimal import Decimal

from bot.dialogue.actions import Rated
from bot.dialogue.prompts import tells
from bot.dialogue.run import Run
from bot.dialogue.scenario import RateStep
from bot.dialogue.showing import show
from bot.dialogue.values import MASK

# The highest score of each; the lowest is 1, of nps 0.
SCALES = {"csat": 5, "ces": 5, "nps": 10}
LOWEST = {"csat": 1, "ces": 1, "nps": 0}


def rate(run: Run, step: RateStep) -> None:
    """The variables `score` and `comment` are there from here on; without a score nothing is kept."""
    value = run.frame.values.get(step.score)
    score = int(value) if isinstance(value, int | Decimal) else None
    comment = run.frame.values.get(step.comment) if step.comment else None
    text = comment.strip() if isinstance(comment, str) else ""
    run.store(score=score, comment=text or None)
    if score is not None:
        about = _about(run, step)
        run.actions.append(
            Rated(
                survey=step.survey,
                score=score,
                scale=step.scale,
                comment=text,
                about=about,
                scenario=run.frame.scenario,
            )
        )
    run.go(step.next)


def _about(run: Run, step: RateStep) -> str:
    """What was rated; the table of ratings is for everybody's eyes, so that what is sensitive stays out of it."""
    if step.about is None:
        return ""
    if tells(step.about, run.scenarios.sensitive):
        return MASK
    return show(run.register(), run.evaluate(step.about))
