"""A house with a language model: ready says so, metrics count it, the command shows what it would propose."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.app.house import build
from bot.errors import SettingsError
from tests.authoring.small import write
from tests.programs import Program, program
from tests.understanding.llm.model import completion, written
from tests.web import Web, settings

UNCLEAR = "беда с ухом приключилась"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A folder with one small set in it: a shipped one takes a second to learn."""
    (tmp_path / "sets").mkdir()
    write(tmp_path / "sets" / "shop")
    return tmp_path / "sets"


@pytest.fixture
async def server() -> AsyncIterator[Program]:
    async with program() as made:
        yield made


async def test_a_house_with_a_model_says_so_and_counts_what_comes_of_it(
    server: Program, tmp_path: Path, shop: Path
) -> None:
    web = await asyncio.to_thread(
        Web,
        tmp_path / "data",
        scenarios=shop,
        scenario_set="shop",
        llm_url=f"{server.url}/v1",
        llm_model="small",
        llm_key="sk-1",
        llm_timeout_s=20,
    )
    server.says(completion(written(("start", "booking"))))
    try:
        assert await web.tell("ivan", UNCLEAR) == ["К кому?"]
        async with web.client(None) as client:
            part = (await client.get("/ready")).json()["parts"]["language_model"]
            counted = (await client.get("/metrics")).text
        assert part == {"state": "ready", "detail": f"small at 127.0.0.1:{server.port}"}
        for result in ("asked", "answered", "used"):
            assert f'govorun_language_model_total{{result="{result}"}} 1.0' in counted
        assert "govorun_language_model_seconds_count 1.0" in counted
        server.says({}, status=500)
        for number in range(6):
            assert await web.tell(f"anna{number}", UNCLEAR)
        async with web.client(None) as client:
            ready = await client.get("/ready")
        assert ready.status_code == 200  # the default understands without it
        assert "let alone" in ready.json()["parts"]["language_model"]["detail"]
    finally:
        await web.house.close()


async def test_the_command_shows_what_a_model_proposes(
    server: Program, tmp_path: Path, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOVORUN_SCENARIOS", str(shop))
    monkeypatch.setenv("GOVORUN_SCENARIO_SET", "shop")
    monkeypatch.setenv("GOVORUN_DATA", str(tmp_path))
    monkeypatch.setenv("GOVORUN_LLM_URL", f"{server.url}/v1")
    monkeypatch.setenv("GOVORUN_LLM_MODEL", "small")
    monkeypatch.setenv("GOVORUN_LLM_TIMEOUT_S", "20")
    server.says(completion(written(("set", "service", "lor"))))
    command = [
        "understand",
        "model",
        "запишите меня к окулисту",
        "ухо болит",
        "--set",
        "shop",
        "--lang",
        "ru",
        "--show",
        "--json",
    ]
    ran = await asyncio.to_thread(CliRunner().invoke, app, command)
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout.splitlines()[-1])
    assert (told["result"], told["meaning"]["readings"]) == ("used", {"service": "lor"})
    assert told["sent"][1]["content"].endswith('"customer_said":"ухо болит"}')


def test_a_model_in_the_open_stops_the_start_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="unencrypted"):
        build(settings(tmp_path / "data", llm_url="http://models.example/v1", llm_model="small"))


def test_the_command_says_how_to_set_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOVORUN_DATA", str(tmp_path))
    monkeypatch.delenv("GOVORUN_LLM_URL", raising=False)
    ran = CliRunner().invoke(app, ["understand", "model", "ухо болит"])
    assert ran.exit_code == 1
    assert "GOVORUN_LLM_URL" in str(ran.exception) + ran.output
