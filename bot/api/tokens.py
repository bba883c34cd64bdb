"""Who may: the API's bearer token, an agent's signed cookie, a visitor's signed id."""

from __future__ import annotations

from itsdangerous import BadSignature, Serializer, URLSafeSerializer, URLSafeTimedSerializer

FILE_S = 7 * 24 * 3600  # an address that was sent to a messenger is opened within days; a page gets a new one
SHIFT_S = 12 * 3600  # an agent logs in once a shift


class Signer:
    """Signed strings that a browser keeps for us. One key an installation, a salt a purpose."""

    def __init__(self, key: str) -> None:
        self._visitor = URLSafeSerializer(key, salt="visitor")
        self._agent = URLSafeTimedSerializer(key, salt="agent")
        self._file = URLSafeTimedSerializer(key, salt="file")
        self._alias = Serializer(key, salt="alias")

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

    def alias(self, login: str) -> str:
        """What visitors are told in place of a login: the same every time, and of no use for logging in."""
        return str(self._alias.dumps(login)).rpartition(".")[2][:12] if login else ""

    def file(self, ident: str) -> str:
        return str(self._file.dumps(ident))

    def read_file(self, token: str) -> str | None:
        """The file's id; None where the address isn't ours or is too old."""
        try:
            return str(self._file.loads(token, max_age=FILE_S))
        except BadSignature:
            return None

    def read_agent(self, token: str | None) -> str | None:
        """The agent's login; None where the cookie isn't ours or is older than a shift."""
        try:
            return str(self._agent.loads(token, max_age=SHIFT_S)) if token else None
        except BadSignature:
            return None
