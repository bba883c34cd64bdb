"""python -m benchmarks: every benchmark by itself, its figures kept, one that fails takes no other along."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    """A folder with the runner and two benchmarks: one that measures and one that falls over."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "benchmarks" / name, folder / name)
    (folder / "turn.py").write_text('print("warming up")\nprint(\'{"events_per_s": 1234.5, "sqlite": {"p50_ms": 2}}\')')
    (folder / "broken.py").write_text('raise SystemExit("no weights here")')
    (folder / "_shared.py").write_text("raise RuntimeError('not a benchmark')")
    return tmp_path


def run(folder: Path, *names: str) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "benchmarks", *names]
    return subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=False)


def test_figures_are_shown_and_kept_and_one_that_fails_is_named(bench: Path) -> None:
    ran = run(bench)
    assert ran.returncode == 1
    assert json.loads((bench / "benchmarks/results/turn.json").read_text())["events_per_s"] == 1234.5
    rows = [line.split() for line in ran.stdout.splitlines()]
    assert ["sqlite.p50_ms", "2"] in rows
    assert "failed: broken" in ran.stderr
    assert not (bench / "benchmarks/results/broken.json").exists()


def test_one_can_be_chosen(bench: Path) -> None:
    assert run(bench, "turn").returncode == 0


def test_an_unknown_name_is_refused_with_the_names_there_are(bench: Path) -> None:
    ran = run(bench, "trun")
    assert ran.returncode == 2
    assert "no such benchmark: trun. There are: broken, turn" in ran.stderr


CUT = """
import asyncio
from benchmarks._cut import until_cut
figures = {"made": 0}
async def work():
    try:
        figures["made"] = 3
        print("going", flush=True)
        await asyncio.sleep(60)
    finally:
        print("put away", flush=True)
print(until_cut(work(), lambda: print(figures, flush=True)))
"""


def test_a_benchmark_that_is_cut_tells_what_it_has_before_it_puts_away_what_it_started() -> None:
    with subprocess.Popen([sys.executable, "-c", CUT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "going\n"
        child.send_signal(signal.SIGTERM)
        assert child.stdout.read().splitlines() == ["{'made': 3}", "put away", "False"]
