"""What serves `do:` of a scenario set, by the prefix of its actions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection

from bot.backends.calendar import Calendar
from bot.backends.forms import Forms
from bot.backends.phone import Phone
from bot.customers import terms
from bot.customers.opening import local
from bot.dialogue.scenario import Business, ScenarioSet
from bot.errors import Conflict, Unacceptable
from bot.outreach.rules import destination
from bot.ports import Backend


def backends(scenarios: ScenarioSet) -> Mapping[str, Backend]:
    """The built-in ones. They run within the turn's transaction."""
    return {
        "calendar": Calendar(scenarios.business),
        "forms": Forms(scenarios),
        "phone": Phone(scenarios, partial(_unwanted, scenarios.business)),
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
