"""A question answered by its own verb: "Отменить запись?" "Отменяйте". "Shall I cancel it?" "Cancel it."

Otherwise "отмена" there would be taken for "never mind", and the visit stayed where the caller thought it gone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue import morphology
from bot.dialogue.meaning import Language
from bot.understanding.words.normaliser import normalise

_STEM = 5  # letters that the forms of a Russian verb share: отменить, отменяйте, отмена; перенести, переносите
_LONGEST = 6  # words; who says more says something else

_NOT: Mapping[Language, frozenset[str]] = {
    "ru": frozenset(("не", "ни")),
    "en": frozenset(("dont", "not", "never")),
}
# What may stand beside the verb.
_BESIDE: Mapping[Language, frozenset[str]] = {
    "ru": frozenset(
        """
            да нет ага угу ну ладно хорошо ок конечно пожалуйста спасибо тогда давайте давай можно хочу надо нужно прошу
            ее её его их эту этот это мне меня нас все всё совсем просто лучше уже сейчас запись визит прием
            приём встречу
            бы так и точно именно
        """.split()
    ),
    "en": frozenset(
        """
            yes no yeah yep ok okay sure please thanks thank you then just it that this my the me us so do go ahead and
            i want would like to id lets can could visit appointment booking in for right definitely
        """.split()
    ),
}
_WORDS: Mapping[Language, frozenset[str]] = {  # of questions: they say nothing about what is asked
    "ru": frozenset("запись записи визит прием приём время верно правильно хорошо можно нужно".split()),
    "en": frozenset("shall would should could have your this that visit appointment booking right will what".split()),
}
_CANCEL = re.compile(r"\b(?:отмен|снять|cancel|call off)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?…]*\?\s*$")


def echo(plain: str, question: str, language: Language) -> bool | None:
    """Whether the text says the question's own verb again, or with "not"; None where it says anything else.

    plain: normalised text. question: what was last asked, as it was said.
    """
    last = _SENTENCE.search(question)
    words = plain.replace("'", "").split()
    if last is None or not 0 < len(words) <= _LONGEST:
        return None
    asked = {
        _stem(word, language)
        for word in normalise(last.group()).replace("'", "").split()
        if len(word) >= (_STEM if language == "ru" else 4)
        and word not in _WORDS[language]
        and word not in _BESIDE[language]
    }
    if language == "ru":  # "Переношу на пятницу. Верно?" "Переносите"
        before = normalise(question[: last.start()]).split()
        asked |= {_stem(word, language) for word in before if len(word) >= _STEM and _is_verb(word)}
    said = [word for word in words if len(word) >= 4 and _stem(word, language) in asked]
    beside = [word for word in words if word not in said]
    if not said or not all(word in _BESIDE[language] or word in _NOT[language] for word in beside):
        return None
    if any(word in _NOT[language] for word in beside):
        return False
    return None if any(word in ("нет", "no") for word in beside) else True


def asks_to_cancel(question: str) -> bool:
    """Whether "never mind" is a no to this question: it would cancel what the caller wants to keep."""
    last = _SENTENCE.search(question)
    return last is not None and _CANCEL.search(last.group()) is not None


def _is_verb(word: str) -> bool:
    return morphology.parses(word)[0].tag.POS in ("VERB", "INFN")


def _stem(word: str, language: Language) -> str:
    return word[:_STEM] if language == "ru" else word
