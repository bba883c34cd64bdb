"""The dialogue as a pure function: `advance(session, event, scenarios) -> (session, actions)`.

No I/O, no clock, no chance: time, ids, meanings and fetched data arrive inside events. So a stored conversation
replays exactly, tests need no mocks, and the next prompts can be rendered before they are needed. `expects` is
the other half: what would be understood now, asked by understanding, endpointing, recogniser, buttons and keys.

    advance   an event goes to its function in EVENTS; what was understood (wishes.py) answers the step that waits
              (answers.py), repairs (repair.py), or starts another scenario; then steps run (steps.py) until one waits
              again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot.dialogue import consenting, outbound, relaying
from bot.dialogue.actions import Action, Say, Speaks, Withdraw
from bot.dialogue.asking import hand_over
from bot.dialogue.continuing import invited, went_on
from bot.dialogue.events import (
    AgentJoined,
    AgentLeft,
    AgentSaid,
    Answered,
    Attached,
    Chosen,
    CodeChecked,
    CodeSent,
    Event,
    Fetched,
    Identified,
    Invited,
    Keys,
    Left,
    NotDelivered,
    Queued,
    Silence,
    Started,
    TransferFailed,
    Utterance,
    WentOn,
)
from bot.dialogue.expecting import expects
from bot.dialogue.fetching import fetched
from bot.dialogue.identifying import begin, checked, heard, identified, sent
from bot.dialogue.keyed import ask_whether, to_be_read_back
from bot.dialogue.keypad import SPOKEN, read_keys
from bot.dialogue.meaning import Language, Meaning
from bot.dialogue.places import place
from bot.dialogue.program import DelegateStep
from bot.dialogue.queueing import left, nobody_answered, queued
from bot.dialogue.repair import ask_again, hold, missed, silent
from bot.dialogue.run import Run
from bot.dialogue.scenario import Scenario, ScenarioSet
from bot.dialogue.session import Frame, Identifying, Session
from bot.dialogue.surveys import broken_off
from bot.dialogue.values import Value
from bot.dialogue.wishes import understood

__all__ = ["advance", "expects", "opening"]

SEEN = {  # what is said to what is no text
    **dict.fromkeys(("image", "video", "file"), "attached_file"),
    "voice": "attached_voice",
    "sticker": "attached_sticker",
    "edited": "attached_edited",
}
# "Простите, не понимаю. …?" "Повторите": the question is what they mean.
NOT_REPEATED = frozenset(
    f"{whose}:{name}" for whose in ("builtin", "repair") for name in ("wait_ok", "not_understood", "silence", "say_it")
)


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
    asked = session.recording == "asked" and isinstance(event, Utterance | Chosen | Keys | Silence)
    handle = EVENTS.get(type(event))
    if handle is not None and not (asked and _consented(run, event)) and not heard(run, event, understood):
        handle(run, event)
    consenting.paused(run)
    if run.session.unreached:
        outbound.settled(run)
    if run.session.medium == "text" and run.session.status == "bot":
        _wanting(run)
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
        doubtful=event.doubtful,
        shared=event.shared,
        identifying=_who_first(event),
        caller=event.caller,
        orders=event.orders,
        habits=event.habits,
        status="bot",
        stack=(Frame(scenario=first, step=scenarios[first].first, values=_given(scenarios[first], event.given)),),
    )
    hand_over(run, run.frame.values)
    if event.unknown:
        run.actions.append(Speaks(unknown=True))
    if outbound.handled(run, event):
        return
    outbound.announce(run, event)
    if consenting.announced(run, event):
        begin(run, None if event.scenario else event.unfinished, quiet=event.spoke_first)
    else:
        run.change(offer=None if event.scenario else event.unfinished)


def _who_first(event: Started) -> Identifying | None:
    """What is asked before all else."""
    if event.asked_for is not None:
        return Identifying(kind="asked_for", persons=(event.asked_for,), begins=True)
    if event.unknown:
        return Identifying(kind="nobody")
    return Identifying(kind="who", persons=event.persons, begins=True) if event.persons else None


def _consented(run: Run, event: Event) -> bool:
    """Whether the event only answered if the call may be recorded, or asked for it to be asked again."""
    answer = consenting.answered(run, event)
    if answer == "unclear" and run.session.misses + 1 < consenting.ASKS:
        run.change(misses=run.session.misses + 1)
        consenting.ask(run)
        return True
    unfinished = run.session.offer
    run.change(offer=None)
    consenting.keep(run, on=answer == "yes")
    if answer in ("no", "unclear"):
        run.say_builtin("not_recorded")
    begin(run, unfinished, quiet=answer == "else")
    return answer != "else"


def _given(scenario: Scenario, given: Mapping[str, Value]) -> dict[str, Value]:
    """What it was started with, of the names it knows."""
    known = (*scenario.slots, *scenario.given)
    return {name: value for name, value in given.items() if name in known and value is not None}


def _utterance(run: Run, event: Utterance) -> None:
    wanted = event.meaning.language
    if wanted in run.scenarios.languages and run.session.medium == "text":
        run.change(language=wanted)  # whoever goes over to English in writing is answered in English
    if run.paused and run.session.status == "bot" and run.session.stack and _to_others(run, event.meaning):
        missed(run)
        return
    if not _relayed(run, event, event.meaning):
        understood(run, event.meaning)


def _relayed(run: Run, event: Event, meaning: Meaning) -> bool:
    """Whether a Rasa bot has the dialogue, and that is for it."""
    step = run.step
    free = run.session.status == "bot" and run.session.offer is None and run.session.pending is None
    return free and isinstance(step, DelegateStep) and relaying.heard(run, step, event, meaning)


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
        understood(run, replace(intents, option=event.option, yes=yes))


def _keys(run: Run, event: Keys) -> None:
    expected = expects(run.session, run.scenarios)
    meaning = read_keys(event.digits, expected, run.now, run.session.language)
    if _relayed(run, event, meaning):
        return
    slot = expected.slots.get(expected.asked or "")
    spelled = to_be_read_back(run, event.digits, meaning)
    if spelled is not None:
        ask_whether(run, spelled, str(meaning.readings[spelled.name].value))
    elif meaning == Meaning() and slot is not None and slot.type in SPOKEN and run.session.status == "bot":
        missed(run, because="say_it")
    else:
        understood(run, meaning)


def _wanting(run: Run) -> None:
    """The question for a number says that it is one: a messenger puts a button under it that shares it."""
    slot = run.scenario.slots.get(run.frame.asked or "")
    last = run.actions[-1] if run.actions else None
    if slot is not None and slot.type == "phone" and isinstance(last, Say) and not last.choices:
        run.actions[-1] = replace(last, wants="phone")


def _attached(run: Run, event: Attached) -> None:
    """Seen, and said what we make of it; the question still stands. A person who has the conversation sees it too."""
    if run.session.status == "bot" and not event.quiet:
        run.say_builtin(SEEN.get(event.kind, "attached_other"))
        if not run.fetching:
            ask_again(run)


def _not_delivered(run: Run, event: NotDelivered) -> None:
    """For the journal, where a person reads it."""


def _silence(run: Run, event: Silence) -> None:
    if run.session.status == "bot" and run.fetching:
        return  # it is us who keep silent
    if run.session.status == "bot":
        silent(run)
    elif run.session.status == "waiting":
        hold(run)


SOMEBODY: Mapping[Language, str] = {"ru": "оператор", "en": "a person"}  # who has no name that customers know


def _agent_joined(run: Run, event: AgentJoined) -> None:
    if run.session.recording == "asked":
        consenting.keep(run, on=False)
    run.change(status="agent", agent=event.agent, offer=None, queueing=None)
    run.say_builtin("agent_joined", extra={"agent": event.name or SOMEBODY[run.session.language]})


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
    if run.session.status != "waiting" or nobody_answered(run, event):
        return
    left(run)
    run.say_builtin("transfer_failed")
    ask_again(run)


def _left(run: Run, event: Left) -> None:
    """The stack stays, so that what was left open can be offered elsewhere; moved, it is theirs.

    "transferred": the caller went over to the agent they waited for, so the queue keeps its entry.
    """
    if run.session.status == "waiting" and event.reason != "transferred":
        run.actions.append(Withdraw())
    if event.moved_to:
        run.say_builtin("moved", extra={"place": place(event.moved_on)[run.session.language]})
        run.change(moved=event.moved_to)  # what is under way stays, for whom it is parted from
    else:
        broken_off(run)
    run.change(status="ended")


EVENTS: Mapping[type[Event], Callable[[Run, Any], None]] = {
    Started: _started,
    Answered: outbound.answered,
    Utterance: _utterance,
    Chosen: _chosen,
    Attached: _attached,
    Keys: _keys,
    Silence: _silence,
    Fetched: fetched,
    AgentJoined: _agent_joined,
    AgentSaid: _agent_said,
    AgentLeft: _agent_left,
    Queued: queued,
    TransferFailed: _transfer_failed,
    Left: _left,
    NotDelivered: _not_delivered,
    WentOn: went_on,
    Invited: invited,
    Identified: lambda run, event: identified(run, event, understood),
    CodeSent: sent,
    CodeChecked: checked,
}
