"""A number by what it counts: 'нужно три окна', 'заплатить пятьсот рублей', 'a party of six guests'."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from bot.dialogue.morphology import parses
from bot.understanding.reading import Lang, Reading
from bot.understanding.slots.numbers import read_number
from bot.understanding.words.normaliser import normalise

BETWEEN = 1  # words that may stand between a number and what it counts: 'три пластиковых окна'


def counted(text: str, unit: Collection[str], lang: Lang) -> tuple[Reading, str] | None:
    """The number before a word of `unit`, in any form of that word, and the text without both; the last such number,
    for who corrects themselves says it last. text: normalised."""
    words = text.split()
    wanted = {_lemma(normalise(word), lang) for word in unit}
    for at in range(len(words) - 1, 0, -1):
        if _lemma(words[at], lang) not in wanted:
            continue
        for stop in range(at, max(0, at - 1 - BETWEEN), -1):
            found: Reading | None = None
            start = stop
            while start and (told := read_number(" ".join(words[start - 1 : stop]), lang=lang)).value is not None:
                if told.rest.strip():
                    break
                found, start = told, start - 1
            if found is not None:
                return found, " ".join((*words[:start], *words[at + 1 :]))
    return None


def uncounted(text: str, unit: Collection[str], lang: Lang) -> str:
    """The text without the words of `unit`: what is left of "500 рублей" once the number is read. text: normalised."""
    wanted = {_lemma(normalise(word), lang) for word in unit}
    return " ".join(word for word in text.split() if _lemma(word, lang) not in wanted)


@lru_cache(maxsize=2048)
def _lemma(word: str, lang: Lang) -> str:
    if lang == "ru":
        return str(parses(word)[0].normal_form)
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
