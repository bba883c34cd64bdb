"""How a conversation begins: what is known of the person at that moment, in one Started event."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.customers import called, persons
from bot.customers.habits import Habits, Known
from bot.customers.persons import Person
from bot.customers.profile import doubtful, greeting_facts, unfinished
from bot.dialogue.events import Attached, Chosen, Event, Identified, Keys, Started, Utterance
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Business, ScenarioSet
from bot.dialogue.session import Someone, Unfinished
from bot.ports import Identity, Inbound

# After so long without a word a conversation is over, and what comes next begins a new one.
IDLE = {"text": timedelta(hours=24), "voice": timedelta(hours=1)}


def started(
    tx: Connection,
    inbound: Inbound,
    event: Event,
    customer: int,
    scenarios: ScenarioSet,
    habits: Habits,
    *,
    asked: Unfinished | None = None,
) -> Started:
    """event: what opened the conversation, its time already in the business's zone; a bare Started is completed.
    asked: what its customer asked to go on with here."""
    caller = inbound.identity.value if inbound.identity.kind == "phone" else ""
    family = persons.behind(tx, inbound.identity)
    number = inbound.identity.value if inbound.identity.kind == "phone" else ""
    asked_for = None
    if inbound.about is not None and not called.alone(tx, number, customer):
        meant = called.meant(tx, number, inbound.about)
        asked_for = called.somebody(tx, customer, meant[1].via) if meant is not None else None
    several = asked_for is not None or (len(family) > 1 and inbound.about is None)
    bare = isinstance(event, Started)
    placed = isinstance(event, Started) and bool(event.answered)  # a call of ours: who picks up hears nothing of any
    known = {} if several else greeting_facts(tx, customer, caller)
    menus = Known({}, {}) if several else habits.known(tx, customer, scenarios, event.at, event.id)
    left = None
    if asked is None and not several:
        left = unfinished(
            tx,
            customer=customer,
            caller=caller,
            channel=inbound.channel,
            now=event.at,
            scenarios=scenarios.name,
            identity=inbound.identity,
        )
    return Started(
        id=event.id if bare else f"{event.id}/start",
        at=event.at,
        medium="voice" if inbound.medium == "voice" else "text",
        channel=inbound.channel,
        language=language(inbound, event, known.get("language"), scenarios.languages),
        customer=known,
        doubtful=() if several else doubtful(tx, customer, inbound.identity, event.at),
        caller=caller,
        unfinished=asked or left,
        orders=menus.orders,
        habits=menus.habits,
        spoke_first=isinstance(event, Utterance | Keys | Chosen | Attached),
        scenario=inbound.scenario,
        given=inbound.given,
        answered=event.answered if isinstance(event, Started) else "",
        record=event.record if isinstance(event, Started) else "",
        message=isinstance(event, Started) and event.message,
        persons=someone(family) if several and not placed else (),
        shared=bool(family),
        asked_for=asked_for,
        unknown=several and placed and asked_for is None,
    )


def someone(family: tuple[Person, ...]) -> tuple[Someone, ...]:
    return tuple(Someone(id=each.identity.via, name=each.name) for each in family)


def identified(
    tx: Connection,
    *,
    event: Event,
    customer: int,
    channel: str,
    scenarios: ScenarioSet,
    habits: Habits,
    caller: str = "",
    identity: Identity | None = None,
) -> Identified:
    """What is known of whoever has said or proven who they are. caller: a number that is proven to be theirs alone."""
    menus = habits.known(tx, customer, scenarios, event.at, event.id)
    return Identified(
        id=f"{event.id}/identified",
        at=event.at,
        customer=greeting_facts(tx, customer, caller),
        unfinished=unfinished(
            tx,
            customer=customer,
            caller=caller,
            channel=channel,
            now=event.at,
            scenarios=scenarios.name,
            identity=identity,
        ),
        orders=menus.orders,
        habits=menus.habits,
    )


def language(inbound: Inbound, event: Event, remembered: object, spoken: tuple[str, ...]) -> Language:
    """What the adapter knows, else the script of the first words, else what this customer spoke before, else the
    set's first language; always one that the set speaks."""
    words = script(event.text) if isinstance(event, Utterance) else None
    for wanted in (inbound.language, words, remembered, *spoken):
        if wanted in spoken and wanted in ("ru", "en"):
            return "ru" if wanted == "ru" else "en"
    return "ru"


def script(text: str) -> Language | None:
    """By the letters: Cyrillic or Latin, whichever there are more of; None without letters."""
    cyrillic = sum("а" <= char <= "я" or char == "ё" for char in text.lower())
    latin = sum("a" <= char <= "z" for char in text.lower())
    if cyrillic == latin == 0:
        return None
    return "ru" if cyrillic >= latin else "en"


def zone(business: Business) -> tzinfo | None:
    """The business's time zone; None for the machine's own."""
    return ZoneInfo(business.timezone) if business.timezone else None


def local(at: datetime, business: Business) -> datetime:
    """The same instant on the business's clock."""
    return at.astimezone(zone(business))
