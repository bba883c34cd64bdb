"""One Rasa server over HTTP. Nothing of it is trusted: not its time, its size, nor its words.

What goes wrong is Unanswered, logged in one line without a word of the customer's, counted, and told by `told`.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx

from bot.understanding.rasa.breaker import Breaker

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024  # of an answer; one to a long message takes 5 kB
JSON = "json"  # in the content type of whatever Rasa answers
_SHOWN = 40  # characters of what the server says of itself that may stand in a log

T = TypeVar("T")

# What a question came to, for whoever counts: "ok", a reason of Unanswered, or "skipped"; seconds it took.
Report = Callable[[str, float], None]


class Unanswered(Exception):
    """why: for a log, nobody's words. reason: timeout, unreachable, status, malformed, too_big, skipped."""

    def __init__(self, reason: str, why: str) -> None:
        super().__init__(why)
        self.reason = reason
        self.why = why


class Server:
    """Any number of questions at a time, from one event loop; `close()` when done.

    url: without a path. token: of `rasa run --auth-token`. timeout: seconds for all of an answer. clock: seconds.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        timeout: float = 1.0,
        report: Report = lambda result, seconds: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url.rstrip("/")
        self.timeout = timeout
        self.breaker = Breaker()
        self._token = token
        # Nothing packed, and nothing is unpacked: sixteen kilobytes could become as many megabytes.
        own = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "govorun"}
        self._headers = {**own, **(headers or {})}
        self._report = report
        self._clock = clock
        self._client: httpx.AsyncClient | None = None
        self._last = ""

    @property
    def alone(self) -> bool:
        """Whether it failed so often that it isn't asked for a while."""
        return self.breaker.open(self._clock())

    @property
    def trouble(self) -> str:
        """What went wrong last, "" while it answers."""
        return self._last

    @property
    def address(self) -> str:
        """For whoever runs us: scheme, host and port, without what may be secret."""
        try:
            about = httpx.URL(self.url)
        except httpx.InvalidURL:
            return "no address"
        return f"{about.scheme}://{about.host}" + (f":{about.port}" if about.port else "")

    async def post(self, path: str, body: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        """What `read` makes of the answer's JSON; it may raise Unanswered, which counts like no answer.

        Raises Unanswered, and nothing else but CancelledError.
        """
        if not self.breaker.begin(self._clock()):
            self._report("skipped", 0.0)
            raise Unanswered("skipped", f"it is left alone: {self._last}")
        began = self._clock()
        try:
            async with asyncio.timeout(self.timeout):
                found = read(await self._asked(path, body))
        except TimeoutError:
            failed = Unanswered("timeout", f"no answer in {self.timeout:g} s")
        except Unanswered as error:
            failed = error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            failed = Unanswered("unreachable", type(error).__name__)
        except BaseException:
            self.breaker.dropped()
            raise
        else:
            self._report("ok", self._clock() - began)
            self._last = ""
            if self.breaker.well():
                log.info("Rasa answers again: %s", self.address)
            return found
        self._failed(failed, self._clock() - began)
        raise failed

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _failed(self, failed: Unanswered, seconds: float) -> None:
        self._report(failed.reason, seconds)
        self._last = failed.why
        log.warning("Rasa did not answer: %s", failed.why)
        if self.breaker.badly(self._clock()):
            log.error("Rasa is left alone for %g s, then tried again: %s", self.breaker.rest, self.address)

    async def _asked(self, path: str, body: Mapping[str, Any]) -> Any:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=None, follow_redirects=False, trust_env=False)
        params = {"token": self._token} if self._token else None
        request = self._client.build_request(
            "POST", f"{self.url}{path}", json=dict(body), params=params, headers=self._headers
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.status_code != 200:
                raise Unanswered("status", f"HTTP {response.status_code}")
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
            if JSON not in kind.lower():
                raise Unanswered("malformed", f"it answers {_shown(kind)}, no JSON")
            data = bytearray()
            async for part in response.aiter_raw(16_384):
                data += part
                if len(data) > MAX_BYTES:
                    raise Unanswered("too_big", f"an answer of more than {MAX_BYTES // 1024} kB")
        finally:
            await response.aclose()
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise Unanswered("malformed", "the answer is no JSON") from None


def readable(text: str) -> str:
    """What every database takes: no zero byte, no half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _shown(text: str) -> str:
    return "".join(char for char in text[:_SHOWN] if char.isprintable()) or "nothing"
