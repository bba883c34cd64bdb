"""How a question is asked on the telephone: what may stop it, and how long an answer and its next key are waited for.

Written at a slot, at a step, or in business.yaml for the whole set; the nearest one counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class BargeIn:
    """speech: whether it may stop what is said. after: seconds from the beginning in which only a key does."""

    speech: Literal["allow", "deny"] = "allow"
    after: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """None: as it is further out, and at last as is usual.

    wait: seconds of silence until it is asked again. key_pause: seconds after a key until a number that could be longer
    counts as whole.
    """

    barge_in: BargeIn | None = None
    wait: float | None = None
    key_pause: float | None = None


PLAIN = Manner()
FREELY = BargeIn()
