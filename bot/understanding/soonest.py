"""'Как можно скорее', 'as soon as possible': the next half hour at which the business is open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from bot.understanding.reading import Lang

STEP = timedelta(minutes=30)  # appointments begin on the half hour; a calendar that differs names its nearest places
NOTICE = timedelta(minutes=30)  # nobody comes sooner than that

_SOONEST: Mapping[Lang, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:как можно (?:скорее|быстрее|раньше)|поскорее|побыстрее|пораньше|чем (?:скорее|раньше) тем лучше|"
        r"(?:в |на )?(?:ближайш|перв)\w+ (?:свободн\w+ )?(?:врем\w+|окно|место|дат\w+|день)|(?:на )?ближайшее|"
        r"(?:в |на )?люб(?:ое|ой) (?:свободн\w+ )?(?:время|день|окно)|когда (?:есть )?свободно|срочно)\b"
    ),
    "en": re.compile(
        r"\b(?:as soon as possible|asap|a s a p|the (?:earliest|soonest|first|next)(?: (?:available|free|possible|one|"
        r"time|slot|appointment|opening|you have))*|soonest|earliest|any ?time|whenever(?: you(?: are|re) free)?|"
        r"urgently)\b"
    ),
}


def soonest(plain: str, lang: Lang, now: datetime, open_hours: tuple[time, time]) -> tuple[datetime, str] | None:
    """The moment and the words that were left, None where nobody asks for the soonest. plain: normalised text."""
    said = _SOONEST[lang].search(plain)
    if said is None:
        return None
    left = " ".join((plain[: said.start()] + plain[said.end() :]).split())
    return _next(now + NOTICE, open_hours), left


def _next(at: datetime, open_hours: tuple[time, time]) -> datetime:
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    at = day + -(-(at - day) // STEP) * STEP
    opens, closes = open_hours
    if at.date() > day.date() or at.time() >= closes:
        return datetime.combine(day.date() + timedelta(days=1), opens)
    return max(at, datetime.combine(day.date(), opens))
