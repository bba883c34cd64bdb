"""Text to several options at once: 'сыр, грибы и без лука', 'всё кроме лука', 'убери грибы', 'no onions, extra cheese'.

Each option that is named is taken or taken away, by the words around it. What that makes depends on what was chosen
before: 'добавь сыр' adds to it, 'лучше сыр' replaces it, 'без лука' takes from it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.dialogue import morphology
from bot.understanding.reading import NOTHING, Expected, Lang, Reading
from bot.understanding.slots.choices import Hit, by_words
from bot.understanding.words.normaliser import normalise, tokens
from bot.understanding.words.terms import Line

Sign = Literal["", "add", "drop", "only", "here"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


@dataclass(frozen=True, slots=True)
class _Words:
    """Of one language. add, drop, only: what is said before an option, or after it. instead: the next one goes.

    here: takes a 'without' back ('без лука с сыром'). joins: carries a sign over to the next option. refused: after
    'не', no thanks. all, nothing, done: said of all of them, of none, and of the choice that is made.
    """

    add: frozenset[str]
    drop: frozenset[str]
    only: frozenset[str]
    here: frozenset[str]
    instead: frozenset[str]
    joins: frozenset[str]
    little: frozenset[str]
    refused: frozenset[str]
    all: re.Pattern[str]
    nothing: frozenset[str]
    done: re.Pattern[str]


WORDS: Mapping[Lang, _Words] = {
    "ru": _Words(
        add=_words("добавь добавьте добавить добавим еще плюс также тоже докинь докиньте положи положите"),
        drop=_words(
            "без кроме убери уберите убрать уберем удали удалите удалить исключи исключите исключая исключить не минус "
            "вычеркни вычеркните выкинь выкиньте ни"
        ),
        only=_words("только лишь лучше оставь оставьте"),
        here=_words("с со а но зато"),
        instead=_words("вместо"),
        joins=_words("и или ни да"),
        little=_words("пожалуйста мне нам то тогда вот ну можно будет бы давайте давай там их все-таки на в во"),
        refused=_words("надо нужно нужны нужен нужна хочу хотим буду будем клади кладите ем люблю добавляй добавляйте"),
        all=re.compile(r"\b(?:полный набор|все)\b"),
        nothing=_words("нет не ничего никаких никакой никакую никакие без всего надо нужно нужны хочу обойдусь больше"),
        done=re.compile(
            r"(?:вот |это |и |на этом |пожалуй |больше ){0,3}(?:все|готово|достаточно|ничего|хватит|нет)(?: спасибо)?"
        ),
    ),
    "en": _Words(
        add=_words("add also plus extra more another too"),
        drop=_words("without no not remove except minus hold drop delete skip excluding but never take"),
        only=_words("only just rather instead"),
        here=_words("with and-with"),
        instead=_words("of"),
        joins=_words("and or nor"),
        little=_words("please the a an any some me on it i want would like off out"),
        refused=_words("want need like"),
        all=re.compile(r"\b(?:all(?: of (?:them|it|those))?|everything|the works|the lot)\b"),
        nothing=_words("no none nothing nope plain not any of them those it without anything at all dont want"),
        done=re.compile(
            r"(?:ok |okay |and |no ){0,3}(?:done|thats all|that is all|thats it|that is it|nothing else|enough|no more|"
            r"no)(?: thanks| thank you)?"
        ),
    ),
}


def read_many(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """The ids that are chosen now, in the order in which they are offered; () where nothing is wanted.

    expected.chosen: what was chosen before. expected.asked: it is the question, so that a bare 'no' is an answer,
    and what is named comes to what was chosen.
    """
    if not expected.options:
        return NOTHING
    plain = normalise(text)
    words = WORDS[lang]
    order = [option.id for option in expected.options]
    line = Line(tokens(text), lang)
    hits = _apart(by_words(line, expected.options, lang, asked=expected.asked)) or _by_number(line, expected, lang)
    if not hits:
        return _without_names(plain, order, words, lang, expected)
    signs = _signs(line, hits, lang)
    wanted = {hit.option for hit, sign in zip(hits, signs, strict=True) if sign != "drop"}
    dropped = {hit.option for hit, sign in zip(hits, signs, strict=True) if sign == "drop"} - wanted
    left = words.all.sub(" ", _left(line, hits, words)).strip()
    base = _base(expected, signs, wanted, plain, words, order)
    chosen = tuple(option for option in order if option in (base | wanted) - dropped)
    if not chosen and not wanted and not (base or expected.none.get(lang)):
        return NOTHING  # "без лука", and of what nobody knows
    return Reading(value=chosen, rest=left)


def amends(text: str, lang: Lang) -> bool:
    """Whether it adds to a choice or takes from it, "без лука", rather than making it anew: "ветчину", "не надо"."""
    words = WORDS[lang]
    said = set(normalise(text).split())
    return bool(said & (words.add | words.drop)) and not said <= words.nothing


def _base(
    expected: Expected,
    signs: Sequence[Sign],
    wanted: Collection[str],
    plain: str,
    words: _Words,
    order: Sequence[str],
) -> set[str]:
    """What the named options come to, or are taken from."""
    if not wanted and words.all.search(plain):
        return set(order)  # "всё кроме лука"
    if "only" in signs:
        return set()
    if expected.asked or "add" in signs or "drop" in signs:
        return set(expected.chosen)
    return set()


def _without_names(plain: str, order: Sequence[str], words: _Words, lang: Lang, expected: Expected) -> Reading:
    """No option is named: all of them, none of them, or that will do."""
    if expected.asked and expected.chosen and words.done.fullmatch(plain):
        return Reading(value=expected.chosen)
    none = expected.none.get(lang, ())
    for phrase in sorted(map(normalise, none), key=len, reverse=True):
        if phrase and (found := re.search(rf"\b{re.escape(phrase)}\b", plain)):
            return Reading(value=(), rest=f"{plain[: found.start()]} {plain[found.end() :]}".strip())
    said_all = set(plain.split()) - _POLITE
    if none and expected.asked and said_all and said_all <= words.nothing:
        kept = expected.chosen and not said_all & _BARE  # "ничего больше" to "anything else?"
        return Reading(value=expected.chosen if kept else ())
    said = words.all.search(plain) if expected.asked else None  # "всё верно" chooses nothing
    if said and not words.drop & set(plain.split()):
        return Reading(value=tuple(order), rest=f"{plain[: said.start()]} {plain[said.end() :]}".strip())
    return NOTHING


def _apart(hits: Sequence[Hit]) -> list[Hit]:
    """One option for each stretch of words: 'двойной сыр' names no plain cheese beside it."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (-hit.score, hit.start)):
        if all(hit.stop <= other.start or hit.start >= other.stop for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)


