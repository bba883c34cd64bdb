"""Fixtures that more than one folder of tests needs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings

from bot.stores.sql import Database
from tests import servers
from tests.scheduling import pytest_xdist_auto_num_workers, pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_auto_num_workers", "pytest_xdist_make_scheduler"]

# The same examples every time, so that a change is judged and not the day's luck; HYPOTHESIS_PROFILE=explore looks
# for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.register_profile("thousands", deadline=None, max_examples=10_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: the same test runs on both kinds."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/govorun.db"
        return
    url = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE SCHEMA {name}")
    yield f"{url}?options=-csearch_path%3D{name}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    made = servers.tables(database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """A tests.web.Web: the clinic behind the whole of the web, shared; each test is somebody else."""
    from tests.web import built  # only here: it loads the whole house

    yield from built(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def vcon_schema() -> Mapping[str, Any]:
    """The draft's own schema, which isn't ours to ship: named by the environment, or beside the checkout."""
    named = os.environ.get("GOVORUN_VCON_SCHEMA")
    beside = Path(__file__).parents[2].glob("*/data/vcon/vcon_json_schema.json")
    path = Path(named) if named else next(beside, None)
    if path is None or not path.exists():
        pytest.skip("set GOVORUN_VCON_SCHEMA to vcon_json_schema.json of draft-ietf-vcon-vcon-core")
    found: Mapping[str, Any] = json.loads(path.read_text())
    return found
