"""Whether the words so far say all that people say at once, so that the line need not wait for more of them."""

from __future__ import annotations

from datetime import datetime, time

from bot.dialogue.meaning import Expectation, Language, Meaning, Option, SlotSpec
from bot.dialogue.values import PersonName
from bot.ports import Nlu
from bot.understanding.nlu import SURE
from bot.understanding.reading import Expected, Reading
from bot.understanding.slots import readers as slots
from bot.understanding.slots.yesno import read_yesno
from bot.understanding.words.normaliser import normalise

_OPEN_ENDED = ("text", "number", "money", "address", "code")  # "двадцать" may go on with "пять"
# Told in one breath with a wish: "к терапевту на завтра в три"; a name is not.
_AT_ONCE = ("choice", "datetime", "date", "time", "digits")
_ALWAYS = ("operator", "repeat", "help", "menu", "back", "slower", "goodbye")  # whatever was asked
_GO_ON = ("greeting", "thanks", "cancel", "wait")  # "здравствуйте, …", "отмените … запись на завтра"
# Around what was chosen; "на" is not among them, it goes on: "к терапевту на …".
_AROUND_A_CHOICE = frozenset("к ко у мне меня нужен нужна нужно пожалуйста the a an to please".split())


def is_whole(text: str, expectation: Expectation, *, language: Language, now: datetime, nlu: Nlu | None = None) -> bool:
    """A whole answer with nothing left over, or a wish with all that goes with it. When in doubt it is not: the price
    of a wrong yes is a caller cut short.

    now: naive, the business's wall clock. nlu: without it only answers are known. Costs a few milliseconds.
    """
    if _is_whole_answer(text, expectation, language, now):
        return True
    asked = expectation.slots.get(expectation.asked or "")
    if nlu is None or not text.strip() or (asked is not None and asked.type == "text"):
        return False
    meaning = nlu.understand(text, expectation, language=language, now=now)
    if asked is not None and meaning.intent not in _ALWAYS:
        return False  # half an answer may sound like a wish: "меня зовут" like "как тебя зовут"
    return _is_whole_wish(meaning, expectation)


def _is_whole_answer(text: str, expectation: Expectation, language: Language, now: datetime) -> bool:
    asked = expectation.slots.get(expectation.asked or "")
    if asked is not None:
        if asked.type in _OPEN_ENDED or asked.many or asked.type not in slots.READERS:
            return False
        read = slots.read(asked.type, text, lang=language, now=now, expected=Expected.of(asked))
        if asked.type == "digits" and not _complete(read, asked):
            return False  # "сорок два" may go on with "ноль семь"
        return _settled(read, text, language)
    if expectation.yesno:
        reading = read_yesno(text, lang=language)
        if _settled(reading):
            # "Нет" to "is that right?" goes on: "нет, лучше в четыре".
            return reading.value is True or not expectation.slots
    if expectation.choices:
        if normalise(text) in {name for option in expectation.choices for name in _names(option, language)}:
            return True
        offered = Expected(options=expectation.choices)
        reading = slots.read("choice", text, lang=language, now=now, expected=offered)
        # "Запишите меня" goes on: "… к кардиологу"; who names an item as it was announced has said it all.
        goes_on = any(spec.type in _AT_ONCE for spec in expectation.intent_slots.get(str(reading.value), ()))
        return _settled(reading) and not goes_on
    return False


def _names(option: Option, language: Language) -> tuple[str, ...]:
    return tuple(
        normalise(name) for name in (option.title.get(language, ""), *option.synonyms.get(language, ())) if name
    )


def _is_whole_wish(meaning: Meaning, expectation: Expectation) -> bool:
    if not meaning.intents or meaning.intents[0].score < SURE or meaning.intent in _GO_ON:
        return False
    told_at_once = (spec for spec in expectation.intent_slots.get(str(meaning.intent), ()) if spec.type in _AT_ONCE)
    readings = (meaning.readings.get(spec.name) for spec in told_at_once)
    return all(
        reading is not None and reading.value is not None and not reading.question and not reading.alternatives
        for reading in readings
    )


def _complete(reading: Reading, asked: SlotSpec) -> bool:
    """Whether a number can't go on: it is as long as it may be."""
    return asked.length is not None and isinstance(reading.value, str) and len(reading.value) == asked.length[1]


def _settled(reading: Reading, text: str = "", language: Language = "ru") -> bool:
    left = set(reading.rest.split()) - (_AROUND_A_CHOICE if isinstance(reading.value, str) else set())
    if reading.value is None or reading.question or reading.alternatives or left:
        return False
    if isinstance(reading.value, PersonName):
        return bool(reading.value.given and reading.value.family)
    if isinstance(reading.value, datetime | time) and reading.value.minute == 0:
        # "В шестнадцать" may go on with "тридцать", "в шестнадцать часов" does not.
        return not _ends_in_a_number(text, language)
    return True


def _ends_in_a_number(text: str, language: Language) -> bool:
    last = normalise(text).rpartition(" ")[2]
    return slots.read("number", last, lang=language, now=datetime.min).value is not None
