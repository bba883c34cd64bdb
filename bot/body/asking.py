"""What another program answers, that was asked between two transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.body.transaction import Transaction
from bot.customers import profile
from bot.customers.opening import local
from bot.dialogue import masking
from bot.dialogue.actions import Action, Handoff, Say
from bot.dialogue.events import Fetched
from bot.dialogue.run import Run
from bot.dialogue.values import Value
from bot.ports import Outcome
from bot.stores import conversations, pending
from bot.stores.conversations import Talk
from bot.stores.pending import Pending


def answered(body: Transaction, asked: Pending, outcome: str, data: Mapping[str, Value]) -> Outcome | None:
    """Another program's answer, in a transaction of its own; None where it was taken before."""
    talk, kept = _waiting(body, asked)
    if talk is None or talk.session is None or kept is None:
        return None
    scenarios = body.served(talk).scenarios
    body.origin = kept.origin
    body.event = Fetched(
        id=f"{kept.fetch.id}/fetched",
        at=local(body.inbound.event.at, scenarios.business),
        request=kept.fetch.id,
        outcome=outcome,
        data=data,
    )
    body.run(talk, [body.event, *kept.then])
    body.write(talk)
    return _brought(body, talk, asked, kept)


def _waiting(body: Transaction, asked: Pending) -> tuple[Talk | None, Pending | None]:
    """The conversation that waits for the answer by now, locked: it may have gone on on another channel meanwhile."""
    conversations.locked(body.tx, asked.conversation)  # before its question, as every turn of it does
    kept = pending.take(body.tx, asked.fetch.id)
    return (conversations.locked(body.tx, kept.conversation) if kept else None), kept


def _brought(body: Transaction, talk: Talk, asked: Pending, kept: Pending) -> Outcome | None:
    """For whoever sent what led to it; None where that goes on elsewhere, and is told there."""
    if talk.id != asked.conversation:
        return None
    pending.stretch(body.tx, kept, talk.seq)
    return body.outcome(talk, tuple(talk.rows))


def held(body: Transaction, asked: Pending, *, first: bool) -> None:
    """A word while another program takes its time: the step's own, then the built-in one."""
    talk = conversations.locked(body.tx, asked.conversation)
    if talk is None or talk.session is None or talk.session.status != "bot":
        return
    if not talk.session.stack or talk.session.stack[-1].awaiting != asked.fetch.id:
        return  # something else is talked about meanwhile
    scenarios = body.served(talk).scenarios
    at = local(body.inbound.event.at, scenarios.business)
    run = Run(talk.session, scenarios, at.replace(tzinfo=None))
    if first and asked.fetch.meanwhile is not None:
        said: list[Action] = [asked.fetch.meanwhile]
    else:
        run.say_builtin("one_moment")
        said = [action for action in run.actions if isinstance(action, Say)]
    for say in said:
        body.note(talk, say, replace(body.inbound.event, at=at))
    phone = profile.claimed_phone(talk.session, scenarios)
    conversations.save(body.tx, talk, at=at, phone=phone, deliver=talk.channel in body.turn.delivered)
    body.messages.append((f"conversation.{talk.id}", {**conversations.message(talk), "meanwhile": True}))
    if talk.channel in body.turn.delivered:
        body.messages.append(("outbox", {"conversation": talk.id}))


def given_up(body: Transaction, asked: Pending) -> Outcome | None:
    """In place of an answer that broke the turn: an apology, and a person, who finds what was written meanwhile; None
    where it was taken before."""
    talk, kept = _waiting(body, asked)
    if talk is None or talk.session is None or kept is None:
        return None
    scenarios = body.served(talk).scenarios
    body.event = replace(body.inbound.event, at=local(body.inbound.event.at, scenarios.business))
    for event in kept.then:  # said before that, to a bot that can't take it any more: for the person to read
        body.note(talk, masking.unread(event, scenarios), event)
    if talk.session.status == "bot":
        said = Run(talk.session, scenarios, body.event.at.replace(tzinfo=None))
        said.say_builtin("internal_error")
        talk.session = replace(talk.session, status="waiting")
        for action in (*said.actions, Handoff(reason="error")):
            body.act(talk, action, body.event)
    body.write(talk)
    return _brought(body, talk, asked, kept)
