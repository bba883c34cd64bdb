"""A served house, and a browser that looks at it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.browsers import chromium
from tests.spine.served import Served


@pytest.fixture(scope="session")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What understanding learnt of the phrases, which every house here may share."""
    return tmp_path_factory.mktemp("learnt")


def folder(tmp_path_factory: pytest.TempPathFactory, learnt: Path) -> Path:
    data = tmp_path_factory.mktemp("data")
    (data / "cache").symlink_to(learnt)
    return data


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, learnt: Path) -> AsyncIterator[Served]:
    async with Served(folder(tmp_path_factory, learnt)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as launched:
        yield launched
