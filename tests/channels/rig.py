"""A messenger's double, our channel to it, and a clinic behind that: one small house without the web."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.channels.delivery import Delivery
from bot.channels.messenger import Hook, Messenger
from bot.channels.reception import Reception, lost
from bot.dialogue.actions import Action
from bot.dialogue.events import Event
from bot.dialogue.meaning import Expectation, Language
from bot.dialogue.session import Session
from bot.outbox import Outbox, Parcel
from bot.ports import Further, Inbound, Outcome, Turns
from bot.stores import conversations
from bot.stores.reach import Reach
from bot.stores.sql import Database
from tests.channels.double import Double
from tests.servers import tables
from tests.turn.clinic import serving


@dataclass
class Heard:
    """Ears that hear what the file says in so many letters; nothing in an empty one."""

    asked: list[bytes] = field(default_factory=list)

    async def hear(self, sound: bytes, expectation: Expectation, language: Language) -> tuple[str, float] | None:
        self.asked.append(sound)
        return (sound.decode(), 0.9) if sound else None


@dataclass
class Watched:
    """Turns that show what came in. slow_s: each takes so much longer."""

    turns: Turns
    inbounds: list[Inbound] = field(default_factory=list)
    slow_s: float = 0.0
    failing: list[Exception] = field(default_factory=list)

    async def take(self, inbound: Inbound, further: Further | None = None) -> Outcome:
        if self.failing:
            raise self.failing.pop(0)
        self.inbounds.append(inbound)
        await asyncio.sleep(self.slow_s)
        return await self.turns.take(inbound, further)

    def expectation(self, session: Session) -> Expectation:
        return self.turns.expectation(session)


@dataclass
class Rig:
    double: Double
    messenger: Messenger
    reception: Reception
    turns: Watched
    database: Database
    ears: Heard

    async def post(self, *hooks: Hook) -> None:
        """As the web takes them, one after the other."""
        for hook in hooks:
            await self.reception.take(await self.double.bring(self.messenger, hook))

    @property
    def ivan(self) -> str:
        return self.double.IVAN

    @property
    def anna(self) -> str:
        return self.double.ANNA

    async def says(self, chat: str, *texts: str) -> None:
        await self.post(*(self.double.wrote(chat, text) for text in texts))

    async def press(self, chat: str, title: str) -> None:
        """The button of that title, or the number of that line, under what was shown last."""
        last = next(s for s in reversed(self.double.shown) if s.chat == chat and (s.buttons or s.listed))
        found = next(each for each in last.buttons or last.listed if each[0].lower().startswith(title))
        await self.post(self.double.pressed(chat, found))

    def journal(self, chat: str) -> list[Event | Action]:
        """Of the newest conversation in that chat."""
        with self.database.reading() as tx:
            about = conversations.newest_of_sender(tx, chat, kind=self.double.NAME)
            return [row.entry for row in conversations.rows(tx, about.id)] if about else []

    def of(self, chat: str, kind: type) -> list[Any]:
        return [entry for entry in self.journal(chat) if isinstance(entry, kind)]


@asynccontextmanager
async def rig(double: Double, folder: Path, *, timeout_s: float = 20.0) -> AsyncIterator[Rig]:
    database = tables(f"sqlite:///{folder / 'govorun.db'}")
    messenger = await asyncio.to_thread(double.messenger, timeout_s)
    with serving(database, delivered=(messenger.name,)) as (turn, bus):
        turns, ears, reach = Watched(turn), Heard(), Reach(database)
        delivery = Delivery(messenger, reach, clock=time.monotonic)

        async def told(parcel: Parcel, why: str) -> None:
            await lost(turn, parcel.channel, parcel.identity, parcel.conversation, parcel.seq, why, double.now())

        outbox = Outbox(database, {messenger.name: delivery}, bus, told, now=double.now)
        reception = Reception(messenger, delivery, turns, database, reach, now=double.now, ears=ears)
        running = asyncio.create_task(outbox.run())
        try:
            yield Rig(double, messenger, reception, turns, database, ears)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await reception.close()
            await messenger.close()
            await turn.close()
            database.close()


def texts(shown: Sequence[Any]) -> list[str]:
    return [each.text for each in shown]
