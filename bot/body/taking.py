"""An event of a customer, an agent or a timer, in one transaction."""

from __future__ import annotations

from dataclasses import replace

from bot.body.finding import beginning, found
from bot.body.serving import stands
from bot.body.transaction import Transaction
from bot.customers.opening import language
from bot.desk import token
from bot.dialogue.actions import Handoff, Say
from bot.dialogue.engine import opening
from bot.dialogue.events import Event, Started, Utterance
from bot.dialogue.run import Run
from bot.dialogue.values import MASK
from bot.ports import Outcome
from bot.stores import conversations, pending

APOLOGY = "internal_error"  # the prompt that is said when a turn broke


def take(body: Transaction) -> Outcome:
    talk, repeated = found(body)
    body.origin = pending.origin(body.inbound.channel, body.inbound.identity, body.event.id)
    if repeated:
        body.asked = pending.of(body.tx, talk.id, body.origin)
        return body.repeated(talk, repeated)
    event = body.event
    scenarios = body.served(talk).scenarios
    if talk.session is None or not stands(talk.session, scenarios):
        body.run(talk, beginning(body, talk))
        return body.written(talk)
    talk.session = replace(talk.session, version=scenarios.version)  # another, where its own is kept nowhere
    if not isinstance(event, Started):  # which in a conversation under way changes nothing
        token.check(talk.session, event)
        body.run(talk, [event])
    return body.written(talk)


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
    told: Event = body.event
    if scenarios.sensitive and isinstance(told, Utterance):
        told = replace(told, text=MASK)  # nobody knows what was in it
    body.note(talk, told, body.event)
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
