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
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.dialogue.meaning import KNOWLEDGE, Language, ScoredIntent
from bot.understanding.intents.concepts import concept_words
from bot.understanding.intents.encoders import Encoder, Matrix, finer_than, shipped_encoder
from bot.understanding.intents.lexical import Row, Terms, grams
from bot.understanding.intents.themes import foreign_rows, foreign_texts, foreign_words, themes
from bot.understanding.words.normaliser import normalise
from bot.understanding.words.slips import gibberish, mended

MAX_CHARS = 240  # what an intent can be heard in; encoding costs 30 µs a word
RIDGE = 1.5
WORDS = 0.36  # of the words beside sentence vectors, squared; more, and a chance word outweighs what is meant
KEPT = 0.98  # share of the author's own phrases, unseen, that must stay above the line
LINES = (-0.3, 0.1)  # between them: a phrase or two teach no line, and many that are all alike a too high one
SPARED = 0.08  # the line stands so much lower: customers word things further from the author than the author does
FEW, OF_FEW = 250, -0.15  # phrases; what fewer teach of the line is by chance, so it stands no higher than that
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


@dataclass(frozen=True, slots=True)
class _Heard:
    """A normalised text, and its rows of the model's terms and of the themes'."""

    plain: str
    terms: Row
    themes: Row


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
        heard = self._heard(text)
        if heard is None:
            return []
        judged = self._judge(heard)
        if self.finer is not None and _open(judged):
            judged = self.finer._judge(heard)
        if gibberish(heard.plain, self.vocabulary, self.language):
            # Encoders see a likeness to something in any letters.
            judged = [replace(one, sure=max(0.0, one.sure - NO_WORD)) for one in judged]
        return judged

    def nearest(self, text: str) -> dict[str, tuple[int, float]]:
        """Of each intent the example most like the text, by its number in `taught`, and their cosine."""
        heard = self._heard(text)
        if heard is None:
            return {}
        near = self._near(self._dense(heard), heard)
        best: dict[str, tuple[int, float]] = {}
        for at in np.argsort(-near, kind="stable").tolist():
            best.setdefault(self.names[self.owner[at]], (at, float(near[at])))
        return best

    def _heard(self, text: str) -> _Heard | None:
        plain = normalise(text[: MAX_CHARS * 2])[:MAX_CHARS]
        if not plain or not self.names:
            return None
        plain = mended(plain, self.vocabulary, self.language)
        counts = grams(plain, self.language)
        return _Heard(plain, self.terms.row(counts), themes(self.language).terms.row(counts))

    def _dense(self, heard: _Heard) -> Matrix:
        vectors = [np.asarray(each.encode([heard.plain]), np.float32) for each in self.encoders]
        rows = themes(self.language).dense(vectors, self.encoders, heard.themes)
        return np.asarray(rows[0], np.float32)

    def _near(self, dense: Matrix, heard: _Heard) -> Matrix:
        wide = dense.shape[0]
        if self.encoders:
            compared = dense
        else:
            compared = np.zeros(wide + len(self.terms.idf), np.float32)
            compared[:wide] = dense
            compared[wide + heard.terms.places] = heard.terms.values
        return np.asarray(self.examples @ (compared / max(float(np.linalg.norm(compared)), 1e-6)), np.float32)

    def _judge(self, heard: _Heard) -> list[Judged]:
        dense = self._dense(heard)
        wide = dense.shape[0]
        by_meaning = dense @ self.meaning_of[:wide] + heard.terms @ self.meaning_of[wide:-1] + self.meaning_of[-1]
        by_known = dense @ self.known_of[:wide] + heard.terms @ self.known_of[wide:-1] + self.known_of[-1]
        cosine = np.full(len(self.names), -1.0, np.float32)
        np.maximum.at(cosine, self.owner, self._near(dense, heard))
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


Encode = Callable[[Encoder, list[str]], Matrix]


def encoded(encoder: Encoder, texts: list[str]) -> Matrix:
    return np.asarray(encoder.encode(texts), np.float32)


