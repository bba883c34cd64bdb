"""Text to meaning, the default behind the Nlu port: rules, slot readers and intents, put together.

An utterance is either an answer to what was asked or a wish of its own, and this module decides which, so that the
dialogue need not: readings come with an intent only where the intent takes them.

    what was asked, read whole, nothing left over    an answer: "к терапевту", "Иван Петров"
    a repair                                         "хватит", "позовите человека"
    a surely told intent of another scenario         a wish: "сколько стоит приём терапевта" while a doctor is asked
    what was asked or may be corrected, read         an answer: "нет, лучше в четыре" while a name is asked
    an intent                                        a wish, with the slots that it takes from the same words
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from bot.dialogue import morphology
from bot.dialogue.meaning import KNOWLEDGE, REPAIRS, Expectation, Language, Meaning, Reading, ScoredIntent, SlotSpec
from bot.dialogue.pending import NEITHER
from bot.dialogue.scenario import ScenarioSet
from bot.understanding import slots
from bot.understanding.corrections import corrected, named, restated
from bot.understanding.counted import counted
from bot.understanding.digits import LENGTHS, labelled
from bot.understanding.echo import asks_to_cancel, echo
from bot.understanding.intents import Encoder, IntentCache, IntentModel, shipped_encoder
from bot.understanding.local import Local
from bot.understanding.names_ru import surely_named
from bot.understanding.normaliser import normalise
from bot.understanding.reading import Expected
from bot.understanding.repairs import repair, without_politeness
from bot.understanding.smalltalk import SmallTalk
from bot.understanding.spelling import from_translit, other_layout, script

MAX_CHARS = 2_000  # what is looked at; two minutes of speech
SURE = 0.7  # an intent that interrupts a question which got some answer
LIKELY = 0.62  # an intent that interrupts a question which got none
# A second intent less behind than this may be what was meant. Of the 620 utterances of tests/data 9 are asked about:
# the first was right for 2, the second for 4. At 0.15 it would be 16, 7 of them needlessly; at 0.3 it is 16 of 31.
CLOSE = 0.1
_LONGEST_MENDED = 300  # characters; who writes more has seen what the keyboard does
_ENCODER = object()
_SIGNS = {"👍": " да ", "👌": " да ", "✅": " да ", "➕": " да ", "👎": " нет ", "❌": " нет ", "🙅": " нет "}
_SIGN = re.compile("|".join(_SIGNS))

# Words by which people name the slot they are about to fill, so that it is read though another was asked.
_NAMED: Mapping[Language, Mapping[str, re.Pattern[str]]] = {
    "ru": {
        "person": re.compile(
            r"\b(?:меня зовут|зовут|мое имя|на имя|имя|моя фамилия|(?:по|на) фамили[ию]|фамилия|"
            r"не \w+(?: \w+)? а \w+)\b"
        ),
        "number": re.compile(
            r"\b(?:нас|человека?|персоны?|гост(?:ей|я)|двое|двоих|трое|троих|четверо|четверых|пятеро|пятерых)\b"
        ),
    },
    "en": {
        "person": re.compile(r"\b(?:my name is|name is|im called|call me|this is|under the name(?: of)?)\b"),
        "number": re.compile(r"\b(?:people|persons|guests|of us|party of|for (?:two|three|four|five|six|seven))\b"),
    },
}  # fmt: skip
# A clock or calendar word; without one a number in an answer to another question is not a time.
_DATED: Mapping[Language, re.Pattern[str]] = {
    "ru": re.compile(
        r"\b(?:сегодня|завтр\w*|послезавтр\w*|понедельник\w*|вторник\w*|сред[ауыеой]+|четверг\w*|пятниц\w*|суббот\w*|"
        r"воскресен\w*|январ\w*|феврал\w*|март\w*|апрел\w*|ма[йяе]|июн\w*|июл\w*|август\w*|сентябр\w*|октябр\w*|"
        r"ноябр\w*|декабр\w*|числ\w*|недел\w*|утр\w*|вечер\w*|дня|днем|ночи|полдень|час\w*|полчаса|пол\w+го|"
        r"половин\w*|четверть|минут\w*|зфтра|зафтра|выходны\w*|(?:в|на|к|после|до|с) (?:\d|час|два|две|двум|три|"
        r"трем|четыре|четырем|пят[ьи]|шест[ьи]|сем[ьи]|вос[ье]ми?|девят[ьи]|десят[ьи]|\w+надцат[ьи]|двадцат[ьи]))|"
        r"\d{1,2}[:.]\d\d"
    ),
    "en": re.compile(
        r"\b(?:today|tonight|tomorrow|tmrw|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|"
        r"march|april|may|june|july|august|september|october|november|december|week\w*|weekend|morning|afternoon|"
        r"evening|noon|midday|midnight|oclock|am|pm|hours?|half past|quarter (?:past|to)|next|\d+(?:st|nd|rd|th)|"
        r"(?:at|by|after|before|around|make it) (?:\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))|"
        r"\d{1,2}[:.]\d\d"
    ),
}
_OVER = re.compile(
    r"\b(?:поза)?вчера\b|\bназад\b|\bпрошл\w+|\byesterday\b|\bago\b|\blast\b"
)  # of a date that may be over
_NO = re.compile(r"^(?:нет|no)\s+(?=\S)")
_CLAUSE = re.compile(r"[,;.!?\n]+\s+|\s+(?=(?:а|и|and|but|also)\s)")  # where an answer may end and a question begin
_LONG_NUMBER = re.compile(r"\b\d{5,}\b")  # no hour, no count, no price: an order's number, though nobody asked for it
_LAST_DAY = 31  # of a month: a greater number is no day
_COMMA = re.compile(r"[,;.!\n]+")
_LONGEST_NAME = 3  # words
_POLITE = ("thanks", "greeting", "goodbye")
# In the order in which they take their words.
_UNASKED = ("phone", "digits", "datetime", "date", "time", "choice", "person", "number")
_DATES = ("datetime", "date", "time")


@dataclass(frozen=True, slots=True)
class _Heard:
    """One text as one language. rest: normalised words that a yes or no left; all of them without one."""

    text: str
    plain: str
    rest: str
    yes: bool | None
    language: Language
    now: datetime
    asked_yes_or_no: bool = False


class BuiltinNlu:
    """Implements ports.Nlu for one scenario set. Serves any thread; about 5 ms a text on one core."""

    def __init__(
        self,
        phrases: Mapping[str, Mapping[str, Sequence[str]]],
        *,
        smalltalk: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        local: Mapping[str, Mapping[str, Sequence[str]]] | None = None,
        cache: Path | None = None,
        encoder: Encoder | object | None = _ENCODER,
    ) -> None:
        """phrases: intent -> language -> examples, the `{slot}` places filled. smalltalk: likewise, for where nothing
        else was understood. local: likewise, of single steps.

        cache: folder for what was learnt, None to learn at each start. encoder: None for TF-IDF alone.
        """
        used: Encoder | None = shipped_encoder() if encoder is _ENCODER else encoder  # type: ignore[assignment]
        kept = IntentCache(cache)
        self._knows = any(intent.startswith(KNOWLEDGE) for intent in phrases)
        self._models: dict[Language, IntentModel] = {}
        for language in ("ru", "en"):
            said = {intent: each[language] for intent, each in phrases.items() if each.get(language)}
            if said:
                self._models[language] = kept.model(said, language, used)
        self._smalltalk = SmallTalk(smalltalk or {}, kept, used)
        self._local = Local(local or {}, phrases, kept, used)
        slots.warm()

    @classmethod
    def of(cls, scenarios: ScenarioSet, *, cache: Path | None = None) -> BuiltinNlu:
        """The understanding of a compiled set; learns its phrases now, or takes them from the cache."""
        return cls(scenarios.phrases, smalltalk=scenarios.smalltalk, local=scenarios.local, cache=cache)

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        """Never raises on any text. now: naive, the wall clock of the business."""
        said = _SIGN.sub(lambda sign: _SIGNS[sign.group()], text[:MAX_CHARS])
        letters = script(said)
        if letters in (None, language):
            meaning = self._as(said, expectation, language, now)
            moved = _wrong_layout(said, "ru") if language == "en" and meaning == Meaning() else None
            return meaning if moved is None else replace(self._as(moved, expectation, "ru", now), language="ru")
        mended = _wrong_layout(said, language) or _wrong_alphabet(said, language)
        if mended is not None:
            return self._as(mended, expectation, language, now)
        meaning = self._as(said, expectation, letters, now)
        if _goes_over(said, meaning, letters, expectation):
            return replace(meaning, language=letters)
        if meaning == Meaning() and len(said) <= _LONGEST_MENDED:
            # A brand or a name in the other alphabet may still be among the options.
            meaning = self._as(said, expectation, language, now)
        return meaning

    def language_of(self, text: str) -> Language | None:
        return written_in(text)

    def _as(self, text: str, expectation: Expectation, language: Language, now: datetime) -> Meaning:
        both = self._answer_and_question(text, expectation, language, now)
        if both is None:
            both = self._restated(text, expectation, language, now)
        return self._one(text, expectation, language, now) if both is None else both

    def _restated(self, text: str, expectation: Expectation, language: Language, now: datetime) -> Meaning | None:
        """ "Олег, ой нет, Игорь": what is said last is meant, where both are of one slot; else None."""
        parts = restated(text[:_LONGEST_MENDED], language) if expectation.slots else None
        if parts is None:
            return None
        first = self._one(parts[0], expectation, language, now)
        last = self._one(parts[1], corrected(expectation, first.readings, parts[1], language), language, now)
        if not last.readings or not last.readings.keys() <= first.readings.keys():
            return None
        return replace(first, readings={**first.readings, **last.readings})

    def _answer_and_question(
        self, text: str, expectation: Expectation, language: Language, now: datetime
    ) -> Meaning | None:
        """ "Завтра в три, а парковка у вас есть?": an answer to what was asked and a question by the way, or None."""
        asked = expectation.slots.get(expectation.asked or "")
        if not (expectation.slots or expectation.yesno) or (asked is not None and asked.type == "text"):
            return None
        if self._local.said(normalise(text), language, expectation) is not None:
            return None  # "да, это я": one answer of this very step
        marks = list(_CLAUSE.finditer(text[:_LONGEST_MENDED]))
        for mark in marks[-1:] if len(marks) < 2 else (marks[-1], marks[0]):
            first, last = text[: mark.start()], text[mark.end() :]
            for answer, question in ((first, last), (last, first)):
                intent = self._by_the_way(question, expectation, language)
                told = self._one(answer, expectation, language, now) if intent is not None else Meaning()
                answers = told.readings or (told.yes is not None and (expectation.slots or expectation.question))
                if intent is not None and not told.intents and answers:
                    return replace(told, intents=(intent,))
        return None

    def _by_the_way(self, text: str, expectation: Expectation, language: Language) -> ScoredIntent | None:
        plain = normalise(text)
        chat = self._smalltalk.asked(plain, language, expectation)
        if chat is not None:
            return ScoredIntent(name=chat, score=1.0)
        if not self._knows or len(plain.split()) < 2:
            return None
        best = next(iter(self._intents(plain, expectation, language)), None)
        return best if best is not None and best.name.startswith(KNOWLEDGE) and best.score >= SURE else None

    def _one(self, text: str, expectation: Expectation, language: Language, now: datetime) -> Meaning:
        plain = normalise(text)
        if not plain:
            return Meaning()
        here = self._local.said(plain, language, expectation)
        if here is not None:
            return Meaning(intents=(here,))
        heard = _heard(text, plain, expectation, language, now)
        key = expectation.keys.get(plain) if plain.isascii() and plain.isdigit() else None
        asked = expectation.slots.get(expectation.asked or "")
        if key is not None and (asked is None or (asked.type == "choice" and not asked.many)):
            return _pressed(key, asked)
        if asked is not None and asked.many and (nothing := _nothing_of(asked, heard)) is not None:
            return nothing

        again = echo(plain, expectation.question, language) if expectation.question else None
        if again is not None:
            return Meaning(yes=again)
        wish = repair(plain, language, yesno=expectation.yesno)
        if wish == "cancel" and asks_to_cancel(expectation.question):
            return Meaning(yes=False)  # "never mind" to "shall I cancel it?"
        if wish in ("cancel", *_POLITE) and asked is not None and asked.type == "choice":
            for words in (plain, _NO.sub("", plain)):  # "нет, не надо" is an option here, and so is "не надо"
                told, rest = _read(asked, words, heard)
                if told is not None and told.value is not None and not _content(rest, language):
                    return Meaning(readings={asked.name: told})
        if heard.yes is not None and not self._says_more(heard, wish):
            return Meaning(yes=heard.yes)
        if wish in expectation.intents and not self._is_scenario(plain, str(wish), expectation, language):
            return Meaning(intents=(ScoredIntent(name=str(wish), score=1.0),))
        if asked is not None and asked.type == "text":
            return self._free(text, plain, asked, heard, expectation)
        chat = self._smalltalk.asked(plain, language, expectation)
        if chat is not None:
            return Meaning(intents=(ScoredIntent(name=chat, score=1.0),))
        return self._answer_or_wish(heard, asked, expectation)

    def _free(self, text: str, plain: str, asked: SlotSpec, heard: _Heard, expectation: Expectation) -> Meaning:
        """Any words answer, but for a question of theirs ("а вы робот?") and a whole answer to another question
        ("завтра в два", where the address was asked)."""
        if text.rstrip().endswith("?"):
            best = next(iter(self._intents(plain, expectation, heard.language)), None)
            chat = self._smalltalk.asked(plain, heard.language, expectation)
            if chat is not None or (best is not None and best.score >= SURE):
                return self._answer_or_wish(heard, None, expectation)
        for spec in expectation.slots.values():
            if spec.type not in (*_DATES, "phone") or _signed(spec, plain, heard, asked) is None:
                continue
            told, rest = _read(spec, plain, heard)
            if told is not None and _tells(told) and not _content(rest, heard.language):
                return Meaning(readings={spec.name: told})
        return Meaning(readings={asked.name: Reading(value=text.strip())})

    def _says_more(self, heard: _Heard, wish: str | None) -> bool:
        """Whether "yes" or "no" is only the beginning: "нет, отмена", "нет, лучше в четыре", but not "нет, спасибо"."""
        if wish in ("cancel", "operator", "menu", "back"):
            return True
        return bool(heard.rest) and wish not in _POLITE and repair(heard.rest, heard.language) not in _POLITE

    def _is_scenario(self, plain: str, wish: str, expectation: Expectation, language: Language) -> bool:
        """At a menu "отмените" may start the scenario that cancels, where there's nothing else to cancel."""
        asks_yes_or_no = any(option.id == "yes" for option in expectation.choices)
        at_menu = expectation.asked is None and not expectation.slots and not asks_yes_or_no
        if wish != "cancel" or not at_menu:
            return False
        return any(one.score >= SURE for one in self._intents(plain, expectation, language))

    def _intents(self, plain: str, expectation: Expectation, language: Language) -> tuple[ScoredIntent, ...]:
        model = self._models.get(language)
        expected = [name for name in expectation.intents if name not in REPAIRS or (model and name in model.names)]
        if model is None or not expected:
            return ()
        return model.rank(plain, expected)

    def _answer_or_wish(self, heard: _Heard, asked: SlotSpec | None, expectation: Expectation) -> Meaning:
        said = heard.rest if heard.yes is not None else heard.plain
        answered, left = _answers(heard, said, asked, expectation)
        if answered and not _content(left, heard.language):
            return Meaning(readings=answered, yes=heard.yes)

        wrong = named(said, expectation, heard.language, heard.now)
        if wrong is not None and wrong not in answered:
            return Meaning(option=wrong)
        option, left_by_option = _offered(said, asked, expectation, heard)
        if option is not None and not _content(left_by_option, heard.language):
            return _chosen(option, heard)

        intents = self._intents(said, expectation, heard.language)
        best = intents[0] if intents else None
        here = self._local.guess(said, heard.language, expectation)
        if here is not None and here.score >= (best.score if best is not None else SURE if answered else LIKELY):
            return Meaning(intents=(here,))
        if (
            option in expectation.slots
            and option not in answered
            and (best is None or best.score < SURE or _under_way(best, expectation))
        ):
            return _chosen(str(option), heard)  # "нет, поменяйте врача": what is to be changed is named
        chat = None if answered or best is None else self._smalltalk.surer(said, heard.language, expectation, best)
        if chat is not None:
            return Meaning(intents=(chat,))
        if best is not None and self._interrupts(best, answered, asked, expectation):
            return self._wish(intents, heard, said, expectation)
        if answered:
            return Meaning(readings=answered, yes=heard.yes)
        if option is not None:
            return _chosen(option, heard)
        if heard.yes is not None:
            return Meaning(yes=heard.yes)
        chat = self._smalltalk.guess(said, heard.language, expectation)
        return Meaning(intents=(chat,)) if chat is not None else Meaning()

    def _interrupts(
        self, best: ScoredIntent, answered: Mapping[str, Reading], asked: SlotSpec | None, expectation: Expectation
    ) -> bool:
        busy = expectation.yesno or any(option.id in answered for option in expectation.changeable)
        if answered and busy and _moves(best, answered, expectation):
            return False
        if answered:
            return not _under_way(best, expectation) and best.score >= SURE
        if asked is not None or expectation.question:
            return best.score >= LIKELY
        return True

    def _wish(self, intents: tuple[ScoredIntent, ...], heard: _Heard, said: str, expectation: Expectation) -> Meaning:
        specs = expectation.intent_slots.get(intents[0].name, ())
        readings, _ = _unasked(said, specs, heard)
        either = _undecided(intents, expectation)
        if either:
            more, _ = _unasked(said, expectation.intent_slots.get(either[1], ()), heard)
            either = either if len(more) >= len(readings) else ()  # what was told fits the likelier one
            readings = more | readings if either else readings
        return Meaning(intents=intents, readings=readings, either=either)


