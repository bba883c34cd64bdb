"""Text to one of the options on offer: by words in any case, by synonym, by order, with slips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from bot.dialogue import morphology
from bot.understanding.reading import NOTHING, Expected, Lang, Option, Reading
from bot.understanding.words.letters import letter
from bot.understanding.words.normaliser import tokens
from bot.understanding.words.speech import SPEECH, rejected
from bot.understanding.words.terms import Line

_CLOSE = 84  # percent of likeness that passes for a slip in a word of five letters or more
_LONGEST = 60  # words; nobody chooses at greater length, and a word costs up to half a millisecond
_SOUND_LETTERS = 6  # of both words; shorter ones sound alike by chance
_SOUNDS = str.maketrans("оеэяыбдгвжзщ", "аиииипткфшсш", "ьъ")
_LAST = {
    "ru": frozenset("последний последнюю последнее последняя последнего последнему последней".split()),
    "en": frozenset(("last",)),
}
_ORDER_AFTER = {
    "ru": frozenset(["вариант", "пункт", "варианту", "раз", "вариантом", "пожалуйста", "номер", "из", "по"]),
    "en": frozenset(["one", "option", "choice", "please", "of", "on", "item", "number"]),
}
_STOP = {
    "ru": frozenset(
        """
            к ко на в во с со у по для и или а мне нужен нужна нужно хочу врач врачу врача доктор
            доктору мой моя мое моего моей моему мою наш наша нашего
        """.split()
    ),
    "en": frozenset("a an the to for with of and or i my our me need want see doctor please".split()),
}

_WEAK = {  # alone they name nothing: "не три, а четыре" is no "не скоро"
    "ru": frozenset("не ни нет это то та тот так что как уже еще есть бы за да вы ты мы я просто такая такой".split()),
    "en": frozenset("not no it its that this is just still yet don dont didn t s have one on in me you".split()),
}


@dataclass(frozen=True, slots=True)
class Hit:
    """score: 0..1; how much of the name was said. start, stop: terms covered."""

    start: int
    stop: int
    option: str
    score: float


def read_choice(text: str, *, lang: Lang, expected: Expected) -> Reading:
    """The id of one option; several that fit equally are alternatives, in the order they were offered."""
    if not expected.options:
        return NOTHING
    line = Line(tokens(text), lang)
    hits = by_words(line, expected.options, lang, asked=expected.asked) or _by_order(line, expected.options, lang)
    if not hits:
        return NOTHING
    spans = sorted(hits, key=lambda hit: hit.start)
    kept = [hit for hit, no in zip(spans, rejected(line, spans, SPEECH[lang], broken=True), strict=True) if not no]
    if not kept:
        return NOTHING
    used = {at for hit in kept for at in range(hit.start, hit.stop)}
    rest = line.text([at for at in range(len(line)) if at not in used])
    ids = _best(line, kept, lang)
    order = [option.id for option in expected.options]
    if len(ids) == 1:
        return Reading(value=ids[0], rest=rest)
    return Reading(alternatives=tuple(one for one in order if one in ids), rest=rest)


def _best(line: Line, hits: Sequence[Hit], lang: Lang) -> list[str]:
    top = max(hit.score for hit in hits)
    best = [hit for hit in hits if hit.score >= top - 0.05 or _left_open(line, hit, hits, lang)]
    # "мужская стрижка" is not the "стрижка" inside it
    best = [hit for hit in best if not any(_inside(hit, other) for other in best)]
    ids = list(dict.fromkeys(hit.option for hit in best))
    if len(ids) > 1 and len({(hit.start, hit.stop) for hit in best}) > 1:
        # said one after another: the later corrects the earlier, unless 'или' leaves both open
        words = {line.word(at) for at in range(best[0].stop, best[-1].start)}
        if not words & SPEECH[lang].either and words & _CORRECTIONS:
            return [best[-1].option]
    return ids


def _left_open(line: Line, hit: Hit, hits: Sequence[Hit], lang: Lang) -> bool:
    """'Wash or diagnostics': what stands beside 'or' counts as much as the other, however much of its name was said."""
    return any(
        line.word(max(hit.stop, other.stop) - max(hit.stop - hit.start, other.stop - other.start) - 1)
        in SPEECH[lang].either
        and abs(hit.start - other.start) <= 3
        for other in hits
        if other.option != hit.option and hit.score >= 0.5 * other.score and not _inside(hit, other)
    )


def _inside(hit: Hit, other: Hit) -> bool:
    """Whether a longer name covers all the words of this one."""
    return other.start <= hit.start and hit.stop <= other.stop and other.stop - other.start > hit.stop - hit.start


_CORRECTIONS = frozenset("нет ой точнее вернее лучше простите извините а no sorry actually rather wait mean".split())


def by_words(line: Line, options: Sequence[Option], lang: Lang, *, asked: bool) -> list[Hit]:
    """For each option that is named, the best place of it. asked: else half a name is none, unless it tells this option
    from the others: 'my car is broken' doesn't 'check the car'."""
    said = _words(line)[:_LONGEST]
    words = [(at, forms(word, lang), word) for at, word in (*said, *_run_together(said, options, lang))]
    hits: list[Hit] = []
    owned: Sequence[frozenset[str] | None] = [None] * len(options) if asked else _own_words(options, lang)
    for option, own in zip(options, owned, strict=True):
        best: Hit | None = None
        for name in _names(option, lang):
            hit = _match(words, option.id, _stems(name, lang), lang, own)
            if hit is not None and (best is None or hit.score > best.score):
                best = hit
        if best is not None:
            hits.append(best)
    return hits


