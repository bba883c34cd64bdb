"""What an utterance answers: the slot that was asked for, and the others that may be filled by the way.

What was asked for is read first. A slot that nobody asked for needs a sign of its own ("меня зовут", "завтра", "нас
четверо") and takes its words away from the next, so that "в три" isn't three guests and "к лору" isn't Laura.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.dialogue.meaning import Expectation, Language, Reading, SlotSpec
from bot.understanding.names.russian import surely_named
from bot.understanding.reading import Expected
from bot.understanding.repairs import without_politeness
from bot.understanding.slots import readers as slots
from bot.understanding.slots.counted import counted, uncounted
from bot.understanding.slots.digits import LENGTHS, labelled
from bot.understanding.words.normaliser import normalise

# Words by which people name the slot they are about to fill, so that it is read though another was asked.
_NAMED: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "ru": {
        "person": re.compile(
            r"\b(?:меня зовут|зовут|мое имя|на имя|имя|моя фамилия|(?:по|на) фамили[ию]|фамилия|"
            r"не \w+(?: \w+)? а \w+)\b"
        ),
        "address": re.compile(
            r"\b(?:адрес\w*|улиц\w*|ул|проспект\w*|переул\w*|бульвар\w*|шоссе|площад\w*|набережн\w*|проезд\w*|"
            r"микрорайон\w*|дом|квартир\w*)\b.*"
        ),
        "money": re.compile(r"(?:\S+ ){0,8}(?:рубл\w*|руб|р|копе\w+|доллар\w*|евро|тенге|грив\w+)\b"),
        "number": re.compile(
            r"\b(?:нас|человека?|персоны?|гост(?:ей|я)|двое|двоих|трое|троих|четверо|четверых|пятеро|пятерых)\b"
        ),
    },
    "en": {
        "person": re.compile(r"\b(?:my name is|name is|im called|call me|this is|under the name(?: of)?)\b"),
        "address": re.compile(
            r"\b(?:my address|address is|\w+ (?:\w+ ){1,3}(?:street|st|avenue|ave|road|rd|lane|drive|boulevard))\b.*"
        ),
        "money": re.compile(r"(?:\S+ ){0,8}(?:dollars?|bucks|cents|pounds|euros?|rou?bles?)\b"),
        "number": re.compile(r"\b(?:people|persons|guests|of us|party of|for (?:two|three|four|five|six|seven))\b"),
    },
}  # fmt: skip
# A clock or calendar word; without one a number in an answer to another question is not a time.
_DATED: Mapping[Language, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:сегодня|завтр\w*|послезавтр\w*|понедельник\w*|вторник\w*|сред[ауыеой]+|четверг\w*|пятниц\w*|суббот\w*|"
        r"воскресен\w*|январ\w*|феврал\w*|март\w*|апрел\w*|ма[йяе]|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|"
        r"ноябр\w*|декабр\w*|числ\w*|недел\w*|утр\w*|вечер\w*|дня|днем|ночи|полдень|час\w*|полчас\w*|пол\w+го|"
        r"\w+ (?:по)?(?:раньше|позже|позднее)|(?:по)?(?:раньше|позже|позднее) на|"
        r"половин\w*|четверт[ьи]|без пятнадцати|следующий день|"
        r"минут\w*|зфтра|зафтра|выходны\w*|(?:в|на|к|после|до|с) (?:\d|час|два|две|двум|три|"
        r"трем|четыре|четырем|пят[ьи]|шест[ьи]|сем[ьи]|вос[ье]ми?|девят[ьи]|десят[ьи]|\w+надцат[ьи]|двадцат[ьи]))|"
        r"\d{1,2}[:.]\d\d"
    ),
    "en": re.compile(
        r"\b(?:today|tonight|tomorrow|tmrw|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|"
        r"march|april|may|june|july|august|september|october|november|december|week\w*|weekend|morning|afternoon|"
        r"evening|noon|midday|midnight|oclock|am|pm|hours?|\w+ (?:earlier|later|sooner)|half past|"
        r"quarter (?:past|to)|next|day after|following day|\d+(?:st|nd|rd|th)|"
        r"(?:at|by|after|before|around|make it) (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))|"
        r"\d{1,2}[:.]\d\d"
    ),
}
_OVER = re.compile(
    r"\b(?:поза)?вчера\b|\bназад\b|\bпрошл\w+|\byesterday\b|\bago\b|\blast\b"
)  # of a date that may be over
_LONG_NUMBER = re.compile(r"\b\d{5,}\b")  # no hour, no count, no price: an order's number, though nobody asked for it
_LAST_DAY = 31  # of a month: a greater number is no day
_COMMA = re.compile(r"[,;.!\n]+")
_LONGEST_NAME = 3  # words
# In the order in which they take their words.
_UNASKED = ("email", "address", "phone", "money", "digits", "datetime", "date", "time", "choice", "person", "number")
DATES = ("datetime", "date", "time")


@dataclass(frozen=True, slots=True)
class Heard:
    """One text as one language. rest: normalised words that a yes or no left; all of them without one."""

    text: str
    plain: str
    rest: str
    yes: bool | None
    language: Language
    now: datetime
    asked_yes_or_no: bool = False


def heard_as(text: str, plain: str, expectation: Expectation, language: Language, now: datetime) -> Heard:
    if not expectation.yesno:
        return Heard(text, plain, plain, None, language, now)
    answer = slots.read("yesno", text, lang=language, now=now)
    if not isinstance(answer.value, bool):
        return Heard(text, plain, plain, None, language, now, True)
    return Heard(text, plain, answer.rest, answer.value, language, now, True)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def content(words: str, language: Language) -> bool:
    """Whether words are left that say something: more than fillers and prepositions."""
    return any(len(word) > 1 and word not in _EMPTY[language] for word in without_politeness(words, language).split())


_EMPTY: Mapping[Language, frozenset[str]] = {
    "ru": _words("""
        другой другое другая другую поменяйте измените исправьте изменить поменять
        а но и ну да нет не на в во к ко с со у по за до от для это я мне меня мы нам бы б же ли то
        вот так как еще хочу хотел хотела хотелось надо нужен нужна нужно можно лучше давайте давай
        тогда будет буду пусть если лишь здравствуйте добрый день вечер утро привет пожалуйста
        спасибо врачу врач врача доктору доктор доктора попасть записаться запишите запиши запишусь
        записать зовут имя номер телефон мой моя мое часов часа час
    """),
    "en": _words("""
        change another different new correct
        a an the to at on in for with of is it its im i my me we us id like want need would please
        lets let make but and or so no yes not ok okay better rather then could can you book see
        doctor hello hi thanks thank name number phone put down just about
    """),
}


def answers(
    heard: Heard, said: str, asked: SlotSpec | None, expectation: Expectation
) -> tuple[dict[str, Reading], str]:
    """What was asked for, then what else may be filled now; and the words that nothing took."""
    readings: dict[str, Reading] = {}
    left = said
    if asked is not None and asked.type == "number":  # "8 903 111 22 33" is a telephone, and no thirty-three windows
        for spec in (spec for spec in expectation.slots.values() if spec.type == "phone"):
            told, rest = read(spec, said, heard)
            if told is not None and told.value is not None and not content(rest, heard.language):
                return {spec.name: told}, rest
    if asked is not None and asked.type in ("person", "choice"):
        moved = _moved(heard, said, asked, expectation)
        if moved is not None:
            return moved
    if asked is not None and said:
        text = heard.text if heard.yes is None else said
        told, rest = read(asked, text, heard)
        if told is not None:
            readings[asked.name] = told
            unit = asked.unit.get(heard.language, ())
            left = uncounted(rest, unit, heard.language) if unit else rest
    others = [spec for name, spec in expectation.slots.items() if asked is None or name != asked.name]
    if readings and asked is not None and asked.type == "person" and content(left, heard.language):
        # "не к лору, а к терапевту" holds no Laura: words that name an option are no name, where more was said.
        chosen, unnamed = unasked(said, [spec for spec in others if spec.type == "choice"], heard, asked=asked)
        if chosen:
            told, rest = read(asked, unnamed, heard)
            if told is not None and any(
                read(spec, str(told.value), heard)[0] for spec in others if spec.name in chosen
            ):
                told = None
            readings, left = chosen | ({asked.name: told} if told else {}), rest if told else unnamed
            others = [spec for spec in others if spec.name not in chosen]
    more, left = unasked(left, others, heard, asked=asked)
    return readings | more, left


def _moved(heard: Heard, said: str, asked: SlotSpec, expectation: Expectation) -> tuple[dict[str, Reading], str] | None:
    """A moment told before, told otherwise while a name or an option is asked: "make it half past" is nobody's name,
    and "at two" no second option. None where it is something else."""
    for spec in expectation.slots.values():
        if spec.type not in DATES or spec.known is None or signed(spec, said, heard, asked) is None:
            continue
        told, rest = read(spec, said, heard)
        if told is None or told.value is None or content(rest, heard.language):
            continue
        chosen, left = read(asked, said, heard) if asked.type == "choice" else (None, said)
        if chosen is None or content(left, heard.language) or _by_order(asked, chosen, said, heard):
            return {spec.name: told}, rest
    return None


def unasked(
    said: str, specs: Iterable[SlotSpec], heard: Heard, *, asked: SlotSpec | None = None
) -> tuple[dict[str, Reading], str]:
    """Slots that nobody asked for just now: each needs a sign of its own, and takes its words away from the next."""
    readings: dict[str, Reading] = {}
    left, waiting = said, tuple(specs)
    for spec in waiting:  # "три окна" is surely no hour, whatever else is said
        found = counted(left, spec.unit[heard.language], heard.language) if heard.language in spec.unit else None
        if found is not None:
            readings[spec.name], left = found[0].for_dialogue, found[1]
    specs = [spec for spec in waiting if spec.name not in readings]
    for spec in sorted((s for s in specs if s.type in _UNASKED), key=lambda s: _UNASKED.index(s.type)):
        if not left:
            break
        words = signed(spec, left, heard, asked)
        if words is None and spec.type == "number" and _number_alone(left, waiting, heard):
            words = left
        if words is None and spec.type == "digits" and _digits_alone(left, waiting, heard):
            words = left
        if words is None:
            continue
        if spec.type == "choice" and _only_yes_or_no(words, heard):
            continue  # it is said to what was asked, whatever an option of another slot may be called
        if spec.type == "person" and words.startswith("не ") and readings:
            continue  # "не к лору, а к терапевту" was about something else, and holds no Laura
        told, rest = read(spec, _written(words, heard) if spec.type == "person" else words, heard)
        if told is None or not tells(told) or _of_another_length(spec, told) or _by_order(spec, told, words, heard):
            continue
        readings[spec.name] = told
        left = f"{left[: len(left) - len(words)]} {rest}".strip() if left.endswith(words) else rest
    named = next((spec for spec in specs if spec.type == "person" and spec.name not in readings), None)
    if named is not None and asked != named and not heard.asked_yes_or_no:
        told, left = _bare_name(named, left, heard)
        if told is not None:
            readings[named.name] = told
    return readings, left


def _bare_name(spec: SlotSpec, left: str, heard: Heard) -> tuple[Reading | None, str]:
    """A name without "меня зовут": all that the other slots left over, or all between two commas."""
    whole = " ".join(word for word in left.split() if word not in _EMPTY[heard.language])
    parts = [normalise(part) for part in _COMMA.split(heard.text)]
    free = frozenset(left.split())
    for words in (whole, *(part for part in parts if part and free.issuperset(part.split()))):
        if not 1 <= len(words.split()) <= _LONGEST_NAME or not _surely_a_name(words, heard):
            continue
        told, _ = read(spec, _written(words, heard), heard)
        if told is not None and told.value is not None:
            return told, " ".join(word for word in left.split() if word not in words.split())
    return None, left


def _written(words: str, heard: Heard) -> str:
    """Normalised words with ё and capitals as they were written."""
    written = {normalise(word): word for word in re.findall(r"[\w'’-]+", heard.text)}
    return " ".join(written.get(word, word) for word in words.split())


def _surely_a_name(words: str, heard: Heard) -> bool:
    """Russian: a given name that is rarely anything else, as it stands in the dictionary ("к Анне" is to whom they
    go), with nothing but names beside it. English has no such dictionary: two words or three, all written large."""
    if heard.language == "en":
        large = re.findall(r"\b[A-Z][a-z'’-]+\b", heard.text)
        return len(words.split()) > 1 and all(any(word == normalise(one) for one in large) for word in words.split())
    return surely_named(words.split())


def tells(told: Reading) -> bool:
    """Whether there is something to take, or a slip to speak of; what is over ("вчера") may be any story."""
    return told.value is not None or told.partial is not None or told.wrong == "no_such_time"


def _of_another_length(spec: SlotSpec, told: Reading) -> bool:
    """Whether these digits can't be the number meant: said unasked they are something else then."""
    fewest, most = spec.length or LENGTHS
    return spec.type == "digits" and not fewest <= len(str(told.value)) <= most


