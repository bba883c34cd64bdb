"""Other programs, asked over HTTP as actions.yaml declares it. Nothing here is trusted: not their time, size or words.

- Where to ask is the author's; what customers said only ever goes, quoted, into the path, or as JSON into the body.
- A try has its seconds for all of it, an answer its bytes, a redirect stays on its server; a secret is never logged.
- Tries beyond the first wait 0.3, 0.6, 1.2 … seconds, or what Retry-After says; every try carries one Idempotency-Key.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from bot.dialogue import codec
from bot.dialogue.actions import Fetch
from bot.dialogue.expressions import Expression, ExpressionError, Scope
from bot.dialogue.external import External, Found, Part, Secret, secret
from bot.dialogue.samples import asked_with
from bot.dialogue.scenario import ScenarioSet
from bot.dialogue.values import Moment, PersonName, Value
from bot.errors import SettingsError

log = logging.getLogger(__name__)

MAX_BYTES = 1024 * 1024  # of an answer
MAX_DATA = 20_000  # characters that one answer may leave in the conversation
MAX_WAIT_S = 5.0  # between two tries, whatever Retry-After asks for: a caller waits
MAX_REDIRECTS = 3
BACKOFF_S = 0.3
_AGAIN = (408, 425, 429, 500, 502, 503, 504)  # may be better in a moment
_MOVED = (301, 302, 303, 307, 308)

Answer = tuple[str, Mapping[str, Value]]


class Failed(Exception):
    """This try brought nothing. why: for the log, without a word of anybody's. again: another try may.

    after: seconds that the other side asks to wait.
    """

    def __init__(self, why: str, *, again: bool = True, after: float = 0.0) -> None:
        super().__init__(why)
        self.why = why
        self.again = again
        self.after = after


class Outside:
    """One for the process; `close()` when done. environment: where secrets are; the process's own by default."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._client: httpx.AsyncClient | None = None

    def missing(self, action: External) -> tuple[str, ...]:
        """The names of the environment that it needs and that aren't set."""
        return tuple(name for name in action.secrets if not self._secret(name))

    async def ask(self, action: External, fetch: Fetch, scenarios: ScenarioSet, now: datetime) -> Answer:
        """The outcome and its data; "error" for all that goes wrong. now: naive wall clock of the business."""
        try:
            request = self._request(action, fetch, scenarios, now)
        except (ExpressionError, SettingsError) as error:
            log.error("%s can't be asked: %s", action.name, error)
            return "error", {}
        zone = ZoneInfo(scenarios.business.timezone) if scenarios.business.timezone else None
        seconds = fetch.timeout or action.timeout
        tries = 1 + (action.retry if fetch.retry is None else fetch.retry)
        for number in range(tries):
            try:
                async with asyncio.timeout(seconds):
                    status, body, after = await self._sent(request)
                if status in _AGAIN and not any(status in each for each in action.outcomes.values()):
                    raise Failed(f"HTTP {status}", after=after)
                return _outcome(action, status, body, zone)
            except TimeoutError:
                failed = Failed(f"no answer in {seconds:g} s")
            except Failed as error:
                failed = error
            except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
                failed = Failed(type(error).__name__)
            log.warning("%s, try %d of %d: %s", action.name, number + 1, tries, failed.why)
            if not failed.again or number + 1 == tries:
                break
            await asyncio.sleep(min(max(failed.after, BACKOFF_S * 2**number), MAX_WAIT_S))
        log.error("%s brought no answer", action.name)
        return "error", {}

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    # --- what goes out ---

    def _request(self, action: External, fetch: Fetch, scenarios: ScenarioSet, now: datetime) -> httpx.Request:
        scope = asked_with(fetch.args, scenarios, now)
        url = "".join(self._written(part, scope, quoted=True) for part in action.url)
        if not url.lower().startswith(("http://", "https://")):
            raise SettingsError("its url begins with neither http:// nor https://")
        path = url.partition("://")[2].partition("?")[0]
        if any(segment in (".", "..") for segment in path.split("/")[1:]):
            raise SettingsError("a value would lead out of the url's folder")
        headers = {name: self._header(parts, scope) for name, parts in action.headers.items()}
        headers.setdefault("Accept", "application/json")
        headers.setdefault("User-Agent", "govorun")
        if action.method != "GET":
            headers.setdefault("Idempotency-Key", fetch.id)
        body = {name: _plain(expression.value(scope)) for name, expression in action.body.items()}
        try:
            return httpx.Request(action.method, url, headers=headers, json=body if action.body else None)
        except (httpx.InvalidURL, UnicodeError, ValueError) as error:
            raise SettingsError("its url or a header can't be sent") from error

    def _written(self, part: Part, scope: Scope, *, quoted: bool) -> str:
        if isinstance(part, Secret):
            value = self._secret(part.name)
            if not value:
                raise SettingsError(f"{part.name} is not set in the environment")
            return value
        if isinstance(part, Expression):
            shown = _shown(part.value(scope))
            return quote(shown, safe="") if quoted else shown
        return part

    def _header(self, parts: tuple[Part, ...], scope: Scope) -> str:
        return "".join(self._written(part, scope, quoted=False) for part in parts).strip()

    def _secret(self, name: str) -> str:
        return secret(name, self._environment)

    # --- what comes back ---

    async def _sent(self, request: httpx.Request) -> tuple[int, bytes, float]:
        """Status, body, and the seconds that the other side asks to wait. Raises Failed, httpx.HTTPError."""
        if self._client is None:
            # No proxies or certificates but those of the machine; a slow server is told by the clock around all of it.
            self._client = httpx.AsyncClient(timeout=None, follow_redirects=False, trust_env=False)
        for _ in range(MAX_REDIRECTS + 1):
            response = await self._client.send(request, stream=True)
            try:
                if response.status_code in _MOVED and response.has_redirect_location:
                    request = _redirected(request, response)
                    continue
                body = await _read(response)
            finally:
                await response.aclose()
            return response.status_code, body, _retry_after(response)
        raise Failed("it redirects on and on", again=False)


