"""What follows on a question that was just answered: "а у лора?" asks its price too, "то же самое на пятницу" wants the
same again. The question isn't said once more, only what is other in it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.dialogue.meaning import Expectation, Language, Meaning, Reading, ScoredIntent, SlotSpec
from bot.understanding.answering import DATES, Heard, content, read, tells, unasked

_LONGEST = 10  # words; who says more asks a question of its own
# In the order in which they take their words. Whose name or number it is is told by nobody in half a sentence.
_TYPES = ("money", "datetime", "date", "time", "choice", "code", "digits", "number")
_OTHER: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"^(?:ага |так |ясно |понятно |хорошо |ладно |ну )*(?:а|и|или)(?: если| вот| как| что| ну)*"
        r"(?: насчет| касается| по поводу| про| скажем| например)?\s+(?=\S)|^(?:как|что) (?:насчет|касательно)\s+"
    ),
    "en": re.compile(
        r"^(?:ok |okay |i see |right |well |so )*(?:and(?: what about| how about| if its)?|what about|how about|what if"
        r"(?: its)?|or)(?: for)?\s+(?=\S)"
    ),
}
_SAME: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(
        r"(?:^|\s)(?:(?:и |а )?(?:давайте |можно |хочу |повторите |запишите |сделайте )*"
        r"(?:еще раз )?(?:то(?: ?же)? (?:же )?самое|тоже самое|все то же(?: самое)?|точно так(?:ой|ую)? же|"
        r"так(?:ой|ую) же))(?:\s+только)?(?=\s|$)"
    ),
    "en": re.compile(
        r"(?:^|\s)(?:and |could i have |can i have |make it |do |id like |give me )*(?:exactly )?the same(?: thing)?"
        r"(?: again)?(?: but)?(?=\s|$)|^same(?: thing)?(?: again)?(?: but)?(?=\s|$)"
    ),
}
_TOO: Final[Mapping[Language, re.Pattern[str]]] = {
    "ru": re.compile(r"\bтоже\b"),
    "en": re.compile(r"\b(?:too|as well)\b"),
}
_OF_WHICH = frozenset("приём прием консультация консультации приема стоит будет for is it".split())


def followed(heard: Heard, expectation: Expectation) -> Meaning | None:
    """The same wish with what is other in it, or None where it says something of its own."""
    plain, language = heard.plain, heard.language
    if not expectation.topic or len(plain.split()) > _LONGEST:
        return None
    same = _SAME[language].search(plain)
    other = None if same else _OTHER[language].match(plain)
    if same is None and other is None:
        return None
    mark = same or other
    assert mark is not None
    said = f"{plain[: mark.start()]} {plain[mark.end() :]}".strip()
    said = _TOO[language].sub("", said).strip()
    intents = (ScoredIntent(name=expectation.topic, score=1.0),)
    if not expectation.topic_slots:  # "а в воскресенье?" after the hours, which are told of all days at once
        dated = same is None and not expectation.slots and _dated(said, expectation, heard)
        return Meaning(intents=intents) if dated else None
    readings, left = _told(said, expectation.topic_slots, heard)
    left = " ".join(word for word in left.split() if word not in _OF_WHICH)
    if content(left, language):
        return None
    if same is not None:
        return Meaning(intents=intents, readings=readings, same=True)
    return Meaning(intents=intents, readings=readings) if readings and not _answers(readings, expectation) else None


def _told(said: str, specs: tuple[SlotSpec, ...], heard: Heard) -> tuple[dict[str, Reading], str]:
    """What of its slots is told, and the words that are left."""
    readings: dict[str, Reading] = {}
    left = said
    for spec in sorted((each for each in specs if each.type in _TYPES), key=lambda each: _TYPES.index(each.type)):
        if not left:
            break
        told, rest = read(spec, left, heard)
        if told is None or not tells(told):
            continue
        readings[spec.name] = told
        left = rest
    return readings, left


def _answers(readings: Mapping[str, Reading], expectation: Expectation) -> bool:
    """Whether it is all told to what is asked just now: "а завтра?" where a day was asked for."""
    asked = expectation.slots.get(expectation.asked or "")
    if asked is None or asked.type not in DATES:
        return False
    types = {spec.type for spec in expectation.topic_slots if spec.name in readings}
    return types <= set(DATES)


def _dated(said: str, expectation: Expectation, heard: Heard) -> bool:
    """Whether it is a day and nothing else."""
    day = SlotSpec(name="day", type="date", asked=True)
    readings, left = unasked(said, (day,), heard)
    return bool(readings) and not content(left, heard.language)
