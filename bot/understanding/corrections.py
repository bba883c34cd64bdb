"""'Нет, телефон другой', 'change the time': what was told before is to be told anew, and the slot is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from bot.dialogue.meaning import Expectation, Language, Reading, SlotSpec
from bot.dialogue.values import Moment
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots
from bot.understanding.slots.many import amends

_LONGEST = 8  # words; who says more says what it should be
_CHANGED: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"\b(?:друг(?:ой|ое|ая|ую|ого|ие)|не т(?:от|а|о|у|е)|неправильн\w*|не правильн\w*|неверн\w*|не верн\w*|ошиб\w*|"
        r"измени\w*|измен[яю]\w*|поменя\w*|смени\w*|исправ\w*|поправ\w*|перепута\w*|оговори\w*|переделай\w*)\b"
    ),
    "en": re.compile(
        r"\b(?:different|another|wrong|incorrect|change|correct|fix|mistake|mistaken|mixed up|not right|isnt right|"
        r"got (?:the )?\w+ wrong)\b"
    ),
}
# With one of these it may be about something that was agreed on another day: "поменять время моей записи".
_ELSEWHERE: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(r"\b(?:запис[иьюе]\w*|визит\w*|при[её]м\w*|заказ\w*|брон\w*)\b"),
    "en": re.compile(r"\b(?:appointment|visit|booking|order|reservation)\b"),
}


def named(said: str, expectation: Expectation, language: Language, now: datetime) -> str | None:
    """The name of the slot that is to be asked for again, or None. said: normalised."""
    if not expectation.changeable or len(said.split()) > _LONGEST:
        return None
    if not _CHANGED[language].search(said) or _ELSEWHERE[language].search(said):
        return None
    told = slots.read("choice", said, lang=language, now=now, expected=Expected(options=expectation.changeable))
    return told.value if isinstance(told.value, str) else None


_REPLACED: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"[,.;!—-]*\s+(?:ой|ой нет|ах нет|нет нет|нет не так|то есть|вернее|точнее|а нет|хотя нет|простите|"
        r"извините|оговорил(?:ся|ась)|ошиб(?:ся|лась))(?:[,.\s]+(?:нет|простите|извините|не так|лучше))*[,.!—-]*\s+",
        re.IGNORECASE,
    ),
    "en": re.compile(
        r"[,.;!-]*\s+(?:oh no|no wait|wait no|i mean|or rather|sorry|scratch that|no sorry|actually no|i meant)"
        r"(?:[,.\s]+(?:no|sorry|i mean|make it|its))*[,.!-]*\s+",
        re.IGNORECASE,
    ),
}


def restated(text: str, language: Language) -> tuple[str, str] | None:
    """What was said and what it was put right to, around the last "ой нет", "то есть", "I mean"; None without one."""
    found = list(_REPLACED[language].finditer(text))
    if not found or not text[: found[-1].start()].strip() or not text[found[-1].end() :].strip():
        return None
    return text[: found[-1].start()], text[found[-1].end() :]


def corrected(expectation: Expectation, said: Mapping[str, Reading], words: str, language: Language) -> Expectation:
    """The same with what was just said as known: "завтра в три, то есть в четыре" keeps its day, "сыр и лук, ой нет,
    без лука" its cheese. words: what it is put right to."""
    amended = amends(words, language)

    def known(spec: SlotSpec) -> SlotSpec:
        told = said.get(spec.name)
        if told is not None and spec.type == "datetime":
            return replace(spec, known=_moment(told))
        if told is not None and spec.many and isinstance(told.value, tuple) and amended:
            return replace(spec, chosen=tuple(map(str, told.value)))
        return spec

    return replace(expectation, slots={name: known(spec) for name, spec in expectation.slots.items()})


def _moment(reading: Reading) -> Moment | None:
    if isinstance(reading.value, datetime):
        return Moment(day=reading.value.date(), time=reading.value.time())
    return reading.partial


__all__ = ["corrected", "named", "restated"]
