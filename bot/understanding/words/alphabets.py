"""In which language a text is written: its alphabet, the other keyboard layout, Russian in Latin letters."""

from __future__ import annotations

import re

from bot.dialogue import morphology
from bot.dialogue.meaning import Expectation, Language, Meaning
from bot.understanding.words.layouts import from_translit, other_layout, script
from bot.understanding.words.normaliser import MAX_CHARS, normalise

_CODE = re.compile(r"[^\W\d_]\d|\d[^\W\d_]")  # a plate, an order's number: no keyboard makes words of "A123BC77"
SURE = 0.6  # an intent guessed with less turns nobody's language: 'tomorrow at 3pm' is said in Russian, too
LONGEST_MENDED = 300  # characters; who writes more has seen what the keyboard does


def written_in(text: str) -> Language | None:
    """The language a text is written in, by its letters and by the words that the other layout makes of them."""
    letters = script(text[:MAX_CHARS])
    return "ru" if letters == "en" and wrong_layout(text, "ru") is not None else letters


def goes_over(said: str, meaning: Meaning, letters: Language, expectation: Expectation) -> bool:
    """Whether words in the other alphabet are more than a name, a brand or an "ok".

    Who writes Cyrillic speaks Russian; Latin letters are English when several words of them say something.
    """
    words = [word for word in said.split() if any(char.isalpha() for char in word)]
    types = {expectation.slots[name].type for name in meaning.readings if name in expectation.slots}
    sure = bool(meaning.intents) and meaning.intents[0].score >= SURE
    tells = sure or bool(types - {"person", "phone", "text"})
    if letters == "ru":
        return tells or meaning.yes is not None or meaning.option is not None or len(words) > 3
    return tells and len(words) > 2


def wrong_layout(text: str, language: Language) -> str | None:
    """The text as the other keyboard layout has it, when that makes words of it: 'ghbdtn', 'ytn', 'руддщ'."""
    if len(text) > LONGEST_MENDED or _CODE.search(text):
        return None
    moved = other_layout(text)
    words = [word for word in normalise(moved).split() if word.isalpha()]
    if not words:
        return None
    if language == "ru":
        return moved if all(morphology.known(word) for word in words) and max(map(len, words)) > 1 else None
    written = [word for word in normalise(text).split() if word.isalpha()]
    return moved if written and not any(morphology.known(word) for word in written) else None


def wrong_alphabet(text: str, language: Language) -> str | None:
    """Russian in Latin letters, when every word of it is a Russian one: 'zapishite k terapevtu'."""
    if language != "ru" or len(text) > LONGEST_MENDED:
        return None
    words = [word for word in normalise(from_translit(text)).split() if word.isalpha()]
    long_enough = any(len(word) > 3 for word in words)
    return from_translit(text) if long_enough and all(morphology.known(word) for word in words) else None
