"""What a call tells its recording: begin, pause, which words turned out to be secret.

One law: what the journal masks is silence in the recording. The journal's form of an utterance comes once its turn is
committed; until then its sound is held back.
"""

from __future__ import annotations

from collections import deque

from bot.dialogue.actions import Record
from bot.dialogue.events import Event, Utterance
from bot.dialogue.values import MASK
from bot.ports import Row
from voice.audio import FRAME_MS
from voice.ports import CallLeg
from voice.recording.disk import Disk
from voice.recording.leg import RecordedLeg

SAVED_S = 2.0  # a disk takes milliseconds; nobody waits for one that hangs
BEFORE_MS = 400  # before speech was sure to be speech: its first syllable


class Taping:
    """One a call, whether it is recorded or not. `leg`: what the call listens to and speaks into. taped: where its
    frames are heard, before anything is made of them; None where there is no disk. ms: of the line."""

    def __init__(self, leg: CallLeg, disk: Disk | None) -> None:
        self.taped = RecordedLeg(leg, disk) if disk is not None else None
        self.leg: CallLeg = leg if self.taped is None else self.taped
        self._onsets: deque[int] = deque()  # of speech that isn't words yet
        self._told: dict[str, tuple[int, int]] = {}  # utterances not in the journal yet: event's id -> from, to
        self._resuming = False
        self._secret = False  # what must not be kept is being said to the caller
        self._muffled = False  # the caller goes on saying what nobody will know

    def act(self, record: Record, conversation: str) -> None:
        recorded = self.taped
        if recorded is None:
            return
        if record.state == "on":
            recorded.begin(conversation)
        elif record.state == "off":
            recorded.drop()
        elif record.state == "resumed":
            self._resuming = recorded.tape is not None
        elif recorded.tape is not None:
            if self._resuming:
                self._resuming = False  # from one secret to the next
            else:
                recorded.tape.hush(recorded.frame_at(self._onsets[0] - BEFORE_MS) if self._onsets else None)

    def secret(self) -> None:
        """What is said now, until all is said, is for the caller's ear alone."""
        if self.taped is not None and self.taped.tape is not None and not self._secret:
            self._secret = True
            self.taped.tape.hush()

    def tick(self, *, quiet: bool, idle: bool) -> None:
        """Every frame. quiet: the caller doesn't speak. idle: the bot has nothing to say."""
        if self.taped is None or self.taped.tape is None:
            return
        if self._resuming and quiet:
            self._resuming = False
            self.taped.tape.unhush()
        if self._muffled and quiet:
            self._muffled = False
            self.taped.tape.unhush()
        if self._secret and idle:
            self._secret = False
            self.taped.tape.unhush()

    # --- what the caller says --------------------------------------------------------------------------

    def talking(self, since_ms: int) -> None:
        self._onsets.append(since_ms)
        self._doubt()

    def nothing(self) -> None:
        """It was no words."""
        if self._onsets:
            self._onsets.popleft()
        self._doubt()

    def put(self, event: Event, now_ms: int) -> None:
        """They said something: its turn comes."""
        if isinstance(event, Utterance) and self.taped is not None:
            since = self._onsets.popleft() if self._onsets else now_ms
            self._told[event.id] = since - BEFORE_MS, now_ms
            self._doubt()

    def journalled(self, row: Row) -> None:
        """A row as the journal has it."""
        if isinstance(row.entry, Utterance) and row.entry.id in self._told:
            self._settle(row.entry.id, silent=MASK in row.entry.text)

    def lost(self, event: Event, *, sensitive: bool) -> None:
        """Its turn was not taken: nobody knows what is in it. sensitive: as of `close`."""
        if event.id in self._told:
            self._settle(event.id, silent=sensitive)

    def forgotten(self, *, sensitive: bool) -> None:
        """A key was pressed instead, and nobody will know what is in it, to its end. sensitive: as of `close`."""
        recorded = self.taped
        if self._onsets and sensitive and not self._muffled and recorded is not None and recorded.tape is not None:
            self._muffled = True
            recorded.tape.hush(recorded.frame_at(self._onsets[0] - BEFORE_MS))
        self._onsets.clear()
        self._doubt()

    def close(self, *, sensitive: bool, now_ms: int) -> None:
        """The call is over. sensitive: there are secrets in its scenarios."""
        if self.taped is None:
            return
        unknown = [*self._onsets, *(since for since, _ in self._told.values())]
        if sensitive and unknown:
            self._silence(min(unknown) - BEFORE_MS, now_ms + FRAME_MS)
        self.taped.finish()

    async def saved(self) -> None:
        if self.taped is not None:
            await self.taped.saved(SAVED_S)

    def _settle(self, ident: str, *, silent: bool) -> None:
        since, until = self._told.pop(ident)
        if silent:
            self._silence(since, until)
        self._doubt()

    def _silence(self, since_ms: int, until_ms: int) -> None:
        recorded = self.taped
        if recorded is not None and recorded.tape is not None:
            recorded.tape.silence(recorded.frame_at(since_ms), recorded.frame_at(until_ms))

    def _doubt(self) -> None:
        recorded = self.taped
        if recorded is not None and recorded.tape is not None:
            since = [each - BEFORE_MS for each in self._onsets] + [each for each, _ in self._told.values()]
            recorded.tape.doubt(recorded.frame_at(min(since)) if since else None)
