"""Secrets in the free words of a customer: values that were told before, however they are said again, and numbers that
are secret wherever they stand, as a bank card's.

"мой номер 42 76 - 0012", "сорок два семьдесят шесть ноль ноль двенадцать" and "4276 0012" are one number here; "а сто
двадцать три вэ эс" is the plate A123BC. Nothing is understood by it: words become signs only to be compared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate

from bot.dialogue.spelled import CYRILLIC, LATIN
from bot.dialogue.values import MASK

LONGEST = (
    10_000  # characters that are looked through word by word; a longer text that may tell a secret is hidden whole
)
_SHORT = 7  # signs; a shorter secret is looked for between whole words alone
_WORD = re.compile(r"\d+|[^\W\d_]+")
_CARD = range(13, 20)  # digits; ISO/IEC 7812
_CARD_FIRST = "23456"  # Mir and Mastercard 2, American Express 3, Visa 4, Mastercard 5, UnionPay and Maestro 6
_PASSPORT = 10  # digits, series and number, where the word is said
_SNILS = 11
_NAMED: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"паспорт|passport|сери[яию]\b", re.IGNORECASE), _PASSPORT),
    (re.compile(r"снилс", re.IGNORECASE), _SNILS),
    (re.compile(r"\bcv[vc]2?\b|\bсвв\b|\bцвц\b|оборот|обратной стор|on the back", re.IGNORECASE), 3),
)
_FILLERS = frozenset(
    "потом дальше далее затем тире дефис пробел точка собака черточка then dash hyphen space dot at".split()
)
_LOOKS = str.maketrans("авекмнорстухё", "abekmhopctyxe")
_UNITS = {
    word: value
    for value, words in enumerate(
        """
        ноль|нуль|нолик|zero|oh один|одна|одно|раз|one два|две|two три|three четыре|four пять|five шесть|six семь|seven
        восемь|eight девять|nine десять|ten одиннадцать|eleven двенадцать|twelve тринадцать|thirteen
        четырнадцать|fourteen пятнадцать|fifteen шестнадцать|sixteen семнадцать|seventeen восемнадцать|eighteen
        девятнадцать|nineteen
        """.split()
    )
    for word in words.split("|")
}
_TENS = {
    word: value * 10
    for value, words in enumerate(
        """
        двадцать|twenty тридцать|thirty сорок|forty пятьдесят|fifty шестьдесят|sixty семьдесят|seventy
        восемьдесят|eighty девяносто|ninety
        """.split(),
        2,
    )
    for word in words.split("|")
}
_HUNDREDS = {
    word: value * 100
    for value, word in enumerate("сто двести триста четыреста пятьсот шестьсот семьсот восемьсот девятьсот".split(), 1)
}
_THOUSAND = frozenset("тысяча тысячи тысяч thousand".split())
_TIMES = {"double": 2, "triple": 3}
_NAMES: Mapping[str, str] = {name: letter for names in (LATIN, CYRILLIC) for letter, name in names.items()} | {
    "мэйл": "mail", "мейл": "mail", "джимейл": "gmail", "яндекс": "yandex", "рамблер": "rambler", "ру": "ru",
    "ком": "com",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Piece:
    """signs: what is compared, and where it stands in the text. number: it is one."""

    signs: str
    start: int
    stop: int
    number: bool


def concealed(text: str, secrets: Collection[str], shown: Collection[str] = ()) -> str:
    """The text with MASK in place of secrets. secrets: values as they are kept, "+79051234567", "А123ВС77".

    shown: numbers that an author asked for and lets be seen, though they look like a card's.
    """
    known = tuple({signs for signs in map(_compared, secrets) if signs})
    if len(text) > LONGEST:
        return MASK if known or any(char.isdigit() for char in text) else text
    pieces = tuple(_pieces(text))
    spans = [*_told(pieces, known), *_numbers(text, pieces, frozenset(map(_signs, shown)))]
    for start, stop in sorted(_joined(spans), reverse=True):
        text = text[:start] + MASK + text[stop:]
    return text


def _compared(secret: str) -> str:
    """A Russian telephone without its seven, which is said as eight or left out."""
    return secret[2:] if secret.startswith("+7") and len(secret) == 12 else _signs(secret)


def _signs(value: str) -> str:
    """Letters and digits alone, small, letters that look alike being one."""
    return "".join(char for char in value.lower() if char.isalnum()).translate(_LOOKS)


def _pieces(text: str) -> Iterator[_Piece]:
    """Words and numbers; numerals that make one number are one."""
    words = [(found[0].lower().replace("ё", "е"), found.start(), found.end()) for found in _WORD.finditer(text)]
    at = 0
    while at < len(words):
        word, start, stop = words[at]
        number, past = _numeral([each for each, _, _ in words[at : at + 8]])
        if word.isdigit():
            yield _Piece(word, start, stop, number=True)
        elif past:
            at += past - 1
            yield _Piece(number, start, words[at][2], number=True)
        elif word not in _FILLERS:
            yield _Piece(_signs(_NAMES.get(word, word)), start, stop, number=False)
        at += 1


def _numeral(words: list[str]) -> tuple[str, int]:
    """The digits of the number that these words begin with, and how many of them it is; "", 0 where they don't."""
    if words[0] in _TIMES and len(words) > 1 and words[1] in _UNITS:
        return str(_UNITS[words[1]]) * _TIMES[words[0]], 2
    value, at = _below_thousand(words)
    if at and at < len(words) and words[at] in _THOUSAND and value:
        rest, more = _below_thousand(words[at + 1 :])
        return str(value * 1000 + rest), at + 1 + more
    if not at and words[0] in _THOUSAND:
        rest, more = _below_thousand(words[1:])
        return str(1000 + rest), 1 + more
    return (str(value), at) if at else ("", 0)


