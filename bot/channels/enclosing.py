"""Pictures and files of agents on their way to a messenger: what they are, and the address that stands for them."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable
from urllib.parse import quote

from bot.channels.messenger import Enclosure
from bot.stores import files
from bot.stores.files import FILE, File
from bot.stores.sql import Database


class Enclosures:
    """public: this site's address, "" where it isn't known. token: of a file's id, which its address holds."""

    def __init__(self, database: Database, public: str, token: Callable[[str], str]) -> None:
        self._database = database
        self._public = public.rstrip("/")
        self._token = token

    async def whole(self, ident: str) -> Enclosure | None:
        """With its content; None where it is gone."""
        return await asyncio.to_thread(self._whole, ident)

    def _whole(self, ident: str) -> Enclosure | None:
        with self._database.reading() as tx:
            about, content = files.about(tx, ident), files.content(tx, ident)
        return enclosure(about, self.link(about), content) if about is not None and content is not None else None

    def link(self, file: File) -> str:
        return address(self._public, self._token(file.id), file.name)


def enclosure(file: File, link: str, content: bytes = b"") -> Enclosure:
    return Enclosure(name=file.name, type=_type(file), size=file.size, content=content, link=link)


def address(public: str, token: str, name: str) -> str:
    """It ends with the name: Viber and others know by that what it is. "" where nobody can reach us."""
    return f"{public}/webchat/files/{token}/{quote(name, safe='')}" if public else ""


def _type(file: File) -> str:
    """A picture's is known by its bytes; what a name says of the others is enough to choose an icon."""
    if file.type != FILE:
        return file.type
    named = mimetypes.guess_type(file.name)[0] or FILE
    # Nothing is a picture by its name alone, and nothing is taken apart on its way.
    return FILE if named.partition("/")[0] in ("image", "multipart", "message") else named
