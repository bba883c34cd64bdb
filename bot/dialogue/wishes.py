"""Where what was understood goes: to the question that is open, to the step that waits, or to something else that is
wished for: a repair, another scenario, an item of the first menu. What is none of it is a miss."""

from __future__ import annotations

from bot.dialogue.also import also_said
from bot.dialogue.answers import ANSWERS, begin
from bot.dialogue.asking import serve
from bot.dialogue.clarifying import may_leave, settled, unclear
from bot.dialogue.continuing import offer_answered
from bot.dialogue.knowledge import tell
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import ChooseStep, SayStep
from bot.dialogue.queueing import heard
from bot.dialogue.repair import REPAIR, ask_again, missed, withdraw
from bot.dialogue.run import Run
from bot.dialogue.steps import DIGRESSION, WAITING, go_on
from bot.dialogue.surveys import broken_off

KEEPS = ("repeat", "slower", "wait", "thanks", "greeting")  # after which what was served is still spoken of
LEAVES = ("cancel", "menu", "operator", "goodbye")  # what a customer can do without waiting for another program


def understood(run: Run, meaning: Meaning) -> None:
    topic = run.session.topic
    if not topic:
        _understood(run, meaning)
        return
    run.change(topic="")
    _understood(run, meaning)
    if not run.session.topic and (run.session.misses or meaning.intent in KEEPS):
        run.change(topic=topic)


def _understood(run: Run, meaning: Meaning) -> None:
    if run.session.status != "bot":
        if run.session.status == "waiting":
            _while_waiting(run, meaning)
        return
    if run.session.offer is not None and offer_answered(run, meaning):
        return
    if run.fetching and meaning.intent not in LEAVES:
        run.say_builtin("one_moment")  # another program is being asked: there is no question to answer just now
        return
    if run.session.pending is not None:
        if settled(run, meaning, understood):
            return
    elif run.session.offer is None:
        if also_said(run, meaning):
            go_on(run)
            return
        if unclear(run, meaning):
            return
    step = run.step if run.session.pending is None else None
    answer = ANSWERS.get(type(step)) if step else None
    if answer is not None and not _elsewhere(run, meaning) and answer(run, step, meaning):
        return
    if meaning.intent is not None:
        _wish(run, meaning, meaning.intent)
    else:
        missed(run)


def _while_waiting(run: Run, meaning: Meaning) -> None:
    """Written to the person who is to come, and told so once: nobody should think that nobody reads it."""
    if heard(run, meaning):
        return
    if meaning.intent in ("cancel", "menu", "back") or meaning.option == "back":
        withdraw(run)
    elif run.session.medium == "text" and run.session.stack and not run.visit(WAITING):
        run.say_builtin("keep_waiting_text")


def _elsewhere(run: Run, meaning: Meaning) -> bool:
    """Whether it is a wish for another scenario, whose slots the readings then are; a menu takes its own items."""
    intent = meaning.intent
    if intent in run.scenarios.answers:
        return True
    return intent in run.scenarios.scenarios and intent != run.frame.scenario and not isinstance(run.step, ChooseStep)


def _wish(run: Run, meaning: Meaning, intent: str) -> None:
    """Something else than what was asked: a repair, a scenario, an item of the first menu."""
    own = run.scenarios.instead.get(intent, "")
    if own and all(frame.scenario != own for frame in run.session.stack):  # in its own midst the built-in one serves
        run.understood()
        run.change(offer=None, pending=None)
        if isinstance(run.step, ChooseStep):
            serve(run, run.step)
        begin(run, own, Meaning())
        return
    repair = REPAIR.get(intent)
    if repair is not None:
        if intent not in ("repeat", "slower", "wait"):
            run.understood()
        repair(run)
        return
    known = run.scenarios.answers.get(intent)
    if known is not None:
        tell(run, known, meaning)
        return
    if intent in run.scenarios.scenarios:
        depth = next(
            # one that is done and only waits for what it started is not under way any more
            (at for at, frame in enumerate(run.session.stack) if frame.scenario == intent and frame.step),
            None,
        )
        if depth != len(run.session.stack) - 1 and not may_leave(run, meaning, intent):
            return
        run.understood()
        if depth is None:
            if not run.scenario.resumable and len(run.session.stack) > 1:
                broken_off(run, len(run.session.stack) - 1)
                run.pop()  # not to be come back to
            if isinstance(run.step, ChooseStep):
                serve(run, run.step)
            begin(run, intent, meaning)
        else:  # it is under way already: back to it, and to what it has started itself and waits for
            kept = depth + 1
            while kept < len(run.session.stack) and run.session.stack[kept].starter:
                kept += 1
            broken_off(run, kept)
            run.change(stack=run.session.stack[:kept])
            ask_again(run)
        return
    item = run.item_of(intent)
    if item is None:
        missed(run)
        return
    if not may_leave(run, meaning, intent):
        return
    scenario, step, target = item
    run.understood()
    run.change(topic=intent if isinstance(run.scenarios.scenarios[scenario].steps.get(target), SayStep) else "")
    run.push(scenario)
    run.put(step=target or step, visits={DIGRESSION: 1})
    go_on(run)
