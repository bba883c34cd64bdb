"""How long nobody says anything before the caller is asked again."""

from __future__ import annotations

from bot.dialogue.events import Silence
from voice.audio import FRAME_MS
from voice.dtmf import Keypad
from voice.equipment import Equipment
from voice.standing import Standing
from voice.talk import Talk
from voice.todo import Todo
from voice.transfer import Transfer

HOLD_S = 15.0  # between words to a caller who waits for a person
MUSIC_S = 30.0  # the same where they hear music, and know that the line is not dead


class Silences:
    """One a call: every frame is either `broken` or `count`ed."""

    def __init__(
        self, talk: Talk, keypad: Keypad, transfer: Transfer, standing: Standing, todo: Todo, equipment: Equipment
    ) -> None:
        self._talk = talk
        self._keypad = keypad
        self._transfer = transfer
        self._standing = standing
        self._todo = todo
        self._equipment = equipment
        self._quiet = 0  # frames without anything from either side

    def broken(self) -> None:
        """Something was said or pressed, or is being recognised."""
        self._quiet = 0

    def count(self) -> None:
        """20 ms in which nobody spoke."""
        standing = self._standing
        if standing.busy or standing.held or standing.hushed or self._transfer.referring or not self._keypad.empty:
            self._quiet = 0
            return
        session = self._talk.session
        asked_for = session.pause_s if session else 0  # "подождите минутку"
        usual = self._talk.expectation.wait or self._equipment.silence_s
        hold = MUSIC_S if self._transfer.musical else HOLD_S
        patience = {"bot": asked_for or usual, "waiting": hold}.get(self._talk.status or "")
        if patience is None:
            self._quiet = 0
            return
        self._quiet += 1
        if self._quiet * FRAME_MS >= patience * 1000:
            self._quiet = 0
            self._todo.put(Silence, seconds=patience)
