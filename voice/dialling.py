"""Placing one call: dial, wait for the answer, hear who answered, talk.

    placed = await Dialling(endpoint, equipment, order, tell).run()

`tell` hears of each step as it happens. A call that no person took is told to the conversation, too: the scenario may
have steps for it. Cancel the task to give the call up: while it rings, the other side gets a CANCEL.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol
from uuid import uuid4

from bot.dialogue.meaning import Language
from bot.dialogue.scenario import Machine
from bot.dialogue.values import Value
from bot.errors import GovorunError
from bot.ports import Identity, Turns
from voice.answering.greeting import Ready, Verdict
from voice.answering.listening import Listening
from voice.call import Call
from voice.equipment import Equipment
from voice.errors import LegFailed
from voice.ports import CallLeg
from voice.talk import Talk

log = logging.getLogger(__name__)

RING_S = 45.0  # five or six rings; most voicemail takes over after 20 to 30 s

State = Literal["dialling", "ringing", "answered", "busy", "no_answer", "refused", "failed", "ended"]

# What a conversation is told of a call that no person took: how it ended, or why it was not placed.
Untaken = Literal["busy", "no_answer", "refused", "failed", "do_not_call", "quiet_hours", "not_allowed", "no_line"]

# Final statuses that mean more than that it failed (RFC 3261 21.4, 21.6; 8.1.3.1 for a timeout of ours).
BUSY = (486, 600)
NO_ANSWER = (408, 480, 487)
REFUSED = (403, 433, 603, 607, 608)


class Telephone(Protocol):
    """What of an endpoint is needed to dial."""

    async def call(
        self,
        uri: str,
        *,
        headers: Mapping[str, str] | None = None,
        ring_s: float = RING_S,
        progress: Callable[[int], None] | None = None,
    ) -> CallLeg: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Whom to call, and what about. machine: what is done with an answering machine. ring_s: how long it may ring.
    again: outcomes after which they will be called once more ("busy", "no_answer", "machine"): the conversation is told
    of the last call alone. id: the same for every call of one request; "" where nobody asks for it twice.
    customer: whom it is for, whoever picks up."""

    address: str
    number: str = ""  # E.164 of the address, where it is one
    scenarios: str = ""
    scenario: str | None = None
    given: Mapping[str, Value] = field(default_factory=dict)
    language: Language = "ru"
    machine: Machine = "hang_up"
    ring_s: float = RING_S
    again: frozenset[str] = frozenset()
    id: str = ""
    customer: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """state: as it is now. status: of SIP, 0 for none. by: who answered: "human", "machine", "fax", "unknown".

    why: what that was told by, or why the call failed. message: a message was left. conversation: its id, once known.
    """

    state: State
    status: int = 0
    by: str = ""
    why: str = ""
    message: bool = False
    conversation: str = ""


Tell = Callable[[Progress], Awaitable[None]]


