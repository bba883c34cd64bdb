"""The phrases of the shipped scenarios, encoded and shipped: `python -m bot.app.phrases` after many of them changed.

Nothing depends on it but the time of the first start: a phrase that isn't there is encoded when it is learnt.
"""

from __future__ import annotations

import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

import bot.understanding.intents
from bot.authoring.load import load
from bot.settings import ROOT
from bot.understanding.intents.vectors import SHIPPED, all_kept
from bot.understanding.nlu import BuiltinNlu


def write(scenarios: Path = ROOT / "scenarios") -> int:
    """Learn every set of a folder and keep the vectors of its phrases beside the code; how many phrases."""
    file = Path(bot.understanding.intents.__file__).parent / SHIPPED
    file.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for each in sorted(path for path in scenarios.iterdir() if path.is_dir()):
            print(each.name, file=sys.stderr)
            BuiltinNlu.of(load(each), cache=Path(folder))
        rows: defaultdict[int, list[bytes]] = defaultdict(list)
        for key, vector in all_kept(Path(folder)):
            rows[len(vector)].append(key + vector)
    tables: dict[str, Any] = {
        f"of{width}": np.frombuffer(b"".join(some), np.uint8).reshape(len(some), -1) for width, some in rows.items()
    }
    np.savez(file, **tables)
    return sum(map(len, rows.values()))


if __name__ == "__main__":
    print(write())
