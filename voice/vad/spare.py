"""Voice activity detectors between calls: one that a call gave back serves the next, so that nothing is made anew and
there are as many as calls were up at once."""

from __future__ import annotations

from collections.abc import Callable

from voice.ports import Vad


class Vads:
    """One a process, used from its event loop."""

    def __init__(self, make: Callable[[], Vad]) -> None:
        self._make = make
        self._idle: list[Vad] = []

    def take(self) -> Vad:
        """For one call, with nothing of another in it. Raises PartMissing where the engine has no model."""
        return self._idle.pop() if self._idle else self._make()

    def give_back(self, vad: Vad) -> None:
        vad.reset()
        self._idle.append(vad)