def _names(option: Option, lang: Lang) -> tuple[str, ...]:
    """Title and synonyms in this language, or in every language where this one has none."""
    if lang in option.title:
        return (option.title[lang], *option.synonyms.get(lang, ()))
    return (*option.title.values(), *(name for names in option.synonyms.values() for name in names))


def _words(line: Line) -> list[tuple[int, str]]:
    return [(at, token.text) for at, term in enumerate(line.terms) for token in line.tokens[term.start : term.stop]]


def _run_together(said: Sequence[tuple[int, str]], options: Sequence[Option], lang: Lang) -> list[tuple[int, str]]:
    """Words of names that were said letter by letter or in two: 'эм эр тэ', 'm r i', 'у зи', 'ultra sound'."""
    known = {word for option in options for name in _names(option, lang) for word in _plain_words(name)}
    split = [_plain_words(name) for option in options for name in _names(option, lang)]
    parted = {"".join(words): words for words in split if len(words) == 2}
    plain = [word for _, word in said]
    longest = max(map(len, known), default=0)
    found: list[tuple[int, str]] = []
    for index, (at, word) in enumerate(said):
        parts = [part for part in _spelled_from(plain, index, lang, longest) if part in known]
        found.extend((at, part) for part in reversed(parts))
        found.extend((at, part) for part in parted.get(word, ()))  # 'bodywork' of 'body work'
        if index + 1 < len(said) and word + plain[index + 1] in known:
            found.append((at, word + plain[index + 1]))
    return found


def _spelled_from(words: Sequence[str], start: int, lang: Lang, longest: int) -> Iterator[str]:
    """What the letters said from here spell, two of them and more."""
    at, part = start, ""
    while len(part) < longest and (one := letter(words, at, lang, words_too=False)) is not None:
        part, at = part + one[0], one[1]
        if len(part) > 1:
            yield part


@lru_cache(maxsize=4096)
def _plain_words(name: str) -> tuple[str, ...]:
    return tuple(token.text for token in tokens(name))


def _match(
    words: Sequence[tuple[int, tuple[str, ...], str]],
    option: str,
    name: tuple[tuple[tuple[str, ...], str], ...],
    lang: Lang,
    own: frozenset[str] | None,
) -> Hit | None:
    """How much of the name the words say; every meaning word of a short name must be there.

    own: words of which one at least must be said where the name is not said whole; None takes any."""
    places: list[int] = []
    score = 0.0
    weak = _WEAK[lang]
    telling = False
    ours = own is None
    for name_stem, name_word in name:
        likeness, place = max(
            ((_alike(said_stem, said, name_stem, name_word, roots=own is None), -at) for at, said_stem, said in words),
            default=(0.0, 0),
        )
        if likeness:
            places.append(-place)
            score += likeness
            telling = telling or name_word not in weak
            ours = ours or (own is not None and name_word in own)
    if not places or score / len(name) < 0.5 or (not telling and len(places) < len(name)):
        return None
    if not ours and len(places) < len(name):
        return None
    return Hit(min(places), max(places) + 1, option, score / len(name) + 0.01 * len(places))


def _own_words(options: Sequence[Option], lang: Lang) -> list[frozenset[str]]:
    """For each option, the words of its title that stand in no name of another."""
    told = [{word for name in _names(option, lang) for _, word in _stems(name, lang)} for option in options]
    count = Counter(word for words in told for word in words)
    titles = [_stems(_names(option, lang)[0], lang) if _names(option, lang) else () for option in options]
    return [frozenset(word for _, word in title if count[word] == 1) for title in titles]


