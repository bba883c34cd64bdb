"""The pages themselves: files of our own, no build step, nothing from elsewhere."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
router = APIRouter(include_in_schema=False)

# Nothing but our own files runs; swagger's page needs its inline script and pictures made in place.
POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; media-src 'self' blob:; "
    "base-uri 'none'; form-action 'self'"
)
_POLICY = f"{POLICY}; frame-ancestors 'self'"
PERSONAL = ("/desk/customers", "/api/")
_DOCS = "; script-src 'self' 'unsafe-inline' blob:; style-src 'self' 'unsafe-inline'; worker-src blob:"


@router.get("/")
async def home() -> FileResponse:
    return FileResponse(STATIC / "index.html")


@router.get("/desk")
async def desk() -> FileResponse:
    return FileResponse(STATIC / "desk.html")


@router.get("/desk/")
async def desk_slash() -> RedirectResponse:
    return RedirectResponse("/desk")


@router.get("/favicon.ico")
async def icon() -> FileResponse:
    return FileResponse(STATIC / "icon.svg", media_type="image/svg+xml")


def install(app: FastAPI) -> None:
    app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Guarded)


class Guarded:
    """Headers that keep a page to what it is: our own scripts, our own frames, the type it says it has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        documentation = scope["path"].startswith(("/docs", "/redoc"))
        personal = scope["path"].startswith(PERSONAL)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("Content-Security-Policy", _POLICY + (_DOCS if documentation else ""))
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Referrer-Policy", "same-origin")
                headers.setdefault("Permissions-Policy", "microphone=(self), camera=(), geolocation=()")
                # Files are checked, not kept: no stale scripts. What tells of a person is on no disk of a browser.
                headers.setdefault("Cache-Control", "no-store" if personal else "no-cache")
            await send(message)

        await self.app(scope, receive, guarded)
