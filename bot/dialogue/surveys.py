"""Surveys: what a score becomes when it was given, and the free words after it."""

from __future__ import annotations

from decimal import Decimal

from bot.dialogue.actions import Rated
from bot.dialogue.program import RateStep
from bot.dialogue.prompts import tells
from bot.dialogue.run import Run
from bot.dialogue.session import Frame
from bot.dialogue.showing import show
from bot.dialogue.values import MASK

# The highest score of each; the lowest is 1, of nps 0.
SCALES = {"csat": 5, "ces": 5, "nps": 10}
BEFORE = ".before"  # ends the name under which a score is kept that is to be given anew; no author's name has a dot
LOWEST = {"csat": 1, "ces": 1, "nps": 0}


def rate(run: Run, step: RateStep) -> None:
    """The variables `score` and `comment` are there from here on; without a score nothing is kept."""
    score = _given(run.frame, step)
    run.forget(f"{step.score}{BEFORE}")
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


def broken_off(run: Run, first: int = 0) -> None:
    """The scenarios from `first` up in the stack are left: where a survey has its score and waits for more, the score
    counts, without a comment."""
    for depth, frame in enumerate(run.session.stack[first:], first):
        step = _open(run, frame)
        if step is not None and _given(frame, step) is not None:
            with run.under(depth):
                run.forget(*([step.comment] if step.comment else []))
                rate(run, step)


def back_to_score(run: Run) -> bool:
    """From its comment back to its question, if it is that which is asked; the score stays until there is a better."""
    step = _open(run, run.frame)
    if step is None or run.frame.asked != step.comment:
        return False
    run.store(**{f"{step.score}{BEFORE}": _given(run.frame, step)})
    run.forget(step.score)
    run.go(run.scenario.collected_at[step.score])
    return True


def _open(run: Run, frame: Frame) -> RateStep | None:
    """The survey whose question this scenario waits for."""
    if frame.asked is None:
        return None
    steps = run.scenarios.scenarios[frame.scenario].steps.values()
    return next((s for s in steps if isinstance(s, RateStep) and frame.asked in (s.score, s.comment)), None)


def _given(frame: Frame, step: RateStep) -> int | None:
    """The score; the one that was given before, where another one was to be given and was not."""
    for name in (step.score, f"{step.score}{BEFORE}"):
        value = frame.values.get(name)
        if isinstance(value, (int, Decimal)):
            return int(value)
    return None


def _about(run: Run, step: RateStep) -> str:
    """What was rated; the table of ratings is for everybody's eyes, so that what is sensitive stays out of it."""
    if step.about is None:
        return ""
    if tells(step.about, run.scenarios.sensitive):
        return MASK
    return show(run.register(), run.evaluate(step.about))
