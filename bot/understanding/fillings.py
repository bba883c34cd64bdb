"""Examples for the `{slot}` places in an author's phrases: "к {service}" becomes "к терапевту", "к кардиологу"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.dialogue import morphology
from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Slot

COPIES = 3  # of a phrase with places in it; more teach nothing new and cost training time

_PLACE = re.compile(r"(?:(?P<before>[^\W\d_]+) )?\{(?P<slot>[a-z_][a-z0-9_]*)[^}]*\}", re.IGNORECASE)
_CASES = {
    "к": "datv", "ко": "datv", "по": "datv", "у": "gent", "от": "gent", "до": "gent", "для": "gent", "без": "gent",
    "с": "ablt", "со": "ablt", "на": "accs", "в": "accs", "через": "accs", "про": "accs", "о": "loct", "об": "loct",
}  # fmt: skip
_EXAMPLES: Mapping[Language, Mapping[str, tuple[str, ...]]] = {
    "ru": {
        "datetime": ("завтра", "пятницу вечером", "три часа дня", "двадцатое число", "понедельник"),
        "number": ("два", "пять", "десять"),
        "phone": ("восемь девятьсот пять сто двадцать три сорок пять шестьдесят семь", "+79051234567"),
        "person": ("Иван Петров", "Анна Сергеевна", "Мария"),
        "yesno": ("да", "нет"),
        "text": ("это",),
    },
    "en": {
        "datetime": ("tomorrow", "friday evening", "three pm", "the twentieth", "monday"),
        "number": ("two", "five", "ten"),
        "phone": ("two oh two five five five one two three four", "+12025550123"),
        "person": ("John Smith", "Mary", "Anna Brown"),
        "yesno": ("yes", "no"),
        "text": ("this",),
    },
}


def filled(phrases: Sequence[str], slots: Mapping[str, Slot], language: Language) -> tuple[str, ...]:
    """The phrases with values in place of `{slot}`; copies of one phrase stand together."""
    made: list[str] = []
    for nth, phrase in enumerate(phrases):
        copies = COPIES if _PLACE.search(phrase) else 1
        made += [_PLACE.sub(_filler(slots, language, nth + copy), phrase) for copy in range(copies)]
    return tuple(dict.fromkeys(made))


def _filler(slots: Mapping[str, Slot], language: Language, turn: int):  # type: ignore[no-untyped-def]
    def fill(place: re.Match[str]) -> str:
        values = _values(slots.get(place["slot"]), language)
        value = values[turn % len(values)] if values else ""
        before = place["before"] or ""
        if language == "ru" and before.lower() in _CASES:
            value = " ".join(_inflected(word, _CASES[before.lower()]) for word in value.split())
        return f"{before} {value}".strip()

    return fill


def _values(slot: Slot | None, language: Language) -> tuple[str, ...]:
    if slot is None:
        return ()
    if slot.options:
        return tuple(option.title[language] for option in slot.options if language in option.title)
    return _EXAMPLES[language].get(slot.type, ())


def _inflected(word: str, case: str) -> str:
    """A noun or adjective in a case; anything else as it is."""
    parsed = morphology.parses(word.lower())
    if not parsed or not {"NOUN", "ADJF"} & set(parsed[0].tag.grammemes):
        return word
    form = parsed[0].inflect({case})
    return str(form.word) if form else word