def _redirected(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """On the same server, and only what changes nothing there. Raises Failed."""
    if request.method != "GET":
        raise Failed(f"HTTP {response.status_code} to a {request.method}", again=False)
    target = request.url.join(response.headers["location"])
    if (target.scheme, target.host, target.port) != (request.url.scheme, request.url.host, request.url.port):
        raise Failed("it redirects to another server", again=False)
    return httpx.Request("GET", target, headers=request.headers)


async def _read(response: httpx.Response) -> bytes:
    """Raises Failed where it is too long; what was sent packed is counted unpacked."""
    body = bytearray()
    async for part in response.aiter_bytes(65_536):
        body += part
        if len(body) > MAX_BYTES:
            raise Failed(f"an answer of more than {MAX_BYTES // 1024} kB", again=False)
    return bytes(body)


def _retry_after(response: httpx.Response) -> float:
    """Seconds; a date in its place is left aside."""
    given = response.headers.get("retry-after", "")
    return float(given) if given.isdecimal() and len(given) < 6 else 0.0


def _outcome(action: External, status: int, body: bytes, zone: tzinfo | None) -> Answer:
    """Raises Failed where the answer can't be read."""
    name = next((each for each, statuses in action.outcomes.items() if status in statuses), "")
    if not name and not 200 <= status < 300:
        raise Failed(f"HTTP {status}", again=False)
    try:
        answer = json.loads(body, parse_float=Decimal, parse_constant=_refuse) if body.strip() else None
    except (ValueError, RecursionError):
        if name or not action.gives:
            return name or "ok", {}
        raise Failed("the answer is no JSON", again=False) from None
    try:
        data = {each: _found(found, answer, zone) for each, found in action.answer.items()}
    except RecursionError:
        raise Failed("the answer is nested too deep", again=False) from None
    if len(codec.dump(data)) > MAX_DATA:
        raise Failed(f"an answer that leaves more than {MAX_DATA} characters", again=False)
    return (name, {each: value for each, value in data.items() if value is not None}) if name else ("ok", data)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _found(found: Found, answer: Any, zone: tzinfo | None) -> Value:
    """None where it isn't there, or is no such thing."""
    for step in found.path:
        if isinstance(answer, dict):
            answer = answer.get(step)
        elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    if not found.kind:
        return _value(answer)
    try:
        return _READ[found.kind](answer, zone)
    except (ValueError, ArithmeticError, TypeError):
        return None


def _value(answer: Any) -> Value:
    if isinstance(answer, str):
        return _text(answer)
    if isinstance(answer, list):
        return tuple(_value(item) for item in answer)
    if isinstance(answer, dict):
        return {_text(str(name)): _value(item) for name, item in answer.items()}
    if isinstance(answer, Decimal) and answer == answer.to_integral_value() and abs(answer) < 10**15:
        return int(answer)
    return answer if isinstance(answer, bool | int | Decimal) else None


def _text(text: str) -> str:
    """What every database takes: no zero byte, no half of a surrogate pair."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _moment(answer: Any, zone: tzinfo | None) -> datetime:
    """ISO 8601; with a zone it is brought to the business's own, None for the machine's."""
    found = datetime.fromisoformat(str(answer).strip())
    return found.astimezone(zone).replace(tzinfo=None) if found.tzinfo is not None else found


def _number(answer: Any, _: tzinfo | None) -> Value:
    if isinstance(answer, bool):
        raise TypeError
    found = Decimal(str(answer).replace(" ", "").replace(",", "."))
    if not found.is_finite() or abs(found) >= 10**15:
        raise ValueError
    return int(found) if found == found.to_integral_value() else found


def _phone(answer: Any, _: tzinfo | None) -> str:
    digits = "".join(char for char in str(answer) if char in "0123456789")
    if not 8 <= len(digits) <= 15:
        raise ValueError
    return "+7" + digits[1:] if len(digits) == 11 and digits[0] == "8" else f"+{digits}"


def _written_text(answer: Any, _: tzinfo | None) -> str | None:
    if answer is None or isinstance(answer, dict | list):
        return None
    return _text(str(answer))


_READ: Mapping[str, Callable[[Any, tzinfo | None], Value]] = {
    "text": _written_text,
    "number": _number,
    "datetime": _moment,
    "date": lambda answer, zone: _moment(answer, zone).date(),
    "time": lambda answer, _: time.fromisoformat(str(answer).strip()).replace(tzinfo=None),
    "phone": _phone,
}


# --- values as other programs read them ---


def _plain(value: Value) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, PersonName | Moment):
        return str(value) if isinstance(value, PersonName) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value if isinstance(value, bool | int | str) else None


def _shown(value: Value) -> str:
    """In a URL: empty where there is nothing."""
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, bool):
        return "true" if plain else "false"
    if isinstance(plain, list):
        return ",".join(map(str, plain))
    return str(plain) if not isinstance(plain, dict) else json.dumps(plain, ensure_ascii=False)
