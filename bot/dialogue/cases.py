"""What `case:` compares: a value as an author writes it under `of:`."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

from bot.dialogue.values import Value

NONE = "none"


def key_of(value: Value) -> str:
    """yes, no, none; a number in figures, 5 and 5.0 alike; a date as 2026-11-19; a text as it is."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
