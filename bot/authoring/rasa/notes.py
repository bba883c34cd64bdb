"""What an import says of a project: what was not taken as it was, and where that stands."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Note:
    """what: a key of bot.app.rasa.NOTES. name: of the intent, response, file… place: file and line, "" of no one
    place. count: how many of them."""

    what: str
    name: str
    count: int = 0
    place: str = ""


@dataclass(slots=True)
class Notes:
    """In the order in which they came up, each once."""

    told: list[Note] = field(default_factory=list)
    _known: set[tuple[str, str]] = field(default_factory=set)

    def add(self, what: str, name: str, count: int = 0, place: str = "") -> None:
        key = (what, place if what in PLACED else name)
        if key not in self._known:
            self._known.add(key)
            self.told.append(Note(what, name, count, place))


# Told once for each place rather than for each name.
PLACED = frozenset(("conflict", "words", "other", "deep", "later", "depends"))
