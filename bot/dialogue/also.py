"""What is understood only while one step waits: "не знаю, к кому" where a doctor is asked for."""

from __future__ import annotations

from bot.dialogue.actions import Choice
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import Asking
from bot.dialogue.run import Run


def also_choices(run: Run) -> tuple[Choice, ...]:
    """The buttons of what the current step understands besides its answer."""
    step = run.step
    if not isinstance(step, Asking) or not step.also:
        return ()
    return tuple(run.choice(each.option) for each in step.also if each.option.title)


def also_said(run: Run, meaning: Meaning) -> bool:
    """Whether it was one of them; then its own steps are next, and after them the question again."""
    step = run.step
    for each in step.also if isinstance(step, Asking) else ():
        if each.option.id in (meaning.option, meaning.intent):
            run.understood()
            run.go(each.target)
            return True
    return False
