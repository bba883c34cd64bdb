"""What a slot can hold. Everything here is immutable and knows no channel, clock or language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, TypeAlias

from bot.dialogue.hours import Hours

MASK = "•••"  # in place of what must not be shown

PartOfDay: TypeAlias = Literal["morning", "day", "evening", "night"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name in the nominative; any part may be empty."""

    given: str = ""
    patronymic: str = ""
    family: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in (self.given, self.patronymic, self.family) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time of which only a part is known yet: "завтра", "в три", "завтра вечером".

    either_half: the time was said on a twelve-hour face and may still be before or after noon ("в семь").
    """

    day: date | None = None
    time: time | None = None
    part: PartOfDay | None = None
    either_half: bool = False


# Datetimes are naive: the wall clock of the business.
Value: TypeAlias = (
    "bool | int | Decimal | str | datetime | date | time | PersonName | Moment | Hours"
    " | tuple[Value, ...] | Mapping[str, Value] | None"
)
