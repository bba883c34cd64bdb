from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.dialogue.scenario import ScenarioSet
from bot.understanding.later import LaterNlu
from tests.understanding.rasa.clinic import ROOT, with_rasa
from tests.understanding.rasa.double import Double, rasa

TOKEN = "s3cret"
REAL = "GOVORUN_TEST_RASA"  # the URL of a real server, which `make test-rasa` has started


@pytest.fixture
async def server() -> AsyncIterator[Double]:
    """The double, which misbehaves as it is told."""
    async with rasa(token=TOKEN) as made:
        yield made


@pytest.fixture
async def rasa_url() -> AsyncIterator[str]:
    """Of the real server where there is one, else of the double."""
    if real := os.environ.get(REAL):
        yield real
        return
    async with rasa(token=TOKEN) as made:
        yield made.url


@pytest.fixture(scope="session")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> ScenarioSet:
    return with_rasa(tmp_path_factory.mktemp("clinic"), ROOT / "scenarios" / "clinic")


@pytest.fixture(scope="session")
def own(clinic: ScenarioSet, tmp_path_factory: pytest.TempPathFactory) -> LaterNlu:
    """Learnt once for all tests."""
    made = LaterNlu(clinic, cache=Path(tmp_path_factory.getbasetemp()) / "intents")
    made.learn()
    return made
