"""What serves `do:` of a scenario set, by the prefix of its actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from bot.backends.phone import Phone
from bot.customers import called, persons, terms
from bot.customers.opening import local
from bot.dialogue.scenario import Business, ScenarioSet
from bot.errors import Conflict, NotFound, Unacceptable
from bot.outreach.rules import destination
from bot.ports import Backend, Identity
from bot.stores.placed import Wanted


def backends(scenarios: ScenarioSet) -> Mapping[str, Backend]:
    """The built-in ones. They run within the turn's transaction."""
    return {
        "calendar": Calendar(scenarios.business),
        "forms": Forms(scenarios),
        "phone": Phone(scenarios, partial(_unwanted, scenarios.business), _whom),
    }


def _unwanted(business: Business, tx: Connection, to: str) -> str:
    """Why whoever has that number is not to be called now, "" where they may be."""
    try:
        terms.may_call(tx, destination(to).number, local(datetime.now(UTC), business))
    except Conflict as error:
        return error.told("en")
    except Unacceptable:
        return ""  # an address that can't be called is told by whoever dials
    return ""


def _whom(tx: Connection, wanted: Wanted, asker: int) -> tuple[int | None, str]:
    """For whom a call is that a scenario asks for, and why for nobody where it must be somebody."""
    try:
        number = destination(wanted.to).number
        family = persons.customers_of(tx, Identity(kind="phone", value=number)) if number else ()
        return called.for_whom(tx, number, asker if asker in family else None, wanted.given), ""
    except (Conflict, NotFound) as error:
        return None, error.told("en")
    except Unacceptable:
        return None, ""
