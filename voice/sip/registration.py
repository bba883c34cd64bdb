"""Keeps one trunk registered: asks until the registrar takes us, and again when it has forgotten us or gone away."""

from __future__ import annotations

import asyncio
import contextlib

from baresip import BaresipError, Event, RegistrationError, StackEvent, UserAgent

from voice.sip.reasons import status_of
from voice.sip.standing import FIRST_WAIT_S, LEAVE_S, LONGEST_WAIT_S, Standing, refusal
from voice.trunks import Trunk, TrunkState

ANSWER_S = 10.0  # for the registrar's word; the network's own patience is 32 s


class Registrar:
    """One a trunk that registers."""

    def __init__(self, trunk: Trunk, agent: UserAgent) -> None:
        self._agent = agent
        self._standing = Standing(trunk)
        self._wake = asyncio.Event()
        self._leaving = False

    @property
    def state(self) -> TrunkState:
        return self._standing.state

    async def run(self) -> None:
        """Until cancelled. The stack renews what holds; what is lost is asked for anew here."""
        wait_s = FIRST_WAIT_S
        while True:
            self._wake.clear()
            if not self._standing.registered:
                try:
                    await self._agent.register(timeout=ANSWER_S)
                    self._standing.now("registered")
                except RegistrationError as error:
                    said = " ".join(str(each) for each in (error.status, error.reason) if each)
                    self._standing.now(refusal(error.status or 0), said or "no answer")
                except BaresipError as error:
                    self._standing.now("silent", str(error))
            if self._standing.registered:
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
            self._standing.now("registered")
        elif event.event is Event.REGISTER_FAIL and self._standing.registered:
            self._standing.now(refusal(status_of(event.text or "")), event.text or "")
            self._wake.set()

    async def leave(self) -> None:
        self._leaving = True
        if self._standing.registered:
            with contextlib.suppress(BaresipError):
                await self._agent.unregister(timeout=LEAVE_S)
