"""Run the benchmarks one after another: a table on the terminal, JSON in benchmarks/results/.

    python -m benchmarks                  all of them
    python -m benchmarks turn latency     these

Each is `python -m benchmarks.NAME --json`, in a process of its own, so that none warms or crowds another. It prints
one JSON object. One that fails is named at the end, the others still run, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
RESULTS = HERE / "results"


def names() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def measured(output: str) -> dict[str, object]:
    """The JSON object that a benchmark printed last. Raises ValueError where there is none."""
    for line in reversed(output.strip().splitlines()):
        if line.startswith("{"):
            found: dict[str, object] = json.loads(line)
            return found
    return dict(json.loads(output))


def rows(figures: Mapping[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    """Key and value of every figure, those inside others by their path: 'sqlite.p50_ms'."""
    for key, value in figures.items():
        if isinstance(value, Mapping):
            yield from rows(value, f"{before}{key}.")
        else:
            yield before + key, f"{value:,.4g}" if isinstance(value, float) else str(value)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Run the benchmarks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"some of: {', '.join(names())}")
    chosen = parser.parse_args(arguments).names or names()
    if unknown := sorted(set(chosen) - set(names())):
        parser.error(f"no such benchmark: {', '.join(unknown)}. There are: {', '.join(names())}")

    RESULTS.mkdir(exist_ok=True)
    failed = []
    for name in chosen:
        print(f"\n{name}", flush=True)
        started = time.monotonic()
        ran = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", "--json"],
            cwd=HERE.parent,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        try:
            figures = measured(ran.stdout)
        except ValueError:
            figures = {}
        if ran.returncode or not figures:
            failed.append(name)
            print(f"  failed, exit code {ran.returncode}")
            continue
        (RESULTS / f"{name}.json").write_text(
            json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        for key, value in rows(figures):
            print(f"  {key:<40} {value}")
        print(f"  {'(took)':<40} {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
