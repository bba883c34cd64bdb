"""From models/manifest.toml to a verified path on disk.

    manifest()            what there is, under which licence
    path("whisper-base")  a directory whose every file has the manifest's size and sha256, or an error that says
                          what to do; nothing else may load weights
    pull("whisper-base")  fetch what is missing; resumes, verifies, appears on disk whole or not at all

Weights live where the settings say ($GOVORUN_MODELS), else in models/ of the checkout, else in the user's data
directory.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import Both, NotFound, SettingsError, WeightsCorrupt, WeightsMissing
from voice import download

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, from the thread that pulls."""

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """sources: in the order they are tried."""

    name: str
    bytes: int
    sha256: str
    sources: tuple[download.Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """in_package: the files stay in the installed package. default: a fresh installation pulls them. by_hand: how to
    use what the user downloads from `home` and puts anywhere; it has no files here. mb: about its size."""

    name: str
    about: str
    licence: str
    home: str
    files: tuple[File, ...]
    default: bool = False
    in_package: bool = False
    by_hand: str = ""
    mb: int = 0

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files) or self.mb * 1_000_000


_chosen: list[Path] = []


def live_in(place: Path) -> None:
    """Weights live there from now on: the settings said so. Called once, by the composition root."""
    _chosen[:] = [place]


def directory() -> Path:
    """Where weights live."""
    if _chosen:
        return _chosen[0]
    if named := os.environ.get("GOVORUN_MODELS"):
        return Path(named)
    checkout = Path(__file__).parent.parent / "models"
    if (checkout / "manifest.toml").is_file():
        return checkout
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "govorun" / "models"


def manifest() -> tuple[Weights, ...]:
    """All weights known, the product's own first. Raises SettingsError where a manifest can't be read."""
    own = Path(__file__).parent.parent / "models" / "manifest.toml"
    shipped = own if own.is_file() else Path(__file__).parent / "manifest.toml"
    added = directory() / "manifest.toml"
    known = {one.name: one for one in _parsed(shipped)}
    if added.is_file() and not added.samefile(shipped):
        known |= {one.name: one for one in _parsed(added)}
    return tuple(known.values())


def find(name: str) -> Weights:
    """Raises NotFound."""
    every = manifest()
    for one in every:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in every)
    raise NotFound(f"no weights are called '{name}'", where="models/manifest.toml", fix=f"There are: {names}")


def path(name: str) -> Path:
    """The directory of these weights, every file verified. Reads all of it: 0.2 s for 145 MB, off the loop.

    Raises NotFound (no such name), WeightsMissing, WeightsCorrupt.
    """
    wanted = find(name)
    _not_by_hand(wanted)
    for file in wanted.files:
        at = _place(wanted, file)
        mend = f"Run: govorun models pull {name}"
        if not at.is_file():
            raise WeightsMissing(
                Both(f"weights '{name}' are not on this disk", f"весов '{name}' нет на этом диске"),
                where=str(at),
                fix=mend,
            )
        if fault := _fault(at, file):
            raise WeightsCorrupt(f"{fault}; it is not used", where=str(at), fix=mend)
    return _place(wanted, wanted.files[0]).parent


def present(name: str) -> bool:
    """Whether every file is there with the right size; quick, no proof of its content."""
    wanted = find(name)
    if wanted.by_hand:
        return False
    places = [(_place(wanted, file), file.bytes) for file in wanted.files]
    return all(at.is_file() and at.stat().st_size == size for at, size in places)


def pull(name: str, progress: Progress = lambda _done, _total: None) -> Path:
    """Fetch what is missing or broken; the verified directory. Blocking; minutes on a slow line.

    Raises NotFound; WeightsMissing when no source gave the right bytes (its text names each source and why).
    """
    wanted = find(name)
    _not_by_hand(wanted)
    if wanted.in_package:
        return path(name)
    target = directory() / name
    _make(target, wanted.bytes)
    with _alone(target):
        done = 0
        for file in wanted.files:
            at = target / file.name
            if not at.is_file() or _fault(at, file):
                _fetch(name, file, at, _after(done, wanted.bytes, progress))
            done += file.bytes
            progress(done, wanted.bytes)
        shutil.rmtree(target / download.WORK, ignore_errors=True)
    return target


