"""What customers ask by the way: one answer, and back to the question that was open."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.actions import Choice
from bot.dialogue.answers import ANSWERS
from bot.dialogue.asking import serve
from bot.dialogue.expressions import sentence
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import ChooseStep
from bot.dialogue.repair import ask_again
from bot.dialogue.run import Run
from bot.dialogue.scenario import Answer
from bot.dialogue.steps import go_on
from bot.dialogue.values import Value


def tell(run: Run, answer: Answer, meaning: Meaning) -> None:
    """Answer, and ask again what was being asked; or take what the same words said to it."""
    run.understood()
    run.change(topic=answer.intent)
    step = run.step
    if isinstance(step, ChooseStep):
        serve(run, step)  # "anything else?" in place of the whole menu
    if answer.prompt is None:
        if any(frame.scenario == answer.intent for frame in run.session.stack):
            ask_again(run)  # asked in the midst of its own steps
        else:
            run.push(answer.intent)
            go_on(run)
        return
    _say(run, answer)
    took = ANSWERS.get(type(step)) if step is not None and (meaning.readings or meaning.yes is not None) else None
    busy = run.session.offer is not None or run.session.pending is not None
    if took is None or busy or not took(run, step, replace(meaning, intents=())):
        ask_again(run)


def _say(run: Run, answer: Answer) -> None:
    """Whoever asks the same twice hears its next variant. Others like it are buttons, or named to a caller."""
    more = [run.scenarios.answers[name] for name in answer.more if name in run.scenarios.answers]
    assert answer.prompt is not None
    choices = tuple(Choice(id=each.intent, title=sentence(_title(run, each))) for each in more)
    run.say(answer.prompt, attempt=run.visit(answer.intent), choices=choices)
    if more and run.session.medium == "voice":
        titles: tuple[Value, ...] = tuple(dict(each.title) for each in more)
        run.say_builtin("more_answers", extra={"titles": titles})


def _title(run: Run, answer: Answer) -> str:
    return answer.title.get(run.session.language) or next(iter(answer.title.values()), answer.intent)
