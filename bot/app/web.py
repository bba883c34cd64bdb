"""The HTTP side: API, channels, pages, documentation."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from bot.api import (
    calls,
    customers,
    docs,
    forms,
    health,
    limits,
    problems,
    ratings,
    reaching,
    reading,
    scenarios,
    starting,
    webhooks,
    webrtc,
)
from bot.api.parts import Parts
from bot.app.release import release
from bot.console import chat, desk, files, widget
from bot.console import customers as cards
from bot.console import pages as site
from bot.stores.files import MAX_FILE


def web(made: Parts, max_body: int, *, pages: bool = True) -> FastAPI:
    """The HTTP side: API, channels, pages, documentation. Errors are problem documents everywhere.

    pages: False leaves what whoever runs it asks for: health, readiness, metrics.
    """
    app = FastAPI(
        title="Govorun",
        version=release(),
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        responses={422: {"model": problems.Problem, "description": "Something in the request does not fit."}},
        openapi_tags=[
            {"name": "channels", "description": "Talk to the bot."},
            {"name": "conversations", "description": "What was said. A token is needed."},
            {"name": "calls", "description": "Calls that we place. A token is needed."},
            {"name": "customers", "description": "Who is known. A token is needed."},
            {"name": "bookings", "description": "The built-in calendar. A token is needed."},
            {"name": "ratings", "description": "What customers thought of it. A token is needed."},
            {"name": "forms", "description": "What scenarios keep for the staff. A token is needed."},
            {"name": "scenarios", "description": "What is served and what was published. A token is needed."},
            {"name": "desk", "description": "Who waits for a person. A token is needed."},
            {"name": "health", "description": "For whoever runs it."},
        ],
    )
    app.state.parts = made
    problems.install(app)
    app.include_router(health.router)
    if pages:
        for each in (
            webhooks,
            webrtc,
            starting,
            calls,
            reading,
            customers,
            reaching,
            forms,
            ratings,
            scenarios,
            chat,
            desk,
            cards,
            files,
            widget,
        ):
            app.include_router(each.router)
        docs.install(app)
        site.install(app)
    app.add_middleware(GZipMiddleware, minimum_size=2048)
    app.add_middleware(
        limits.BodyLimit, limit=max_body, larger={**limits.LARGER, **dict.fromkeys(files.PATHS, MAX_FILE)}
    )
    return app


_DESCRIPTION = """
One dialogue for the chat, the telephone and messengers.

* `POST /webhooks/rest/webhook` is Rasa's REST channel: clients written for it work here.
* `POST /api/conversations` begins a conversation that the customer has not written first.
* `POST /api/calls` calls somebody.
* `/webchat` is the WebSocket behind the chat on `/`.
* Everything under `/api` needs `Authorization: Bearer TOKEN`; the token is in `keys/api-token` of the data folder.
* Every error is a problem document (RFC 9457) that says where, what, and how to mend it, in English or, by
  `Accept-Language`, in Russian.
"""
