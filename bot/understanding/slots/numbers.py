"""Text to one number: 'нас будет четверо' is 4, 'два с половиной' 2.5, 'полторы тысячи' 1500."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from bot.dialogue import morphology
from bot.understanding.reading import NOTHING, Lang, Reading
from bot.understanding.words import numerals_en, numerals_ru
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.numeral import Rank
from bot.understanding.words.speech import SPEECH, either, rejected
from bot.understanding.words.terms import Line
from bot.understanding.words.typos import mended

VOCABULARY = {
    "ru": frozenset(word for word in numerals_ru.PLAIN if len(word) > 4),
    "en": frozenset(word for word in numerals_en.WORDS if len(word) > 4),
}
_MINUS = frozenset(("минус", "minus", "negative"))
_TYPED_MINUS = re.compile(r"\s{0,9}[-−–][0-9]")
_POINT = frozenset(("point", "dot", "запятая", "точка"))
_MILLIONS = {"mil": 1_000_000, "mill": 1_000_000, "mln": 1_000_000, "bn": 1_000_000_000}
_SCALES = {"k": 1_000, "к": 1_000, "m": 1_000_000, "hundred": 100}
_TENFOLD = {"десятка": 10, "десятков": 10, "сотни": 100, "сотен": 100, "дюжины": 12, "дюжин": 12, "dozen": 12}
_HALVES = {"половина", "половину", "полтинника", "half"}
_HALF_OF = frozenset("полкило поллитра полпорции полстакана полметра полпачки полбанки полкилограмма".split())
_PARTS = {2: Decimal("0.5"), 4: Decimal("0.25"), 5: Decimal("0.2"), 8: Decimal("0.125"), 10: Decimal("0.1")}
_QUARTERS = frozenset("четверть четверти quarter quarters".split())
_BY_CLOCK = frozenset("to past of before till til after часа пятого шестого седьмого восьмого девятого".split())
_ADJACENT = 1_000  # 'сто двести', 'двадцать тридцать' leave it open; beyond they are one thing after another
_HOURS = range(25)
_BEFORE_AN_HOUR = {"ru": frozenset(("в", "во")), "en": frozenset(("at",))}
_BOUNDS = {"ru": (("от", "с", "со", "между"), ("до", "и")), "en": (("from", "between"), ("to", "and"))}
# Who comes, without a number: 'только я', 'мы с женой и сыном', 'me and my wife'.
_ALONE = {
    "ru": re.compile(r"\b(?:только|лишь|один) я\b"),
    "en": re.compile(r"\b(?:(?:just|only) (?:me|myself|i)|by myself|on my own)\b"),
}
_TOGETHER = re.compile(r"\b(?:мы|я)(?: \w+)? со? (\w+(?: (?!и |с |со )\w+)?(?: (?:и|с|со) (?:\w+ )?\w+){0,4})")
_BOTH = re.compile(r"\b(?:me and (?:my|a) \w+|my \w+ and (?:i|me)|both)\b")
_FAMILY = re.compile(r"\bme (?:and )?my \w+ and (?:my|a|our) \w+\b")
_NONE = {"ru": frozenset(("нисколько", "никакого")), "en": frozenset(("none",))}


@dataclass(frozen=True, slots=True)
class _Number:
    start: int
    stop: int
    value: int | Decimal
    pronoun: bool = False  # 'one' of 'the other one', 'один' of 'один вопрос'


def read_number(text: str, *, lang: Lang) -> Reading:
    """int, or Decimal for a fraction. Several different numbers are left open as alternatives."""
    line = Line(mended(tokens(text), VOCABULARY[lang], lang), lang)
    found = _numbers(line)
    if found and found[0].start == 0 and _TYPED_MINUS.match(text):
        found[0] = replace(found[0], value=-found[0].value)
    if not found:
        return _company(line, lang)
    kept = [one for one, no in zip(found, rejected(line, found, SPEECH[lang]), strict=True) if not no]
    kept = [one for one in kept if not _is_an_hour(line, one)]
    if not kept:
        return NOTHING
    used = {index for one in kept for index in range(one.start, one.stop)}
    rest = line.text([index for index in range(len(line)) if index not in used])
    digits = _dictated(line, kept)
    if digits is not None:
        return Reading(value=digits, rest=rest)
    if any(not one.pronoun for one in kept):
        kept = [one for one in kept if not one.pronoun]
    open_: list[_Number] = []
    for one in kept:
        # the later number wins ('пять, ой, шесть') unless the choice is left open
        open_ = [*open_, one] if open_ and either(line, open_[-1], one, SPEECH[lang]) else [one]
    values = tuple(dict.fromkeys(one.value for one in open_))
    if len(kept) == 2 and (_side_by_side(*kept) or _bounds(line, *kept)):
        values = (kept[0].value, kept[1].value)  # 'человека три-четыре', 'от трёх до пяти'
    if len(values) > 1:
        return Reading(alternatives=values, rest=rest)
    return Reading(value=values[0], rest=rest)


def _side_by_side(first: _Number, second: _Number) -> bool:
    return first.stop == second.start and first.value < second.value < _ADJACENT


def _bounds(line: Line, first: _Number, second: _Number) -> bool:
    before, between = _BOUNDS[line.lang]
    return line.word(first.start - 1) in before and first.stop + 1 == second.start and line.word(first.stop) in between


def _is_an_hour(line: Line, one: _Number) -> bool:
    """'В три', 'at three', with nothing counted after it, when a number is asked."""
    if line.word(one.start - 1) not in _BEFORE_AN_HOUR[line.lang] or one.value not in _HOURS:
        return False
    return line.at(one.start).role == "cardinal" and line.at(one.stop).role in ("end", "word") and not _noun(line, one)


def _measure(word: str) -> bool:
    """'Литра', 'порции': what half is taken of."""
    return len(word) > 3 and any({"NOUN", "inan", "gent", "sing"} <= one for one in morphology.grammemes(word))


def _noun(line: Line, one: _Number) -> bool:
    word = line.word(one.stop)
    if line.lang == "en":
        return len(word) > 3 and word.endswith("s")
    if word in ("час", "часа", "часов", "часу"):
        return False
    return len(word) > 2 and any("NOUN" in reading for reading in morphology.grammemes(word))


def _company(line: Line, lang: Lang) -> Reading:
    """Who comes, where no number is told: 'только я' is one, 'мы с женой' are two."""
    plain = line.text(range(len(line)))
    words = set(plain.split())
    if words & _NONE[lang]:
        return Reading(value=0, rest=" ".join(word for word in plain.split() if word not in _NONE[lang]))
    if found := _ALONE[lang].search(plain):
        return Reading(value=1, rest=_without(plain, found))
    if lang == "en":
        if family := _FAMILY.search(plain):
            return Reading(value=3, rest=_without(plain, family))
        found = _BOTH.search(plain)
        return Reading(value=2, rest=_without(plain, found)) if found else NOTHING
    found = _TOGETHER.search(plain)
    with_whom = [word for word in found[1].split() if _is_company(word)] if found else []
    return Reading(value=1 + len(with_whom)) if with_whom else NOTHING


def _without(plain: str, found: re.Match[str]) -> str:
    return " ".join(f"{plain[: found.start()]} {plain[found.end() :]}".split())


def _is_company(word: str) -> bool:
    """'Женой', 'сыном': a noun of somebody, one of them, in the case that 'с' wants."""
    return len(word) > 2 and any({"NOUN", "anim", "sing", "ablt"} <= reading for reading in morphology.grammemes(word))


def _dictated(line: Line, found: list[_Number]) -> int | None:
    """'one two three four', digit by digit with nothing between: 1234."""
    together = all(first.stop == second.start for first, second in pairwise(found))
    single = all(isinstance(one.value, int) and 0 <= one.value <= 9 for one in found)
    if len(found) < 3 or len(found) > 18 or not together or not single:
        return None
    return int("".join(str(one.value) for one in found))


def _numbers(line: Line) -> list[_Number]:
    found: list[_Number] = []
    at = 0
    while at < len(line):
        one = _number(line, at)
        if one is None:
            at += 1
        else:
            found.append(one)
            at = one.stop
    return found


def _number(line: Line, at: int) -> _Number | None:
    start = at
    negative = line.word(at) in _MINUS
    at += int(negative)
    term = line.at(at)
    if term.role == "word" and term.word in _HALVES and line.word(at + 1) not in ("past",):
        if line.at(at + 1).word == "dozen":
            return _Number(start, at + 2, 6)
        if line.at(at + 1).integer in _ROUND and not line.at(at + 1).digits:
            return _Number(start, at + 2, (line.at(at + 1).integer or 0) // 2)  # 'half a million'
        return _Number(start, at + 1, Decimal("0.5"))
    if term.word in _QUARTERS and line.at(at + 1).number is None and line.word(at + 1) not in _BY_CLOCK:
        return _Number(start, at + 1, Decimal("0.25"))  # but 'четверть пятого' is an hour
    if term.role == "word" and term.word in ("point", "dot") and line.at(at + 1).integer is not None:
        part, stop = _with_fraction(line, 0, at)
        return _Number(start, stop, -part if negative else part)
    if term.role == "word" and term.word in ("десятка", "полсотни"):
        return _Number(start, at + 1, 10 if term.word == "десятка" else 50)
    if term.word in _HALF_OF or (term.word == "пол" and _measure(line.word(at + 1))):
        return _Number(start, at + 1 + (term.word == "пол"), Decimal("0.5"))
    value = term.number
    stop = at + 1
    parts = _PARTS.get(line.at(stop).ordinal or 0) if line.lang == "ru" and term.role == "cardinal" else None
    if parts and value and line.at(stop).word.endswith(("ая", "ья", "ую", "ых")) and not term.digits:
        return _Number(start, stop + 1, value * parts)  # 'одна вторая', 'три пятых'
    if term.word == "пол" and line.at(at + 1).integer in (1_000, 1_000_000, 1_000_000_000):
        return _Number(start, at + 2, (line.at(at + 1).integer or 0) // 2)  # 'пол миллиона'
    if term.role == "marked":
        value = _marked(term.digits)
    elif term.digits:
        value, stop = _grouped(line, at)
    if value is None:
        return None
    if line.word(stop) in _QUARTERS and value in (1, 2, 3) and line.word(stop + 1) not in _BY_CLOCK:
        return _Number(start, stop + 1, value * Decimal("0.25"))
    value, stop = _with_fraction(line, value, stop, scale=_scale_of(line, at))
    if line.word(at - 1) == "ни" and term.word in _PRONOUNS:
        return _Number(start, stop, 0)  # 'ни одного'
    alone = not term.digits and term.stop - term.start == 1
    if term.word == "семью" and alone and line.word(at - 1) not in ("с", "со", "перед", "над", "под", "между"):
        return None  # 'приведу семью'
    if line.at(stop).word in _TENFOLD and 0 < value < 100:
        times = value * _TENFOLD[line.at(stop).word]
        return _Number(start, stop + 1, int(times) if times == int(times) else times)  # 'полтора десятка'
    follower = line.at(stop)
    if line.lang == "en" and isinstance(value, int) and 0 < value < 100 and not term.digits and not follower.digits:
        tail = follower.integer
        if term.role == "cardinal" and tail is not None and 10 <= tail < 100:
            return _Number(start, stop + 1, value * 100 + tail)  # 'one twenty five', 'nineteen eighty four'
    scale = line.at(stop)
    if scale.integer in (1_000, 1_000_000, 1_000_000_000) and not scale.digits and 0 < value < 1000:
        value, stop = value * (scale.integer or 1), stop + 1  # '10 тысяч', '2.5 миллиона'
        tail = line.at(stop).integer
        if tail is not None and not line.at(stop).digits and 0 < tail < 1000:
            value, stop = value + tail, stop + 1
    elif line.word(stop) in _MILLIONS:
        value, stop = value * _MILLIONS[line.word(stop)], stop + 1
    elif line.word(stop) in _SCALES and (line.tokens[line.at(stop).start].joined or line.word(stop) == "k"):
        value, stop = value * _SCALES[line.word(stop)], stop + 1
    value = -value if negative else value
    value = int(value) if value == int(value) else value
    pronoun = term.word in _PRONOUNS
    return _Number(start, stop, value, pronoun)


_ROUND = (100, 1_000, 1_000_000, 1_000_000_000)
_PRONOUNS = frozenset("one one's один одна одно одного одной одну second".split())


def _marked(digits: str) -> Decimal | None:
    """'2,5', '2.5'; '1,500' and '1.500.000' are groups of thousands; '15:30' and '8-905' are no numbers."""
    if len(digits) > 20:
        return None
    if "," in digits and "." in digits:  # '1,500.50', '1.500,50': the last mark is the point
        point = max(digits.rfind(","), digits.rfind("."))
        whole = _marked(digits[:point])
        rest = digits[point + 1 :]
        return whole + Decimal(f"0.{rest}") if whole is not None and whole % 1 == 0 and rest.isdigit() else None
    for mark in ".,":
        groups = digits.split(mark)
        if len(groups) > 1 and all(group.isdigit() for group in groups):
            if all(len(group) == 3 for group in groups[1:]) and len(groups[0]) <= 3 and groups[0] != "0":
                return Decimal("".join(groups))
            break
    try:
        return Decimal(digits.replace(",", "."))
    except InvalidOperation:
        return None


_GROUP_AND_POINT = re.compile(r"(\d{3})[.,](\d{1,2})")


def _grouped(line: Line, at: int) -> tuple[int | Decimal | None, int]:
    """'1 500 000': groups of three figures after the first are one number."""
    term = line.at(at)
    if term.number is None or not isinstance(term.number, int):
        return None, at + 1
    digits, stop = term.digits, at + 1
    completed = _completed(line, at)
    if completed is not None:
        return completed
    while len(term.digits) <= 3 and not digits.startswith("0") and len(digits) < 15:
        if len(line.at(stop).digits) != 3 or not line.at(stop).digits.isdigit():
            break
        digits += line.at(stop).digits
        stop += 1
    point = _GROUP_AND_POINT.fullmatch(line.at(stop).digits)
    if point and len(term.digits) <= 3 and not digits.startswith("0"):
        return Decimal(f"{digits}{point[1]}.{point[2]}"), stop + 1  # '12 345,67'
    return int(digits), stop


def _completed(line: Line, at: int) -> tuple[int, int] | None:
    """'100 23' and '2000 26': a recogniser writes the parts of one number apart."""
    first, stop = line.at(at).digits, at + 1
    total = int(first) if first and not first.startswith("0") and len(first) < 7 else 0
    while total:
        after = line.at(stop)
        zeros = len(str(total)) - len(str(total).rstrip("0"))
        fits = after.role == "cardinal" and after.digits and len(after.digits) <= zeros
        if not fits or after.digits.startswith("0") or line.tokens[after.start].joined:
            break
        total, stop = total + int(after.digits), stop + 1
    return (total, stop) if stop > at + 1 else None


def _scale_of(line: Line, at: int) -> int:
    """What the half of 'a million and a half' is half of: the last word of the number, where it is a scale."""
    term = line.at(at)
    words = numerals_ru.WORDS if line.lang == "ru" else numerals_en.WORDS
    last = words.get(line.tokens[term.stop - 1].text) if term.role == "cardinal" and not term.digits else None
    return int(last.value) if last is not None and last.rank is Rank.SCALE else 1


def _with_fraction(line: Line, value: int | Decimal, stop: int, *, scale: int = 1) -> tuple[int | Decimal, int]:
    word = line.word(stop)
    half = Decimal("0.5") * scale
    if word == "с" and line.word(stop + 1) in ("половиной", "половинкой"):
        return value + half, stop + 2
    if word == "с" and line.word(stop + 1) == "четвертью":
        return value + Decimal("0.25"), stop + 2
    if word == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "half":
        return value + half, stop + 3
    if word == "and" and line.word(stop + 1) == "a" and line.word(stop + 2) == "quarter":
        return value + Decimal("0.25"), stop + 3
    if word in numerals_ru.WHOLE:
        start = stop + 1 + (line.word(stop + 1) == "и")
        part, unit = line.at(start).integer, numerals_ru.FRACTIONS.get(line.at(start + 1).word)
        if part is not None and unit:
            return value + Decimal(part) / unit, start + 2
    if word in _POINT and line.at(stop + 1).integer is not None:
        digits, at, scale = "", stop + 1, 1
        while line.at(at).integer is not None and len(digits) < 6 and scale == 1:
            scale = _scale_of(line, at)  # 'one point five million'
            digits += line.at(at).digits or str((line.at(at).integer or 0) // scale)
            at += 1
        return (value + Decimal(f"0.{digits}")) * scale, at
    return value, stop
