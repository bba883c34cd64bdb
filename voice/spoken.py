"""When a prompt was heard on the line, by the clock on the wall."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.ports import Spoken
from voice.floor import Spoken as Heard
from voice.talk import Talk


def told(talk: Talk, tell: Callable[[str, int, Spoken], None], row: int, heard: Heard, now_ms: int) -> None:
    """heard: its times, and now_ms, by the call's frames."""
    if talk.session is None or heard.began_ms < 0:
        return
    now = datetime.now(UTC)
    tell(
        talk.session.conversation,
        row,
        Spoken(
            began=now - timedelta(milliseconds=now_ms - heard.began_ms),
            ended=now - timedelta(milliseconds=now_ms - heard.ended_ms),
            heard_ms=heard.heard_ms,
            total_ms=heard.total_ms,
        ),
    )
