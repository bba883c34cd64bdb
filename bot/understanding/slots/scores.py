"""Text to a score: "на троечку", "восемь из десяти", "отлично", "ten out of ten", "ни за что"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.understanding.reading import NOTHING, Lang, Reading
from bot.understanding.slots.numbers import read_number
from bot.understanding.words.normaliser import normalise

# "из пяти", "по пятибалльной шкале": the scale, and no score.
_SCALE: Mapping[Lang, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:из (?:пяти|десяти|5|10)|по (?:\w*балл?ьной|\d+ балл?ьной) (?:шкале|системе)|"
        r"от (?:нуля|одного|0|1) до (?:пяти|десяти|5|10)|балл\w*|оценк\w+|звезд\w*)\b"
    ),
    "en": re.compile(
        r"\b(?:(?:out )?of (?:a |the )?(?:possible )?(?:five|ten|5|10)|on a scale of \w+ to \w+|from \w+ to \w+|"
        r"points?|stars?)\b"
    ),
}
_FRACTION = re.compile(r"\b(\d{1,2})/(?:5|10)\b")
_MARKS = {
    word: value
    for value, words in {
        0: "нолик ноль",
        1: "кол единица единицу единичка единичку однерка",
        2: "двойка двойку двоечка двоечку",
        3: "тройка тройку троечка троечку трояк",
        4: "четверка четверку четверочка четверочку",
        5: "пятерка пятерку пятерочка пятерочку",
        6: "шестерка шестерку шестерочка шестерочку",
        7: "семерка семерку семерочка семерочку",
        8: "восьмерка восьмерку восьмерочка восьмерочку",
        9: "девятка девятку девяточка девяточку",
        10: "десятка десятку десяточка десяточку",
    }.items()
    for word in words.split()
}
_MARK = re.compile(r"\b(?:" + "|".join(sorted(_MARKS, key=len, reverse=True)) + r")\b")
_GOOD: Mapping[Lang, Mapping[int, str]] = {
    "ru": {
        1: "ужасно|ужас|кошмар|отвратительно|очень плохо|хуже некуда|хуже не бывает|совсем плохо|безобразие",
        2: "плохо|неважно|не очень|не понравилось|плоховато|так себе",
        3: "нормально|нормас|средне|удовлетворительно|сойдет|терпимо|пойдет|не плохо не хорошо",
        4: "хорошо|неплохо|понравилось|достойно|вполне хорошо",
        5: "отлично|супер|прекрасно|превосходно|великолепно|идеально|замечательно|шикарно|очень хорошо|на отлично|"
        "лучше некуда|лучше не бывает|просто супер|все отлично|очень понравилось|класс|классно",
    },
    "en": {
        1: "terrible|awful|horrible|very bad|the worst|disgusting",
        2: "bad|poor|not good|not great|not so good|not very good",
        3: "ok|okay|average|so so|fine|not bad|alright|all right|acceptable",
        4: "good|pretty good|quite good|nice|well",
        5: "excellent|great|perfect|very good|amazing|awesome|wonderful|fantastic|brilliant|superb|outstanding|"
        "the best",
    },
}
_EASY: Mapping[Lang, Mapping[int, str]] = {
    "ru": {
        1: "очень (?:трудно|сложно|тяжело)|невозможно|крайне (?:трудно|сложно)|ужасно (?:трудно|сложно)",
        2: "трудно|сложно|тяжело|непросто|нелегко|не просто|не легко|довольно (?:трудно|сложно)",
        3: "нормально|средне|ни то ни се|не легко и не трудно",
        4: "легко|просто|несложно|нетрудно|не сложно|не трудно|довольно (?:легко|просто)",
        5: "очень (?:легко|просто)|проще простого|элементарно|легче легкого|легко и просто|проще некуда",
    },
    "en": {
        1: "very (?:hard|difficult)|extremely (?:hard|difficult)|impossible",
        2: "hard|difficult|not easy|tough|not very easy",
        3: "ok|okay|average|so so|fine|neither",
        4: "easy|simple|pretty easy|quite easy|not hard|not difficult",
        5: "very (?:easy|simple)|extremely (?:easy|simple)|super easy|effortless|a breeze",
    },
}
_LIKELY: Mapping[Lang, Mapping[int, str]] = {
    "ru": {
        0: "ни за что|никогда|ни в коем случае|точно нет|ни за какие деньги",
        10: "обязательно|однозначно|непременно|сто процентов|на все сто|точно порекомендую|уже рекоменд\\w+",
    },
    "en": {
        0: "never|no way|not at all|absolutely not|definitely not",
        10: "definitely|absolutely|certainly|for sure|already (?:did|do)|without a doubt",
    },
}


@dataclass(frozen=True, slots=True)
class Survey:
    """low, high: of its scale. words: what verdicts are worth, by language."""

    low: int
    high: int
    words: Mapping[Lang, Mapping[int, str]]


SURVEYS: Mapping[str, Survey] = {
    "csat": Survey(1, 5, _GOOD),
    "ces": Survey(1, 5, _EASY),
    "nps": Survey(0, 10, _LIKELY),
}


def _verdicts(by_value: Mapping[int, str]) -> tuple[tuple[re.Pattern[str], int], ...]:
    """The longer words first: "очень хорошо" is more than "хорошо", and "неплохо" is not "плохо"."""
    found = [(way, value) for value, words in by_value.items() for way in re.split(r"\|(?![^()]*\))", words)]
    found.sort(key=lambda pair: -len(pair[0]))
    return tuple((re.compile(rf"(?<!\bне )(?<!\bnot )\b(?:{way})\b"), value) for way, value in found)


_VERDICTS: Mapping[str, Mapping[Lang, tuple[tuple[re.Pattern[str], int], ...]]] = {
    name: {language: _verdicts(by_value) for language, by_value in survey.words.items()}
    for name, survey in SURVEYS.items()
}


def read_score(text: str, survey: str, *, lang: Lang) -> Reading:
    """An int; one beyond the scale is told all the same, so that it can be refused. NOTHING without a score."""
    about = SURVEYS[survey]
    said = _FRACTION.sub(r"\1", normalise(text))
    marked = _MARK.sub(lambda mark: str(_MARKS[mark.group()]), _SCALE[lang].sub(" ", said)) if lang == "ru" else said
    plain = " ".join((_SCALE[lang].sub(" ", said) if lang == "en" else marked).split())
    number = read_number(plain, lang=lang)
    if number.alternatives:
        return number
    if isinstance(number.value, int | Decimal) and not isinstance(number.value, bool):
        if number.value == int(number.value):
            return Reading(value=int(number.value), rest=_left(number.rest, lang))
        return NOTHING
    for pattern, value in _VERDICTS[survey][lang]:
        found = pattern.search(plain)
        if found is not None and about.low <= value <= about.high:
            return Reading(value=value, rest=_left(f"{plain[: found.start()]} {plain[found.end() :]}", lang))
    return NOTHING


_AROUND: Mapping[Lang, frozenset[str]] = {
    "ru": frozenset(
        "на в ну это наверное думаю где то примерно пусть будет ставлю поставлю даю дам твердая твердую минусом плюсом"
        " с все было мне я".split()
    ),
    "en": frozenset("i d id say a an the maybe about it was its give would rate that probably solid".split()),
}


def _left(rest: str, lang: Lang) -> str:
    return " ".join(word for word in rest.split() if word not in _AROUND[lang])
