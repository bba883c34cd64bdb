"""What the library calls back, on threads of its own: each callback reads what it was given, for that is gone once it
returns, and hands it to the event loop as a small value.

Nothing may be raised here: an exception in a callback ends the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.errors import GovorunError
from voice.pjsip.library import Native, pj
from voice.pjsip.sound import Sound

log = logging.getLogger(__name__)


class Crossing:
    """From the library's threads to the event loop, in order. Costs 10 µs there; nothing once the loop is closed."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def tell(self, work: Callable[..., None], *args: object) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, *args)


@dataclass(frozen=True, slots=True)
class State:
    """of: PJSIP_INV_STATE_*. status, reason: of the last response or request that mattered, 200 for a BYE."""

    of: int
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Flow:
    """How sound flows now. held: they take none of ours. holding: we take none of theirs."""

    held: bool
    holding: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A re-INVITE of ours."""

    status: int


@dataclass(frozen=True, slots=True)
class Key:
    """way: "rtp" or "info"."""

    key: str
    way: str


@dataclass(frozen=True, slots=True)
class Transfer:
    status: int
    final: bool


News = State | Flow | Refused | Key | Transfer


class StackCall(pj.Call):  # type: ignore[misc]
    """The library's call. Made and dropped on its threads; dropped only when it is `over` and a second has passed, as
    the thread that told us so may still be in it; and then `forget` comes first."""

    def __init__(
        self,
        account: Any,
        call_id: int,
        *,
        native: Native,
        sound: Callable[[], Sound],
        crossing: Crossing,
        told: Callable[[News], None],
        free: Callable[[StackCall], None],
    ) -> None:
        """told: on the event loop. sound: gives what carries it. free: on the library's thread, once the line is."""
        super().__init__(account, call_id)
        self.over = False
        self._account = int(account.this)
        self._number = call_id
        self.sound: Sound | None = None  # once there is any
        self._take_sound = sound
        self.told = told
        self._free = free
        self._native = native
        self._crossing = crossing

    def forget(self) -> bool:
        """Let it be dropped. It keeps the number of its line, and its destructor hangs up whoever is on that line:
        another call by now. So the number is taken out of it; False where it is not found, and it must be kept."""
        address = int(self.this)  # class pj::Call: its table of functions, a reference to its account, the number
        account = ctypes.c_size_t.from_address(address + 8).value
        number = ctypes.c_int.from_address(address + 16)
        if account != self._account or number.value not in (self._number, pj.PJSUA_INVALID_ID):
            return False
        number.value = pj.PJSUA_INVALID_ID
        return True

    def _tell(self, news: News) -> None:
        self._crossing.tell(self.told, news)

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        try:
            info = self.getInfo()
            self._number = int(info.id)
            state = State(int(info.state), int(info.lastStatusCode), str(info.lastReason))
        except pj.Error:
            state = State(pj.PJSIP_INV_STATE_DISCONNECTED, 0, "")
        if state.of == pj.PJSIP_INV_STATE_DISCONNECTED:
            self.over = True
            self._free(self)
        self._tell(state)

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        try:
            info = self.getInfo()
            for number in range(len(info.media)):
                if info.media[number].type == pj.PJMEDIA_TYPE_AUDIO:
                    self._on_audio(info.media[number].audioConfSlot, info.media[number].dir)
                    return
        except pj.Error:
            return  # over meanwhile; that is told by onCallState
        except (GovorunError, RuntimeError, OSError):
            log.exception("a call is without sound")  # and is ended for that

    def _on_audio(self, slot: int, direction: int) -> None:
        if self.sound is None:
            self.sound = self._take_sound()
        if slot >= 0:
            if direction & pj.PJMEDIA_DIR_DECODING:
                self._native.connect(slot, self.sound.ear.slot)
            if direction & pj.PJMEDIA_DIR_ENCODING:
                self._native.connect(self.sound.mouth.slot, slot)
        self._tell(
            Flow(
                held=not direction & pj.PJMEDIA_DIR_ENCODING,
                holding=not direction & pj.PJMEDIA_DIR_DECODING,
            )
        )

    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
        """At a key's first packet, and for a SIP INFO."""
        self._tell(Key(str(prm.digit), "info" if prm.method == pj.PJSUA_DTMF_METHOD_SIP_INFO else "rtp"))

    def onCallTransferStatus(self, prm: Any) -> None:  # noqa: N802
        self._tell(Transfer(int(prm.statusCode), bool(prm.finalNotify)))

    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = 603  # nobody makes us dial

    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = 603  # nor takes a caller's place

    def onCallTsxState(self, prm: Any) -> None:  # noqa: N802
        if prm.e.type != pj.PJSIP_EVENT_TSX_STATE:
            return
        transaction = prm.e.body.tsxState.tsx
        if transaction.method == "INVITE" and transaction.role == pj.PJSIP_ROLE_UAC and transaction.statusCode >= 300:
            self._tell(Refused(int(transaction.statusCode)))


class StackAccount(pj.Account):  # type: ignore[misc]
    """incoming(account, call id, message, where it came from) must make the call's `StackCall` at once."""

    def __init__(
        self,
        incoming: Callable[[Any, int, str, str], None],
        registered: Callable[[int, str, int], None],
        crossing: Crossing,
    ) -> None:
        super().__init__()
        self._incoming = incoming
        self._registered = registered
        self._crossing = crossing

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        try:
            self._incoming(self, int(prm.callId), str(prm.rdata.wholeMsg), str(prm.rdata.srcAddress))
        except (pj.Error, UnicodeError):
            return  # gone already, or not text: the library ends what has no StackCall

    def onRegState(self, prm: Any) -> None:  # noqa: N802
        """registered(SIP status, its reason, seconds it holds; 0: not any more)."""
        self._crossing.tell(self._registered, int(prm.code), str(prm.reason), int(prm.expiration))
