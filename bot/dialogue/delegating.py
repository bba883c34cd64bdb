"""A dialogue handed to a Rasa bot: its words come back as ours, the customer's go to it, until it gives it back.

    reached       the bot is told `begin`                  Fetch "delegate:flowers" {"sender", "message", …}
    it answers    its texts and buttons are said           Fetched "ok" {"said", "back", "values"}
    they answer   their words, or a button's payload       Fetch, and so on
    "back"        the step is done                         "operator": a person is called first
    "error"       the step's own branch, or a person

What goes to it and comes back is bot.dialogue.relaying.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, time

from bot.dialogue.actions import Choice, Fetch, Say
from bot.dialogue.meaning import Meaning, Option, SlotSpec
from bot.dialogue.program import DelegateStep
from bot.dialogue.run import Run
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.session import Frame
from bot.dialogue.slot import KEYS
from bot.dialogue.values import Value

# What a customer says to us all the same: who wants a person gets one, whatever the bot would make of it.
OURS = ("operator", "menu", "repeat", "slower", "wait")
SAID = "said"  # the name of the slot that takes any words
PLACE = "delegated "  # begins the name that holds, among the frame's values, how far the bot is; no author's name can


def delegate(run: Run, step: DelegateStep) -> None:
    """Reached: tell the bot how to begin. Come back to, after a digression or a silence: say its last words again."""
    place = place_of(run.frame, step)
    if place is None:
        message = step.begin
        given = {name: run.evaluate(argument) for name, argument in step.args.items()}
        if told := {name: _plain(value) for name, value in given.items() if value is not None}:
            message += json.dumps(told, ensure_ascii=False)
        tell(run, step, message, run.session.conversation)
        return
    say(run, step, place)
    run.wait()


# --- what is understood meanwhile ---


def spec() -> SlotSpec:
    """Any words at all."""
    return SlotSpec(name=SAID, type="text", asked=True)


def choices(frame: Frame, step: DelegateStep, scenarios: ScenarioSet) -> tuple[Option, ...]:
    """The buttons under the bot's last words."""
    place = place_of(frame, step)
    shown = buttons_of(place) if place is not None else ()
    titles = [(ident, str(button["title"])) for ident, button in shown]
    return tuple(
        Option(id=ident, title=dict.fromkeys(scenarios.languages, title), key=KEYS[at] if at < len(KEYS) else None)
        for at, (ident, title) in enumerate(titles)
    )


def wishes(frame: Frame, step: DelegateStep, scenarios: ScenarioSet) -> tuple[str, ...]:
    """The intents that may leave the bot: other scenarios, and items of menus."""
    if step.interrupt == "deny":
        return ()
    known = (*scenarios.scenarios, *scenarios.items)
    return tuple(name for name in scenarios.phrases if name in known and name != frame.scenario)


def ours(run: Run, step: DelegateStep, meaning: Meaning) -> bool:
    """Whether that is not for the bot: what the step itself understands, or a wish that may leave it."""
    if any(each.option.id in (meaning.option, meaning.intent) for each in step.also):
        return True
    return meaning.intent in (*OURS, *wishes(run.frame, step, run.scenarios))


def tell(run: Run, step: DelegateStep, message: str, sender: str) -> None:
    request = f"{run.session.conversation}:{run.session.counter + 1}"
    run.change(counter=run.session.counter + 1)
    args: dict[str, Value] = {
        "sender": sender,
        "message": message,
        "language": run.session.language,
        "channel": run.session.channel,
    }
    run.actions.append(Fetch(id=request, name=step.action, args=args))
    run.wait(awaiting=request)


def place_of(frame: Frame, step: DelegateStep) -> Mapping[str, Value] | None:
    found = frame.values.get(PLACE + step.id)
    return found if isinstance(found, Mapping) else None


def buttons_of(place: Mapping[str, Value]) -> tuple[tuple[str, Mapping[str, Value]], ...]:
    """Of the last words: id and button."""
    said, known = place["said"], place["buttons"]
    assert isinstance(said, tuple)
    assert isinstance(known, Mapping)
    found: list[tuple[str, Mapping[str, Value]]] = []
    for each in said:
        idents = each.get("buttons") if isinstance(each, Mapping) else ()
        for ident in idents if isinstance(idents, tuple) else ():
            button = known.get(str(ident))
            if isinstance(button, Mapping):
                found.append((str(ident), button))
    return tuple(found)


def say(run: Run, step: DelegateStep, place: Mapping[str, Value]) -> None:
    said = place["said"]
    assert isinstance(said, tuple)
    keyed = {option.id: option.key for option in choices(run.frame, step, run.scenarios)}
    titles = {ident: str(button["title"]) for ident, button in buttons_of(place)}
    for each in said:
        if not isinstance(each, Mapping):
            continue
        text, idents = str(each.get("text") or ""), each.get("buttons")
        if each.get("image") and run.session.medium == "text":
            text = f"{text}\n{each['image']}".strip()
        shown = tuple(
            Choice(id=str(ident), title=titles[str(ident)], key=keyed.get(str(ident)))
            for ident in (idents if isinstance(idents, tuple) else ())
            if str(ident) in titles
        )
        run.actions.append(
            Say(
                text=text,
                speech=text,
                language=run.session.language,
                choices=shown,
                prompt=f"{run.frame.scenario}:{step.id}",
                pace=run.session.pace,
            )
        )
        if run.session.medium == "voice":
            for choice in shown:
                if choice.key:
                    run.say_builtin("bot_button", extra={"title": choice.title, "key": int(choice.key)})
                else:
                    run.say_builtin("bot_word", extra={"title": choice.title})


def _plain(value: Value) -> object:
    """As Rasa takes an entity's value."""
    if isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)
