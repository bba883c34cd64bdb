"""A bound on what a request may send, before anything reads it."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.problems import document
from bot.errors import Both

# Meta gathers what happened into posts of up to 3 MB (WhatsApp Cloud API, webhooks); others post one thing at a time.
LARGER: Mapping[str, int] = {
    "/webhooks/whatsapp/": 3 << 20,
    **dict.fromkeys((f"/webhooks/{each}/" for each in ("telegram", "vk", "max", "viber", "sms")), 1 << 20),
}
DRAINED = 16 << 20  # bytes of a refused body that are read and forgotten


class BodyLimit:
    """Refuse a body of more than `limit` bytes with 413, whether or not it announces its length.

    What is allowed is held in memory whole before the app sees it, so `limit` is also the price of a request. larger:
    beginnings of paths where more may come.
    """

    def __init__(self, app: ASGIApp, limit: int, larger: Mapping[str, int] = LARGER) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        limit = max(self.limit, next((most for start, most in self.larger.items() if path.startswith(start)), 0))
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not announced.isdigit() or int(announced) > limit:
            await self._refuse(scope, receive, send, limit)
            return
        read: list[Message] = []
        taken = 0
        while not read or read[-1].get("more_body"):
            read.append(await receive())
            taken += len(read[-1].get("body", b""))
            if taken > limit:
                taken = taken if read[-1].get("more_body") else DRAINED
                await self._refuse(scope, receive, send, limit, taken=taken)
                return

        async def again() -> Message:
            return read.pop(0) if read else await receive()

        await self.app(scope, again, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int, *, taken: int = 0) -> None:
        """Read on for a while before answering: a client that is still sending sees a reset line, not our words."""
        more = True
        while more and taken < DRAINED:
            message = await receive()
            more = message["type"] == "http.request" and message.get("more_body", False)
            taken += len(message.get("body", b""))
        refusal = document(
            413,
            Both(f"a request may have {limit} bytes", f"в запросе может быть байтов: {limit}"),
            kind="TooLong",
            request=Request(scope),
            where="body",
            fix=Both(
                "Send less at a time, or raise GOVORUN_MAX_BODY", "Пришлите частями или увеличьте GOVORUN_MAX_BODY"
            ),
        )
        refusal.headers["Connection"] = "close"  # whatever is still on its way
        await refusal(scope, receive, send)
