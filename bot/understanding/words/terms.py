"""Tokens to terms: number words and figures become numbers, everything else stays a word.

The one place that knows where a spoken number ends: 'восемь девятьсот пять сто двадцать три' is 8, 905, 123,
'пятнадцать тридцать' is 15, 30, 'без двадцати пять' is 20, 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from bot.understanding.reading import Lang
from bot.understanding.words import numerals_en, numerals_ru
from bot.understanding.words.normaliser import Token
from bot.understanding.words.numeral import Numeral, Rank

Role: TypeAlias = Literal["word", "cardinal", "ordinal", "collective", "marked", "end"]


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a whole number with the tokens [start, stop) it covers.

    role 'marked': figures with marks inside ('15:30', '19.11'), whose meaning depends on the slot.
    digits: figures as written, with their leading zeros; '' when the number was spoken.
    word: the (last) word in lower case.
    """

    word: str
    role: Role
    start: int
    stop: int
    number: int | Decimal | None = None
    digits: str = ""
    oblique: bool = False

    @property
    def integer(self) -> int | None:
        """The number of a cardinal that is whole; None for everything else."""
        return self.number if self.role == "cardinal" and isinstance(self.number, int) else None

    @property
    def ordinal(self) -> int | None:
        return self.number if self.role == "ordinal" and isinstance(self.number, int) else None


END = Term("", "end", -1, -1)


_MARGIN = 16  # terms beyond either end that a rule may ask for; none looks farther


class Line:
    """Terms that can be asked for beyond their ends, so that grammar rules need no bounds checks."""

    __slots__ = ("_margined", "_words", "lang", "terms", "tokens")

    def __init__(self, tokens: Sequence[Token], lang: Lang) -> None:
        self.tokens = tuple(tokens)
        self.lang = lang
        self.terms = terms(self.tokens, lang)
        margin = (END,) * _MARGIN
        self._margined = (*margin, *self.terms, *margin)
        self._words = [term.word if term.role == "word" else "" for term in self._margined]

    def __len__(self) -> int:
        return len(self.terms)

    def at(self, index: int) -> Term:
        return self._margined[index + _MARGIN]

    def word(self, index: int) -> str:
        """The word at index; '' for numbers and beyond the ends."""
        return self._words[index + _MARGIN]

    def text(self, indexes: Sequence[int]) -> str:
        """The normalised text of these terms."""
        return " ".join(
            token.text for index in indexes for token in self.tokens[self.terms[index].start : self.terms[index].stop]
        )


def terms(tokens: Sequence[Token], lang: Lang) -> tuple[Term, ...]:
    """Group number words greedily from left to right. Linear."""
    compose = _russian if lang == "ru" else _english
    found: list[Term] = []
    index = 0
    while index < len(tokens):
        term = _figures(tokens, index, lang) if tokens[index].figures else compose(tokens, index)
        if term is None:
            term = Term(tokens[index].text, "word", index, index + 1)
        found.append(term)
        index = term.stop
    return tuple(found)


def _figures(tokens: Sequence[Token], index: int, lang: Lang) -> Term:
    text = tokens[index].text
    if not text.isdigit():
        return Term(text, "marked", index, index + 1, digits=text)
    number = int(text) if len(text) < 19 else None
    follower = tokens[index + 1] if index + 1 < len(tokens) else None
    if follower and follower.joined and len(text) < 5:
        words = numerals_ru if lang == "ru" else numerals_en
        if follower.text in words.ORDINAL_SUFFIXES:
            return Term(follower.text, "ordinal", index, index + 2, number, text)
        if lang == "ru" and follower.text in numerals_ru.CARDINAL_SUFFIXES:
            return Term(text, "cardinal", index, index + 2, number, text, oblique=True)
    return Term(text, "cardinal", index, index + 1, number, text)


def _russian(tokens: Sequence[Token], index: int) -> Term | None:
    first = numerals_ru.WORDS.get(tokens[index].text)
    if first is None:
        return None
    if first.rank in (Rank.ALONE, Rank.ZERO):
        return _term(tokens, index, index + 1, first.value, first)
    if tokens[index].text in numerals_ru.INVERTED and index + 1 < len(tokens):
        return _inverted(tokens, index)
    few = numerals_ru.FEW.get(tokens[index].text)
    times = numerals_ru.WORDS.get(tokens[index + 1].text) if few and index + 1 < len(tokens) else None
    if few and times and times.rank is Rank.UNIT and 2 <= times.value <= 4 and not times.oblique and not times.ordinal:
        return Term(tokens[index].text, "cardinal", index, index + 2, int(times.value * few))
    total: int | Decimal = 0
    group: int | Decimal = 0
    rank, scale = Rank.SCALE, 10**12
    last: Numeral | None = None
    at = index
    while at < len(tokens):
        numeral = numerals_ru.WORDS.get(tokens[at].text)
        if numeral is None or not _continues(last, numeral, rank, scale):
            break
        if numeral.rank is Rank.SCALE:
            scale = int(numeral.value)
            total += (group or 1) * scale
            group, rank = 0, Rank.SCALE
        else:
            group += numeral.value
            # 'полтора' and 10..19 leave no room for units
            rank = Rank.UNIT if numeral.rank is Rank.TEEN else numeral.rank
        last = numeral
        at += 1
        if numeral.ordinal:
            break
    if last is None:
        return None
    return _term(tokens, index, at, total + group, last)


