"""Whisper's decoder held to a grammar: of all that may have been said, what the sound bears out best.

CTranslate2 decodes freely or scores given texts; what may follow what it can't be told. The decoder of a small model
is 22 million numbers, so numpy walks a grammar with it, some 15-25 ms a token for all hypotheses at once. It reads the
same `model.bin` and listens to what CTranslate2's encoder made of the sound.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from threadpoolctl import ThreadpoolController

from voice.asr.grammars import Grammar, State
from voice.asr.numerals import lexicon
from voice.asr.work import Work

BEAM = 8
LONGEST = 64  # tokens; a telephone number in words has some thirty
USUAL = 0.4  # share of what a sentence is worth by itself, heard in silence, that counts against it
LONGER = (
    0.5  # power of its tokens that its worth is divided by: with 1 words that nobody said cost nothing, with 0 none fit
)
SCORED = 5  # sentences whose worth is reckoned, the likeliest by their mean
FREQUENT = 16_384  # tokens from here on are rare words and other languages

Array = npt.NDArray[np.float32]
Past = list[tuple[Array, Array]]
"""Keys and values of each layer so far: hypotheses, heads, tokens, depth."""

_TYPES = {0: np.float32, 1: np.int8, 2: np.int16, 3: np.int32, 4: np.float16}  # CTranslate2's DataType
_PUNCTUATION = frozenset(" .,!?-'")


class Tokenizer(Protocol):
    """As faster-whisper's."""

    @property
    def eot(self) -> int: ...

    def encode(self, text: str) -> list[int]: ...

    def decode(self, tokens: list[int]) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """text: as the grammar says it, without a full stop. score: mean log probability a token, its end included, of the
    tokens that the language is written with. worth: how much likelier the sound makes it, by which the likeliest is
    found: what is often said anyway, and what is short, is no more likely for that. alone: its score in silence."""

    text: str
    score: float
    worth: float
    alone: float = 0.0


@dataclass(frozen=True, slots=True)
class Layer:
    norms: tuple[tuple[Array, Array], ...]  # before attention to itself, to the sound, and the feed-forward
    linears: tuple[tuple[Array, Array], ...]  # qkv, out; q, kv, out; in, out: each transposed, with its bias


@dataclass(frozen=True, slots=True)
class Memory:
    """What the decoder attends to of one utterance, by layer. keys: heads, depth, frames; values: heads, frames,
    depth."""

    keys: tuple[Array, ...]
    values: tuple[Array, ...]


