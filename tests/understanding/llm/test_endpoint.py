"""A server that answers, hangs, lies and breaks off: the customer never waits longer than said, and nothing leaks."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
from collections.abc import AsyncIterator

import pytest

from bot.errors import SettingsError
from bot.understanding.llm.endpoint import AT_ONCE, FAILURES, LONGEST_REST_S, MAX_BYTES, REST_S, Endpoint, checked
from tests.programs import Program, program
from tests.understanding.llm.model import completion

SAID = ({"role": "user", "content": "Иван Петров хочет странного"},)
SCHEMA = {"type": "object"}
KEY = "sk-very-secret"


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def server() -> AsyncIterator[Program]:
    async with program() as made:
        yield made


class Asked:
    """An endpoint with what became of its questions."""

    def __init__(self, server: Program, seconds: float = 20.0) -> None:
        self.results: list[str] = []
        self.clock = Clock()
        self.endpoint = Endpoint(
            f"{server.url}/v1/",
            "small",
            key=KEY,
            seconds={"text": seconds, "voice": 0.0},
            told=lambda result, _: self.results.append(result),
            clock=self.clock,
        )

    async def ask(self, medium: str = "text") -> str | None:
        return await self.endpoint.ask(SAID, SCHEMA, medium=medium)


@pytest.fixture
async def asked(server: Program) -> AsyncIterator[Asked]:
    made = Asked(server)
    yield made
    await made.endpoint.close()


async def test_what_the_model_wrote_comes_back(server: Program, asked: Asked) -> None:
    server.says(completion('{"commands": []}'))
    assert await asked.ask() == '{"commands": []}'
    (request,) = server.requests
    assert (request.method, request.target) == ("POST", "/v1/chat/completions")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = request.json
    assert isinstance(body, dict)
    assert (body["model"], body["temperature"], body["stream"]) == ("small", 0, False)
    assert body["response_format"]["json_schema"]["schema"] == SCHEMA
    assert asked.results == ["asked", "answered"]


@pytest.mark.parametrize(
    "reply",
    [
        (500, {}, b"oops"),
        (401, {}, b'{"error": "wrong key"}'),
        (404, {}, b"no such model"),
        (200, {}, b""),
        (200, {}, b"<html><body>Login</body></html>"),
        (200, {}, b"null"),
        (200, {}, b"[1,2]"),
        (200, {}, b'{"choices": []}'),
        (200, {}, b'{"choices": {"0": 1}}'),
        (200, {}, b'{"choices": ["text"]}'),
        (200, {}, b'{"choices": [{"message": null}]}'),
        (200, {}, b'{"choices": [{"message": {"content": null}}]}'),
        (200, {}, b'{"choices": [{"message": {"content": ["a"]}}]}'),
        (200, {}, b'{"choices": [{"message": {"content": "{}"}, "finish_reason": "length"}]}'),
        (200, {}, b"[" * 60_000),
        (200, {}, b"\xff\xfe\x00"),
        (200, {}, json.dumps(completion("{}", more="x" * MAX_BYTES)).encode()),
        (200, {"content-encoding": "gzip"}, gzip.compress(json.dumps(completion("{}")).encode(), mtime=0)),
        (
            200,
            {"content-type": "text/event-stream"},
            b'data: {"choices":[{"delta":{"content":"{"}}]}\n\ndata: [DONE]\n\n',
        ),
        None,
    ],
    ids=lambda reply: "broken off" if reply is None else f"{reply[0]} {reply[2][:24]!r}",
)
async def test_anything_else_brings_nothing(server: Program, asked: Asked, reply) -> None:  # type: ignore[no-untyped-def]
    server.replies = [reply]
    assert await asked.ask() is None
    assert len(server.requests) == 1  # neither a second try nor a redirect
    assert asked.results == ["asked", "failed"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(server: Program, asked: Asked, status: int) -> None:
    server.replies = [(status, {"location": "/elsewhere"}, b""), (200, {}, json.dumps(completion("{}")).encode())]
    assert await asked.ask() is None
    assert len(server.requests) == 1


@pytest.mark.parametrize("drip", [0.0, 0.01])
async def test_a_slow_server_is_not_waited_for(server: Program, drip: float) -> None:
    asked = Asked(server, seconds=0.05)
    server.replies = [30.0] if not drip else [(200, {}, json.dumps(completion("x" * 4_000)).encode())]
    server.drip = drip
    assert await asked.ask() is None
    assert asked.results == ["asked", "failed"]
    await asked.endpoint.close()


async def test_a_medium_without_time_is_not_asked_in(server: Program, asked: Asked) -> None:
    server.says(completion("{}"))
    assert await asked.ask("voice") is None
    assert server.requests == []
    assert asked.results == ["skipped"]


async def test_after_failures_in_a_row_it_is_let_alone_and_then_tried_once(server: Program, asked: Asked) -> None:
    server.says({}, status=500)
    for _ in range(FAILURES):
        await asked.ask()
    assert await asked.ask() is None
    assert len(server.requests) == FAILURES
    assert asked.results[-1] == "skipped"
    assert "let alone for 30 s" in asked.endpoint.state
    asked.clock.now += REST_S + 1
    await asked.ask()  # still broken: now it rests twice as long
    asked.clock.now += REST_S + 1
    await asked.ask()
    assert len(server.requests) == FAILURES + 1
    asked.clock.now += REST_S
    server.says(completion("{}"))
    assert await asked.ask() == "{}"
    assert await asked.ask() == "{}"
    assert "let alone" not in asked.endpoint.state


@pytest.mark.parametrize(("after", "seconds"), [("7", 7.0), ("99999", LONGEST_REST_S), ("soon", REST_S), ("²", REST_S)])
async def test_too_many_requests_says_itself_how_long(
    server: Program, asked: Asked, after: str, seconds: float
) -> None:
    server.replies = [(429, {"retry-after": after}, b"")] if after != "²" else [(429, {}, b"")]
    await asked.ask()
    asked.clock.now += seconds - 1
    await asked.ask()
    assert len(server.requests) == 1
    asked.clock.now += 2
    await asked.ask()
    assert len(server.requests) == 2


async def test_a_server_that_knows_no_schema_is_asked_without_one(server: Program, asked: Asked) -> None:
    server.replies = [(400, {}, b"response_format is not supported"), (200, {}, json.dumps(completion("{}")).encode())]
    assert await asked.ask() is None
    assert await asked.ask() == "{}"
    first, second = (request.json for request in server.requests)
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert "response_format" in first
    assert set(second) == {"model", "messages"}


async def test_a_server_that_refuses_either_way_is_asked_with_a_schema_again(server: Program, asked: Asked) -> None:
    server.says({}, status=400)
    for _ in range(3):
        await asked.ask()
    assert ["response_format" in request.json for request in server.requests] == [True, False, True]  # type: ignore[operator]


async def test_several_that_are_refused_at_once_are_one_reason_to_ask_otherwise(server: Program, asked: Asked) -> None:
    """Each would turn it over again."""
    server.says({}, status=400)
    await asyncio.gather(asked.ask(), asked.ask())
    await asked.ask()
    assert ["response_format" in request.json for request in server.requests] == [True, True, False]  # type: ignore[operator]


async def test_neither_the_key_nor_what_was_said_is_logged(
    server: Program, asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for reply in ((500, {}, SAID[0]["content"].encode()), (400, {}, KEY.encode()), (200, {}, b"{}"), None):
        server.replies = [reply]  # type: ignore[list-item]
        await asked.ask()
    assert "language model brought nothing" in caplog.text
    assert KEY not in caplog.text
    assert "Петров" not in caplog.text
    assert KEY not in repr(asked.endpoint)
    assert KEY not in asked.endpoint.state


async def test_a_proxy_of_the_environment_hears_nothing(
    server: Program, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    server.says(completion("{}"))
    assert await asked.ask() == "{}"


# --- where it may be ---


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("http://127.0.0.1:11434/v1", "http://127.0.0.1:11434/v1"),
        ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/v1"),
        ("https://models.example/v1/chat/completions", "https://models.example/v1"),
    ],
)
def test_this_machine_and_https_are_taken(url: str, kept: str) -> None:
    assert checked(url) == kept


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://10.0.0.5:8000/v1", "unencrypted"),
        ("http://models.example/v1", "unencrypted"),
        ("http://localhost.example/v1", "unencrypted"),
        ("http://127.0.0.1.example/v1", "unencrypted"),
        ("http://127.0.0.1@models.example/v1", "password"),
        ("https://user:secret@models.example/v1", "password"),
        ("ftp://127.0.0.1/v1", "no http address"),
        ("127.0.0.1:11434", "no http address"),
        ("http://", "no http address"),
        ("http://[::1", "no address"),
        ("http://127.0.0.1:port/v1", "no address"),
        ("https://models.example/v1?key=1", "goes on"),
    ],
)
def test_other_places_are_refused_with_the_reason(url: str, what: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked(url)
    assert what in caught.value.what
    assert caught.value.where == "GOVORUN_LLM_URL"
    assert "secret" not in str(caught.value)


def test_a_network_of_one_s_own_may_be_plain() -> None:
    assert checked("http://10.0.0.5:8000/v1", plain_http=True) == "http://10.0.0.5:8000/v1"


def test_a_model_has_to_be_named() -> None:
    with pytest.raises(SettingsError, match="GOVORUN_LLM_MODEL"):
        Endpoint("http://127.0.0.1:1/v1", "")


async def test_no_more_than_a_few_questions_are_under_way(server: Program, asked: Asked) -> None:
    come: list[asyncio.Event] = [asyncio.Event()]

    def count() -> None:
        if len(server.requests) == AT_ONCE:
            come[0].set()

    server.came = count
    server.replies = [20.0]
    waiting = [asyncio.create_task(asked.ask()) for _ in range(AT_ONCE)]
    await asyncio.wait_for(come[0].wait(), 20)
    assert await asked.ask() is None
    assert asked.results.count("skipped") == 1
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    server.came = None
    server.says(completion("{}"))
    assert await asked.ask() == "{}"  # those that were given up take no place