def train(
    phrases: Mapping[str, Sequence[str]],
    language: Language,
    encoder: Encoder | None,
    *,
    against: Sequence[str] = (),
    finer: bool = True,
    encode: Encode = encoded,
) -> IntentModel:
    """phrases: intent -> examples, expansions of one template standing together. 0.3 s for 120, on two cores.

    against: texts that mean none of them, besides the shipped foreign ones. finer: learn with the finer encoder, too.
    encode: where vectors of phrases come from.
    """
    lesson = _lesson(phrases, language, against)
    if not lesson.texts:
        return _untrained(language)
    second = finer_than(encoder) if finer else None
    first = () if encoder is None else (encoder,)
    with ThreadPoolExecutor(1) as beside:
        awaited = beside.submit(encode, second, lesson.texts) if second is not None else None
        told = _Told.of(lesson)
        vectors = [encode(each, lesson.texts) for each in first]
        model = _solved(lesson, told, first, vectors, encode)
        if second is None or awaited is None:
            return model
        return replace(model, finer=_solved(lesson, told, (*first, second), [*vectors, awaited.result()], encode))


def taught(phrases: Mapping[str, Sequence[str]]) -> list[tuple[str, str, str]]:
    """(intent, phrase as written, normalised) of each phrase that is learnt, in the order of `IntentModel.examples`."""
    found: list[tuple[str, str, str]] = []
    for name in sorted(phrases):
        unique: dict[str, str] = {}
        for text in phrases[name]:
            unique.setdefault(normalise(text)[:MAX_CHARS], text)
        found += [(name, text, plain) for plain, text in unique.items() if plain]
    return found


