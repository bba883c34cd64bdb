"""Errors as problem documents (RFC 9457): where, what, and how to mend it, in one shape for every path."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from bot.errors import GovorunError

log = logging.getLogger("govorun.api")

MEDIA = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457. `where` and `fix` are this product's extension members."""

    type: str = Field("about:blank", description="What kind of error: /problems/KIND, or about:blank.")
    title: str = Field(description="The kind of error, the same every time.")
    status: int
    detail: str = Field("", description="What happened this time.")
    instance: str = Field("", description="The path that was asked for.")
    where: str = Field("", description="The field, setting or file that is wrong.")
    fix: str = Field("", description="What to do now.")


def document(
    status: int,
    detail: str,
    *,
    kind: str = "",
    path: str = "",
    where: str = "",
    fix: str = "",
    retry_s: int = 2,
    **more: Any,
) -> JSONResponse:
    """A finished response. kind: of the error tree ("Conflict"), the `type` is made of it."""
    body = {
        "type": f"/problems/{_dashed(kind)}" if kind else "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        **({"where": where} if where else {}),
        **({"fix": fix} if fix else {}),
        **more,
    }
    headers = {"WWW-Authenticate": 'Bearer realm="govorun"'} if status == 401 else {}
    if status in (429, 503):
        headers["Retry-After"] = str(retry_s)
    return JSONResponse(body, status, headers=headers, media_type=MEDIA)


def _dashed(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() and at else c.lower() for at, c in enumerate(name))


def install(app: FastAPI) -> None:
    """Answer every error of the app with a problem document; nothing of an unexpected one but its name is shown."""
    app.add_exception_handler(GovorunError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GovorunError)
    if error.status >= 500:
        log.error("request failed", extra={"path": request.url.path, "error": type(error).__name__})
    return document(
        error.status,
        error.what,
        kind=type(error).__name__,
        path=request.url.path,
        where=error.where,
        fix=error.fix,
        retry_s=error.retry_s,
    )


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    """What pydantic found: broken JSON is 400, a field that does not fit 422. The value itself isn't echoed."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    first = found[0]
    if first["type"] == "json_invalid":
        at = first["loc"][-1]
        why = str(first.get("ctx", {}).get("error", "")).rstrip(".")
        return document(
            400,
            f"the body is not JSON: {why}" if why else "the body is not JSON",
            kind="InvalidJson",
            path=request.url.path,
            where=f"body, character {at}",
            fix="Send a JSON object and Content-Type: application/json",
        )
    return document(
        422,
        first["msg"],
        kind="Unacceptable",
        path=request.url.path,
        where=_place(first["loc"]),
        fix="See /docs for what this path takes",
        errors=[{"where": _place(each["loc"]), "what": each["msg"]} for each in found],
    )


def _place(loc: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in loc)


_FIXES: Mapping[int, str] = {404: "See /docs for the paths that exist", 405: "See /docs for the methods it takes"}


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
    return document(error.status_code, detail, path=request.url.path, fix=_FIXES.get(error.status_code, ""))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Starlette logs the trace itself, and raises on to the server."""
    log.error("request broke", extra={"path": request.url.path, "error": type(error).__name__})
    return document(
        500,
        "something broke on our side; the log says what",
        kind="Internal",
        path=request.url.path,
        fix="Send it again; with the same message_id nothing happens twice",
    )
