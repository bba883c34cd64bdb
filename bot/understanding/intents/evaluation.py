"""How well intents are told, on utterances that training has not seen."""

from __future__ import annotations

import csv
import time
from collections.abc import Sequence
from pathlib import Path

from bot.dialogue.meaning import Language
from bot.errors import Unacceptable
from bot.understanding.intents.model import Encoder, shipped_encoder, train


def labelled(path: Path) -> list[tuple[str, str]]:
    """Rows of a CSV with the columns text,intent (UTF-8, header first; a list of foreign requests needs no intent).

    Raises Unacceptable with the file and line.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if "text" not in (reader.fieldnames or ()):
                raise Unacceptable("no column 'text'", where=f"{path}:1", fix="The first line must be: text,intent")
            return [((row["text"] or "").strip(), (row.get("intent") or "").strip()) for row in reader if row["text"]]
    except OSError as error:
        raise Unacceptable(f"can't be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise Unacceptable("is not UTF-8", where=str(path), fix="Save it as UTF-8.") from error
    except csv.Error as error:
        raise Unacceptable(f"is no CSV: {error}", where=str(path), fix="The columns are text,intent") from error


def evaluate(
    train_csv: Path, test_csv: Path, oos_csv: Path | None, language: Language, encoder: Encoder | None = None
) -> dict[str, float | None]:
    """Train on one file, measure on the others.

    accuracy: share of test texts whose best intent is right, whatever the reject line says. in_scope_kept: share of
    test texts above the line. oos_recall: share of foreign texts below it, None without such a file.
    ms_p50, ms_p95: one text, one core. train_s: seconds, the encoder being loaded already.
    """
    lessons = labelled(train_csv)
    phrases: dict[str, list[str]] = {}
    for text, intent in lessons:
        if not intent:
            raise Unacceptable(f"no intent for {text[:60]!r}", where=str(train_csv))
        phrases.setdefault(intent, []).append(text)
    trials = labelled(test_csv)
    if not lessons or not trials:
        raise Unacceptable("has no rows", where=str(test_csv if lessons else train_csv))
    foreign = [text for text, _ in labelled(oos_csv)] if oos_csv else []
    encoder = encoder or shipped_encoder()
    if encoder:
        encoder.encode(["warm"])
    begun = time.perf_counter()
    model = train(phrases, language, encoder)
    train_s = time.perf_counter() - begun

    right = kept = refused = 0
    spent: list[float] = []

    def judged(text: str) -> tuple[str, bool]:
        started = time.perf_counter()
        found = model.judge(text)
        spent.append((time.perf_counter() - started) * 1000)
        return (found[0].name, found[0].sure >= 0.5) if found else ("", False)

    for text, intent in trials:
        name, sure = judged(text)
        right += name == intent
        kept += sure
    for text in foreign:
        refused += not judged(text)[1]
    return {
        "accuracy": round(right / len(trials), 4),
        "oos_recall": round(refused / len(foreign), 4) if foreign else None,
        "in_scope_kept": round(kept / len(trials), 4),
        "ms_p50": round(_quantile(spent, 0.5), 2),
        "ms_p95": round(_quantile(spent, 0.95), 2),
        "train_s": round(train_s, 2),
    }


def _quantile(figures: Sequence[float], share: float) -> float:
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
