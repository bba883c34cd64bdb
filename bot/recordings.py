"""The files of recorded calls: where each belongs, which a conversation has, and how long they are kept.

Who writes them is the voice half's matter (`voice.recording`); here they are found, read and removed.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from bot.errors import Conflict
from bot.locale import said

SUFFIX = ".wav"
MEDIA: Mapping[str, str] = {SUFFIX: "audio/wav", ".flac": "audio/flac", ".opus": "audio/ogg"}  # RFC 9639, RFC 7845
PART = ".part"  # what a call that goes on writes; not a recording yet
HEAD = 58  # bytes of a WAV before its sound
LONGEST = 1024  # bytes in which any of them says what it is
PAGE = 65_536  # bytes: no page of Ogg is longer (RFC 3533 6)
OURS = b"Govorun, a recorded call"  # in what was packed
MOST = 99  # calls of one conversation
CHUNK = 65_536
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """number: 1 for the first call of its conversation. seconds: its length; two channels, the caller on the left.
    media: its type. goes_on: the call does, and this is what there is of it by now."""

    path: Path
    number: int
    seconds: float
    ended: datetime
    media: str = MEDIA[SUFFIX]
    goes_on: bool = False

    @property
    def started(self) -> datetime:
        return self.ended - timedelta(seconds=self.seconds)

    @property
    def name(self) -> str:
        return self.path.name.removesuffix(PART)

    def digest(self) -> str:
        """As a vCon names what it points to: "sha512-…". Reads the file."""
        with self.path.open("rb") as file:
            found = hashlib.file_digest(file, "sha512").digest()
        return "sha512-" + base64.urlsafe_b64encode(found).decode().rstrip("=")


class Recordings:
    """One folder. Every method is blocking and quick: off the event loop where a disk may be slow."""

    def __init__(self, folder: Path, keep_days: int = 0) -> None:
        """keep_days: after which a recording is removed; 0: never."""
        self.folder = folder
        self._keep = timedelta(days=keep_days)

    def fresh(self, conversation: str) -> Path:
        """Where the next recording of this conversation belongs, as a WAV; nothing is there."""
        for number in range(1, MOST):
            if not any(path.exists() for path in self._paths(conversation, number)):
                return self._path(conversation, number)
        return self._path(conversation, MOST)

    def of(self, conversation: str, *, going_on: bool = False) -> tuple[Recording, ...]:
        """In the order they were made. going_on: what there is by now of a call that goes on, too."""
        found = []
        for number in range(1, MOST + 1):
            *whole, part = self._paths(conversation, number)
            recording = next((each for path in whole if (each := _read(path, number)) is not None), None)
            if recording is None and going_on:
                recording = _read(part, number)
            if recording is not None:
                found.append(recording)
        return tuple(found)

    def erase(self, conversation: str) -> int:
        """Remove what there is of this conversation, what a process that died left of it too; how many recordings that
        was. Raises Conflict while one is being written: it would be there afterwards."""
        found = self.of(conversation, going_on=True)
        for each in found:
            *whole, part = self._paths(conversation, each.number)
            _abandon(part)
            for path in whole:
                path.unlink(missing_ok=True)  # whatever it is kept as: a crash may leave one call twice
        return len(found)

    def sweep(self, now: datetime) -> int:
        """Remove what is older than it may be; how many recordings that was. now: aware."""
        if not self._keep or not self.folder.is_dir():
            return 0
        last = (now - self._keep).timestamp()
        gone = 0
        for path in (path for suffix in MEDIA for path in self.folder.glob(f"*{suffix}")):
            try:
                if path.stat().st_mtime < last and _ours(path):
                    path.unlink()
                    gone += 1
            except FileNotFoundError:
                continue  # another process swept it
        return gone

    def _path(self, conversation: str, number: int) -> Path:
        """A name of our own where the conversation's would be none for a file."""
        name = conversation if _NAME.fullmatch(conversation) else str(uuid5(NAMESPACE_URL, conversation))
        return self.folder / (f"{name}{SUFFIX}" if number == 1 else f"{name}.{number}{SUFFIX}")

    def _paths(self, conversation: str, number: int) -> tuple[Path, ...]:
        """Whatever it is kept as; at last what a call that goes on writes."""
        path = self._path(conversation, number)
        stem = path.name.removesuffix(SUFFIX)
        return (*(path.with_name(stem + suffix) for suffix in MEDIA), path.with_name(path.name + PART))


