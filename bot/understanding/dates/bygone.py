"""Whether somebody tells what happened: 'в субботу ваш врач мне нахамил' asks for no Saturday."""

from __future__ import annotations

from collections.abc import Mapping

from bot.dialogue import morphology
from bot.understanding.reading import Lang
from bot.understanding.words.terms import Line

_LOOKED_AT = 40  # words; the rest of so long a story changes nothing

# What lies ahead, or is asked for: then the past tense is by the way ('я передумал, давайте в субботу').
_AHEAD: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset(
        """
            завтра послезавтра через следующий следующую следующее следующей будущий будущую будущей ближайший ближайшую
            ближайшее ближайшей бы б давайте давай можно запишите запиши запишусь лучше хочу хотим хочется перенесите
            поставьте назначьте нужно надо приду придем приеду подъеду буду смогу сможем тогда удобно устроит подойдет
        """.split()
    ),
    "en": frozenset(
        """
            tomorrow next coming will would could can may lets let please want need book like prefer make id ill how
            hoping thinking wondering rather works
        """.split()
    ),
}
# Verbs of speaking, deciding and agreeing: what was decided may well lie ahead.
_DECIDED = frozenset(
    """
        хотеть хотеться думать подумать передумать решить решиться забыть понять мочь смочь планировать запланировать
        собираться собраться ошибиться оговориться перепутать сказать говорить договориться посмотреть выбрать
        освободиться просить попросить написать писать записать записаться назначить перенести договариваться обещать
        устраивать устроить предложить предлагать получиться бронировать забронировать выходить выйти быть
    """.split()
)
_PAST_ENGLISH = frozenset("was were came went visited had saw called did got met happened started broke".split())
_BE_THERE = frozenset("был была были".split())  # 'был у вас в среду'; 'было бы хорошо в среду' asks


def bygone(line: Line) -> bool:
    """Costs a dictionary look-up a word."""
    words = [line.word(at) for at in range(min(len(line), _LOOKED_AT))]
    if not _AHEAD[line.lang].isdisjoint(words):
        return False
    if line.lang == "en":
        return not _PAST_ENGLISH.isdisjoint(words)
    return any(_happened(word) for word in words)


def _happened(word: str) -> bool:
    if word in _BE_THERE:
        return True
    if not word.endswith(("л", "ла", "ло", "ли", "лся", "лась", "лось", "лись")) or len(word) < 4:
        return False
    first = morphology.parses(word)[0]
    return "past" in first.tag and "VERB" in first.tag and str(first.normal_form) not in _DECIDED
