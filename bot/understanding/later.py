"""An understanding that learns when it is first needed: of fifteen sets in a folder most calls need one."""

from __future__ import annotations

import threading
from datetime import datetime
from pathlib import Path

from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.dialogue.scenario import ScenarioSet
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.words.alphabets import written_in


class LaterNlu:
    """Implements ports.Learner. Any thread; learning takes a second or two, from the cache some 40 ms."""

    def __init__(self, scenarios: ScenarioSet, *, cache: Path | None = None) -> None:
        self._scenarios = scenarios
        self._cache = cache
        self._nlu: BuiltinNlu | None = None
        self._lock = threading.Lock()

    @property
    def learnt(self) -> bool:
        return self._nlu is not None

    def learn(self) -> BuiltinNlu:
        """Blocks until it has learnt; once."""
        with self._lock:
            if self._nlu is None:
                self._nlu = BuiltinNlu.of(self._scenarios, cache=self._cache)
            return self._nlu

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        return (self._nlu or self.learn()).understand(text, expectation, language=language, now=now)

    def language_of(self, text: str) -> Language | None:
        return written_in(text)
