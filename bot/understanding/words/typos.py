"""Misspelt words of a small vocabulary: 'зфтра', 'пятнацать', 'tommorow'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.dialogue import morphology
from bot.understanding.reading import Lang
from bot.understanding.words.normaliser import Token

# What people write for these words more than once, too far from them for a distance.
_USUAL = {
    "зфтра": "завтра",
    "завтро": "завтра",
    "зафтра": "завтра",
    "завтр": "завтра",
    "завтраа": "завтра",
    "седня": "сегодня",
    "сегодне": "сегодня",
    "севодня": "сегодня",
    "сення": "сегодня",
    "щас": "сейчас",
    "ноебря": "ноября",
    "тыщ": "тысяч",
    "шисть": "шесть",
    "пол-второго": "полвторого",
    "tmrw": "tomorrow",
    "tmr": "tomorrow",
    "tomoz": "tomorrow",
    "wensday": "wednesday",
    "wendsday": "wednesday",
    "wednsday": "wednesday",
    "2moro": "tomorrow",
    "2nite": "tonight",
}
# English words that lie one slip from a word of time or number; for Russian the dictionary knows.
_ENGLISH = frozenset(
    """
    there their where these those might right every never fever forth mouth mouths south north worth tooth month
    match watch marsh house hours yours years weeds sunny sundry minus minutes second seconds weekly monthly daily
    tired thirst fight eighty height early later night light parch fist fourths text tens tense sever seventh
    """.split()
)
_SHORTEST = 5  # below it a slip makes another word: 'мая' and 'моя'


def mended(tokens: Sequence[Token], vocabulary: frozenset[str], lang: Lang) -> tuple[Token, ...]:
    """Tokens with misspelt words of the vocabulary put right; real words are left alone."""
    return tuple(_mended(token, vocabulary, lang) for token in tokens)


def _mended(token: Token, vocabulary: frozenset[str], lang: Lang) -> Token:
    text = token.text
    if text in _USUAL:
        return replace(token, text=_USUAL[text])
    if token.figures or text in vocabulary or text in _ENGLISH or not _SHORTEST <= len(text) <= 20:
        return token
    right = _nearest(text, vocabulary, lang)
    return replace(token, text=right) if right else token


@lru_cache(maxsize=4096)
def _nearest(text: str, vocabulary: frozenset[str], lang: Lang) -> str:
    """The one vocabulary word within one slip (two in a long word), beginning with the same letter; '' if none."""
    slips = 2 if len(text) >= 8 else 1
    candidates = [word for word in vocabulary if word[0] == text[0] and abs(len(word) - len(text)) <= slips]
    found = process.extractOne(text, candidates, scorer=DamerauLevenshtein.distance, score_cutoff=slips, processor=None)
    if found is None or (lang == "ru" and morphology.known(text)):
        return ""
    return str(found[0])