def _by_order(spec: SlotSpec, told: Reading, words: str, heard: Heard) -> bool:
    """Whether a choice was made by number ("второй"), which means nothing where its options were not just read out."""
    if spec.type != "choice":
        return False
    moved = (*spec.options[1:], *spec.options[:1])
    options = tuple(replace(one, key=here.key) for one, here in zip(moved, spec.options, strict=True))
    turned, _ = read(replace(spec, options=options), words, heard)
    if turned is not None and isinstance(turned.value, tuple) and isinstance(told.value, tuple):
        return set(turned.value) != set(told.value)
    return turned is None or turned.value != told.value


def _only_yes_or_no(words: str, heard: Heard) -> bool:
    told = slots.read("yesno", words, lang=heard.language, now=heard.now)
    return told.value is not None and not content(told.rest, heard.language)


def _number_alone(left: str, waiting: Sequence[SlotSpec], heard: Heard) -> bool:
    """ "Нет, шестьсот" to what is being confirmed: a number and nothing else, where it can be no hour and no day."""
    dates = {spec.type for spec in waiting if spec.type in DATES}
    if not heard.asked_yes_or_no or dates - {"date"}:
        return False
    told = slots.read("number", left, lang=heard.language, now=heard.now, expected=Expected())
    if dates and (not isinstance(told.value, int) or told.value <= _LAST_DAY):
        return False
    return told.value is not None and not content(told.rest, heard.language)