def by_now(recording: Recording, seconds: float) -> tuple[int, bytes]:
    """Of a call that goes on, its first seconds as a file that is whole: how many bytes, and the head of it."""
    with recording.path.open("rb") as file:
        head = bytearray(file.read(HEAD))
        size = recording.path.stat().st_size - HEAD
    block = int.from_bytes(head[32:34], "little")
    rate = int.from_bytes(head[28:32], "little")
    data = min(size, round(seconds * rate)) // block * block
    head[4:8] = (HEAD - 8 + data).to_bytes(4, "little")
    head[46:50] = (data // block).to_bytes(4, "little")
    head[54:58] = data.to_bytes(4, "little")
    return HEAD + data, bytes(head)


def piece(recording: Recording, head: bytes, first: int, last: int) -> Iterator[bytes]:
    """Of such a file, the bytes first..last. Blocking."""
    yield head[first : last + 1]
    at = max(first, HEAD)
    with recording.path.open("rb") as file:
        file.seek(at)
        while at <= last and (data := file.read(min(CHUNK, last + 1 - at))):
            at += len(data)
            yield data


def _abandon(part: Path) -> None:
    """Remove what a call wrote, if its process is gone; one that writes holds a lock on it (voice.recording.wav)."""
    try:
        file = os.open(part, os.O_RDWR)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.unlink(missing_ok=True)
    except BlockingIOError:
        raise Conflict(
            said("a recording of their call is being written", "запись звонка с ними ещё пишется"),
            where=part.name.partition(".")[0],
            fix=said("Try again when the call is over", "Повторите, когда звонок закончится"),
        ) from None
    finally:
        os.close(file)


def _ours(path: Path) -> bool:
    """Whether it begins as the recordings that we write: whoever names a folder of music loses none of it."""
    try:
        with path.open("rb") as file:
            head = file.read(LONGEST)
    except PermissionError:
        return False
    if path.suffix != SUFFIX:
        return OURS in head
    return head[8:20] == b"WAVEfmt \x12\0\0\0" and head[38:42] == b"fact"


def _read(path: Path, number: int) -> Recording | None:
    """None where there is none, or it is none."""
    try:
        size, ended = path.stat().st_size, path.stat().st_mtime
        with path.open("rb") as file:
            head = file.read(LONGEST)
            file.seek(max(0, size - PAGE))
            seconds = _seconds(head, size, file.read() if head[:4] == b"OggS" else b"")
    except OSError:
        return None
    if seconds is None:
        return None
    return Recording(
        path=path,
        number=number,
        seconds=round(seconds, 2),
        ended=datetime.fromtimestamp(ended, UTC),
        media=MEDIA.get(path.suffix, MEDIA[SUFFIX]),
        goes_on=path.suffix == PART,
    )


def _seconds(head: bytes, size: int, tail: bytes) -> float | None:
    """How long it is; None of what is no sound."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        rate = int.from_bytes(head[28:32], "little")  # bytes a second
        return (size - HEAD) / rate if rate else None
    if head[:4] == b"fLaC":  # RFC 9639 8.2: 20 bits of rate, 3 and 5 of channels and bits, 36 of samples
        told = int.from_bytes(head[18:26], "big")
        return (told & 0xF_FFFF_FFFF) / (told >> 44) if told >> 44 else None
    opus, last = head.find(b"OpusHead"), tail.rfind(b"OggS")
    if opus < 0 or last < 0:
        return None
    samples = int.from_bytes(tail[last + 6 : last + 14], "little")  # at 48 kHz, whatever went in: RFC 7845 4
    return max(0, samples - int.from_bytes(head[opus + 10 : opus + 12], "little")) / 48_000
