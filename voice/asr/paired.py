"""Two recognisers of a language side by side: one that is told what a step expects, one for what is told freely.

Whisper hears yes and no, menus and numbers, for it is told of them; GigaAM is slower and surer of names, addresses and
whatever is told freely. Each utterance goes to the one that is better at it.
"""

from __future__ import annotations

import asyncio

from voice.ports import Hint, Kind, Recognizer, Recognizers

FREE: frozenset[Kind] = frozenset({"person", "address", "text"})


class Paired:
    """Recognizers. told: hears what a step expects; free: the kinds in FREE, where it knows the language."""

    def __init__(self, told: Recognizers, free: Recognizers) -> None:
        self._told, self._free = told, free
        self.name = f"{told.name}+{free.name}"
        self.languages = told.languages

    async def warm(self) -> None:
        """Raises what either does."""
        await asyncio.gather(self._told.warm(), self._free.warm())

    def start(self, hint: Hint) -> Recognizer:
        fits = hint.kind in FREE and hint.lang in self._free.languages
        return (self._free if fits else self._told).start(hint)

    def close(self) -> None:
        self._told.close()
        self._free.close()
