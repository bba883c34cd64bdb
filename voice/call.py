"""One call from ring to hang-up: the line, the ears and the mouth on one side, the same turn as a chat's on the other.

    frames ──> Hearing ──Talking, Said, Nothing──┐
    keys ────> Keypad ──whole answer─────────────┼──> queue ──> turn ──> Say ──> Speaking ──> frames
    silence, agents' words (bus) ────────────────┤
    what other programs answered to a turn ──────┘

Everything that counts goes through one queue, so a conversation's events are taken in order. Time is counted in
frames. Speech or a key stops the prompt at once, before anything is understood; what proves to be nothing lets
it go on. A turn returns when its effects are committed, not when its words have been spoken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.dialogue.actions import End, Handoff, Record, Say
from bot.dialogue.events import AgentLeft, AgentSaid, Answered, Event, Keys, Silence, Utterance
from bot.dialogue.meaning import Language
from bot.dialogue.stumbling import stumbled
from bot.dialogue.values import Value
from bot.errors import GovorunError, place
from bot.ports import AgentLine, Further, Identity, Outcome, Row, rows_of
from voice.answering.listening import Listening
from voice.asides import NOTICED_MS, is_aside
from voice.audio import FRAME_MS
from voice.captions import Captions
from voice.comfort import Noise
from voice.dtmf import Keypad
from voice.equipment import Equipment
from voice.errors import LegFailed
from voice.hearing import Aside, Hearing, Said, Talking, Told
from voice.hints import hint
from voice.ports import CallLeg, Digit, Ended, Held
from voice.recording.taping import Taping
from voice.speaking import Speaking
from voice.talk import Talk
from voice.tonekeys import TonePad
from voice.transfer import LEFT_ALONE_S, Transfer

log = logging.getLogger(__name__)

HOLD_S = 15.0  # between words to a caller who waits for a person
MUSIC_S = 30.0  # the same where they hear music, and know that the line is not dead
UNCLEAR = "…"  # stands in the transcript for speech that no words were found in
SLOW_TURN_S = 3.0  # longer than this nobody is left without a word; a busy database may take 50
BROKEN_TURNS = 2  # in a row, then the line is closed: the caller has heard an apology and tried again


@dataclass(frozen=True, slots=True)
class FromOthers:
    """A journal row of a turn that was not ours, or may be: `Talk` knows by its seq."""

    row: Row


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
        listening: Listening | None = None,
    ) -> None:
        """given: what the scenario begins with, of a call that we place. answered, message: who took that call, as
        `Started` has them. listening: hears the call for what shows late that a machine took it.

        identity: who calls; by default the number the line shows, which the network vouches for.
        """
        self._captions = Captions(leg)
        self._taping = Taping(leg, equipment.disk)
        self._leg = leg = self._taping.leg
        self._equipment = equipment
        self._channel = channel
        caller = leg.caller if leg.caller.startswith("+") else ""
        self._talk = Talk(
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
        )
        self._listening = listening
        self._hushed = False  # a machine talks, and its message is to come
        self._waits: asyncio.TimerHandle | None = None  # says that a slow turn is under way
        self._todo: asyncio.Queue[Event | FromOthers | Outcome] = asyncio.Queue()
        self._events = 0  # of `_todo`, not taken yet: whatever is keyed meanwhile is for the question that follows
        self._answers: list[Outcome] = []  # of other programs, taken and not told yet
        self._keypad = Keypad()
        self._tones = TonePad(listens=equipment.tones)
        noise = Noise(equipment.comfort_dbfs) if equipment.comfort_dbfs < 0 else None
        self._speaking = Speaking(leg, equipment.voices, equipment.measured, equipment.ready, noise)
        self._hearing: Hearing | None = None
        self._frames = 0
        self._held = False  # the other side put us on hold, or is lost for a while
        self._asked: tuple[Say, ...] = ()  # what was said last
        self._quiet = 0  # frames without anything from either side
        self._busy = False  # a turn is being taken
        self._tasks: set[asyncio.Task[None]] = set()
        self._broken = 0  # turns in a row that could not be taken
        self._closing = False  # the last words are being said
        self._crowded = False  # the caller was told that too many speak at once
        self._to_stop = False  # the caller speaks into the seconds that speech can't stop: after them it does
        self._handoff = Handoff(reason="")  # why the caller wants a person
        self._transfer = Transfer(leg, equipment, self._speaking, self._talk, self._put, referable=channel == "sip")
        self._ended: Ended | None = None

    async def run(self) -> None:
        """Never raises on what a caller does; a fault of ours ends this call and no other."""
        equipment = self._equipment
        try:
            vad = equipment.vads.take()  # before the answer: it stalls the loop once
            self._hearing = Hearing(vad, equipment.ears, self._heard, self._is_whole, self._is_aside, equipment.endings)
            outcome = await self._turn(self._talk.started())
            await self._leg.answer()
        except GovorunError as error:
            log.warning("call %s was not taken: %s", self._leg.id, error)
            await self._leg.reject(503 if not isinstance(error, LegFailed) else 500)
            await self._leave("not answered")
            if self._hearing is not None:
                equipment.vads.give_back(vad)
            return
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(self._listen(), name="call-listen"),
                    group.create_task(self._work(outcome), name="call-work"),
                    group.create_task(self._follow(outcome.conversation), name="call-follow"),
                ]
                await self._watch()
                for task in tasks:
                    task.cancel()
        finally:
            for task in self._tasks:
                task.cancel()
            self._speaking.close()
            self._hearing.close()
            equipment.vads.give_back(vad)
            self._taping.close(sensitive=self._sensitive, now_ms=self._now_ms)
            await self._leg.hang_up()
            await self._taping.saved()
            await self._leave("transferred" if self._transfer.done else self._ended.reason if self._ended else "lost")

    def dismiss(self) -> None:
        """The process is going to stop: say so, and hang up."""
        self._close_line(self._equipment.closing)

    def hush(self) -> None:
        """A machine took the call, as shows now: nothing is said to it or understood until `machine_answered`."""
        self._hushed = True
        self._speaking.silence()

    def machine_answered(self, *, message: bool) -> None:
        """message: it records what is said now."""
        if not self._hushed:
            self.hush()
        self._put(Answered, message=message)

    @property
    def conversation(self) -> str:
        """Its id; "" before the first turn."""
        return self._talk.session.conversation if self._talk.session else ""

    # --- what comes in ---------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Keys, and the end."""
        async for event in self._leg.events():
            if isinstance(event, Ended):
                self._ended = event
                return
            if isinstance(event, Digit) and self._tones.told(event, self._now_ms):
                self._key(event)
            if isinstance(event, Held):
                self._hold(event)

    def _hold(self, held: Held) -> None:
        """Nobody listens and nobody speaks: the bot waits, and so do its timers. A caller who was lost and is back
        hears what was being said from its beginning, or the last question again; the scenario doesn't notice."""
        self._held = held.on
        if held.on and held.lost and self._hearing is not None:
            self._hearing.forget()  # half a word, and nothing comes after it
            self._taping.forgotten(sensitive=self._sensitive)
        self._speaking.hold(held.on, anew=held.lost)
        idle = self._speaking.idle and not self._busy and self._talk.status == "bot"
        if held.lost and not held.on and idle:
            for say in self._asked:
                self._say(say)

    def _key(self, digit: Digit) -> None:
        self._quiet = 0
        if self._listening is not None:
            self._listening.pressed()
        if self._transfer.press(digit.key) or not self._keypad.press(digit.key, self._now_ms):
            return
        self._speaking.drop()
        if self._hearing is not None:
            self._hearing.forget()
        self._taping.forgotten(sensitive=self._sensitive)
        self._speaking.owe("key_ms", self._now_ms)
        self._take_keys()

    def _take_keys(self) -> None:
        """The next answer that is whole, once its question is the one that is asked."""
        if self._events or self._busy or self._over:
            return
        busy = self._talk.expectation.busy
        whole = self._keypad.call(self._now_ms) if busy else self._keypad.next(self._now_ms)
        if whole is not None:
            self._put(Keys, digits=whole)

    def _ahead(self) -> None:
        """Who types ahead knows what is asked, and isn't told."""
        if self._talk.status != "bot":
            self._keypad.clear()
        elif self._keypad.typed:
            self._speaking.drop()
            self._take_keys()

    async def _listen(self) -> None:
        hearing = self._hearing
        assert hearing is not None
        speaking, transfer, keypad = self._speaking, self._transfer, self._keypad
        async for frame in self._leg.frames():  # a hundred calls come here 5,000 times a second
            self._frames += 1
            toned = self._tones.hear(frame, self._frames, self._now_ms)
            if toned is not None:
                self._key(toned)
            if self._listening is not None:
                self._listening.hear(frame)
            speaking.tick(hush=hearing.active or self._held or transfer.bridged or transfer.musical)
            transfer.hear(frame)
            hearing.hear(frame, deaf=self._deaf, over=not speaking.idle)
            if self._to_stop and (not hearing.talking or speaking.interrupt()):
                self._to_stop = False
            if not keypad.empty:
                self._take_keys()
            active, idle = hearing.active, speaking.idle
            self._count_silence(active=active, idle=idle)
            if self._captions.shown:
                self._captions.tick(hearing.partial, speaking=active)
            self._taping.tick(quiet=not active, idle=idle)

    @property
    def _deaf(self) -> bool:
        """On hold, while a prompt that must be heard plays, while a person has the caller, and when all is said."""
        elsewhere = self._held or self._hushed or self._transfer.referring or self._transfer.bridged
        return elsewhere or self._over or self._speaking.protected

    @property
    def _sensitive(self) -> bool:
        """There are secrets in its scenarios."""
        return self._talk.session is not None and bool(self._talk.session.sensitive)

    @property
    def _over(self) -> bool:
        return self._closing or self._talk.status == "ended"

    def _heard(self, heard: Told) -> None:
        self._quiet = 0
        if isinstance(heard, Talking):
            self._speaking.forget()
            self._to_stop = self._speaking.shielded
            self._taping.talking(heard.began_ms)
            if self._speaking.interrupt():
                self._equipment.measured("barge_in_ms", self._now_ms - heard.began_ms)
        elif isinstance(heard, Aside):
            self._taping.nothing()
            self._speaking.resume()
        elif isinstance(heard, Said) and self._listening is not None and self._listening.says(heard.text):
            self._taping.nothing()  # a machine's words: it is hushed for
        elif isinstance(heard, Said):
            self._keypad.clear()
            if self._to_its_end:
                self._speaking.resume()
            else:
                self._speaking.drop()
            self._equipment.measured("silence_ms", heard.decided_ms - heard.ended_ms)
            self._equipment.measured("words_ms", self._now_ms - heard.decided_ms)
            self._speaking.owe("reply_ms", heard.ended_ms)
            self._put(Utterance, text=heard.text, confidence=heard.confidence)
        elif heard.busy and self._unheard():
            self._taping.nothing()
        elif heard.speech_ms >= NOTICED_MS and not self._speaking.stopped and not self._to_its_end:
            self._speaking.drop()
            self._put(Utterance, text=UNCLEAR, confidence=0.0)
        else:
            self._taping.nothing()
            self._speaking.resume()

    def _unheard(self) -> bool:
        """Nobody could listen: the caller is told once to use the keys. Whether that was now."""
        self._equipment.unheard()
        if self._crowded or self._to_its_end or not self._equipment.crowded:
            return False
        self._crowded = True
        self._speaking.drop()
        self._say_of_our_own(self._equipment.crowded)
        return True

    @property
    def _to_its_end(self) -> bool:
        """Whether what plays is said to its end, whatever the caller says: an agent's words, and the last ones."""
        return self._over or self._talk.status == "agent"

    async def _is_whole(self, text: str) -> bool:
        whole = self._equipment.whole
        talk = self._talk
        return whole is not None and talk.session is not None and await whole(text, talk.session, talk.expectation)

    async def _is_aside(self, text: str, speech_ms: int) -> bool:
        talk, speaking = self._talk, self._speaking
        if self._to_its_end or talk.session is None:
            return False
        expectation = talk.expectation
        aside = is_aside(
            text,
            speech_ms,
            yesno=expectation.yesno,
            left_ms=speaking.left_ms,
        )
        if aside is None and self._equipment.understood is not None:
            return not await self._equipment.understood(text, talk.session, expectation)
        return bool(aside)

    @property
    def _now_ms(self) -> int:
        """Of the line's own time."""
        return self._frames * FRAME_MS

    def _count_silence(self, *, active: bool, idle: bool) -> None:
        """active: the caller speaks, or is being recognised. idle: the bot has nothing to say."""
        if (
            active
            or not idle
            or self._busy
            or self._held
            or self._hushed
            or self._transfer.referring
            or not self._keypad.empty
        ):
            self._quiet = 0
            return
        session = self._talk.session
        asked_for = session.pause_s if session else 0  # "подождите минутку"
        usual = self._talk.expectation.wait or self._equipment.silence_s
        hold = MUSIC_S if self._transfer.musical else HOLD_S
        patience = {"bot": asked_for or usual, "waiting": hold}.get(self._talk.status or "")
        if patience is None:
            self._quiet = 0
            return
        self._quiet += 1
        if self._quiet * FRAME_MS >= patience * 1000:
            self._quiet = 0
            self._put(Silence, seconds=patience)

    async def _follow(self, conversation: str) -> None:
        """What others add to this conversation: an agent at the desk."""
        async with self._equipment.bus.subscribe(f"conversation.{conversation}") as live:
            async for message in live:
                for row in rows_of(message):
                    self._taping.journalled(row)
                    if message.get("meanwhile"):  # our own turn waits for another program, and says so at once
                        self._from_others(row)
                        if self._waits is not None:
                            self._waits.cancel()
                    else:
                        self._todo.put_nowait(FromOthers(row))
                transfer = message.get("transfer")
                if transfer:
                    line = AgentLine(agent=str(transfer["agent"]), sip=str(transfer["to"]), name=str(transfer["name"]))
                    self._transfer.taken_by(line)
                    self._later(self._transfer.seek(conversation, self._handoff))

    # --- one thing after another -----------------------------------------------------------------------

    async def _work(self, first: Outcome) -> None:
        await self._perform(first)
        while True:
            item = await self._todo.get()
            if isinstance(item, FromOthers):
                self._from_others(item.row)
                continue
            if isinstance(item, Outcome):
                self._expect()
                await self._tell_answers()
                self._ahead()
                continue
            self._events -= 1
            if isinstance(item, Answered):
                self._hushed = False
            if self._over or self._hushed:
                continue
            self._busy = True
            session = self._talk.session
            began = self._now_ms
            loop = asyncio.get_running_loop()
            slow = self._waits = loop.call_later(SLOW_TURN_S, self._say_of_our_own, self._equipment.moment)
            try:
                outcome = await self._turn(item, self._answered)
            except Exception as error:  # noqa: BLE001  the outermost loop of a call
                told = error if isinstance(error, GovorunError) else place(error)
                log.error("a turn of a call was not taken: %s", told)
                self._taping.lost(item, sensitive=self._sensitive)
                self._keypad.stumbled()
                self._apologise()
                continue
            finally:
                slow.cancel()
                self._busy = False
            self._broken = 0
            if isinstance(item, Utterance):
                self._equipment.measured("turn_ms", self._now_ms - began)
                self._speaking.owe("sound_ms", self._now_ms)
            if isinstance(item, Keys) and stumbled(session, outcome.session):
                self._keypad.stumbled()
            await self._tell_answers(before=outcome)
            await self._perform(outcome)
            if isinstance(item, AgentLeft) and item.closed:
                self._later(self._finish())
            self._ahead()

    async def _answered(self, outcome: Outcome) -> None:
        self._answers.append(outcome)
        self._todo.put_nowait(outcome)

    async def _tell_answers(self, before: Outcome | None = None) -> None:
        """What other programs answered; before: only what was taken before that turn, to which it came first."""
        first = None if before is None else min((row.seq for row in before.rows), default=0)
        due = [each for each in self._answers if first is None or all(row.seq < first for row in each.rows)]
        self._answers = [each for each in self._answers if not any(each is told for told in due)]
        for outcome in due:
            if not self._closing:
                await self._perform(outcome)

    def _apologise(self) -> None:
        """Nothing of that turn was kept, so the caller says it again; on a line that stays broken, nobody is held."""
        self._broken += 1
        if self._broken >= BROKEN_TURNS:
            self._close_line(self._equipment.closing)
        else:
            self._say_of_our_own(self._equipment.apology)

    def _close_line(self, words: Mapping[str, str]) -> None:
        if not self._closing:
            self._closing = True
            self._speaking.drop()
            self._say_of_our_own(words)
            self._later(self._finish())

    def _say_of_our_own(self, words: Mapping[str, str]) -> None:
        if self._hushed:
            return
        language = self._talk.language
        self._speaking.say(words.get(language, ""), language, pace=self._talk.pace)

    def _from_others(self, row: Row) -> None:
        """The agent's words, and the bot's where it got the conversation back."""
        if not self._talk.news(row):
            return
        entry = row.entry
        if isinstance(entry, AgentSaid):
            self._speaking.say(entry.text, self._talk.language, pace=self._talk.pace)
        elif isinstance(entry, Say):
            self._say(entry)
        elif self._talk.follow(row):
            self._transfer.noticed()
            if isinstance(entry, End):
                self._later(self._finish())
            else:
                self._expect()

    def _say(self, say: Say) -> None:
        if self._hushed:
            return
        if say.secret:
            self._taping.secret()
        self._speaking.say(
            say.speech, say.language, barge_in=say.barge_in == "allow", pace=say.pace, speech_after=say.speech_after
        )

    async def _perform(self, outcome: Outcome) -> None:
        """Say and do what a turn decided."""
        self._asked = tuple(action for action in outcome.actions if isinstance(action, Say)) or self._asked
        for action in outcome.actions:
            if isinstance(action, Say):
                self._say(action)
            elif isinstance(action, Record):
                self._taping.act(action, outcome.conversation)
            elif isinstance(action, Handoff):
                self._handoff = action
                if self._equipment.handing is not None:
                    self._later(self._transfer.seek(outcome.conversation, action))
            elif isinstance(action, End):
                self._later(self._finish())
        self._later(self._foresee())

    async def _foresee(self) -> None:
        talk, likely = self._talk, self._equipment.likely
        if likely is not None and talk.session is not None and not self._over:
            self._speaking.foresee(await likely(talk.session, talk.expectation))

    async def _turn(self, event: Event, further: Further | None = None) -> Outcome:
        """further: takes what other programs answer, for which the caller's next words don't wait."""
        outcome = await self._talk.take(event, further)
        self._transfer.noticed()
        self._expect()
        return outcome

    def _expect(self) -> None:
        expectation = self._talk.expectation
        asked = expectation.slots.get(expectation.asked or "")
        scored = asked is not None and asked.type == "nps"  # ten is the one number of two keys
        self._keypad.expect(
            [option.id for option in asked.options] if asked is not None and scored else expectation.keys,
            0 if scored else expectation.digits,
            letters=expectation.letters,
            kind=asked.type if asked is not None else "",
            pause_ms=None if expectation.key_pause is None else round(expectation.key_pause * 1000),
            now_ms=self._now_ms,
        )
        if self._hearing is not None:
            self._hearing.expect(hint(expectation, self._talk.language))

    async def _leave(self, reason: str) -> None:
        """If the conversation can't be told so now, it is swept."""
        try:
            await self._talk.leave(reason)
        except GovorunError as error:
            log.error("the end of a call was not taken: %s", error)

    # --- endings ---------------------------------------------------------------------------------------

    async def _finish(self) -> None:
        await self._speaking.all_said(LEFT_ALONE_S)
        await self._leg.hang_up()

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        """Beside the queue, so that the caller may still hang up or say "never mind"."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a call's transfer or end broke", exc_info=error)

    def _put(self, kind: type[Event], **fields: Any) -> None:
        self._events += 1
        event = self._talk.event(kind, **fields)
        self._taping.put(event, self._now_ms)
        self._todo.put_nowait(event)
