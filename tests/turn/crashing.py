"""Takes one event in a process of its own and dies, kill -9, at the named point of the turn. For test_crash."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from bot.backends.calendar import Calendar
from bot.body import transaction
from bot.dialogue.events import Utterance
from bot.stores import conversations
from bot.stores.bus import LocalBus
from bot.stores.sql import Database
from tests.turn.clinic import NOW, serving, writer


def dies(*_: Any, **__: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def then_dies(function: Callable[..., Any]) -> Callable[..., Any]:
    def last(*args: Any, **kwargs: Any) -> Any:
        function(*args, **kwargs)
        dies()

    return last


def arrange(point: str) -> None:
    """Let the process die there."""
    match point:
        case "before the conversation is found":
            conversations.locked = conversations.open_of = dies  # type: ignore[assignment]
        case "after the core advanced":
            transaction.advance = then_dies(transaction.advance)  # type: ignore[assignment]
        case "after the calendar wrote":
            Calendar.call = then_dies(Calendar.call)  # type: ignore[method-assign]
        case "after the session was written":
            conversations.save = then_dies(conversations.save)
        case "before the commit":
            conversations.remember = then_dies(conversations.remember)
        case "after the commit":
            LocalBus.publish = dies  # type: ignore[method-assign]
        case _:
            raise ValueError(point)


async def main(url: str, point: str, event: str, text: str) -> None:
    database = Database(url)
    with serving(database, delivered=("rest",)) as (turn, _):
        arrange(point)
        await writer(turn).send(Utterance(id=event, at=NOW, text=text))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
