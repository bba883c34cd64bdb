"""The offer to go on with what was left open on another channel, and the answer to it."""

from __future__ import annotations

from dataclasses import replace

from bot.dialogue.actions import TakeOver
from bot.dialogue.events import Invited, WentOn
from bot.dialogue.meaning import Meaning
from bot.dialogue.places import place
from bot.dialogue.program import ChooseStep, ConfirmStep
from bot.dialogue.repair import PAUSE_S, ask_again, offer
from bot.dialogue.run import OURS, Run
from bot.dialogue.session import Frame, Unfinished
from bot.dialogue.steps import finish, go_on
from bot.dialogue.values import Value

MOST = 4  # values that are named when a conversation goes on; who forgot more asks


def resumable(run: Run, stack: tuple[Frame, ...]) -> bool:
    """Whether this version of the scenarios still has every step of it."""
    scenarios = run.scenarios.scenarios
    return len(stack) > 1 and all(
        frame.scenario in scenarios and frame.step in scenarios[frame.scenario].steps for frame in stack
    )


def offer_answered(run: Run, meaning: Meaning) -> bool:
    """Whether that answered the offer to continue; anything else said puts the offer aside, but a miss."""
    unfinished = run.session.offer
    if unfinished is not None and unfinished.live and not unfinished.told:
        run.change(offer=replace(unfinished, told=True))
        offer(run)  # what came late answers nothing that was asked here
        return True
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
        resume(run, unfinished)
        return True
    if unfinished.live:
        run.say_builtin("stay_there", extra=_where(run, unfinished.channel))
        finish(run)
        return True
    run.put(awaiting="")
    go_on(run)
    return True


def resume(run: Run, unfinished: Unfinished) -> None:
    """Go on here from where it stopped there: by name, what for, what is known, and the next question."""
    run.change(offer=None)
    run.actions.append(TakeOver(conversation=unfinished.conversation, proof=unfinished.proof))
    top = unfinished.stack[-1]
    if unfinished.status == "agent":  # who joins here next, and says so
        run.change(stack=unfinished.stack)
        return
    if top.awaiting in OURS:
        top = replace(top, awaiting="")
    run.change(stack=(*unfinished.stack[:-1], top))
    name = run.session.customer.get("name")
    known = _known(run)
    said = {"name": name, "title": dict(run.scenario.title), "known": known}
    if name:
        run.say_builtin("continuing_named", extra=said)
    else:
        run.say_builtin("continuing", extra=said)
    if known:
        run.say_builtin("known_already", extra=said)
    if unfinished.status == "waiting":
        run.change(status="waiting")
        run.say_builtin("to_person" if run.session.medium == "voice" else "to_person_text")
    elif run.fetching:
        run.say_builtin("one_moment")
    else:
        go_on(run)


def _known(run: Run) -> tuple[Value, ...]:
    """What was told already, as it is shown; a confirmation says it all itself."""
    if isinstance(run.step, ConfirmStep):
        return ()
    values = run.frame.values
    slots = [slot for name, slot in run.scenario.slots.items() if values.get(name) is not None and not slot.sensitive]
    return tuple(run.told(slot, values[slot.name]) for slot in slots)[:MOST]


def invited(run: Run, event: Invited) -> None:
    """The way is open, or there is none; the question that was asked stays asked."""
    where = _where(run, event.to) | {"link": event.link}
    if event.to == "phone":
        run.say_builtin("call_us", extra=where)
    elif not event.link:
        run.say_builtin("not_there", extra=where)
        ask_again(run)
    elif run.session.medium == "text":
        run.say_builtin("go_on_there", extra=where)
    elif event.sent:
        run.say_builtin("link_sent", extra=where)
        run.change(pause_s=PAUSE_S)
    else:
        run.say_builtin("write_there", extra=where)
        ask_again(run)


def went_on(run: Run, event: WentOn) -> None:
    """What is offered is further on there than it was."""
    before = run.session.offer
    if before is None and event.unfinished is not None and resumable(run, event.unfinished.stack):
        run.change(offer=replace(event.unfinished, told=True))
        offer(run)
        return
    if before is None or event.unfinished is None or not resumable(run, event.unfinished.stack):
        run.change(offer=None)
        return
    kept = {name: getattr(before, name) for name in ("live", "told", "asked", "proof")}
    run.change(offer=replace(event.unfinished, **kept))


def _where(run: Run, channel: str) -> dict[str, Value]:
    return {"place": place(channel)[run.session.language]}


def _on_the_menu(run: Run, intent: str | None) -> bool:
    """Whether the menu under the offer has an item of its own for it, as "operator" often is."""
    step = run.step
    return isinstance(step, ChooseStep) and any(item.intent == intent for item in step.items)
