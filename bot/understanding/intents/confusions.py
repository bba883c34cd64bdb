"""Phrases of one intent that would be taken for another's, had nobody written them where they stand.

Each phrase is judged by a machine that has not seen it: the sentence vectors and terms of `intents`, ridge in closed
form, the phrase's own block left out. What is told of is a phrase that loses and has a phrase of the winner close
beside it; one that loses for want of its like is rare, not confusing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.dialogue.meaning import Language
from bot.understanding.intents.encoders import Encoder, shipped_encoder
from bot.understanding.intents.lexical import Terms, grams
from bot.understanding.intents.model import MAX_CHARS, RIDGE
from bot.understanding.words.normaliser import normalise

# Cosine of vectors and terms together; at 0.82 the clinic's "почём приём у лора" is near "нужен приём у лора".
NEAR = 0.84
ROWS = 1_200  # texts that are compared; the solution is cubic in them
_SHIPPED = object()


def confused(
    phrases: Mapping[str, Sequence[Sequence[str]]], language: str, encoder: Encoder | object | None = _SHIPPED
) -> list[tuple[str, str]]:
    """Pairs (text, like): `text` of one intent sounds like `like` of another, nearest first; one pair a phrase.

    phrases: intent -> its phrases, each as the texts its template stands for. encoder: None for TF-IDF alone.
    """
    return [(text, like) for text, like, _ in mixed_up(phrases, language, encoder)]


def mixed_up(
    phrases: Mapping[str, Sequence[Sequence[str]]],
    language: str,
    encoder: Encoder | object | None = _SHIPPED,
    *,
    near: float = NEAR,
) -> list[tuple[str, str, float]]:
    """The same, with the cosine of each pair. near: of pairs less alike nothing is told."""
    used: Encoder | None = shipped_encoder() if encoder is _SHIPPED else encoder  # type: ignore[assignment]
    names = sorted(phrases)
    count = sum(len(each) for each in phrases.values())
    texts: list[str] = []
    plain: list[str] = []
    owner: list[int] = []
    block: list[int] = []
    for at, name in enumerate(names):
        for number, stands_for in enumerate(phrases[name]):
            for text in _some(stands_for, max(1, min(4, ROWS // max(count, 1)))):
                if normalise(text):
                    texts.append(text)
                    plain.append(normalise(text)[:MAX_CHARS])
                    owner.append(at)
                    block.append(at * ROWS + number)
    if len(names) < 2 or not texts or len(texts) > ROWS:
        return []
    tongue: Language = "ru" if language == "ru" else "en"
    with threadpool_limits(limits=1, user_api="blas"):
        return _judged(texts, plain, np.array(owner), np.array(block), len(names), tongue, used, near)


def _some(texts: Sequence[str], count: int) -> list[str]:
    """The shortest few of a template's texts: in the long ones the slots' samples outweigh the wish itself."""
    return sorted(texts, key=len)[:count]


def _judged(
    texts: list[str],
    plain: list[str],
    owner: NDArray[np.intp],
    block: NDArray[np.intp],
    names: int,
    language: Language,
    encoder: Encoder | None,
    least: float,
) -> list[tuple[str, str, float]]:
    counts = [grams(text, language) for text in plain]
    lexical = Terms.of(counts, language).matrix(counts)
    terms = np.asarray((lexical @ lexical.T).todense(), np.float64)
    gram = terms
    if encoder is not None:
        vectors = np.asarray(encoder.encode(plain), np.float64)
        gram = terms + vectors @ vectors.T
    size = np.sqrt(np.maximum(np.diag(gram), 1e-9))
    near = gram / np.outer(size, size)
    wanted = np.full((len(texts), names), -1.0)
    wanted[np.arange(len(texts)), owner] = 1.0
    inverse = np.linalg.inv(gram + 1.0 + RIDGE * np.eye(len(texts)))
    dual = inverse @ wanted
    found: dict[int, tuple[float, int, int]] = {}
    for each in sorted(set(block.tolist())):
        rows = np.flatnonzero(block == each)
        unseen = wanted[rows] - np.linalg.solve(inverse[np.ix_(rows, rows)], dual[rows])
        others = np.flatnonzero(block != each)
        for at, figures in zip(rows, unseen, strict=True):
            cosine = np.full(names, -1.0)
            np.maximum.at(cosine, owner[others], near[at][others])
            winner = int((figures + cosine).argmax())
            if winner == owner[at] or cosine[winner] < least:
                continue
            like = int(max(others[owner[others] == winner], key=lambda other: near[at][other]))
            if each not in found or cosine[winner] > found[each][0]:
                found[each] = (float(cosine[winner]), int(at), like)
    return [(texts[at], texts[like], cosine) for cosine, at, like in sorted(found.values(), reverse=True)]
