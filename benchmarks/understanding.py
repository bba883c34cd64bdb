"""How well intents are told: ours beside what else could be used, on the same phrases and utterances.

ours          sentence encoder, thesaurus and TF-IDF, as `govorun understand intents` measures it
ours_words    the same without the encoder: what runs where it is not installed
tfidf         TF-IDF of words and letter groups, LinearSVC; refuses by its margin
rapidfuzz     the nearest phrase by token_set_ratio; refuses by the ratio
rasa          Rasa 3.6.21, DIET of 100 epochs over HTTP, where `make test-rasa` has made its environment; refuses at 0.4

Each for every set of tests/data: accuracy, oos_recall (at the line each draws for itself), in_scope_kept, ms_p50,
ms_p95, train_s. `refused_at_95`: share of foreign requests refused where the line keeps 95 % of the test's own ones,
so that those who draw their line elsewhere can be compared. `mean`: over the sets of a language. `unread_AREA`,
`mean_unread`: the same phrases, with utterances of tests/data/measure that nobody who tunes reads.

slots         of tests/data/measure: share read right, by type, language and kind; a negative one is a text without a
              value, so 1 less its share is what was read where there is nothing

train_all_s   seconds until every set of scenarios/ has learnt its phrases in both languages, with no cache;
              the encoders being loaded. train_all_cpu_s: of processor time, which a busy machine spoils less;
              train_all_again_s: the same from the cache

The thesaurus was widened after looking at the clinic and cafe sets, and once after the salon and telecom sets; the
first look at the latter two, before it, gave 82 % and 83 %.

python -m benchmarks.understanding [--json] [--sets clinic_ru,cafe_en] [--only ours,rasa]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import httpx
import numpy as np
import yaml
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from bot.authoring.load import load
from bot.authoring.rasa.exporting import PIPELINE, VERSION
from bot.authoring.rasa.exporting import block as _block
from bot.dialogue.meaning import Language
from bot.understanding.intents.encoders import finer_than
from bot.understanding.intents.evaluation import labelled
from bot.understanding.intents.model import shipped_encoder, train
from bot.understanding.nlu import BuiltinNlu
from bot.understanding.reading import Expected
from bot.understanding.slots import readers as slots
from bot.understanding.words.normaliser import normalise
from tests.rasa_real import environment

DATA = Path(__file__).parents[1] / "tests/data"
SCENARIOS = Path(__file__).parents[1] / "scenarios"
ENGINES = ("ours", "ours_words", "tfidf", "rapidfuzz", "rasa")
SETS: tuple[tuple[str, Language], ...] = (
    ("clinic", "ru"), ("cafe", "ru"), ("salon", "ru"), ("telecom", "ru"), ("clinic", "en"), ("cafe", "en"),
    ("clinic2", "ru"), ("car", "ru"), ("bank", "ru"), ("isp", "ru"),
    ("clinic2", "en"), ("car", "en"), ("bank", "en"), ("food", "en"),
)  # fmt: skip
UNREAD: tuple[tuple[str, Language], ...] = (
    ("clinic2", "ru"), ("car", "ru"), ("bank", "ru"), ("isp", "ru"),
    ("clinic2", "en"), ("car", "en"), ("bank", "en"), ("food", "en"),
)  # fmt: skip
SLOTS = ("datetime", "number", "phone", "person", "yesno")
NOW = datetime(2026, 11, 18, 10)
KEPT = 0.95


class Judge(Protocol):
    """A text to its likeliest intent and a figure; texts with less than `line` are refused."""

    line: float

    def __call__(self, text: str) -> tuple[str, float]: ...


class Ours:
    line = 0.5

    def __init__(self, phrases: dict[str, list[str]], language: Language, *, encoder: bool = True) -> None:
        self.model = train(phrases, language, shipped_encoder() if encoder else None)

    def __call__(self, text: str) -> tuple[str, float]:
        best = self.model.judge(text)[0]
        return best.name, best.sure


class Tfidf:
    line = 0.0

    def __init__(self, phrases: dict[str, list[str]]) -> None:
        texts, names = _flat(phrases)
        self.features = make_union(
            TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\S+"),
            TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
        )
        self.machine = LinearSVC().fit(self.features.fit_transform(texts), names)

    def __call__(self, text: str) -> tuple[str, float]:
        margins = self.machine.decision_function(self.features.transform([normalise(text)]))[0]
        return str(self.machine.classes_[margins.argmax()]), float(margins.max())


class Rapidfuzz:
    line = 60.0

    def __init__(self, phrases: dict[str, list[str]]) -> None:
        self.texts, self.names = _flat(phrases)

    def __call__(self, text: str) -> tuple[str, float]:
        _, ratio, at = process.extractOne(normalise(text), self.texts, scorer=fuzz.token_set_ratio)
        return self.names[at], ratio


class Rasa:
    """A server of its own for each set, ended by `close`. train_s: of the training alone."""

    line = 0.4  # of the FallbackClassifier that our export begins with

    def __init__(self, phrases: dict[str, list[str]], language: Language) -> None:
        blocks = [line for name, texts in phrases.items() for line in _block("intent", name, texts)]
        project = {
            "data/nlu.yml": "\n".join([f'version: "{VERSION}"', "nlu:", *blocks]) + "\n",
            "domain/domain.yml": yaml.safe_dump({"version": VERSION, "intents": sorted(phrases)}, allow_unicode=True),
            "config.yml": yaml.safe_dump({"language": language, **PIPELINE}, sort_keys=False),
        }
        model, self.train_s = environment.trained(project, nlu=True)
        self._stack = ExitStack()
        url = self._stack.enter_context(environment.served(model))
        self._client = self._stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))

    def __call__(self, text: str) -> tuple[str, float]:
        answer = self._client.post("/model/parse", json={"text": text}).json()
        best = next(each for each in answer["intent_ranking"] if each["name"] != "nlu_fallback")
        return best["name"], best["confidence"]

    def close(self) -> None:
        self._stack.close()


def _flat(phrases: dict[str, list[str]]) -> tuple[list[str], list[str]]:
    pairs = [(normalise(text), name) for name, texts in phrases.items() for text in texts]
    return [text for text, _ in pairs], [name for _, name in pairs]


def measured(make: Callable[[], Judge], own: Sequence[tuple[str, str]], foreign: Sequence[str]) -> dict[str, float]:
    begun = time.perf_counter()
    judge = make()
    train_s = time.perf_counter() - begun
    spent = []

    def judged(text: str) -> tuple[str, float]:
        started = time.perf_counter()
        found = judge(text)
        spent.append((time.perf_counter() - started) * 1000)
        return found

    try:
        ours = [judged(text) for text, _ in own]
        theirs = [judged(text)[1] for text in foreign]
    finally:
        if isinstance(judge, Rasa):
            train_s = judge.train_s
            judge.close()
    line = float(np.quantile([figure for _, figure in ours], 1 - KEPT))
    return {
        "accuracy": _share(name == wanted for (name, _), (_, wanted) in zip(ours, own, strict=True)),
        "oos_recall": _share(figure < judge.line for figure in theirs),
        "in_scope_kept": _share(figure >= judge.line for _, figure in ours),
        "refused_at_95": _share(figure < line for figure in theirs),
        "ms_p50": round(statistics.median(spent), 2),
        "ms_p95": round(sorted(spent)[int(0.95 * len(spent))], 2),
        "train_s": round(train_s, 2),
    }


def compared(engine: str, area: str, language: Language, folder: Path) -> dict[str, float]:
    """folder: of the utterances; the phrases are those of tests/data."""
    phrases: dict[str, list[str]] = {}
    for text, intent in labelled(DATA / f"intents_{area}_{language}_train.csv"):
        phrases.setdefault(intent, []).append(text)
    makes: dict[str, Callable[[], Judge]] = {
        "ours": lambda: Ours(phrases, language),
        "ours_words": lambda: Ours(phrases, language, encoder=False),
        "tfidf": lambda: Tfidf(phrases),
        "rapidfuzz": lambda: Rapidfuzz(phrases),
        "rasa": lambda: Rasa(phrases, language),
    }
    foreign = [text for text, _ in labelled(folder / f"intents_oos_{language}.csv")]
    own = labelled(folder / f"intents_{area}_{language}{'_test' if folder == DATA else ''}.csv")
    return measured(makes[engine], own, foreign)


def read(kind: str, language: Language) -> dict[str, float]:
    """Share of the unread utterances whose value is right, by their kind. Names: in any order, with ё or е."""
    right: dict[str, list[bool]] = {}
    with (DATA / f"measure/slots_{kind}_{language}.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            told = slots.read(kind, row["text"], lang=language, now=NOW, expected=Expected(asked=True)).value
            value = told.isoformat() if isinstance(told, datetime) else told
            right.setdefault(row["kind"], []).append(_plain(value, kind) == _plain(json.loads(row["value"]), kind))
    return {name: _share(found) for name, found in right.items()}


def _plain(value: object, kind: str) -> object:
    if kind != "person" or value is None:
        return value
    return sorted(str(value).lower().replace("ё", "е").split())


def learnt() -> dict[str, float]:
    """Every shipped set, from nothing and from the cache."""
    sets = [load(path) for path in sorted(SCENARIOS.iterdir()) if path.is_dir()]
    with TemporaryDirectory() as folder:
        begun, spent = time.perf_counter(), time.process_time()
        for each in sets:
            BuiltinNlu.of(each, cache=Path(folder))
        cold, processor = time.perf_counter() - begun, time.process_time() - spent
        begun = time.perf_counter()
        for each in sets:
            BuiltinNlu.of(each, cache=Path(folder))
        again = time.perf_counter() - begun
    return {
        "train_all_s": round(cold, 2),
        "train_all_cpu_s": round(processor, 2),
        "train_all_again_s": round(again, 2),
    }


def _mean(rows: Iterable[dict[str, float]]) -> dict[str, float]:
    listed = list(rows)
    return {key: round(statistics.mean(row[key] for row in listed), 4) for key in listed[0]}


def _share(found: object) -> float:
    listed = list(found)  # type: ignore[call-overload]
    return round(sum(listed) / len(listed), 4)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.understanding", description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on one line")
    parser.add_argument("--sets", default="", help="of these alone: clinic_ru,cafe_en; and no figures of slots")
    parser.add_argument("--only", default="", help=f"these alone: {','.join(ENGINES)}")
    told = parser.parse_args(arguments)
    as_json, chosen = told.json, {name for name in told.sets.split(",") if name}
    encoder = shipped_encoder()
    for each in (encoder, finer_than(encoder)):
        if each is not None:
            each.encode(["warm"])
    figures: dict[str, object] = dict(learnt())
    engines = [name for name in told.only.split(",") if name] or list(ENGINES)
    if "rasa" in engines and not environment.installed():
        engines.remove("rasa")
        print(f"rasa is left out: no {environment.VENV.name}; `make test-rasa` makes it", file=sys.stderr)
    for engine in engines:
        by_set: dict[str, dict[str, float]] = {}
        for prefix, folder, sets in (("", DATA, SETS), ("unread_", DATA / "measure", UNREAD)):
            for area, language in sets:
                if not chosen or f"{area}_{language}" in chosen:
                    print(f"{engine}: {prefix}{area}_{language}", file=sys.stderr, flush=True)
                    by_set[f"{prefix}{area}_{language}"] = compared(engine, area, language, folder)
        means = {
            f"mean_{prefix}{language}": [
                row
                for name, row in by_set.items()
                if name.endswith(language) and name.startswith("unread_") == bool(prefix)
            ]
            for prefix in ("", "unread_")
            for language in ("ru", "en")
        }
        figures[engine] = by_set | {name: _mean(rows) for name, rows in means.items() if rows}
    if not chosen:
        figures["slots"] = {f"{kind}_{language}": read(kind, language) for kind in SLOTS for language in ("ru", "en")}
    figures["load_1min"] = round(os.getloadavg()[0], 2)
    print(json.dumps(figures, ensure_ascii=False, indent=None if as_json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
