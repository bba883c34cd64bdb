"""The words of days and hours, as callers say them: what a moment is made of. PURE."""

from __future__ import annotations

from functools import cache

from bot.dialogue import morphology
from voice.asr.numerals import lexicon
from voice.ports import Kind

TIMED: frozenset[Kind] = frozenset({"datetime", "date", "time"})

_RU = """
    сегодня завтра послезавтра утро день вечер ночь полдень полночь час минута половина четверть неделя месяц
    год число понедельник вторник среда четверг пятница суббота воскресенье январь февраль март апрель май
    июнь июль август сентябрь октябрь ноябрь декабрь следующий ближайший этот первый второй третий четвёртый
    пятый шестой седьмой восьмой девятый десятый одиннадцатый двенадцатый тринадцатый четырнадцатый
    пятнадцатый шестнадцатый семнадцатый восемнадцатый девятнадцатый двадцатый тридцатый
"""
_PLAIN_RU = """
    в во на к ко с со через без до после около часов утром днём вечером ночью полдвенадцатого полвторого
    полтретьего полчетвёртого полпятого полшестого полседьмого полвосьмого полдевятого полдесятого
    полодиннадцатого пол давайте можно лучше пожалуйста мне бы часиков где-то ровно нолей часа
"""
_EN = """
    today tomorrow morning afternoon evening night noon midnight hour minutes half quarter past to week month
    day after the next this coming on at in a and p m am pm of monday tuesday wednesday thursday friday
    saturday sunday january february march april may june july august september october november december
    first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
    fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth let's say please o'clock
"""


@cache
def moments(lang: str) -> frozenset[str]:
    """Every word a day and an hour are told with, Russian ones in all their forms."""
    if lang != "ru":
        return lexicon(lang) | frozenset(_EN.split())
    forms = {
        form.word.replace("ё", "е")
        for word in _RU.split()
        for form in morphology.parses(word)[0].lexeme
        if "plur" not in form.tag or "ADJF" not in form.tag
    }
    cases = {
        form.word.replace("ё", "е")
        for word in lexicon(lang)
        for form in morphology.parses(word)[0].lexeme
        if "NUMR" in form.tag
    }
    return lexicon(lang) | frozenset(_PLAIN_RU.replace("ё", "е").split()) | frozenset(forms | cases)
