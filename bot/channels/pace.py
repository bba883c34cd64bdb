"""How fast a messenger takes what we say: so many a second in all, one after the other to a chat, and nothing at all
for as long as it told us to wait."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from bot.channels.messenger import Limits
from bot.ports import Undelivered

PATIENCE_S = 5.0  # a longer wait isn't sat out here: the row goes back, and others go before it
FLOODED = 3  # chats that were told to wait at one time: then it is us all who shall
BURST = 5  # messages to a chat that may follow each other at once, where it was quiet
REMEMBERED = 10_000  # chats


class Pace:
    """clock: seconds that only grow."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._spent = 0.0  # until when what was sent to everybody has used the second up
        self._chats: OrderedDict[str, float] = OrderedDict()  # the same of a chat
        self._held: dict[str, float] = {}  # chats told to wait, until when
        self._all_held = 0.0

    async def turn(self, chat: str) -> None:
        """Wait until a message to this chat may go. Raises Undelivered where that is too long to wait here."""
        now, limits = self._clock(), self._limits
        own = max(now, self._chats.get(chat, 0.0))
        at = max(
            now,
            own - (BURST - 1) * limits.chat_s,
            self._spent - 1.0,
            self._held.get(chat, 0.0),
            self._all_held,
        )
        if at - now > PATIENCE_S:
            raise Undelivered("it has to wait", retry_after=at - now, told=True)
        self._spent = max(self._spent, now) + 1 / limits.a_second
        self._chats[chat] = own + limits.chat_s
        self._chats.move_to_end(chat)
        while len(self._chats) > REMEMBERED:
            self._chats.popitem(last=False)
        if at > now:
            await asyncio.sleep(at - now)

    def hold(self, chat: str, seconds: float) -> None:
        """The messenger said so of this chat. Where it says so of several at once, it means all that we send."""
        now = self._clock()
        self._held = {each: until for each, until in self._held.items() if until > now}
        self._held[chat] = max(self._held.get(chat, 0.0), now + seconds)
        if len(self._held) >= FLOODED:
            self.hold_all(min(self._held.values()) - now)

    def hold_all(self, seconds: float) -> None:
        self._all_held = max(self._all_held, self._clock() + seconds)
