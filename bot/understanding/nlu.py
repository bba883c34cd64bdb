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
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.dialogue.meaning import KNOWLEDGE, REPAIRS, Expectation, Language, Meaning, Reading, ScoredIntent, SlotSpec
from bot.dialogue.pending import NEITHER
from bot.dialogue.scenario import ScenarioSet
from bot.understanding.answering import (
    DATES,
    Heard,
    answers,
    content,
    heard_as,
    read,
    signed,
    tells,
    unasked,
)
from bot.understanding.corrections import corrected, named, restated
from bot.understanding.echo import asks_to_cancel, echo
from bot.understanding.following import followed
from bot.understanding.intents.cache import IntentCache
from bot.understanding.intents.encoders import Encoder, shipped_encoder
from bot.understanding.intents.local import Local
from bot.understanding.intents.model import IntentModel
from bot.understanding.intents.smalltalk import SmallTalk
from bot.understanding.reading import Expected
from bot.understanding.repairs import repair
from bot.understanding.slots import readers as slots
from bot.understanding.slots.assent import conditional
from bot.understanding.words.alphabets import LONGEST_MENDED, goes_over, written_in, wrong_alphabet, wrong_layout
from bot.understanding.words.layouts import script
from bot.understanding.words.normaliser import MAX_CHARS, normalise

SURE = 0.7  # an intent that interrupts a question which got some answer
VERY_SURE = 0.85  # an intent that outweighs an option named in passing
LIKELY = 0.62  # an intent that interrupts a question which got none
# A second intent less behind than this may be what was meant. Of the 620 utterances of tests/data 9 are asked about:
# the first was right for 2, the second for 4. At 0.15 it would be 16, 7 of them needlessly; at 0.3 it is 16 of 31.
CLOSE = 0.1
_ENCODER = object()
_SIGNS = {"👍": " да ", "👌": " да ", "✅": " да ", "➕": " да ", "👎": " нет ", "❌": " нет ", "🙅": " нет "}
_SIGN = re.compile("|".join(_SIGNS))

