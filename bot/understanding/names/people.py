"""Text to a person's name in the nominative: 'меня зовут Ивана Петрова' is said of Иван Петров."""

from __future__ import annotations

import re

from bot.dialogue.values import PersonName
from bot.understanding.names.english import BREAKS, english_name
from bot.understanding.names.parts import SKIPPED, Word, capitalised, introduction
from bot.understanding.names.russian import russian_name
from bot.understanding.reading import Lang, Reading
from bot.understanding.words.letters import spelled
from bot.understanding.words.normaliser import Token, tokens

_LONGEST = 30  # words; a name is not told at greater length
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")


def read_person(text: str, *, lang: Lang, asked: bool = False) -> Reading:
    """PersonName; nothing where the words are clearly not a name. asked: it was just asked for, so that a word in no
    dictionary is one."""
    words = _whole_words(tokens(_turned(text))[:_LONGEST])
    by_letters = _by_letters([word.text for word in words], lang)
    if by_letters is not None:
        return by_letters
    cyrillic = sum(word.text[0] in _CYRILLIC for word in words)
    latin = sum(word.text[0].isascii() and word.text[0].isalpha() for word in words)
    russian = cyrillic > 0 if lang == "ru" else cyrillic > latin
    intro = introduction([word.text for word in words], "ru" if russian else "en")
    return russian_name(words, intro, asked=asked) if russian else english_name(words, intro)


_FAMILY_FIRST = re.compile(r"\s*([^\W\d_]{2,}(?:['’-][^\W\d_]+)*)\s*,\s*([^\W\d_]+(?:[ '’-][^\W\d_]+){0,2})[\s.]*")


def _turned(text: str) -> str:
    """'Smith, John' as 'John Smith'; 'hi, John' stays."""
    found = _FAMILY_FIRST.fullmatch(text[:100])
    if found is None or not found[1].isascii():
        return text
    known = SKIPPED["en"] | BREAKS
    if any(word in known for part in found.groups() for word in part.lower().split()):
        return text
    return f"{found[2]} {found[1]}"


def _by_letters(words: list[str], lang: Lang) -> Reading | None:
    """'И вэ а эн', 'john, j o h n', 'by letters s m i t h': a name that is spelled."""
    for start in range(len(words)):
        said, stop = spelled(words, start, lang, words_too=False)
        if len(said) < _SPELLED[lang]:
            continue
        before = [word for word in words[:start] if word not in SKIPPED[lang] and word not in _LETTERS]
        if stop < len(words) or len(before) > 1 or (before and before[0] != said):
            return None
        return Reading(value=PersonName(given=capitalised(said)))
    return None


_SPELLED = {"ru": 4, "en": 3}  # letters; 'а и я' are words
_LETTERS = frozenset("буквам буквами по пишется диктую spelled spell spelling letters letter thats written".split())


def _whole_words(found: tuple[Token, ...]) -> list[Word]:
    """'Анна-Мария' is one word of a name."""
    words: list[Word] = []
    for token in found:
        if token.joined and words and words[-1].text[-1].isalpha() and token.text.isalpha():
            words[-1] = Word(f"{words[-1].text}-{token.text}", f"{words[-1].raw}-{token.raw}")
        else:
            words.append(Word(token.text, token.raw))
    return words
