"""Says yes to what a link leads to in a process of its own and dies, kill -9, at the named point of that turn. For
test_continuing."""

from __future__ import annotations

import asyncio
import sys

from bot.customers.links import Ways
from bot.dialogue.events import Utterance
from bot.ports import Identity
from bot.stores.sql import Database
from tests.turn.clinic import NOW, Person, serving
from tests.turn.crashing import arrange


async def main(url: str, point: str) -> None:
    with serving(Database(url), ways=Ways(key=b"k" * 32), delivered=("telegram",)) as (turn, _):
        arrange(point)
        there = Person(turn, Identity(kind="telegram", value="42"), channel="telegram")
        await there.send(Utterance(id="update-2", at=NOW, text="yes"))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
