"""What of the customer's words goes out: no invisible letters, no numbers that belong to somebody, no addresses.

"мой телефон 8 905 123-45-67, это срочно" goes out as "мой телефон [1], это срочно". A value that the model proposes
for a slot may name the place, and gets the figures back here; so the model never needs them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from bot.understanding.words import numerals_en, numerals_ru

MAX_CHARS = 1_000  # of an utterance, a minute of speech; a longer one is nothing to guess about
# Five figures or more, however they are grouped: telephones, cards, passports, orders. A price and a year are shorter;
# a date keeps its figures.
_FIGURES = re.compile(
    r"(?<!\d)(?P<date>\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)|\d{4}-\d\d-\d\d)(?!\d)|\+?\d(?:[\s().\-–]{0,3}\d){4,}"
)
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+|\d")
_SPOKEN = 5  # number words in a row are a telephone; "двадцать пятого в пятнадцать тридцать" has two and two
_PLACE = re.compile(r"\[(\d{1,3})\]")
_DOUBLED = ("double", "triple")
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")  # controls, direction marks, tag letters, halves of pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """text: what may go out. places: what stood at [1], [2]…, in order."""

    text: str
    places: tuple[str, ...] = field(default=(), repr=False)

    def back(self, words: str) -> str:
        """The words with what stood at their places; a place that isn't there is left as it is."""

        def stood(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            return self.places[at] if 0 <= at < len(self.places) else place[0]

        return _PLACE.sub(stood, words)


def hidden(text: str) -> Hidden:
    """Costs microseconds for anything up to MAX_CHARS; what is beyond is cut."""
    seen = "".join(char if unicodedata.category(char) not in _UNSEEN else " " for char in text[:MAX_CHARS])
    seen = _PLACE.sub(r"(\1)", " ".join(seen.split()))
    places: list[str] = []

    def put_away(found: re.Match[str]) -> str:
        if found.lastgroup == "date":
            return found[0]
        places.append(found[0])
        return f"[{len(places)}]"

    for pattern in (_LINK, _MAIL, _FIGURES):
        seen = pattern.sub(put_away, seen)
    for spoken in _spoken(seen):
        places.append(spoken)
        seen = seen.replace(spoken, f"[{len(places)}]", 1)
    return Hidden(text=seen, places=tuple(places))


def _spoken(text: str) -> list[str]:
    """Numbers told word by word: "восемь девятьсот пять сто двадцать три сорок пять"."""
    found, run = [], list[re.Match[str]]()
    for word in (*_WORD.finditer(text), None):
        if word is not None and _number_word(word[0]):
            run.append(word)
            continue
        if len(run) >= _SPOKEN:
            found.append(text[run[0].start() : run[-1].end()])
        run = []
    return found


def _number_word(word: str) -> bool:
    plain = word.lower().replace("ё", "е")
    return plain in numerals_ru.WORDS or plain in numerals_en.WORDS or plain in _DOUBLED
