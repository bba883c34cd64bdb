"""Whether a call that reached nobody is placed once more, and when. PURE.

Whoever talked to us has been reached, and whoever refused the call has said no: neither is ever called again. Nobody is
called in quiet hours: what falls into them waits till they are over.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from bot.dialogue.scenario import Redial
from bot.outreach.rules import quiet_until

Outcome = str  # the state a call ended in, or "machine" for one that was answered by no person


def outcome(state: str, by: str, *, message: bool) -> Outcome:
    """What a call came to, for this purpose. message: one was left."""
    if state == "ended" and by == "machine" and not message:
        return "machine"
    return state


def again(redial: Redial, placed: int) -> frozenset[Outcome]:
    """After which outcomes of this call there will be another. placed: how many calls there were, this one too."""
    if placed > redial.times:
        return frozenset()
    return frozenset({"busy", "no_answer", *(("machine",) if redial.machines else ())})


def when(redial: Redial, what: Outcome, ended: datetime, quiet: tuple[time, time] | None) -> datetime:
    """ended: by the clock of the business, aware. Not in quiet hours."""
    at = ended + timedelta(seconds=redial.busy_after_s if what == "busy" else redial.after_s)
    return quiet_until(quiet, at) or at