_NO = re.compile(r"^(?:нет|no)\s+(?=\S)")
_CLAUSE = re.compile(r"[,;.!?\n]+\s+|\s+(?=(?:а|и|and|but|also)\s)")  # where an answer may end and a question begin
_BARE = dict.fromkeys(("да", "ага", "угу", "да да", "ну да", "yes", "yeah", "yep", "yes yes"), True) | dict.fromkeys(
    ("нет", "неа", "нет нет", "ну нет", "no", "nope", "no no"), False
)
_POLITE = ("thanks", "greeting", "goodbye")
# What tells intents in place of what was learnt: normalised words, the intents understood now, the language.
Rank = Callable[[str, Sequence[str], Language], tuple[ScoredIntent, ...]]


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
        self._rank: Rank | None = None
        self._smalltalk = SmallTalk(smalltalk or {}, kept, used)
        self._local = Local(local or {}, phrases, kept, used)
        slots.warm()

    @classmethod
    def of(cls, scenarios: ScenarioSet, *, cache: Path | None = None) -> BuiltinNlu:
        """The understanding of a compiled set; learns its phrases now, or takes them from the cache."""
        return cls(scenarios.phrases, smalltalk=scenarios.smalltalk, local=scenarios.local, cache=cache)

    def model(self, language: Language) -> IntentModel | None:
        """What tells the wishes of one language; None where the set has no phrases in it."""
        return self._models.get(language)

    def ranked_by(self, rank: Rank) -> BuiltinNlu:
        """The same rules and readers, but intents as `rank` tells them. What it raises comes out of `understand`."""
        other = copy(self)
        other._rank = rank
        return other

    def understand(self, text: str, expectation: Expectation, *, language: Language, now: datetime) -> Meaning:
        """Never raises on any text. now: naive, the wall clock of the business."""
        said = _SIGN.sub(lambda sign: _SIGNS[sign.group()], text[:MAX_CHARS])
        letters = script(said)
        if letters in (None, language):
            meaning = self._as(said, expectation, language, now)
            moved = wrong_layout(said, "ru") if language == "en" and meaning == Meaning() else None
            meant = self._as(moved, expectation, "ru", now) if moved is not None else Meaning()
            return meaning if meant == Meaning() else replace(meant, language="ru")
        mended = wrong_layout(said, language) or wrong_alphabet(said, language)
        if mended is not None:
            return self._as(mended, expectation, language, now)
        meaning = self._as(said, expectation, letters, now)
        if goes_over(said, meaning, letters, expectation):
            return replace(meaning, language=letters)
        if meaning == Meaning() and len(said) <= LONGEST_MENDED:
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
        parts = restated(text[:LONGEST_MENDED], language) if expectation.slots else None
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
        marks = list(_CLAUSE.finditer(text[:LONGEST_MENDED]))
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
        if repair(plain, language) == "do_not_call":
            return None  # "no, don't call again" is no question
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
        heard = heard_as(text, plain, expectation, language, now)
        key = expectation.keys.get(plain) if plain.isascii() and plain.isdigit() else None
        asked = expectation.slots.get(expectation.asked or "")
        if key is not None and (asked is None or (asked.type == "choice" and not asked.many)):
            return _pressed(key, asked)
        if asked is not None and asked.many and (nothing := _nothing_of(asked, heard)) is not None:
            return nothing

        echoed = echo(plain, expectation.question, language) if expectation.question else None
        if echoed is not None:
            return Meaning(yes=echoed)
        wish = repair(plain, language, yesno=expectation.yesno)
        asked = expectation.slots.get(expectation.asked or "")
        if wish == "do_not_call" and asked is not None and asked.options:
            wish = None  # "больше не звоните" is one of the author's own options, or none of them
        if wish is None and heard.yes and not asks_to_cancel(expectation.question):
            wish = "cancel" if repair(heard.rest, language) == "cancel" else None  # "sure, cancel"
        if wish is None and heard.yes is False and repair(heard.rest, language) == "do_not_call":
            wish = "do_not_call"  # "no, and don't call again"
        if wish == "cancel" and asks_to_cancel(expectation.question):
            return Meaning(yes=False)  # "never mind" to "shall I cancel it?"
        if wish in ("cancel", *_POLITE) and asked is not None and asked.type == "choice":
            for words in (plain, _NO.sub("", plain)):  # "нет, не надо" is an option here, and so is "не надо"
                told, rest = read(asked, words, heard)
                if told is not None and told.value is not None and not content(rest, language):
                    return Meaning(readings={asked.name: told})
        if heard.yes is not None and not self._says_more(heard, wish):
            return Meaning(yes=heard.yes)
        if wish in expectation.intents and not self._is_scenario(plain, str(wish), expectation, language):
            return Meaning(intents=(ScoredIntent(name=str(wish), score=1.0),))
        if (again := followed(heard, expectation)) is not None:
            return again
        if asked is not None and asked.type == "text":
            return self._free(text, plain, asked, heard, expectation)
        chat = self._smalltalk.asked(plain, language, expectation)
        if chat is not None:
            return Meaning(intents=(ScoredIntent(name=chat, score=1.0),))
        return self._answer_or_wish(heard, asked, expectation)

    def _free(self, text: str, plain: str, asked: SlotSpec, heard: Heard, expectation: Expectation) -> Meaning:
        """Any words answer, but for a question of theirs ("а вы робот?") and a whole answer to another question
        ("завтра в два", where the address was asked)."""
        if text.rstrip().endswith("?"):
            best = next(iter(self._intents(plain, expectation, heard.language)), None)
            chat = self._smalltalk.asked(plain, heard.language, expectation)
            if chat is not None or (best is not None and best.score >= SURE):
                return self._answer_or_wish(heard, None, expectation)
        for spec in expectation.slots.values():
            if spec.type not in (*DATES, "phone") or signed(spec, plain, heard, asked) is None:
                continue
            told, rest = read(spec, plain, heard)
            if told is not None and tells(told) and not content(rest, heard.language):
                return Meaning(readings={spec.name: told})
        return Meaning(readings={asked.name: Reading(value=text.strip())})

    def _says_more(self, heard: Heard, wish: str | None) -> bool:
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
        if self._rank is not None and any(name not in REPAIRS for name in expectation.intents):
            return self._rank(plain, expectation.intents, language)
        return self._ours(plain, expectation, language)

    def _ours(self, plain: str, expectation: Expectation, language: Language) -> tuple[ScoredIntent, ...]:
        model = self._models.get(language)
        expected = [name for name in expectation.intents if name not in REPAIRS or (model and name in model.names)]
        return model.rank(plain, expected) if model is not None and expected else ()

    def _answer_or_wish(self, heard: Heard, asked: SlotSpec | None, expectation: Expectation) -> Meaning:
        said = heard.rest if heard.yes is not None else heard.plain
        answered, left = answers(heard, said, asked, expectation)
        if not answered and said in _BARE and asked is not None and not expectation.yesno:
            return Meaning(yes=_BARE[said])  # to "At what time?" it answers nothing, and is no wish to confirm a visit
        if answered and not content(left, heard.language):
            return Meaning(readings=answered, yes=heard.yes)

        wrong = named(said, expectation, heard.language, heard.now)
        if wrong is not None and wrong not in answered:
            return Meaning(option=wrong)
        option, left_by_option = _offered(said, asked, expectation, heard)
        if option is not None and not content(left_by_option, heard.language):
            ours = self._ours(said, expectation, heard.language)  # no other program is asked about what we offered
            if not _surer(next(iter(ours), None), option):
                return _chosen(option, heard)

        intents = self._intents(said, expectation, heard.language)
        if (
            intents
            and intents[0].score < SURE
            and asked is None
            and _told_elsewhere(said, intents[0], heard, expectation)
        ):
            intents = ()
        if intents and intents[0].score < VERY_SURE and _assents(said, asked, heard):
            intents = ()  # "да", and "да, верно", to what is no yes-or-no question: no wish to confirm something else
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
        if heard.yes is not None:  # to a yes with a condition that nobody understood nothing is done
            return Meaning() if heard.yes and conditional(heard.rest) else Meaning(yes=heard.yes)
        if asked is None and not expectation.slots and (taken := self._taken(said, heard, expectation)) is not None:
            return taken
        chat = self._smalltalk.guess(said, heard.language, expectation)
        return Meaning(intents=(chat,)) if chat is not None else Meaning()

    def _taken(self, said: str, heard: Heard, expectation: Expectation) -> Meaning | None:
        """ "На укладку первого января в двенадцать": no word of a wish, but a scenario that takes all that was told,
        one of the business's own names among it. Of several the likeliest. Else None."""
        fitting: dict[str, Mapping[str, Reading]] = {}
        for name, specs in expectation.intent_slots.items():
            readings, left = unasked(said, specs, heard) if name in expectation.intents else ({}, said)
            types = {spec.type for spec in specs if spec.name in readings}
            if len(readings) > 1 and "choice" in types and not content(left, heard.language):
                fitting[name] = readings
        model = self._models.get(heard.language)
        for judged in model.judge(said) if model is not None and fitting else ():
            if judged.name in fitting:
                intent = ScoredIntent(name=judged.name, score=LIKELY)
                return Meaning(intents=(intent,), readings=fitting[judged.name])
        return None

    def _interrupts(
        self, best: ScoredIntent, answered: Mapping[str, Reading], asked: SlotSpec | None, expectation: Expectation
    ) -> bool:
        busy = expectation.yesno or any(option.id in answered for option in expectation.changeable)
        busy |= asked is not None and asked.name in answered and asked.known is not None  # its day was told before
        if answered and busy and _moves(best, answered, expectation):
            return False
        if answered:
            return not _under_way(best, expectation) and best.score >= SURE
        if asked is not None or expectation.question:
            return best.score >= LIKELY
        return True

    def _wish(self, intents: tuple[ScoredIntent, ...], heard: Heard, said: str, expectation: Expectation) -> Meaning:
        specs = expectation.intent_slots.get(intents[0].name, ())
        readings, _ = unasked(said, specs, heard)
        either = _undecided(intents, expectation)
        if either:
            more, _ = unasked(said, expectation.intent_slots.get(either[1], ()), heard)
            either = either if len(more) >= len(readings) else ()  # what was told fits the likelier one
            readings = more | readings if either else readings
        return Meaning(intents=intents, readings=readings, either=either)


