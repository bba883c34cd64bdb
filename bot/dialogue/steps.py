"""What each kind of step does when the dialogue reaches it: a table, one function per kind.

A function either moves on (`run.go`), or says something and waits (`run.wait`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bot.dialogue.actions import End, Fetch, Handoff, Learn
from bot.dialogue.also import also_choices
from bot.dialogue.asking import UNSAID, ask, hand_over, handed_well, serve, served
from bot.dialogue.briefing import brief
from bot.dialogue.cases import key_of
from bot.dialogue.choosing import YES_NO
from bot.dialogue.delegating import delegate
from bot.dialogue.identity import is_open, new_name
from bot.dialogue.known import ask_back, doubted
from bot.dialogue.program import (
    AgainStep,
    BranchStep,
    CaseStep,
    ChooseStep,
    CollectStep,
    ConfirmStep,
    DelegateStep,
    DoStep,
    EndStep,
    HandoffStep,
    Item,
    LanguageStep,
    ProveStep,
    RateStep,
    SayStep,
    SetStep,
    StartStep,
    Step,
)
from bot.dialogue.proving import prove
from bot.dialogue.run import ASKED, Run
from bot.dialogue.surveys import broken_off, rate
from bot.dialogue.usual import ask_usual, just_refused, learned_order
from bot.dialogue.values import MASK, Moment, Value
from bot.dialogue.wording import Prompt

MAX_STEPS = 300  # in one turn; a scenario that runs longer without asking anything is a loop

DIGRESSION = "digression"  # among a frame's visits: one item of a menu was wished for from elsewhere
WAITING = "waiting"  # among a frame's visits: told, while waiting for a person, that what is written is read


def go_on(run: Run) -> None:
    """Run steps until one waits, the conversation ends, or a person takes over."""
    for _ in range(MAX_STEPS):
        if run.session.status != "bot" or run.session.offer is not None or is_open(run.session):
            return
        if not run.session.stack:
            finish(run)
            return
        if run.frame.awaiting:
            return
        step = run.scenario.steps.get(run.frame.step)
        if step is None:
            leave(run, finished=run.frame.step == "")
            continue
        STEPS[type(step)](run, step)
    run.fault(f"{MAX_STEPS} steps without a question")
    run.say_builtin("internal_error")
    hand_off(run, reason="error")


def leave(run: Run, *, finished: bool) -> None:
    """Pop the current scenario. What it learned goes to the profile only when it came to its end."""
    if finished:
        _keep(run)
        _learn(run)
        if run.frame.scenario in run.scenarios.phrases:
            run.change(topic=run.frame.scenario)
    else:
        run.fault("there is no such step in this version")
    results = _results(run) if finished else {}
    asked = ASKED in run.frame.visits
    run.pop()
    if results:
        run.store(**results)
        hand_over(run, results)
    if run.fetching:
        run.say_builtin("one_moment")  # what was asked of another program is not asked of it again
    elif run.frame.awaiting:
        # A digression is over: ask again what was being asked.
        run.put(awaiting="")
        if asked and not isinstance(run.step, ChooseStep):
            run.say_builtin("come_back", extra={"title": dict(run.scenario.title)})


def _keep(run: Run) -> None:
    """For who asks of it next: "а сколько это стоит?" after a booking."""
    values = run.frame.values
    known = {name: values[name] for name, slot in run.scenario.slots.items() if not slot.sensitive and name in values}
    if known:
        run.change(done=known)


def _learn(run: Run) -> None:
    """Nothing of who did not say who they are, and nothing over somebody else's name."""
    who = run.session.identifying
    if who is not None and who.kind == "nobody":
        return
    told: dict[str, Value] = {}
    for slot in run.scenario.slots.values():
        value = run.frame.values.get(slot.name)
        if slot.learn and not slot.sensitive and value is not None and run.session.customer.get(slot.learn) != value:
            told[slot.learn] = value
    if told and not new_name(run, told):
        run.actions.extend(Learn(fact=fact, value=value) for fact, value in told.items())
        run.change(customer={**run.session.customer, **told})


