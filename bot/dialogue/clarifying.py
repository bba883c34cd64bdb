"""A question of our own before a wish is followed: "A or B?" where the words decide nothing, "leave this for that?"
where the step is not to be left lightly; "Is that right?" where letters were keyed. The next answer decides; whatever
else is said puts the question aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.dialogue.keyed import wrong
from bot.dialogue.known import agreed, not_so
from bot.dialogue.meaning import Meaning, ScoredIntent
from bot.dialogue.pending import titled
from bot.dialogue.program import Asking
from bot.dialogue.repair import ask_again, ask_pending
from bot.dialogue.run import Run
from bot.dialogue.session import Pending
from bot.dialogue.steps import go_on

STAYS = ("repeat", "slower", "wait", "help", "language")  # repairs after which the same question is asked again


def unclear(run: Run, meaning: Meaning) -> bool:
    """Ask which of two was meant, where the words leave both open."""
    if len(meaning.either) < 2 or not all(titled(intent, run.scenarios) for intent in meaning.either):
        return False
    run.understood()
    run.change(pending=Pending(kind="clarify", intents=meaning.either, meaning=replace(meaning, either=())))
    ask_pending(run)
    return True


def may_leave(run: Run, meaning: Meaning, intent: str) -> bool:
    """Whether the current step lets another scenario begin. If not, the customer has been told, or asked."""
    step = run.step
    if run.permitted or not isinstance(step, Asking) or step.interrupt == "allow":
        return True
    run.understood()
    if step.interrupt == "deny":
        run.say_builtin("not_now", extra={"title": dict(run.scenario.title)})
        ask_again(run)
    else:
        run.change(pending=Pending(kind="interrupt", intents=(intent,), meaning=replace(meaning, either=())))
        ask_pending(run)
    return False


def settled(run: Run, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    """Whether that settled the pending question. understood: takes what is then meant."""
    pending = run.session.pending
    if pending is None or _nothing(pending, meaning):
        return False
    aside = meaning.intent in STAYS or meaning.intent in run.scenarios.answers
    if aside and meaning.intent not in pending.intents:
        return False
    run.change(pending=None)
    if pending.kind in ("keyed", "known"):
        return _keyed(run, pending, meaning, understood)
    wanted = _wanted(pending, meaning)
    if wanted:
        run.understood()
        run.permitted = pending.kind == "interrupt"
        readings = {**pending.meaning.readings, **meaning.readings}
        understood(run, Meaning(intents=(ScoredIntent(name=wanted, score=1.0),), readings=readings))
        return True
    if wanted is None:
        return False
    run.understood()
    if pending.kind == "clarify" and meaning.intent != "cancel":
        run.say_builtin("neither")
    ask_again(run)
    return True


def _keyed(run: Run, pending: Pending, meaning: Meaning, understood: Callable[[Run, Meaning], None]) -> bool:
    """Take what was keyed, or ask for it anew; whatever else is said, as the answer itself, is taken as it comes."""
    if meaning.intents or meaning.readings or meaning.yes is None:
        return False
    if meaning.yes:
        run.understood()
        if pending.kind == "known":
            agreed(run, pending)
        understood(run, pending.meaning)
    elif pending.kind == "known":
        not_so(run, pending)
        go_on(run)
    else:
        wrong(run, pending)
    return True


def _wanted(pending: Pending, meaning: Meaning) -> str | None:
    """The intent that was chosen, "" where none is wanted, None where something else was said."""
    if meaning.option in pending.intents:
        return meaning.option
    if meaning.intent in pending.intents:
        return meaning.intent
    if pending.kind == "interrupt" and meaning.yes:
        return pending.intents[0]
    if meaning.option == "neither" or meaning.intent == "cancel" or (meaning.yes is False and not meaning.intents):
        return ""
    return None


def _nothing(pending: Pending, meaning: Meaning) -> bool:
    """Whether it answers nothing: a "yes" to "A or B?" neither, nor one that only a model proposed."""
    empty = meaning.option is None and not meaning.intents and not meaning.readings
    no_consent = pending.kind == "clarify" or (pending.kind in ("keyed", "known") and meaning.proposed)
    return empty and (meaning.yes is None or (meaning.yes and no_consent))
