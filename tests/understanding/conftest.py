"""A small clinic whose phrases stand in tests/data: understanding is tested apart from the shipped scenarios."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.dialogue.meaning import Language
from bot.understanding.nlu import BuiltinNlu

DATA = Path(__file__).parent.parent / "data"


def labelled(name: str) -> list[tuple[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["intent"]) for row in csv.DictReader(file)]


def phrases(area: str, language: Language) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, intent in labelled(f"intents_{area}_{language}_train"):
        found.setdefault(intent, []).append(text)
    return found


@pytest.fixture(scope="session")
def clinic_phrases() -> dict[str, dict[str, list[str]]]:
    both: dict[str, dict[str, list[str]]] = {}
    for language in ("ru", "en"):
        for intent, examples in phrases("clinic", language).items():
            both.setdefault(intent, {})[language] = examples
    return both


@pytest.fixture(scope="session")
def nlu(clinic_phrases: dict[str, dict[str, list[str]]]) -> BuiltinNlu:
    return BuiltinNlu(clinic_phrases)