def written_in(text: str) -> Language | None:
    """The language a text is written in, by its letters and by the words that the other layout makes of them."""
    letters = script(text[:MAX_CHARS])
    return "ru" if letters == "en" and _wrong_layout(text, "ru") is not None else letters


def _nothing_of(asked: SlotSpec, heard: _Heard) -> Meaning | None:
    """'Не надо', 'no', 'that's all' to what may be left out, or is chosen already: an answer, and no wish to cancel."""
    told, rest = _read(asked, heard.text, heard)
    if told is None or _content(rest, heard.language) or told.value not in ((), asked.chosen):
        return None
    return Meaning(readings={asked.name: told})


def _goes_over(said: str, meaning: Meaning, letters: Language, expectation: Expectation) -> bool:
    """Whether words in the other alphabet are more than a name, a brand or an "ok".

    Who writes Cyrillic speaks Russian; Latin letters are English when several words of them say something.
    """
    words = [word for word in said.split() if any(char.isalpha() for char in word)]
    types = {expectation.slots[name].type for name in meaning.readings if name in expectation.slots}
    tells = meaning.intent is not None or bool(types - {"person", "phone", "text"})
    if letters == "ru":
        return tells or meaning.yes is not None or meaning.option is not None or len(words) > 3
    return tells and len(words) > 2


