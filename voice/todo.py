"""What a call has to take, one after another: everything that counts goes through one queue."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from bot.dialogue.events import Event
from bot.ports import Outcome, Row
from voice.recording.taping import Taping
from voice.standing import Standing
from voice.talk import Talk


@dataclass(frozen=True, slots=True)
class FromOthers:
    """A journal row of a turn that was not ours, or may be: `Talk` knows by its seq."""

    row: Row


class Todo:
    """One a call: put by whoever hears something, taken by its TurnKeeper alone."""

    def __init__(self, talk: Talk, taping: Taping, standing: Standing) -> None:
        self.events = 0  # not taken yet: whatever is keyed meanwhile is for the question that follows
        self._talk = talk
        self._taping = taping
        self._standing = standing
        self._queue: asyncio.Queue[Event | FromOthers | Outcome] = asyncio.Queue()

    def put(self, kind: type[Event], **fields: Any) -> None:
        """Something happened to the conversation: a turn follows."""
        self.events += 1
        event = self._talk.event(kind, **fields)
        self._taping.put(event, self._standing.now_ms)
        self._queue.put_nowait(event)

    def tell(self, row: Row) -> None:
        """Others added it to the conversation."""
        self._queue.put_nowait(FromOthers(row))

    def answered(self, outcome: Outcome) -> None:
        """Another program answered, and its turn is committed."""
        self._queue.put_nowait(outcome)

    async def next(self) -> Event | FromOthers | Outcome:
        item = await self._queue.get()
        if not isinstance(item, (FromOthers, Outcome)):
            self.events -= 1
        return item
