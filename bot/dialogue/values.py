"""What a slot can hold.

All values are frozen and comparable, so a session that carries them can be stored, replayed and compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """A person's name in the nominative, capitalised; a part nobody has said is ''."""

    given: str = ""
    patronymic: str = ""
    family: str = ""

    def __str__(self) -> str:
        """'Иван Петров', 'Иван Сергеевич Петров', 'Иван'."""
        return " ".join(part for part in (self.given, self.patronymic, self.family) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date and time of which only a part may be known yet; the business's wall clock."""

    day: date | None = None
    time: time | None = None

    @property
    def whole(self) -> datetime | None:
        """The naive datetime when both parts are known."""
        if self.day is None or self.time is None:
            return None
        return datetime.combine(self.day, self.time)


Value: TypeAlias = (
    "bool | int | Decimal | str | datetime | date | time | PersonName | Moment"
    " | tuple[Value, ...] | Mapping[str, Value] | None"
)