class Decoder:
    """Weights alone, so safe from several threads. 100 MB."""

    def __init__(self, model: Path) -> None:
        """model: a model.bin of CTranslate2 with float16 or float32 weights. Raises ValueError for another."""
        held = _variables(model)

        def get(name: str) -> Array:
            return np.ascontiguousarray(held[f"decoder/{name}"], np.float32)

        def norm(name: str) -> tuple[Array, Array]:
            return get(f"{name}/gamma"), get(f"{name}/beta")

        def linear(name: str) -> tuple[Array, Array]:
            return np.ascontiguousarray(get(f"{name}/weight").T), get(f"{name}/bias")

        parts = ("self_attention/linear_0", "self_attention/linear_1", "attention/linear_0", "attention/linear_1",
                 "attention/linear_2", "ffn/linear_0", "ffn/linear_1")  # fmt: skip
        names = (f"layer_{number}" for number in range(64))
        self._heads = int(held["decoder/num_heads"])
        self._embeddings = held["decoder/embeddings/weight"]
        self._positions = get("position_encodings/encodings")
        self._layers = tuple(
            Layer(
                norms=tuple(norm(f"{name}/{part}/layer_norm") for part in ("self_attention", "attention", "ffn")),
                linears=tuple(linear(f"{name}/{part}") for part in parts),
            )
            for name in names
            if f"decoder/{name}/{parts[0]}/weight" in held
        )
        self._norm = norm("layer_norm")
        _let_go(self._embeddings)

    def listen(self, encoded: Array) -> Memory:
        """encoded: float32[frames, width] of one utterance. Some 20 ms."""
        frames, width = encoded.shape
        both = [
            (encoded @ layer.linears[3][0] + layer.linears[3][1]).reshape(frames, 2, self._heads, width // self._heads)
            for layer in self._layers
        ]
        return Memory(
            keys=tuple(np.ascontiguousarray(each[:, 0].transpose(1, 2, 0)) for each in both),
            values=tuple(np.ascontiguousarray(each[:, 1].transpose(1, 0, 2)) for each in both),
        )

    def rows(self, tokens: npt.NDArray[np.int64]) -> Array:
        """The embeddings of these tokens, which are also what tells them apart at the output."""
        return np.ascontiguousarray(self._embeddings[tokens], np.float32)

    def step(self, memory: Memory, past: Past, tokens: npt.NDArray[np.int64], at: int) -> Array:
        """More tokens for each hypothesis, int[hypotheses, tokens], the first at place `at`: hidden states,
        float32[hypotheses, tokens, width]. `past` grows."""
        count, more = tokens.shape
        x = self.rows(tokens) + self._positions[at : at + more]
        depth = x.shape[-1] // self._heads
        scale = np.float32(depth**-0.5)
        later: Array = np.zeros((more, at + more), np.float32)
        later[np.triu_indices(more, at + 1, at + more)] = -np.inf
        for number, layer in enumerate(self._layers):
            told = _linear(_normed(x, layer.norms[0]), layer.linears[0]).reshape(count, more, 3, self._heads, depth)
            query, keys, values = told.transpose(2, 0, 3, 1, 4)
            if number < len(past):
                keys = np.concatenate((past[number][0], keys), axis=2)
                values = np.concatenate((past[number][1], values), axis=2)
                past[number] = (keys, values)
            else:
                past.append((keys, values))
            weights = _softmax(query * scale @ keys.transpose(0, 1, 3, 2) + later)
            x = x + _linear((weights @ values).transpose(0, 2, 1, 3).reshape(x.shape), layer.linears[1])
            query = _linear(_normed(x, layer.norms[1]), layer.linears[2]).reshape(count * more, self._heads, depth)
            weights = _softmax(query.transpose(1, 0, 2) * scale @ memory.keys[number])
            x = x + _linear((weights @ memory.values[number]).transpose(1, 0, 2).reshape(x.shape), layer.linears[4])
            inner = _gelu(_linear(_normed(x, layer.norms[2]), layer.linears[5]))
            x = x + _linear(inner, layer.linears[6])
        return _normed(x, self._norm)


class Search:
    """Of one language. Safe from several threads. decoder: shared by the languages."""

    def __init__(self, decoder: Decoder, tokenizer: Tokenizer, lang: str, start: Sequence[int], silence: Array) -> None:
        """start: tokens before the first word. silence: what the encoder makes of no sound."""
        self.decoder, self._tokenizer, self._start = decoder, tokenizer, start
        self._silence = decoder.listen(silence)
        self._usual: dict[str, float] = {}  # of grammars that are the product's own, so nothing of a caller's
        ends = [tokenizer.eot, *(tokenizer.encode(each)[0] for each in (".", "!", "?", ",", "..."))]
        ids = sorted({*_written(tokenizer, lang), *_numerals(tokenizer, lang), *ends})
        self._place = {token: at for at, token in enumerate(ids)}
        self._rows = np.ascontiguousarray(decoder.rows(np.array(ids, np.int64)).T)
        self._ends = np.array([self._place[token] for token in ends])
        self._blas = ThreadpoolController()

    def best(
        self, memory: Memory, grammar: Grammar, work: Work, *, also: Sequence[str] = (), beam: int = BEAM
    ) -> tuple[Found, ...]:
        """The likeliest sentences of the grammar, best first, at most SCORED, and these besides. Where the work is
        spent before the end, those found by then."""
        with self._blas.limit(limits=1, user_api="blas"):  # the pool's workers share the cores
            found = self._walk(memory, self._start, _Tries(grammar, self._tokenizer.encode), beam, work)
        told: dict[str, tuple[float, int]] = {}
        for score, tokens in found:
            text = grammar.told(self._tokenizer.decode(list(tokens)).strip())
            length = len(tokens) + 1
            told[text] = max((score / length, length), told.get(text, (-99.0, 1)))
        best = sorted(told, key=lambda text: -told[text][0])[:SCORED]
        more = [text for text in dict.fromkeys(each.rstrip(" .") for each in also) if text not in told]
        for text, score in zip(more, self.scores(memory, more, work), strict=True):
            told[text] = (score, len(self._tokens(text)) + 1)
        best += more
        usual = self._alone(best, work, remember=grammar.fixed)
        ranked = (_found(text, *told[text], alone) for text, alone in zip(best, usual, strict=True))
        return tuple(sorted(ranked, key=lambda each: -each.worth))

    def both(
        self, one: Memory, before: Sequence[Found], other: Memory, found: Sequence[Found], work: Work
    ) -> tuple[Found, ...]:
        """What was found when it was listened to once and once more, as both listenings bear it out; best first."""
        before, found = before[:SCORED], found[:SCORED]
        texts = list(dict.fromkeys(each.text for each in (*before, *found)))
        scores = [self._all(one, texts, before, work), self._all(other, texts, found, work)]
        lengths = [len(self._tokens(text)) + 1 for text in texts]
        alone = {each.text: each.alone for each in (*before, *found)}
        every = zip(texts, *scores, lengths, alone.values(), strict=True)
        told = (_found(text, (first + second) / 2, length, alone) for text, first, second, length, alone in every)
        return tuple(sorted(told, key=lambda each: -each.worth))

    def _all(self, memory: Memory, texts: Sequence[str], known: Sequence[Found], work: Work) -> list[float]:
        scores = {each.text: each.score for each in known}
        new = [text for text in texts if text not in scores]
        scores |= dict(zip(new, self.scores(memory, new, work), strict=True))
        return [scores[text] for text in texts]

    def scores(self, memory: Memory, texts: Sequence[str], work: Work) -> list[float]:
        """Mean log probability a token of each text, as `best` reckons it; the work is spent whether or not there is
        as much left."""
        if not texts:
            return []
        told = [self._tokens(text) for text in texts]
        longest = max(map(len, told))
        work.spend(len(self._start) + len(told) * longest)
        padded = [[*tokens, *[0] * (longest - len(tokens))] for tokens in told]  # what follows isn't attended to
        with self._blas.limit(limits=1, user_api="blas"):
            past: Past = []
            start = self.decoder.step(memory, past, np.array([self._start], np.int64), 0)[:, -1:]
            past = [(keys.repeat(len(told), 0), values.repeat(len(told), 0)) for keys, values in past]
            rest = self.decoder.step(memory, past, np.array(padded, np.int64), len(self._start))
            hidden = np.concatenate((start.repeat(len(told), 0), rest), axis=1)
            return [self._mean(each[: len(tokens) + 1], tokens) for each, tokens in zip(hidden, told, strict=True)]

    def _tokens(self, text: str) -> list[int]:
        return self._tokenizer.encode(" " + text.strip().rstrip(" .!?,"))

    def _alone(self, texts: Sequence[str], work: Work, *, remember: bool = False) -> list[float]:
        """How likely sentences are in silence. remember: they are the product's own. Whatever else is found is what a
        caller said, digits and names among it, and is forgotten. Two threads may find out the same."""
        new = [text for text in texts if text not in self._usual]
        found = dict(zip(new, self.scores(self._silence, new, work), strict=True))
        usual = {**self._usual, **found}
        if remember:
            self._usual = usual
        return [usual[text] for text in texts]

    def _mean(self, hidden: Array, tokens: Sequence[int]) -> float:
        logs, others = self._logs(hidden, tokens)
        told = [self._of(logs[at], others[at], tokens, token) for at, token in enumerate(tokens)]
        return (sum(told) + float(self._ending(logs[-1]))) / (len(tokens) + 1)

    def _walk(
        self, memory: Memory, start: Sequence[int], tries: _Tries, beam: int, work: Work
    ) -> list[tuple[float, tuple[int, ...]]]:
        past: Past = []
        hidden = self.decoder.step(memory, past, np.array([start], np.int64), 0)[:, -1]
        alive: list[tuple[float, tuple[int, ...], _Trie]] = [(0.0, (), tries.of(tries.grammar.start))]
        found: list[tuple[float, tuple[int, ...]]] = []
        rare = [token for _, _, trie in alive for token in trie.below]
        logs, others = self._logs(hidden, rare)
        for at in range(len(start), len(start) + LONGEST):
            more = sorted(
                (
                    (score + self._of(logs[row], others[row], rare, token), row, token, below)
                    for row, (score, _, trie) in enumerate(alive)
                    for token, below in trie.below.items()
                ),
                key=lambda each: -each[0],
            )
            least = sorted((score for score, _ in found), reverse=True)[beam - 1] if len(found) >= beam else -np.inf
            more = [each for each in more[:beam] if each[0] > least]
            if not more or not work.take(len(more)):
                break
            rows = np.array([row for _, row, _, _ in more])
            past = [(keys[rows], values[rows]) for keys, values in past]
            chosen = np.array([[token] for _, _, token, _ in more], np.int64)
            hidden = self.decoder.step(memory, past, chosen, at)[:, 0]
            ways = [(score, (*alive[row][1], token), below) for score, row, token, below in more]
            alive = [(score, tokens, tries.on(below)) for score, tokens, below in ways]
            rare = list(dict.fromkeys(token for _, _, trie in alive for token in trie.below))
            logs, others = self._logs(hidden, rare)
            found += [
                (score + float(self._ending(logs[row])), tokens)
                for row, (score, tokens, below) in enumerate(ways)
                if any(map(tries.grammar.ends, below.then))
            ]
        return found

    def _logs(self, hidden: Array, tokens: Sequence[int]) -> tuple[Array, Array]:
        """Log probabilities of the language's tokens, and those of rare ones among these: each beside all of the
        language's, for what is divided by others alone comes out likelier than certain."""
        logits = hidden @ self._rows
        rare = [token for token in tokens if token not in self._place]
        others = hidden @ self.decoder.rows(np.array(rare, np.int64)).T if rare else np.zeros((len(hidden), 0))
        top = logits.max(-1, keepdims=True)
        total = top + np.log(np.exp(logits - top).sum(-1, keepdims=True))
        return logits - total, others - np.logaddexp(total, others)

    def _of(self, logs: Array, others: Array, tokens: Sequence[int], token: int) -> float:
        if token in self._place:
            return float(logs[self._place[token]])
        return float(others[[each for each in tokens if each not in self._place].index(token)])

    def _ending(self, logs: Array) -> Any:
        return np.log(np.exp(logs[..., self._ends]).sum(-1))


def _found(text: str, score: float, length: int, alone: float) -> Found:
    worth = (score - USUAL * alone) * length ** (1 - LONGER)
    return Found(text=text, score=score, worth=worth, alone=alone)


class _Trie:
    """Tokens that may come next. then: states of the grammar that are reached here."""

    __slots__ = ("below", "then")

    def __init__(self) -> None:
        self.below: dict[int, _Trie] = {}
        self.then: list[State] = []


class _Tries:
    """Of one search: the pieces that a grammar allows, in tokens, made as they are reached."""

    def __init__(self, grammar: Grammar, encode: Callable[[str], Sequence[int]]) -> None:
        self.grammar, self._encode = grammar, encode
        self._made: dict[State, _Trie] = {}
        self._on: dict[int, _Trie] = {}

    def of(self, state: State) -> _Trie:
        if state not in self._made:
            self._made[state] = root = _Trie()
            for text, then in self.grammar.follow(state):
                node = root
                for token in self._encode(text):
                    node = node.below.setdefault(token, _Trie())
                node.then.append(then)
        return self._made[state]

    def on(self, node: _Trie) -> _Trie:
        """The rest of the piece, or whatever may come after it."""
        if not node.then:
            return node
        if id(node) not in self._on:
            both = _Trie()
            _merge(both, node)
            for state in node.then:
                _merge(both, self.of(state))
            self._on[id(node)] = both
        return self._on[id(node)]


def _merge(into: _Trie, other: _Trie) -> None:
    for token, below in other.below.items():
        node = into.below.setdefault(token, _Trie())
        node.then += below.then
        _merge(node, below)


def _written(tokenizer: Tokenizer, lang: str) -> Iterable[int]:
    """The tokens that a language's words are written with. Figures are none: numbers are wanted in words."""
    for token in range(tokenizer.eot):
        text = tokenizer.decode([token])
        letters = [letter for letter in text.lower() if letter not in _PUNCTUATION]
        if lang == "ru":
            # a letter of two bytes may be cut in two tokens
            if text == "\ufffd" or all("а" <= letter <= "я" or letter == "ё" for letter in letters):
                yield token
        elif token < FREQUENT and all(letter.isascii() and letter.isalpha() for letter in letters):
            yield token


def _numerals(tokenizer: Tokenizer, lang: str) -> Iterable[int]:
    """The tokens of numerals: of the English ones "sixty" is rare, and "six" isn't."""
    for word in lexicon(lang):
        for written in (f" {word}", f" {word.capitalize()}", f"-{word}"):
            yield from tokenizer.encode(written)


def _variables(path: Path) -> dict[str, npt.NDArray[Any]]:
    """What a CTranslate2 model.bin holds, by name; mapped, not read. Raises ValueError."""
    data = np.memmap(path, np.uint8, "r")
    at = 0

    def number(form: str) -> int:
        nonlocal at
        size = struct.calcsize(form)
        (value,) = struct.unpack("<" + form, data[at : at + size].tobytes())
        at += size
        return int(value)

    def text() -> str:
        nonlocal at
        size = number("H")
        value = data[at : at + size - 1].tobytes().decode()
        at += size
        return value

    if number("I") != 6 or text() != "WhisperSpec":
        raise ValueError("no Whisper of CTranslate2's binary version 6")
    number("I")
    found: dict[str, npt.NDArray[Any]] = {}
    for _ in range(number("I")):
        name = text()
        shape = [number("I") for _ in range(number("B"))]
        kind = _TYPES[number("B")]
        size = number("I")
        found[name] = data[at : at + size].view(kind).reshape(shape)
        at += size
    if found["decoder/layer_0/ffn/linear_0/weight"].dtype not in (np.float16, np.float32):
        raise ValueError("quantised weights")
    return found


def _let_go(array: Any) -> None:
    """Of the file that an array is mapped from, the pages that were looked through: 138 MB, of which some rows of
    embeddings are all that is read again."""
    while isinstance(array, np.ndarray):
        array = array.base
    if isinstance(array, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.madvise(mmap.MADV_DONTNEED)


def _linear(x: Array, layer: tuple[Array, Array]) -> Array:
    told: Array = x @ layer[0] + layer[1]
    return told


def _normed(x: Array, norm: tuple[Array, Array]) -> Array:
    centred = x - x.mean(-1, keepdims=True)
    told: Array = centred / np.sqrt((centred * centred).mean(-1, keepdims=True) + 1e-5) * norm[0] + norm[1]
    return told


def _softmax(x: npt.NDArray[Any]) -> Array:
    raised: Array = np.exp(x - x.max(-1, keepdims=True))
    raised /= raised.sum(-1, keepdims=True)
    return raised


def _gelu(x: Array) -> Array:
    told: Array = 0.5 * x * (1 + np.tanh(0.7978846 * (x + 0.044715 * x * x * x)))
    return told