def _alike(said_forms: tuple[str, ...], said: str, name_forms: tuple[str, ...], name: str, *, roots: bool) -> float:
    """1.0 for the same word in any form, less for a slip, 0 for another word. roots: 'зуб' is like 'зубной'."""
    if said == name or not set(said_forms).isdisjoint(name_forms):
        return 1.0
    if roots and "а" <= name[0] <= "я" and _one_root(said_forms[0], name):
        return 0.6
    said_form, name_form = said_forms[0], name_forms[0]
    if min(len(said), len(name)) < 4 or abs(len(said_form) - len(name_form)) > 3:
        return 0.0
    if len(said) >= 5 and len(name) >= 5:
        pairs = ((said_form, name_form), (said, name))
        likeness = max(fuzz.ratio(*pair) for pair in pairs if not said.isascii() or min(map(len, pair)) >= 5)
        if likeness >= _CLOSE:
            return float(likeness) / 110
    if min(len(said_form), len(name_form)) >= _SOUND_LETTERS:
        likeness = fuzz.ratio(sound(said_form), sound(name_form))
        if likeness >= _CLOSE:
            return float(likeness) / 120
    shortest = 5 if said.isascii() else 4  # English has more short words a letter apart: "Brown" is no "brow"
    if min(len(said_form), len(name_form)) >= shortest and DamerauLevenshtein.distance(said_form, name_form) == 1:
        return 0.75 if said_form[0] == name_form[0] else 0.0
    return 0.0


@lru_cache(maxsize=8192)
def _one_root(said: str, name: str) -> bool:
    """'Глаз', 'глазник' beside 'глазной': a noun of the adjective in a name."""
    common = next(
        (at for at, pair in enumerate(zip(said, name, strict=False)) if pair[0] != pair[1]), min(len(said), len(name))
    )
    if common < max(3, len(said) - 2) or len(name) - common > 5 or (common == 3 and len(said) > 3):
        return False
    adjective = any("ADJF" in reading for reading in morphology.grammemes(name)[:1])
    return adjective and any("NOUN" in reading for reading in morphology.grammemes(said)[:1])


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """How an unstressed, unclear word sounds: what a recogniser takes for each other is one letter ("торопевт").

    Russian vowel reduction and devoicing (Р. И. Аванесов, Русское литературное произношение); Latin letters stay.
    """
    letters = word.translate(_SOUNDS)
    return "".join(letter for at, letter in enumerate(letters) if at == 0 or letters[at - 1] != letter)


def _stems(name: str, lang: Lang) -> tuple[tuple[tuple[str, ...], str], ...]:
    return _stems_cached(name, lang)


@lru_cache(maxsize=4096)
def _stems_cached(name: str, lang: Lang) -> tuple[tuple[tuple[str, ...], str], ...]:
    words = [token.text for token in tokens(name)]
    meaning = [word for word in words if word not in _STOP[lang]] or words
    return tuple((forms(word, lang), word) for word in meaning)


@lru_cache(maxsize=8192)
def forms(word: str, lang: Lang) -> tuple[str, ...]:
    """The dictionary forms a Russian word may belong to, the likeliest first; an English one without its plural."""
    if lang == "ru" and "а" <= word[0] <= "я":
        return tuple(dict.fromkeys(str(parse.normal_form).replace("ё", "е") for parse in morphology.parses(word)))
    for ending in ("ies", "es", "s"):
        if len(word) > 4 and word.endswith(ending) and not word.endswith("ss"):
            shorter = word[: -len(ending)] + ("y" if ending == "ies" else "")
            return (shorter, word[:-1]) if ending == "es" else (shorter,)  # 'boxes', 'eyes'
    return (word,)


def _by_order(line: Line, options: Sequence[Option], lang: Lang) -> list[Hit]:
    """'второй', 'вариант два', 'the second one', 'последний', a bare '2'."""
    count = len(options)
    hits: list[Hit] = []
    for at in range(len(line)):
        term = line.at(at)
        number = term.ordinal
        if number is None and term.integer is not None:
            labelled = line.word(at - 1) in (
                "номером",
                "вариант",
                "номер",
                "пункт",
                "цифра",
                "option",
                "number",
                "item",
            )
            if labelled or len(line) <= 2:
                number = term.integer
        if term.word in _LAST[lang]:
            number = count - (1 if line.word(at - 1) in ("предпоследний",) else 0)
        if term.word in ("предпоследний", "предпоследнюю", "penultimate"):
            number = count - 1
        if lang == "en" and (line.word(at + 1), line.word(at + 2)) in (("before", "last"), ("to", "last")):
            number = count - 1 if term.ordinal == 2 or line.word(at + 1) == "before" else None
        elif term.word == "last" and line.word(at - 1) in ("before", "to"):
            number = count - 1
        if number is None or not 1 <= number <= count:
            continue
        after = line.word(at + 1)
        short = len(line) - at <= 3 or after in _ORDER_AFTER[lang]
        if short:
            hits.append(Hit(at, at + 1, options[number - 1].id, 1.0))
    return hits
