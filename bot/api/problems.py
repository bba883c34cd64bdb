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

from bot.api.languages import read_by
from bot.errors import Both, GovorunError, worded

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
    request: Request | None = None,
    **more: Any,
) -> JSONResponse:
    """A finished response. kind: of the error tree ("Conflict"), the `type` is made of it. request: by whose
    Accept-Language `detail` and `fix` are told, and whose path it was."""
    language = read_by(request.headers) if request is not None else "en"
    detail, fix = worded(detail, language), worded(fix, language)
    path = request.url.path if request is not None else path
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
    if request is not None:
        headers |= {"Content-Language": language, "Vary": "Accept-Language"}
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
        log.error("request failed", extra={"path": _route(request), "error": type(error).__name__})
    return document(
        error.status,
        error.what,
        kind=type(error).__name__,
        request=request,
        where=error.where,
        fix=error.fix,
        retry_s=error.retry_s,
    )


def _route(request: Request) -> str:
    """Which path it was, without what stands in it: a sender may be a telephone number."""
    return str(getattr(request.scope.get("route"), "path", ""))


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
            Both(f"the body is not JSON: {why}" if why else "the body is not JSON", "тело запроса — не JSON"),
            kind="InvalidJson",
            request=request,
            where=f"body, character {at}",
            fix=Both(
                "Send a JSON object and Content-Type: application/json",
                "Пришлите объект JSON и Content-Type: application/json",
            ),
        )
    return document(
        422,
        _misfit(first),
        kind="Unacceptable",
        request=request,
        where=_place(first["loc"]),
        fix=Both("See /docs for what this path takes", "Что здесь принимается, сказано в /docs"),
        errors=[
            {"where": _place(each["loc"]), "what": worded(_misfit(each), read_by(request.headers))} for each in found
        ],
    )


# What pydantic calls what doesn't fit; the words in braces are what it expected.
_MISFITS: Mapping[str, str] = {
    "missing": "обязательно",
    "string_type": "должна быть строка",
    "string_too_long": "длиннее {max_length} знаков",
    "string_too_short": "короче {min_length} знаков",
    "string_pattern_mismatch": "не того вида",
    "int_type": "должно быть целое число",
    "int_parsing": "должно быть целое число",
    "int_from_float": "должно быть целое число",
    "bool_type": "должно быть true или false",
    "bool_parsing": "должно быть true или false",
    "dict_type": "должен быть объект",
    "list_type": "должен быть список",
    "model_attributes_type": "должен быть объект",
    "literal_error": "должно быть одно из: {expected}",
    "enum": "должно быть одно из: {expected}",
    "greater_than_equal": "должно быть не меньше {ge}",
    "less_than_equal": "должно быть не больше {le}",
    "datetime_from_date_parsing": "должны быть дата и время: 2026-11-19T15:00:00Z",
    "datetime_parsing": "должны быть дата и время: 2026-11-19T15:00:00Z",
    "too_long": "больше {max_length} элементов",
    "extra_forbidden": "такого поля нет",
}


def _misfit(found: Mapping[str, Any]) -> Both:
    told = _MISFITS.get(str(found["type"]), "не подходит")
    context = {name: str(value).replace(" or ", " или ") for name, value in (found.get("ctx") or {}).items()}
    return Both(str(found["msg"]), told.format_map(context | {"": ""}) if "{" in told and context else told)


def _place(loc: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in loc)


_FIXES: Mapping[int, Both] = {
    404: Both("See /docs for the paths that exist", "Какие пути есть, сказано в /docs"),
    405: Both("See /docs for the methods it takes", "Какие методы принимаются, сказано в /docs"),
}


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else ""
    return document(error.status_code, detail, request=request, fix=_FIXES.get(error.status_code, ""))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    """Starlette logs the trace itself, and raises on to the server."""
    log.error("request broke", extra={"path": _route(request), "error": type(error).__name__})
    return document(
        500,
        Both("something broke on our side; the log says what", "у нас что-то сломалось; что именно — в журнале"),
        kind="Internal",
        request=request,
        fix=Both(
            "Send it again; with the same message_id nothing happens twice",
            "Пришлите ещё раз; с тем же message_id ничего не сделается дважды",
        ),
    )
