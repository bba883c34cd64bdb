"""Keeps one trunk registered: asks until the registrar takes us, and again when it has forgotten us or gone away."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from baresip import BaresipError, Event, RegistrationError, StackEvent, UserAgent

from voice.trunks import Registration, Trunk, TrunkState

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
ANSWER_S = 10.0  # for the registrar's word; the network's own patience is 32 s
LEAVE_S = 2.0  # a registrar that is gone doesn't keep us


class Registrar:
    """One a trunk that registers. A change is logged once, whatever is tried meanwhile."""

    def __init__(self, trunk: Trunk, agent: UserAgent) -> None:
        self._trunk = trunk
        self._agent = agent
        self._state: Registration = "asking"
        self._detail = ""
        self._wake = asyncio.Event()
        self._leaving = False

    @property
    def state(self) -> TrunkState:
        return TrunkState(name=self._trunk.title, registration=self._state, detail=self._detail)

    async def run(self) -> None:
        """Until cancelled. The stack renews what holds; what is lost is asked for anew here."""
        wait_s = FIRST_WAIT_S
        while True:
            self._wake.clear()
            if self._state != "registered":
                try:
                    await self._agent.register(timeout=ANSWER_S)
                    self._now("registered")
                except RegistrationError as error:
                    self._now(*_why(error))
                except BaresipError as error:
                    self._now("silent", str(error))
            if self._state == "registered":
                wait_s = FIRST_WAIT_S
                await self._wake.wait()
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait_s):
                        await self._wake.wait()
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def hear(self, event: StackEvent) -> None:
        """The stack's own renewals, and what became of them."""
        if event.ua != self._agent._handle or self._leaving:
            return
        if event.event is Event.REGISTER_OK:
            self._now("registered")
        elif event.event is Event.REGISTER_FAIL and self._state == "registered":
            status = (event.text or "")[:3]
            self._now("refused" if status.isdigit() else "silent", event.text or "")
            self._wake.set()

    async def leave(self) -> None:
        self._leaving = True
        if self._state == "registered":
            with contextlib.suppress(BaresipError):
                await self._agent.unregister(timeout=LEAVE_S)

    def _now(self, state: Registration, detail: str = "") -> None:
        before, self._state, self._detail = self._state, state, detail
        if before == state:
            return
        name = self._trunk.title
        if state == "registered":
            log.info("sip trunk %s: registered", name)
        elif state == "refused":
            log.warning("sip trunk %s: not registered: %s. Check the user and the password", name, detail)
        else:
            log.warning("sip trunk %s: not registered: %s. It is asked again until it answers", name, detail)


def _why(error: RegistrationError) -> tuple[Registration, str]:
    status = error.status or 0
    if 400 <= status < 500 and status != 408:
        return "refused", f"{status} {error.reason or ''}".strip()
    return "silent", (f"{status} {error.reason or ''}".strip() if status else error.reason or "no answer")
