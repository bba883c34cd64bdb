"""The dialogue as a pure function: `advance(session, event, scenarios) -> (session, actions)`.

No I/O, no clock, no chance: time, ids, meanings and fetched data arrive inside events. So a stored conversation
replays exactly, tests need no mocks, and the next prompts can be rendered before they are needed. `expects` is
the other half: what would be understood now, asked by understanding, endpointing, recogniser, buttons and keys.

    advance   an event goes to its function in EVENTS, which answers the step that waits (answers.py),
              repairs (repair.py), or starts another scenario; then steps run (steps.py) until one waits again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue import relaying
from bot.dialogue.actions import Action, Say, TakeOver, Withdraw
from bot.dialogue.also import also_said
from bot.dialogue.answers import ANSWERS, begin
from bot.dialogue.asking import serve
from bot.dialogue.clarifying import may_leave, settled, unclear
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Chosen,
    Event,
    Fetched,
    Keys,
    Left,
    Silence,
    Started,
    TransferFailed,
    Utterance,
)
from bot.dialogue.expecting import expects
from bot.dialogue.keypad import read_keys
from bot.dialogue.knowledge import tell
from bot.dialogue.meaning import Meaning
from bot.dialogue.program import ChooseStep, DelegateStep, DoStep
from bot.dialogue.repair import REPAIR, ask_again, hold, missed, offer, silent, withdraw
from bot.dialogue.run import Run
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import Frame, Session
from bot.dialogue.steps import DIGRESSION, WAITING, go_on, hand_off
from bot.dialogue.surveys import broken_off
from bot.dialogue.values import Value

__all__ = ["advance", "expects", "opening"]

LEAVES = ("cancel", "menu", "operator", "goodbye")  # what a customer can do without waiting for another program

NOT_REPEATED = ("builtin:wait_ok", "repair:wait_ok")  # "подождите", "повторите": the question is what they mean


def opening(conversation: str, scenarios: ScenarioSet) -> Session:
    """The blank session of a conversation that has not started."""
    return Session(
        conversation=conversation,
        scenarios=scenarios.name,
        version=scenarios.version,
        sensitive=tuple(sorted(scenarios.sensitive)),
    )


def advance(session: Session, event: Event, scenarios: ScenarioSet) -> tuple[Session, tuple[Action, ...]]:
    """Take one event; return the next session and what to do, in order.

    Deterministic, so a stored conversation replays exactly. Never raises on user input: a miss is an outcome, not
    an error. Every Fetch among the actions must be answered with a Fetched event before the next customer's event.
    """
    if session.status == "ended" and not isinstance(event, Left):
        return session, ()
    run = Run(session, scenarios, event.at.replace(tzinfo=None))
    if session.pause_s and isinstance(event, Utterance | Chosen | Keys | Silence):
        run.change(pause_s=0)
    handle = EVENTS.get(type(event))
    if handle is not None:
        handle(run, event)
    said = [action for action in run.actions if isinstance(action, Say) and action.prompt not in NOT_REPEATED]
    if said:
        run.change(last=tuple(said))
    return run.session, tuple(run.actions)


def _started(run: Run, event: Started) -> None:
    language = event.language if event.language in run.scenarios.languages else run.scenarios.languages[0]
    scenarios = run.scenarios.scenarios
    first = event.scenario if event.scenario and event.scenario in scenarios else run.scenarios.start
    run.change(
        language=language,
        medium=event.medium,
        channel=event.channel,
        customer=event.customer,
        caller=event.caller,
        orders=event.orders,
        status="bot",
        stack=(Frame(scenario=first, step=scenarios[first].first, values=_given(scenarios[first], event.given)),),
    )
    unfinished = event.unfinished
    run.quiet = event.spoke_first or unfinished is not None
    go_on(run)
    run.quiet = False
    if unfinished and not event.scenario and _resumable(run, unfinished.stack):
        run.change(offer=unfinished)
        if not event.spoke_first:
            offer(run)


def _given(scenario: Scenario, given: Mapping[str, Value]) -> dict[str, Value]:
    """What it was started with, of the names it knows."""
    known = (*scenario.slots, *scenario.given)
    return {name: value for name, value in given.items() if name in known and value is not None}


def _resumable(run: Run, stack: tuple[Frame, ...]) -> bool:
    """Whether this version of the scenarios still has every step of it."""
    scenarios = run.scenarios.scenarios
    return len(stack) > 1 and all(
        frame.scenario in scenarios and frame.step in scenarios[frame.scenario].steps for frame in stack
    )


def _utterance(run: Run, event: Utterance) -> None:
    wanted = event.meaning.language
    if wanted in run.scenarios.languages and run.session.medium == "text":
        run.change(language=wanted)  # whoever goes over to English in writing is answered in English
    if run.paused and run.session.status == "bot" and run.session.stack and _to_others(run, event.meaning):
        missed(run)
        return
    if not _relayed(run, event, event.meaning):
        _understood(run, event.meaning)


def _relayed(run: Run, event: Event, meaning: Meaning) -> bool:
    """Whether a Rasa bot has the dialogue, and that is for it."""
    step = run.step
    free = run.session.status == "bot" and run.session.offer is None and run.session.pending is None
    return free and isinstance(step, DelegateStep) and relaying.heard(run, step, event, ours=meaning.intent)


def _to_others(run: Run, meaning: Meaning) -> bool:
    """Whether a caller who asked for a minute spoke to somebody near: a name in it is no answer to what we asked."""
    if run.session.medium != "voice" or meaning.intents or meaning.yes is not None or meaning.option is not None:
        return False
    return run.frame.asked not in meaning.readings


def _chosen(run: Run, event: Chosen) -> None:
    yes = {"yes": True, "no": False}.get(event.option)
    known = event.option in run.scenarios.phrases or event.option in run.scenarios.answers
    intents = Meaning.only(event.option) if known else Meaning()
    if not _relayed(run, event, intents):
        _understood(run, replace(intents, option=event.option, yes=yes))


def _keys(run: Run, event: Keys) -> None:
    meaning = read_keys(event.digits, expects(run.session, run.scenarios), run.now)
    if not _relayed(run, event, meaning):
        _understood(run, meaning)


def _understood(run: Run, meaning: Meaning) -> None:
    if run.session.status != "bot":
        if run.session.status == "waiting":
            _while_waiting(run, meaning)
        return
    if run.session.offer is not None and _offer_answered(run, meaning):
        return
    if run.fetching and meaning.intent not in LEAVES:
        run.say_builtin("one_moment")  # another program is being asked: there is no question to answer just now
        return
    if run.session.pending is not None:
        if settled(run, meaning, _understood):
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
    if meaning.intent in ("cancel", "menu"):
        withdraw(run)
    elif run.session.medium == "text" and run.session.stack and not run.visit(WAITING):
        run.say_builtin("keep_waiting_text")


def _elsewhere(run: Run, meaning: Meaning) -> bool:
    """Whether it is a wish for another scenario, whose slots the readings then are; a menu takes its own items."""
    intent = meaning.intent
    if intent in run.scenarios.answers:
        return True
    return intent in run.scenarios.scenarios and intent != run.frame.scenario and not isinstance(run.step, ChooseStep)


def _offer_answered(run: Run, meaning: Meaning) -> bool:
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
        else:  # it is under way already: back to it, with what was just said
            broken_off(run, depth + 1)
            run.change(stack=run.session.stack[: depth + 1])
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
    run.push(scenario)
    run.put(step=target or step, visits={DIGRESSION: 1})
    go_on(run)


def _silence(run: Run, event: Silence) -> None:
    if run.session.status == "bot" and run.fetching:
        return  # it is us who keep silent
    if run.session.status == "bot":
        silent(run)
    elif run.session.status == "waiting":
        hold(run)


def _fetched(run: Run, event: Fetched) -> None:
    """For the scenario that asked, wherever it stands: another one may have begun above it meanwhile. Where a person
    has come, the answer is kept, and the bot goes on from there when they leave."""
    stack = run.session.stack
    if run.frame.awaiting == event.request:
        if isinstance(run.step, DelegateStep):
            relaying.answered(run, run.step, event)
            return
        known = _answered(run, event)
    else:
        depth = next((at for at, frame in enumerate(stack) if frame.awaiting == event.request), None)
        if depth is None:
            return  # the customer went elsewhere meanwhile
        with run.under(depth):
            known = _answered(run, event)
    if known:
        go_on(run)
    elif run.session.status == "bot":  # else whoever is there sees to it
        run.say_builtin("internal_error")
        hand_off(run, reason="error")


def _answered(run: Run, event: Fetched) -> bool:
    """On to what the outcome leads to; False: the step has no way for it."""
    step = run.step
    if not isinstance(step, DoStep):  # edited meanwhile: the answer is to a question that is no more
        run.put(awaiting="")
        return True
    if isinstance(step, DelegateStep):
        relaying.answered(run, step, event, aside=True)
        return True
    run.store(**event.data)
    target = step.branches.get(event.outcome, step.next if event.outcome == "ok" else None)
    if target is None:
        run.fault(f"{step.action} answered '{event.outcome}', which has no branch")
        run.go(step.next if run.session.status == "bot" else "")
        return False
    run.go(target)
    return True


def _agent_joined(run: Run, event: AgentJoined) -> None:
    run.change(status="agent", agent=event.agent, offer=None)
    run.say_builtin("agent_joined", extra={"agent": event.name or event.agent})


def _agent_said(run: Run, event: AgentSaid) -> None:
    """The words are in the journal, from where the channel delivers them; the bot adds nothing."""


def _agent_left(run: Run, event: AgentLeft) -> None:
    run.change(status="bot", agent="")
    if event.closed:
        broken_off(run)
        run.say_builtin("goodbye")
        run.change(status="ended", stack=())
        return
    run.say_builtin("agent_left")
    ask_again(run)


def _transfer_failed(run: Run, event: TransferFailed) -> None:
    if run.session.status != "waiting":
        return
    run.actions.append(Withdraw())
    run.change(status="bot")
    run.say_builtin("transfer_failed")
    ask_again(run)


def _left(run: Run, event: Left) -> None:
    """The stack stays, so that what was left open can be offered elsewhere; moved, it is theirs.

    "transferred": the caller went over to the agent they waited for, so the queue keeps its entry.
    """
    if run.session.status == "waiting" and event.reason != "transferred":
        run.actions.append(Withdraw())
    if event.moved_to:
        run.say_builtin("moved")
        run.change(stack=())
    broken_off(run)
    run.change(status="ended")


EVENTS: Mapping[type[Event], Callable[[Run, Any], None]] = {
    Started: _started,
    Utterance: _utterance,
    Chosen: _chosen,
    Keys: _keys,
    Silence: _silence,
    Fetched: _fetched,
    AgentJoined: _agent_joined,
    AgentSaid: _agent_said,
    AgentLeft: _agent_left,
    TransferFailed: _transfer_failed,
    Left: _left,
}
