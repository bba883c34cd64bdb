"""Files that customers and agents attach: kept in the database, so that every process has them and a backup is whole.

What a messenger keeps itself is not kept here: it is fetched when an agent looks at it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select, update

from bot.errors import Conflict, TooLong, Unacceptable
from bot.locale import said
from bot.stores.schema import files

MAX_FILE = 10 * 1024 * 1024  # bytes; a picture of a telephone has two to eight
MAX_NAME = 120  # characters
MOST = 30  # files of one owner within A_DAY; nobody has so many to show
A_DAY = timedelta(days=1)
# Of all visitors together within A_DAY: anybody can be a new visitor, and the disk is one for everything.
ALL_BYTES = 1 << 30
ALL_FILES = 5_000
KEPT = timedelta(days=90)

# By their first bytes, whatever they say they are: these are shown as pictures, all else is a file to save.
_PICTURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/png", lambda start: start.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda start: start.startswith(b"\xff\xd8\xff")),
    ("image/gif", lambda start: start.startswith((b"GIF87a", b"GIF89a"))),
    ("image/webp", lambda start: start.startswith(b"RIFF") and start[8:12] == b"WEBP"),
)
FILE = "application/octet-stream"
VISITORS = "web:"  # how their owners begin


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """owner: "web:VISITOR" or "agent:LOGIN". type: one of the pictures', or FILE."""

    id: str
    owner: str
    name: str
    type: str
    size: int

    @property
    def kind(self) -> str:
        return "image" if self.type != FILE else "file"


def type_of(content: bytes) -> str:
    return next((kind for kind, fits in _PICTURES if fits(content[:16])), FILE)


def named(name: str) -> str:
    """As people may be shown it: no folders, no characters that turn text around or end a line."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = "".join(each for each in last if each.isprintable() and each not in _TURNS).strip()
    stem, dot, ending = plain.rpartition(".")
    if dot and len(ending) < 12:
        plain = f"{stem[: MAX_NAME - len(ending) - 1]}.{ending}"
    return plain[:MAX_NAME] or "file"


_TURNS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def keep(tx: Connection, *, owner: str, name: str, content: bytes, at: datetime) -> File:
    """Raises Unacceptable where it is empty, TooLong, Conflict where this owner, or all visitors, sent too many."""
    if not content:
        raise Unacceptable(said("the file is empty", "файл пуст"), where="body")
    if len(content) > MAX_FILE:
        raise TooLong(
            said("the file is too large", "файл слишком большой"),
            where="body",
            fix=said(f"Send at most {MAX_FILE >> 20} MB", f"Не больше {MAX_FILE >> 20} МБ"),
        )
    sent = tx.execute(select(func.count()).where(files.c.owner == owner, files.c.at > at - A_DAY)).scalar_one()
    if sent >= MOST or (owner.startswith(VISITORS) and _full(tx, len(content), at)):
        raise Conflict(
            said("too many files for one day", "слишком много файлов за день"),
            fix=said("Send the others tomorrow", "Остальные пришлите завтра"),
        )
    file = File(id=uuid4().hex, owner=owner, name=named(name), type=type_of(content), size=len(content))
    tx.execute(
        insert(files).values(
            id=file.id, owner=owner, name=file.name, type=file.type, size=file.size, content=content, at=at
        )
    )
    return file


def _full(tx: Connection, size: int, at: datetime) -> bool:
    mine = files.c.owner.startswith(VISITORS) & (files.c.at > at - A_DAY)
    count, kept = tx.execute(select(func.count(), func.coalesce(func.sum(files.c.size), 0)).where(mine)).one()
    return bool(count >= ALL_FILES or kept + size > ALL_BYTES)


def about(tx: Connection, ident: str) -> File | None:
    row = tx.execute(
        select(files.c.id, files.c.owner, files.c.name, files.c.type, files.c.size).where(files.c.id == ident)
    ).one_or_none()
    return File(id=row.id, owner=row.owner, name=row.name, type=row.type, size=row.size) if row else None


def sent(tx: Connection, ident: str, conversation: str) -> None:
    """Remember where an agent sent it: it goes when what was said there goes."""
    tx.execute(update(files).where(files.c.id == ident).values(conversation=conversation))


def content(tx: Connection, ident: str) -> bytes | None:
    return tx.execute(select(files.c.content).where(files.c.id == ident)).scalar()


def sweep(tx: Connection, now: datetime) -> int:
    """Remove what was kept long enough; how many."""
    return tx.execute(delete(files).where(files.c.at < now - KEPT)).rowcount
