"""Numbers as they are spoken, digit by digit and in groups: which texts are one, and how many digits they have. PURE.

A recogniser that writes by ear cuts long numerals ("восемь десять", "три сто") and takes their pieces for other words
("с тем" for "семь"). Where a number is expected, what it heard is read with this lexicon, and of several hypotheses
those are likelier that are numbers of the length expected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from voice.asr.closed import words
from voice.ports import Kind

NUMERIC: frozenset[Kind] = frozenset({"digits", "phone", "number", "code", "money"})

_UNITS = {
    "ru": "один/одна два/две три четыре пять шесть семь восемь девять",
    "en": "one two three four five six seven eight nine",
}
_TEENS = {
    "ru": "десять одиннадцать двенадцать тринадцать четырнадцать пятнадцать шестнадцать семнадцать восемнадцать"
    " девятнадцать",
    "en": "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
}
_TENS = {
    "ru": "двадцать тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
_HUNDREDS = {"ru": "сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот", "en": "hundred"}
_NOUGHTS = {"ru": "ноль нуль", "en": "zero oh"}
_OTHERS = {
    "ru": "плюс тысяча тысячи тысяч двое трое четверо пятеро шестеро семеро полтора полторы",
    "en": "plus thousand double triple and",
}

_LETTERS = {
    "ru": "а бэ вэ гэ дэ е ё жэ зэ и й ка эл эль эм эн о пэ эр эс тэ у эф ха цэ че ша ща э ю я",
    "en": "a b c d e f g h i j k l m n o p q r s t u v w x y z",
}

_IN_ROW = frozenset(("плюс", "plus", "double", "triple"))

UNIT, TEEN, TEN, HUNDRED, NOUGHT, OTHER = range(6)
NONE = -1
_TABLES = (_UNITS, _TEENS, _TENS, _HUNDREDS, _NOUGHTS, _OTHERS)
_FIRST = {UNIT: 1, TEEN: 10, TEN: 20, HUNDRED: 100, NOUGHT: 0, OTHER: 0}
_STEP = {UNIT: 1, TEEN: 1, TEN: 10, HUNDRED: 100, NOUGHT: 0, OTHER: 0}
_CLASS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    lang: {
        word: (sort, _FIRST[sort] + at * _STEP[sort])
        for sort, table in enumerate(_TABLES)
        for at, each in enumerate(table[lang].split())
        for word in each.split("/")
    }
    for lang in ("ru", "en")
}
# Cut in two by a recogniser that writes by ear; the whole is as likely, and of another length.
_CUT = {
    "ru": tuple(
        (re.compile(rf"\b{first}[ -]+{second}\b"), whole)
        for first, second, whole in (
            ("дв[еи]", "ст[иа]", "двести"),
            ("три", "ста", "триста"),
            ("четыр[еи]", "ста", "четыреста"),
            ("пять", "с[ао]т", "пятьсот"),
            ("шесть", "с[ао]т", "шестьсот"),
            ("семь", "с[ао]т", "семьсот"),
            ("восемь", "с[ао]т", "восемьсот"),
            ("девять", "с[ао]т", "девятьсот"),
            ("три", "дцать", "тридцать"),
            ("шесть", "на[дт]цать", "шестнадцать"),
            ("пять", "на[дт]цать", "пятнадцать"),
        )
    ),
    "en": (),
}
# These pieces are words of their own, so they may also have been said.
_MAYBE_CUT = {
    "ru": tuple(
        (re.compile(rf"\b{first}[ -]+{second}\b"), whole)
        for first, second, whole in (
            ("три", "сто", "триста"),
            ("четыре", "сто", "четыреста"),
            ("пять", "десять", "пятьдесят"),
            ("шесть", "десять", "шестьдесят"),
            ("семь", "десять", "семьдесят"),
            ("восемь", "десять", "восемьдесят"),
            ("пять", "сто", "пятьсот"),
            ("шесть", "сто", "шестьсот"),
            ("семь", "сто", "семьсот"),
            ("восемь", "сто", "восемьсот"),
            ("девять", "сто", "девятьсот"),
        )
    ),
    "en": (),
}  # fmt: skip
_APART = {"ru": ("пятьдесят", "шестьдесят", "семьдесят", "восемьдесят"), "en": ()}
_HUNDRED = re.compile(r"\b(пять|шесть|семь|восемь|девять)[ -]+с[ао]т\b")  # "пять сот": 500, or 5 and 100


@cache
def lexicon(lang: str, kind: Kind = "number") -> frozenset[str]:
    """Every word that such a number is made of: a code has letters, and no telephone has "двое" or "тысяча" in it."""
    amounts = kind in ("number", "money")
    letters = _LETTERS[lang].split() if kind == "code" else ()
    told = {word for word, (sort, _) in _CLASS[lang].items() if sort != OTHER or amounts or word in _IN_ROW}
    return frozenset(told).union(letters)


def mended(text: str, lang: str) -> str:
    """With numerals put together that were written in two where the second half is no word of its own, and said once
    what was written twice ("Сорок два. Сорок два.")."""
    text = once(text).lower()
    for cut, whole in _CUT[lang]:
        text = cut.sub(whole, text)
    return text


def readings(text: str, lang: str) -> tuple[str, ...]:
    """The text, and what it says where a numeral was cut into two: "четыре сто два" may be 402. At most eight."""
    told = [mended(text, lang)]
    told += [apart for apart in (mended(_HUNDRED.sub(r"\1 сто", text.lower()), lang),) if apart != told[0]]
    for cut, whole in _MAYBE_CUT[lang]:
        for known in tuple(told):
            for found in cut.finditer(known):
                if len(told) < 8:
                    told.append(known[: found.start()] + whole + known[found.end() :])
    return tuple(dict.fromkeys(told))


def once(text: str) -> str:
    """A small model says a short utterance twice: its first sentence alone, where the others are the same."""
    said = [part.strip() for part in re.split(r"[.!?]+", text) if part.strip()]
    return f"{said[0]}." if len(said) > 1 and len({part.lower() for part in said}) == 1 else text


def foreign(text: str, lexicon: frozenset[str]) -> int:
    """How many of its words are not of this lexicon."""
    return sum(word not in lexicon for word in words(text))


def digits(text: str, lang: str) -> str:
    """The digits its numerals have as one says a telephone, in groups of up to three: "сорок два ноль" is 420."""
    groups: list[int | str] = []
    before: int | None = None
    for word in words(text):
        sort, value = _CLASS[lang].get(word, (None, 0))
        if sort is None or sort == OTHER:
            before = None
            continue
        if lang == "en" and sort == HUNDRED and before == UNIT:
            groups[-1] = int(groups[-1]) * 100
        elif (before == HUNDRED and sort in (TEN, TEEN, UNIT)) or (before == TEN and sort == UNIT):
            groups[-1] = int(groups[-1]) + value
        else:
            groups.append("0" if sort == NOUGHT else value)
        # "сто пять" is whole: nothing more is added to it, and the same holds behind a teen
        before = sort
    return "".join(map(str, groups))


def is_phone(text: str, lang: str) -> bool:
    """Whether it has as many digits as a telephone number that begins so."""
    told = digits(text, lang)
    if lang == "ru":
        return len(told) == (11 if told.startswith(("7", "8")) else 10)
    return len(told) == (11 if told.startswith("1") else 10)


def sorts(lang: str) -> Mapping[str, int]:
    """The numerals that digits are told with, each with its sort."""
    return {word: sort for word, (sort, _) in _CLASS[lang].items() if sort != OTHER}


def added(lang: str, before: int, sort: int) -> tuple[int, int]:
    """What a numeral of this sort makes of the group under way: of what sort it is now, and how many digits more; -1
    where it can't stand there. before: a sort, or NONE."""
    if sort == HUNDRED and lang == "en":
        return (HUNDRED, 2) if before == UNIT else (NONE, -1)
    if (before == HUNDRED and sort in (TEN, TEEN, UNIT)) or (before == TEN and sort == UNIT):
        return sort if sort == TEN else TEEN, 0  # whole: nothing more is added to it
    return sort, {UNIT: 1, NOUGHT: 1, TEEN: 2, TEN: 2, HUNDRED: 3}[sort]


def apart(word: str, lang: str) -> tuple[str, ...]:
    """As a small model may write it in two: "семь десять"."""
    return (f"{word.removesuffix('десят')} десять",) if word in _APART[lang] else ()


def whole(text: str, lang: str) -> str:
    """With what `apart` wrote in two put together."""
    for word in _APART[lang]:
        text = re.sub(rf"\b{word.removesuffix('десят')} десять\b", word, text, flags=re.IGNORECASE)
    return text


def doubled(text: str, lang: str) -> tuple[str, ...]:
    """With one more of each digit in turn: of two that are the same in a row a recogniser drops one."""
    told = words(text)
    units = [at for at, word in enumerate(told) if _CLASS[lang].get(word, (OTHER, 0))[0] in (UNIT, NOUGHT)]
    return tuple(" ".join((*told[:at], told[at], *told[at:])) for at in units)
