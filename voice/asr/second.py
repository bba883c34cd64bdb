"""A second look at what a recogniser heard, where the step expects a number or one of few answers.

The free decode stays as it is, and where it fits what is expected, nothing more is done. Where it doesn't, the engine
listens once more, slower, for it loses short words said fast; what may have been said is put together from what it
heard both times and what is expected, and the engine scores each against the sound. The winner must come near to the
score of what was heard freely: who says something else is not taken for having answered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp

from voice.asides import is_nod
from voice.asr import closed, days, numerals
from voice.ports import Hint

MOST = 8  # candidates scored at once: some 12 ms each
FLOOR = -2.1  # mean log probability a token; what was said mostly scores above -1.7 at 10 dB of noise
FLOOR_TOLD = -2.5  # the same of numbers and moments, which are written in other ways too
FLOOR_UNSURE, FLOOR_CHOSEN = -2.1, -3.0
"""Of what was heard freely and unsurely: out of noise, clicks and breath Whisper makes what its prompt holds ("Да,
верно.", 0.4 sure; "Повторите."), and the sound alone gives that -2.3 to -4. The second: of a choice or a number, which
it seldom makes so."""
BEHIND = 0.8  # by so much a candidate may score worse than the free text, for an answer is likelier than anything else
BEHIND_WARY = 0.3  # the same where every word that was heard exists and may have been meant
BEHIND_ALIKE = 3.0  # more for one that sounds as the free text does; half of it where half the sounds are the same
BEHIND_HEARD = 1.0  # more for one that was heard freely, word for word, when it was listened to once more
BEHIND_LENGTH = 0.4  # more for a number of just the length that is expected
BEHIND_NONSENSE = 1.0  # more where the free text has words that nobody says
SURE = 0.5  # of the free decode: below it is looked at a second time though it fits
ELSE = 0.75  # of the free decode: from here on who says nothing that is expected is believed to

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
        "другой", "измените", "не слышу", "до свидания", "всего доброго",
    ),
    "en": (
        "repeat", "again", "operator", "person", "human", "agent", "wait", "minute", "hold", "hello", "help", "back",
        "cancel", "don't know", "how", "what", "which", "when", "where", "why", "pardon", "sorry", "change", "another",
        "goodbye", "bye",
    ),
}  # fmt: skip

Score = Callable[[Sequence[str]], Sequence[float]]
"""Texts to their mean log probability a token, each given the sound and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """What the free decode heard. hypotheses: best first. confidence: in the first, 0.0 where it was not believed.
    again: the best when it listened once more, "" where it didn't, or heard nothing to be believed."""

    hypotheses: tuple[str, ...]
    confidence: float
    again: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """Both bests, then the other hypotheses."""
        return tuple(dict.fromkeys(each for each in (self.hypotheses[0], self.again, *self.hypotheses[1:]) if each))


def both(first: First, again: First) -> First:
    """Of one utterance, listened to twice. Heard alike both times, it is surer."""
    best, other = first.hypotheses[0], again.hypotheses[0]
    alike = closed.words(best) == closed.words(other)
    some = (each for pair in zip(first.hypotheses, again.hypotheses, strict=False) for each in pair)
    return First(
        hypotheses=tuple(dict.fromkeys((*some, *first.hypotheses, *again.hypotheses))),
        confidence=max(first.confidence, again.confidence) if alike else first.confidence,
        again=other if again.confidence else "",
    )


def fits(first: First, hint: Hint) -> bool:
    """Whether what was heard freely needs no second look: it is surely what is expected, or nothing is."""
    best, sure = first.hypotheses[0], first.confidence >= SURE
    if hint.kind in numerals.NUMERIC:
        return sure and len(_ways(best, hint)) == 1
    if hint.kind in days.TIMED:
        foreign = numerals.foreign(numerals.mended(best, hint.lang), days.moments(hint.lang))
        return (not foreign and sure) or not DENIALS.isdisjoint(closed.words(best))
    if not hint.answers:
        return True
    if hint.kind == "yesno":
        return sure and (
            closed.is_bare_answer(best, hint.answers) or closed.is_answer(best, REQUESTS[hint.lang], hint.lang)
        )
    # a nod chooses nothing, and the prompt it stopped waits
    return sure and (is_nod(best) or closed.is_answer(best, hint.answers, hint.lang))


def is_clear(first: First, hint: Hint) -> bool:
    """Whether it is not worth listening to once more: surely heard, and a whole sentence or a request, no answer."""
    best = first.hypotheses[0]
    told = len(closed.words(best)) > closed.SHORT or closed.is_answer(best, REQUESTS[hint.lang], hint.lang)
    return bool(hint.answers) and first.confidence >= ELSE and told and not closed.nonsense(best, hint.lang)


def look(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    """The text to believe instead, and the confidence in it; None where the first stands; no text where that was heard
    unsurely, and the sound alone doesn't bear it out."""
    known: dict[str, float] = {}

    def scored(texts: Sequence[str]) -> list[float]:
        new = [text for text in texts if text not in known]
        known.update(zip(new, score(new) if new else (), strict=True))
        return [known[text] for text in texts]

    told = _looked(first, hint, scored)
    if told is not None or not 0.0 < first.confidence < SURE:
        return told
    (alone,) = scored(first.hypotheses[:1])
    chosen = not hint.answers or closed.is_answer(first.hypotheses[0], hint.answers, hint.lang)
    return ("", 0.0) if alone < (FLOOR_CHOSEN if chosen and hint.kind != "yesno" else FLOOR_UNSURE) else None


def _looked(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    if hint.kind in numerals.NUMERIC:
        return _number(first, hint, score)
    if fits(first, hint):
        return None
    return _moment(first, hint, score) if hint.kind in days.TIMED else _answer(first, hint, score)


def _answer(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    yesno = hint.kind == "yesno"
    answers = hint.answers
    denied = denies(first.hypotheses[0]) or denies(first.again)
    if yesno and denied:
        answers = tuple(each for each in answers if denies(each))
    told = closed.candidates(first.texts[:4], answers, hint.lang, MOST, bare=yesno)
    if denied:  # no score is worth a no that becomes a yes, or a "не хирург" that becomes "хирург"
        told = tuple(each for each in told if denies(each))
    return _scored(first, hint, told, score)


def denies(text: str) -> bool:
    heard = closed.words(text.replace("’", "'"))
    return not NOES.isdisjoint(heard) or any(word.endswith("n't") for word in heard)


def _whole(text: str, hint: Hint) -> bool:
    """Of numerals alone where their count is known, for then a word besides may be one misheard."""
    lexicon = numerals.lexicon(hint.lang, hint.kind)
    if _exact(hint) and numerals.foreign(text, lexicon):
        return False
    if closed.nonsense(text, hint.lang) or numerals.foreign(text, lexicon) == len(closed.words(text)):
        return False
    if hint.kind == "phone":
        return numerals.is_phone(text, hint.lang)
    if hint.kind == "code" or hint.length is None:
        return True  # a code's length counts its letters too
    return hint.length[0] <= len(numerals.digits(text, hint.lang)) <= hint.length[1]


def _exact(hint: Hint) -> bool:
    return hint.kind == "phone" or (hint.kind == "digits" and hint.length is not None)


def _ways(text: str, hint: Hint) -> list[str]:
    return [reading for reading in numerals.readings(text, hint.lang) if _whole(reading, hint)]


def numbers(first: First, hint: Hint) -> tuple[str, ...]:
    """What was heard, read as numbers of what is expected."""
    lang = hint.lang
    lexicon = numerals.lexicon(lang, hint.kind)
    told = dict.fromkeys(reading for text in first.texts for reading in numerals.readings(text, lang))
    found = [text for text in told if _whole(text, hint) and not numerals.foreign(text, lexicon)]
    for text in told:
        found += [near for near in closed.repaired(text, lexicon, lang, MOST // 2) if _whole(near, hint)]
    if _exact(hint) and not found:
        found = [more for text in told for more in numerals.doubled(text, lang) if _whole(more, hint)]
    return tuple(dict.fromkeys(map(closed.sentence, found)))[:MOST]


def _number(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    best = first.hypotheses[0]
    if fits(first, hint):
        (way,) = _ways(best, hint)
        return (closed.sentence(way), first.confidence) if way != best.lower() else None
    return _scored(first, hint, numbers(first, hint), score, exact=_exact(hint))


def _moment(first: First, hint: Hint, score: Score) -> tuple[str, float] | None:
    """A day or an hour with a word in it that neither tells a moment nor is in a dictionary."""
    lexicon = days.moments(hint.lang)
    best = first.hypotheses[0]
    told = [numerals.mended(text, hint.lang) for text in first.texts[:4] if DENIALS.isdisjoint(closed.words(text))]
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
    if not told or not (first.confidence or first.again):  # both times it was nothing: noise is never an answer
        return None
    scores = score((*others, best))
    floor = FLOOR if hint.answers else FLOOR_TOLD
    if len(others) < len(told):  # the first is one of them: another one must be likelier
        winner = max(range(len(scores)), key=scores.__getitem__)
        least = floor
    else:
        winner = max(range(len(others)), key=scores.__getitem__)
        behind = BEHIND + BEHIND_ALIKE * max(0.0, closed.alike(hint.lang, best, others[winner]) - 0.5)
        behind = BEHIND_WARY if wary else behind
        behind += BEHIND_HEARD * (closed.words(others[winner]) == closed.words(first.again))
        behind += BEHIND_LENGTH * exact + BEHIND_NONSENSE * closed.nonsense(best, hint.lang)
        least = floor if not first.confidence else max(floor, scores[-1] - behind)
    if scores[winner] < least or (first.confidence and winner == len(others)):
        return None
    return (*others, closed.sentence(best))[winner], min(1.0, exp(scores[winner]))
