"""What callers of any business talk about, and the many words for it: a thesaurus of service talk.

An author writes "перенесите мою запись"; a customer says "сдвиньте меня на попозже". The sentence encoder knows that
these are near, but not how near. A line of thesaurus.LANGUAGE.txt is one concept. Concepts found in a text are features
beside its words; what they mean for an intent is learnt from the author's phrases.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import Final

from bot.dialogue import morphology
from bot.dialogue.meaning import Language


@lru_cache(maxsize=2)
def thesaurus(language: Language) -> str:
    """A concept a line: `price: word word | an expression | another`."""
    return resources.files("bot.understanding.intents").joinpath(f"thesaurus.{language}.txt").read_text("utf-8")


@lru_cache(maxsize=2)
def _lexicon(language: Language) -> tuple[Mapping[str, frozenset[str]], Mapping[tuple[str, ...], frozenset[str]]]:
    words: dict[str, set[str]] = {}
    expressions: dict[tuple[str, ...], set[str]] = {}
    for line in thesaurus(language).splitlines():
        if line.startswith("#"):
            continue
        concept, _, rest = line.partition(":")
        single, *several = (part.strip() for part in rest.split("|"))
        for word in single.replace("ё", "е").split():
            words.setdefault(word, set()).add(concept)
        for expression in several:
            expressions.setdefault(tuple(expression.replace("ё", "е").split()), set()).add(concept)
    return (
        {word: frozenset(found) for word, found in words.items()},
        {expression: frozenset(found) for expression, found in expressions.items()},
    )


def concepts(words: list[str], language: Language) -> list[str]:
    """The concepts that normalised words speak of; one that is spoken of twice stands twice."""
    singles, expressions = _lexicon(language)
    found: list[str] = []
    for at, word in enumerate(words):
        seen: set[str] = set()
        for form in _forms(word, language):
            seen |= singles.get(form, _NONE)
        for width in (2, 3, 4):
            seen |= expressions.get(tuple(words[at : at + width]), _NONE)
        found += sorted(seen)
    return found


def concept_words(language: Language) -> frozenset[str]:
    """The single words of the thesaurus, in dictionary form."""
    return frozenset(_lexicon(language)[0])


_NONE: Final[frozenset[str]] = frozenset()


@lru_cache(maxsize=8192)
def _forms(word: str, language: Language) -> frozenset[str]:
    if language == "ru":
        return frozenset({word, *(str(parse.normal_form).replace("ё", "е") for parse in morphology.parses(word[:40]))})
    forms = {word}
    for ending, instead in (("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ies", "y")):
        if len(word) > len(ending) + 2 and word.endswith(ending):
            forms.add(word[: -len(ending)] + instead)
    return frozenset(forms)
