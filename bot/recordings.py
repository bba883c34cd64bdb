"""The files of recorded calls: where each belongs, which a conversation has, and how long they are kept.

Who writes them is the voice half's matter (`voice.recording`); here they are found, read and removed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

SUFFIX = ".wav"
PART = ".part"  # what a call that goes on writes; not a recording yet
HEAD = 58  # bytes before the sound
MOST = 99  # calls of one conversation
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """number: 1 for the first call of its conversation. seconds: its length; two channels, the caller on the left."""

    path: Path
    number: int
    seconds: float
    ended: datetime

    @property
    def started(self) -> datetime:
        return self.ended - timedelta(seconds=self.seconds)

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
        """Where the next recording of this conversation belongs; nothing is there."""
        for number in range(1, MOST):
            path = self._path(conversation, number)
            if not path.exists() and not path.with_name(path.name + PART).exists():
                return path
        return self._path(conversation, MOST)

    def of(self, conversation: str) -> tuple[Recording, ...]:
        """In the order they were made."""
        found = (_read(self._path(conversation, number), number) for number in range(1, MOST + 1))
        return tuple(each for each in found if each is not None)

    def erase(self, conversation: str) -> int:
        """Remove what there is of this conversation; how many recordings that was."""
        found = self.of(conversation)
        for each in found:
            each.path.unlink(missing_ok=True)
        return len(found)

    def sweep(self, now: datetime) -> int:
        """Remove what is older than it may be; how many recordings that was. now: aware."""
        if not self._keep or not self.folder.is_dir():
            return 0
        last = (now - self._keep).timestamp()
        gone = 0
        for path in self.folder.glob(f"*{SUFFIX}"):
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


def _ours(path: Path) -> bool:
    """Whether it begins as the recordings that we write: whoever names a folder of music loses none of it."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except PermissionError:
        return False
    return head[8:20] == b"WAVEfmt \x12\0\0\0" and head[38:42] == b"fact"


def _read(path: Path, number: int) -> Recording | None:
    """None where there is none, or it is none."""
    try:
        size, ended = path.stat().st_size, path.stat().st_mtime
        with path.open("rb") as file:
            head = file.read(64)
    except OSError:
        return None
    rate = int.from_bytes(head[28:32], "little")  # bytes a second
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE" or not rate:
        return None
    return Recording(
        path=path,
        number=number,
        seconds=round((size - HEAD) / rate, 2),
        ended=datetime.fromtimestamp(ended, UTC),
    )
