"""What keyboards and fingers do to words: typos, the wrong layout, Russian in Latin letters."""

from __future__ import annotations

import random
import re
import zlib
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.dialogue import morphology
from bot.dialogue.meaning import Language

_EN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_RU_KEYS = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RU = str.maketrans(_EN_KEYS + _EN_KEYS.upper() + '{}:"<>~', _RU_KEYS + _RU_KEYS.upper() + "ХЪЖЭБЮЁ")
_TO_EN = str.maketrans(_RU_KEYS, _EN_KEYS)

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)

# Longer groups first. As people write in messengers, not as a standard says.
_TRANSLIT = (
    ("shch", "щ"), ("sch", "щ"), ("yo", "ё"), ("jo", "ё"), ("zh", "ж"), ("kh", "х"), ("ts", "ц"), ("ch", "ч"),
    ("sh", "ш"), ("yu", "ю"), ("ju", "ю"), ("ya", "я"), ("ja", "я"), ("ye", "е"), ("iy", "ий"), ("yy", "ый"),
    ("a", "а"), ("b", "б"), ("c", "ц"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"), ("h", "х"), ("i", "и"),
    ("j", "й"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"), ("p", "п"), ("q", "к"), ("r", "р"),
    ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"), ("w", "в"), ("x", "кс"), ("y", "ы"), ("z", "з"), ("4", "ч"),
    ("'", "ь"),
)  # fmt: skip
_TRANSLIT_TABLE = dict(_TRANSLIT)
_TRANSLIT_PATTERN = re.compile("|".join(re.escape(latin) for latin, _ in _TRANSLIT if latin != "4") + r"|4(?=[a-z])")


def script(text: str) -> Language | None:
    """The language of the alphabet that most of the letters are of; None when there are none."""
    cyrillic, latin = len(_CYRILLIC.findall(text)), len(_LATIN.findall(text))
    if cyrillic == latin == 0:
        return None
    return "ru" if cyrillic >= latin else "en"


def other_layout(text: str) -> str:
    """Take it as typed on the other keyboard: 'ghbdtn' to 'привет', 'руддщ' to 'hello'."""
    return text.lower().translate(_TO_EN) if script(text) == "ru" else text.translate(_TO_RU)


def from_translit(text: str) -> str:
    """'zapishite k vrachu' to 'запишите к врачу'."""
    return _TRANSLIT_PATTERN.sub(lambda match: _TRANSLIT_TABLE[match.group()], text.lower())


def mended(plain: str, vocabulary: frozenset[str], language: Language) -> str:
    """A normalised text with words that no dictionary has replaced by their nearest in the vocabulary."""
    return " ".join(_mended(word, vocabulary, language) for word in plain.split())


@lru_cache(maxsize=4096)
def _mended(word: str, vocabulary: frozenset[str], language: Language) -> str:
    """One slip in a word of five letters, two in a longer one; English, for which there is no dictionary here, one."""
    if len(word) < _SHORTEST_MENDED[language] or len(word) > 24 or word in vocabulary or not word.isalpha():
        return word
    if language == "ru" and morphology.known(word):
        return word
    slips = 2 if len(word) >= 8 else 1
    found = process.extractOne(word, vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
    return str(found[0]) if found else word


_SHORTEST_MENDED = {"ru": 5, "en": 6}
_NEIGHBOURS: dict[str, str] = {}
for _row in ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю", "qwertyuiop", "asdfghjkl", "zxcvbnm"):
    for _at, _key in enumerate(_row):
        _NEIGHBOURS[_key] = _row[max(0, _at - 1) : _at] + _row[_at + 1 : _at + 2]

# How people write what they hear.
_BY_EAR = (
    ("тся", "тца"), ("ться", "тся"), ("шь", "ш"), ("его", "ево"), ("сегодня", "севодня"), ("что", "што"),
    ("сейчас", "щас"), ("пожалуйста", "пож"), ("здравствуйте", "здрасте"), ("завтра", "зафтра"),
    ("please", "pls"), ("you", "u"), ("tion", "sion"), ("ie", "ei"), ("ll", "l"),
)  # fmt: skip


def noised(text: str, nth: int = 0) -> str:
    """A copy with one typo about every three words. The same text and nth give the same copy."""
    dice = random.Random(zlib.crc32(f"{nth}:{text}".encode()))
    words = text.split()
    if not words:
        return text
    for _ in range(1 + len(words) // 3):
        at = dice.randrange(len(words))
        words[at] = _mistyped(words[at], dice)
    return " ".join(word for word in words if word)


def _mistyped(word: str, dice: random.Random) -> str:
    heard = [(right, wrong) for right, wrong in _BY_EAR if right in word]
    if heard and dice.random() < 0.5:
        right, wrong = dice.choice(heard)
        return word.replace(right, wrong, 1)
    if len(word) < 4:
        return word
    at = dice.randrange(1, len(word) - 1)
    kind = dice.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    if kind == 2:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + dice.choice(_NEIGHBOURS.get(word[at], word[at])) + word[at + 1 :]
