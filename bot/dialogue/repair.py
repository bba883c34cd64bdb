"""What happens in every conversation, whatever its scenario: cancel, repeat, back, help, silence, misunderstanding.

Each pattern is one function in a table; what it says can be overridden by the scenario set's own prompts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import time
from functools import partial

from bot.dialogue.actions import Invite, Learn
from bot.dialogue.asking import UNSAID, serve, served
from bot.dialogue.choosing import YES_NO
from bot.dialogue.failing import asked_slot, give_up, left_out
from bot.dialogue.identity import ask as ask_who
from bot.dialogue.identity import is_open
from bot.dialogue.keyed import read_back
from bot.dialogue.known import ask_known
from bot.dialogue.meaning import CALL_AFTER
from bot.dialogue.pending import options, titled
from bot.dialogue.places import WISHES, place
from bot.dialogue.program import ChooseStep, CollectStep, ConfirmStep
from bot.dialogue.queueing import left, patience, unanswered
from bot.dialogue.run import Run
from bot.dialogue.scenario import Scenario
from bot.dialogue.session import USUAL, Frame, Identifying
from bot.dialogue.steps import finish, go_on, hand_off, starter
from bot.dialogue.surveys import back_to_score, broken_off
from bot.dialogue.usual import asks_usual
from bot.dialogue.values import Value

# Prompts in a row that brought no answer before a person is asked to help: the question and one other wording by
# telephone, where every miss costs ten seconds; one more in a chat.
PROMPTS_BEFORE_PERSON = {"voice": 2, "text": 3}
PAUSE_S = 60  # of silence for whoever asked for a minute; a caller who left the telephone is then asked for
SHORTEST_PAUSE_S = 15
SLOWER = 0.85  # of the pace before; a step that is plainly heard
SLOWEST = 0.6  # below it words fall apart


def ask_again(run: Run) -> None:
    """Go back to whatever waits and let it prompt once more; a pending offer is asked again too."""
    if is_open(run.session):
        ask_who(run)
    elif run.session.offer:
        offer(run)
    elif run.session.pending:
        ask_pending(run)
    elif run.session.stack:
        if run.frame.awaiting in ("answer", "change", USUAL):
            run.put(awaiting="")
        go_on(run)


def ask_pending(run: Run) -> None:
    """Ask which of two was meant, or whether to leave what is under way."""
    pending = run.session.pending
    assert pending is not None
    if pending.kind == "keyed":
        read_back(run, pending)
        return
    if pending.kind == "known":
        ask_known(run, pending)
        return
    first, *rest = (titled(intent, run.scenarios) for intent in pending.intents)
    extra: dict[str, Value] = {"first": dict(first), "second": dict(rest[0]) if rest else None}
    attempt = run.session.misses + run.session.silences
    choices = tuple(run.choice(option) for option in options(pending, run.scenarios))
    if pending.kind == "clarify":
        run.say_builtin("clarify", attempt=attempt, choices=choices, extra=extra)
    else:
        run.say_builtin("leave_it", attempt=attempt, choices=choices, extra=extra | {"title": dict(run.scenario.title)})


def offer(run: Run) -> None:
    """Offer to go on with what was left open on another channel."""
    unfinished = run.session.offer
    assert unfinished is not None
    scenario = run.scenarios.scenarios[unfinished.stack[-1].scenario]
    name = "offer_return" if unfinished.live else "offer_person" if unfinished.status != "bot" else "offer_continue"
    if unfinished.proof:
        name = "offer_link"  # whoever follows a link says whether what it leads to is theirs; no name is told them
    run.say_builtin(
        name,
        attempt=run.session.misses + run.session.silences,
        choices=YES_NO[run.session.language],
        extra={
            "title": dict(scenario.title),
            "channel": unfinished.channel,
            "place": place(unfinished.channel)[run.session.language],
        },
    )


def missed(run: Run, *, because: str = "not_understood") -> None:
    """It was heard, but not understood. because: the built-in words for it.

    A caller who asked for a minute may be speaking to somebody else: each time half of what is left of it remains, so
    that a radio in the room doesn't hold the line for ever."""
    if run.paused // 2 >= SHORTEST_PAUSE_S and run.session.medium == "voice":
        run.change(pause_s=run.paused // 2)
        return
    run.change(misses=run.session.misses + 1)
    if _given_up(run):
        give_up(run, reason="not understood")
        return
    step = run.step
    slot = run.scenario.slots.get(run.frame.asked or "") if run.session.stack and step else None
    own = run.session.offer is None and run.session.pending is None
    if slot is not None and slot.unrecognized is not None and own and because == "not_understood":
        run.say(slot.unrecognized, attempt=run.session.misses - 1)
    else:
        run.say_builtin(because, attempt=run.session.misses - 1)
    ask_again(run)


def silent(run: Run) -> None:
    """Nothing was heard."""
    step = run.step
    if isinstance(step, ChooseStep) and asks_usual(run.frame):
        ask_again(run)  # the menu itself
        return
    run.change(silences=run.session.silences + 1)
    if isinstance(step, ChooseStep) and served(run.frame, step) and run.session.silences > 1:
        goodbye(run)  # all was done, and nobody is there any more
        return
    if _given_up(run):
        give_up(run, reason="silence")
        return
    run.say_builtin("silence", attempt=run.session.silences - 1)
    ask_again(run)


def _given_up(run: Run) -> bool:
    slot = run.scenario.slots.get(run.frame.asked or "") if run.session.stack else None
    limit = slot.max_attempts if slot is not None else None
    return run.session.misses + run.session.silences >= (limit or PROMPTS_BEFORE_PERSON[run.session.medium])


def cancel(run: Run) -> None:
    if run.session.offer:
        run.change(offer=None)
        ask_again(run)
    elif len(run.session.stack) > 1:
        run.say_builtin("cancelled")
        _call_off(run)
    elif _menu_of(run.scenario) is not None:
        run.say_builtin("nothing_to_cancel")
        ask_again(run)
    else:  # there is no menu to go back to: the conversation was about this
        run.say_builtin("cancelled")
        goodbye(run)


def _call_off(run: Run) -> None:
    """Out of the scenario on top. What started it goes on where it says how; but what needs its results can't have
    them now, and is called off too, as far down as anything does."""
    broken_off(run, len(run.session.stack) - 1)
    step = starter(run)
    run.pop()
    if step is not None and step.cancelled is not None:
        run.go(step.cancelled)
    elif step is not None and step.results:
        if len(run.session.stack) > 1:
            _call_off(run)
            return
        menu_step = _menu_of(run.scenario)
        if menu_step is None:
            goodbye(run)
            return
        run.go(menu_step)
    elif run.frame.awaiting and not run.fetching:
        run.put(awaiting="")
    go_on(run)


def _menu_of(scenario: Scenario) -> str | None:
    """The id of its first menu."""
    return next((step.id for step in scenario.steps.values() if isinstance(step, ChooseStep)), None)


def repeat(run: Run) -> None:
    step = run.step
    unheard = isinstance(step, ChooseStep) and not run.frame.visits.get(step.id)  # "алло": the menu was not read yet
    if not run.session.last or unheard:
        ask_again(run)
        return
    run.actions.extend(run.session.last)


def wait(run: Run) -> None:
    """The customer looks something up: silence and words to others are nothing to us for a minute."""
    run.change(pause_s=PAUSE_S)
    run.say_builtin("wait_ok")


def slower(run: Run) -> None:
    """On the telephone everything is said slower from now on; in writing it is said again."""
    if run.session.medium == "voice":
        run.change(pace=max(SLOWEST, round(run.session.pace * SLOWER, 2)))
        run.change(last=tuple(replace(say, pace=run.session.pace) for say in run.session.last))
    repeat(run)


def back(run: Run) -> None:
    """To the slot answered before this one, from a confirmation too; from a menu, up one scenario."""
    step = run.step
    if isinstance(step, ConfirmStep) and _back_to_slot(run, step):
        return
    if isinstance(step, ChooseStep) and len(run.session.stack) == 1:
        ask_again(run)
        return
    if back_to_score(run):
        go_on(run)
        return
    if isinstance(step, CollectStep) and run.frame.asked in step.slots:
        before = [(step.id, name) for name in step.slots[: step.slots.index(run.frame.asked)]]
        if _back_to(run, [*_collected_before(run, step.id), *before]):
            return
    cancel(run)


def _back_to_slot(run: Run, step: ConfirmStep) -> bool:
    """Ask once more for the last slot that was filled; nothing else of what was said is lost."""
    return _back_to(run, [(at, name) for at, name in _collected_before(run, step.id) if name in step.change])


def _collected_before(run: Run, step_id: str) -> list[tuple[str, str]]:
    """(step, slot) of the steps that collect, as they are written before a step."""
    order = run.scenario.written
    earlier = (run.scenario.steps[at] for at in order[: order.index(step_id)])
    return [(each.id, name) for each in earlier if isinstance(each, CollectStep) for name in each.slots]


def _back_to(run: Run, slots: Sequence[tuple[str, str]]) -> bool:
    """What was known from elsewhere was never asked: it is gone back to only where nothing else is before it."""
    filled = [each for each in reversed(slots) if each[1] in run.frame.values]
    for at, name in (*(each for each in filled if not _known(run, each[1])), *filled):
        if name in run.frame.values:
            run.forget(name)
            run.visit(name)
            run.go(at)
            go_on(run)
            return True
    return False


def _known(run: Run, name: str) -> bool:
    prefill = run.scenario.slots[name].prefill
    return prefill is not None and run.evaluate(prefill) == run.frame.values[name]


def help_(run: Run) -> None:
    slot = asked_slot(run)
    if slot is not None and slot.help is not None:
        run.say(slot.help)
    else:
        run.say_builtin("help")
    ask_again(run)


def skip(run: Run) -> None:
    """To go on without an answer; a slot that has to be known is asked for again."""
    if not left_out(run):
        run.say_builtin("cant_skip")
        ask_again(run)


def menu(run: Run) -> None:
    """To the first menu, read out in full; where there is none, from the start, with what we rang about and no more:
    a "yes" after "menu" must not do again what was done."""
    run.change(offer=None, pending=None)
    broken_off(run)
    root = run.session.stack[0] if run.session.stack else None
    if root is None:
        return
    first = run.scenarios.scenarios[root.scenario]
    at = _menu_of(first)
    if at is None:
        given = {name: value for name, value in root.values.items() if name in first.given}
        root = Frame(scenario=root.scenario, step=first.first, values=given)
    else:
        root = replace(root, step=at, awaiting="", asked=None, question=None, visits={})
    run.change(stack=(root,))
    go_on(run)


def operator(run: Run) -> None:
    """A person; by the set's own scenario of that name, which may say that nobody is there at night."""
    stack = run.session.stack
    if "operator" not in run.scenarios.scenarios or any(frame.scenario == "operator" for frame in stack):
        hand_off(run, reason="asked for a person")
        return
    if isinstance(run.step, ChooseStep):
        serve(run, run.step)
    run.push("operator")
    go_on(run)


def greeting(run: Run) -> None:
    step = run.step
    if UNSAID in run.frame.visits or (isinstance(step, ChooseStep) and not run.frame.visits.get(step.id)):
        ask_again(run)
        return
    if run.session.medium == "voice" and run.scenarios.scenarios[run.session.stack[0].scenario].outbound:
        repeat(run)  # whoever picks up says "алло" into our first words, and has not heard them
        return
    run.say_builtin("greeting_reply")
    if isinstance(step, ChooseStep) and run.session.medium == "voice" and not run.session.offer:
        run.say(step.prompt)  # "алло, здравствуйте": they have heard the items
        run.wait()
    else:
        ask_again(run)


def thanks(run: Run) -> None:
    run.say_builtin("thanks_reply")
    if not isinstance(run.step, ChooseStep):
        ask_again(run)


def goodbye(run: Run) -> None:
    run.say_builtin("goodbye")
    finish(run)


def language(run: Run) -> None:
    """The other language. A set that has only one says what it said."""
    others = [name for name in run.scenarios.languages if name != run.session.language]
    if others:
        run.change(language=others[0])
        run.say_builtin("language_switched")
    ask_again(run)


def withdraw(run: Run) -> None:
    """The customer no longer waits for a person."""
    left(run)
    run.say_builtin("cancelled")
    ask_again(run)


def hold(run: Run) -> None:
    """A word to a caller who waits; after so many of them nobody came, and the bot takes the caller back."""
    if unanswered(run):
        return
    run.change(silences=run.session.silences + 1)
    if run.session.silences < patience(run.session):
        run.say_builtin("keep_waiting")
        return
    left(run)
    run.understood()
    run.say_builtin("nobody_free")
    ask_again(run)


def invite(run: Run, to: str) -> None:
    """To another channel, with all that was said."""
    run.actions.append(Invite(to=to))


def prove(run: Run) -> None:
    """To prove a telephone number by a code. A caller may have another one, by which we know them."""
    run.change(identifying=Identifying(kind="number", told=True))
    ask_who(run)


def do_not_call(run: Run) -> None:
    """Kept for whoever it is, on every channel; what is under way goes on."""
    _wants(run, "always", "not_called")


def call_after(run: Run, hour: int) -> None:
    _wants(run, f"00:00-{hour:02}:00", "called_after", hour)


def may_call(run: Run) -> None:
    _wants(run, None, "called_again")


def _wants(run: Run, told: str | None, prompt: str, hour: int = 0) -> None:
    who = run.session.identifying
    if who is None or who.kind != "nobody" or told == "always":  # a telephone rests for whoever picks it up
        run.actions.append(Learn(fact="do_not_call", value=told))
    run.say_builtin(prompt, extra={"at": time(hour)})
    if not isinstance(run.step, ChooseStep):
        ask_again(run)


REPAIR: Mapping[str, Callable[[Run], None]] = {
    "cancel": cancel,
    "repeat": repeat,
    "slower": slower,
    "wait": wait,
    "back": back,
    "help": help_,
    "skip": skip,
    "menu": menu,
    "operator": operator,
    "greeting": greeting,
    "thanks": thanks,
    "goodbye": goodbye,
    "language": language,
    "prove_number": prove,
    "do_not_call": do_not_call,
    "may_call": may_call,
    **{f"call_after_{hour}": partial(call_after, hour=hour) for hour in CALL_AFTER},
    **{wish: partial(invite, to=to) for wish, to in WISHES.items()},
}
