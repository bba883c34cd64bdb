"""What every router asks of a request: the parts of the house, and whether it may come in."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.api.parts import Parts
from bot.errors import NotAllowed
from bot.locale import said

_bearer = HTTPBearer(auto_error=False, description="The token in DATA/keys/api-token, or GOVORUN_API_TOKEN.")


def parts_of(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


House = Annotated[Parts, Depends(parts_of)]


def allowed(parts: House, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Raises NotAllowed without the right bearer token. Compared in constant time."""
    fix = said(
        "Send Authorization: Bearer TOKEN; the token is in DATA/keys/api-token",
        "Пришлите Authorization: Bearer ТОКЕН; токен лежит в DATA/keys/api-token",
    )
    if given is None:
        raise NotAllowed(said("a token is needed", "нужен токен"), where="Authorization", fix=fix)
    if not secrets.compare_digest(given.credentials.encode(), parts.token.encode()):
        raise NotAllowed(said("the token is wrong", "токен не тот"), where="Authorization", fix=fix)
