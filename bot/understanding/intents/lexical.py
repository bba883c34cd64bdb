"""TF-IDF of a text's concepts (a thesaurus of service talk), words, dictionary forms and letter groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.meaning import Language
from bot.understanding.intents.concepts import concepts
from bot.understanding.intents.encoders import Matrix
from bot.understanding.slots.choices import forms

# Weight of each block beside a sentence vector, whose length is one: concepts, words, lemmas, letters.
WEIGHTS = {"k": 0.5, "w": 0.35, "l": 0.35, "c": 0.35}
_MARKS = "".join(WEIGHTS)
_WEIGHT_OF = np.array(list(WEIGHTS.values()))


def grams(text: str, language: Language) -> Counter[str]:
    """Concepts, words, lemmas and letter groups of a normalised text, each with its block's mark."""
    words = text.split()
    lemmas = [forms(word[:40], language)[0] for word in words]
    counts = Counter(
        chain(
            (f"w{word}" for word in words),
            (f"w{a} {b}" for a, b in pairwise(words)),
            (f"l{word}" for word in lemmas),
            (f"l{a} {b}" for a, b in pairwise(lemmas)),
            *map(_letters, words),
        )
    )
    for concept in concepts(words, language):
        counts[f"k{concept}"] = 1
    return counts


@lru_cache(maxsize=8192)
def _letters(word: str) -> tuple[str, ...]:
    """Groups of two to five, its beginning and end among them."""
    padded = f" {word} "
    return tuple("c" + padded[at : at + size] for size in (2, 3, 4, 5) for at in range(len(padded) - size + 1))


class Row(NamedTuple):
    """A sparse row: places and values."""

    places: NDArray[np.intp]
    values: Matrix

    def __matmul__(self, weights: Matrix) -> Matrix:
        return np.asarray(self.values @ weights[self.places], np.float32)


@dataclass(frozen=True, slots=True)
class Terms:
    """TF-IDF: places of the known terms, their idf and block. Rows are sparse."""

    language: Language
    places: Mapping[str, int]
    idf: Matrix
    _block: NDArray[np.intp] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        blocks = np.fromiter((_MARKS.index(term[0]) for term in self.places), np.intp, len(self.places))
        ordered = np.empty_like(blocks)
        ordered[np.fromiter(self.places.values(), np.intp, len(self.places))] = blocks
        object.__setattr__(self, "_block", ordered)

    @classmethod
    def of(
        cls, counts: Sequence[Mapping[str, int]], language: Language, *, blocks: str = _MARKS, fewest: int = 1
    ) -> Terms:
        """counts: each text's `grams`. blocks: marks of those kept. fewest: texts that a term must stand in."""
        seen = Counter(chain.from_iterable(counts))
        names = sorted(name for name, count in seen.items() if name[0] in blocks and count >= fewest)
        idf = np.array([np.log((1 + len(counts)) / (1 + seen[name])) + 1 for name in names], np.float32)
        return cls(language, {name: at for at, name in enumerate(names)}, idf)

    def row(self, counts: Mapping[str, int]) -> Row:
        """Each block scaled to its weight; unknown terms are left out. counts: a text's `grams`."""
        known = self._known(counts)
        places = np.array([place for place, _ in known], np.intp)
        values = self._values(places, np.array([count for _, count in known], np.float64), self._block[places])
        return Row(places, values)

    def matrix(self, counts: Sequence[Mapping[str, int]]) -> Any:
        """A sparse row a text."""
        from scipy.sparse import csr_matrix  # only to train

        rows = [self._known(each) for each in counts]
        starts = np.cumsum([0, *map(len, rows)])
        flat = np.array(list(chain.from_iterable(rows)), np.intp).reshape(-1, 2)
        places = flat[:, 0]
        # A block of each row is scaled by itself.
        scaled = self._block[places] + len(WEIGHTS) * np.repeat(np.arange(len(rows)), np.diff(starts))
        values = self._values(places, flat[:, 1].astype(np.float64), scaled)
        return csr_matrix((values, places, starts), shape=(len(counts), len(self.places)))

    def _known(self, counts: Mapping[str, int]) -> list[tuple[int, int]]:
        find = self.places.get
        return [(place, count) for term, count in counts.items() if (place := find(term)) is not None]

    def _values(self, places: NDArray[np.intp], counts: Any, scaled: NDArray[np.intp]) -> Matrix:
        """scaled: which of them are scaled together."""
        values = (1 + np.log(counts)) * self.idf[places]
        sizes = np.sqrt(np.bincount(scaled, values * values))
        return np.asarray(values * _WEIGHT_OF[self._block[places]] / sizes[scaled], np.float32)


__all__ = ["WEIGHTS", "Row", "Terms", "grams"]