def _heard(text: str, plain: str, expectation: Expectation, language: Language, now: datetime) -> _Heard:
    if not expectation.yesno:
        return _Heard(text, plain, plain, None, language, now)
    answer = slots.read("yesno", text, lang=language, now=now)
    if not isinstance(answer.value, bool):
        return _Heard(text, plain, plain, None, language, now, True)
    return _Heard(text, plain, answer.rest, answer.value, language, now, True)


def _pressed(option: str, asked: SlotSpec | None) -> Meaning:
    """A typed digit means what the key means."""
    if asked is not None and any(each.id == option for each in asked.options):
        return Meaning(readings={asked.name: Reading(value=option)})
    return Meaning(option=option, yes={"yes": True, "no": False}.get(option))


def _chosen(option: str, heard: _Heard) -> Meaning:
    return Meaning(option=option, yes=heard.yes if heard.yes is not None else {"yes": True, "no": False}.get(option))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _content(words: str, language: Language) -> bool:
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


def _answers(
    heard: _Heard, said: str, asked: SlotSpec | None, expectation: Expectation
) -> tuple[dict[str, Reading], str]:
    """What was asked for, then what else may be filled now; and the words that nothing took."""
    readings: dict[str, Reading] = {}
    left = said
    if asked is not None and asked.type == "number":  # "8 903 111 22 33" is a telephone, and no thirty-three windows
        for spec in (spec for spec in expectation.slots.values() if spec.type == "phone"):
            told, rest = _read(spec, said, heard)
            if told is not None and told.value is not None and not _content(rest, heard.language):
                return {spec.name: told}, rest
    if asked is not None and said:
        text = heard.text if heard.yes is None else said
        told, rest = _read(asked, text, heard)
        if told is not None:
            readings[asked.name] = told
            left = rest
    others = [spec for name, spec in expectation.slots.items() if asked is None or name != asked.name]
    if readings and asked is not None and asked.type == "person" and _content(left, heard.language):
        # "не к лору, а к терапевту" holds no Laura: words that name an option are no name, where more was said.
        chosen, unnamed = _unasked(said, [spec for spec in others if spec.type == "choice"], heard, asked=asked)
        if chosen:
            told, rest = _read(asked, unnamed, heard)
            if told is not None and any(
                _read(spec, str(told.value), heard)[0] for spec in others if spec.name in chosen
            ):
                told = None
            readings, left = chosen | ({asked.name: told} if told else {}), rest if told else unnamed
            others = [spec for spec in others if spec.name not in chosen]
    more, left = _unasked(left, others, heard, asked=asked)
    return readings | more, left


