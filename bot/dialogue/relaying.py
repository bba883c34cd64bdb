"""What goes to a Rasa bot that has the dialogue, and what comes back from it (bot.dialogue.delegating).

A customer's words are never a command of Rasa's; only buttons that the bot itself has shown are.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue.asking import hand_over
from bot.dialogue.delegated import harmless
from bot.dialogue.delegating import PLACE, buttons_of, ours, place_of, say, tell
from bot.dialogue.events import Chosen, Event, Fetched, Keys, Utterance
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import DelegateStep
from bot.dialogue.repair import missed
from bot.dialogue.run import Run
from bot.dialogue.slot import KEYS
from bot.dialogue.steps import go_on, hand_off
from bot.dialogue.values import Value

MAX_BUTTONS = 60  # of one dialogue, the newest: who presses an old one is understood


def heard(run: Run, step: DelegateStep, event: Event, meaning: Meaning) -> bool:
    """Whether that goes to the bot; then it is told. meaning: as we understand it."""
    place = place_of(run.frame, step)
    if run.frame.awaiting != "answer" or place is None or ours(run, step, meaning):
        return False
    message = _message(run, step, event)
    if message is None:
        return False
    if not message:
        missed(run)
        return True
    tell(run, step, message, str(place["sender"]))
    return True


def answered(run: Run, step: DelegateStep, event: Fetched, *, aside: bool = False) -> bool:
    """What the bot said. Nothing at all is its way of saying that something broke, or that it waits for other words.
    False: it failed where nobody was told so.

    aside: another scenario has begun above it meanwhile, or a person has come; its words wait till they are back.
    """
    aside = aside or run.session.status != "bot"
    said = event.data.get("said")
    back = event.data.get("back")
    place = place_of(run.frame, step)
    if event.outcome != "ok" or not isinstance(said, tuple) or not (said or back or place):
        return _failed(run, step, event.outcome, aside=aside)
    if not said and not back:
        run.put(awaiting="answer")
        if not aside:
            missed(run)
        return True
    place = _next(place, said, run.session.conversation)
    run.store(**{PLACE + step.id: place})
    if not aside:
        run.understood()
        say(run, step, place)
    if not back:
        run.wait()
        return True
    bot = run.scenarios.bots.get(step.bot)
    values = event.data.get("values")
    if isinstance(values, Mapping) and bot is not None:
        given = {name: value for name, value in values.items() if name in bot.gives}
        run.store(**given)
        hand_over(run, given)
    run.forget(PLACE + step.id)
    run.go(step.next)
    if not aside:
        if back == "operator":
            hand_off(run, reason="asked for a person")
        go_on(run)
    return True


def _message(run: Run, step: DelegateStep, event: Event) -> str | None:
    """What the bot is told of it, "" for nothing; None where it is none of its business."""
    place = place_of(run.frame, step)
    assert place is not None
    known = place["buttons"]
    assert isinstance(known, Mapping)
    shown = buttons_of(place)
    if isinstance(event, Chosen):
        button = known.get(event.option)
        return str(button["payload"]) if isinstance(button, Mapping) else None
    if isinstance(event, Keys):
        if event.digits in KEYS and int(event.digits) <= len(shown):
            return str(shown[int(event.digits) - 1][1]["payload"])
        return event.digits.rstrip("#") if event.digits.rstrip("#").isdigit() else None
    if not isinstance(event, Utterance):
        return None
    words = harmless(event.text)
    named = next((button for _, button in shown if str(button["title"]).casefold() == words.casefold()), None)
    return str(named["payload"]) if named is not None else words


def _next(place: Mapping[str, Value] | None, said: tuple[Value, ...], conversation: str) -> dict[str, Value]:
    """How far the bot is after these words of its."""
    number = place["round"] if place is not None else 0
    assert isinstance(number, int)
    number += 1
    earlier = place["buttons"] if place is not None else {}
    assert isinstance(earlier, Mapping)
    buttons: dict[str, Value] = dict(earlier)
    words: list[Value] = []
    for each in said:
        if not isinstance(each, Mapping):
            continue
        shown: list[Value] = []
        given = each.get("buttons")
        for button in given if isinstance(given, tuple) else ():
            ident = f"{number}.{len(buttons)}"
            buttons[ident] = button
            shown.append(ident)
        words.append({"text": each.get("text"), "image": each.get("image"), "buttons": tuple(shown)})
    kept = dict(list(buttons.items())[-MAX_BUTTONS:])
    sender = place["sender"] if place is not None else conversation
    return {"sender": sender, "round": number, "said": tuple(words), "buttons": kept}


def _failed(run: Run, step: DelegateStep, outcome: str, *, aside: bool) -> bool:
    """It can't be reached, or says nothing: its own steps, or a person."""
    run.forget(PLACE + step.id)
    if outcome == "ok":
        run.fault(f"the bot '{step.bot}' says nothing to '{step.begin}'")
    if "error" in step.branches:
        run.go(step.branches["error"])
        if not aside:
            go_on(run)
        return True
    run.go(step.next)
    if not aside:
        run.say_builtin("internal_error")
        hand_off(run, reason="error")
    return not aside