def _below_thousand(words: list[str]) -> tuple[int, int]:
    value = at = 0
    if words and words[0] in _HUNDREDS:
        value, at = _HUNDREDS[words[0]], 1
    elif len(words) > 1 and words[1] == "hundred" and 0 < _UNITS.get(words[0], 0) < 10:
        value, at = _UNITS[words[0]] * 100, 2
    if at < len(words) and words[at] in _TENS:
        value, at = value + _TENS[words[at]], at + 1
        if at < len(words) and 0 < _UNITS.get(words[at], 0) < 10:
            value, at = value + _UNITS[words[at]], at + 1
    elif at < len(words) and words[at] in _UNITS and (not at or _UNITS[words[at]]):
        value, at = value + _UNITS[words[at]], at + 1
    return value, at


def _told(pieces: tuple[_Piece, ...], secrets: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    """Where values that are known stand."""
    whole = "".join(piece.signs for piece in pieces)
    owner = [at for at, piece in enumerate(pieces) for _ in piece.signs]
    for secret in secrets:
        at = whole.find(secret)
        while at >= 0:
            first, last = owner[at], owner[at + len(secret) - 1]
            begins = not at or owner[at - 1] != first
            ends = at + len(secret) == len(owner) or owner[at + len(secret)] != last
            bent = secret.isalpha() and begins  # "Петрову"
            if len(secret) >= _SHORT or bent or (begins and ends):
                yield pieces[first].start, pieces[last].stop
            at = whole.find(secret, at + 1)


def _numbers(text: str, pieces: tuple[_Piece, ...], shown: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Where numbers stand that are secret by what they are."""
    named = [length for pattern, length in _NAMED if pattern.search(text)]
    run: list[_Piece] = []
    for piece in (*pieces, None):
        if piece is not None and piece.number:
            run.append(piece)
            continue
        yield from _secret_parts(run, named, shown)
        run = []


def _secret_parts(run: list[_Piece], named: list[int], shown: frozenset[str]) -> Iterator[tuple[int, int]]:
    digits = "".join(piece.signs for piece in run)
    if len(digits) in named and digits not in shown:
        yield run[0].start, run[-1].stop
    sums = _luhn(digits)
    starts = list(accumulate((len(piece.signs) for piece in run), initial=0))
    for first, start in enumerate(starts[:-1]):
        if digits[start] not in _CARD_FIRST:
            continue
        for last in range(first, len(run)):
            stop = starts[last + 1]
            if stop - start > _CARD[-1]:
                break
            sums_here = sums[stop % 2]
            card = stop - start in _CARD and (sums_here[stop] - sums_here[start]) % 10 == 0
            if card and digits[start:stop] not in shown:
                yield run[first].start, run[last].stop


def _luhn(digits: str) -> tuple[list[int], list[int]]:
    """Luhn's sums, ISO/IEC 7812-1 annex B, of all that stands before each place: for numbers that end at an even place,
    and at an odd one, since every other digit is doubled, counted from the end."""
    even, odd = (
        list(
            accumulate(
                (sum(divmod(int(digit) * (1 + (at % 2 == doubled)), 10)) for at, digit in enumerate(digits)), initial=0
            )
        )
        for doubled in (0, 1)
    )
    return even, odd


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = out[-1][0], max(stop, out[-1][1])
        else:
            out.append((start, stop))
    return out
