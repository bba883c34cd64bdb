"""Text to a telephone number in E.164, however the groups were spoken, typed or merged by a recogniser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberType

from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.slots.numbers import VOCABULARY
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.speech import SPEECH
from bot.understanding.words.terms import Line, Term
from bot.understanding.words.typos import mended

_PLUS = frozenset(("+", "плюс", "plus"))
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "дважды": 2, "трижды": 3, "двойной": 2, "тройной": 3}
# 'две пятёрки', 'три нуля'
_COUNTED = {
    "нуля": 0, "нулей": 0, "ноля": 0, "нулика": 0, "единицы": 1, "единички": 1, "двойки": 2, "тройки": 3,
    "четверки": 4, "пятерки": 5, "шестерки": 6, "семерки": 7, "восьмерки": 8, "девятки": 9,
    "zeros": 0, "zeroes": 0, "ohs": 0, "ones": 1, "twos": 2, "threes": 3, "fours": 4, "fives": 5, "sixes": 6,
    "sevens": 7, "eights": 8, "nines": 9,
}  # fmt: skip
_BETWEEN = frozenset(
    """
        ага угу эээ сейчас минутку щас huh mhm ok okay значит вот там еще следом точка так дальше тире дефис
        черточка скобка скобки пробел и далее потом затем ну э ээ dash hyphen space dot then and uh um area code
    """.split()
)
_END = frozenset("добавочный доб extension ext внутренний".split())
_SHORTEST, _LONGEST = 10, 15  # digits; E.164 allows 15, no country we dial has fewer than 10 with its code
_READINGS = 256  # ways to merge the groups that are tried


def read_phone(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """An E.164 number that exists by its country's numbering plan, or nothing."""
    line = Line(mended(tokens(text), VOCABULARY[lang], lang), lang)
    said = runs(line)
    amended = [run for pair in pairwise(said) for run in _amended(line, *pair)]
    # the last is meant; a run that goes on after 'ой' begins before the one that is only its end
    for abroad in (False, True):
        for run in sorted((*said, *amended), key=lambda run: (-run.stop, -run.start)):
            number = _of(run, lang, expected.region, abroad=abroad)
            if number is None:
                continue
            rest = line.text([index for index in range(len(line)) if not run.start <= index < run.stop])
            other = _other(line, said, run, lang, expected.region)
            if other is not None and other != number:
                return Reading(alternatives=(other, number), rest=rest)
            return Reading(value=number, rest=rest)
    return NOTHING


def _of(run: Run, lang: Lang, region: str, *, abroad: bool) -> str | None:
    free = lang == "en"
    found = (_number(digits, run.plus, lang, region, abroad=abroad) for digits in merged(run.groups, free=free))
    number = next((one for one in found if one is not None), None)
    if number is None and run.plus and free and abroad:
        return _of(replace(run, groups=tuple(_parted(run.groups))), lang, region, abroad=False) if _tens(run) else None
    return number


def _tens(run: Run) -> bool:
    return any(_is_tens(group) for group in run.groups)


def _is_tens(group: str) -> bool:
    return len(group) == 2 and group[0] in "23456789" and group[1] != "0"


def _parted(groups: Sequence[str]) -> Iterator[str]:
    """'plus four four, twenty, seven nine …': the first 'twenty seven' as two groups, behind the country's code."""
    parted = False
    for group in groups:
        if _is_tens(group) and not parted:
            parted = True
            yield from (f"{group[0]}0", group[1])
        else:
            yield group


