"""A caller who wants a person: one telephone after the other is rung, until an agent has the caller or none is left.

Handoff ─> seek: ask the desk who is free ── nobody ──> wait, with music; the place is told when it changes
                    │
                    ├─ "blind"   REFER: the caller's line goes to that telephone, and ours is over
                    └─ "bridge"  ring it, tell who calls and why, connect the two (voice.bridge)
           not answered, refused: the next one; nobody left: TransferFailed, and the bot asks where it stopped, or,
           where somebody at the desk has a call or callers can be rung back, whether they wait on
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable

from bot.dialogue.actions import Handoff
from bot.dialogue.events import AgentJoined, AgentLeft, Queued, TransferFailed
from bot.ports import AgentLine, Place
from voice.audio import FRAME, FRAME_MS, Frame, Samples
from voice.bridge import Bridge
from voice.consulting import Consultation
from voice.equipment import Equipment, Handing
from voice.errors import GovorunError
from voice.ports import CallLeg
from voice.speaking import Speaking
from voice.talk import Talk
from voice.tones import Loop

log = logging.getLogger(__name__)

LEFT_ALONE_S = 20.0  # how long the last words may take before the line is cleared all the same
LOOK_S = 5.0  # how often a waiting call looks for itself whether somebody is free; the desk wakes it before
AGAIN_S = 20.0  # between two words about the place in the queue, however often it changes
TAKEN_S = 10.0  # for the turn that gives the conversation to the agent
REST_S = 60.0  # before a telephone that was not answered rings again for who waited on
REGRETS_MS = 3_000  # who hangs up within that has not talked to the caller


class Transfer:
    """One a call. done: the line was sent elsewhere, and is over. bridged: an agent has the caller on it."""

    def __init__(
        self,
        leg: CallLeg,
        equipment: Equipment,
        speaking: Speaking,
        talk: Talk,
        put: Callable[..., None],
        *,
        referable: bool,
    ) -> None:
        """put: takes an event's kind and fields, for the call's own queue of turns. referable: whether that line can be
        sent elsewhere; a browser's can't."""
        handing = equipment.handing
        self.done = False
        self.referring = False  # the line itself is on its way to another telephone
        self._leg = leg
        self._equipment = equipment
        self._handing = handing if handing is not None and (referable or handing.way != "blind") else None
        self._speaking = speaking
        self._talk = talk
        self._put = put
        self._seeking = False
        self._wanted: AgentLine | None = None  # an agent took this call by hand
        self._ringing: asyncio.Task[CallLeg] | None = None
        self._bridge: Bridge | None = None
        self._on_hold = False
        self._changed = asyncio.Event()
        self._waits_on = False  # nobody had answered, and the caller was asked
        self._told: tuple[int, int | None] | None = None
        self._told_at = float("-inf")
        self._music: Loop | None = None
        self._entertains = False

    # --- what the call asks ----------------------------------------------------------------------------

    @property
    def bridged(self) -> bool:
        return self._bridge is not None

    @property
    def musical(self) -> bool:
        """Whether the caller is entertained while they wait. Who is asked something hears a pause after it."""
        session = self._talk.session
        asked = session is not None and session.queueing is not None and session.queueing.asking
        return self._entertains and self._music is not None and not asked

    def hear(self, frame: Frame) -> None:
        """20 ms of the caller."""
        if self._bridge is not None:
            self._bridge.hear(frame)
        music = self._music if self.musical or self._on_hold else None
        if music is not None and self._speaking.idle and self._leg.queued_ms <= 2 * FRAME_MS:
            self._leg.play(music.take(FRAME))

    def press(self, key: str) -> bool:
        """A key of the caller; whether it was for the agent."""
        if self._bridge is not None:
            self._bridge.press(key)
        return self._bridge is not None

    def taken_by(self, agent: AgentLine) -> None:
        """An agent took this call by hand: that telephone goes before all others. `seek` follows."""
        self._wanted = agent
        self._changed.set()

    def noticed(self) -> None:
        """The conversation's status may be another: the caller changed their mind, or an agent writes to them."""
        self._changed.set()
        if self._ringing is not None and self._talk.status != "waiting":
            self._ringing.cancel()
        if self._bridge is not None and self._talk.status != "agent":
            self._bridge.part()

    async def seek(self, conversation: str, handoff: Handoff) -> None:
        """Find a person for the caller. A failure is told by the event TransferFailed, and so is the success by its
        own: AgentJoined, or Left once the line is gone."""
        if self._seeking:
            return
        self._seeking = True
        self._music = self._loop()
        self._told, self._waits_on = None, False
        following = asyncio.create_task(self._follow_desk(), name="call-desk")
        try:
            await self._speaking.all_said(LEFT_ALONE_S)
            if not await self._hunt(conversation, handoff) and self._talk.status == "waiting":
                self._put(TransferFailed)
        finally:
            self._seeking = self._entertains = False
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    # --- looking for somebody --------------------------------------------------------------------------

    async def _hunt(self, conversation: str, handoff: Handoff) -> bool:
        """False: all who could be rung were. True: somebody has the caller, or nobody is looked for any more."""
        rested: dict[str, float] = {}  # from when on agents who did not answer may be rung again
        rung = False
        loop = asyncio.get_running_loop()
        while self._talk.status == "waiting":
            self._entertains = True
            self._changed.clear()
            tried = frozenset(agent for agent, until in rested.items() if until > loop.time())
            line, self._wanted = self._wanted, None
            if line is None and self._handing is not None:
                line = await self._handing.agents.next(conversation, tried, queued=self._waits_on)
            if line is not None:
                if await self._give(conversation, handoff, line):
                    return True
                rested[line.agent] = loop.time() + REST_S
                rung = True
                if self._handing is not None and self._talk.status == "waiting":
                    await self._handing.agents.missed(conversation, line.agent)
                continue
            if rung:
                rung = False
                if not await self._still_worth_it(conversation, tried):
                    return False
            await self._tell_place(conversation)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
        return True

    async def _still_worth_it(self, conversation: str, tried: frozenset[str]) -> bool:
        """Nobody has answered. Whether somebody else could, later, or the caller be rung back: they are asked, once."""
        handing = self._handing
        place = await handing.agents.place(conversation, tried) if handing is not None else None
        if handing is None or place is None:
            return False
        numbers = handing.callbacks()
        if not place.agents and (not numbers or self._waits_on):
            return False
        if not self._waits_on:
            self._waits_on = True
            self._told, self._told_at = (place.position, _minutes(place)), asyncio.get_running_loop().time()
            self._put(
                TransferFailed,
                position=place.position,
                wait_s=place.wait_s,
                agents=place.agents,
                callback=bool(numbers),
                numbers=numbers or ("*",),
            )
        return True

    async def _follow_desk(self) -> None:
        """Whatever changes there may be somebody who is free now."""
        async with self._equipment.bus.subscribe("desk") as live:
            async for _ in live:
                self._changed.set()

    async def _tell_place(self, conversation: str) -> None:
        """At first and when it changed; nothing where nobody is at the desk and nobody is before the caller."""
        if self._handing is None:
            return
        place = await self._handing.agents.place(conversation)
        now = asyncio.get_running_loop().time()
        if place is None or (place.position == 1 and not place.agents) or now - self._told_at < AGAIN_S:
            return
        shown = (place.position, _minutes(place))
        if shown != self._told:
            self._told, self._told_at = shown, now
            self._put(
                Queued,
                position=place.position,
                wait_s=place.wait_s,
                agents=place.agents,
                callback=bool(numbers := self._handing.callbacks()),
                numbers=numbers or ("*",),
            )

    # --- one telephone ---------------------------------------------------------------------------------

    async def _give(self, conversation: str, handoff: Handoff, line: AgentLine) -> bool:
        """Whether that agent has the caller, or has had them."""
        # RFC 7433 4.1: octets in hex digits, here those of the id's text.
        content = f"{self._equipment.vcon(conversation).encode().hex()};encoding=hex"
        handing = self._handing
        if handing is None or handing.reach is None or handing.way == "blind":
            return await self._refer(line, content)
        leg = await self._ring(handing, line, content)
        if leg is None:
            return False
        try:
            consultation = Consultation(
                leg, self._equipment, language=handoff.language, stays=handing.stays, agrees=handing.agrees
            )
            question = handing.prompts.get("agent_offer", {}).get(handoff.language, "")
            answer = await consultation.ask(handoff.brief, question)
            if answer != "accepted" or self._talk.status != "waiting":
                log.info("an agent's telephone was answered, and the caller was %s", answer)
                return False
            if handing.way == "refer":
                self._entertains = False
                self.done = await self._leg.join(leg)
                if self.done:
                    return True
            return await self._connect(line, leg)
        finally:
            await leg.hang_up()

    async def _refer(self, line: AgentLine, content: str) -> bool:
        self.referring = True
        try:
            self._entertains = False
            self.done = await self._leg.transfer(line.sip, user_to_user=content)
            if self.done:
                await self._leg.hang_up()
            return self.done
        finally:
            self.referring = False

    async def _ring(self, handing: Handing, line: AgentLine, content: str) -> CallLeg | None:
        """The agent's line, once it was answered. None: it was not, or the caller wants nobody any more."""
        assert handing.reach is not None
        calling = handing.reach(line.sip, {"User-to-User": content}, handing.ring_s)
        self._ringing = asyncio.ensure_future(calling)
        try:
            return await self._ringing
        except GovorunError as error:
            log.info("an agent's telephone was not answered: %s", getattr(error, "sip_status", 0) or error)
            return None
        except asyncio.CancelledError:
            if self._talk.status == "waiting":  # the call itself is over
                raise
            return None
        finally:
            self._ringing = None

    async def _connect(self, line: AgentLine, leg: CallLeg) -> bool:
        """Caller and agent talk until one of them ends it."""
        self._put(AgentJoined, agent=line.agent, name=line.name)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(TAKEN_S):
                while self._talk.status == "waiting":
                    self._changed.clear()
                    await self._changed.wait()
        if self._talk.status != "agent":
            return False
        self._entertains = False
        await self._speaking.all_said(LEFT_ALONE_S)
        self._bridge = Bridge(self._leg, leg, held=self._hold)
        try:
            parted = await self._bridge.run()
        finally:
            self._bridge = None
            self._on_hold = False
        if self._talk.status == "agent":
            back = parted.by == "code" or parted.after_ms < REGRETS_MS
            self._put(AgentLeft, agent=line.agent, closed=not back)
        return True

    def _hold(self, on: bool) -> None:
        self._on_hold = on

    def _loop(self) -> Loop | None:
        session, handing = self._talk.session, self._handing
        sound: Samples | None = handing.music(session.scenarios) if handing and handing.music and session else None
        return Loop(sound) if sound is not None and len(sound) else None


def _minutes(place: Place) -> int | None:
    """As it is told."""
    return None if place.wait_s is None else -(-place.wait_s // 60)
