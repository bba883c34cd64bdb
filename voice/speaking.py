"""A call's mouth: prompts in, sound on the line, in order; stopped at once, resumed or dropped.

A prompt that was rendered before goes out whole; any other streams from its synthesiser while it is made.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from bot.errors import GovorunError
from voice.audio import EMPTY, FRAME_MS, Samples, silence
from voice.comfort import Noise
from voice.floor import Floor, Holder, Order, Play, Spoken
from voice.ports import CallLeg

log = logging.getLogger(__name__)

DEAD_MS = 1_500  # of nobody speaking sound like a dead line; sooner, a frame of noise would keep an answer waiting
LOOK_FRAMES = 10  # at most without a look at what was heard, which costs as much as all else in a frame
GAP = silence(150)  # between two prompts, as between two sentences of a person


class Voices(Protocol):
    """Texts to sound, in each language's voice, through the prompt cache."""

    def ready(self, text: str, language: str, pace: float = 1.0) -> Samples | None:
        """What was rendered before; None where it wasn't. Never waits."""

    def stream(self, text: str, language: str, pace: float = 1.0) -> AsyncIterator[Samples]:
        """Render off the loop; yields sound as it comes, and keeps it. Raises EngineFailed, PartMissing."""

    def ahead(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        """Render these when nothing better is to do: they may be said next."""

    def call_off(self, texts: Collection[str], language: str, pace: float = 1.0) -> None:
        """They will not be said next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prompt:
    name: str
    text: str
    language: str
    barge_in: bool
    pace: float
    shield_ms: int

    @property
    def number(self) -> int:
        return int(self.name)


class Speaking:
    """One a call; `tick` it every frame."""

    def __init__(
        self,
        leg: CallLeg,
        voices: Voices,
        measured: Callable[[str, float], None],
        ready: Callable[[bool], None] = lambda was: None,
        noise: Noise | None = None,
        spoken: Callable[[int, Spoken, int], None] | None = None,
    ) -> None:
        """ready: told of each prompt whether it was rendered before it was wanted. noise: fills the line while nobody
        speaks. spoken: told of each prompt that has a journal row, by that row's seq, once it is over: what was heard
        of it, and what time it is now by the same clock."""
        self._leg = leg
        self._ready = ready
        self._noise = noise
        self._tell = spoken
        self._rows: dict[str, int] = {}  # prompts that are not over yet: name -> seq of their journal row
        self._voices = voices
        self._measured = measured
        self._floor = Floor()
        self._waiting: deque[_Prompt] = deque()
        self._pump: asyncio.Task[None] | None = None
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._frames = 0
        self._look_at = 0  # no prompt is over before that frame
        self._dead_ms = 0  # since anybody spoke
        self._said = 0
        self._must: dict[str, _Prompt] = {}  # what must be heard, and wasn't yet
        self._unwanted = 0  # prompts up to this number are said only where they must be heard
        self._foreseen: tuple[tuple[str, str, float], ...] = ()
        self._owed: dict[str, int] = {}  # what is measured when sound begins, and since when

    # --- what the call asks ----------------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Nothing plays, waits or is being rendered."""
        return self._floor.idle and not self._waiting and (self._pump is None or self._pump.done())

    @property
    def protected(self) -> bool:
        """A prompt plays that speech must not stop."""
        return self._floor.protects

    @property
    def stopped(self) -> bool:
        """Speech stopped a prompt, and it isn't decided yet whether it goes on."""
        return self._floor.holder is Holder.STOPPED

    @property
    def shielded(self) -> bool:
        """A prompt plays its first seconds, which speech can't stop; keys and words that count can."""
        self._look()
        return self._floor.shielded

    @property
    def left_ms(self) -> int:
        """Of what is being said, the caller has not heard so much; more than a minute while some isn't rendered."""
        self._look()
        return self._floor.left_ms + (60_000 if self._rendering else 0)

    def say(
        self,
        text: str,
        language: str,
        *,
        barge_in: bool = True,
        pace: float = 1.0,
        speech_after: float | None = None,
        row: int = 0,
    ) -> None:
        """pace: of speech, as `Synthesizer.speak` takes it. barge_in, speech_after: as of `bot.dialogue`'s Say. row:
        seq of its journal row, 0 for none."""
        if not text:
            return
        self._said += 1
        prompt = _Prompt(
            name=str(self._said),
            text=text,
            language=language,
            barge_in=barge_in,
            pace=pace,
            shield_ms=round((speech_after or 0) * 1000),
        )
        if row and self._tell is not None:
            self._rows[prompt.name] = row
        if not barge_in:
            self._must[prompt.name] = prompt
        self._waiting.append(prompt)
        self._begin()

    def interrupt(self, *, counts: bool = False) -> bool:
        """The caller speaks: stop within one frame, unless what plays must be heard. counts: it is a key, or words that
        were understood. Whether anything was stopped."""
        self._look()
        self._look_at = 0
        orders = self._floor.speech_started(counts=counts)
        for order in orders:
            if not isinstance(order, Play):
                self._over(self._floor.stopped(self._leg.flush()))
        return bool(orders)

    def resume(self) -> None:
        """It was nothing: the prompt goes on."""
        self._carry_out(self._floor.false_start())

    def hold(self, on: bool, *, anew: bool = False) -> None:
        """The other side put us on hold: whatever is said waits until they are back, and goes on where it stopped, or
        is said anew."""
        self._floor.now_ms = self._frames * FRAME_MS
        if not on:
            self._carry_out(self._floor.take_back(anew=anew))
        elif self._floor.hold():
            self._look_at = 0
            self._floor.stopped(self._leg.flush())

    def drop(self) -> None:
        """The caller has the turn: what was stopped, waits or is being rendered is no longer said."""
        self.interrupt(counts=True)
        self._unwanted = self._said
        if self.protected:
            self._floor.disown()
            return
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None  # it dies later, and what is said until then needs another
        self._waiting.clear()
        self._over(self._floor.take_turn())
        self._waiting.extend(self._must.values())
        if self._waiting:
            self._begin()

    def silence(self) -> None:
        """Nobody is there to hear it: stop at once, whatever must be heard otherwise."""
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
        self._waiting.clear()
        self._must.clear()
        self._look()
        self._over(self._floor.stopped(self._leg.flush()))
        self._over(self._floor.rest())
        self._floor = Floor()

    def owe(self, name: str, since_ms: int) -> None:
        """Something waits for an answer since then (ms since the first frame); measured when the answer begins."""
        self._owed[name] = since_ms
        self._dead_ms = 0  # no noise before it

    async def all_said(self, timeout_s: float) -> None:
        """Wait until nothing is left to say."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._quiet.wait()
        except TimeoutError:
            log.info("the last words took longer than %.0f s", timeout_s)

    def tick(self) -> bool:
        """Whether nothing plays, waits or is being rendered: `fill` the line then."""
        self._frames += 1
        if not self._floor.idle:
            if self._frames < self._look_at:  # as it is nearly every frame of a prompt
                self._dead_ms = 0
                return False
            self._look()
            if self._floor.unwanted:
                self._carry_out(self._floor.skip(self._leg.flush()))
            self._look_at = self._frames + min(LOOK_FRAMES, self._floor.lasts_ms // FRAME_MS)
        if not self.idle:
            self._dead_ms = 0
            return False
        self._quiet.set()
        return True

    def fill(self, *, hush: bool = False) -> None:
        """With noise, one frame at a time, and none before a silence is long: a prompt waits behind what is queued.
        hush: the caller speaks, so that an answer may be due any moment."""
        self._dead_ms = 0 if hush else self._dead_ms + FRAME_MS
        if self._dead_ms >= DEAD_MS and self._noise is not None and not self._leg.queued_ms:
            self._leg.play(self._noise.frame())

    def close(self) -> None:
        """The call is over. What was said last is told of; what never began was not heard."""
        self.forget()
        self._look()
        self._over(self._floor.rest())
        if self._pump is not None:
            self._pump.cancel()

    def foresee(self, prompts: Collection[tuple[str, str, float]]) -> None:
        """(language, text, pace) that may be said next: rendered while nothing better is to do, in place of what was
        foreseen before."""
        self.forget()
        self._foreseen = tuple(prompts)
        for language, text, pace in self._foreseen:
            self._voices.ahead((text,), language, pace)

    def forget(self) -> None:
        """Something is said: what was foreseen and isn't begun is left."""
        foreseen, self._foreseen = self._foreseen, ()
        for language, text, pace in foreseen:
            self._voices.call_off((text,), language, pace)

    # --- how it is done --------------------------------------------------------------------------------

    @property
    def _rendering(self) -> bool:
        return bool(self._waiting) or (self._pump is not None and not self._pump.done())

    def _begin(self) -> None:
        self._quiet.clear()
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._speak(), name="call-speak")

    def _look(self) -> None:
        """The floor learns how much of what it has sent was heard by now."""
        self._floor.now_ms = self._frames * FRAME_MS
        self._over(self._floor.progress(self._leg.queued_ms))

    def _over(self, spoken: tuple[Spoken, ...]) -> None:
        for each in spoken:
            if each.whole:
                self._must.pop(each.prompt, None)
            if self._tell is not None and (each.whole or each.prompt not in self._must):
                row = self._rows.pop(each.prompt, 0)
                if row:
                    self._tell(row, each, self._frames * FRAME_MS)

    def _wanted(self, prompt: _Prompt) -> bool:
        return not prompt.barge_in or prompt.number > self._unwanted

    async def _speak(self) -> None:
        while self._waiting:
            prompt = self._waiting.popleft()
            if not self._wanted(prompt):
                continue
            sound = self._voices.ready(prompt.text, prompt.language, prompt.pace)
            self._ready(sound is not None)
            if sound is not None:
                orders = self._floor.say(prompt.name, sound, barge_in=prompt.barge_in, shield_ms=prompt.shield_ms)
                self._carry_out(orders)
            else:
                await self._stream(prompt)
            if self._waiting:
                self._carry_out(self._floor.say(prompt.name, GAP, barge_in=prompt.barge_in))

    async def _stream(self, prompt: _Prompt) -> None:
        begun = False
        try:
            async for sound in self._voices.stream(prompt.text, prompt.language, prompt.pace):
                if not self._wanted(prompt):
                    break
                if begun:
                    self._carry_out(self._floor.more(sound))
                else:
                    begun = True
                    orders = self._floor.say(
                        prompt.name, sound, barge_in=prompt.barge_in, complete=False, shield_ms=prompt.shield_ms
                    )
                    self._carry_out(orders)
        except GovorunError as error:  # no voice for the language, or it broke
            log.error("a prompt was not spoken: %s", error)
        if begun:
            self._carry_out(self._floor.more(EMPTY, complete=True))
        else:
            self._must.pop(prompt.name, None)

    def _carry_out(self, orders: tuple[Order, ...]) -> None:
        self._look_at = 0
        for order in orders:
            if isinstance(order, Play):
                self._leg.play(order.sound)
                for name, since_ms in self._owed.items():
                    self._measured(name, self._frames * FRAME_MS - since_ms)
                self._owed.clear()
