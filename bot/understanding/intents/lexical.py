"""TF-IDF of a text's concepts (a thesaurus of service talk), words, dictionary forms and letter groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.meaning import Language
from bot.understanding.intents.concepts import concepts
from bot.understanding.intents.encoders import Matrix
from bot.understanding.slots.choices import forms

# Weight of each block beside a sentence vector, whose length is one: concepts, words, lemmas, letters.
WEIGHTS = {"k": 0.5, "w": 0.35, "l": 0.35, "c": 0.35}


def grams(text: str, language: Language) -> Counter[str]:
    """Concepts, words, lemmas and letter groups of a normalised text, each with its block's mark."""
    words = text.split()
    lemmas = [forms(word[:40], language)[0] for word in words]
    counts = Counter({f"k{concept}": 1 for concept in concepts(words, language)})
    for mark, row in (("w", words), ("l", lemmas)):
        counts.update(f"{mark}{word}" for word in row)
        counts.update(f"{mark}{a} {b}" for a, b in pairwise(row))
    for word in words:
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            counts.update("c" + padded[at : at + size] for at in range(len(padded) - size + 1))
    return counts


@dataclass(frozen=True, slots=True)
class Terms:
    """TF-IDF: places of the known terms, their idf and block. Rows are sparse: (places, values)."""

    language: Language
    places: Mapping[str, int]
    idf: Matrix

    @classmethod
    def of(cls, texts: Sequence[str], language: Language, *, blocks: str = "kwlc", fewest: int = 1) -> Terms:
        """blocks: marks of those that are kept. fewest: texts that a term must stand in."""
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(grams(text, language).keys())
        names = sorted(name for name, count in seen.items() if name[0] in blocks and count >= fewest)
        idf = np.array([np.log((1 + len(texts)) / (1 + seen[name])) + 1 for name in names], np.float32)
        return cls(language, {name: at for at, name in enumerate(names)}, idf)

    def row(self, counts: Mapping[str, int]) -> tuple[NDArray[np.intp], Matrix]:
        """Each block scaled to its weight; unknown terms are left out. counts: a text's `grams`."""
        blocks: dict[str, list[tuple[int, float]]] = {}
        for term, count in counts.items():
            place = self.places.get(term)
            if place is not None:
                blocks.setdefault(term[0], []).append((place, 1 + float(np.log(count))))
        places: list[int] = []
        values: list[Matrix] = []
        for mark, block in blocks.items():
            at = [place for place, _ in block]
            weights = np.array([weight for _, weight in block], np.float32) * self.idf[at]
            places += at
            values.append(weights * np.float32(WEIGHTS[mark] / float(np.linalg.norm(weights))))
        joined = np.concatenate(values) if values else np.zeros(0, np.float32)
        return np.array(places, np.intp), joined

    def matrix(self, counts: Sequence[Mapping[str, int]]) -> Any:
        """A sparse row a text."""
        from scipy.sparse import csr_matrix  # only to train

        rows = [self.row(each) for each in counts]
        starts = np.cumsum([0] + [len(places) for places, _ in rows])
        return csr_matrix(
            (np.concatenate([v for _, v in rows]), np.concatenate([p for p, _ in rows]), starts),
            shape=(len(counts), len(self.places)),
        )


__all__ = ["WEIGHTS", "Terms", "grams"]
