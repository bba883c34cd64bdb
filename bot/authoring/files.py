"""A set as the files it is made of: which they are, their text, and the set compiled from it.

The text is what is kept of a version, so that a conversation can go on with what it began with when the folder says
something else by now.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.authoring.folder import MAX_TOTAL
from bot.authoring.knowledge import FOLDER
from bot.authoring.load import load
from bot.dialogue.scenario import ScenarioSet

_SUFFIXES = (".yaml", ".yml")

Fingerprint = tuple[tuple[str, int, int, int], ...]


def sets_in(folder: Path) -> dict[str, Path]:
    """The sets in a folder of sets, by name."""
    return {path.parent.name: path.parent for path in sorted(folder.glob("*/business.y*ml"))}


def fingerprint(folder: Path) -> Fingerprint:
    """Other after every save, without reading a file: name, time, size and place of each. Empty where there is none."""
    out: list[tuple[str, int, int, int]] = []
    for part in ("", FOLDER):
        try:
            entries = sorted(os.scandir(folder / part), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            if _counts(entry.name):
                try:
                    stat = entry.stat()
                except OSError:
                    continue
                out.append((f"{part}/{entry.name}", stat.st_mtime_ns, stat.st_size, stat.st_ino))
    return tuple(out)


def contents(folder: Path) -> dict[str, bytes]:
    """What the loader would read, by path in the folder; no more than shows that it is too much. Raises OSError."""
    out: dict[str, bytes] = {}
    left = MAX_TOTAL + 1
    for part in ("", FOLDER):
        if part and not (folder / part).is_dir():
            continue
        for path in sorted(path for path in (folder / part).iterdir() if _counts(path.name)):
            with path.open("rb") as file:
                data = file.read(left)
            left -= len(data)
            out[path.relative_to(folder).as_posix()] = data
    return out


def compiled(name: str, files: Mapping[str, bytes]) -> ScenarioSet:
    """The set that these files make. Raises ScenarioErrors."""
    with tempfile.TemporaryDirectory(prefix="govorun-set-") as place:
        folder = Path(place) / name
        folder.mkdir()
        for path, data in files.items():
            target = folder / path
            if folder.resolve() not in target.resolve().parents:
                continue  # kept by somebody else's hand
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(data)
        return load(folder)


def _counts(name: str) -> bool:
    return name.lower().endswith(_SUFFIXES) and not name.startswith(".")
