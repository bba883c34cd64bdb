"""English number words."""

from __future__ import annotations

from bot.understanding.words.numeral import Numeral, Rank

_UNITS = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNIT_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth"
_TEEN_ORDINALS = "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"


def _words() -> dict[str, Numeral]:
    words: dict[str, Numeral] = {}
    for value, word in enumerate(_UNITS.split(), start=1):
        words[word] = Numeral(value, Rank.UNIT)
    for value, word in enumerate(_TEENS.split(), start=10):
        words[word] = Numeral(value, Rank.TEEN)
    for value, word in enumerate(_TENS.split(), start=2):
        words[word] = Numeral(value * 10, Rank.TEN)
        words[f"{word[:-1]}ieth"] = Numeral(value * 10, Rank.TEN, ordinal=True)
    for value, word in enumerate(_UNIT_ORDINALS.split(), start=1):
        words[word] = Numeral(value, Rank.UNIT, ordinal=True)
    for value, word in enumerate(_TEEN_ORDINALS.split(), start=10):
        words[word] = Numeral(value, Rank.TEEN, ordinal=True)
    words["fourty"] = words["forty"]
    words["ninty"] = words["ninety"]
    for word in ("zero", "oh", "o", "nought", "nil", "naught"):
        words[word] = Numeral(0, Rank.ZERO)
    words["hundred"] = Numeral(100, Rank.HUNDRED)
    words["hundredth"] = Numeral(100, Rank.HUNDRED, ordinal=True)
    words["twice"] = Numeral(2, Rank.ALONE)
    words["couple"] = Numeral(2, Rank.ALONE)
    words["pair"] = Numeral(2, Rank.ALONE)
    words["dozen"] = Numeral(12, Rank.ALONE)
    for word, value in {
        "thousand": 1_000,
        "grand": 1_000,
        "million": 1_000_000,
        "billion": 1_000_000_000,
    }.items():
        words[word] = Numeral(value, Rank.SCALE)
    words["thousandth"] = Numeral(1_000, Rank.SCALE, ordinal=True)
    return words


WORDS: dict[str, Numeral] = _words()
ORDINAL_SUFFIXES = frozenset(("st", "nd", "rd", "th"))
