"""Text to a person's name in the nominative: 'меня зовут Ивана Петрова' is said of Иван Петров."""

from __future__ import annotations

from bot.understanding.names import Word, introduction
from bot.understanding.names_en import english_name
from bot.understanding.names_ru import russian_name
from bot.understanding.normaliser import Token, tokens
from bot.understanding.reading import Lang, Reading

_LONGEST = 30  # words; a name is not told at greater length
_CYRILLIC = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюя")


def read_person(text: str, *, lang: Lang) -> Reading:
    """PersonName; nothing where the words are clearly not a name."""
    words = _whole_words(tokens(text)[:_LONGEST])
    cyrillic = sum(word.text[0] in _CYRILLIC for word in words)
    latin = sum(word.text[0].isascii() and word.text[0].isalpha() for word in words)
    russian = cyrillic > 0 if lang == "ru" else cyrillic > latin
    intro = introduction([word.text for word in words], "ru" if russian else "en")
    return russian_name(words, intro) if russian else english_name(words, intro)


def _whole_words(found: tuple[Token, ...]) -> list[Word]:
    """'Анна-Мария' is one word of a name."""
    words: list[Word] = []
    for token in found:
        if token.joined and words and words[-1].text[-1].isalpha() and token.text.isalpha():
            words[-1] = Word(f"{words[-1].text}-{token.text}", f"{words[-1].raw}-{token.raw}")
        else:
            words.append(Word(token.text, token.raw))
    return words
