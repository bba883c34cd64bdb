"""What `python -m benchmarks.language_model` tells of a model: here of one that is always right, and of one never."""

from __future__ import annotations

import asyncio
import json

import pytest

from benchmarks import language_model
from bot.understanding.llm import Endpoint
from tests.programs import Program, program
from tests.understanding.llm.model import completion, written

PHRASES = {
    "book": ["запишите меня", "хочу записаться", "нужна запись", "запись к врачу"],
    "price": ["сколько стоит", "какая цена", "почём приём", "стоимость приёма"],
}
OWN = [("хочу записаться к врачу", "book"), ("зуб шатается", "book"), ("кошелёк потянет ли", "price")]
FOREIGN = ["какая завтра погода", "включи джаз"]


class Knowing(Program):
    """Answers as its table says, and nothing to the rest."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        body = json.loads(await reader.readexactly(size))
        said = json.loads(body["messages"][1]["content"])["customer_said"]
        intent = dict(OWN).get(said)
        answer = json.dumps(completion(written(("start", intent) if intent else ("none",)))).encode()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\nconnection: close\r\n\r\n" % len(answer) + answer)
        await writer.drain()
        writer.close()


async def test_a_model_that_knows_brings_all_that_was_unsure() -> None:
    server = await asyncio.start_server(Knowing().serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    model = Endpoint(f"http://127.0.0.1:{port}/v1", "small", seconds={"text": 20.0})
    found = await language_model.measured(PHRASES, OWN, FOREIGN, "ru", model)
    await model.close()
    server.close()
    assert found["with_it"] == 1.0
    assert found["without"] < 1.0
    assert found["foreign_with_it"] == found["foreign"]
    assert 0 < found["asked"] < 1
    assert (found["used"], found["failed"]) == (1.0, 0.0)


async def test_a_model_that_fails_takes_nothing_away() -> None:
    async with program() as server:
        server.says({}, status=500)
        model = Endpoint(f"{server.url}/v1", "small", seconds={"text": 20.0})
        found = await language_model.measured(PHRASES, OWN, FOREIGN, "ru", model)
        await model.close()
    assert found["with_it"] == found["without"]
    assert (found["used"], found["failed"]) == (0.0, 1.0)


def test_without_an_endpoint_there_is_nothing_to_measure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GOVORUN_LLM_URL", raising=False)
    assert language_model.main(["--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"skipped": "GOVORUN_LLM_URL is not set"}
