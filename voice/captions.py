"""What a caller is saying, on their page while they say it: words that will not be taken back. PURE.

A recogniser that streams changes its mind about the last words; Whisper shows none before the end, for its partials
are inventions. So a word is shown once it has stood in the same place for STABLE looks, and never changes after.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

LOOK_FRAMES = 10  # 200 ms between looks
STABLE = 3  # looks


@dataclass(slots=True)
class StableWords:
    """Of one utterance. `look` at what the engine thinks; `over` when it has ended."""

    _shown: list[str] = field(default_factory=list)
    _before: list[str] = field(default_factory=list)
    _ages: list[int] = field(default_factory=list)  # looks that each word of `_before` has stood for

    def look(self, partial: str) -> str | None:
        """The words to show now; None where nothing new can be believed."""
        words = partial.split()
        self._ages = [
            self._ages[at] + 1 if at < len(self._before) and self._before[at] == word else 1
            for at, word in enumerate(words)
        ]
        self._before = words
        stable = 0
        while stable < len(words) and self._ages[stable] >= STABLE:
            stable += 1
        if stable <= len(self._shown) or words[: len(self._shown)] != self._shown:
            return None
        self._shown = words[:stable]
        return " ".join(self._shown)

    def over(self) -> bool:
        """Forget the utterance; whether anything of it was shown."""
        shown = bool(self._shown)
        self._shown, self._before, self._ages = [], [], []
        return shown


@runtime_checkable
class Page(Protocol):
    """A leg that can show something."""

    def send(self, message: Mapping[str, object]) -> None: ...


class Captions:
    """One a call; `tick` it every frame. Tells the page {"type": "partial", "text"}; "" takes it away."""

    def __init__(self, leg: object) -> None:
        self._page = leg if isinstance(leg, Page) else None
        self._words = StableWords()
        self._frames = 0

    @property
    def shown(self) -> bool:
        """Whether there is a page to show them on."""
        return self._page is not None

    def tick(self, partial: str, *, speaking: bool) -> None:
        """partial: of the utterance under way, as its engine thinks now; speaking: whether there is one."""
        if self._page is None:
            return
        if not speaking:
            if self._words.over():
                self._page.send({"type": "partial", "text": ""})
            return
        self._frames += 1
        if self._frames % LOOK_FRAMES == 0 and (shown := self._words.look(partial)) is not None:
            self._page.send({"type": "partial", "text": shown})
