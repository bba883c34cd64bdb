"""RFC 4028 for a stack that knows nothing of it: who asks us to refresh a call gets a re-INVITE in time. PURE.

A caller who names itself the refresher, or nobody, gets no timer from us (our answer has no Session-Expires) and
refreshes by itself; one that says refresher=uas expects us to, and exchanges are known to hang up on who does not. It
carries no timer either: to a peer that keeps one of its own it is a refresh, to another the end of the timer (10).
"""

from __future__ import annotations

import re

SHORTEST_S = 90  # 4: nobody may ask for less
_ASKED = re.compile(r"\s*(\d{1,9})\s*((?:;[^;]*)*)", re.ASCII)


def refresh_s(session_expires: str) -> float | None:
    """Between two refreshes of ours: half of what the call holds without (7.2); None where the peer wants none of us.
    session_expires: the header's value, "" without one."""
    asked = _ASKED.fullmatch(session_expires)
    if asked is None:
        return None
    parameters = [each.replace(" ", "").lower() for each in asked[2].split(";")]
    return max(int(asked[1]), SHORTEST_S) / 2 if "refresher=uas" in parameters else None
