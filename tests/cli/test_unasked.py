"""What `serve` and /ready say of other programs that can't be asked."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.app import house as houses
from bot.app import parts
from bot.settings import Settings
from tests.authoring.small import write

ACTIONS = """\
stock.left:
  takes: [service]
  gives: [left]
  sample: [{ok: {left: 3}}]
orders.status:
  takes: [service]
  gives: [state]
  url: "https://shop.example/{service}"
  headers: {Authorization: "Bearer ${GOVORUN_SECRET_ORDERS}"}
"""


@pytest.mark.parametrize("secret", ["", "s3cret"])
async def test_programs_without_a_url_or_a_secret_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secret: str
) -> None:
    monkeypatch.setenv("GOVORUN_SECRET_ORDERS", secret)
    (tmp_path / "sets").mkdir()
    write(tmp_path / "sets" / "shop", actions=ACTIONS)
    house = houses.build(
        Settings(data=tmp_path / "data", scenarios=tmp_path / "sets", scenario_set="shop", _env_file=None)  # type: ignore[call-arg]
    )
    told = ["shop: samples answer stock.left: no url"]
    told += [] if secret else ["shop: orders.status: GOVORUN_SECRET_ORDERS not set"]
    assert parts.unasked(house) == told
    ready = await parts.parts(house).states["scenarios"]()
    assert "shop: samples answer stock.left" in ready[1]
    assert "s3cret" not in ready[1]
    await house.close()
    await asyncio.sleep(0)
