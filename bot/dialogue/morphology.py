"""Russian morphology, loaded once and only when a Russian word needs it."""

from __future__ import annotations

from functools import lru_cache

from pymorphy3 import MorphAnalyzer  # type: ignore[import-untyped]
from pymorphy3.analyzer import Parse  # type: ignore[import-untyped]

__all__ = ["Parse", "analyzer", "grammemes", "known", "parses"]


@lru_cache(maxsize=1)
def analyzer() -> MorphAnalyzer:
    """The dictionary: about 0.1 s and 20 MB, once a process. Safe to share between threads: it is only read."""
    return MorphAnalyzer(lang="ru")


@lru_cache(maxsize=4096)
def parses(word: str) -> tuple[Parse, ...]:
    """Every reading of a lower-case word, the likeliest first."""
    return tuple(analyzer().parse(word))


def known(word: str) -> bool:
    """Whether a Russian dictionary has the word: a known word is never 'corrected' into another one."""
    return bool(analyzer().word_is_known(word))


def grammemes(word: str) -> list[frozenset[str]]:
    """The grammatical readings of a word, as OpenCorpora tags ('NOUN', 'gent', 'plur', ...)."""
    return [frozenset(parse.tag.grammemes) for parse in parses(word)]