def _digits_alone(left: str, waiting: Sequence[SlotSpec], heard: Heard) -> bool:
    """ "Нет, 1047" to what is being confirmed: digits and nothing else, where they can be no amount and no hour."""
    if not heard.asked_yes_or_no or any(spec.type in ("number", *DATES) for spec in waiting):
        return False
    told = slots.read("digits", left, lang=heard.language, now=heard.now, expected=Expected())
    return told.value is not None and not content(told.rest, heard.language)


def signed(spec: SlotSpec, left: str, heard: Heard, asked: SlotSpec | None) -> str | None:
    """The words in which an unasked slot may be read, or None where no sign speaks of it."""
    if spec.type in DATES:
        over = spec.past and _OVER.search(left)
        return left if over or _DATED[heard.language].search(left) else None
    if spec.type == "digits":
        return left if labelled(left, heard.language) or _LONG_NUMBER.search(left) else None
    named = _NAMED[heard.language].get(spec.type)
    if named is None:
        return left
    sign = named.search(left)
    if sign is None:
        return None
    if spec.type == "number":
        return left if asked is None or asked.type not in ("phone", "digits", *DATES) else None
    return left[sign.start() :]


def read(spec: SlotSpec, text: str, heard: Heard) -> tuple[Reading | None, str]:
    if spec.type not in slots.READERS:
        return None, text
    expected = Expected.of(spec)
    told = slots.read(spec.type, text, lang=heard.language, now=heard.now, expected=expected)
    return (told.for_dialogue, told.rest) if told or told.wrong else (None, text)
