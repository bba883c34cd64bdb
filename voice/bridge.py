"""Two lines as one, in our own process: what one says the other hears, keys too, whatever kinds of lines they are.

No sound is changed: a frame goes over as it came. Nothing waits but what the lines' clocks and a stalled event loop
make wait, and that is caught up with: first in pauses, where nobody misses it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from voice.audio import FRAME_MS, Frame, level
from voice.ports import CallLeg, Digit, Ended, Held
from voice.tones import KEY_MS, key_tone

BEHIND_MS = 2 * FRAME_MS  # queued on the far line beyond what is on its way: from here on pauses are left out
FAR_BEHIND_MS = 240  # and from here on, sound: nobody talks well over a delay that long
PAUSE_DBFS = -50.0  # quieter than this nothing is said
BACK = ("*", "#")  # what an agent keys to give the caller back to the bot
BACK_WITHIN_MS = 3_000  # the second key after the first


class Way:
    """Sound of one line on its way into another."""

    def __init__(self, to: CallLeg) -> None:
        self._to = to
        self._deaf_ms = 0  # while a key's tone plays, the sound it was pressed in is not heard besides
        self.left_out = 0  # frames

    def hear(self, frame: Frame) -> None:
        if self._deaf_ms > 0:
            self._deaf_ms -= FRAME_MS
            return
        queued = self._to.queued_ms
        if queued > FAR_BEHIND_MS or (queued > BEHIND_MS and level(frame) < PAUSE_DBFS):
            self.left_out += 1
            return
        self._to.play(frame)

    def press(self, key: str) -> None:
        """As its tones, which every line carries and every exchange hears."""
        self._to.play(key_tone(key))
        self._deaf_ms = KEY_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """How a bridge ended. by: "agent" who hung up, "code": the agent keyed the caller back to the bot, "us"."""

    by: str
    after_ms: int


class Bridge:
    """The caller's frames and keys are handed in by whoever reads that line; the agent's line is read here.

    bridge = Bridge(caller, agent)
    parted = await bridge.run()        # meanwhile bridge.hear(frame), bridge.press(key) of the caller
    """

    def __init__(self, caller: CallLeg, agent: CallLeg, *, held: Callable[[bool], None] = lambda on: None) -> None:
        """held: told when the agent puts the caller on hold, and takes them back."""
        self._caller = caller
        self._agent = agent
        self._to_agent = Way(agent)
        self._to_caller = Way(caller)
        self._held = held
        self._on_hold = False
        self._frames = 0
        self._star_at: int | None = None  # ms, when the first key of BACK was pressed
        self._over: asyncio.Future[str] | None = None

    def hear(self, frame: Frame) -> None:
        """20 ms of the caller."""
        self._to_agent.hear(frame)

    def press(self, key: str) -> None:
        """A key of the caller."""
        self._to_agent.press(key)

    def part(self) -> None:
        """Take the two apart; both lines stay up."""
        if self._over is not None and not self._over.done():
            self._over.set_result("us")

    async def run(self) -> Parted:
        """Until the agent hangs up or gives the caller back. The lines themselves are left as they are."""
        self._over = asyncio.get_running_loop().create_future()
        tasks = [
            asyncio.create_task(self._sound(), name="bridge-sound"),
            asyncio.create_task(self._keys(), name="bridge-keys"),
        ]
        try:
            by = await self._over
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return Parted(by=by, after_ms=self._frames * FRAME_MS)

    async def _sound(self) -> None:
        async for frame in self._agent.frames():
            self._frames += 1
            if not self._on_hold:
                self._to_caller.hear(frame)

    async def _keys(self) -> None:
        async for event in self._agent.events():
            if isinstance(event, Digit):
                self._key(event.key)
            elif isinstance(event, Held):
                self._on_hold = event.on
                self._held(event.on)
            elif isinstance(event, Ended):
                self._end("agent")

    def _key(self, key: str) -> None:
        now = self._frames * FRAME_MS
        star, self._star_at = self._star_at, None
        if star is not None and now - star <= BACK_WITHIN_MS:
            if key == BACK[1]:
                self._end("code")
                return
            self._to_caller.press(BACK[0])
        if key == BACK[0]:
            self._star_at = now  # it goes over once it is no code
        else:
            self._to_caller.press(key)

    def _end(self, by: str) -> None:
        if self._over is not None and not self._over.done():
            self._over.set_result(by)
