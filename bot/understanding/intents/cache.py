"""Trained models on disk, so that a set is learnt once and not at each start."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import threading
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bot.dialogue.meaning import Language
from bot.understanding.intents.encoders import Encoder, finer_than, named
from bot.understanding.intents.lexical import Terms
from bot.understanding.intents.model import IntentModel, train
from bot.understanding.intents.themes import shipped_hash
from bot.understanding.intents.vectors import Vectors

log = logging.getLogger(__name__)

FORMAT = 16  # of the cache; raise it when rows or machines change
_ARRAYS = ("meaning_of", "known_of", "examples", "owner", "lines")


class IntentCache:
    """Trained models on disk, by the hash of what they learnt. Plain arrays and JSON: nothing is unpickled."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._vectors = Vectors(folder)
        self._lock = threading.Lock()

    def model(
        self,
        phrases: Mapping[str, Sequence[str]],
        language: Language,
        encoder: Encoder | None,
        *,
        against: Sequence[str] = (),
        finer: bool = True,
    ) -> IntentModel:
        """The cached model of these phrases, or one trained now and kept. A broken file is trained anew."""
        with self._lock:
            path = self._path(phrases, language, _used(encoder, finer), against)
            found = _load(path, _used(encoder, finer)) if path else None
            if found is not None:
                return found
            begun = time.perf_counter()
            with threadpool_limits(limits=1, user_api="blas"):  # on a busy machine more threads spin, and take longer
                model = train(phrases, language, encoder, against=against, finer=finer, encode=self._vectors.of)
            log.info("learnt %d intents (%s) in %.1f s", len(model.names), language, time.perf_counter() - begun)
            if path:
                _store(model, path)
            return model

    def _path(
        self,
        phrases: Mapping[str, Sequence[str]],
        language: Language,
        encoders: tuple[Encoder, ...],
        against: Sequence[str],
    ) -> Path | None:
        if self.folder is None:
            return None
        said = sorted((name, list(examples)) for name, examples in phrases.items())
        learnt = json.dumps([FORMAT, language, named(encoders), shipped_hash(), said, against])
        return self.folder / f"{language}-{hashlib.sha256(learnt.encode()).hexdigest()[:24]}.npz"


def _used(encoder: Encoder | None, finer: bool) -> tuple[Encoder, ...]:
    second = finer_than(encoder) if finer else None
    return tuple(each for each in (encoder, second) if each is not None)


def _store(model: IntentModel, path: Path) -> None:
    about = {
        "language": model.language,
        "names": model.names,
        "terms": sorted(model.terms.places, key=model.terms.places.__getitem__),
    }
    arrays = {f"quick.{name}": getattr(model, name) for name in _ARRAYS}
    if model.finer is not None:
        arrays |= {f"finer.{name}": getattr(model.finer, name) for name in _ARRAYS}
    draft = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(draft, about=np.frombuffer(json.dumps(about).encode(), np.uint8), idf=model.terms.idf, **arrays)
        draft.replace(path)
    except OSError as error:
        log.warning("intents are learnt again at each start: %s can't be written (%s)", path.parent, error.strerror)


def _load(path: Path, encoders: tuple[Encoder, ...]) -> IntentModel | None:
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            about = json.loads(kept["about"].tobytes())
            terms = Terms(about["language"], {term: at for at, term in enumerate(about["terms"])}, kept["idf"])

            def model(kind: str, used: tuple[Encoder, ...]) -> IntentModel:
                arrays: dict[str, Any] = {name: kept[f"{kind}.{name}"] for name in _ARRAYS}
                names = tuple(about["names"])
                return IntentModel(language=about["language"], names=names, terms=terms, encoders=used, **arrays)

            quick = model("quick", encoders[:1])
            return quick if len(encoders) < 2 or not quick.names else replace(quick, finer=model("finer", encoders))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        log.warning("%s is damaged: intents are learnt again", path)
        return None


__all__ = ["IntentCache"]