def _results(run: Run) -> dict[str, Value]:
    """What the scenario below wanted to have of this one when it is done."""
    step = starter(run)
    return {name: run.evaluate(expression) for name, expression in step.results.items()} if step else {}


def starter(run: Run) -> StartStep | None:
    """The step of the scenario below that started this one; None where a wish did, or a menu."""
    if len(run.session.stack) < 2 or not run.frame.starter:
        return None
    below = run.session.stack[-2]
    step = run.scenarios.scenarios[below.scenario].steps.get(run.frame.starter)
    return step if isinstance(step, StartStep) else None


def finish(run: Run, reason: str = "done") -> None:
    broken_off(run)
    run.actions.append(End(reason=reason))
    run.change(status="ended", stack=())


def hand_off(
    run: Run, *, reason: str, skill: str = "", priority: int = 0, note: str = "", note_of: Prompt | None = None
) -> None:
    """Say so and put the conversation into the queue. The stack stays: the bot may get the conversation back."""
    voice = run.session.medium == "voice"
    run.say_builtin("to_person" if voice else "to_person_text")
    told, language = brief(run, reason, note_of) if voice else ("", run.session.language)
    run.actions.append(
        Handoff(reason=reason, skill=skill, priority=priority, note=note or summary(run), brief=told, language=language)
    )
    run.understood()
    step = run.step
    if isinstance(step, ChooseStep):
        serve(run, step)  # who comes back from a person needn't hear the whole menu
    if run.session.stack:
        run.put(visits={name: count for name, count in run.frame.visits.items() if name != WAITING})
    run.change(status="waiting", queueing=None)


def summary(run: Run) -> str:
    """One line for the agent: what was under way and what is known of it."""
    for index in range(len(run.session.stack) - 1, -1, -1):
        frame = run.session.stack[index]
        scenario = run.scenarios.scenarios[frame.scenario]
        known = [
            f"{_in(run, slot.title) or name}: {MASK if slot.sensitive else run.shown(slot, frame.values[name])}"
            for name, slot in scenario.slots.items()
            if frame.values.get(name) is not None
        ]
        if known:
            return f"{_in(run, scenario.title)}. " + "; ".join(known)
    return ""


def _in(run: Run, texts: Mapping[str, str]) -> str:
    return texts.get(run.session.language) or next(iter(texts.values()), "")


# one function per kind


def _say(run: Run, step: SayStep) -> None:
    run.say(step.prompt)
    run.go(step.next)


def _collect(run: Run, step: CollectStep) -> None:
    for name in step.slots:
        slot = run.scenario.slots[name]
        if name in run.frame.skipped or (run.frame.values.get(name) is not None and handed_well(run, slot)):
            continue
        if slot.prefill is not None and name not in run.frame.visits:
            value = run.evaluate(slot.prefill)
            if value is not None and doubted(run, slot, value):
                if run.quiet:  # who spoke first may have said it already
                    run.quiet = False
                    run.visit(UNSAID)
                    run.wait(asked=name)
                else:
                    ask_back(run, slot, value)
                return
            if value is not None:
                run.visit(name)  # once: a value the customer took back isn't filled in again
                run.store(**{name: value})
                hand_over(run, (name,))
                if handed_well(run, slot):
                    continue
        if not slot.required and name not in run.frame.visits:
            continue  # taken when it is said; asked for only when it is to be corrected
        if run.quiet:  # who spoke first may have said it already
            run.quiet = False
            run.visit(UNSAID)
            run.wait(asked=name)
            return
        ask(run, slot)
        return
    run.go(step.next)


def _choose(run: Run, step: ChooseStep) -> None:
    if DIGRESSION in run.frame.visits:
        run.go("")  # its block is done; back to what was asked before
        return
    quiet, run.quiet = run.quiet, False
    returned = served(run.frame, step)
    if not quiet and ask_usual(run, step):
        return
    if not quiet:
        announce(run, step, again=returned and step.again is not None and not run.session.misses)
        run.visit(step.id)
    run.wait()


