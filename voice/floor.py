"""Who may speak. PURE: what happened goes in, orders for the line come out.

    IDLE ──say──> BOT ──speech_started──> STOPPED ──false_start──> BOT (the prompt goes on)
                   │                          │
                   └──all was played──> IDLE <┘ take_turn (the caller said something; the rest is dropped)

A prompt that comes while the caller speaks waits the same way: the bot doesn't talk into their words.

Speech over a prompt stops it within one frame. If it was nothing (a cough, an empty recognition, "угу"), the
prompt goes on from the last gap before the stop, so that no word is broken. A prompt may be one that speech can't
stop, or not in its first seconds; a key stops the latter at once. What the caller really heard of each prompt is
reported as `Spoken`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

import numpy as np

from voice.audio import FRAME, RATE, Samples, joined

REWIND_MS = 700  # how far back a stopped prompt may be taken to begin at a gap between words
QUIET_SHARE = 10**-2.5  # of the loudest frame's power there, 25 dB below it: between words, or a voiceless stop


class Holder(Enum):
    IDLE = "idle"
    BOT = "bot"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Play:
    """Queue this on the line."""

    sound: Samples


@dataclass(frozen=True, slots=True)
class Stop:
    """Flush the line, then tell the floor by `stopped` how many ms were not played."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A prompt is over: the caller heard `heard_ms` of its `total_ms`. whole: nothing of it was lost. began_ms,
    ended_ms: when its first and its last sound left the line, by `Floor.now_ms`; -1 where none did."""

    prompt: str
    heard_ms: int
    total_ms: int
    whole: bool
    began_ms: int = field(default=-1, compare=False)
    ended_ms: int = field(default=-1, compare=False)


Order = Play | Stop


@dataclass(slots=True)
class _Prompt:
    name: str
    barge_in: bool
    complete: bool
    shield: int = 0  # samples from its beginning that speech can't stop
    sound: list[Samples] = field(default_factory=list)
    length: int = 0  # samples so far
    played: int = 0  # samples the caller heard
    unwanted: bool = False  # a key was pressed over what must be heard before it
    began_ms: int = -1  # when its first sound left the line
    ended_ms: int = -1  # and its latest

    def add(self, sound: Samples) -> None:
        self.sound.append(sound)
        self.length += len(sound)

    def spoken(self) -> Spoken:
        heard = min(self.played, self.length)
        return Spoken(
            prompt=self.name,
            heard_ms=heard * 1000 // RATE,
            total_ms=self.length * 1000 // RATE,
            whole=self.complete and heard >= self.length,
            began_ms=self.began_ms,
            ended_ms=self.ended_ms,
        )


class Floor:
    """One a call. `name` of a prompt is any string; it comes back in Spoken. now_ms: set it before what tells how much
    has left the line, where anybody wants to know when prompts were heard."""

    def __init__(self) -> None:
        self.now_ms = 0
        self._prompts: list[_Prompt] = []
        self._sent = 0  # samples given to the line and not yet accounted as played
        self._stopped = False
        self._held = False  # the other side hears nothing now

    @property
    def holder(self) -> Holder:
        if not self._prompts:
            return Holder.IDLE
        return Holder.STOPPED if self._stopped or self._held else Holder.BOT

    @property
    def idle(self) -> bool:
        """Nothing plays or waits; asked several times a frame."""
        return not self._prompts

    @property
    def protects(self) -> bool:
        """What plays can't be stopped."""
        return bool(self._prompts) and not (self._stopped or self._held or self._prompts[0].barge_in)

    @property
    def lasts_ms(self) -> int:
        """For so long, as `progress` was told last, no prompt is over."""
        oldest = self._prompts[0] if self._prompts else None
        return 0 if oldest is None else max(0, oldest.length - oldest.played) * 1000 // RATE

    @property
    def may_be_stopped(self) -> bool:
        """Whether a key, or words that count, would stop the bot now."""
        return self.holder is Holder.BOT and self._prompts[0].barge_in

    @property
    def shielded(self) -> bool:
        """What plays is in the seconds that speech can't stop, and may be stopped after them."""
        return self.may_be_stopped and self._prompts[0].played < self._prompts[0].shield

    @property
    def left_ms(self) -> int:
        """Of all prompts, as far as they are rendered, what the caller has not heard."""
        return sum(max(0, prompt.length - prompt.played) for prompt in self._prompts) * 1000 // RATE

    def say(
        self, name: str, sound: Samples, *, barge_in: bool = True, complete: bool = True, shield_ms: int = 0
    ) -> tuple[Order, ...]:
        """A prompt, behind those that wait. complete: False where more of its sound follows by `more`. shield_ms: from
        its beginning, that speech can't stop."""
        if not (barge_in and not shield_ms) and not self._prompts:
            self._stopped = False  # it must be heard, whoever speaks
        prompt = _Prompt(name, barge_in, complete, shield_ms * RATE // 1000)
        self._prompts.append(prompt)
        return self._add(prompt, sound)

    def more(self, sound: Samples, *, complete: bool = False) -> tuple[Order, ...]:
        """The next piece of the newest prompt; ignored when that prompt is already over (it was dropped)."""
        if not self._prompts or self._prompts[-1].complete:
            return ()
        self._prompts[-1].complete = complete
        return self._add(self._prompts[-1], sound)

    def progress(self, queued_ms: int) -> tuple[Spoken, ...]:
        """So much is still queued on the line; returns prompts that are over. Call it every frame or so."""
        if not self._stopped and not self._held:
            self._account(queued_ms)
        oldest = self._prompts[0] if self._prompts else None
        if oldest is not None and (oldest.played < oldest.length or not oldest.complete):
            return ()  # as it is nearly every frame
        return self._finished()

    def speech_started(self, *, counts: bool = False) -> tuple[Order, ...]:
        """The caller speaks. counts: it is a key, or words that were understood: the first seconds give way too."""
        if self._prompts and (not self.may_be_stopped or (self.shielded and not counts)):
            return ()
        already, self._stopped = self._held, True
        return (Stop(),) if self._prompts and not already else ()

    def hold(self) -> tuple[Order, ...]:
        """The other side is away: whatever plays stops, and what is said from now on waits."""
        already, self._held = self._held or self._stopped, True
        return (Stop(),) if self._prompts and not already else ()

    def take_back(self, *, anew: bool = False) -> tuple[Order, ...]:
        """They are back: what waited goes on from the last gap between words; anew: from its beginning."""
        if not self._held:
            return ()
        self._held = False
        if anew:
            self._stopped = False
            for prompt in self._prompts:
                prompt.played = 0
        return () if self._stopped else self._go_on()

    def disown(self) -> None:
        """A key was pressed over what must be heard: that is said to its end, but nothing that waits behind it."""
        for prompt in self._prompts:
            prompt.unwanted = prompt.barge_in

    @property
    def unwanted(self) -> bool:
        """Whether what comes now was disowned: `skip` it."""
        return self.holder is Holder.BOT and self._prompts[0].unwanted

    def skip(self, unplayed_ms: int) -> tuple[Order, ...]:
        """The line was flushed: what was disowned is dropped, and what is wanted behind it goes out."""
        self._account(unplayed_ms)
        self._sent = 0
        self._prompts = [prompt for prompt in self._prompts if not prompt.unwanted]
        sound = joined([joined(prompt.sound)[prompt.played :] for prompt in self._prompts])
        self._sent = len(sound)
        return (Play(sound),) if len(sound) else ()

    def stopped(self, unplayed_ms: int) -> tuple[Spoken, ...]:
        """The line was flushed; prompts that ended before that are over."""
        self._account(unplayed_ms)
        self._sent = 0
        return self._finished()

    def false_start(self) -> tuple[Order, ...]:
        """It was nothing: go on where the caller lost us."""
        if not self._stopped:
            return ()
        self._stopped = False
        return () if self._held else self._go_on()

    def _go_on(self) -> tuple[Order, ...]:
        rest: list[Samples] = []
        for number, prompt in enumerate(self._prompts):
            if number == 0:
                prompt.played = gap_before(joined(prompt.sound), prompt.played)
            rest.append(joined(prompt.sound)[prompt.played :])
        sound = joined(rest)
        self._sent = len(sound)
        return (Play(sound),) if len(sound) else ()

    def take_turn(self) -> tuple[Spoken, ...]:
        """The caller said something that counts: drop the rest. Only after Stop was carried out, or when
        idle."""
        over = tuple(prompt.spoken() for prompt in self._prompts) if self._stopped or self._held else ()
        if self._stopped or self._held:
            self._prompts.clear()
            self._stopped = False
        return over

    def rest(self) -> tuple[Spoken, ...]:
        """The line is gone: what was heard of each that isn't over."""
        return tuple(prompt.spoken() for prompt in self._prompts)

    def _add(self, prompt: _Prompt, sound: Samples) -> tuple[Order, ...]:
        prompt.add(sound)
        if self._stopped or self._held or not len(sound):
            return ()
        self._sent += len(sound)
        return (Play(sound),)

    def _account(self, queued_ms: int) -> None:
        """Share what left the line among the prompts, oldest first."""
        played = self._sent - queued_ms * RATE // 1000
        if played <= 0:
            return
        self._sent -= played
        for prompt in self._prompts:
            if not played:
                return
            part = min(played, prompt.length - prompt.played)
            if part and prompt.began_ms < 0:
                prompt.began_ms = max(0, self.now_ms - played * 1000 // RATE)  # the last of it left just now
            prompt.played += part
            played -= part
            if part:
                prompt.ended_ms = max(0, self.now_ms - played * 1000 // RATE)

    def _finished(self) -> tuple[Spoken, ...]:
        over: list[Spoken] = []
        while self._prompts:
            oldest = self._prompts[0]
            if not oldest.complete or oldest.played < oldest.length:
                break
            over.append(self._prompts.pop(0).spoken())
        return tuple(over)


def gap_before(sound: Samples, at: int) -> int:
    """Where within REWIND_MS before sample `at` a voice can take up again: the end of the longest quiet, the last of
    those as long, but for one frame of it, so that no silence is heard twice; where there is none, the quietest
    frame's end."""
    first = max(0, at - REWIND_MS * RATE // 1000)
    if first == 0 and at <= FRAME * 10:
        return 0
    count = (at - first) // FRAME
    if count < 2:
        return at
    begin = at - count * FRAME
    power = np.mean(np.square(sound[begin:at].reshape(count, FRAME).astype(np.float32)), axis=1)
    length = longest = end = 0
    for number, quiet in enumerate(power < float(power.max()) * QUIET_SHARE):
        length = length + 1 if quiet else 0
        if length >= max(longest, 2):
            longest, end = length, number
    if longest:
        return begin + end * FRAME
    quietest = int(np.argmin(power))
    return begin + (quietest + 1) * FRAME if quietest < count - 1 else at


def heard_words(text: str, spoken: Spoken) -> str:
    """The words of a prompt's text that were heard, by its share of time; ends with "…" where it was cut."""
    if spoken.whole:
        return text
    if not spoken.total_ms or not spoken.heard_ms:
        return ""
    upto = len(text) * spoken.heard_ms // spoken.total_ms
    cut = text.rfind(" ", 0, upto + 1)
    words = text[:cut].rstrip(" ,.;:—-") if cut > 0 else ""
    return f"{words}…" if words else ""
