"""One call from ring to hang-up: the line, the ears and the mouth on one side, the same turn as a chat's on the other.

    frames ──> Hearing ──> Attention ──words────┐
    keys ────> Keying ──whole answer────────────┼──> Todo ──> TurnKeeper ──> Saying ──> Speaking ──> frames
    Silences, agents' words (bus) ──────────────┤       (the turn)   └──> Ending, Transfer
    what other programs answered to a turn ─────┘

Everything that counts goes through one queue, so a conversation's events are taken in order. Time is counted in
frames. Speech or a key stops the prompt at once, before anything is understood; what proves to be nothing lets
it go on. A turn returns when its effects are committed, not when its words have been spoken.

Here the line is watched and its frames are handed round; who hears (`voice.attention`), who speaks (`voice.saying`),
who keeps the turn (`voice.turnkeeper`) and who ends it (`voice.ending`) know of each other by `voice.standing`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from functools import partial

from bot.dialogue.events import Answered
from bot.dialogue.meaning import Language
from bot.dialogue.values import Value
from bot.errors import GovorunError
from bot.ports import Identity, Outcome
from voice.answering.listening import Listening
from voice.attention import Attention
from voice.audio import Frame
from voice.captions import Captions
from voice.comfort import Noise
from voice.ending import Ending
from voice.equipment import Equipment
from voice.errands import Errands
from voice.errors import LegFailed
from voice.hearing import Hearing
from voice.hints import hint
from voice.keying import Keying
from voice.line import listen
from voice.ports import CallLeg, Digit, Ended, Held, Vad
from voice.recording.taping import Taping
from voice.saying import Saying
from voice.silences import Silences
from voice.speaking import Speaking
from voice.spoken import told
from voice.standing import Standing
from voice.talk import Talk
from voice.todo import Todo
from voice.tonekeys import TonePad
from voice.transfer import Transfer
from voice.turnkeeper import TurnKeeper

log = logging.getLogger(__name__)


class Call:
    """Look after one leg: `await Call(leg, equipment, ...).run()` returns when the call is over."""

    def __init__(
        self,
        leg: CallLeg,
        equipment: Equipment,
        *,
        channel: str = "sip",
        identity: Identity | None = None,
        language: Language | None = None,
        scenarios: str = "",
        scenario: str | None = None,
        given: Mapping[str, Value] | None = None,
        answered: str = "",
        message: bool = False,
        about: int | None = None,
        listening: Listening | None = None,
    ) -> None:
        """given: what the scenario begins with, of a call that we place. answered, message: who took that call, as
        `Started` has them; about: for whom it is, as `Inbound` has it. listening: hears the call for what shows late
        that a machine took it.

        identity: who calls; by default the number the line shows, which the network vouches for.
        """
        self._captions = Captions(leg)
        self._taping = taping = Taping(leg, equipment.disk)
        self._leg = leg = self._taping.leg
        self._equipment = equipment
        caller = leg.caller if leg.caller.startswith("+") else ""
        self._talk = talk = Talk(
            equipment.turns,
            leg.id,
            channel=channel,
            caller=caller,
            identity=identity
            or (Identity(kind="phone", value=caller) if caller else Identity(kind="call", value=leg.id)),
            language=language,
            scenarios=scenarios,
            scenario=scenario,
            given=dict(given or {}),
            record=equipment.record if equipment.disk is not None else "",
            answered=answered,
            message=message,
            about=about,
        )
        self._listening = listening
        self._hearing: Hearing | None = None
        self._ended: Ended | None = None
        self._tones = TonePad(listens=equipment.tones)
        noise = Noise(equipment.comfort_dbfs) if equipment.comfort_dbfs < 0 else None
        self._speaking = speaking = Speaking(
            leg,
            equipment.voices,
            equipment.measured,
            equipment.ready,
            noise,
            partial(told, talk, equipment.spoken) if equipment.spoken is not None else None,
        )
        self._standing = standing = Standing(talk)
        self._errands = errands = Errands()
        self._todo = todo = Todo(talk, taping, standing)
        self._saying = saying = Saying(speaking, talk, taping, standing, equipment)
        self._keying = keying = Keying(talk, speaking, standing, todo)
        self._ending = ending = Ending(leg, speaking, saying, talk, standing, errands)
        self._transfer = transfer = Transfer(leg, equipment, speaking, talk, todo.put, referable=channel == "sip")
        self._silences = silences = Silences(talk, keying.keypad, transfer, standing, todo, equipment)
        self._attention = Attention(
            talk, speaking, saying, keying, silences, taping, standing, todo, equipment, listening
        )
        self._keeper = TurnKeeper(
            talk,
            todo,
            speaking,
            saying,
            keying,
            ending,
            transfer,
            taping,
            standing,
            errands,
            equipment,
            self._expect,
        )

    async def run(self) -> None:
        """Never raises on what a caller does; a fault of ours ends this call and no other."""
        equipment = self._equipment
        try:
            vad = equipment.vads.take()  # before the answer: it stalls the loop once
            self._hearing = self._ears(vad)
            outcome = await self._keeper.begin()
            await self._leg.answer()
        except GovorunError as error:
            log.warning("call %s was not taken: %s", self._leg.id, error)
            await self._leg.reject(503 if not isinstance(error, LegFailed) else 500)
            await self._ending.leave("not answered")
            if self._hearing is not None:
                equipment.vads.give_back(vad)
            return
        try:
            await self._converse(outcome)
        finally:
            self._errands.cancel()
            self._speaking.close()
            self._hearing.close()
            equipment.vads.give_back(vad)
            self._taping.close(sensitive=self._standing.sensitive, now_ms=self._standing.now_ms)
            await self._leg.hang_up()
            await self._taping.saved()
            reason = "transferred" if self._transfer.done else self._ended.reason if self._ended else "lost"
            await self._ending.leave(reason)

    async def _converse(self, first: Outcome) -> None:
        """Until the line has ended."""
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(self._listen(), name="call-listen"),
                group.create_task(self._keeper.work(first), name="call-work"),
                group.create_task(self._keeper.follow(first.conversation), name="call-follow"),
            ]
            await self._watch()
            for task in tasks:
                task.cancel()

    def dismiss(self) -> None:
        """The process is going to stop: say so, and hang up."""
        self._ending.close(self._equipment.closing)

    def hush(self) -> None:
        """A machine took the call, as shows now: nothing is said to it or understood until `machine_answered`."""
        self._standing.hushed = True
        self._speaking.silence()

    def machine_answered(self, *, message: bool) -> None:
        """message: it records what is said now."""
        if not self._standing.hushed:
            self.hush()
        self._todo.put(Answered, message=message)

    @property
    def conversation(self) -> str:
        """Its id; "" before the first turn."""
        return self._talk.session.conversation if self._talk.session else ""

    # --- what comes in ---------------------------------------------------------------------------------

    def _ears(self, vad: Vad) -> Hearing:
        attention, equipment = self._attention, self._equipment
        return Hearing(vad, equipment.ears, attention.heard, attention.is_whole, attention.is_aside, equipment.endings)

    def _expect(self) -> None:
        """Another question is asked now."""
        self._keying.expect()
        if self._hearing is not None:
            self._hearing.expect(hint(self._talk.expectation, self._talk.language))

    async def _watch(self) -> None:
        """Keys, and the end."""
        async for event in self._leg.events():
            if isinstance(event, Ended):
                self._ended = event
                return
            if isinstance(event, Digit) and self._tones.told(event, self._standing.now_ms):
                self._key(event)
            if isinstance(event, Held):
                self._hold(event)

    def _hold(self, held: Held) -> None:
        """Nobody listens and nobody speaks: the bot waits, and so do its timers. A caller who was lost and is back
        hears what was being said from its beginning, or the last question again; the scenario doesn't notice."""
        self._standing.held = held.on
        if held.on and held.lost and self._hearing is not None:
            self._hearing.forget()  # half a word, and nothing comes after it
            self._taping.forgotten(sensitive=self._standing.sensitive)
        self._speaking.hold(held.on, anew=held.lost)
        idle = self._speaking.idle and not self._standing.busy and self._talk.status == "bot"
        if held.lost and not held.on and idle:
            self._saying.again()

    def _key(self, digit: Digit) -> None:
        self._silences.broken()
        if self._listening is not None:
            self._listening.pressed()
        now_ms = self._standing.now_ms
        if self._transfer.press(digit.key) or not self._keying.keypad.press(digit.key, now_ms):
            return
        self._speaking.drop()
        if self._hearing is not None:
            self._hearing.forget()
        self._taping.forgotten(sensitive=self._standing.sensitive)
        self._speaking.owe("key_ms", now_ms)
        self._keying.take()

    async def _listen(self) -> None:
        assert self._hearing is not None
        await listen(self._leg, partial(self._hear, self._hearing))

    def _hear(self, hearing: Hearing, frame: Frame) -> None:
        """20 ms of the line. A hundred calls come here 5,000 times a second: nothing is asked that need not be."""
        speaking, transfer, standing = self._speaking, self._transfer, self._standing
        standing.frames += 1
        if self._taping.taped is not None:
            self._taping.taped.hear(frame)
        if self._tones.listens:
            toned = self._tones.hear(frame, standing.frames, standing.now_ms)
            if toned is not None:
                self._key(toned)
        if self._listening is not None:
            self._listening.hear(frame)
        if speaking.tick():
            speaking.fill(hush=hearing.active or standing.held or transfer.bridged or transfer.musical)
        transfer.hear(frame)
        hearing.hear(frame, deaf=self._deaf, over=not speaking.idle)
        self._attention.tick(hearing)
        if not self._keying.keypad.empty:
            self._keying.take()
        active, idle = hearing.active, speaking.idle
        if active or not idle:
            self._silences.broken()
        else:
            self._silences.count()
        if self._captions.shown:
            self._captions.tick(hearing.partial, speaking=active)
        if self._taping.taped is not None:
            self._taping.tick(quiet=not active, idle=idle)

    def _deaf(self) -> bool:
        """On hold, while a prompt that must be heard plays, while a person has the caller, and when all is said."""
        standing = self._standing
        elsewhere = standing.held or standing.hushed or self._transfer.referring or self._transfer.bridged
        return elsewhere or standing.over or self._speaking.protected
