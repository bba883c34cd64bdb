"""Calls that we place: the robot says who it is first, and what follows where no person came to the telephone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.dialogue.actions import Action, End, Say
from bot.dialogue.events import Answered, Started
from bot.dialogue.run import Run
from bot.dialogue.scenario import Outbound
from bot.dialogue.session import Frame
from bot.dialogue.steps import finish, go_on
from bot.dialogue.surveys import broken_off

# The road of each outcome, and the one that is taken where the author gave none.
ROADS: Mapping[str, tuple[str, ...]] = {
    "machine": ("machine",),
    "fax": ("machine",),
    "busy": ("busy", "no_answer"),
    "no_answer": ("no_answer",),
    "refused": ("refused", "no_answer"),
    "failed": ("no_answer",),
    # It was not dialled at all.
    "do_not_call": ("no_answer",),
    "quiet_hours": ("no_answer",),
    "not_allowed": ("no_answer",),
    "no_line": ("no_answer",),
    # It was answered by another than the one it is for.
    "somebody_else": ("no_answer",),
}
NOT_THE_ONE = "not_the_one"  # what somebody else hears last
TO_OTHERS = ("not_called", NOT_THE_ONE)  # and all they hear
MESSAGE = "message"  # Session.unreached of a machine that records what is said
HOUSEHOLD = "household"  # the same of one that others hear, too: the message alone, where it tells nothing of anybody


def announce(run: Run, event: Started) -> None:
    """Before all else, and to its end unless its author lets speech stop it after some seconds: whoever is called must
    know that it is a robot, and whose."""
    about = run.scenario.outbound
    before = len(run.actions)
    if about is not None and about.announce is not None and (about.announce.fixed or not event.asked_for):
        run.say(about.announce)
    elif event.answered:
        run.say_builtin("robot_calls")  # where the author gave no sentence
    run.actions[before:] = [
        replace(each, barge_in="deny") if isinstance(each, Say) and each.speech_after is None else each
        for each in run.actions[before:]
    ]


def unreached(run: Run, outcome: str, *, message: bool) -> None:
    """No person: the message where one can be left, then the author's steps, then the end."""
    root = run.session.stack[0]
    who = run.session.identifying
    household = message and who is not None  # whose machine it is, everybody hears
    about = run.scenarios.scenarios[root.scenario].outbound or Outbound()
    target = next((about.roads[name] for name in ROADS[outcome] if about.roads.get(name)), "")
    run.change(
        stack=(Frame(scenario=root.scenario, step=target, values=root.values),),
        unreached=(HOUSEHOLD if household else MESSAGE) if outcome == "machine" and message else outcome,
        offer=None,
        pending=None,
        identifying=who if who is not None and who.kind == "nobody" else None,  # nobody answers who they are
        recording="" if run.session.recording == "asked" else run.session.recording,
    )
    if about.voicemail is not None and (about.voicemail.fixed or not household):
        run.say(about.voicemail)
    if target:
        go_on(run)


def settled(run: Run) -> None:
    """After each turn of such a conversation: nobody answers a question, nobody hears what is said to nobody, and what
    a machine records must not be stopped by its own noise."""
    outcome = "machine" if run.session.unreached in (MESSAGE, HOUSEHOLD) else run.session.unreached
    if run.session.status == "bot" and not run.fetching:
        finish(run, reason=outcome)
    run.actions[:] = [told for each in run.actions for told in _told(each, outcome, _recorded(run, each))]


def _recorded(run: Run, action: Action) -> bool:
    """Whether it is left with a machine."""
    if run.session.unreached != HOUSEHOLD:
        return run.session.unreached == MESSAGE
    about = (each.outbound for each in run.scenarios.scenarios.values())
    harmless = {each.voicemail.id for each in about if each and each.voicemail and each.voicemail.fixed}
    return isinstance(action, Say) and action.prompt in harmless


def _told(action: Action, outcome: str, heard: bool) -> Iterator[Action]:
    if isinstance(action, Say):
        if outcome == "somebody_else":
            if action.prompt.rpartition(":")[2] in TO_OTHERS:
                yield action
        elif heard:
            yield replace(action, barge_in="deny", speech_after=None)
    elif isinstance(action, End) and action.reason == "done":
        yield End(reason=outcome)
    else:
        yield action


def answered(run: Run, event: Answered) -> None:
    """It showed only now that a machine took the call: what we began to say was said to nobody."""
    if run.session.status != "bot" or not run.session.stack:
        return
    broken_off(run)
    unreached(run, event.by, message=event.message)


def handled(run: Run, event: Started) -> bool:
    """Whether a Started event tells of a call that no person took, which is all there is to it."""
    if event.answered in ROADS:
        unreached(run, event.answered, message=event.message)
        return True
    return False