def _assents(said: str, asked: SlotSpec | None, heard: Heard) -> bool:
    """Whether a question of another kind was answered with a yes or no and nothing besides."""
    told = slots.read("yesno", said, lang=heard.language, now=heard.now) if asked is not None else None
    return told is not None and told.value is not None and not content(told.rest, heard.language)


def _nothing_of(asked: SlotSpec, heard: Heard) -> Meaning | None:
    """'Не надо', 'no', 'that's all' to what may be left out, or is chosen already: an answer, and no wish to cancel."""
    told, rest = read(asked, heard.text, heard)
    if told is None or content(rest, heard.language) or told.value not in ((), asked.chosen):
        return None
    return Meaning(readings={asked.name: told})


def _pressed(option: str, asked: SlotSpec | None) -> Meaning:
    """A typed digit means what the key means."""
    if asked is not None and any(each.id == option for each in asked.options):
        return Meaning(readings={asked.name: Reading(value=option)})
    return Meaning(option=option, yes={"yes": True, "no": False}.get(option))


def _surer(best: ScoredIntent | None, option: str) -> bool:
    """Whether phrases say something else than the option: "хочу поменять время записи" names "Отменить запись" in part,
    and is the very phrase of another wish."""
    return best is not None and best.score >= VERY_SURE and best.name.rpartition(".")[2] != option


def _chosen(option: str, heard: Heard) -> Meaning:
    return Meaning(option=option, yes=heard.yes if heard.yes is not None else {"yes": True, "no": False}.get(option))


def _moves(intent: ScoredIntent, answered: Mapping[str, Reading], expectation: Expectation) -> bool:
    """Whether a wish for another time is about what is being confirmed: "а можно перенести на двенадцать?"."""
    wished = {spec.type for spec in expectation.intent_slots.get(intent.name, ())}
    told = {expectation.slots[name].type for name in answered if name in expectation.slots}
    return bool(wished) and wished <= set(DATES) and bool(told) and told <= set(DATES)


def _told_elsewhere(said: str, intent: ScoredIntent, heard: Heard, expectation: Expectation) -> bool:
    """Whether the words are a date and nothing else, and the wish takes none: "tomorrow at three" asks for no hours."""
    if any(spec.type in DATES for spec in expectation.intent_slots.get(intent.name, ())):
        return False
    specs = (spec for each in expectation.intent_slots.values() for spec in each if spec.type in DATES)
    first = next(specs, None)
    readings, left = unasked(said, (first,), heard) if first is not None else ({}, said)
    return bool(readings) and not content(left, heard.language)


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


def _offered(said: str, asked: SlotSpec | None, expectation: Expectation, heard: Heard) -> tuple[str | None, str]:
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
            if isinstance(told.value, str) and (offered != (NEITHER,) or not content(told.rest, heard.language)):
                return str(told.value), told.rest
    return None, said


__all__ = ["BuiltinNlu"]
