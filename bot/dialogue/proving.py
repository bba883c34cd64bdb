"""`prove:` in a scenario: nothing personal is told, nothing dear is done, before whoever talks has shown that the
telephone is theirs. The code itself, and the answers to the question for it, are of identifying.py.
"""

from __future__ import annotations

from bot.dialogue.actions import SendCode
from bot.dialogue.identity import ask
from bot.dialogue.program import ProveStep
from bot.dialogue.run import Run
from bot.dialogue.session import Identifying


def prove(run: Run, step: ProveStep) -> None:
    """On, where it was proven in this conversation; else a code goes there, and they are asked for it. A code that went
    there already is asked for again: after a word by the way nobody gets a second one."""
    number = _number(run, step)
    if proved(run, step) or (step.optional and not number):
        run.go(step.next)
        return
    who = run.session.identifying
    asked = Identifying(
        kind="number", told=True, number=number, proves=step.id, nobody=who is not None and who.kind == "nobody"
    )
    if run.session.coded and (run.session.coded == number if step.slot else run.session.coded_for == step.id):
        run.change(identifying=_code(asked, run.session.coded))
        ask(run)
        return
    run.change(identifying=asked)
    if step.slot and not number:
        ask(run)
    else:
        run.actions.append(SendCode(number=number))


def proved(run: Run, step: ProveStep) -> bool:
    """Of a customer only by a number they were known by: who has another's chat in hand proves their own."""
    return _number(run, step) in run.session.proven if step.slot else run.session.attested


def _number(run: Run, step: ProveStep) -> str:
    told = run.frame.values.get(step.slot) if step.slot else None
    return told if isinstance(told, str) else ""


def _code(asked: Identifying, number: str) -> Identifying:
    return Identifying(kind="code", told=True, number=number, proves=asked.proves, nobody=asked.nobody)


def closed(asked: Identifying | None) -> Identifying | None:
    """What stays of the question when it is over: who did not say who they are has still not said it."""
    return Identifying(kind="nobody") if asked is not None and asked.nobody else None


def waits(run: Run, asked: Identifying | None) -> ProveStep | None:
    """The step that waits for that proof; None where they wished to prove it themselves, or are elsewhere by now."""
    step = run.step
    return step if asked is not None and isinstance(step, ProveStep) and step.id == asked.proves else None
