"""Keys to answers. PURE: key presses with their time in, whole answers out.

A menu's key is whole at once unless a longer key begins with it; a number is whole at its last digit, at `#`, or after
a pause. `*` alone is an answer ("back"); inside a number it wipes what was typed. Where letters may be spelled
(bot.dialogue.lettered) `*` belongs to what is spelled, and two of them wipe it.

Who knows the menus types ahead. Keys wait as they were pressed until their question is the one that is asked: only then
is it known how many of them make its answer.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Mapping

BETWEEN_MS = 3_000  # silence after which an unfinished number is taken as it is
LOOKED_UP_MS = 4_000  # the same of what stands on a card or a paper
LETTER_MS = 6_000  # the same while letters are spelled: each is looked for on the keys
MENU_MS = 1_200  # the same where the keys so far already are a choice, and a longer one is possible
HASH_MS = 2_000  # a # so soon after a number's last digit ends that number, though it was whole already
BURST_MS = 700  # between keys typed without listening; who heard that a key was wrong takes longer

# By the type of slot that is asked for, where its author doesn't say.
PAUSES: Mapping[str, int] = {"digits": LOOKED_UP_MS, "code": LOOKED_UP_MS, "money": LOOKED_UP_MS}
CALLS = ("0", "*")  # a person, back: no number begins with them alone

_LETTER = re.compile(r"\*\d\d")  # a star, the letter's key, its place there
_BEGUN = re.compile(r"\*\d?$")


class Keypad:
    """One a call: `press` each key; `next` gives a whole answer ("1", "0511") once the question it is for is asked."""

    def __init__(self) -> None:
        self._ahead: deque[tuple[str, int]] = deque()  # pressed, and not yet looked at: their question isn't asked
        self._typed = ""  # of the answer under way
        self._last_ms = -BURST_MS  # of any key
        self._asked_ms = 0
        self._keys: frozenset[str] = frozenset()
        self._digits = 0
        self._letters = False
        self._pause_ms: int | None = None
        self._between_ms = BETWEEN_MS
        self._counted_ms: int | None = None  # when a number was whole by its length
        self._dropping = False

    @property
    def typed(self) -> str:
        """What was typed so far, not yet whole, or for questions to come."""
        return self._typed + "".join(key for key, _ in self._ahead)

    @property
    def empty(self) -> bool:
        """Whether nothing was typed; asked every frame."""
        return not self._typed and not self._ahead

    def expect(
        self,
        keys: Collection[str] = (),
        digits: int = 0,
        *,
        letters: bool = False,
        kind: str = "",
        pause_ms: int | None = None,
        now_ms: int = 0,
    ) -> None:
        """What is asked from now on. keys: of a menu; digits: length of a number, 0 where keys are single; letters: it
        may be spelled, and each letter counts for one; kind: a type of slot; pause_ms: after which it is whole, where
        its author says.

        What was typed ahead stays: it may be the beginning of this answer.
        """
        self._keys, self._digits, self._letters = frozenset(keys), digits, letters
        self._pause_ms, self._between_ms = pause_ms, PAUSES.get(kind, BETWEEN_MS)
        self._asked_ms = now_ms

    def press(self, key: str, at_ms: int) -> bool:
        """False: the key is none: it belongs to a burst that went wrong, or ends a number that was whole already."""
        before, self._last_ms = self._last_ms, at_ms
        if self._dropping and at_ms - before < BURST_MS:
            return False
        self._dropping = False
        if key == "#" and not self._ahead and not self._typed and self._counted(at_ms):
            return False
        self._ahead.append((key, at_ms))
        return True

    def next(self, now_ms: int) -> str | None:
        """The next whole answer to what is asked now. Call it when a key was pressed, and every frame."""
        while self._ahead:
            key, at_ms = self._ahead.popleft()
            whole = self._feed(key, at_ms)
            if whole is not None:
                return whole
        if not self._typed:
            return None
        since = max(self._last_ms, self._asked_ms)
        return self._whole() if now_ms - since >= self._patience_ms else None

    def call(self, now_ms: int) -> str | None:
        """While nothing is asked: a lone key that calls a person or goes back, once no other follows it."""
        if self.typed not in CALLS or now_ms - self._last_ms < MENU_MS:
            return None
        return self.clear()

    def clear(self) -> str:
        """Forget what was typed, and give it back: the caller spoke instead, or nobody asks any more."""
        typed, self._typed = self.typed, ""
        self._ahead.clear()
        self._counted_ms = None
        return typed

    def stumbled(self) -> None:
        """An answer was none: what was typed ahead after it was meant for other questions, and so are the keys of the
        same burst that are yet to come."""
        self.clear()
        self._dropping = True

    def _counted(self, at_ms: int) -> bool:
        """Whether a number was whole by its length just before; asked once."""
        counted, self._counted_ms = self._counted_ms, None
        return counted is not None and at_ms - counted < HASH_MS

    def _feed(self, key: str, at_ms: int) -> str | None:
        if key == "#":
            if self._typed:
                return self._whole()
            return None if self._counted(at_ms) else "#"
        self._counted_ms = None
        if key == "*" and not (self._letters and not self._typed.endswith("*")):
            wiped, self._typed = bool(self._typed), ""
            return None if wiped else "*"
        self._typed += key
        if not self._is_whole():
            return None
        self._counted_ms = at_ms if self._digits else None
        return self._whole()

    @property
    def _patience_ms(self) -> int:
        if self._pause_ms is not None:
            return self._pause_ms
        if self._letters and len(self._typed) > 1:
            return LETTER_MS
        return MENU_MS if self._typed in self._keys and not self._digits else self._between_ms

    def _is_whole(self) -> bool:
        longer = any(key != self._typed and key.startswith(self._typed) for key in self._keys)
        if self._digits:
            signs = _LETTER.sub("-", self._typed) if self._letters else self._typed
            return len(signs) >= self._digits and not (self._letters and _BEGUN.search(signs))
        return not longer

    def _whole(self) -> str:
        answer, self._typed = self._typed, ""
        return answer


class Presses:
    """Each press once, though a telephone tells of it twice: in RTP (RFC 4733), by SIP INFO, as a tone in the sound.

    Where a stack says by what way a press came, one that came by another way already is the same. Where it doesn't, a
    key pressed again before it was released, or that very moment, is the same; a line that has told of one press twice
    does so of each, and its second word may come later.
    """

    SAME_MS = 2_000  # an INFO is sent again for so long before it gets through
    DOWN_MS = 300  # an INFO takes so long at most beside its tone's beginning; a release may be lost
    APART_MS = 40  # the shortest gap between two tones of one key: ITU-T Q.24
    LATE_MS = 250  # between a release and the INFO that tells of it

    def __init__(self) -> None:
        self._told: dict[str, deque[tuple[str, float]]] = {}  # way -> presses that no other way told of yet
        self._key = ""  # the last press, and when it was pressed and released
        self._pressed_ms = self._released_ms = 0.0
        self._again = False  # it was told of twice
        self._twice = False  # some press was

    def pressed(self, key: str, now_ms: float, way: str = "") -> bool:
        """Whether this press is a new one. way: "rtp", "info", "tone"; "" where the stack doesn't say."""
        return self._new(key, now_ms) if not way else self._first_told(key, now_ms, way)

    def released(self, now_ms: float) -> None:
        """The key pressed last was; stacks tell of it without its name."""
        if not self._released_ms:
            self._released_ms = now_ms

    def _new(self, key: str, now_ms: float) -> bool:
        if key == self._key and not self._again and self._may_be_the_same(now_ms):
            self._again = self._twice = True
            return False
        self._key, self._pressed_ms, self._released_ms, self._again = key, now_ms, 0.0, False
        return True

    def _may_be_the_same(self, now_ms: float) -> bool:
        if not self._released_ms:
            return now_ms - self._pressed_ms < self.DOWN_MS
        return now_ms - self._released_ms < (self.LATE_MS if self._twice else self.APART_MS)

    def _first_told(self, key: str, now_ms: float, way: str) -> bool:
        for other, presses in self._told.items():
            while presses and now_ms - presses[0][1] > self.SAME_MS:
                presses.popleft()
            told = next((press for press in presses if press[0] == key), None) if other != way else None
            if told is not None:
                presses.remove(told)
                return False
        self._told.setdefault(way, deque()).append((key, now_ms))
        return True
