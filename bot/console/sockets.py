"""What the pages' sockets share: frames of JSON both ways, in order, with a bound on size and pace."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from fastapi import WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from bot.api.languages import read_by
from bot.api.parts import Site
from bot.errors import GovorunError, Unacceptable, worded
from bot.locale import said

MAX_FRAME = 16_384  # characters
BURST = 20  # messages at once
PER_S = 5.0  # and then so many a second; nobody types faster


class Frames:
    """One open socket."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self.language = read_by(socket.headers)  # in which the page is told what is wrong
        self._left = float(BURST)
        self._at = monotonic()

    async def send(self, kind: str, /, **fields: Any) -> None:
        """Nothing happens when the page is gone: the reader finds that out."""
        try:
            await self._socket.send_text(json.dumps({"type": kind, **fields}, ensure_ascii=False, default=str))
        except (WebSocketDisconnect, RuntimeError):
            return  # starlette raises RuntimeError for a socket that was closed by us

    async def problem(self, error: GovorunError, about: object = None) -> None:
        """The fields of a problem document, and about: the id of the message it answers."""
        told = {"id": about} if isinstance(about, str) else {}
        kind = type(error).__name__
        await self.send(
            "problem",
            problem=kind,
            status=error.status,
            detail=worded(error.what, self.language),
            where=error.where,
            fix=worded(error.fix, self.language),
            **told,
        )

    async def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        """The page's messages until it goes. What isn't a JSON object is answered with a problem and skipped."""
        while True:
            try:
                text = await self._socket.receive_text()
            except (WebSocketDisconnect, RuntimeError):
                return
            except KeyError:  # a binary frame
                await self.problem(
                    Unacceptable(said("frames are text", "кадры — текст"), fix=said("Send JSON", "Пришлите JSON"))
                )
                continue
            try:
                yield self._read(text)
            except Unacceptable as error:
                await self.problem(error)

    def _read(self, text: str) -> dict[str, Any]:
        now = monotonic()
        self._left = min(float(BURST), self._left + (now - self._at) * PER_S) - 1
        self._at = now
        if self._left < 0:
            raise TooFast(
                said("too many messages at once", "слишком много сообщений сразу"),
                fix=said("Wait a second and send it again", "Подождите секунду и пришлите ещё раз"),
            )
        if len(text) > MAX_FRAME:
            raise Unacceptable(
                said(f"a message of {len(text)} characters", f"в сообщении знаков: {len(text)}"),
                fix=said(f"Send at most {MAX_FRAME}", f"Не больше {MAX_FRAME}"),
            )
        try:
            message = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unacceptable(
                said("the message is not JSON", "сообщение — не JSON"),
                fix=said('Send {"type": …}', 'Пришлите {"type": …}'),
            ) from error
        if not isinstance(message, dict):
            raise Unacceptable(
                said("the message is not an object", "сообщение — не объект"),
                fix=said('Send {"type": …}', 'Пришлите {"type": …}'),
            )
        return message


class TooFast(Unacceptable):
    status = 429


def same_site(socket: WebSocket, site: Site) -> bool:
    """Whether the page that opens the socket is ours, or of a site we were told of. Programs send no Origin."""
    origin = socket.headers.get("origin")
    return "*" in site.origins or origin in site.origins or own_site(socket, site)


def own_site(asked: HTTPConnection, site: Site) -> bool:
    """Whether the page that asks is ours: the desk is for no other, though our cookie comes from a neighbour's, too."""
    origin = asked.headers.get("origin")
    return origin in (None, site.public) or urlsplit(origin).netloc == asked.headers.get("host")