def _not_by_hand(wanted: Weights) -> None:
    if wanted.by_hand:
        raise WeightsMissing(
            Both(
                f"'{wanted.name}' is yours to download: some {wanted.mb} MB, {wanted.licence}",
                f"'{wanted.name}' скачивают сами: около {wanted.mb} МБ, {wanted.licence}",
            ),
            where=wanted.home,
            fix=Both(f"Then set {wanted.by_hand}", f"Затем задайте {wanted.by_hand}"),
        )


def _after(done: int, total: int, progress: Progress) -> Callable[[int], None]:
    return lambda part: progress(done + part, total)


def _fetch(name: str, file: File, at: Path, progress: Callable[[int], None]) -> None:
    failures: list[str] = []
    for source in file.sources:
        try:
            fetched = source.fetch(at.parent / download.WORK, file.name, file.bytes, progress)
        except download.Unavailable as error:
            failures.append(f"{source}: {error}")
            continue
        if fault := _fault(fetched, file):
            fetched.unlink()
            failures.append(f"{source}: {fault}")
            continue
        fetched.replace(at)
        return
    tried = "; ".join(failures)
    raise WeightsMissing(
        Both(f"'{name}' could not be fetched: {tried}", f"'{name}' не скачать: {tried}"),
        where=str(at),
        fix="Check the network and run the command again: it goes on where it stopped. "
        f"Or put the file there by hand (sha256 {file.sha256})",
    )


def _place(weights: Weights, file: File) -> Path:
    if not weights.in_package:
        return directory() / weights.name / file.name
    for source in file.sources:
        if isinstance(source, download.Parts) and (found := download.installed(source.parts[0])):
            return found
    return directory() / weights.name / file.name


def _fault(at: Path, file: File) -> str:
    """What is wrong with this file; "" when it is the one the manifest names."""
    size = at.stat().st_size
    if size != file.bytes:
        return f"it has {size} bytes, the manifest names {file.bytes}"
    digest = hashlib.sha256()
    with at.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    if digest.hexdigest() != file.sha256:
        return f"its sha256 is {digest.hexdigest()}, the manifest names {file.sha256}"
    return ""


def _make(target: Path, size: int) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        fix = "Set GOVORUN_MODELS to a directory this user can write"
        raise WeightsMissing(
            Both(f"can't write here ({error.strerror})", f"сюда не записать ({error.strerror})"),
            where=str(target),
            fix=fix,
        ) from error
    free = shutil.disk_usage(target).free
    if free < 2 * size:  # packages and what is put together from them
        what = Both(
            f"{free // CHUNK} MB are free, {2 * size // CHUNK} are needed",
            f"свободно {free // CHUNK} МБ, нужно {2 * size // CHUNK}",
        )
        raise WeightsMissing(
            what,
            where=str(target),
            fix=Both(
                "Make room, or set GOVORUN_MODELS to another disk",
                "Освободите место или задайте в GOVORUN_MODELS другой диск",
            ),
        )


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """One process pulls at a time; the second waits and finds the work done."""
    with (target / ".pulling").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _parsed(file: Path) -> tuple[Weights, ...]:
    try:
        return _read(file, file.stat().st_mtime_ns)
    except FileNotFoundError as error:
        raise SettingsError("the list of weights is missing", where=str(file), fix="Reinstall govorun") from error


@cache
def _read(file: Path, _changed: int) -> tuple[Weights, ...]:
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        return tuple(_weights(one) for one in raw.get("weights", ()))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        what = f"key {error} is missing" if isinstance(error, KeyError) else str(error)
        raise SettingsError(what, where=str(file), fix="See the head of models/manifest.toml") from error


def _weights(raw: Mapping[str, Any]) -> Weights:
    return Weights(
        name=raw["name"],
        about=raw.get("about", ""),
        licence=raw["licence"],
        home=raw.get("home", ""),
        default=raw.get("default", False),
        in_package=raw.get("in_package", False),
        by_hand=raw.get("by_hand", ""),
        mb=int(raw.get("mb", 0)),
        files=() if raw.get("by_hand") else tuple(_file(one) for one in raw["files"]),
    )


def _file(raw: Mapping[str, Any]) -> File:
    if Path(raw["name"]).name != raw["name"]:
        raise ValueError(f"'{raw['name']}' is not the name of a file")
    sources = tuple(download.source(one) for one in raw["sources"])
    return File(name=raw["name"], bytes=int(raw["bytes"]), sha256=raw["sha256"].lower(), sources=sources)
