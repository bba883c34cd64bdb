"""The chat on other sites: /widget.js, which one tag loads, and /widget, the frame it opens. docs/widget.md."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import FileResponse

from bot.api.doors import House
from bot.console.pages import POLICY, STATIC

router = APIRouter(include_in_schema=False)

# A page that isolates itself (COEP: require-corp) takes only what says that it may be taken.
_TAKEN = {"Cross-Origin-Resource-Policy": "cross-origin"}


@router.get("/widget.js")
async def script() -> FileResponse:
    return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=_TAKEN)


@router.get("/widget")
async def frame(parts: House) -> FileResponse:
    """Only the sites that the settings name may show it: browsers see to that."""
    origins = parts.site.origins
    ancestors = "*" if "*" in origins else " ".join(("'self'", *origins))
    headers = _TAKEN | {
        "Content-Security-Policy": f"{POLICY}; frame-ancestors {ancestors}",
        "Cross-Origin-Embedder-Policy": "require-corp",
        "Permissions-Policy": "microphone=(), camera=(), geolocation=()",
    }
    return FileResponse(STATIC / "widget.html", headers=headers)
