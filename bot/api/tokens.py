"""Who may: the API's bearer token, an agent's signed cookie, a visitor's signed id."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from bot.api.parts import Parts
from bot.errors import NotAllowed
from bot.settings import Keys, Settings

SHIFT_S = 12 * 3600  # an agent logs in once a shift
COOKIE = "govorun_desk"
_bearer = HTTPBearer(auto_error=False, description="The token in DATA/keys/api-token, or GOVORUN_API_TOKEN.")


def api_token(settings: Settings, keys: Keys) -> str:
    """The API's token: as set, or as kept in the data folder (made there at the first start)."""
    if settings.api_token is not None:
        return settings.api_token.get_secret_value()
    return keys.get("api-token")


def parts_of(request: Request) -> Parts:
    parts = request.app.state.parts
    assert isinstance(parts, Parts)
    return parts


def allowed(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Raises NotAllowed without the right bearer token. Compared in constant time."""
    fix = "Send Authorization: Bearer TOKEN; the token is in DATA/keys/api-token"
    if given is None:
        raise NotAllowed("a token is needed", where="Authorization", fix=fix)
    if not secrets.compare_digest(given.credentials.encode(), request.app.state.api_token.encode()):
        raise NotAllowed("the token is wrong", where="Authorization", fix=fix)


class Signer:
    """Signed strings that a browser keeps for us. One key an installation, a salt a purpose."""

    def __init__(self, keys: Keys) -> None:
        key = keys.get("signing")
        self._visitor = URLSafeSerializer(key, salt="visitor")
        self._agent = URLSafeTimedSerializer(key, salt="agent")

    def visitor(self, visitor: str) -> str:
        return str(self._visitor.dumps(visitor))

    def read_visitor(self, token: object) -> str | None:
        """The visitor's id; None where the token isn't ours."""
        try:
            return str(self._visitor.loads(token)) if isinstance(token, str) else None
        except BadSignature:
            return None

    def agent(self, login: str) -> str:
        return str(self._agent.dumps(login))

    def read_agent(self, token: str | None) -> str | None:
        """The agent's login; None where the cookie isn't ours or is older than a shift."""
        try:
            return str(self._agent.loads(token, max_age=SHIFT_S)) if token else None
        except BadSignature:
            return None
