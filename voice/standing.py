"""How a call stands now: what its parts must know of each other. Who writes each word is named beside it."""

from __future__ import annotations

from voice.audio import FRAME_MS
from voice.talk import Talk


class Standing:
    """One a call."""

    def __init__(self, talk: Talk) -> None:
        self.frames = 0  # of the line so far (Call): its time
        self.held = False  # the other side put us on hold, or is lost for a while (Call)
        self.hushed = False  # a machine talks, and its message is to come (Call, TurnKeeper)
        self.busy = False  # a turn is being taken (TurnKeeper)
        self.closing = False  # the last words are being said (Ending)
        self._talk = talk

    @property
    def now_ms(self) -> int:
        """Of the line's own time."""
        return self.frames * FRAME_MS

    @property
    def over(self) -> bool:
        """All is said, or is being said."""
        return self.closing or self._talk.status == "ended"

    @property
    def to_its_end(self) -> bool:
        """Whether what plays is said to its end, whatever the caller says: an agent's words, and the last ones."""
        return self.over or self._talk.status == "agent"

    @property
    def sensitive(self) -> bool:
        """There are secrets in its scenarios."""
        return self._talk.session is not None and bool(self._talk.session.sensitive)
