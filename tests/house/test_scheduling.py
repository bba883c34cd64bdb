"""`make test` shares the tests out among processes: what needs the machine for itself comes last and alone."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tests import scheduling

ROOT = Path(__file__).parents[2]
NOTES = """
import os, time
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_{name}(number):
    begun = time.monotonic()
    time.sleep(0.05)
    note = f"{name} {{os.environ['PYTEST_XDIST_WORKER']}} {{begun}} {{time.monotonic()}}\\n"
    with open(Path(__file__).parents[2] / "notes", "a") as notes:
        notes.write(note)
"""


def shared_out(folder: Path, processes: int = 2, **files: int) -> list[tuple[str, str, float, float]]:
    """Run files, 'spine_calls': 3 tests in tests/spine; (file, process, begun, ended) of each test, in order."""
    for name, count in files.items():
        where, _, file = name.partition("_")
        room = folder / "tests" / where
        room.mkdir(parents=True, exist_ok=True)
        (room / f"test_{file}.py").write_text(NOTES.format(name=name, count=count))
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", ".", "-p", "xdist"]
    command += ["-p", "tests.scheduling", "-p", "no:cacheprovider", "-n", str(processes), "--dist", "loadfile", "tests"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    assert re.search(rf"\b{sum(files.values())} passed\b", ran.stdout), ran.stdout + ran.stderr
    lines = [line.split() for line in (folder / "notes").read_text().splitlines()]
    return sorted(
        ((name, who, float(begun), float(ended)) for name, who, begun, ended in lines), key=lambda one: one[2]
    )


@pytest.mark.parametrize("processes", [2, 3])
def test_what_needs_the_whole_machine_waits_until_all_else_is_done(tmp_path: Path, processes: int) -> None:
    ran = shared_out(tmp_path, processes, spine_calls=2, turn_a=8, house_b=2, house_c=1, dialogue_d=6, spine_pages=3)
    last = [one for one in ran if one[0].startswith("spine")]
    others = [one for one in ran if not one[0].startswith("spine")]
    assert min(begun for _, _, begun, _ in last) >= max(ended for *_, ended in others)
    assert len({who for _, who, _, _ in last}) == 1
    assert [name for name, *_ in last] == ["spine_calls"] * 2 + ["spine_pages"] * 3
    assert len({who for _, who, _, _ in others}) >= 2


def test_of_the_files_that_wait_one_is_under_way_at_a_time_while_there_is_other_work(tmp_path: Path) -> None:
    ran = shared_out(
        tmp_path,
        processes=3,
        voice_bridge=6,
        voice_secrets=6,
        voice_pjsip=6,
        voice_baresip=6,
        dialogue_a=60,
        dialogue_b=60,
    )
    waiting = [one for one in ran if one[0].startswith("voice")]
    assert [name for name, *_ in waiting[::6]] == ["voice_bridge", "voice_secrets", "voice_pjsip", "voice_baresip"]
    assert all(ended <= begun for (*_, ended), (_, _, begun, _) in pairwise(waiting))


@pytest.mark.parametrize("file", [*scheduling.WAITING, *scheduling.OWN, *scheduling.LONGEST, *scheduling.ALONE])
def test_every_file_that_the_sharing_names_exists(file: str) -> None:
    assert (ROOT / file).exists()


@pytest.mark.parametrize(
    "files", [{"spine_calls": 2, "spine_pages": 1}, {"house_a": 1, "spine_calls": 1}, {"house_a": 1}]
)
def test_few_files_are_run_to_the_end_too(tmp_path: Path, files: dict[str, int]) -> None:
    assert len(shared_out(tmp_path, **files)) == sum(files.values())


TOGETHER = """
import asyncio
import pytest
import pytest_asyncio
from tests.spine.together import AT_ONCE, UnderWay, chosen, together

pytestmark = pytest.mark.asyncio(loop_scope="session")
up = []

@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def under_way(request):
    calls = UnderWay(chosen(request.session.items), {"line": up})
    yield calls
    await calls.end()

@together()
async def test_one(line):
    line.append(1)
    while len(line) < AT_ONCE:  # for ever, if each waited for the one before
        await asyncio.sleep(0.01)

@together()
async def test_two(line):
    await test_one.together.body(line)
    raise LookupError("its own")

@together(after=test_two)
async def test_three(line):
    assert len(line) >= AT_ONCE

@together()
async def test_four(line):
    await test_one.together.body(line)

@together()
async def test_five(line):
    await test_one.together.body(line)
"""


def test_calls_of_several_tests_are_up_at_once_and_each_fails_by_its_own(tmp_path: Path) -> None:
    (tmp_path / "test_calls.py").write_text(TOGETHER)
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", ".", "-p", "no:cacheprovider"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    ran = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert "FAILED test_calls.py::test_two - LookupError: its own" in ran.stdout, ran.stdout + ran.stderr
    assert "1 failed, 4 passed" in ran.stdout
