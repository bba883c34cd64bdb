"""Any text to words that a voice can say: what a caller hears of another program's answer, of an address, of a note.

A synthesiser reads '19.11 в 15:30' and 'ул. Ленина, д. 5' as it pleases; here every figure, sign and abbreviation
becomes the words people say, in case and gender where Russian asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from bot.dialogue import speakable_en, speakable_ru
from bot.dialogue.meaning import Language

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str | None]]

LONGEST = 2_000  # characters; nobody is told more at once, and beyond it the text stays as it is
_RULES: Mapping[Language, Sequence[Rule]] = {"ru": speakable_ru.RULES, "en": speakable_en.RULES}
_NEEDS = re.compile(r"[\d№%&₽$€£]|\w\.(?!\Z)|\w-\w", re.ASCII)


@lru_cache(maxsize=1024)
def speakable(text: str, language: Language) -> str:
    """The text in words. What no rule knows stays."""
    if len(text) > LONGEST or not (_NEEDS.search(text) or "." in text):
        return text
    for pattern, rule in _RULES[language]:
        text = pattern.sub(lambda found, rule=rule: _said(found, rule), text)  # type: ignore[misc]
    return text


def _said(found: re.Match[str], rule: Callable[[re.Match[str]], str | None]) -> str:
    said = rule(found)
    return found[0] if said is None else said
