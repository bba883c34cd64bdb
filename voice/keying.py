"""Which keys are whose answer: what was typed waits until its question is the one that is asked."""

from __future__ import annotations

from bot.dialogue.events import Keys
from voice.dtmf import Keypad
from voice.speaking import Speaking
from voice.standing import Standing
from voice.talk import Talk
from voice.todo import Todo


class Keying:
    """One a call."""

    def __init__(self, talk: Talk, speaking: Speaking, standing: Standing, todo: Todo) -> None:
        self.keypad = Keypad()
        self._talk = talk
        self._speaking = speaking
        self._standing = standing
        self._todo = todo

    def take(self) -> None:
        """The next answer that is whole, once its question is the one that is asked."""
        now_ms = self._standing.now_ms
        if self._todo.events or self._standing.busy or self._standing.over:
            return
        busy = self._talk.expectation.busy
        whole = self.keypad.call(now_ms) if busy else self.keypad.next(now_ms)
        if whole is not None:
            self._todo.put(Keys, digits=whole)

    def ahead(self) -> None:
        """Who types ahead knows what is asked, and isn't told."""
        if self._talk.status != "bot":
            self.keypad.clear()
        elif self.keypad.typed:
            self._speaking.drop()
            self.take()

    def expect(self) -> None:
        """What is asked now, by the latest turn."""
        expectation = self._talk.expectation
        asked = expectation.slots.get(expectation.asked or "")
        scored = asked is not None and asked.type == "nps"  # ten is the one number of two keys
        self.keypad.expect(
            [option.id for option in asked.options] if asked is not None and scored else expectation.keys,
            0 if scored else expectation.digits,
            letters=expectation.letters,
            kind=asked.type if asked is not None else "",
            pause_ms=None if expectation.key_pause is None else round(expectation.key_pause * 1000),
            now_ms=self._standing.now_ms,
        )