class Dialling:
    """One call that we place."""

    def __init__(self, telephone: Telephone, equipment: Equipment, order: Order, tell: Tell) -> None:
        self._telephone = telephone
        self._equipment = equipment
        self._order = order
        self._tell_ = tell
        self._telling: asyncio.Queue[Progress | None] = asyncio.Queue()
        self._call: Call | None = None
        self._late: Verdict | None = None
        self.last = Progress(state="dialling")

    @property
    def call(self) -> Call | None:
        """The conversation, while there is one."""
        return self._call

    async def run(self) -> Progress:
        """The last step: busy, no_answer, refused, failed or ended."""
        teller = asyncio.create_task(self._teller(), name="call-tell")
        try:
            return await self._run()
        finally:
            self._telling.put_nowait(None)
            await teller

    async def _run(self) -> Progress:
        order = self._order
        self._tell(Progress(state="dialling"))
        try:
            leg = await self._telephone.call(order.address, ring_s=order.ring_s, progress=self._provisional)
        except LegFailed as error:
            return await self._nobody(error)
        try:
            return await self._answered(leg)
        finally:
            await leg.hang_up()

    # --- answered --------------------------------------------------------------------------------------

    async def _answered(self, leg: CallLeg) -> Progress:
        order, equipment = self._order, self._equipment
        self._tell(Progress(state="answered", status=200))
        vad = equipment.vads.take()
        listening = Listening(leg, vad, equipment.ears.get(order.language), order.language)
        listening.on_machine = self._on_machine
        listening.on_ready = self._on_ready
        try:
            verdict = await listening.who()
            by, why = (verdict.by, verdict.why) if verdict else ("unknown", "hung up")
            if by == "machine" and order.machine == "talk":
                by = "unknown"
            if by == "busy":
                return await self._nobody(LegFailed("a busy tone", where=order.address, sip_status=486))
            self._tell(Progress(state="answered", status=200, by=by, why=why))
            if by == "machine" and order.machine == "hang_up" and "machine" in order.again:
                return self._tell(Progress(state="ended", status=200, by=by, why=why))
            message = by == "machine" and order.machine == "message" and await listening.ready()
            if message:
                self._tell(Progress(state="answered", status=200, by=by, why=why, message=True))
            self._call = call = Call(
                leg,
                equipment,
                identity=_identity(order),
                language=order.language,
                scenarios=order.scenarios,
                scenario=order.scenario,
                given=order.given,
                answered=by,
                message=message,
                about=order.customer,
                listening=listening if by in ("human", "unknown") and order.machine != "talk" else None,
            )
            await call.run()
            if self._late is not None:
                by, why, message = "machine", self._late.why, self.last.message
            return self._tell(
                Progress(state="ended", status=200, by=by, why=why, message=message, conversation=call.conversation)
            )
        finally:
            listening.close()
            equipment.vads.give_back(vad)

    def _on_machine(self, verdict: Verdict) -> None:
        """What we took for a person is a machine."""
        if self._call is None:
            return
        self._late = verdict
        self._tell(Progress(state="answered", status=200, by="machine", why=verdict.why))
        self._call.hush()
        if not verdict.message or self._order.machine != "message":
            self._call.machine_answered(message=False)

    def _on_ready(self, ready: Ready) -> None:
        if self._call is not None and self._late is not None and self._order.machine == "message":
            self._tell(Progress(state="answered", status=200, by="machine", why=self._late.why, message=True))
            self._call.machine_answered(message=True)

    # --- nobody ----------------------------------------------------------------------------------------

    async def _nobody(self, error: LegFailed) -> Progress:
        """Told to the conversation: what the scenario does then is done at once."""
        order, status = self._order, error.sip_status
        state: Literal["busy", "no_answer", "refused", "failed"] = (
            "busy" if status in BUSY
            else "no_answer" if status in NO_ANSWER
            else "refused" if status in REFUSED
            else "failed"
        )  # fmt: skip
        if state in order.again:
            return self._tell(Progress(state=state, status=status))
        conversation = await untaken(self._equipment.turns, order, state)
        why = error.what if state == "failed" else ""
        return self._tell(Progress(state=state, status=status, why=why, conversation=conversation))

    def _provisional(self, status: int) -> None:
        if status not in (self.last.status, 0) and self.last.status != 180:
            self._tell(Progress(state="ringing", status=status))

    # --- telling ---------------------------------------------------------------------------------------

    def _tell(self, progress: Progress) -> Progress:
        self.last = progress
        self._telling.put_nowait(progress)
        return progress

    async def _teller(self) -> None:
        """In order, and without keeping the call waiting."""
        while (progress := await self._telling.get()) is not None:
            try:
                await self._tell_(progress)
            except GovorunError as error:
                log.error("the progress of a call was not kept: %s", error)


async def untaken(turns: Turns, order: Order, outcome: Untaken) -> str:
    """Tell the conversation that nobody was reached, or that the call was not even placed; its id, "" where that was
    not taken. Telling it twice of one order has one effect."""
    talk = Talk(
        turns,
        f"unanswered-{order.id or uuid4().hex}",
        channel="sip",
        caller=order.number,
        identity=_identity(order),
        language=order.language,
        scenarios=order.scenarios,
        scenario=order.scenario,
        given=order.given,
        answered=outcome,
        about=order.customer,
    )
    try:
        return (await talk.take(talk.started())).conversation
    except GovorunError as failure:
        log.error("that nobody took a call was not taken: %s", failure)
        return ""


def _identity(order: Order) -> Identity:
    if order.number:
        return Identity(kind="phone", value=order.number)
    return Identity(kind="sip", value=order.address[:200])