def _lesson(phrases: Mapping[str, Sequence[str]], language: Language, against: Sequence[str]) -> _Lesson:
    names = tuple(sorted(name for name, examples in phrases.items() if examples))
    learnt = taught(phrases)
    texts = [plain for _, _, plain in learnt]
    owner = [names.index(name) for name, _, _ in learnt]
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
    shipped = [(text, at) for at, text in enumerate(foreign_texts(lesson.language))]
    return [(text, at) for text, at in (*shipped, *((one, -1) for one in lesson.against)) if text and text not in own]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A lesson's words: rows of its own terms and of the themes', one of each text and one of each foreign one.

    foreign: (text, its number among the shipped ones or -1). more: themes' rows of those that aren't shipped.
    """

    terms: Terms
    lexical: Any
    themes: Any
    foreign: list[tuple[str, int]]
    strange: Any
    more: Any

    @classmethod
    def of(cls, lesson: _Lesson) -> _Told:
        language = lesson.language
        counts = [grams(text, language) for text in lesson.texts]
        terms = Terms.of(counts, language)
        foreign = _foreign(lesson)
        shipped = foreign_words(language)
        strange = [shipped[at] if at >= 0 else grams(text, language) for text, at in foreign]
        themed = themes(language).terms
        return cls(
            terms=terms,
            lexical=terms.matrix(counts),
            themes=themed.matrix(counts),
            foreign=foreign,
            strange=terms.matrix(strange),
            more=themed.matrix([each for each, (_, at) in zip(strange, foreign, strict=True) if at < 0]),
        )

    def foreign_dense(self, language: Language, encoders: tuple[Encoder, ...], encode: Encode) -> Matrix:
        shipped = foreign_rows(language, encoders)[[at for _, at in self.foreign if at >= 0]]
        texts = [text for text, at in self.foreign if at < 0]
        if not texts:
            return shipped
        vectors = [encode(each, texts) for each in encoders]
        return np.vstack([shipped, themes(language).dense(vectors, encoders, self.more)])


def _solved(
    lesson: _Lesson, told: _Told, encoders: tuple[Encoder, ...], vectors: list[Matrix], encode: Encode
) -> IntentModel:
    """vectors: of each encoder, the lesson's texts."""
    count = len(lesson.texts)
    owner, folds = np.array(lesson.owner, np.intp), np.array(lesson.folds, np.intp)
    dense = themes(lesson.language).dense(vectors, encoders, told.themes)
    foreign_dense = told.foreign_dense(lesson.language, encoders, encode)
    if encoders:
        examples = _unit(dense)
        closest = (_unit(foreign_dense) @ examples.T).max(axis=1)
    else:
        examples = _unit(np.hstack([dense, told.lexical.toarray()]))
        closest = (_unit(np.hstack([foreign_dense, told.strange.toarray()])) @ examples.T).max(axis=1)
    far = np.flatnonzero(closest < TOO_CLOSE)

    from scipy.sparse import vstack

    wanted = np.full((count + len(far), len(lesson.names)), -1.0)
    wanted[np.arange(count), owner] = 1.0
    all_dense = np.vstack([dense, foreign_dense[far]])
    all_lexical = vstack([told.lexical, told.strange[far]]).tocsr()
    share = WORDS if encoders else 1.0
    gram = all_dense @ all_dense.T + share * (all_lexical @ all_lexical.T).toarray() + 1.0
    meaning, known = _machines(gram, count)
    mine = wanted[:count]
    return IntentModel(
        language=lesson.language,
        names=lesson.names,
        terms=told.terms,
        meaning_of=_weights(dense, share * told.lexical, meaning.T @ (meaning @ mine)),
        known_of=_weights(all_dense, share * all_lexical, known.T @ (known @ wanted)),
        examples=examples,
        owner=owner,
        lines=_lines(
            lesson.names, examples, owner, folds, _unseen(meaning, mine, folds), _unseen(known, wanted, folds)
        ),
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


def _machines(gram: Any, own: int) -> tuple[Any, Any]:
    """Inverse Cholesky factors W, so that (G + RIDGE)^-1 = W'W: of the first `own` rows, and of all."""
    from scipy.linalg.lapack import dtrtri

    factor = np.linalg.cholesky(gram.astype(np.float64) + RIDGE * np.eye(len(gram)))
    inverse, _ = dtrtri(factor, lower=1, overwrite_c=1)
    return inverse[:own, :own], inverse


def _unseen(inverse: Any, wanted: Any, folds: NDArray[np.intp]) -> Any:
    """What rows of each fold would have got had their fold been left out. inverse: of `_machines`.

    Block leave-one-out of kernel ridge: f_B = y_B - (G^-1)_BB^-1 a_B, where a = G^-1 y.
    """
    projected = inverse @ wanted
    unseen = np.zeros((len(folds), wanted.shape[1]))
    for fold in range(int(folds.max()) + 1):
        block = np.flatnonzero(folds == fold)
        part = inverse[:, : len(folds)][:, block]
        unseen[block] = wanted[block] - np.linalg.solve(part.T @ part, part.T @ projected)
    return unseen


def _weights(vectors: Matrix, lexical: Any, dual: Any) -> Matrix:
    """Back from rows to features; the last row is the constant."""
    parts = [vectors.T @ dual, lexical.T @ dual, dual.sum(axis=0, keepdims=True)]
    return np.ascontiguousarray(np.vstack(parts), dtype=np.float32)


def _lines(names: Sequence[str], examples: Matrix, owner: Any, folds: Any, meaning: Any, known: Any) -> Matrix:
    """(2, intents): reject line and spread, from the author's phrases of each kind, each judged without its fold."""
    near = examples @ examples.T
    cosine = np.zeros((len(owner), meaning.shape[1]))
    for fold in range(int(folds.max()) + 1):
        judged, seen = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(seen):
            first = np.flatnonzero(np.r_[True, np.diff(owner[seen]) > 0])  # texts of one intent stand together
            nearest = np.maximum.reduceat(near[np.ix_(judged, seen)], first, axis=1)
            cosine[np.ix_(judged, owner[seen][first])] = np.maximum(nearest, 0)
    rows = np.arange(len(owner))
    winner = (meaning + known + cosine).argmax(axis=1)
    figures = known[rows, winner] + cosine[rows, winner]
    by_the_way = np.array([name.startswith(KNOWLEDGE) for name in names])
    lines = np.ones((2, len(names)), np.float32)
    for kind in (True, False):
        mine = figures[by_the_way[owner] == kind]
        if len(mine):
            highest = OF_FEW if len(mine) < FEW else LINES[1]
            line = float(np.clip(np.quantile(mine, 1 - KEPT), LINES[0], highest))
            lines[:, by_the_way == kind] = [[line - SPARED], [max(float(np.median(mine)) - line, 0.5)]]
    return lines


__all__ = ["MAX_CHARS", "RIDGE", "Encoder", "IntentModel", "Judged", "shipped_encoder", "taught", "train"]
