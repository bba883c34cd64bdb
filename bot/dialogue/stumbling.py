"""Whether an answer was none: what was typed ahead after it was meant for questions that don't come now."""

from __future__ import annotations

from bot.dialogue.asking import REFUSED
from bot.dialogue.session import Session


def stumbled(before: Session | None, after: Session) -> bool:
    """before, after: the turn that took the answer. It was not understood, or its value was refused."""
    if after.status != "bot":
        return False
    return after.misses > 0 or _refused(after) > (_refused(before) if before is not None else 0)


def _refused(session: Session) -> int:
    return sum(count for frame in session.stack for visit, count in frame.visits.items() if visit.startswith(REFUSED))
