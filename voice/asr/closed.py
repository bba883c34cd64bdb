"""A closed set of answers against what a recogniser wrote by ear: is it one of them, and which may it have been? PURE.

A small model hears "торди олог" for "кардиолог". What it wrote is compared by sound with every answer expected; those
that come near are candidates, each put where it may have stood ("мне нужен херург" → "мне нужен хирург"), and the
recogniser then scores them against the sound (`voice.asr.second`). Nothing of what was heard is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from bot.dialogue import morphology

NEAR = 0.45  # likeness by sound, 0..1, below which a span of what was heard is not taken for an answer
PLACED = 0.75  # the same where much else was said: in a long wish some span always sounds a little like an answer
MERGED = 0.65  # likeness from which two words may be one cut in two
KEPT = 0.6  # what a word that exists is worth in its place, beside that of one which sounds like it
SHORT = 3  # words: so short an utterance may be nothing but the answer, however it was written
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_ALIKE = {
    # Unstressed vowels and voiced endings are written as they sound.
    "ru": str.maketrans("оёеэяыйюбвгджзщчц", "аииииииупфктшсшшс", "ьъ"),
    "en": str.maketrans("eiouycqzdbgvj", "aaaaakkstpkfj", "'h"),
}
_PERSON = frozenset({"NOUN", "anim", "nomn", "sing"})


def words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("ё", "е"))


def is_answer(text: str, answers: Sequence[str], lang: str) -> bool:
    """Whether all words of one of the answers are in it, in any of their forms."""
    heard = [_stems(lang, word) for word in words(text)]
    return any(
        all(any(not _stems(lang, word).isdisjoint(stems) for stems in heard) for word in wanted)
        for answer in answers
        if (wanted := words(answer))
    )


def is_bare_answer(text: str, answers: Sequence[str]) -> bool:
    """Whether it is one of the answers and nothing besides, word for word."""
    return " ".join(words(text)) in {" ".join(words(answer)) for answer in answers}


def candidates(
    heard: Iterable[str], answers: Sequence[str], lang: str, most: int, *, bare: bool = False
) -> tuple[str, ...]:
    """What may have been said: texts with an answer in them, the likeliest by sound first.

    heard: hypotheses, best first. bare: nothing stands beside the answer: a "yes" put into another sentence would be
    an answer that nobody gave. Costs 1-5 ms for ten answers.
    """
    likeness: dict[str, float] = {}
    sound = cache(partial(_sound, lang))  # of this look alone
    said = tuple(dict.fromkeys(form for answer in answers for form in forms(lang, answer)))
    for text in heard:
        told = words(text)
        for form in said:
            for candidate, near in _placed(told, form, lang, bare, sound):
                likeness[candidate] = max(near, likeness.get(candidate, 0.0))
    ranked = sorted(likeness, key=likeness.__getitem__, reverse=True)
    return tuple(sentence(text) for text in ranked[:most])


def _placed(
    told: Sequence[str], form: str, lang: str, bare: bool, sound: Callable[[str], str]
) -> Iterable[tuple[str, float]]:
    """The answer alone, where little was heard, and in the place of the span that sounds most like it."""
    size = len(form.split())
    if len(told) <= SHORT:
        yield form, _near(sound(" ".join(told)), sound(form))
    spans = [
        (_near(sound(" ".join(told[start:end])), sound(form)), start, end)
        for start in range(len(told))
        if not bare
        for end in range(start + max(1, size - 1), min(len(told), start + size + 1) + 1)
        if end - start < len(told) and list(told[start:end]) != form.split()
    ]
    if spans:
        likeness, start, end = max(spans)
        instead = " ".join(told[start:end])
        meant = len(told) > SHORT and lang == "ru" and not nonsense(instead, lang)  # "меня" is no "цены" misheard
        if likeness >= (NEAR if len(told) <= SHORT else PLACED) and not meant:
            yield " ".join((*told[:start], form, *told[end:])), likeness


def repaired(text: str, lexicon: frozenset[str], lang: str, most: int) -> tuple[str, ...]:
    """With words that are not of this lexicon replaced by those of it that sound like them, likeliest first:
    "шиндесят три" may be "шестьдесят три", "треть его" "третьего". A word that exists may also stay as it is.
    """
    told = words(text)
    ways: list[list[tuple[float, tuple[str, ...]]]] = [[(0.0, ())]]
    for at, word in enumerate(told):
        steps = [(score + 1.0, (*before, word)) for score, before in ways[at] if word in lexicon]
        if word not in lexicon:
            steps += [
                (score + near, (*before, each))
                for score, before in ways[at]
                for near, each in _nearest(lang, word, lexicon)
            ]
            if not nonsense(word, lang):
                steps += [(score + KEPT, (*before, word)) for score, before in ways[at]]
        if at and (word not in lexicon or told[at - 1] not in lexicon):
            steps += [
                (score + 2 * near, (*before, each))
                for score, before in ways[at - 1]
                for near, each in _nearest(lang, told[at - 1] + word, lexicon)
                if near >= MERGED
            ]
        ways.append(sorted(steps, reverse=True)[: 2 * most])
    texts = (" ".join(said) for _, said in ways[-1])
    return tuple(each for each in dict.fromkeys(texts) if each and each != " ".join(told))[:most]


def _nearest(lang: str, word: str, lexicon: frozenset[str]) -> tuple[tuple[float, str], ...]:
    heard = _sound(lang, word)
    near = sorted(((_near(heard, sound), each) for each, sound in _sounds(lang, lexicon).items()), reverse=True)[:3]
    return tuple(each for each in near if each[0] >= NEAR)


@cache
def _sounds(lang: str, lexicon: frozenset[str]) -> Mapping[str, str]:
    """Of the product's own words: numerals, days."""
    return {word: _sound(lang, word) for word in lexicon}


