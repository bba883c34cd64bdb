"""A new set made from a ready one: the folder copied, what must be renamed renamed, every comment kept.

shelves    the folders that ready sets stand in
find       a set by its name on them, or by its path
make       copy it under a new name; whole, or not at all
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.authoring.problems import Problem, listed, near
from bot.authoring.tree import Fields, Node, Text, read
from bot.authoring.unreadable import Unreadable
from bot.errors import Unacceptable, UnknownScenario

PACKAGE = Path(__file__).resolve().parent.parent
SCHEMA = PACKAGE / "authoring" / "schema.json"
SHIPPED = (PACKAGE.parent / "scenarios", PACKAGE / "ready")  # of a checkout; inside an installed wheel
LONGEST = 40  # letters of a set's name; the database keeps 80
MAX_BYTES = 2 * 1024 * 1024  # of one file that is copied; a set's YAML is under 256 kB a file
_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_TITLE = re.compile(r"[\w«„“№(][\w «»„“”‘’.()/+&!?№–—-]*")  # what YAML takes in any place without quotes
_SCHEMA_LINE = re.compile(r"^(# yaml-language-server: \$schema=).*$", re.MULTILINE)
_COPIED = (".yaml", ".yml", ".txt", ".md", ".csv")


@dataclass(frozen=True, slots=True)
class Made:
    """folder: the new set. left: `file:line` where words of the old business's name still stand."""

    folder: Path
    left: tuple[str, ...]


def shelves(*more: Path) -> dict[str, Path]:
    """Every ready set by name: in the folders given first, then those that came with the product."""
    found: dict[str, Path] = {}
    for shelf in (*more, *SHIPPED):
        for business in sorted(shelf.glob("*/business.y*ml")):
            found.setdefault(business.parent.name, business.parent)
    return found


def find(wanted: str, sets: Mapping[str, Path], locale: str = "en") -> Path:
    """A set by its name, or a folder that holds one. Raises UnknownScenario."""
    if wanted in sets:
        return sets[wanted]
    folder = Path(wanted)
    if ("/" in wanted or os.sep in wanted) and any(folder.glob("business.y*ml")):
        return folder
    problem = _told("no_ready_set", name=wanted, known=listed(sets, 30) or "—", near=near(wanted, sets))
    raise UnknownScenario(problem.what(locale), fix=problem.fix(locale))


def make(name: str, source: Path, into: Path, *, titles: Mapping[str, str], locale: str = "en") -> Made:
    """Copy the set in `source` to `into/name`. titles: what the business is called, by language; none: by its name.

    Raises Unacceptable where the name can't be one, is taken, or the folder can't be written.
    """
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise _refused("bad_set_name", locale, value=name, limit=str(LONGEST))
    for title in titles.values():
        if not _TITLE.fullmatch(title):
            raise _refused("bad_title", locale, value=title)
    target = into / name
    if target.exists():
        raise _refused("set_exists", locale, name=str(target))
    if not titles:
        titles = {"ru": _titled(name), "en": _titled(name)}
    try:
        into.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=into) as draft:
            whole = Path(draft) / name
            _copied(source, whole)
            left = _renamed(whole, source.name, target, titles)
            whole.rename(target)
    except OSError as error:
        raise _refused("not_copied", locale, name=str(target), problem=error.strerror or "") from error
    return Made(target, left)


def _copied(source: Path, target: Path) -> None:
    """The set's own files, without links, hidden files and what editors and Python leave behind."""
    target.mkdir()
    for path in sorted(source.rglob("*")):
        part = path.relative_to(source)
        if any(step.startswith((".", "__")) for step in part.parts) or path.is_symlink() or not path.is_file():
            continue
        if path.suffix.lower() in _COPIED and path.stat().st_size <= MAX_BYTES:
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / part)


def _renamed(folder: Path, was: str, target: Path, titles: Mapping[str, str]) -> tuple[str, ...]:
    """Write the new name wherever the old one stood; what of the old business's name is left, as `file:line`."""
    old = _business_name(folder)
    left: list[str] = []
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        text = path.read_bytes().decode("utf-8", errors="surrogateescape")
        part = path.relative_to(folder)
        text = _SCHEMA_LINE.sub(lambda m, at=part: m[1] + _schema(target / at), text)  # type: ignore[misc]
        text = re.sub(rf"\bscenarios/{re.escape(was)}\b", f"scenarios/{target.name}", text)
        for language, title in titles.items():
            if was_called := old.get(language):
                text = _instead(text, was_called, title)
        path.write_bytes(text.encode("utf-8", errors="surrogateescape"))
        for number, line in enumerate(text.splitlines(), 1):
            if any(core in line for core in _cores(old.values()) if core not in " ".join(titles.values())):
                left.append(f"{part.as_posix()}:{number}")
    return tuple(left)


def _business_name(folder: Path) -> dict[str, str]:
    """What the business is called, by language; one text is for both."""
    for path in sorted(folder.glob("business.y*ml")):
        try:
            root = read(path.read_bytes())
        except Unreadable:
            return {}
        node: Node | None = root.get("name") if isinstance(root, Fields) else None
        if isinstance(node, Text):
            return {"ru": node.value}
        if isinstance(node, Fields):
            return {each.key.value: each.value.value for each in node.entries if isinstance(each.value, Text)}
    return {}


def _instead(text: str, was: str, title: str) -> str:
    """The name in either case of its first letter: "Это клиника «Добрый доктор»" goes on with a small one."""
    if not was.strip():
        return text
    first = was[0]
    pattern = rf"(?<!\w)[{re.escape(first.upper())}{re.escape(first.lower())}]{re.escape(was[1:])}(?!\w)"
    return re.sub(pattern, lambda found: _as_there(title, found[0], was), text)


def _as_there(title: str, found: str, was: str) -> str:
    """With a small first letter where the old name had one: "клиника «…»" is now "салон «…»", but never "лилия"."""
    common = re.match(r"\w+ [«“]", title) is not None
    return title[:1].lower() + title[1:] if common and found[0] != was[0] and found[0].islower() else title


def _cores(names: Iterable[str]) -> list[str]:
    """What of a name doesn't change with its case: the part in quotation marks, or all of it."""
    return [found[1] if (found := re.search(r"[«“](.+?)[»”]", name)) else name for name in names if name]


def _schema(file: Path) -> str:
    """Where the schema stands, as seen from a file: a short way within one tree, else the whole path."""
    folder = file.resolve().parent
    root = PACKAGE.parent
    return Path(os.path.relpath(SCHEMA, folder)).as_posix() if folder.is_relative_to(root) else SCHEMA.as_posix()


def _titled(name: str) -> str:
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _told(code: str, **params: str) -> Problem:
    return Problem(file="", line=1, code=code, params=params)


def _refused(code: str, locale: str, **params: str) -> Unacceptable:
    problem = _told(code, **params)
    return Unacceptable(problem.what(locale), fix=problem.fix(locale))
