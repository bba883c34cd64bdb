"""Whether what a decoder found, held to what is expected, was said. PURE.

It always finds something, in noise and in talk of other things too. What tells is how well the sound bears it out, how
far behind it is what means something else, and how much like it is what was heard freely: one logistic model of these,
fitted to tuned utterances (`python -m benchmarks.recognition --tuned` has such), to noise and to what is no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp

from voice.asr import closed, numerals
from voice.asr.search import Found
from voice.asr.second import ELSE, REQUESTS, SURE, First, denies
from voice.ports import Hint, Kind

CHOSEN: frozenset[Kind] = frozenset({"menu", "choice"})
CERTAIN = 0.75  # from here on it isn't listened to once more
LIKELY = 0.4
YESNO = 0.2  # more of each for a yes or no, which is acted on
FAR = 4.0  # of worth: further apart is no surer
SOUNDS = 4.0  # worth of sounding just as what was heard freely
NEARBY = 3
BIAS = -0.04
WEIGHTS = {"worth": 0.2, "apart": 0.79, "behind": 0.57, "alike": 1.13, "nonsense": 0.44}
"""Of `signs`, fitted to 86 Russian utterances that needed it and 27 of talk and noise: of what was then believed from
LIKELY on, nine in ten were right."""
UNSURE = 0.65  # instead of LIKELY where nothing was heard freely that is sure: out of noise something is always found
HELD: Mapping[str, float] = {"ru": -2.0, "en": -2.4}
"""And so much a token the sound must then bear out. An English word is a token or two, a Russian one three or four of
which the last are sure: in English what was said scores lower."""
HELD_YESNO = -1.3  # the same of a yes or no: talk in a room made -1.5 a yes
BEHIND = 1.0  # a token: what is so far behind a sure hearing, and sounds otherwise, was not said; wishes made -1.2
HOPELESS = 0.15  # below it a sentence of several words is a wish of its own, and not listened to once more


def answered(first: First, hint: Hint, found: Sequence[Found], free: float, least: float) -> tuple[str, float] | None:
    """The text to believe, and the confidence in it. found: sentences of the grammar, likeliest first. free: the score
    of what was heard freely, by the same measure. least: the confidence that is asked for. A no is never made a yes."""
    if not found or not (first.confidence or first.again):
        return None
    found = ranked(first, hint, found)
    if asks(first, hint, found[0].text) or _wishes(first, hint, found[0].text):
        return None
    if _tells_else(first, hint, found[0], free):
        return None
    if denies(first.hypotheses[0]) or denies(first.again):
        found = [each for each in found if denies(each.text)]
        if not found:
            return None
    sure = chance(first, hint, found, free)
    least += YESNO * (hint.kind == "yesno")
    if first.confidence < SURE:
        least = max(least, UNSURE)
        if found[0].score < (HELD_YESNO if hint.kind == "yesno" else HELD[hint.lang]):
            return None
    return (closed.sentence(found[0].text), sure) if sure >= least else None


def nearby(first: First, hint: Hint) -> tuple[str, ...]:
    """Answers that sound like what was heard, where it may be one misheard: to be scored beside what the grammar finds.
    What was surely heard, and in Russian whatever is words that exist, is left as it is."""
    best = first.hypotheses[0]
    meant = first.confidence >= ELSE or (hint.lang == "ru" and not closed.nonsense(best, hint.lang))
    if hint.kind not in CHOSEN or meant:
        return ()
    return closed.candidates(first.texts[:NEARBY], hint.answers, hint.lang, NEARBY)


def is_hopeless(first: First, hint: Hint, found: Sequence[Found], free: float) -> bool:
    """Whether it is not worth listening to once more: something else was said, in several words."""
    several = len(closed.words(first.hypotheses[0])) > closed.SHORT and hint.kind != "digits"
    found = ranked(first, hint, found)
    return several and (not found or chance(first, hint, found, free) < HOPELESS)


def asks(first: First, hint: Hint, told: str) -> bool:
    """Whether something was asked for, either time, that is not in what they are believed to have told: a person, or to
    be told it once more. "Соедините с оператором" is no "соедините с хирургом"."""
    return any(
        closed.is_answer(heard, (request,), hint.lang) and not closed.is_answer(told, (request,), hint.lang)
        for heard in (first.hypotheses[0], first.again)
        for request in REQUESTS[hint.lang]
    )


def _wishes(first: First, hint: Hint, told: str) -> bool:
    """Whether a whole sentence of words that exist was heard, and where the two differ they sound nothing alike."""
    best = first.hypotheses[0]
    whole = len(closed.words(best)) > closed.SHORT and not closed.nonsense(best, hint.lang)
    return whole and first.confidence >= SURE and likeness(hint.lang, best, told) < closed.NEAR


def _tells_else(first: First, hint: Hint, told: Found, free: float) -> bool:
    """Whether something was surely heard that sounds nothing like it, and that the sound bears out far better: a menu's
    "дорога" is not what they meant by "спасибо, до свидания", though no other item is as near."""
    heard = (first.hypotheses[0], first.again)
    sounds_so = any(closed.alike(hint.lang, each, told.text) >= closed.NEAR for each in heard if each)
    return first.confidence >= ELSE and told.score < free - BEHIND and not sounds_so


def ranked(first: First, hint: Hint, found: Sequence[Found]) -> Sequence[Found]:
    """Likeliest first, and what was heard freely counts: "therapy" is sooner "therapist" than "surgeon". A number is a
    matter of the sound alone."""
    if hint.kind not in CHOSEN:
        return found
    return sorted(found, key=lambda each: -each.worth - SOUNDS * _sounding(first, hint, each.text))


def chance(first: First, hint: Hint, found: Sequence[Found], free: float) -> float:
    """found: as `ranked`."""
    return 1 / (1 + exp(-BIAS - sum(WEIGHTS[name] * each for name, each in signs(first, hint, found, free).items())))


def signs(first: First, hint: Hint, found: Sequence[Found], free: float) -> dict[str, float]:
    """What speaks for it."""
    best = found[0]
    sounding = {each.text: _sounding(first, hint, each.text) for each in found}
    told = SOUNDS * (hint.kind in CHOSEN)
    apart = next(
        (
            best.worth - each.worth + told * (sounding[best.text] - sounding[each.text])
            for each in found[1:]
            if _differ(best.text, each.text, hint)
        ),
        FAR,
    )
    return {
        "worth": best.worth,
        "apart": min(FAR, apart),
        "behind": min(0.0, best.score - free),
        "alike": sounding[best.text],
        "nonsense": float(closed.nonsense(first.hypotheses[0], hint.lang)),
    }


def _sounding(first: First, hint: Hint, text: str) -> float:
    """How much it sounds like what was heard freely, either time, 0..1."""
    heard = (each for each in (first.hypotheses[0], first.again) if each)
    return max((closed.alike(hint.lang, each, text) for each in heard), default=0.0)


def likeness(lang: str, heard: str, told: str) -> float:
    """How much alike those words sound that the two don't share: "запишите к кардиологу" is no "запишите к цене"."""
    one, other = closed.words(heard), closed.words(told)
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return closed.alike(lang, " ".join(one), " ".join(other)) if one or other else 1.0


def _differ(one: str, other: str, hint: Hint) -> bool:
    """Whether they mean two things."""
    if hint.kind == "digits":
        return numerals.digits(one, hint.lang) != numerals.digits(other, hint.lang)
    return denies(one) != denies(other) or [closed.is_answer(one, (each,), hint.lang) for each in hint.answers] != [
        closed.is_answer(other, (each,), hint.lang) for each in hint.answers
    ]
