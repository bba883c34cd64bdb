"""Versions of scenario sets that are no longer live, kept for the conversations that began with them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from bot.ports import Advised, Question

T = TypeVar("T")
Key = tuple[str, str]  # the set's name, its version

KEPT = 16  # in memory, a few megabytes each; one that is needed again is read again


class Unloaded(Exception):
    """That version has to be read and learnt first, which takes a second: too long inside a transaction."""

    def __init__(self, name: str, version: str) -> None:
        super().__init__(f"{name} {version}")
        self.name = name
        self.version = version


class Unasked(Exception):
    """Another program has to be asked about a text first: `nlu.advise(question)`, with no transaction open.

    leaving: whether a text, said meanwhile, is the wish of somebody who won't wait: for a person, for an end. Blocks
    for a few ms.
    """

    def __init__(self, nlu: Advised, question: Question, leaving: Callable[[str], bool]) -> None:
        super().__init__("a text is to be asked about")
        self.nlu = nlu
        self.question = question
        self.leaving = leaving


class Older(Generic[T]):
    """From any thread. find: reads and compiles a version, blocking; None where it is kept nowhere."""

    def __init__(self, find: Callable[[str, str], T | None] | None = None, kept: int = KEPT) -> None:
        self._find = find
        self._kept = kept
        self._known: OrderedDict[Key, T | None] = OrderedDict()
        self._lock = threading.Lock()
        self._finding = threading.Lock()  # one at a time: the machine has other things to do

    def get(self, name: str, version: str) -> T | None:
        """None where it is kept nowhere. Raises Unloaded where `load` has to be called first."""
        with self._lock:
            if (name, version) in self._known:
                self._known.move_to_end((name, version))
                return self._known[name, version]
        if self._find is None:
            return None
        raise Unloaded(name, version)

    def load(self, name: str, version: str) -> None:
        """Blocks for a second or so. Raises what `find` raises."""
        if self._find is None:
            return
        with self._finding:
            with self._lock:
                if (name, version) in self._known:
                    return
            self.keep(name, version, self._find(name, version))

    def keep(self, name: str, version: str, what: T | None) -> None:
        with self._lock:
            self._known[name, version] = what
            self._known.move_to_end((name, version))
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
