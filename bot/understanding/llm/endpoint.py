"""The question over HTTP, to any server that speaks OpenAI's chat completions. Nothing here is trusted.

- An answer has its time, all of it, and its bytes; there is no second try: a customer waits.
- After FAILURES in a row nobody is asked for a while, longer each time; 429 says itself how long.
- A redirect isn't followed, proxies of the environment aren't used, the key is never logged, nor is what was said.
- Plain http only to this machine, unless the settings say otherwise.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from bot.errors import SettingsError

log = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024  # of an answer; a proposal takes two hundred
MAX_TOKENS = 300
AT_ONCE = 8  # questions under way; a further one is not asked: the default's meaning is there already
FAILURES = 5  # in a row, before it is let alone
REST_S = 30.0  # the first time; doubled while it goes on failing
LONGEST_REST_S = 300.0
_ASKED_AMISS = (400, 415, 422)  # what servers say to a field that they don't know

Message = Mapping[str, str]
Told = Callable[[str, float], None]


class Failed(Exception):
    """This question brought nothing. why: for the log, without a word of anybody's. rest: seconds to let it alone."""

    def __init__(self, why: str, *, rest: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.rest = rest


def checked(url: str, *, plain_http: bool = False) -> str:
    """The endpoint's address without a slash at its end. Raises SettingsError."""
    where = "GOVORUN_LLM_URL"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise SettingsError("is no address", where=where, fix="For example http://127.0.0.1:11434/v1") from None
    if parts.scheme not in ("http", "https") or not host:
        raise SettingsError("is no http address", where=where, fix="For example http://127.0.0.1:11434/v1")
    if parts.username or parts.password:
        raise SettingsError("has a password in it", where=where, fix="Put the key into GOVORUN_LLM_KEY")
    if parts.query or parts.fragment:
        raise SettingsError("goes on after its path", where=where, fix="Leave out all from '?' or '#'")
    if parts.scheme == "http" and not plain_http and not _here(host):
        raise SettingsError(
            f"what customers say would go to {host} unencrypted",
            where=where,
            fix="Use https, or GOVORUN_LLM_PLAIN_HTTP=true where the network between is your own",
        )
    return url.rstrip("/").removesuffix("/chat/completions")


def _here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Endpoint:
    """One for the process; `close()` when done. Any event loop, one at a time.

    url: with its version, "http://127.0.0.1:11434/v1". seconds: by medium, how long a customer waits for it; 0 not to
    ask at all there. told: "asked" for every question that goes out and "skipped" for one that doesn't (it rests, or is
    busy); then, with the seconds it took, "answered" or "failed"; and of whoever asked, what became of the answer:
    "used", "nothing", "refused".
    Raises SettingsError.
    """

    def __init__(
        self,
        url: str,
        model: str,
        *,
        key: str = "",
        plain_http: bool = False,
        seconds: Mapping[str, float] | None = None,
        told: Told | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = checked(url, plain_http=plain_http)
        if not model:
            raise SettingsError(
                "is not set", where="GOVORUN_LLM_MODEL", fix="Give the name that the server knows it by"
            )
        self.model = model
        self.seconds = dict(seconds or {"text": 1.5, "voice": 0.8})
        self.told: Told = told or (lambda result, seconds: None)
        self._key = key
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._busy = 0
        self._failures = 0
        self._rests_until = 0.0
        self._bare = False  # it refuses what a strict answer is asked for with

    @property
    def state(self) -> str:
        """For whoever runs it: "qwen3 at 127.0.0.1:11434"; where it rests, that too."""
        told = f"{self.model} at {urlsplit(self.url).netloc}"
        left = self._rests_until - self._clock()
        return f"{told}, let alone for {left:.0f} s after it failed" if left > 0 else told

    async def ask(self, messages: Sequence[Message], schema: Mapping[str, Any], *, medium: str = "text") -> str | None:
        """What the model wrote; None where it brought nothing. Never raises."""
        seconds = self.seconds.get(medium, 0.0)
        if seconds <= 0 or self._busy >= AT_ONCE or self._clock() < self._rests_until:
            self.told("skipped", 0.0)
            return None
        self._busy += 1
        self.told("asked", 0.0)
        began = self._clock()
        try:
            async with asyncio.timeout(seconds):
                written = await self._asked(messages, schema)
        except TimeoutError:
            failed = Failed(f"no answer in {seconds:g} s")
        except Failed as error:
            failed = error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
            failed = Failed(type(error).__name__)
        else:
            self._failures = 0
            self.told("answered", self._clock() - began)
            return written
        finally:
            self._busy -= 1
        self._failed(failed)
        self.told("failed", self._clock() - began)
        return None

    async def close(self) -> None:
        if self._client is not None:
            with suppress(RuntimeError):  # its connections belong to a loop that is over, and went with it
                await self._client.aclose()
            self._client = None

    def _failed(self, failed: Failed) -> None:
        self._failures += 1
        rest = failed.rest
        if self._failures >= FAILURES:
            rest = max(rest, REST_S * 2.0 ** min(self._failures - FAILURES, 10))
        rest = min(rest, LONGEST_REST_S)
        if rest:
            self._rests_until = self._clock() + rest
        log.warning(
            "the language model brought nothing: %s%s", failed.why, f"; let alone for {rest:g} s" if rest else ""
        )

    async def _asked(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> str:
        body: dict[str, Any] = {"model": self.model, "messages": list(messages)}
        bare = self._bare
        if not bare:
            body |= {
                "temperature": 0,
                "max_tokens": MAX_TOKENS,
                "stream": False,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "commands", "strict": True, "schema": schema},
                },
            }
        status, headers, answer = await self._sent(body)
        if status in _ASKED_AMISS:
            # The next question goes without; or with it again, if that was not the reason. By what this one was asked
            # with, for several may be refused at once.
            self._bare = not bare
            raise Failed(f"HTTP {status}" + ("; from now on it is asked without a schema" if self._bare else ""))
        if status != 200:
            raise Failed(f"HTTP {status}", rest=_retry_after(headers) if status in (429, 503) else 0.0)
        return _written(answer)

    async def _sent(self, body: Mapping[str, Any]) -> tuple[int, httpx.Headers, bytes]:
        if self._client is None:
            # The clock around all of it is the timeout.
            self._client = httpx.AsyncClient(timeout=None, follow_redirects=False, trust_env=False)
        # Nothing packed, and nothing is unpacked: sixteen kilobytes could become as many megabytes.
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "govorun"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = self._client.build_request("POST", f"{self.url}/chat/completions", json=body, headers=headers)
        response = await self._client.send(request, stream=True)
        try:
            read = bytearray()
            async for part in response.aiter_raw(16_384):
                read += part
                if len(read) > MAX_BYTES:
                    raise Failed(f"an answer of more than {MAX_BYTES // 1024} kB")
        finally:
            await response.aclose()
        return response.status_code, response.headers, bytes(read)


def _retry_after(headers: httpx.Headers) -> float:
    """Seconds; REST_S where it isn't said in seconds."""
    given = headers.get("retry-after", "")
    return float(given) if given.isascii() and given.isdecimal() and len(given) < 6 else REST_S


def _written(answer: bytes) -> str:
    """The text of the first choice. Raises Failed."""
    try:
        told = json.loads(answer)
    except (ValueError, RecursionError):
        raise Failed("the answer is no JSON") from None
    choices = told.get("choices") if isinstance(told, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    message = first.get("message") if isinstance(first, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if not isinstance(content, str):
        raise Failed("the answer has no text in it")
    if isinstance(first, dict) and first.get("finish_reason") == "length":
        raise Failed("the answer was cut off")
    return content
