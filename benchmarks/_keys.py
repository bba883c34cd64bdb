"""Keys pressed into a silence, many in little time: the clocks of each call stand otherwise to each other, so there are
several calls, and a menu of one word between two keys."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from benchmarks import _wire as wire
from benchmarks._wire import LOUD_DBFS, falls_silent
from tests.spine.served import Served
from tests.voice.peers import Phone, PhoneCall

CLINIC = Path(__file__).parent.parent / "scenarios" / "clinic"
SET = "keyed"
BUSINESS = "name: keyed\nlanguages: [ru]\nstart: main\nhours: 09:00-20:00\n"
MAIN = """scenario: main
title: Меню
steps:
  - choose: Да?
    loop: yes
    items:
      one: {title: {ru: Раз}, announce: {ru: "Раз."}, key: 1, steps: [{say: Раз.}]}
      two: {title: {ru: Два}, announce: {ru: "Два."}, key: 2, steps: [{say: Два.}]}
"""
QUIET_S = 0.5  # the prompts' own pauses are shorter


def write_set(folder: Path) -> None:
    """The shipped clinic, and beside it a set of one short menu."""
    (folder / "clinic").symlink_to(CLINIC)
    (folder / SET).mkdir()
    (folder / SET / "business.yaml").write_text(BUSINESS, encoding="utf-8")
    (folder / SET / "main.yaml").write_text(MAIN, encoding="utf-8")


@contextlib.asynccontextmanager
async def product() -> AsyncIterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        write_set(Path(folder))
        async with wire.product(scenarios=folder) as served:
            yield served


async def press(call: PhoneCall, key: str) -> float:
    """ms from the first packet of the key (RFC 4733) to the first packet of the answer."""
    pressed = len(call.wire.pressed)
    call.press(key)
    while len(call.wire.pressed) == pressed:
        await asyncio.sleep(0.005)
    at = call.wire.pressed[-1][0]
    answered = await call.hears_within(10, since=at, dbfs=LOUD_DBFS)
    return (answered - at) * 1000


async def keys_of(served: Served, calls: int, keys: int, found: list[float]) -> None:
    """One call after another, each key's ms into `found` as it was pressed."""
    for number in range(calls):
        async with Phone(user=f"890540{number:05d}") as phone:
            call = await phone.call(served.sip.replace("sip:100@", f"sip:{SET}@"))
            await call.hears_within(10, since=call.answered_at)
            for each in range(keys):
                await falls_silent(call, time.monotonic(), QUIET_S)
                found.append(await press(call, "12"[each % 2]))
            call.hang_up()
