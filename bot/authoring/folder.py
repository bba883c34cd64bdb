"""The files of a scenario set, read: what each holds, as it was written, and what can't be read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bot.authoring.knowledge import FOLDER
from bot.authoring.problems import Problem
from bot.authoring.tree import Node, read, read_file
from bot.authoring.unreadable import Unreadable

MAX_FILES = 200
MAX_TOTAL = 2 * 1024 * 1024  # bytes in one set
MAX_SET_NODES = 200_000  # values in one set, aliases counted each time; a large real one has ten thousand
_SUFFIXES = (".yaml", ".yml")


@dataclass(slots=True)
class Files:
    """trees: what each file holds. sources: its text as it was written. digest: of the content of all.

    unread: stems of files of which nobody knows what they hold.
    """

    trees: dict[str, Node] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    digest: str = ""
    unread: set[str] = field(default_factory=set)


def read_folder(folder: Path, problems: list[Problem]) -> Files:
    """Every YAML file of the folder itself and of answers/; tests and the like live in other folders below it."""

    def problem(code: str, file: str, **params: str) -> None:
        problems.append(Problem(file=file, line=1, code=code, params=params))

    found = Files()
    if not folder.is_dir():
        problem("no_folder", str(folder), name=str(folder))
        return found
    names = [*_yaml(folder), *(f"{FOLDER}/{name}" for name in _yaml(folder / FOLDER))]
    if len(names) > MAX_FILES:
        problem("too_many_files", names[MAX_FILES], limit=str(MAX_FILES))
    whole = hashlib.sha256()
    total = weight = 0
    for name in names[:MAX_FILES]:
        try:
            data = read_file(folder / name)
        except OSError:
            problem("unreadable_file", name)
            continue
        total += len(data)
        if total > MAX_TOTAL:
            problem("too_big", name, limit=str(MAX_TOTAL // 1024))
            return found
        whole.update(f"{name}\0{len(data)}\0".encode() + data)
        try:
            tree = read(data)
        except Unreadable as error:
            problems.append(
                Problem(file=name, line=error.line, column=error.column, code=error.code, params=error.params)
            )
            found.unread.add(Path(name).stem)
            continue
        weight += tree.weight if tree is not None else 0
        if weight > MAX_SET_NODES:
            problem("too_many_values", name, limit=str(MAX_SET_NODES))
            return found
        if tree is None:
            problem("empty_file", name)
        else:
            found.trees[name] = tree
            found.sources[name] = data.decode("utf-8-sig", "replace")
    _misnamed(folder, names, found, problems)
    found.digest = whole.hexdigest()[:16]
    return found


def _misnamed(folder: Path, names: Iterable[str], found: Files, problems: list[Problem]) -> None:
    """ "booking.yaml.txt": an editor has added an ending, and Windows doesn't show it."""
    read_ = {Path(name).stem for name in names}
    for path in sorted(folder.glob("*.txt")):
        meant = path.name.removesuffix(".txt")
        if Path(meant).suffix in _SUFFIXES and Path(meant).stem not in read_:
            problems.append(Problem(file=path.name, line=1, code="misnamed_file", params={"meant": meant}))
            found.unread.add(Path(meant).stem)


def _yaml(folder: Path) -> list[str]:
    """The YAML files in a folder, sorted; none where there is no such folder."""
    if not folder.is_dir():
        return []
    entries = (entry.name for entry in os.scandir(folder))
    return sorted(name for name in entries if name.lower().endswith(_SUFFIXES) and not name.startswith("."))
