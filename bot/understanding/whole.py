"""Whether the words so far already answer what was asked, so that the line need not wait for more of them."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.values import PersonName
from bot.understanding import slots
from bot.understanding.reading import Expected, Reading
from bot.understanding.yesno import read_yesno

_OPEN_ENDED = ("text", "number")  # "двадцать" may go on with "пять"


def is_whole(text: str, expectation: Expectation, *, language: Language, now: datetime) -> bool:
    """A whole answer with nothing left over. When in doubt it is not: the price of a wrong yes is a caller cut short.

    now: naive, the business's wall clock. Costs what one slot reader costs, a millisecond or two.
    """
    asked = expectation.slots.get(expectation.asked or "")
    if asked is not None:
        if asked.type in _OPEN_ENDED or asked.type not in slots.READERS:
            return False
        return _settled(slots.read(asked.type, text, lang=language, now=now, expected=Expected.of(asked)))
    if expectation.yesno:
        return _settled(read_yesno(text, lang=language))
    if expectation.choices:
        offered = Expected(options=expectation.choices)
        return _settled(slots.read("choice", text, lang=language, now=now, expected=offered))
    return False


def _settled(reading: Reading) -> bool:
    if reading.value is None or reading.question or reading.alternatives or reading.rest.strip():
        return False
    if isinstance(reading.value, PersonName):
        return bool(reading.value.given and reading.value.family)
    return True
