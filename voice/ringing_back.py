"""Customers who are rung back: an agent's telephone first, told who it is and why, then the customer's; then both talk.
Nobody is rung in quiet hours. Where the call they asked in was recorded this one is, too, and they are told.

What is promised stands in the database (bot.desk.callbacks); here is only the ringing, so a process that dies loses
nobody.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bot.errors import GovorunError, place
from bot.ports import AgentLine, Callback, Callbacks
from voice.audio import FRAME, FRAME_MS, Frame
from voice.bridge import Bridge
from voice.consulting import Consultation
from voice.equipment import Equipment, Handing
from voice.ports import CallLeg, Digit, Ended
from voice.recording.leg import RecordedLeg
from voice.speaking import Speaking
from voice.tones import Loop, ringing

log = logging.getLogger(__name__)

LOOK_S = 5.0  # between two looks; the desk wakes it before
CUSTOMER_RING_S = 40.0
RENEW_S = 60.0  # while they talk
SAVED_S = 2.0  # a disk takes milliseconds; nobody waits for one that hangs
HELLO_S = 30.0  # for our first sentence
FORBIDDEN = {
    "ru": "Сами туда не звоним (GOVORUN_CALL_ALLOWED): позвоните, если номер верен.",
    "en": "We don't call there ourselves (GOVORUN_CALL_ALLOWED): call if the number is right.",
}
WHY = {"ru": "Перезвонили, не дозвонились: раз — {count}.", "en": "Called back, not reached: {count} times."}


class RingingBack:
    """One a process. address: of a customer's number, as "sip:{number}@10.0.0.1". allowed: whether we may call a
    number: callers name it themselves, or show any they like, and whoever pays for the call is us. quiet: whether
    nobody may be called at this hour: promises wait till it is over."""

    def __init__(
        self,
        equipment: Equipment,
        handing: Handing,
        promises: Callbacks,
        address: str,
        *,
        allowed: Callable[[str], bool],
        quiet: Callable[[], bool] = lambda: False,
    ) -> None:
        self._allowed = allowed
        self._quiet = quiet
        self._equipment = equipment
        self._handing = handing
        self._promises = promises
        self._address = address
        self._woken = asyncio.Event()
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look after promises from now on."""
        self._running = asyncio.create_task(self._run(), name="ringing-back")

    async def close(self, seconds: float) -> None:
        """Begin no more; let those who talk finish for so long. What is cut then is taken up again by its lease."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        if self._under_way:
            await asyncio.wait(self._under_way.values(), timeout=seconds)
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        listening = asyncio.create_task(self._listen(), name="ringing-back-desk")
        try:
            while True:
                self._woken.clear()
                try:
                    await self._look()
                except Exception as error:  # noqa: BLE001  the outermost loop: the database is away for a moment, say
                    log.error("nobody is rung back now: %s", place(error))
                try:
                    async with asyncio.timeout(LOOK_S):
                        await self._woken.wait()
                except TimeoutError:
                    pass
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    @property
    def calls(self) -> int:
        """Under way now."""
        return len(self._under_way)

    async def _listen(self) -> None:
        async with self._equipment.bus.subscribe("desk") as live:
            async for _ in live:
                self._woken.set()

    async def _look(self) -> None:
        if self._quiet():
            return
        for callback in await self._promises.due():
            if callback.conversation in self._under_way:
                continue
            if not self._allowed(callback.number):
                await self._promises.give_up(callback, FORBIDDEN[callback.agent_language])
                continue
            line = await self._promises.take(callback, frozenset())
            if line is None:
                continue
            task = asyncio.create_task(self._one(callback, line), name="ringing-back")
            self._under_way[callback.conversation] = task
            task.add_done_callback(lambda task, key=callback.conversation: self._over(key, task))  # type: ignore[misc]

    def _over(self, conversation: str, task: asyncio.Task[None]) -> None:
        self._under_way.pop(conversation, None)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("ringing a customer back broke", exc_info=error)

    async def _one(self, callback: Callback, line: AgentLine) -> None:
        agent = await self._agent(callback, line)
        if agent is None:
            await self._promises.put_back(callback, line.agent)
            return
        try:
            await self._promises.calling(callback, line)
            customer, left = await self._customer(callback, agent)
            if customer is None:
                why = WHY[callback.agent_language].format(count=callback.attempt)
                await self._promises.unreached(callback, why, left=left)
                await self._say(agent, "agent_unreached", callback.agent_language)
                return
            tape = self._tape(callback, customer)
            began = time.monotonic()
            try:
                await self._promises.answered(callback, line, recorded=tape is not None)
                await self._talk(callback, customer if tape is None else tape, agent, taped=tape is not None)
            finally:
                await customer.hang_up()
                if tape is not None:
                    tape.finish()
                    await tape.saved(SAVED_S)
            await self._promises.done(callback, round(time.monotonic() - began))
        finally:
            await agent.hang_up()

    def _tape(self, callback: Callback, customer: CallLeg) -> RecordedLeg | None:
        """Their line, recorded, with the agent on the other side; None where it may not be."""
        disk = self._equipment.disk
        if disk is None or not callback.recorded:
            return None
        leg = RecordedLeg(customer, disk)
        leg.begin(callback.conversation)
        return leg

    async def _agent(self, callback: Callback, line: AgentLine) -> CallLeg | None:
        """The agent's line, once they took it."""
        leg = await self._reach(line.sip, self._handing.ring_s, callback.conversation)
        if leg is None:
            return None
        handing, words = self._handing, self._handing.prompts
        consultation = Consultation(
            leg, self._equipment, language=callback.agent_language, stays=handing.stays, agrees=handing.agrees
        )
        about = f"{words.get('agent_callback', {}).get(callback.agent_language, '')} {callback.brief}".strip()
        try:
            answer = await consultation.ask(about, words.get("agent_offer", {}).get(callback.agent_language, ""))
        except BaseException:
            await leg.hang_up()
            raise
        if answer == "accepted":
            return leg
        await leg.hang_up()
        return None

    async def _customer(self, callback: Callback, agent: CallLeg) -> tuple[CallLeg | None, bool]:
        """The customer's line; meanwhile the agent hears it ring. None where nobody answers, or (True) the agent
        left."""
        address = self._address.replace("{number}", callback.number)
        calling = asyncio.create_task(self._reach(address, CUSTOMER_RING_S, callback.conversation))
        waiting = asyncio.create_task(self._entertain(agent))
        try:
            await asyncio.wait((calling, waiting), return_when=asyncio.FIRST_COMPLETED)
            return (calling.result(), False) if calling.done() else (None, True)
        finally:
            for task in (calling, waiting):
                task.cancel()
            await asyncio.gather(calling, waiting, return_exceptions=True)

    async def _entertain(self, agent: CallLeg) -> None:
        """Until the agent hangs up."""
        tone = Loop(ringing())
        async for _ in agent.frames():
            if agent.queued_ms <= 2 * FRAME_MS:
                agent.play(tone.take(FRAME))

    async def _talk(self, callback: Callback, customer: CallLeg, agent: CallLeg, *, taped: bool) -> None:
        agent.flush()
        bridge = Bridge(customer, agent)
        over = asyncio.create_task(self._watch(customer, bridge))
        greeted = asyncio.create_task(self._greet(customer, callback, taped))
        renewing = asyncio.create_task(self._renew(callback))
        hearing: asyncio.Task[None] | None = None
        try:
            await asyncio.wait((over, greeted), return_when=asyncio.FIRST_COMPLETED)
            if over.done():
                return
            hearing = asyncio.create_task(self._hear(customer, bridge))
            talking = asyncio.create_task(bridge.run())
            await asyncio.wait((over, talking), return_when=asyncio.FIRST_COMPLETED)
            bridge.part()
            await talking
        finally:
            tasks = [task for task in (over, greeted, renewing, hearing) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _greet(self, customer: CallLeg, callback: Callback, taped: bool) -> None:
        """A robot says that it is one, before anything else; then that they are recorded."""
        await self._say(customer, "callback_hello", callback.language, *(["recorded"] if taped else []))

    async def _say(self, leg: CallLeg, name: str, language: str, *more: str) -> None:
        speaking = Speaking(leg, self._equipment.voices, lambda name, value: None)
        for each in (name, *more):
            speaking.say(self._handing.prompts.get(each, {}).get(language, ""), language, barge_in=False)

        async def ticking() -> None:
            async for frame in leg.frames():
                _tape_hears(leg, frame)
                if speaking.tick():
                    speaking.fill()

        ticks = asyncio.create_task(ticking())
        try:
            said = asyncio.create_task(speaking.all_said(HELLO_S))
            await asyncio.wait((said, ticks), return_when=asyncio.FIRST_COMPLETED)
            said.cancel()
        finally:
            ticks.cancel()
            speaking.close()
            await asyncio.gather(ticks, return_exceptions=True)

    async def _hear(self, customer: CallLeg, bridge: Bridge) -> None:
        async for frame in customer.frames():
            _tape_hears(customer, frame)
            bridge.hear(frame)

    async def _watch(self, customer: CallLeg, bridge: Bridge) -> None:
        """Until the customer hangs up."""
        async for event in customer.events():
            if isinstance(event, Digit):
                bridge.press(event.key)
            elif isinstance(event, Ended):
                return

    async def _renew(self, callback: Callback) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            await self._promises.talking(callback)

    async def _reach(self, address: str, ring_s: float, conversation: str) -> CallLeg | None:
        assert self._handing.reach is not None
        content = f"{self._equipment.vcon(conversation).encode().hex()};encoding=hex"
        try:
            return await self._handing.reach(address, {"User-to-User": content}, ring_s)
        except GovorunError as error:
            log.info("a telephone was not answered: %s", getattr(error, "sip_status", 0) or error)
            return None


def _tape_hears(leg: CallLeg, frame: Frame) -> None:
    """Before anything is made of it."""
    if isinstance(leg, RecordedLeg):
        leg.hear(frame)