def alike(lang: str, one: str, other: str) -> float:
    """How much two texts sound alike, 0..1."""
    return _near(_sound(lang, one), _sound(lang, other))


def _near(one: str, other: str) -> float:
    return float(Levenshtein.normalized_similarity(one, other))


def holds(lang: str, text: str, phrase: str) -> float:
    """How much some stretch of the text sounds like the phrase, 0..1; some 10 µs."""
    sound, wanted = _sound(lang, text), _sound(lang, phrase)
    return fuzz.partial_ratio(wanted, sound) / 100 if len(sound) >= len(wanted) else alike(lang, text, phrase)


def nonsense(text: str, lang: str) -> bool:
    """Whether it has words that no dictionary has: nobody said that. Russian alone can tell."""
    return lang == "ru" and any(not word.isdigit() and not morphology.known(word) for word in words(text))


def sentence(text: str) -> str:
    """As Whisper writes it: without the capital or the full stop the same words score far worse."""
    return text[:1].upper() + text[1:].rstrip(" .") + "."


def _sound(lang: str, text: str) -> str:
    """How it sounds, roughly: what a model that writes by ear confuses is written alike."""
    plain = "".join(words(text)).translate(_ALIKE.get(lang, _ALIKE["en"]))
    return re.sub(r"(.)\1+", r"\1", plain)


def forms(lang: str, answer: str) -> tuple[str, ...]:
    """As it may be said: a Russian word in its cases, and whom one goes to with "к"."""
    text = answer.lower()
    if lang != "ru" or len(text.split()) > 1:
        return (text,)
    parse = morphology.parses(text)[0]
    if "NOUN" not in parse.tag and "ADJF" not in parse.tag:
        return (text,)
    wanted = {"sing", "masc"} if "ADJF" in parse.tag else {"sing"}
    cases = [parse.inflect(wanted | {case}) for case in ("gent", "datv", "accs")]
    told = [form.word for form in cases if form is not None]
    if parse.tag.grammemes >= _PERSON or "ADJF" in parse.tag:
        told.append(f"к {told[1]}")
    return tuple(dict.fromkeys((text, *told)))


def _stems(lang: str, word: str) -> frozenset[str]:
    if lang != "ru":
        return frozenset((word, word.removesuffix("s")))
    return frozenset((word, *(parse.normal_form.replace("ё", "е") for parse in morphology.parses(word))))
