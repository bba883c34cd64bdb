"""Text to a number that is a name, not an amount: an order, an account, a card. '0042' keeps its zeros.

People dictate it in groups ('сорок два ноль семь', 'one oh four two', 'double seven'), writers put gaps and dashes
in it, a recogniser merges and splits the groups. The groups are gathered as those of a telephone number are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.slots.numbers import VOCABULARY
from bot.understanding.slots.phones import Run, merged, runs
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.terms import Line
from bot.understanding.words.typos import mended

_CUT = 40  # digits; told apart from a number of the right length, and no more of it is worth keeping
LENGTHS = (1, 19)  # where the author says nothing; the longest bank card has nineteen

# Words that say what the number is and take nothing away from what else is said.
_LABELS: Mapping[Lang, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:(?:мой|моего|по|под|за|у меня|это|его|ее) )*(?:номер\w*|заказ\w*|заявк\w*|договор\w*|счет\w*|"
        r"карт\w*|код\w*|лицев\w+|накладн\w+|бронь|брони|бронировани\w*|квитанци\w*|чек\w*|полис\w*|тикет\w*|обращени\w*)\b"
    ),
    "en": re.compile(
        r"\b(?:(?:my|the|its|it is|is|by|for) )*(?:numbers?|orders?|accounts?|cards?|codes?|tickets?|"
        r"contracts?|invoices?|bookings?|reservations?|receipts?|policy|pin|id)\b(?: is)?"
    ),
}


def read_digits(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """The digits as text, of a length that is expected where the words allow it; else as they were said."""
    line = Line(mended(tokens(text), VOCABULARY[lang], lang), lang)
    fewest, most = expected.length or LENGTHS
    found = sorted(runs(line), key=lambda run: -run.start)  # 'сорок два, ой, сорок три': the last is meant
    if not found:
        return NOTHING
    for run in (*found, _joined(found)):
        for digits in merged(run.groups):
            if fewest <= len(digits) <= most:
                return Reading(value=digits, rest=_rest(line, run, lang))
    longest = max(found, key=lambda run: len("".join(run.groups)))
    return Reading(value="".join(longest.groups)[:_CUT], rest=_rest(line, longest, lang))


def labelled(plain: str, lang: Lang) -> bool:
    """Whether words say that a number of this kind follows. plain: normalised text."""
    return _LABELS[lang].search(plain) is not None


def _joined(found: list[Run]) -> Run:
    """All groups as one number: somebody said a word in the midst of it."""
    ordered = sorted(found, key=lambda run: run.start)
    groups = tuple(group for run in ordered for group in run.groups)
    return Run(ordered[0].start, ordered[-1].stop, any(run.plus for run in ordered), groups)


def _rest(line: Line, run: Run, lang: Lang) -> str:
    rest = line.text([at for at in range(len(line)) if not run.start <= at < run.stop])
    return " ".join(_LABELS[lang].sub(" ", rest).split())
