"""What an action asks of the turn itself. Say and End are for whoever reads the outcome."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from bot.backends import ratings
from bot.body.transaction import Effect, Transaction
from bot.customers import habits, profile
from bot.desk import callbacks, hunting, queue
from bot.dialogue.actions import Action, ChoseItem, Fault, Fetch, Handoff, Learn, Rated, RingBack, TakeOver, Withdraw
from bot.dialogue.events import Event, Fetched, Queued
from bot.dialogue.samples import sampled
from bot.errors import GovorunError, place
from bot.ports import Asker
from bot.stores import conversations
from bot.stores.conversations import Talk

log = logging.getLogger(__name__)


def fetch(body: Transaction, talk: Talk, fetch: Fetch, event: Event) -> Iterable[Event]:
    prefix = fetch.name.partition(".")[0]
    backend = body.served(talk).backends.get(prefix)
    outcome, data = "error", {}
    declared = body.served(talk).scenarios.outside(fetch.name)
    if declared is not None and declared.url and body.turn.outside:
        body.asks = fetch
        return ()
    if declared is not None:
        scenarios = body.served(talk).scenarios
        outcome, found = sampled(declared, fetch.args, scenarios, event.at.replace(tzinfo=None))
        data = dict(found)
    elif backend is None:
        log.error("no backend '%s' is configured, which the scenario asks for", prefix)
    else:
        phone = profile.proven_phone(body.tx, talk.customer)
        asker = Asker(conversation=talk.id, customer=talk.customer, phone=phone, via=talk.via)
        try:
            with body.tx.begin_nested():
                outcome, found = backend.call(fetch, asker, now=event.at.replace(tzinfo=None), tx=body.tx)
            data = dict(found)
        except (GovorunError, OSError) as error:
            log.error("the backend could not do %s: %s", fetch.name, place(error))
    if prefix == "forms" and outcome == "ok":
        body.messages.append(("desk", {"forms": fetch.name}))
    if prefix == "phone" and outcome == "ok":
        body.messages.append(("calls", {"requested": str(data.get("call", ""))}))
    return [Fetched(id=f"{fetch.id}/fetched", at=event.at, request=fetch.id, outcome=outcome, data=data)]


def learn(body: Transaction, talk: Talk, learn: Learn, event: Event) -> Iterable[Event]:
    profile.learn(body.tx, talk.customer, learn.fact, learn.value, via=talk.via, source="said", at=event.at)
    return ()


def rated(body: Transaction, talk: Talk, rated: Rated, event: Event) -> Iterable[Event]:
    ratings.keep(
        body.tx,
        rated,
        Asker(conversation=talk.id, customer=talk.customer, via=talk.via),
        scenarios=talk.scenarios,
        scenario=rated.scenario,
        channel=talk.channel,
        at=event.at,
    )
    return ()


def chose(body: Transaction, talk: Talk, chose: ChoseItem, event: Event) -> Iterable[Event]:
    habits.chose(body.tx, talk.customer, talk.scenarios, chose.menu, chose.item, event.at, via=talk.via)
    return ()


def take_over(body: Transaction, talk: Talk, take: TakeOver, _: Event) -> Iterable[Event]:
    """The conversation that goes on here ends there, in the same transaction, and says so."""
    other = conversations.locked(body.tx, take.conversation)
    if other is not None:
        body.leave(other, reason="moved", moved_to=talk.id)
    return ()


def hand_off(body: Transaction, talk: Talk, handoff: Handoff, event: Event) -> Iterable[Event]:
    queue.enqueue(body.tx, talk.id, talk.seq, handoff, event.at)
    if talk.session is None or talk.session.medium == "voice":
        return ()  # a call tells it when it knows that nobody is free
    place = hunting.place(body.tx, talk.id, event.at)
    if place is None or place.position == 1:
        return ()
    return [
        Queued(id=f"{event.id}/queued", at=event.at, position=place.position, wait_s=place.wait_s, agents=place.agents)
    ]


def ring_back(body: Transaction, talk: Talk, action: RingBack, event: Event) -> Iterable[Event]:
    callbacks.promise(body.tx, talk.id, action, event.at)
    body.messages.append(("desk", {"conversation": talk.id, "status": "callback"}))
    return ()


def withdraw(body: Transaction, talk: Talk, _: Withdraw, event: Event) -> Iterable[Event]:
    queue.withdraw(body.tx, talk.id, event.at)
    return ()


def fault(body: Transaction, _: Talk, fault: Fault, __: Event) -> Iterable[Event]:
    log.error("%s: %s", fault.where, fault.what)
    return ()


EFFECTS: Mapping[type[Action], Effect] = {
    Fetch: fetch,
    Learn: learn,
    ChoseItem: chose,
    Rated: rated,
    TakeOver: take_over,
    Handoff: hand_off,
    Withdraw: withdraw,
    RingBack: ring_back,
    Fault: fault,
}
