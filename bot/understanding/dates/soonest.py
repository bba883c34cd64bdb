"""'Как можно скорее', 'as soon as possible': the next half hour at which the business is open."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.dialogue.hours import Hours
from bot.understanding.reading import Lang

STEP = timedelta(minutes=30)  # appointments begin on the half hour; a calendar that differs names its nearest places
NOTICE = timedelta(minutes=30)  # nobody comes sooner than that

_SOONEST: Mapping[Lang, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:как можно (?:скорее|быстрее|раньше)|поскорее|побыстрее|пораньше|чем (?:скорее|раньше) тем лучше|"
        r"(?:в |на )?(?:ближайш|перв)\w+ (?:свободн\w+ )?(?:врем\w+|окно|место|дат\w+|день)|(?:на )?ближайшее|"
        r"(?:в |на )?люб(?:ое|ой) (?:свободн\w+ )?(?:время|день|окно)|когда (?:есть )?свободно|срочно|"
        r"(?:хоть|да хоть) когда|когда угодно|(?:мне )?(?:все равно|без разницы|не ?важно)(?: когда| во сколько)?|"
        r"прямо сейчас|немедленно|сию минуту|"
        r"как (?:вам )?(?:удобно|получится)|на ваше? усмотрение|(?:в )?любой день|люб(?:ое|ой) подойдет)\b"
    ),
    "en": re.compile(
        r"\b(?:as soon as possible|asap|a s a p|the (?:earliest|soonest|first|next)(?: (?:available|free|possible|one|"
        r"time|slot|appointment|opening|you have))*|soonest|earliest|any ?time|whenever(?: you(?: are|re) free)?|"
        r"right now|right away|straight away|immediately|"
        r"urgently|(?:i )?(?:dont|do not) (?:mind|care)(?: when)?|(?:it )?doesnt matter(?: when)?|no preference|"
        r"up to you|any day|you (?:choose|decide))\b"
    ),
}


def soonest(plain: str, lang: Lang, now: datetime, open_hours: Hours) -> tuple[datetime, str] | None:
    """The moment and the words that were left, None where nobody asks for the soonest. plain: normalised text."""
    said = _SOONEST[lang].search(plain)
    if said is None:
        return None
    moment = open_hours.next_open(_half_hour(now + NOTICE))
    if moment is None:  # it never opens
        return None
    left = " ".join((plain[: said.start()] + plain[said.end() :]).split())
    return moment, left


def _half_hour(at: datetime) -> datetime:
    """The coming one."""
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day + -(-(at - day) // STEP) * STEP
