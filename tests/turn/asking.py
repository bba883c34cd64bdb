"""Takes one event that leads to another program, in a process of its own, and dies at the named point."""

from __future__ import annotations

import asyncio
import sys

from bot.body import asking
from bot.dialogue.events import Utterance
from bot.stores.sql import Database
from tests.turn.clinic import NOW, writer
from tests.turn.crashing import dies
from tests.turn.orders import ordering


async def main(url: str, shop: str, point: str, event: str, text: str) -> None:
    database = Database(url)
    with ordering(database, shop) as (turn, _):
        if point == "before its answer is kept":
            asking.answered = dies  # type: ignore[assignment]
        await writer(turn).send(Utterance(id=event, at=NOW, text=text))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
