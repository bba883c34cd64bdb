"""Phrase templates, `[optional] (one|another) {slot}`, to plain examples that an intent learns from.

A template may mean thousands of texts. They are counted, never made: the number-n text is computed, and a few spread
evenly over all of them become examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import gcd, prod

from bot.authoring.reading import NAME

MAX_TEXTS = 20_000  # that one phrase may mean; more is a mistake in the brackets
MAX_DEPTH = 8
EXAMPLES = 12  # taken from one phrase: a rich template must not outweigh ten plain ones


class PhraseError(Exception):
    """code: of the message. params: fill it."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True, slots=True)
class Either:
    """One of several. texts: how many it means."""

    ways: tuple[Piece, ...]
    texts: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", sum(map(_count, self.ways)))


@dataclass(frozen=True, slots=True)
class Chain:
    """One after another. texts: how many it means."""

    pieces: tuple[Piece, ...]
    texts: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "texts", prod(map(_count, self.pieces)))


Piece = str | Either | Chain


def expand(source: str, slot: Callable[[str, str], Sequence[str] | None], limit: int = EXAMPLES) -> tuple[str, ...]:
    """Up to `limit` texts that the template means, spread over all of them.

    slot: the sample values of (name, filter), None where there is no such slot. Raises PhraseError.
    """
    return _expanded(source, slot, limit) if "{" in source else _without_slots(source, limit)


@lru_cache(maxsize=16_384)
def _without_slots(source: str, limit: int) -> tuple[str, ...]:
    """These mean the same in every set, and every edit of a set asks for all of them again."""
    return _expanded(source, lambda name, form: None, limit)


def _expanded(source: str, slot: Callable[[str, str], Sequence[str] | None], limit: int) -> tuple[str, ...]:
    root = _Parser(source, slot).whole()
    total = _count(root)
    if total > MAX_TEXTS:
        raise PhraseError("phrase_bomb", count=str(total), limit=str(MAX_TEXTS))
    if _skippable(root):
        raise PhraseError("phrase_empty")
    texts = (" ".join(_pick(root, index).split()) for index in _spread(total, limit))
    return tuple(dict.fromkeys(re.sub(r"\s+([,.?!])", r"\1", text) for text in texts))


def _spread(total: int, limit: int) -> list[int]:
    """The first text and others far apart. The golden step shares no factor with the number of ways of any bracket,
    so that no bracket shows one way only."""
    step = max(1, int(total * 0.618))
    while gcd(step, total) > 1:
        step += 1
    return [index * step % total for index in range(min(limit, total))]


def _skippable(piece: Piece) -> bool:
    if isinstance(piece, str):
        return not piece.strip()
    if isinstance(piece, Either):
        return any(_skippable(way) for way in piece.ways)
    return all(_skippable(part) for part in piece.pieces)


def _count(piece: Piece) -> int:
    return 1 if isinstance(piece, str) else piece.texts


def _pick(piece: Piece, index: int) -> str:
    if isinstance(piece, str):
        return piece
    if isinstance(piece, Either):
        for way in piece.ways:
            size = _count(way)
            if index < size:
                return _pick(way, index)
            index -= size
    out = []
    if isinstance(piece, Chain):
        for part in piece.pieces:
            index, at = divmod(index, _count(part))
            out.append(_pick(part, at))
    return "".join(out)


class _Parser:
    def __init__(self, source: str, slot: Callable[[str, str], Sequence[str] | None]) -> None:
        self.source = source
        self.slot = slot
        self.at = 0

    def whole(self) -> Piece:
        piece = self.ways("", 0)
        if self.at < len(self.source):
            raise PhraseError("phrase_bracket", sign=self.source[self.at])
        return piece

    def ways(self, closing: str, depth: int) -> Piece:
        """Up to `closing`, which is eaten: alternatives between "|"."""
        if depth > MAX_DEPTH:
            raise PhraseError("phrase_deep", limit=str(MAX_DEPTH))
        ways = [self.chain(depth)]
        while closing and self.peek() == "|":
            self.at += 1
            ways.append(self.chain(depth))
        if closing:
            if self.peek() != closing:
                raise PhraseError("phrase_bracket", sign={")": "(", "]": "["}[closing])
            self.at += 1
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def chain(self, depth: int) -> Piece:
        pieces: list[Piece] = []
        while (sign := self.peek()) not in ("", "|", ")", "]", "}"):
            self.at += 1
            if sign == "(":
                pieces.append(self.ways(")", depth + 1))
            elif sign == "[":
                pieces.append(Either((self.ways("]", depth + 1), "")))
            elif sign == "{":
                pieces.append(self.values())
            elif pieces and isinstance(pieces[-1], str):
                pieces[-1] += sign
            else:
                pieces.append(sign)
        return Chain(tuple(pieces))

    def values(self) -> Piece:
        end = self.source.find("}", self.at)
        if end < 0:
            raise PhraseError("phrase_bracket", sign="{")
        name, _, form = (part.strip() for part in self.source[self.at : end].partition("|"))
        self.at = end + 1
        samples = self.slot(name, form) if NAME.fullmatch(name) else None
        if not samples:
            raise PhraseError("unknown_slot", name=name)
        return Either(tuple(samples))

    def peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""
