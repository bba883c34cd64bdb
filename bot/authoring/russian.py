"""The errors of conditions and templates in Russian. The core says them in English; it knows no reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping

_WORDS: tuple[tuple[str, str], ...] = (
    (r"'\{' is never closed", "'{' не закрыта"),
    (r"'\}' without a '\{' before it", "'}' без '{' перед ней"),
    (r"longer than (\d+) characters", r"длиннее \1 символов"),
    (r"empty", "пусто"),
    (r"'(.+)' is not expected here", r"'\1' здесь не на месте"),
    (r"something is missing at the end", "в конце чего-то не хватает"),
    (r"a filter's name is missing", "не хватает имени фильтра"),
    (r"'\)' is missing", "не хватает ')'"),
    (r"nested too deep", "слишком глубокая вложенность"),
    (r"'(.+)' is not understood", r"'\1' непонятно"),
    (r"Write '\{name\}', or '\{\{' for a brace itself\.", "Пишите '{имя}', а саму скобку — '{{'."),
    (r"Write '\}\}' for a brace itself\.", "Саму скобку пишите '}}'."),
    (r"Split it with a `set` step\.", "Разделите с помощью шага set."),
    (r"Write a slot's name or a condition\.", "Напишите имя слота или условие."),
    (r"Write '==' to compare\.", "Для сравнения пишите '=='."),
    (r"Remove it, or join the parts with 'and' or 'or'\.", "Уберите или соедините части через 'and' либо 'or'."),
    (r"Write a slot's name or a value\.", "Напишите имя слота или значение."),
    (r"A slot's name or a value belongs here\.", "Здесь должно стоять имя слота или значение."),
    (r"Close the parenthesis\.", "Закройте скобку."),
    (r"Only names, numbers, 'text' and signs are known\.", "Понятны только имена, числа, 'текст' и знаки."),
)
_TABLE: Mapping[re.Pattern[str], str] = {re.compile(english): russian for english, russian in _WORDS}


def russian(text: str) -> str:
    """The same in Russian, or as it is where nobody has put it into Russian yet."""
    for pattern, words in _TABLE.items():
        if match := pattern.fullmatch(text):
            return match.expand(words)
    return text