def _by_number(line: Line, expected: Expected, lang: Lang) -> list[Hit]:
    """'Первое и третье', '1, 3': their keys where they have them, else their places; only beside nothing else."""
    keys = {option.key: option.id for option in expected.options if option.key}
    places = {str(place): option.id for place, option in enumerate(expected.options, 1)}
    hits: list[Hit] = []
    for at in range(len(line)):
        term = line.at(at)
        if not isinstance(term.number, int):
            if line.word(at) not in WORDS[lang].joins | WORDS[lang].little | _NUMBERED:
                return []
            continue
        option = (keys or places).get(str(term.number))
        if option is None:
            return []
        hits.append(Hit(at, at + 1, option, 1.0))
    return hits


_BARE = _words("без никаких никакой никакую никакие without plain none")
_POLITE = _words("спасибо пожалуйста мне нам please thanks thank you i for me just")
_NUMBERED = _words("номер пункт вариант number option item the one ones")


def _signs(line: Line, hits: Sequence[Hit], lang: Lang) -> list[Sign]:
    """For each option named, what is to be done with it. "": just named."""
    words = WORDS[lang]
    signs: list[Sign] = []
    for index, hit in enumerate(hits):
        before = hits[index - 1].stop if index else 0
        between = range(before, hit.start)
        sign = _said(line, between, words, after_hit=index > 0)
        if sign is None:
            carried = signs[-1] if signs and signs[-1] in ("drop", "add", "only") else ""
            joined = any(line.word(at) in words.joins for at in between)
            sign = carried if carried and (joined or _goes_on(line, hit, carried, lang)) else ""
        after = hits[index + 1].start if index + 1 < len(hits) else len(line)
        if sign == "" and _refused_after(line, range(hit.stop, after), words, last=index + 1 == len(hits)):
            sign = "drop"
        signs.append("" if sign == "here" else sign)
    return signs


def _said(line: Line, between: range, words: _Words, *, after_hit: bool) -> Sign | None:
    """The sign that the words before an option give; None where they give none."""
    found: Sign | None = None
    for at in between:
        word = line.word(at)
        if word in words.instead and (word != "of" or line.word(at - 1) == "instead"):
            found = "drop"
        elif word in words.drop:
            if after_hit and line.word(at + 1) in words.refused:
                continue  # "грибы не надо, сыр": said of what was before
            found = "drop"
        elif word in words.add:
            found = "add"
        elif word in words.only and line.word(at + 1) != "of":
            found = "only"
        elif word in words.here:
            found = "here"
    return found


def _refused_after(line: Line, after: range, words: _Words, *, last: bool) -> bool:
    """'Грибы не надо', 'лук уберите', 'mushrooms off': said after the option."""
    for at in after:
        word = line.word(at)
        if word in words.joins | words.here:
            return False
        if word in words.drop and (line.word(at + 1) in words.refused or last):
            return not (word == "but" or word == "take")
    return False


def _goes_on(line: Line, hit: Hit, carried: Sign, lang: Lang) -> bool:
    """Whether a list goes on under the same sign: 'без лука, перца'; but 'без лука, сыр' has begun anew."""
    if carried != "drop":
        return True
    if lang == "en":
        return False
    parses = morphology.parses(line.word(hit.start))
    cases = {str(parse.tag.case) for parse in parses if parse.tag.case}
    return "gent" in cases and not cases & {"nomn", "accs"}


def _left(line: Line, hits: Sequence[Hit], words: _Words) -> str:
    used = {at for hit in hits for at in range(hit.start, hit.stop)}
    signs = (
        words.add | words.drop | words.only | words.here | words.instead | words.joins | words.little | words.refused
    )
    return line.text([at for at in range(len(line)) if at not in used and line.word(at) not in signs])
