"""A bound on what a request may send, before anything reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.api.problems import document
from bot.errors import Both

# Meta gathers what happened into posts of up to 3 MB (WhatsApp Cloud API, webhooks); others post one thing at a time.
LARGER: Mapping[str, int] = {
    "/webhooks/whatsapp/": 3 << 20,
    **dict.fromkeys((f"/webhooks/{each}/" for each in ("telegram", "vk", "max", "viber", "sms")), 1 << 20),
}
DRAINED = 16 << 20  # bytes of a refused body that are read and forgotten
HELD = 128 << 20  # bytes of such larger bodies at once, whoever sends them: nobody has shown yet who they are
LARGE_S = 300.0  # in which a larger one is to come; 10 MB by a poor mobile line
SLOW = Both("what you send comes too slowly", "то, что вы шлёте, идёт слишком медленно")
BUSY = Both("too much is being sent at this moment", "сейчас присылают слишком много сразу")
AGAIN = Both("Try again in a minute", "Повторите через минуту")


class BodyLimit:
    """Refuse a body of more than `limit` bytes with 413, whether or not it announces its length.

    What is allowed is held in memory whole before the app sees it, so `limit` is also the price of a request. larger:
    beginnings of paths where more may come. held: bytes that all of these larger ones may take at once; what comes
    then is refused with 503, and one that takes longer than `large_s` with 408.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: int,
        larger: Mapping[str, int] = LARGER,
        *,
        held: int = HELD,
        large_s: float = LARGE_S,
    ) -> None:
        self.app = app
        self.limit = limit
        self.larger = larger
        self.held = held
        self.large_s = large_s
        self._holding = 0

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
        taken = held = 0
        try:
            try:
                async with asyncio.timeout(self.large_s if limit > self.limit else None):
                    while not read or read[-1].get("more_body"):
                        read.append(await receive())
                        taken += len(read[-1].get("body", b""))
                        if taken > limit:
                            taken = taken if read[-1].get("more_body") else DRAINED
                            await self._refuse(scope, receive, send, limit, taken=taken)
                            return
                        if taken > self.limit:
                            self._holding, held = self._holding + taken - held, taken
                        if held and self._holding > self.held:
                            taken = taken if read[-1].get("more_body") else DRAINED
                            read.clear()
                            self._holding, held = self._holding - held, 0
                            await self._busy(scope, receive, send, taken=taken)
                            return
            except TimeoutError:
                await _answer(document(408, SLOW, request=Request(scope), fix=AGAIN), scope, receive, send)
                return

            async def again() -> Message:
                return read.pop(0) if read else await receive()

            await self.app(scope, again, send)
        finally:
            self._holding -= held

    async def _busy(self, scope: Scope, receive: Receive, send: Send, *, taken: int) -> None:
        await _drained(receive, taken)
        busy = document(503, BUSY, kind="Unavailable", request=Request(scope), fix=AGAIN, retry_s=30)
        await _answer(busy, scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, limit: int, *, taken: int = 0) -> None:
        await _drained(receive, taken)
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
        await _answer(refusal, scope, receive, send)


async def _drained(receive: Receive, taken: int) -> None:
    """Read on for a while before answering: a client that is still sending sees a reset line, not our words."""
    more = True
    while more and taken < DRAINED:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)
        taken += len(message.get("body", b""))


async def _answer(refusal: Response, scope: Scope, receive: Receive, send: Send) -> None:
    refusal.headers["Connection"] = "close"  # whatever is still on its way
    await refusal(scope, receive, send)