def _other(line: Line, said: Sequence[Run], run: Run, lang: Lang, region: str) -> str | None:
    """The number before 'or', where the caller leaves it open."""
    for before in said:
        between = {line.word(at) for at in range(before.stop, run.start)}
        if before.stop <= run.start and between & SPEECH[lang].either:
            return _of(before, lang, region, abroad=False)
    return None


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of digit groups over the terms [start, stop). plus: whether a plus leads. groups: as digits."""

    start: int
    stop: int
    plus: bool
    groups: tuple[str, ...]


def runs(line: Line) -> list[Run]:
    """Stretches of digit groups, in order of place."""
    found_runs: list[Run] = []
    groups: list[str] = []
    start, plus, at = 0, False, 0

    def close(stop: int) -> None:
        nonlocal groups, plus
        if groups:
            found_runs.append(Run(start, stop, plus, tuple(groups)))
        groups, plus = [], False

    while at < len(line):
        word = line.word(at)
        if word in _PLUS or line.at(at).word == "+":
            close(at)
            start, plus, at = at, True, at + 1
            continue
        found = group(line, at)
        if found is not None:
            if not groups and not plus:
                start = at
            groups.append(found[0])
            at = found[1]
            continue
        if word in _BETWEEN and groups:
            at += 1
            continue
        close(at)
        if word in _END:
            break
        at += 1
    close(len(line))
    return found_runs


def _amended(line: Line, first: Run, second: Run) -> Iterator[Run]:
    """'… сорок пять шестьдесят восемь, ой, шестьдесят семь': what is said anew takes the place of as many digits."""
    words = [line.word(at) for at in range(first.stop, second.start)]
    if not words or len(words) > _REACH or not _AMENDS.issuperset(words) or second.plus:
        return
    before = "".join(first.groups)
    every = len(second.groups)
    for anew in dict.fromkeys((every, *range(1, min(4, every) + 1))):
        told = "".join(second.groups[:anew])
        if len(told) < len(before):
            groups = (before[: -len(told)], told, *second.groups[anew:])
            yield Run(first.start, second.stop, first.plus, groups)


_REACH = 4  # words of 'ой нет извините точнее'
_AMENDS = frozenset(
    """
        ой нет не так точнее вернее то есть простите извините ошибся ошиблась а там sorry no wait rather i mean oops
        correction make it that it's its
    """.split()
)


def group(line: Line, at: int) -> tuple[str, int] | None:
    """The digits that the term at this place dictates, and the place after it."""
    word = line.word(at)
    if word in _REPEATS:
        digit = line.at(at + 1).integer
        return (str(digit) * _REPEATS[word], at + 2) if digit is not None and digit < 10 else None
    term = line.at(at)
    times, what = term.integer, line.at(at + 1)
    if times is not None and 2 <= times <= 7 and not term.digits and what.word in _COUNTED:
        return str(_COUNTED[what.word]) * times, at + 2
    if times is not None and times <= 4 and line.word(at + 1) in ("раза", "times"):
        digit = line.at(at + 2).integer
        return (str(digit) * times, at + 3) if digit is not None and digit < 10 else None
    digits = _digits(term) or _misheard(line, at)
    return (digits, at + 1) if digits else None


# Digits as a recogniser takes them for other words; only in the midst of digits.
_SOUND_ALIKE = {
    "for": "4",
    "fore": "4",
    "to": "2",
    "too": "2",
    "won": "1",
    "ate": "8",
    "tree": "3",
    "sex": "6",
    "nein": "9",
}


def _misheard(line: Line, at: int) -> str:
    said = _SOUND_ALIKE.get(line.word(at), "") if line.lang == "en" else ""
    before, after = line.at(at - 1), line.at(at + 1)
    digits_before = before.integer is not None or line.word(at - 1) in _SOUND_ALIKE
    first = not line.word(at - 1) and line.word(at) == "fore"
    return said if (digits_before or first) and after.integer is not None and not after.digits else ""


def _digits(term: Term) -> str:
    if term.role == "marked" or (term.role == "cardinal" and term.digits):
        return "".join(char for char in term.digits if char.isdigit())
    return str(term.integer) if term.integer is not None else ""


def merged(groups: Sequence[str], *, free: bool = False) -> Iterator[str]:
    """The groups as one string: first as they stand, then with round groups completed by the next.

    A recogniser writes 'девятьсот пять' as '900 5' and 'сто двадцать три' as '100 23' or '120 3'.
    free: 'one eight hundred five …' begins with the 800 of a free number, as an Englishman says no 805.
    """
    count = 0
    stack: list[tuple[str, int]] = [("", 0)]
    while stack and count < _READINGS:
        done, at = stack.pop()
        if at == len(groups):
            count += 1
            yield done
            continue
        if len(done) > _LONGEST:
            continue
        group = groups[at]
        # pushed first, so tried last
        hundred = len(group) == 3 and group.startswith("80") and not group.endswith("0")
        if hundred and not (free and done in ("", "1")):
            stack.append((f"{done}800{group[2]}", at + 1))  # 'eight hundred five …': a free number's 800
        for width in (3, 2):
            whole = _completed(groups[at : at + width]) if at + width <= len(groups) else None
            if whole is not None:
                stack.append((done + whole, at + width))
        stack.append((done + group, at + 1))
        if hundred and free and done in ("", "1"):
            stack.append((f"{done}800{group[2]}", at + 1))


def _completed(groups: Sequence[str]) -> str | None:
    """'900' and '5' as '905'; None where the next group does not fit into the zeros."""
    total = groups[0]
    for group in groups[1:]:
        zeros = len(total) - len(total.rstrip("0"))
        if total.startswith("0") or len(total) > 3 or not 0 < len(group) <= zeros or group.startswith("0"):
            return None
        total = total[: -len(group)] + group
    return total


def _number(digits: str, plus: bool, lang: Lang, region: str, *, abroad: bool) -> str | None:
    if not _SHORTEST <= len(digits) <= _LONGEST:
        return None
    if plus:
        # people say 'плюс восемь' meaning the trunk eight
        return _valid(f"+{digits}", None) or (_valid(digits, "RU") if digits.startswith("8") else None)
    home = region or "RU"
    found = _parsed(digits, home)
    if found is not None and (region or lang == "ru" or phonenumbers.number_type(found) is PhoneNumberType.MOBILE):
        return _e164(found)
    for other in ("US", "GB") if lang == "en" and not region else ():
        number = _valid(digits, other)
        if number is not None:
            return number
    if found is not None:
        return _e164(found)
    return _valid(f"+{digits}", None) if abroad else None


def _valid(text: str, region: str | None) -> str | None:
    found = _parsed(text, region)
    return _e164(found) if found is not None else None


def _parsed(text: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    try:
        found = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    return found if phonenumbers.is_valid_number(found) else None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