def _inverted(tokens: Sequence[Token], index: int) -> Term:
    """'тысяч пять', 'миллионов двадцать пять'."""
    scale = numerals_ru.INVERTED[tokens[index].text]
    after = numerals_ru.WORDS.get(tokens[index + 1].text)
    times = _russian(tokens, index + 1) if after is not None and after.rank < Rank.SCALE else None
    if times is None or times.role != "cardinal" or times.number is None or not 0 < times.number < 1_000:
        return _term(tokens, index, index + 1, scale, numerals_ru.WORDS[tokens[index].text])
    return Term(tokens[index].text, "cardinal", index, times.stop, int(times.number * scale))


def _fits(numeral: Rank, last: Rank) -> bool:
    """Whether there is room after a word of rank `last`: tens take units, but not the teens."""
    return numeral < last and not (numeral is Rank.TEEN and last is Rank.TEN)


def _continues(last: Numeral | None, numeral: Numeral, rank: Rank, scale: int) -> bool:
    if numeral.rank in (Rank.ALONE, Rank.ZERO):
        return False
    if last is None:
        return True
    if numeral.rank is Rank.SCALE:
        return numeral.value < scale and not numeral.ordinal
    if not _fits(numeral.rank, rank):
        return False
    # Both words of 'двадцать пять' stand in one case; 'двадцати пять' are two numbers.
    # (but accusative 'двадцать одного' is one).
    return last.rank >= Rank.HUNDRED or not last.oblique or (numeral.oblique and not numeral.ordinal)


def _english(tokens: Sequence[Token], index: int) -> Term | None:
    at = index
    if tokens[at].text == "a" and at + 1 < len(tokens) and tokens[at + 1].text in _AFTER_A:
        at += 1
    first = numerals_en.WORDS.get(tokens[at].text)
    if first is None:
        return None
    if first.rank in (Rank.ALONE, Rank.ZERO):
        return _term(tokens, index, at + 1, first.value, first)
    total = group = 0
    rank, scale = Rank.SCALE, 10**12
    last: Numeral | None = None
    while at < len(tokens):
        text = tokens[at].text
        step = 1
        # 'one hundred and five'
        if text == "and" and last is not None and last.rank >= Rank.HUNDRED and at + 1 < len(tokens):
            text, step = tokens[at + 1].text, 2
        numeral = numerals_en.WORDS.get(text)
        if numeral is None or numeral.rank in (Rank.ALONE, Rank.ZERO):
            break
        value = int(numeral.value)
        if numeral.rank is Rank.SCALE:
            if value >= scale or step == 2:
                break
            total += (group or 1) * value
            scale, group, rank = value, 0, Rank.SCALE
        elif numeral.rank is Rank.HUNDRED:
            # 'fifteen hundred' is a number, 'twenty hundred' an hour; nobody counts past 'ninety nine hundred'
            if step == 2 or group >= 100 or rank < Rank.UNIT:
                break
            group, rank = (group or 1) * 100, Rank.HUNDRED
        elif not _fits(numeral.rank, rank):
            break
        elif rank is Rank.HUNDRED and at + step < len(tokens) and tokens[at + step].text == "hundred":
            break  # 'five hundred, six hundred'
        else:
            group += value
            rank = Rank.UNIT if numeral.rank is Rank.TEEN else numeral.rank
        last = numeral
        at += step
        if numeral.ordinal:
            break
    if last is None:
        return None
    return _term(tokens, index, at, total + group, last)


_AFTER_A = frozenset(("hundred", "thousand", "million", "couple", "dozen", "pair"))


def _term(tokens: Sequence[Token], start: int, stop: int, value: int | Decimal, last: Numeral) -> Term:
    number: int | Decimal = int(value) if value == int(value) else value
    role: Role = "ordinal" if last.ordinal else "collective" if last.collective else "cardinal"
    return Term(tokens[stop - 1].text, role, start, stop, number, oblique=last.oblique)