def announce(run: Run, step: ChooseStep, *, again: bool) -> None:
    """The menu: buttons for the eye; for the ear the introduction, then an announcement an item, in learned order."""
    attempt = run.session.misses + run.session.silences
    items = ordered(run, step)
    prompt = step.again if again and step.again else step.prompt
    if run.session.medium == "text":
        choices = tuple(run.choice(item.option) for item in items)
        run.say(prompt, attempt=attempt, choices=(*choices, *also_choices(run)))
        return
    if not just_refused(run, step):
        run.say(prompt, attempt=attempt)
    if not again:
        for item in items:
            run.say(item.announce)


def ordered(run: Run, step: ChooseStep) -> tuple[Item, ...]:
    """Items in the order this person should hear them; ones the learned order doesn't know come last."""
    learned = learned_order(run, step)
    if not learned:
        return step.items
    order = {name: place for place, name in enumerate(learned)}
    return tuple(sorted(step.items, key=lambda item: order.get(item.id, len(order))))


def _confirm(run: Run, step: ConfirmStep) -> None:
    run.say(
        step.prompt,
        attempt=run.session.misses + run.session.silences,
        choices=(*YES_NO[run.session.language], *also_choices(run)),
    )
    run.wait()


def _do(run: Run, step: DoStep) -> None:
    request = f"{run.session.conversation}:{run.session.counter + 1}"
    run.change(counter=run.session.counter + 1)
    args: dict[str, Value] = {name: run.evaluate(argument) for name, argument in step.args.items()}
    meanwhile = run.rendered(step.meanwhile) if step.meanwhile else None
    run.actions.append(
        Fetch(id=request, name=step.action, args=args, meanwhile=meanwhile, timeout=step.timeout, retry=step.retry)
    )
    run.wait(awaiting=request)


def _again(run: Run, step: AgainStep) -> None:
    offered = run.evaluate(step.offered) if step.offered else None
    run.forget(*step.slots)
    days = {at.date() for at in offered if isinstance(at, datetime)} if isinstance(offered, tuple) else set()
    if len(days) == 1:
        moments = {name: Moment(day=min(days)) for name in step.slots if run.scenario.slots[name].type == "datetime"}
        run.put(partial={**run.frame.partial, **moments})
    run.go(step.target)


def _branch(run: Run, step: BranchStep) -> None:
    run.go(step.next if run.evaluate(step.when, default=False) else step.otherwise)


def _case(run: Run, step: CaseStep) -> None:
    run.go(step.ways.get(key_of(run.evaluate(step.value)), step.next))


def _set(run: Run, step: SetStep) -> None:
    for name, expression in step.assignments.items():
        run.store(**{name: run.evaluate(expression)})
    run.go(step.next)


def _language(run: Run, step: LanguageStep) -> None:
    run.change(language=step.language)
    run.go(step.next)


def _start(run: Run, step: StartStep) -> None:
    values = {name: run.evaluate(argument) for name, argument in step.args.items()}
    run.go(step.next if step.returns else "")
    run.push(step.scenario, {name: value for name, value in values.items() if value is not None})
    hand_over(run, run.frame.values)
    run.put(starter=step.id)


def _handoff(run: Run, step: HandoffStep) -> None:
    note = run.rendered(step.note).text if step.note else ""
    run.go(step.next)
    hand_off(run, reason=step.reason, skill=step.skill, priority=step.priority, note=note, note_of=step.note)


def _end(run: Run, step: EndStep) -> None:
    if step.prompt:
        run.say(step.prompt)
    finish(run)


STEPS: Mapping[type[Step], Callable[[Run, Any], None]] = {
    SayStep: _say,
    CollectStep: _collect,
    ChooseStep: _choose,
    ConfirmStep: _confirm,
    DoStep: _do,
    DelegateStep: delegate,
    AgainStep: _again,
    BranchStep: _branch,
    CaseStep: _case,
    SetStep: _set,
    LanguageStep: _language,
    StartStep: _start,
    HandoffStep: _handoff,
    ProveStep: prove,
    RateStep: rate,
    EndStep: _end,
}
