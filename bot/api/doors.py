"""What every router asks of a request: the parts of the house, and whether it may come in."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.api.parts import Parts
from bot.errors import NotAllowed

_bearer = HTTPBearer(auto_error=False, description="The token in DATA/keys/api-token, or GOVORUN_API_TOKEN.")


def parts_of(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


House = Annotated[Parts, Depends(parts_of)]


def allowed(parts: House, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Raises NotAllowed without the right bearer token. Compared in constant time."""
    fix = "Send Authorization: Bearer TOKEN; the token is in DATA/keys/api-token"
    if given is None:
        raise NotAllowed("a token is needed", where="Authorization", fix=fix)
    if not secrets.compare_digest(given.credentials.encode(), parts.token.encode()):
        raise NotAllowed("the token is wrong", where="Authorization", fix=fix)
