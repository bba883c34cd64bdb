"""Keeps one trunk registered: asks until the registrar takes us, and again when it has forgotten us or gone away."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from voice.pjsip.calls import StackAccount
from voice.pjsip.library import Library, pj
from voice.trunks import Registration, Trunk, TrunkState

log = logging.getLogger(__name__)

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 60.0
LEAVE_S = 2.0  # a registrar that is gone doesn't keep us


class Registrar:
    """One a trunk that registers. A change is logged once, whatever is tried meanwhile."""

    def __init__(self, trunk: Trunk, library: Library) -> None:
        self.account: StackAccount | None = None  # the endpoint's to give and to take
        self._trunk = trunk
        self._library = library
        self._state: Registration = "asking"
        self._detail = ""
        self._told = asyncio.Event()
        self._leaving = False

    @property
    def state(self) -> TrunkState:
        return TrunkState(name=self._trunk.title, registration=self._state, detail=self._detail)

    async def run(self) -> None:
        """Until cancelled. The library renews what holds; what is lost is asked for anew here."""
        wait_s = FIRST_WAIT_S
        while True:
            self._told.clear()
            await self._ask(on=True)
            await self._told.wait()
            while self._state == "registered":
                wait_s = FIRST_WAIT_S
                self._told.clear()
                await self._told.wait()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def told(self, status: int, reason: str, expires: int) -> None:
        """What the registrar answered, on the event loop. expires: s it holds, 0: not any more."""
        detail = f"{status} {reason}".strip()
        if 200 <= status < 300 and expires > 0:
            self._now("registered")
        elif not self._leaving:
            self._now("refused" if 400 <= status < 500 and status != 408 else "silent", detail)
        else:
            self._state = "none"
        self._told.set()

    async def leave(self) -> None:
        self._leaving = True
        if self._state == "registered":
            self._told.clear()
            await self._ask(on=False)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._told.wait()

    async def _ask(self, *, on: bool) -> None:
        with contextlib.suppress(pj.Error):  # one is under way
            await self._library.run(_register, self, on)

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


def _register(registrar: Registrar, on: bool) -> None:
    if registrar.account is not None:
        registrar.account.setRegistration(on)
