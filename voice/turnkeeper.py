"""Who keeps the turn: one event after another is taken, and what each turn decided is said and done."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from bot.dialogue.actions import End, Handoff, Record, Say
from bot.dialogue.events import AgentLeft, AgentSaid, Answered, Event, Keys, Left, Utterance
from bot.dialogue.stumbling import stumbled
from bot.errors import GovorunError, place
from bot.ports import AgentLine, Further, Outcome, Row, rows_of
from voice.ending import Ending
from voice.equipment import Equipment
from voice.errands import Errands
from voice.keying import Keying
from voice.recording.taping import Taping
from voice.saying import Saying
from voice.speaking import Speaking
from voice.standing import Standing
from voice.talk import Talk
from voice.todo import FromOthers, Todo
from voice.transfer import Transfer

log = logging.getLogger(__name__)

SLOW_TURN_S = 3.0  # longer than this nobody is left without a word; a busy database may take 50
BROKEN_TURNS = 2  # in a row, then the line is closed: the caller has heard an apology and tried again


class TurnKeeper:
    """One a call. The first turn is taken before the line is answered (`begin`), the others by `work`."""

    def __init__(
        self,
        talk: Talk,
        todo: Todo,
        speaking: Speaking,
        saying: Saying,
        keying: Keying,
        ending: Ending,
        transfer: Transfer,
        taping: Taping,
        standing: Standing,
        errands: Errands,
        equipment: Equipment,
        expect: Callable[[], None],
    ) -> None:
        """expect: told that something else is asked now."""
        self._talk = talk
        self._todo = todo
        self._speaking = speaking
        self._saying = saying
        self._keying = keying
        self._ending = ending
        self._transfer = transfer
        self._taping = taping
        self._standing = standing
        self._errands = errands
        self._equipment = equipment
        self._expect = expect
        self._waits: asyncio.TimerHandle | None = None  # says that a slow turn is under way
        self._answers: list[Outcome] = []  # of other programs, taken and not told yet
        self._broken = 0  # turns in a row that could not be taken
        self._handoff = Handoff(reason="")  # why the caller wants a person

    async def begin(self) -> Outcome:
        """The first turn. Raises what `Turns.take` does."""
        return await self._turn(self._talk.started())

    async def work(self, first: Outcome) -> None:
        """Until cancelled. first: of `begin`."""
        await self._perform(first)
        while True:
            item = await self._todo.next()
            if isinstance(item, FromOthers):
                self._from_others(item.row)
            elif isinstance(item, Outcome):
                self._expect()
                await self._tell_answers()
                self._keying.ahead()
            else:
                await self._take(item)

    async def follow(self, conversation: str) -> None:
        """What others add to this conversation: an agent at the desk; the caller, who went on elsewhere. Until
        cancelled."""
        async with self._equipment.bus.subscribe(f"conversation.{conversation}") as live:
            async for message in live:
                # Where it went on is said because it ends here, and is said before the line is hung up.
                for row in sorted(rows_of(message), key=lambda row: isinstance(row.entry, Left)):
                    self._taping.journalled(row)
                    if message.get("meanwhile"):  # our own turn waits for another program, and says so at once
                        self._from_others(row)
                        if self._waits is not None:
                            self._waits.cancel()
                    else:
                        self._todo.tell(row)
                transfer = message.get("transfer")
                if transfer:
                    line = AgentLine(agent=str(transfer["agent"]), sip=str(transfer["to"]), name=str(transfer["name"]))
                    self._transfer.taken_by(line)
                    self._errands.run(self._transfer.seek(conversation, self._handoff))

    async def _take(self, item: Event) -> None:
        standing = self._standing
        if isinstance(item, Answered):
            standing.hushed = False
        if standing.over or standing.hushed:
            return
        standing.busy = True
        session = self._talk.session
        began = standing.now_ms
        loop = asyncio.get_running_loop()
        slow = self._waits = loop.call_later(SLOW_TURN_S, self._saying.of_our_own, self._equipment.moment)
        try:
            outcome = await self._turn(item, self._answered)
        except Exception as error:  # noqa: BLE001  the outermost loop of a call
            told = error if isinstance(error, GovorunError) else place(error)
            log.error("a turn of a call was not taken: %s", told)
            self._taping.lost(item, sensitive=standing.sensitive)
            self._keying.keypad.stumbled()
            self._apologise()
            return
        finally:
            slow.cancel()
            standing.busy = False
        self._broken = 0
        if isinstance(item, Utterance):
            self._equipment.measured("turn_ms", standing.now_ms - began)
            self._speaking.owe("sound_ms", standing.now_ms)
        if isinstance(item, Keys) and stumbled(session, outcome.session):
            self._keying.keypad.stumbled()
        await self._tell_answers(before=outcome)
        await self._perform(outcome)
        if isinstance(item, AgentLeft) and item.closed:
            self._ending.finish()
        self._keying.ahead()

    async def _turn(self, event: Event, further: Further | None = None) -> Outcome:
        """further: takes what other programs answer, for which the caller's next words don't wait."""
        outcome = await self._talk.take(event, further)
        self._transfer.noticed()
        self._expect()
        return outcome

    async def _answered(self, outcome: Outcome) -> None:
        self._answers.append(outcome)
        self._todo.answered(outcome)

    async def _tell_answers(self, before: Outcome | None = None) -> None:
        """What other programs answered; before: only what was taken before that turn, to which it came first."""
        first = None if before is None else min((row.seq for row in before.rows), default=0)
        due = [each for each in self._answers if first is None or all(row.seq < first for row in each.rows)]
        self._answers = [each for each in self._answers if not any(each is told for told in due)]
        for outcome in due:
            if not self._standing.closing:
                await self._perform(outcome)

    def _apologise(self) -> None:
        """Nothing of that turn was kept, so the caller says it again; on a line that stays broken, nobody is held."""
        self._broken += 1
        if self._broken >= BROKEN_TURNS:
            self._ending.close(self._equipment.closing)
        else:
            self._saying.of_our_own(self._equipment.apology)

    def _from_others(self, row: Row) -> None:
        """The agent's words, and the bot's where it got the conversation back."""
        if not self._talk.news(row):
            return
        entry = row.entry
        if isinstance(entry, AgentSaid):
            self._saying.of_agents(entry.text, row.seq)
        elif isinstance(entry, Say):
            self._saying.say(entry, row.seq)
        elif self._talk.follow(row):
            self._transfer.noticed()
            if isinstance(entry, End | Left):
                self._ending.finish()
            else:
                self._expect()

    async def _perform(self, outcome: Outcome) -> None:
        """Say and do what a turn decided."""
        self._saying.asks(outcome.actions)
        rows = {id(row.entry): row.seq for row in outcome.rows}
        for action in outcome.actions:
            if isinstance(action, Say):
                self._saying.say(action, rows.get(id(action), 0))
            elif isinstance(action, Record):
                self._taping.act(action, outcome.conversation)
            elif isinstance(action, Handoff):
                self._handoff = action
                if self._equipment.handing is not None:
                    self._errands.run(self._transfer.seek(outcome.conversation, action))
            elif isinstance(action, End):
                self._ending.finish()
        self._errands.run(self._saying.foresee())
