"""Why a text was understood as it was: what was expected, what rules and readers made of it, what the phrases say.

It looks at what `BuiltinNlu` looks at, and tells; it decides nothing. The meaning is the one that `understand` gives.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.dialogue.meaning import REPAIRS, Expectation, Language, Meaning, Reading
from bot.understanding.answering import answers, content, heard_as, unasked
from bot.understanding.echo import echo
from bot.understanding.intents.model import taught
from bot.understanding.nlu import LIKELY, SURE, BuiltinNlu
from bot.understanding.repairs import repair
from bot.understanding.words.alphabets import wrong_alphabet, wrong_layout
from bot.understanding.words.layouts import script
from bot.understanding.words.normaliser import normalise
from bot.understanding.words.slips import mended

LINE = 0.5  # the reject line
MOST = 3  # wishes that are told of

Written = Literal["as_is", "layout", "translit"]
# What decided: a rule, an answer, a wish; or why nothing did.
Because = Literal["key", "yesno", "repair", "option", "words", "answer", "either", "wish", "below", "weak", "foreign"]


@dataclass(frozen=True, slots=True)
class Guess:
    """score: 0..1, LINE is the reject line. nearest: the author's phrase most like the text; likeness: their cosine."""

    intent: str
    score: float
    nearest: str
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """heard: the words as rules and phrases see them. rule: the repair that the words are, expected or not.

    guesses: likeliest first; not looked at where a rule decided, and told all the same. needed: the score that a wish
    had to have here. readings: what the readers made of it, by slot, taken or not; left: words that no slot took.
    """

    text: str
    written: Written
    heard: str
    language: Language
    asked: str | None
    yesno: bool
    options: tuple[str, ...]
    rule: str | None
    yes: bool | None
    guesses: tuple[Guess, ...]
    needed: float
    readings: Mapping[str, Reading]
    left: str
    meaning: Meaning
    because: Because


def why(
    nlu: BuiltinNlu,
    phrases: Mapping[str, Mapping[str, Sequence[str]]],
    text: str,
    expectation: Expectation,
    *,
    language: Language,
    now: datetime,
) -> Why:
    """phrases: those that `nlu` learnt. now: naive, the business's wall clock."""
    meaning = nlu.understand(text, expectation, language=language, now=now)
    spoken = meaning.language or language
    written, said = _written(text, spoken)
    plain = normalise(said)
    model = nlu.model(spoken)
    heard = heard_as(said, plain, expectation, spoken, now)
    asked = expectation.slots.get(expectation.asked or "")
    yes = echo(plain, expectation.question, spoken) if expectation.question else None
    yes = heard.yes if yes is None else yes
    rest = heard.rest if heard.yes is not None else plain
    guesses = _guesses(nlu, phrases, rest or plain, spoken)
    readings, left = answers(heard, rest, asked, expectation)
    if not readings and guesses:
        readings, left = unasked(rest, expectation.intent_slots.get(guesses[0].intent, ()), heard)
    needed = SURE if readings and expectation.slots else LIKELY if asked is not None or expectation.question else LINE
    return Why(
        text=text,
        written=written,
        heard=mended(plain, model.vocabulary, spoken) if model is not None else plain,
        language=spoken,
        asked=expectation.asked,
        yesno=expectation.yesno,
        options=tuple(option.id for option in (asked.options if asked is not None else expectation.choices)),
        rule=repair(plain, spoken, yesno=expectation.yesno),
        yes=yes,
        guesses=guesses,
        needed=needed,
        readings=readings,
        left=left if content(left, spoken) else "",
        meaning=meaning,
        because=_because(meaning, plain, expectation, guesses, needed),
    )


def _written(text: str, language: Language) -> tuple[Written, str]:
    if script(text) in (None, language):
        return "as_is", text
    moved = wrong_layout(text, language)
    if moved is not None and normalise(moved) != normalise(text):
        return "layout", moved
    turned = wrong_alphabet(text, language)
    return ("translit", turned) if turned is not None else ("as_is", text)


def _guesses(
    nlu: BuiltinNlu, phrases: Mapping[str, Mapping[str, Sequence[str]]], plain: str, language: Language
) -> tuple[Guess, ...]:
    model = nlu.model(language)
    judged = model.judge(plain)[:MOST] if model is not None else []
    if model is None or not judged:
        return ()
    learnt = taught({name: each[language] for name, each in phrases.items() if each.get(language)})
    nearest = model.nearest(plain)
    return tuple(
        Guess(one.name, round(one.sure, 2), learnt[nearest[one.name][0]][1], round(nearest[one.name][1], 2))
        for one in judged
    )


def _because(
    meaning: Meaning, plain: str, expectation: Expectation, guesses: Sequence[Guess], needed: float
) -> Because:
    if plain.isascii() and plain.isdigit() and plain in expectation.keys and meaning != Meaning():
        return "key"
    if meaning.intent in REPAIRS:
        return "repair"
    if meaning.either:
        return "either"
    if meaning.intent is not None:
        learnt = {guess.intent for guess in guesses}
        return "wish" if meaning.intent in learnt else "words"
    if meaning.option is not None:
        return "option"
    if meaning.readings:
        return "answer"
    if meaning.yes is not None:
        return "yesno"
    best = guesses[0] if guesses else None
    if best is None or best.score < LINE:
        return "below"
    return "weak" if best.score < needed else "foreign"


__all__ = ["LINE", "Because", "Guess", "Why", "why"]
