"""How a mailbox knows us: by a password, or by tokens of OAuth 2 (XOAUTH2), which the large providers demand.

A token lasts about an hour. The next one is had from the provider's token endpoint (RFC 6749 6, refresh_token; 4.4,
client_credentials, where no refresh token is given), and one that the mailbox didn't take is asked for anew, once. Some
providers give a new refresh token with each access token (Microsoft): it is kept, and the one before it is forgotten.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

from bot.channels.messenger import Refused
from bot.errors import Both
from bot.locale import said

TIMEOUT_S = 20.0
EARLY_S = 120.0  # before its end a token is renewed: clocks differ, and a letter takes its time
LIVES_S = 3600.0  # where the provider doesn't say


MAILBOX = Both("the mailbox", "почтовый ящик")
OUTGOING = Both("the server for outgoing mail", "сервер исходящей почты")


class WrongLogin(Refused):
    """The password or the token isn't taken."""


class SignOn(Protocol):
    """bearer: the word is an access token, and no password."""

    bearer: bool

    async def word(self) -> str:
        """What proves now that it is us. Raises Refused, OSError."""

    def spoilt(self, word: str) -> bool:
        """It wasn't taken; whether the next one may be another."""


class Password:
    bearer = False

    def __init__(self, password: str) -> None:
        self._password = password

    async def word(self) -> str:
        return self._password

    def spoilt(self, word: str) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """url: of the token endpoint. refresh: the refresh token that somebody's consent gave, "" where the program has
    rights of its own. scope: mostly not needed with a refresh token."""

    url: str
    client: str
    secret: str = ""
    refresh: str = ""
    scope: str = ""


class Tokens:
    """kept, keep: the refresh token that a provider gave in place of `grant.refresh`, across restarts. clock: seconds
    that only grow."""

    bearer = True

    def __init__(
        self,
        grant: Grant,
        *,
        kept: Callable[[], str] = lambda: "",
        keep: Callable[[str], None] = lambda token: None,
        clock: Callable[[], float] = time.monotonic,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._grant = grant
        self._kept, self._keep = kept, keep
        self._clock = clock
        self._timeout = timeout_s
        self._token = ""
        self._until = 0.0
        self._asking = asyncio.Lock()  # a refresh token that is good for once would be used twice

    async def word(self) -> str:
        async with self._asking:
            if not self._token or self._clock() >= self._until:
                self._take(await self._asked())
            return self._token

    def spoilt(self, word: str) -> bool:
        """A token that somebody withdrew at the provider, say."""
        if word == self._token:
            self._token = ""
        return True

    async def _asked(self) -> dict[str, Any]:
        grant = self._grant
        refresh = self._kept() or grant.refresh
        form = {"grant_type": "refresh_token" if refresh else "client_credentials", "client_id": grant.client}
        form |= {"client_secret": grant.secret} if grant.secret else {}
        form |= {"refresh_token": refresh} if refresh else {}
        form |= {"scope": grant.scope} if grant.scope else {}
        try:
            async with httpx.AsyncClient(timeout=self._timeout) as http:
                answer = await http.post(grant.url, data=form)
            told = answer.json()
        except httpx.InvalidURL:
            raise _wrong("invalid_url") from None
        except (httpx.HTTPError, ValueError) as error:
            raise OSError(f"OAuth: {type(error).__name__}") from None
        told = told if isinstance(told, dict) else {}
        if answer.status_code in (400, 401, 403):
            raise _wrong(str(told.get("error", answer.status_code)))
        if answer.status_code != 200 or not told.get("access_token"):
            raise OSError(f"OAuth: HTTP {answer.status_code}")
        return told

    def _take(self, told: dict[str, Any]) -> None:
        self._token = str(told["access_token"])
        try:
            lives = float(told.get("expires_in") or LIVES_S)
        except (TypeError, ValueError):
            lives = LIVES_S
        self._until = self._clock() + max(lives - EARLY_S, lives / 2)
        renewed = str(told.get("refresh_token") or "")
        if renewed and renewed != (self._kept() or self._grant.refresh):
            self._keep(renewed)


def _wrong(error: str) -> Refused:
    """`error` of RFC 6749 5.2: no secret, and what an administrator searches for."""
    if error in ("invalid_grant", "interaction_required"):
        return Refused(
            said(
                f"the consent to read the mailbox is over ({error})", f"согласие на доступ к ящику кончилось ({error})"
            ),
            said(
                "Sign in again as docs/channels.md says and set GOVORUN_EMAIL_OAUTH_REFRESH",
                "Войдите снова, как написано в docs/channels.ru.md, и задайте GOVORUN_EMAIL_OAUTH_REFRESH",
            ),
        )
    return Refused(
        said(f"the mail provider gives no token ({error})", f"почтовая служба не даёт токен ({error})"),
        said(
            "Check GOVORUN_EMAIL_OAUTH_URL, _CLIENT, _SECRET and _SCOPE",
            "Проверьте GOVORUN_EMAIL_OAUTH_URL, _CLIENT, _SECRET и _SCOPE",
        ),
    )


def not_taken(sign_on: SignOn, where: Both) -> WrongLogin:
    if sign_on.bearer:
        return WrongLogin(
            said(f"{where.en} does not take the token", f"{where.ru} не принимает токен"),
            said(
                "Let the application into this mailbox, as docs/channels.md says, and check GOVORUN_EMAIL_USER",
                "Пустите приложение в этот ящик, как написано в docs/channels.ru.md, и проверьте GOVORUN_EMAIL_USER",
            ),
        )
    return WrongLogin(
        said(f"{where.en} does not take the login", f"{where.ru} не принимает логин и пароль"),
        said(
            "Set GOVORUN_EMAIL_USER and GOVORUN_EMAIL_PASSWORD; many providers want a password for programs",
            "Проверьте GOVORUN_EMAIL_USER и GOVORUN_EMAIL_PASSWORD; часто нужен пароль для приложений",
        ),
    )
