"""Keeps one trunk registered: asks until the registrar takes us, and again when it has forgotten us or gone away."""

from __future__ import annotations

import asyncio
import contextlib

from voice.pjsip.calls import StackAccount
from voice.pjsip.library import Library, pj
from voice.sip.standing import FIRST_WAIT_S, LEAVE_S, LONGEST_WAIT_S, Standing, refusal
from voice.trunks import Trunk, TrunkState

RENEWED_AT = 0.8  # of the time that it holds; the library's own renewal would come 5 s before its end, and after a lost
# connection never


class Registrar:
    """One a trunk that registers."""

    def __init__(self, trunk: Trunk, library: Library) -> None:
        self.account: StackAccount | None = None  # the endpoint's to give and to take
        self._library = library
        self._standing = Standing(trunk)
        self._told = asyncio.Event()
        self._leaving = False
        self._holds_s = 0

    @property
    def state(self) -> TrunkState:
        return self._standing.state

    async def run(self) -> None:
        """Until cancelled."""
        wait_s = FIRST_WAIT_S
        while True:
            self._told.clear()
            await self._ask(on=True)
            await self._told.wait()
            while self._standing.registered:
                wait_s = FIRST_WAIT_S
                self._told.clear()
                try:
                    async with asyncio.timeout(max(1.0, self._holds_s * RENEWED_AT)):
                        await self._told.wait()
                except TimeoutError:
                    await self._ask(on=True)
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    def told(self, status: int, reason: str, expires: int) -> None:
        """What the registrar answered, on the event loop. expires: s it holds, 0: not any more."""
        if 200 <= status < 300 and expires > 0:
            self._holds_s = expires
            self._standing.now("registered")
        elif not self._leaving:
            self._standing.now(refusal(status), f"{status} {reason}".strip())
        else:
            self._standing.now("none")
        self._told.set()

    async def leave(self) -> None:
        self._leaving = True
        if self._standing.registered:
            self._told.clear()
            await self._ask(on=False)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVE_S):
                    await self._told.wait()

    async def _ask(self, *, on: bool) -> None:
        with contextlib.suppress(pj.Error):  # one is under way
            await self._library.run(_register, self, on)


def _register(registrar: Registrar, on: bool) -> None:
    if registrar.account is not None:
        registrar.account.setRegistration(on)
