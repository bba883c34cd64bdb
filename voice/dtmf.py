"""Keys to answers. PURE: key presses with their time in, whole answers out.

A menu's key is whole at once unless a longer key begins with it; a number is whole at its last digit, at
`#`, or after a pause. `*` alone is an answer ("back"); inside a number it wipes what was typed. Where letters may be
spelled (bot.dialogue.lettered) `*` belongs to what is spelled, and two of them wipe it."""

from __future__ import annotations

import re
from collections.abc import Collection

BETWEEN_MS = 3_000  # silence after which an unfinished number is taken as it is; callers look at their cards
LETTER_MS = 6_000  # the same while letters are spelled: each is looked for on the keys
MENU_MS = 1_200  # the same where the keys so far already are a choice, and a longer one is possible

_LETTER = re.compile(r"\*\d\d")  # a star, the letter's key, its place there
_BEGUN = re.compile(r"\*\d?$")


class Keypad:
    """One a call. `press` each key and `tick` every frame; both give a whole answer ("1", "0511") or None."""

    def __init__(self) -> None:
        self._typed = ""
        self._last_ms = 0
        self._keys: frozenset[str] = frozenset()
        self._digits = 0
        self._letters = False

    @property
    def typed(self) -> str:
        """What was typed so far, not yet whole."""
        return self._typed

    def expect(self, keys: Collection[str] = (), digits: int = 0, *, letters: bool = False) -> None:
        """What is understood now: keys of a menu; digits: length of a number, 0 where keys are single; letters: it may
        be spelled, and each letter counts for one.

        What was typed ahead stays: it may be the beginning of this answer.
        """
        self._keys, self._digits, self._letters = frozenset(keys), digits, letters

    def press(self, key: str, at_ms: int) -> str | None:
        self._last_ms = at_ms
        if key == "#":
            return self._whole() if self._typed else "#"
        if key == "*" and not (self._letters and not self._typed.endswith("*")):
            wiped, self._typed = bool(self._typed), ""
            return None if wiped else "*"
        self._typed += key
        return self._whole() if self._is_whole() else None

    def tick(self, now_ms: int) -> str | None:
        """Time goes on: an unfinished answer is whole after a pause."""
        if not self._typed:
            return None
        return self._whole() if now_ms - self._last_ms >= self._patience_ms else None

    @property
    def _patience_ms(self) -> int:
        if self._letters and len(self._typed) > 1:
            return LETTER_MS
        return MENU_MS if self._typed in self._keys and not self._digits else BETWEEN_MS

    def clear(self) -> None:
        """Forget what was typed: the caller spoke instead."""
        self._typed = ""

    def _is_whole(self) -> bool:
        longer = any(key != self._typed and key.startswith(self._typed) for key in self._keys)
        if self._digits:
            signs = _LETTER.sub("-", self._typed) if self._letters else self._typed
            return len(signs) >= self._digits and not (self._letters and _BEGUN.search(signs))
        return not longer

    def _whole(self) -> str:
        answer, self._typed = self._typed, ""
        return answer
