"""Keys of a line whose other end names them in no other way: by their tones. Off unless somebody says so."""

from __future__ import annotations

from voice.audio import Frame
from voice.dtmf import Presses
from voice.ports import Digit
from voice.recording.tones import ToneKeys


class TonePad:
    """One a call. A line that has told of a key itself (RFC 4733, INFO) is believed from then on, and its sound not
    listened to; the key that both tell of is one."""

    def __init__(self, *, listens: bool) -> None:
        self.listens = listens  # `hear` each frame
        self._tones = ToneKeys() if listens else None
        self._presses = Presses() if listens else None

    def hear(self, frame: Frame, at_frame: int, now_ms: int) -> Digit | None:
        """The key whose tone began."""
        if self._tones is None or self._presses is None:
            return None
        key = self._tones.hear(frame)
        return Digit(key=key, at_frame=at_frame) if key and self._presses.pressed(key, now_ms, "tone") else None

    def told(self, digit: Digit, now_ms: int) -> bool:
        """Whether a key that the line told of is a new one; it may tell late, of several typed quickly."""
        if self._presses is None:
            return True
        self._tones, self.listens = None, False
        return self._presses.pressed(digit.key, now_ms, "line")
