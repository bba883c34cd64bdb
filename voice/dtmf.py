"""Keys to answers. PURE: key presses with their time in, whole answers out.

A menu's key is whole at once unless a longer key begins with it; a number is whole at its last digit, at
`#`, or after a pause. `*` alone is an answer ("back"); inside a number it wipes what was typed."""

from __future__ import annotations

from collections.abc import Collection

BETWEEN_MS = 3_000  # silence after which an unfinished number is taken as it is; callers look at their cards
MENU_MS = 1_200  # the same where the keys so far already are a choice, and a longer one is possible


class Keypad:
    """One a call. `press` each key and `tick` every frame; both give a whole answer ("1", "0511") or None."""

    def __init__(self) -> None:
        self._typed = ""
        self._last_ms = 0
        self._keys: frozenset[str] = frozenset()
        self._digits = 0

    @property
    def typed(self) -> str:
        """What was typed so far, not yet whole."""
        return self._typed

    def expect(self, keys: Collection[str] = (), digits: int = 0) -> None:
        """What is understood now: keys of a menu; digits: length of a number, 0 where keys are single.

        What was typed ahead stays: it may be the beginning of this answer.
        """
        self._keys, self._digits = frozenset(keys), digits

    def press(self, key: str, at_ms: int) -> str | None:
        self._last_ms = at_ms
        if key == "#":
            return self._whole() if self._typed else "#"
        if key == "*":
            wiped, self._typed = bool(self._typed), ""
            return None if wiped else "*"
        self._typed += key
        return self._whole() if self._is_whole() else None

    def tick(self, now_ms: int) -> str | None:
        """Time goes on: an unfinished answer is whole after a pause."""
        if not self._typed:
            return None
        pause = MENU_MS if self._typed in self._keys and not self._digits else BETWEEN_MS
        return self._whole() if now_ms - self._last_ms >= pause else None

    def clear(self) -> None:
        """Forget what was typed: the caller spoke instead."""
        self._typed = ""

    def _is_whole(self) -> bool:
        longer = any(key != self._typed and key.startswith(self._typed) for key in self._keys)
        if self._digits:
            return len(self._typed) >= self._digits
        return not longer

    def _whole(self) -> str:
        answer, self._typed = self._typed, ""
        return answer
