"""Typed or recognised text to tokens of one form.

Every reader works on these tokens, so what a keyboard, a recogniser and a messenger write differently
('8-905-123', '15:30', 'Ё', full-width digits, zero-width spaces) differs only here. The cost is linear in
MAX_CHARS whatever comes in: the text is cut first, and no pattern can backtrack.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

MAX_CHARS = 2_000  # about two minutes of speech; nobody answers one question at greater length
MAX_TOKENS = 200

_TOKEN = re.compile(
    r"(?P<plus>\+)(?=[\s(]*[0-9])"
    r"|(?P<figures>[0-9]+(?:[.,:/\-][0-9]+)*)"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)"
)
_SAME = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "‐": "-",
        "‑": "-",
        "‒": "-",
        "–": "-",
        "—": "-",
        "−": "-",
        "⁄": "/",
    }
)
# Latin letters that look Cyrillic, typed on the wrong layout or pasted: 'c трёх', 'завтpа'.
_LOOKALIKE = str.maketrans("aceopxykmthbu", "асеорхукмтнви")
# Nothing in these is to be composed or dropped: most of what is typed and all that is recognised.
_PLAIN = re.compile(r"[ !-_a-~А-Яа-яЁё]*")
_FIGURES = frozenset("0123456789")
_CYRILLIC = re.compile("[а-яё]")
_LATIN = re.compile("[a-z]")


@dataclass(frozen=True, slots=True)
class Token:
    """One word or one group of figures.

    text: lower case, ё as е, no apostrophes; figures keep their inner marks ('15:30', '8-905-123').
    raw: as written. joined: no space before it ('го' of '19-го', 'pm' of '3pm').
    """

    text: str
    raw: str
    joined: bool = False

    @property
    def figures(self) -> bool:
        return self.text[0] in _FIGURES  # not isdigit(): '❶' is a digit, too


def clean(text: str) -> str:
    """Cut to MAX_CHARS, compose, drop what has no shape (controls, directions, joiners), keep the case."""
    if _PLAIN.fullmatch(text, 0, MAX_CHARS):
        return text[:MAX_CHARS]
    cut = unicodedata.normalize("NFKC", text[:MAX_CHARS])[:MAX_CHARS].translate(_SAME)
    kept = []
    for char in cut:
        category = unicodedata.category(char)
        if category == "Cf" or category == "Mn":
            continue
        kept.append(" " if category[0] in "CZ" else char)
    return "".join(kept)


def tokens(text: str) -> tuple[Token, ...]:
    """Text to at most MAX_TOKENS tokens; punctuation between words is gone."""
    return _tokens(text[:MAX_CHARS])


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[Token, ...]:
    """Every reader takes the same words apart."""
    shaped = clean(text)
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(shaped):
        raw = match.group()
        gap = shaped[end : match.start()]
        joined = end >= 0 and gap in ("", "-")
        end = match.end()
        if match.lastgroup == "word":
            found.append(_word(raw, joined))
            _join_meridiem(found)
        else:
            found.append(Token(raw, raw, joined))
        if len(found) == MAX_TOKENS:
            break
    return tuple(found)


def _word(raw: str, joined: bool) -> Token:
    text = raw.lower().replace("'", "").replace("ё", "е")
    if not text.isascii() and _LATIN.search(text) and _CYRILLIC.search(text):
        mended = text.translate(_LOOKALIKE)
        text = text if _LATIN.search(mended) else mended
    return Token(text, raw, joined)


def _join_meridiem(found: list[Token]) -> None:
    """'p.m.' and 'p m' are one word after a figure or a word: 'pm'."""
    if len(found) > 1 and found[-1].text == "m" and found[-2].text in ("a", "p"):
        half = found.pop(-2)
        found[-1] = Token(half.text + "m", half.raw + found[-1].raw, half.joined)


def normalise(text: str) -> str:
    """The token form as text: lower case, single spaces, no punctuation but inside figures."""
    return " ".join(token.text for token in tokens(text))