def _unasked(
    said: str, specs: Iterable[SlotSpec], heard: _Heard, *, asked: SlotSpec | None = None
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
        words = _signed(spec, left, heard, asked)
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
        told, rest = _read(spec, _written(words, heard) if spec.type == "person" else words, heard)
        if told is None or not _tells(told) or _of_another_length(spec, told) or _by_order(spec, told, words, heard):
            continue
        readings[spec.name] = told
        left = f"{left[: len(left) - len(words)]} {rest}".strip() if left.endswith(words) else rest
    named = next((spec for spec in specs if spec.type == "person" and spec.name not in readings), None)
    if named is not None and asked != named and not heard.asked_yes_or_no:
        told, left = _bare_name(named, left, heard)
        if told is not None:
            readings[named.name] = told
    return readings, left


def _bare_name(spec: SlotSpec, left: str, heard: _Heard) -> tuple[Reading | None, str]:
    """A name without "меня зовут": all that the other slots left over, or all between two commas."""
    whole = " ".join(word for word in left.split() if word not in _EMPTY[heard.language])
    parts = [normalise(part) for part in _COMMA.split(heard.text)]
    free = frozenset(left.split())
    for words in (whole, *(part for part in parts if part and free.issuperset(part.split()))):
        if not 1 <= len(words.split()) <= _LONGEST_NAME or not _surely_a_name(words, heard):
            continue
        told, _ = _read(spec, _written(words, heard), heard)
        if told is not None and told.value is not None:
            return told, " ".join(word for word in left.split() if word not in words.split())
    return None, left


def _written(words: str, heard: _Heard) -> str:
    """Normalised words with ё and capitals as they were written."""
    written = {normalise(word): word for word in re.findall(r"[\w'’-]+", heard.text)}
    return " ".join(written.get(word, word) for word in words.split())


def _surely_a_name(words: str, heard: _Heard) -> bool:
    """Russian: a given name that is rarely anything else, as it stands in the dictionary ("к Анне" is to whom they
    go), with nothing but names beside it. English has no such dictionary: two words or three, all written large."""
    if heard.language == "en":
        large = re.findall(r"\b[A-Z][a-z'’-]+\b", heard.text)
        return len(words.split()) > 1 and all(any(word == normalise(one) for one in large) for word in words.split())
    return surely_named(words.split())


def _tells(told: Reading) -> bool:
    """Whether there is something to take, or a slip to speak of; what is over ("вчера") may be any story."""
    return told.value is not None or told.partial is not None or told.wrong == "no_such_time"


def _of_another_length(spec: SlotSpec, told: Reading) -> bool:
    """Whether these digits can't be the number meant: said unasked they are something else then."""
    fewest, most = spec.length or LENGTHS
    return spec.type == "digits" and not fewest <= len(str(told.value)) <= most


def _by_order(spec: SlotSpec, told: Reading, words: str, heard: _Heard) -> bool:
    """Whether a choice was made by number ("второй"), which means nothing where its options were not just read out."""
    if spec.type != "choice":
        return False
    moved = (*spec.options[1:], *spec.options[:1])
    options = tuple(replace(one, key=here.key) for one, here in zip(moved, spec.options, strict=True))
    turned, _ = _read(replace(spec, options=options), words, heard)
    if turned is not None and isinstance(turned.value, tuple) and isinstance(told.value, tuple):
        return set(turned.value) != set(told.value)
    return turned is None or turned.value != told.value


def _only_yes_or_no(words: str, heard: _Heard) -> bool:
    told = slots.read("yesno", words, lang=heard.language, now=heard.now)
    return told.value is not None and not _content(told.rest, heard.language)


def _number_alone(left: str, waiting: Sequence[SlotSpec], heard: _Heard) -> bool:
    """ "Нет, шестьсот" to what is being confirmed: a number and nothing else, where it can be no hour and no day."""
    dates = {spec.type for spec in waiting if spec.type in _DATES}
    if not heard.asked_yes_or_no or dates - {"date"}:
        return False
    told = slots.read("number", left, lang=heard.language, now=heard.now, expected=Expected())
    if dates and (not isinstance(told.value, int) or told.value <= _LAST_DAY):
        return False
    return told.value is not None and not _content(told.rest, heard.language)


def _digits_alone(left: str, waiting: Sequence[SlotSpec], heard: _Heard) -> bool:
    """ "Нет, 1047" to what is being confirmed: digits and nothing else, where they can be no amount and no hour."""
    if not heard.asked_yes_or_no or any(spec.type in ("number", *_DATES) for spec in waiting):
        return False
    told = slots.read("digits", left, lang=heard.language, now=heard.now, expected=Expected())
    return told.value is not None and not _content(told.rest, heard.language)


def _signed(spec: SlotSpec, left: str, heard: _Heard, asked: SlotSpec | None) -> str | None:
    """The words in which an unasked slot may be read, or None where no sign speaks of it."""
    if spec.type in _DATES:
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
        return left if asked is None or asked.type not in ("phone", "digits", *_DATES) else None
    return left[sign.start() :]


def _read(spec: SlotSpec, text: str, heard: _Heard) -> tuple[Reading | None, str]:
    if spec.type not in slots.READERS:
        return None, text
    expected = Expected.of(spec)
    told = slots.read(spec.type, text, lang=heard.language, now=heard.now, expected=expected)
    return (told.for_dialogue, told.rest) if told or told.wrong else (None, text)


def _moves(intent: ScoredIntent, answered: Mapping[str, Reading], expectation: Expectation) -> bool:
    """Whether a wish for another time is about what is being confirmed: "а можно перенести на двенадцать?"."""
    wished = {spec.type for spec in expectation.intent_slots.get(intent.name, ())}
    told = {expectation.slots[name].type for name in answered if name in expectation.slots}
    return bool(wished) and wished <= set(_DATES) and bool(told) and told <= set(_DATES)


def _under_way(intent: ScoredIntent, expectation: Expectation) -> bool:
    """Whether the intent is what the conversation is busy with already."""
    own = {spec.name for spec in expectation.intent_slots.get(intent.name, ())}
    return bool(expectation.slots) and expectation.slots.keys() <= own


def _undecided(intents: tuple[ScoredIntent, ...], expectation: Expectation) -> tuple[str, ...]:
    """Two wishes between which the words leave it open. An answer costs a word, so it is given rather than asked about;
    and what is under way already needs no asking."""
    if len(intents) < 2 or intents[1].behind >= CLOSE:
        return ()
    either = intents[:2]
    if any(one.name.startswith(KNOWLEDGE) or _under_way(one, expectation) for one in either):
        return ()
    return tuple(one.name for one in either)


def _offered(said: str, asked: SlotSpec | None, expectation: Expectation, heard: _Heard) -> tuple[str | None, str]:
    """The option chosen by words or by order. A choice slot is read as a slot instead."""
    options = expectation.choices
    if not options or not said or (asked is not None and asked.type == "choice"):
        return None, said
    if {option.id for option in options} == {"yes", "no"}:
        return None, said
    # "The last one" is the last of those that were named; "neither" was not.
    for offered in (tuple(o for o in options if o != NEITHER), tuple(o for o in options if o == NEITHER)):
        if offered:
            told = slots.read("choice", said, lang=heard.language, now=heard.now, expected=Expected(options=offered))
            if isinstance(told.value, str) and (offered != (NEITHER,) or not _content(told.rest, heard.language)):
                return str(told.value), told.rest
    return None, said


def _wrong_layout(text: str, language: Language) -> str | None:
    """The text as the other keyboard layout has it, when that makes words of it: 'ghbdtn', 'ytn', 'руддщ'."""
    if len(text) > _LONGEST_MENDED:
        return None
    moved = other_layout(text)
    words = [word for word in normalise(moved).split() if word.isalpha()]
    if not words:
        return None
    if language == "ru":
        return moved if all(morphology.known(word) for word in words) and max(map(len, words)) > 1 else None
    written = [word for word in normalise(text).split() if word.isalpha()]
    return moved if written and not any(morphology.known(word) for word in written) else None


def _wrong_alphabet(text: str, language: Language) -> str | None:
    """Russian in Latin letters, when every word of it is a Russian one: 'zapishite k terapevtu'."""
    if language != "ru" or len(text) > _LONGEST_MENDED:
        return None
    words = [word for word in normalise(from_translit(text)).split() if word.isalpha()]
    long_enough = any(len(word) > 3 for word in words)
    return from_translit(text) if long_enough and all(morphology.known(word) for word in words) else None


__all__ = ["BuiltinNlu"]
