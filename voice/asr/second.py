"""A second look at what a recogniser heard, where the step expects a number or one of few answers.

The free decode stays as it is, and where it fits what is expected, nothing more is done. Where it doesn't, what may
have been said is put together from its hypotheses and what is expected, and the engine scores each against the sound.
The winner must come near to the score of what was heard freely: who says something else is not taken for having
answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

from voice.asides import is_nod
from voice.asr import closed, days, numerals
from voice.ports import Hint

MOST = 8  # candidates scored at once: some 12 ms each
FLOOR = -2.5  # mean log probability a token; what was said mostly scores above -1.7 at 10 dB of noise
BEHIND = 0.8  # by so much a candidate may score worse than the free text, for an answer is likelier than anything else
BEHIND_WARY = 0.3  # the same where every word that was heard exists and may have been meant
BEHIND_ALIKE = 3.0  # more for one that sounds as the free text does; half of it where half the sounds are the same
BEHIND_LENGTH = 0.4  # more for a number of just the length that is expected
BEHIND_NONSENSE = 1.0  # more where the free text has words that nobody says
SURE = 0.5  # of the free decode: below it is looked at a second time though it fits

DENIALS = frozenset(("не", "нет", "ни", "кроме", "только", "or", "not", "no", "except", "или"))
"""Lost from a day told, they turn it round: "не в пятницу, а в субботу"."""

NOES = frozenset(
    (
        "не", "нет", "нету", "неа", "ни", "нельзя", "никак", "никогда", "ничего", "незачем", "неверно", "неправильно",
        "неправда", "кроме", "против", "ошиблись", "ошибка", "отмена", "отмените",
        "no", "not", "nope", "nah", "never", "none", "neither", "cannot", "wrong", "incorrect", "except",
    )
)  # fmt: skip
"""An answer with one of them is no yes, and no choice either, however much like one it sounds."""

# What else is said to a question of yes or no: none of it is an answer because it sounds a little like one.
REQUESTS = {
    "ru": (
        "повторите", "повтори", "ещё", "оператор", "человек", "соедините", "подождите", "минуту", "секунду", "алло",
        "помощь", "назад", "отмените", "не знаю", "сколько", "что", "какой", "когда", "где", "почему", "не понял",
        "другой", "измените", "не слышу",
    ),
    "en": (
        "repeat", "again", "operator", "person", "human", "agent", "wait", "minute", "hold", "hello", "help", "back",
        "cancel", "don't know", "how", "what", "which", "when", "where", "why", "pardon", "sorry", "change", "another",
    ),
}  # fmt: skip

Score = Callable[[Sequence[str]], Sequence[float]]
"""Texts to their mean log probability a token, each given the sound and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What the free decode heard. hypotheses: best first. confidence: in the first, 0.0 where it was not believed."""

    hypotheses: tuple[str, ...]
    confidence: float


def look(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    """The text to believe instead, and the confidence in it; None where the first stands."""
    if hint.kind in numerals.NUMERIC:
        return _number(first, hint, score)
    if hint.kind in days.TIMED:
        return _moment(first, hint, score)
    return _answer(first, hint, score) if hint.answers else None


def _answer(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    best = first.hypotheses[0]
    if first.confidence >= SURE and (
        closed.is_bare_answer(best, hint.answers)
        if hint.kind == "yesno"
        else closed.is_answer(best, hint.answers, hint.lang)
    ):
        return None
    yesno = hint.kind == "yesno"
    if not yesno and first.confidence >= SURE and is_nod(best):
        return None  # it chooses nothing, and the prompt it stopped waits: each candidate costs 12 ms
    if yesno and first.confidence >= SURE and closed.is_answer(best, REQUESTS[hint.lang], hint.lang):
        return None
    answers = hint.answers
    if yesno and _denies(best):
        answers = tuple(each for each in answers if _denies(each))
    told = closed.candidates(first.hypotheses[:3], answers, hint.lang, MOST, bare=yesno)
    if _denies(best):  # no score is worth a no that becomes a yes, or a "не хирург" that becomes "хирург"
        told = tuple(each for each in told if _denies(each))
    return _scored(first, hint, told, score)


def _denies(text: str) -> bool:
    heard = closed.words(text.replace("’", "'"))
    return not NOES.isdisjoint(heard) or any(word.endswith("n't") for word in heard)


def _number(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    lang = hint.lang
    lexicon = numerals.lexicon(lang, hint.kind)
    exact = hint.kind == "phone" or (hint.kind == "digits" and hint.length is not None)

    def whole(text: str) -> bool:
        """Of numerals alone where their count is known, for then a word besides may be one misheard."""
        if exact and numerals.foreign(text, lexicon):
            return False
        if closed.nonsense(text, lang) or numerals.foreign(text, lexicon) == len(closed.words(text)):
            return False
        if hint.kind == "phone":
            return numerals.is_phone(text, lang)
        if hint.kind == "code" or hint.length is None:
            return True  # a code's length counts its letters too
        return hint.length[0] <= len(numerals.digits(text, lang)) <= hint.length[1]

    best = first.hypotheses[0]
    ways = [reading for reading in numerals.readings(best, lang) if whole(reading)]
    if first.confidence >= SURE and len(ways) == 1:
        return (closed.sentence(ways[0]), first.confidence) if ways[0] != best.lower() else None
    told = dict.fromkeys(reading for text in first.hypotheses for reading in numerals.readings(text, lang))
    found = [text for text in told if whole(text) and not numerals.foreign(text, lexicon)]
    for text in told:
        found += [near for near in closed.repaired(text, lexicon, lang, MOST // 2) if whole(near)]
    if exact and not found:
        found = [more for text in told for more in numerals.doubled(text, lang) if whole(more)]
    sentences = tuple(dict.fromkeys(map(closed.sentence, found)))
    return _scored(first, hint, sentences[:MOST], score, exact=exact)


def _moment(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    """A day or an hour with a word in it that neither tells a moment nor is in a dictionary."""
    lexicon = days.moments(hint.lang)
    best = first.hypotheses[0]
    foreign = numerals.foreign(numerals.mended(best, hint.lang), lexicon)
    if (not foreign and first.confidence >= SURE) or not DENIALS.isdisjoint(closed.words(best)):
        return None
    told = [numerals.mended(text, hint.lang) for text in first.hypotheses[:3]]
    near = [text for text in told if not numerals.foreign(text, lexicon)]
    near += [each for text in told for each in closed.repaired(text, lexicon, hint.lang, MOST // 2)]
    sentences = tuple(dict.fromkeys(map(closed.sentence, near)))
    return _scored(first, hint, sentences[:MOST], score, wary=not closed.nonsense(best, hint.lang))


def _scored(
    first: First, hint: Hint, told: Sequence[str], score: Score, *, exact: bool = False, wary: bool = False
) -> tuple[str, float] | None:
    """exact: they are numbers of just the length that is expected. wary: what was heard may be meant so, every word."""
    best = first.hypotheses[0]
    others = [text for text in told if closed.words(text) != closed.words(best)]
    if not told:
        return None
    scores = score((*others, best))
    if len(others) < len(told):  # the first is one of them: another one must be likelier
        winner = max(range(len(scores)), key=scores.__getitem__)
        least = FLOOR
    else:
        winner = max(range(len(others)), key=scores.__getitem__)
        behind = BEHIND + BEHIND_ALIKE * max(0.0, closed.alike(hint.lang, best, others[winner]) - 0.5)
        behind = BEHIND_WARY if wary else behind
        behind += BEHIND_LENGTH * exact + BEHIND_NONSENSE * closed.nonsense(best, hint.lang)
        least = FLOOR if not first.confidence else max(FLOOR, scores[-1] - behind)
    if scores[winner] < least or (first.confidence and winner == len(others)):
        return None
    return (*others, closed.sentence(best))[winner], min(1.0, exp(scores[winner]))
