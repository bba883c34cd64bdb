"""Which intent a text means, learnt from the ten or so phrases that staff write for each.

A text becomes one row: its sentence vector, what it is about in general (`themes`), and TF-IDF of its concepts, words,
dictionary forms and letter groups (`lexical`). Two ridge machines are solved over these rows in closed form. The first
sees the author's phrases and copies with typos, the second a shipped list of everyday foreign requests besides, all of
them "no" to every intent. Both figures and the cosine to each intent's nearest phrase name the winner; the second's
figure for it plus the cosine says whether the text is ours at all. The line between comes from the author's own
phrases: each is judged by machines that have not seen it or its neighbours, which the closed form gives without
training again.

All this is learnt twice: over one encoder's vectors (2 ms a text), and over two. The second opinion (another 2 ms) is
asked where the first leaves it open, about one text in four. Without the encoders the same code runs on words alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.meaning import KNOWLEDGE, Language, ScoredIntent
from bot.understanding.intents.concepts import concept_words
from bot.understanding.intents.encoders import Encoder, Matrix, finer_than, named, shipped_encoder
from bot.understanding.intents.foreign import FOREIGN
from bot.understanding.intents.lexical import Terms, grams
from bot.understanding.intents.themes import Themes, themes
from bot.understanding.words.normaliser import normalise
from bot.understanding.words.slips import gibberish, mended

MAX_CHARS = 240  # what an intent can be heard in; encoding costs 30 µs a word
RIDGE = 1.0
KEPT = 0.98  # share of the author's own phrases, unseen, that must stay above the line
LINES = (-0.3, 0.1)  # between them: a phrase or two teach no line, and many that are all alike a too high one
SPARED = 0.08  # the line stands so much lower: customers word things further from the author than the author does
TOO_CLOSE = 0.6  # a foreign example nearer than this (cosine) to an author's phrase is that business's own
NO_WORD = 0.15  # how much less sure a text is of which no dictionary has a word
# Two intents nearer than this, or a text so near to the reject line, are left to the finer encoder. So it is asked
# about a quarter of unseen utterances, and loses nothing against asking it always.
OPEN = 0.5
UNSURE = (0.3, 0.7)


@dataclass(frozen=True, slots=True)
class Judged:
    """One text under the machines. sure: 0..1, 0.5 is the reject line. weight: what the intents are compared by."""

    name: str
    sure: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """A trained model of one language. Immutable; serves any thread; about 3 ms a text on one core.

    meaning_of, known_of: weights (features, intents) of the two machines, the dense features' rows first.
    examples: rows the cosine is taken to, `owner[i]` is the intent of the i-th. lines: by intent, the reject line of
    "known + cosine", and the spread: how far above it the author's phrases usually stand. Scenarios have one line,
    answers another: two hundred answers must not decide what is enough for a scenario. finer: learnt from the same
    phrases with one encoder more.
    """

    language: Language
    names: tuple[str, ...]
    terms: Terms
    meaning_of: Matrix
    known_of: Matrix
    examples: Matrix
    owner: NDArray[np.intp]
    lines: Matrix
    encoders: tuple[Encoder, ...]
    finer: IntentModel | None = None
    vocabulary: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        said = frozenset(term[1:] for term in self.terms.places if term[0] == "w" and " " not in term)
        object.__setattr__(self, "vocabulary", said | concept_words(self.language))

    def judge(self, text: str) -> list[Judged]:
        """Every intent with its figure, likeliest first; [] for a text without words."""
        plain = normalise(text[: MAX_CHARS * 2])[:MAX_CHARS]
        if not plain or not self.names:
            return []
        plain = mended(plain, self.vocabulary, self.language)
        counts = grams(plain, self.language)
        judged = self._judge(plain, counts)
        if self.finer is not None and _open(judged):
            judged = self.finer._judge(plain, counts)
        if gibberish(plain, self.vocabulary, self.language):
            # Encoders see a likeness to something in any letters.
            judged = [replace(one, sure=max(0.0, one.sure - NO_WORD)) for one in judged]
        return judged

    def _judge(self, plain: str, counts: Mapping[str, int]) -> list[Judged]:
        vectors = [np.asarray(each.encode([plain]), np.float32) for each in self.encoders]
        dense = themes(self.language).dense(vectors, self.encoders, [counts])[0]
        places, values = self.terms.row(counts)
        wide = dense.shape[0]
        by_meaning = dense @ self.meaning_of[:wide] + values @ self.meaning_of[wide:-1][places] + self.meaning_of[-1]
        by_known = dense @ self.known_of[:wide] + values @ self.known_of[wide:-1][places] + self.known_of[-1]
        if self.encoders:
            compared = dense
        else:
            compared = np.zeros(wide + len(self.terms.idf), np.float32)
            compared[:wide] = dense
            compared[wide + places] = values
        near = self.examples @ (compared / max(float(np.linalg.norm(compared)), 1e-6))
        cosine = np.full(len(self.names), -1.0, np.float32)
        np.maximum.at(cosine, self.owner, near)
        strength = (by_known + cosine - self.lines[0]) / self.lines[1]
        by_meaning = by_meaning + by_known + cosine
        sure = 1 / (1 + np.exp(-np.clip(2.0 * strength, -30, 30)))
        order = np.argsort(-by_meaning, kind="stable")
        return [Judged(self.names[at], float(sure[at]), float(by_meaning[at])) for at in order]

    def rank(self, text: str, among: Sequence[str] | None = None) -> tuple[ScoredIntent, ...]:
        """What the text means, best first: at most the winner and those close behind it, all above the line.

        among: the intents expected now. One that is not expected may still be what the text means: then nothing
        is returned, rather than the best of the wrong ones.
        """
        judged = self.judge(text)
        if not judged:
            return ()
        expected = set(self.names if among is None else among)
        first = judged[0]
        if first.name not in expected:
            # A close second that is expected beats a winner that nobody would understand now.
            judged = [one for one in judged[:2] if one.name in expected and one.sure >= first.sure - 0.1]
        told = [one for one in judged[:3] if one.name in expected and one.sure >= 0.5]
        return tuple(
            ScoredIntent(name=one.name, score=round(one.sure, 4), behind=round(told[0].weight - one.weight, 4))
            for one in told
        )


def _open(judged: Sequence[Judged]) -> bool:
    """Whether the winner is not clear, or not clearly ours or foreign."""
    close = len(judged) > 1 and judged[0].weight - judged[1].weight < OPEN
    return close or UNSURE[0] < judged[0].sure < UNSURE[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """What is taught: the author's texts, and what is none of theirs.

    There are no copies with typos: what people misspell is mended before it is judged, which is better than both
    (docs/benchmarks.md).
    """

    language: Language
    names: tuple[str, ...]
    texts: list[str]
    owner: list[int]
    folds: list[int]
    against: list[str]


def train(
    phrases: Mapping[str, Sequence[str]],
    language: Language,
    encoder: Encoder | None,
    *,
    against: Sequence[str] = (),
    finer: bool = True,
) -> IntentModel:
    """phrases: intent -> examples, expansions of one template standing together. 1 s for 120, 4 to 5 s for the clinic.

    against: texts that mean none of them, besides the shipped foreign ones. finer: learn with the finer encoder, too.
    """
    lesson = _lesson(phrases, language, against)
    if not lesson.texts:
        return _untrained(language)
    terms = Terms.of(lesson.texts, language)
    foreign = _foreign(lesson)
    counts = [grams(text, language) for text in lesson.texts]
    foreign_counts = [_grams_of_shipped(text, language) for text, _ in foreign]
    second = finer_than(encoder) if finer else None
    encoders = () if encoder is None else (encoder,)
    model = _solved(lesson, encoders, terms, counts, foreign, foreign_counts)
    if second is None:
        return model
    return replace(model, finer=_solved(lesson, (*encoders, second), terms, counts, foreign, foreign_counts))


def _lesson(phrases: Mapping[str, Sequence[str]], language: Language, against: Sequence[str]) -> _Lesson:
    names = tuple(sorted(name for name, examples in phrases.items() if examples))
    texts: list[str] = []
    owner: list[int] = []
    for at, name in enumerate(names):
        unique = dict.fromkeys(plain for plain in (normalise(one)[:MAX_CHARS] for one in phrases[name]) if plain)
        texts += unique
        owner += [at] * len(unique)
    return _Lesson(
        language=language,
        names=names,
        texts=texts,
        owner=owner,
        folds=_folds(owner),
        against=[plain for one in against if (plain := normalise(one))],
    )


def _foreign(lesson: _Lesson) -> list[tuple[str, int]]:
    """(text, its number among the shipped ones or -1): what may be taught as foreign here."""
    own = set(lesson.texts)
    shipped = [(normalise(one), at) for at, one in enumerate(FOREIGN[lesson.language])]
    return [(text, at) for text, at in (*shipped, *((one, -1) for one in lesson.against)) if text and text not in own]


@lru_cache(maxsize=2048)
def _grams_of_shipped(text: str, language: Language) -> Mapping[str, int]:
    """Every set is taught the same foreign requests."""
    return grams(text, language)


def _foreign_vectors(foreign: Sequence[tuple[str, int]], told: Themes, encoder: Encoder) -> Matrix:
    """As shipped where they are, else encoded now."""
    shipped = told.foreign.get(named((encoder,)))
    if shipped is None:
        return np.asarray(encoder.encode([text for text, _ in foreign]), np.float32)
    vectors = shipped[[at for _, at in foreign]]
    more = [place for place, (_, at) in enumerate(foreign) if at < 0]
    if more:
        vectors[more] = np.asarray(encoder.encode([foreign[place][0] for place in more]), np.float32)
    return vectors


def _solved(
    lesson: _Lesson, encoders: tuple[Encoder, ...], terms: Terms, counts: Sequence[Mapping[str, int]],
    foreign: Sequence[tuple[str, int]], foreign_counts: Sequence[Mapping[str, int]],
) -> IntentModel:  # fmt: skip
    told = themes(lesson.language)
    lexical, strange = terms.matrix(counts), terms.matrix(foreign_counts)
    owner = np.array(lesson.owner, np.intp)
    ours = [np.asarray(each.encode(lesson.texts), np.float32) for each in encoders]
    theirs = [_foreign_vectors(foreign, told, each) for each in encoders]
    dense = told.dense(ours, encoders, counts)
    foreign_dense = told.dense(theirs, encoders, foreign_counts)
    if encoders:
        examples = _unit(dense)
        closest = (_unit(foreign_dense) @ examples.T).max(axis=1)
    else:
        examples = _unit(np.hstack([dense, lexical.toarray()]))
        closest = (_unit(np.hstack([foreign_dense, strange.toarray()])) @ examples.T).max(axis=1)
    far = np.flatnonzero(closest < TOO_CLOSE)

    from scipy.sparse import vstack

    wanted = np.full((len(lesson.texts) + len(far), len(lesson.names)), -1.0)
    wanted[np.arange(len(lesson.texts)), lesson.owner] = 1.0
    all_dense = np.vstack([dense, foreign_dense[far]])
    all_lexical = vstack([lexical, strange[far]]).tocsr()
    gram = all_dense @ all_dense.T + (all_lexical @ all_lexical.T).toarray() + 1.0
    mine = slice(0, len(lesson.texts))
    meaning, unseen_meaning = _ridge(gram[mine, mine], wanted[mine], lesson.folds)
    known, unseen_known = _ridge(gram, wanted, lesson.folds)
    return IntentModel(
        language=lesson.language,
        names=lesson.names,
        terms=terms,
        meaning_of=_weights(dense, lexical, meaning),
        known_of=_weights(all_dense, all_lexical, known),
        examples=examples,
        owner=owner,
        lines=_lines(lesson.names, examples, owner, np.array(lesson.folds), unseen_meaning, unseen_known),
        encoders=encoders,
    )


def _untrained(language: Language) -> IntentModel:
    none = np.zeros((1, 0), np.float32)
    empty = Terms(language, {}, np.zeros(0, np.float32))
    nobody = np.zeros(0, np.intp)
    return IntentModel(
        language=language, names=(), terms=empty, meaning_of=none, known_of=none, examples=none,
        owner=nobody, lines=np.zeros((2, 0), np.float32), encoders=(),
    )  # fmt: skip


def _unit(rows: Any) -> Matrix:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def _folds(owner: Sequence[int]) -> list[int]:
    """Five folds; neighbours fall into one, since expansions of one template stand together."""
    sizes = Counter(owner)
    seen: Counter[int] = Counter()
    folds = []
    for name_at in owner:
        folds.append(seen[name_at] * min(5, sizes[name_at]) // sizes[name_at])
        seen[name_at] += 1
    return folds


def _ridge(gram: Any, wanted: Any, fold_of: Sequence[int]) -> tuple[Any, Any]:
    """Dual weights, and what rows of each fold would have got had their fold been left out.

    Block leave-one-out of kernel ridge: f_B = y_B - (G^-1)_BB^-1 a_B.
    """
    inverse = np.linalg.inv(gram.astype(np.float64) + RIDGE * np.eye(len(gram)))
    dual = inverse @ wanted
    unseen = np.zeros_like(wanted[: len(fold_of)])
    folds = np.array(fold_of)
    for fold in set(fold_of):
        block = np.flatnonzero(folds == fold)
        unseen[block] = wanted[block] - np.linalg.solve(inverse[np.ix_(block, block)], dual[block])
    return dual, unseen


def _weights(vectors: Matrix, lexical: Any, dual: Any) -> Matrix:
    """Back from rows to features; the last row is the constant."""
    parts = [vectors.T @ dual, lexical.T @ dual, dual.sum(axis=0, keepdims=True)]
    return np.ascontiguousarray(np.vstack(parts), dtype=np.float32)


def _lines(names: Sequence[str], examples: Matrix, owner: Any, folds: Any, meaning: Any, known: Any) -> Matrix:
    """(2, intents): reject line and spread, from the author's phrases of each kind, each judged without its fold."""
    near = examples @ examples.T
    figures = np.zeros(len(owner))
    for at in range(len(owner)):
        cosine = np.zeros(meaning.shape[1])
        unseen = folds != folds[at]
        np.maximum.at(cosine, owner[unseen], near[at][unseen])
        winner = int((meaning[at] + known[at] + cosine).argmax())
        figures[at] = known[at, winner] + cosine[winner]
    by_the_way = np.array([name.startswith(KNOWLEDGE) for name in names])
    lines = np.ones((2, len(names)), np.float32)
    for kind in (True, False):
        mine = figures[by_the_way[owner] == kind]
        if len(mine):
            line = float(np.clip(np.quantile(mine, 1 - KEPT), *LINES))
            lines[:, by_the_way == kind] = [[line - SPARED], [max(float(np.median(mine)) - line, 0.5)]]
    return lines


__all__ = ["MAX_CHARS", "RIDGE", "Encoder", "IntentModel", "Judged", "shipped_encoder", "train"]
