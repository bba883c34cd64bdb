"""The offer to go on with what was left open on another channel, and the answer to it."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.actions import TakeOver
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import ChooseStep
from bot.dialogue.repair import offer
from bot.dialogue.run import Run
from bot.dialogue.session import Frame
from bot.dialogue.steps import go_on


def resumable(run: Run, stack: tuple[Frame, ...]) -> bool:
    """Whether this version of the scenarios still has every step of it."""
    scenarios = run.scenarios.scenarios
    return len(stack) > 1 and all(
        frame.scenario in scenarios and frame.step in scenarios[frame.scenario].steps for frame in stack
    )


def offer_answered(run: Run, meaning: Meaning) -> bool:
    """Whether that answered the offer to continue; anything else said puts the offer aside, but a miss."""
    unfinished = run.session.offer
    nothing = meaning.yes is None and meaning.option is None and not meaning.intents and not meaning.readings
    if unfinished is None or nothing:
        return False
    if meaning.intent == "greeting":  # who wrote first has not heard the offer yet
        offer(run)
        return True
    repair = meaning.intent in ("repeat", "slower", "wait", "help", "operator", "language")
    if meaning.yes is None and meaning.option is None and repair and not _on_the_menu(run, meaning.intent):
        return False
    asked = run.scenarios.answers.get(meaning.intent or "")
    if meaning.yes is None and asked is not None and asked.prompt is not None:
        return False  # a question by the way; the offer stands
    run.change(offer=None)
    run.understood()
    if meaning.yes is None:
        return False
    if meaning.yes:
        run.actions.append(TakeOver(conversation=unfinished.conversation))
        run.say_builtin("continuing")
        top = replace(unfinished.stack[-1], awaiting="")
        run.change(stack=(*unfinished.stack[:-1], top))
    else:
        run.put(awaiting="")
    go_on(run)
    return True


def _on_the_menu(run: Run, intent: str | None) -> bool:
    """Whether the menu under the offer has an item of its own for it, as "operator" often is."""
    step = run.step
    return isinstance(step, ChooseStep) and any(item.intent == intent for item in step.items)
