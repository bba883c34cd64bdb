"""Pictures and files: visitors and agents attach them, each sees the other's. docs/webchat.md has the protocol.

A picture is one by its first bytes alone. Nothing that came from outside runs here, whatever it says it is: no type but
the four of pictures is shown in place, and the browser may do nothing with what it shows.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Header, Query, Request, Response

from bot.api.doors import House
from bot.api.parts import Parts
from bot.console.shift import OnShift
from bot.dialogue.events import AgentSaid, Attached
from bot.errors import GovorunError, NotAllowed, NotFound, Unacceptable, Unavailable
from bot.locale import said
from bot.stores.files import FILE, File, named, type_of

router = APIRouter(include_in_schema=False)
log = logging.getLogger("govorun.files")

PATHS = ("/webchat/files", "/desk/files")  # that take as much as a file may have
FETCH_S = 30.0  # for what a messenger keeps
# nosniff and no script stand here too, for whoever takes the pages' own headers away.
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Encoding": "identity",
}
_NAME = Query(max_length=300)


@router.post("/webchat/files", status_code=201)
async def attach(
    request: Request, parts: House, name: Annotated[str, _NAME] = "", govorun_visitor: Annotated[str, Header()] = ""
) -> dict[str, Any]:
    """Keep what a visitor chose; `{"type": "attach", "file": id}` over the socket then says so."""
    visitor = parts.signer.read_visitor(govorun_visitor)
    if visitor is None:
        raise NotAllowed(said("say hello first", "сначала представьтесь"), where="Govorun-Visitor")
    return _told(await parts.records.keep_file(f"web:{visitor}", name, await request.body()))


@router.get("/webchat/files/{token}")
@router.get("/webchat/files/{token}/{name}")
async def attached(token: str, parts: House, name: str = "") -> Response:
    """By the address that a transcript was given; good for a week; a page gets new ones with its lines. name: for
    messengers, which know a file's kind by the end of its address; any will do."""
    ident = parts.signer.read_file(token)
    found = await parts.records.file(ident) if ident else None
    if found is None:
        raise _gone()
    return await _served(parts, found)


@router.post("/desk/files", status_code=201)
async def agents(request: Request, parts: House, agent: OnShift, name: Annotated[str, _NAME] = "") -> dict[str, Any]:
    return _told(await parts.records.keep_file(f"agent:{agent.login}", name, await request.body()))


@router.get("/desk/files/{conversation}/{seq}")
async def shown(conversation: str, seq: int, parts: House, _: OnShift) -> Response:
    """What somebody sent in that line: kept here, or fetched from the messenger that keeps it."""
    rows = await parts.records.rows(conversation, seq - 1) if 0 < seq < 2**31 else ()
    entry = rows[0].entry if rows and rows[0].seq == seq else None
    if isinstance(entry, AgentSaid) and entry.file:
        ident, name = entry.file, ""
    elif isinstance(entry, Attached) and entry.media:
        ident, name = entry.media, entry.text
    else:
        raise _gone()
    kept = await parts.records.file(ident)
    if kept is not None:
        return await _served(parts, kept)
    found = await parts.records.conversation(conversation)
    channel = found.about.channel if found else ""
    door = parts.messengers.at(channel) if parts.messengers else None
    if door is None:
        raise _gone()
    try:
        async with asyncio.timeout(FETCH_S):
            content = await door.fetch(ident)
    except (OSError, TimeoutError) as error:
        log.warning("%s: what was sent can't be fetched: %s", channel, type(error).__name__)
        raise Unavailable(
            said("the messenger does not give it", "мессенджер его не отдаёт"),
            where=channel,
            fix=said(
                "Try again; messengers keep files for a time only", "Повторите; мессенджеры хранят файлы не вечно"
            ),
        ) from None
    return _answer(content, named(name))


async def of_owner(parts: Parts, ident: object, owner: str) -> File:
    """What this owner sent a moment ago. Raises Unacceptable."""
    found = await parts.records.file(ident) if isinstance(ident, str) else None
    if found is None or found.owner != owner:
        raise Unacceptable(said("no such file", "нет такого файла"), where="file")
    return found


async def _served(parts: Parts, file: File) -> Response:
    content = await parts.records.content(file.id)
    if content is None:
        raise _gone()
    return _answer(content, file.name)


def _answer(content: bytes, name: str) -> Response:
    kind = type_of(content)
    way = "attachment" if kind == FILE else "inline"
    headers = _SAFE | {
        "Content-Disposition": f"{way}; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, max-age=86400, immutable",
    }
    return Response(content, media_type=kind, headers=headers)


def _told(file: File) -> dict[str, Any]:
    return {"id": file.id, "name": file.name, "kind": file.kind, "size": file.size}


def _gone() -> GovorunError:
    return NotFound(
        said("there is no such file", "такого файла нет"),
        fix=said("It may have been removed", "Возможно, он уже удалён"),
    )
