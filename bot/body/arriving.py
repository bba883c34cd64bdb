"""Somebody arrives on a channel with a proof of who they are elsewhere, or with a link to what they go on with."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace

from bot.body.transaction import Transaction
from bot.customers import joining, profile
from bot.dialogue.events import Event, WentOn
from bot.dialogue.session import Unfinished
from bot.errors import GovorunError, place
from bot.ports import Identity
from bot.stores import conversations
from bot.stores.conversations import Talk

log = logging.getLogger(__name__)


def prove(body: Transaction, talk: Talk) -> None:
    """Join what this proves to be one person's: before anything is understood, so that all of it is known.

    A link is followed by whoever it was sent to, and may have been sent on: whoever follows it may have been lured. So
    they are joined with whoever made it once they said that what it leads to is theirs (`asked`).
    """
    inbound = body.inbound
    for each in inbound.proven:
        profile.recognise(body.tx, each.identity, body.event.at)
        joined(body, talk, each.identity, proof=each.proof)
    if inbound.link and body.turn.ways is not None:
        link = body.turn.ways.redeem(body.tx, inbound.link, at=body.event.at)
        if link is not None and link.channel == talk.channel:
            body.arrived = link


def asked(body: Transaction, talk: Talk) -> Unfinished | None:
    """What the link they came by leads to, wherever it went on since; None where that is nothing any more."""
    if body.arrived is None:
        return None
    found = profile.left_open(body.tx, profile.where_it_went(body.tx, body.arrived.conversation))
    if found is None or found.conversation == talk.id:
        return None
    other = conversations.summary(body.tx, found.conversation)
    if other is None or other.scenarios != talk.scenarios:
        return None
    if joining.customer_of(body.tx, body.arrived.identity) == talk.customer:
        return replace(found, asked=True)
    return replace(found, proof="link")


def went_on(body: Transaction, talk: Talk) -> Iterable[Event]:
    """What is offered here goes on there meanwhile: the answer must meet it as it is now."""
    offer = talk.session.offer if talk.session else None
    if offer is None:
        return ()
    now = profile.left_open(body.tx, profile.where_it_went(body.tx, offer.conversation))
    if now is not None and (now.conversation, now.status, now.stack) == (offer.conversation, offer.status, offer.stack):
        return ()
    return (WentOn(id=f"{body.event.id}/offer", at=body.event.at, unfinished=now),)


def found_open(body: Transaction, talk: Talk) -> Event | None:
    """What is found now that they proved who they are, while nothing else is under way here."""
    session = talk.session
    if not body.joined or session is None or session.status != "bot" or session.offer is not None:
        return None
    if len(session.stack) != 1:
        return None
    numbers = (each.identity.value for each in body.inbound.proven if each.identity.kind == "phone")
    found = profile.unfinished(
        body.tx,
        customer=talk.customer,
        caller=next(numbers, ""),  # proven here as it is by a line
        channel=talk.channel,
        now=body.event.at,
        scenarios=talk.scenarios,
        identity=talk.identity,
    )
    return WentOn(id=f"{body.event.id}/found", at=body.event.at, unfinished=found) if found is not None else None


def joined(body: Transaction, talk: Talk, other: Identity, *, proof: str) -> None:
    """Never at the price of the turn: what is said is taken, whoever said it."""
    own = Identity.of(talk.via) if talk.via else talk.identity
    if other == own:
        return
    try:
        if joining.join(body.tx, own, other, proof=proof, at=body.event.at) is not None:
            body.joined = True
    except GovorunError as error:
        log.error("identities were not joined: %s", place(error), extra={"conversation": talk.id})
    customer = joining.customer_of(body.tx, own)
    if customer is not None:
        talk.customer = customer
