"""A bound on what a request may send, before anything reads it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.problems import document
from bot.errors import Both

DRAINED = 16 << 20  # bytes of a refused body that are read and forgotten


class BodyLimit:
    """Refuse a body of more than `limit` bytes with 413, whether or not it announces its length.

    What is allowed is held in memory whole before the app sees it, so `limit` is also the price of a request.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app = app
        self.limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > self.limit:
            await self._refuse(scope, receive, send)
            return
        read: list[Message] = []
        taken = 0
        while not read or read[-1].get("more_body"):
            read.append(await receive())
            taken += len(read[-1].get("body", b""))
            if taken > self.limit:
                taken = taken if read[-1].get("more_body") else DRAINED
                await self._refuse(scope, receive, send, taken=taken)
                return

        async def again() -> Message:
            return read.pop(0) if read else await receive()

        await self.app(scope, again, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, *, taken: int = 0) -> None:
        """Read on for a while before answering: a client that is still sending sees a reset line, not our words."""
        more = True
        while more and taken < DRAINED:
            message = await receive()
            more = message["type"] == "http.request" and message.get("more_body", False)
            taken += len(message.get("body", b""))
        refusal = document(
            413,
            Both(f"a request may have {self.limit} bytes", f"в запросе может быть байтов: {self.limit}"),
            kind="TooLong",
            request=Request(scope),
            where="body",
            fix=Both(
                "Send less at a time, or raise GOVORUN_MAX_BODY", "Пришлите частями или увеличьте GOVORUN_MAX_BODY"
            ),
        )
        refusal.headers["Connection"] = "close"  # whatever is still on its way
        await refusal(scope, receive, send)
