"""What keyboards do to words: the wrong layout, Russian in Latin letters."""

from __future__ import annotations

import re

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
