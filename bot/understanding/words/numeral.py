"""What one number word contributes to a number."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum


class Rank(IntEnum):
    """The place of a word inside a number below a thousand; a later word must rank lower."""

    ZERO = 0  # stands alone
    UNIT = 1
    TEEN = 2  # ten to nineteen: fills tens and units
    TEN = 3
    HUNDRED = 4
    SCALE = 5  # thousand, million: multiplies what came before
    ALONE = 6  # 'двое', 'dozen': joins nothing


@dataclass(frozen=True, slots=True)
class Numeral:
    """oblique: in a case other than nominative; 'без двадцати пять' is 20 and 5, 'двадцать пять' is 25."""

    value: int | Decimal
    rank: Rank
    oblique: bool = False
    ordinal: bool = False
    collective: bool = False
