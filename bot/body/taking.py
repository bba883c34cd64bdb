"""An event of a customer, an agent or a timer, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from bot.body import arriving
from bot.body.finding import beginning, found
from bot.body.serving import leaving, stands
from bot.body.transaction import Transaction
from bot.customers.opening import language
from bot.desk import token
from bot.dialogue import masking
from bot.dialogue.actions import Handoff, Say
from bot.dialogue.engine import expects, opening
from bot.dialogue.events import Chosen, Event, NotDelivered, Started, Utterance
from bot.dialogue.run import OURS, Run
from bot.dialogue.wishes import LEAVES
from bot.ports import Outcome
from bot.stores import conversations, pending
from bot.stores.conversations import Talk
from bot.stores.pending import Pending

MAX_KEPT = 20  # events that wait for one answer
APOLOGY = "internal_error"  # the prompt that is said when a turn broke


def take(body: Transaction) -> Outcome:
    talk, repeated = found(body)
    body.origin = pending.origin(body.inbound.channel, body.inbound.identity, body.event.id)
    if repeated:
        body.asked = pending.of(body.tx, talk.id, body.origin)
        return body.repeated(talk, repeated)
    arriving.prove(body, talk)
    event = body.event
    scenarios = body.served(talk).scenarios
    if talk.session is None or not stands(talk.session, scenarios):
        body.run(talk, beginning(body, talk))
        return body.written(talk)
    talk.session = replace(talk.session, version=scenarios.version)  # another, where its own is kept nowhere
    if not isinstance(event, Started):  # which in a conversation under way changes nothing
        token.check(talk.session, event)
        asked = None if isinstance(event, NotDelivered) else _asked(body, talk)
        found_open = arriving.found_open(body, talk)
        if found_open is not None:
            body.note(talk, event, event)
            body.run(talk, [found_open])
        elif asked is not None and _may_wait(body, talk, asked):
            _kept(body, talk, asked)
        else:
            body.run(talk, [*_before(body, asked), *arriving.went_on(body, talk), event])
    return body.written(talk)


def _asked(body: Transaction, talk: Talk) -> Pending | None:
    """What another program is being asked by the step that waits."""
    stack = talk.session.stack if talk.session else ()
    if not stack or stack[-1].awaiting in OURS:
        return None
    return pending.open_question(body.tx, stack[-1].awaiting)


def _may_wait(body: Transaction, talk: Talk, asked: Pending) -> bool:
    """Whether it may follow the answer: what is written then loses nothing, and no caller hears of it so late."""
    event, session = body.event, talk.session
    assert session is not None
    if session.status != "bot" or session.medium != "text" or len(asked.then) >= MAX_KEPT:
        return False
    if isinstance(event, Chosen):
        return event.option not in LEAVES
    served = body.served(talk)
    now = event.at.replace(tzinfo=None)
    return isinstance(event, Utterance) and not leaving(
        served.nlu, expects(session, served.scenarios), session.language, now, event.text
    )


def _kept(body: Transaction, talk: Talk, asked: Pending) -> None:
    """It is taken with the answer, in order; until then there is a word, but no second one."""
    assert talk.session is not None
    pending.follow(body.tx, asked, (*asked.then, body.event))
    run = Run(talk.session, body.served(talk).scenarios, body.event.at.replace(tzinfo=None))
    run.say_builtin("one_moment")
    last = [row.entry for row in conversations.rows(body.tx, talk.id, first=talk.seq)]
    for say in run.actions:
        if isinstance(say, Say) and not any(isinstance(each, Say) and each.prompt == say.prompt for each in last):
            body.note(talk, say, body.event)


def _before(body: Transaction, asked: Pending | None) -> tuple[Event, ...]:
    """What was kept for after the answer, and is taken before an event that can't wait: order stays as it was said."""
    if asked is None or not asked.then:
        return ()
    pending.follow(body.tx, asked, ())
    return asked.then


def apologise(body: Transaction) -> Outcome:
    """In place of a turn that broke: what was said is kept, and a person is offered; the second time, called."""
    talk, repeated = found(body)
    if repeated:
        return body.repeated(talk, repeated)
    scenarios = body.served(talk).scenarios
    session = talk.session or replace(
        opening(talk.id, scenarios),
        channel=talk.channel,
        medium="voice" if talk.medium == "voice" else "text",
        language=language(body.inbound, body.event, None, scenarios.languages),
    )
    last = conversations.rows(body.tx, talk.id, first=talk.seq)
    again = any(isinstance(row.entry, Say) and row.entry.prompt == APOLOGY for row in last)
    body.note(talk, masking.unread(body.event, scenarios), body.event)
    if session.status == "bot":
        said = Run(session, scenarios, body.event.at.replace(tzinfo=None))
        said.say_builtin("internal_error")
        actions = [replace(say, prompt=APOLOGY) if isinstance(say, Say) else say for say in said.actions]
        if again:
            talk.session = replace(session, status="waiting")
            actions.insert(0, Handoff(reason="error"))
        for action in actions:
            body.act(talk, action, body.event)
    return body.written(talk)
