"""The lock files: whole, hashed, of one mind, and silent about where they were made."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ["requirements.lock", "requirements-test.lock", "docker/install.lock"]


def pins(lock: str) -> dict[str, Requirement]:
    lines = (ROOT / lock).read_text().splitlines()
    each = [Requirement(line.removesuffix("\\").strip()) for line in lines if re.match(r"[a-z0-9]", line)]
    return {canonicalize_name(one.name): one for one in each}


def version(pin: Requirement) -> str:
    return str(pin.specifier).removeprefix("==")


WANTED = [
    *(("requirements.lock", wish) for wish in PROJECT["project"]["dependencies"]),
    *(("requirements-test.lock", wish) for wish in PROJECT["project"]["dependencies"]),
    *(("requirements-test.lock", wish) for wish in PROJECT["dependency-groups"]["test"]),
    *(("docker/install.lock", wish) for wish in PROJECT["dependency-groups"]["install"]),
]


@pytest.mark.parametrize(("lock", "wish"), WANTED, ids=lambda value: str(value))
def test_what_the_project_asks_for_is_locked(lock: str, wish: str) -> None:
    asked = Requirement(wish)
    pin = pins(lock).get(canonicalize_name(asked.name))
    assert pin is not None, f"{asked.name} is not in {lock}: make lock"
    assert asked.specifier.contains(version(pin), prereleases=True), f"{lock} has {pin}, wanted {wish}: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_file_of_a_lock_has_a_hash(lock: str) -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text())
    unhashed = [
        block.splitlines()[0] for block in blocks if re.match(r"[a-z0-9]", block) and "--hash=sha256:" not in block
    ]
    assert not unhashed


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_index_no_address_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"://|^--|\bfile:|@ |/home|/opt|/tmp", text, re.MULTILINE)


@pytest.mark.parametrize("lock", ["requirements.lock", "docker/install.lock"])
def test_one_package_has_one_version_in_every_lock(lock: str) -> None:
    others = pins("requirements-test.lock")
    differ = {
        name: str(pin) for name, pin in pins(lock).items() if name in others and version(others[name]) != version(pin)
    }
    assert not differ


def test_what_a_run_needs_is_all_in_what_the_tests_need() -> None:
    assert set(pins("requirements.lock")) <= set(pins("requirements-test.lock"))


def imported(package: str) -> dict[str, set[str]]:
    """First names of what a package's files import, and the files; standard library and our own left out."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in (
                {name.split(".")[0] for name in names}
                - sys.stdlib_module_names
                - {"bot", "voice", "tests", "benchmarks"}
            ):
                found.setdefault(name, set()).add(path.relative_to(ROOT).as_posix())
    return found


def names(wishes: list[str]) -> set[str]:
    return {canonicalize_name(Requirement(wish).name) for wish in wishes}


OPTIONAL = [wish for extra in PROJECT["project"]["optional-dependencies"].values() for wish in extra]
DECLARED = names(PROJECT["project"]["dependencies"] + OPTIONAL)
TESTED_WITH = DECLARED | names(PROJECT["dependency-groups"]["test"])
# The last is a namespace of many packages, and an extra that is not installed here.
CARRIED = {**metadata.packages_distributions(), "pyannote": ["pyannote-audio"]}


@pytest.mark.parametrize(("package", "declared"), [("bot", DECLARED), ("voice", DECLARED), ("tests", TESTED_WITH)])
def test_whatever_is_imported_is_a_dependency_by_name(package: str, declared: set[str]) -> None:
    """What another package happens to bring along today may be gone tomorrow."""
    undeclared = {
        name: sorted(paths)
        for name, paths in imported(package).items()
        if not {canonicalize_name(carrier) for carrier in CARRIED.get(name, [name])} & declared
    }
    assert not undeclared
