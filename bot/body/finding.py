"""The conversation that an event belongs to: found and locked, or opened."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from bot.body import arriving
from bot.body.transaction import Transaction
from bot.customers import called, profile
from bot.customers.opening import IDLE, local, started
from bot.dialogue.engine import opening
from bot.dialogue.events import AgentJoined, AgentLeft, AgentSaid, Attached, Chosen, Event, Keys, Started, Utterance
from bot.errors import NotFound, UnknownScenario
from bot.locale import said
from bot.stores import conversations
from bot.stores.conversations import Taken, Talk

FROM_AGENTS = (AgentJoined, AgentSaid, AgentLeft)
OPENERS = (Started, Utterance, Chosen, Keys, Attached)  # what may begin a conversation


def found(body: Transaction) -> tuple[Talk, Taken | None]:
    """The conversation this event belongs to, locked; with what the inbox knows, if the event came before."""
    inbound = body.inbound
    customer = None
    talk = None
    if inbound.conversation is not None:
        talk = conversations.locked(body.tx, inbound.conversation)
        if talk is not None:
            must_own(body, talk)
    if talk is None:
        customer = profile.recognise(body.tx, inbound.identity, body.event.at)
    repeated = conversations.seen(body.tx, inbound.channel, inbound.identity, body.event.id)
    if repeated:
        before = conversations.locked(body.tx, repeated.conversation)
        assert before is not None  # the inbox row goes with its conversation
        return before, repeated
    if talk is None and inbound.conversation is None and not calls(body):
        talk = conversations.open_of(body.tx, inbound.channel, inbound.identity)
        if talk is not None and (why := over(body, talk)):
            body.leave(talk, reason=why)
            talk = None
    elif talk is not None and talk.status == "ended" and isinstance(body.event, OPENERS):
        talk = None
    if talk is None:
        if not isinstance(body.event, OPENERS) or (inbound.conversation and not isinstance(body.event, Started)):
            raise NotFound(
                said("there is no such conversation", "такого разговора нет"),
                where=inbound.conversation or inbound.channel,
            )
        talk = opened(body, customer or profile.recognise(body.tx, inbound.identity, body.event.at))
    body.event = replace(body.event, at=local(body.event.at, body.served(talk).scenarios.business))
    return talk, None


def must_own(body: Transaction, talk: Talk) -> None:
    """A customer's event goes only to their own conversation; to others it doesn't exist."""
    if not isinstance(body.event, FROM_AGENTS) and body.inbound.identity != talk.identity:
        raise NotFound(said("there is no such conversation", "такого разговора нет"), where=talk.id)


def calls(body: Transaction) -> bool:
    """A new call is a new conversation, even beside another one: an office calls from one number."""
    return isinstance(body.event, Started) and body.inbound.medium == "voice"


def over(body: Transaction, talk: Talk) -> str:
    """Why this open conversation ends now and a new one begins, or ""; never while a person is in it."""
    if not body.serves(talk):
        return "its scenarios are gone"
    if talk.status == "bot" and isinstance(body.event, Started):
        return "restarted"
    if talk.status == "bot" and body.event.at - talk.updated > IDLE[talk.medium]:
        return "idle"
    return ""


def opened(body: Transaction, customer: int) -> Talk:
    inbound = body.inbound
    served = body.turn.served(inbound.scenarios)
    if inbound.scenario is not None and inbound.scenario not in served.scenarios.scenarios:
        raise UnknownScenario(
            said(
                f"there is no scenario '{inbound.scenario}' in '{served.scenarios.name}'",
                f"в '{served.scenarios.name}' нет сценария '{inbound.scenario}'",
            ),
            fix=said(
                f"There are: {', '.join(sorted(served.scenarios.scenarios))}.",
                f"Есть: {', '.join(sorted(served.scenarios.scenarios))}.",
            ),
        )
    meant = None
    if inbound.about is not None:
        meant = called.meant(body.tx, inbound.identity.value if inbound.identity.kind == "phone" else "", inbound.about)
    talk = Talk(
        id=(inbound.conversation if isinstance(body.event, Started) else None) or str(uuid4()),
        customer=meant[0] if meant is not None else customer,
        channel=inbound.channel,
        identity=inbound.identity,
        via=(meant[1] if meant is not None else inbound.identity).via,
        medium=inbound.medium,
        scenarios=served.scenarios.name,
        started=body.event.at,
        updated=body.event.at,
    )
    conversations.create(body.tx, talk)
    return talk


def beginning(body: Transaction, talk: Talk) -> list[Event]:
    """Started comes first, with all we know of the person; then what they said, if they did."""
    served = body.turn.served(talk.scenarios)
    scenarios = served.scenarios
    talk.session = opening(talk.id, scenarios)
    inbound = body.inbound
    if inbound.language is None and isinstance(body.event, Utterance):
        inbound = replace(inbound, language=served.nlu.language_of(body.event.text))
    asked = arriving.asked(body, talk)
    first = started(body.tx, inbound, body.event, talk.customer, scenarios, body.turn.habits, asked=asked)
    return [first] if isinstance(body.event, Started) else [first, body.event]
