"""A call's ears: frames in; "the caller talks", "the caller said this", "it was nothing" out.

Wires VAD, endpointing and one recogniser an utterance. Recognition starts at the first short silence and its
result is used or thrown away; utterances are told in the order they were spoken.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from voice.asides import NOD_MS, SHORT_MS, is_rather_a_nod, nod_ms
from voice.audio import Frame, joined
from voice.endpointing import PATIENCE, Edge, Endpointer, Mark, Noise
from voice.errors import EngineFailed, RecognizersBusy
from voice.ports import Doubting, Endings, Heard, Hint, Kind, Recognizer, Recognizers, Vad

log = logging.getLogger(__name__)

OPEN: frozenset[Kind] = frozenset({"text", "menu"})  # of short answers the words tell more than their sound
SURELY_OVER, SURELY_NOT = 0.9, 0.1
SOONER_MS, LATER_MS = 150, 300
ENDING_FRAMES = 400  # 8 s, all that is listened to
KEPT_FRAMES = 20  # 400 ms before the onset was sure, so that the first syllable isn't lost


@dataclass(frozen=True, slots=True, kw_only=True)
class Talking:
    """The caller began to speak. began_ms: since the call's first frame."""

    began_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance with words in it. began_ms, ended_ms: where its speech began and ended, decided_ms: when that was
    sure, all ms since the call's first frame."""

    text: str
    confidence: float
    ended_ms: int
    decided_ms: int
    began_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nothing:
    """Sound that held no words we could find. speech_ms: how much of it seemed to be speech. busy: nobody could listen
    to it, for too many callers speak at once."""

    speech_ms: int
    busy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aside:
    """The caller spoke over a prompt and didn't mean to take the floor. Speech that goes on after it is told as
    Talking, and all the words then come together."""


Told = Talking | Said | Nothing | Aside


async def never_whole(text: str) -> bool:
    return False


def never_deaf() -> bool:
    return False


async def never_aside(text: str, speech_ms: int, confidence: float) -> bool:
    return False


class Hearing:
    """One a call. `tell` is called on the event loop, for Said and Nothing after the decode."""

    def __init__(
        self,
        vad: Vad,
        ears: Mapping[str, Recognizers],
        tell: Callable[[Told], None],
        whole: Callable[[str], Awaitable[bool]] = never_whole,
        aside: Callable[[str, int, float], Awaitable[bool]] = never_aside,
        endings: Endings | None = None,
    ) -> None:
        """whole: whether these words already say all that one would say at once. aside: told the words, how many ms
        of speech they were and how sure they are, whether who says so over a prompt only listens on. endings: asked
        by the sound whether a pause is an end, where anything may be said."""
        self._vad = vad
        self._ears = ears
        self._tell = tell
        self._whole = whole
        self._is_aside = aside
        self._endings = endings
        self._sound: list[Frame] = []  # of the utterance, where its ending is asked for
        self._leaning: asyncio.Task[None] | None = None
        self._noise = Noise(vad.window_ms)
        self._over = False  # the utterance under way began while a prompt played
        self._began = 0  # ms, where it did
        self._aside = False  # so far it takes nobody's floor
        self._nodded = False  # so it is, if nothing follows
        self._unsure = False  # by what was heard at first: it is being listened to once more
        self._guess = ""  # that, where it was taken for a nod
        self._nod_ms = NOD_MS  # for so long
        self._hint = Hint(lang="ru")
        self._endpointer = Endpointer(PATIENCE["text"], window_ms=vad.window_ms)
        self._kept: deque[Frame] = deque(maxlen=KEPT_FRAMES)
        self._recognizer: Recognizer | None = None
        self._forgotten = False  # the utterance under way
        self._decoding: deque[asyncio.Task[None]] = deque()
        self._settling: asyncio.Task[None] | None = None
        self._turns = 0  # from speech to pause and back: what is known of one pause says nothing of the next

    def expect(self, hint: Hint) -> None:
        """What would be understood now; holds for the utterance that begins next, its patience at once."""
        self._hint = hint
        self._endpointer.patience = PATIENCE[hint.kind]

    @property
    def active(self) -> bool:
        """The caller speaks, or what they said is still being recognised."""
        return self._endpointer.speaking or bool(self._decoding)

    @property
    def talking(self) -> bool:
        """The caller speaks, a pause included, and not just aside."""
        return self._endpointer.speaking and not self._aside and not self._forgotten

    @property
    def partial(self) -> str:
        """Of the utterance under way, as its engine thinks now; "" from one that can't be believed."""
        return self._recognizer.partial if self._recognizer is not None else ""

    def hear(self, frame: Frame, *, deaf: Callable[[], bool] = never_deaf, over: bool = False) -> None:
        """Take 20 ms. deaf: keep time, but begin no utterance: a prompt that must be heard plays; asked where there may
        be speech. over: a prompt plays that speech may stop; what hardly rises above the line's noise is no speech
        then."""
        self._kept.append(frame)
        if self._recognizer is not None:
            self._recognizer.feed(frame)
            if self._endings is not None and self._hint.kind in OPEN:
                self._sound.append(frame)
        for probability, loudness in self._vad.hear(frame):
            self._noise.hear(loudness)
            may_begin = probability and not self._endpointer.speaking
            if may_begin and (deaf() or (over and not self._noise.rises(loudness))):
                probability = 0.0
            for edge in self._endpointer.hear(probability, loudness):
                self._on_edge(edge, over)
            if self._nodded:
                self._nod()

    def _nod(self) -> None:
        """What the caller nodded at goes on, once they seem to leave it at that."""
        if self._nodded and self._endpointer.silent_ms >= self._nod_ms:
            self._nodded, self._aside = False, True
            self._tell(Aside())

    def forget(self) -> None:
        """The caller pressed a key instead: drop the utterance under way and those being recognised."""
        if self._recognizer is not None:
            self._recognizer.abandon()
            self._recognizer = None
        self._forgotten = self._endpointer.speaking
        for asked in (self._settling, self._leaning):
            if asked is not None:
                asked.cancel()
        for task in self._decoding:
            task.cancel()
        self._decoding.clear()

    def close(self) -> None:
        self.forget()

    def _on_edge(self, edge: Edge, over: bool) -> None:
        if edge.mark is Mark.SPEECH_STARTED:
            self._forgotten = self._aside = self._nodded = self._unsure = False
            self._guess = ""
            self._over, self._began = over, edge.from_ms
            ears = self._ears.get(self._hint.lang)
            self._recognizer = ears.start(self._hint) if ears else None
            if self._recognizer is not None:
                for frame in self._kept:
                    self._recognizer.feed(frame)
            self._sound = list(self._kept)
            self._tell(Talking(began_ms=edge.from_ms))
        elif self._forgotten:
            return
        elif edge.mark is Mark.SPEECH_ENDED:
            self._end(edge)
        elif self._recognizer is not None:
            self._turns += 1
            self._nodded = self._unsure = False
            self._guess = ""
            if edge.mark is Mark.PAUSE:
                self._recognizer.pause()
                work = self._settle(self._recognizer, edge.speech_ms, self._turns)
                self._settling = asyncio.create_task(work, name="call-settle")
                if self._endings is not None and self._hint.kind in OPEN:
                    lean = self._lean(self._endings, self._turns)
                    self._leaning = asyncio.create_task(lean, name="call-lean")
            else:
                self._recognizer.resume()
                if self._aside:
                    self._aside = False
                    self._tell(Talking(began_ms=edge.from_ms))

    def _end(self, edge: Edge) -> None:
        recognizer, self._recognizer = self._recognizer, None
        aside, unsure = self._aside or self._nodded, self._unsure
        if self._nodded:
            self._tell(Aside())
        self._aside = self._nodded = self._unsure = False
        if aside and not unsure:
            if recognizer is not None:
                recognizer.abandon()
            return
        before = self._decoding[-1] if self._decoding else None
        work = self._recognise(
            recognizer, edge, before, over=self._over, began=self._began, went_on=aside, guess=self._guess
        )
        self._decoding.append(asyncio.create_task(work, name="call-recognise"))

    async def _settle(self, recognizer: Recognizer, speech_ms: int, pause: int) -> None:
        """The words up to this pause: when they are a whole answer, a shorter silence ends the utterance; when they
        only say "go on", what they interrupted does: by what was heard at first already, for a second look takes
        longest where nothing was meant. Should that find a meaning after all, it stops again."""
        if self._over and isinstance(recognizer, Doubting):
            heard = await recognizer.first()
            if heard is not None and await self._seems_aside(heard, speech_ms):
                if recognizer is not self._recognizer or pause != self._turns:
                    return
                self._nodded, self._nod_ms, self._unsure = True, nod_ms(heard.text), True
                self._guess = heard.text
                self._nod()
        try:
            heard = await recognizer.settled()
        except EngineFailed:
            return  # `final` tells
        if heard is None or recognizer is not self._recognizer or not (heard.text or self._over):
            return
        whole = bool(heard.text) and await self._whole(heard.text)
        aside = self._over and await self._proves_aside(heard, speech_ms, self._guess)
        if recognizer is not self._recognizer or pause != self._turns:
            return
        self._unsure = False
        self._endpointer.settle(whole and not aside)
        if self._aside and aside:
            return  # it goes on already
        if self._aside:
            self._aside = False
            self._tell(Talking(began_ms=self._began))
        self._nodded, self._nod_ms = aside, nod_ms(heard.text)
        self._nod()

    async def _seems_aside(self, heard: Heard, speech_ms: int) -> bool:
        """By what was heard at first; without words, it is one until there are some."""
        unclear = not heard.text and speech_ms <= SHORT_MS
        return unclear or await self._is_aside(heard.text, speech_ms, heard.confidence)

    async def _proves_aside(self, heard: Heard, speech_ms: int, guess: str) -> bool:
        nod = self._hint.kind != "yesno" and is_rather_a_nod(guess, heard.text, self._hint.lang)
        return nod or await self._is_aside(heard.text, speech_ms, heard.confidence)

    async def _lean(self, endings: Endings, pause: int) -> None:
        over = await endings.ended(joined(self._sound[-ENDING_FRAMES:]))
        if over is not None and pause == self._turns and self._recognizer is not None:
            self._endpointer.lean(-SOONER_MS if over > SURELY_OVER else LATER_MS if over < SURELY_NOT else 0)

    async def _recognise(
        self,
        recognizer: Recognizer | None,
        edge: Edge,
        before: asyncio.Task[None] | None,
        *,
        over: bool,
        began: int,
        went_on: bool,
        guess: str,
    ) -> None:
        """went_on: what the utterance had stopped, by `guess`, which was heard of it at first."""
        told: Told = Nothing(speech_ms=edge.speech_ms)
        try:
            if recognizer is not None:
                heard = await recognizer.final()
                if heard.text:
                    told = Said(
                        text=heard.text,
                        confidence=heard.confidence,
                        ended_ms=edge.from_ms,
                        decided_ms=edge.at_ms,
                        began_ms=began,
                    )
                    if over and await self._proves_aside(heard, edge.speech_ms, guess):
                        told = Aside()
        except RecognizersBusy as error:
            log.warning("an utterance was lost: %s", error)
            told = Nothing(speech_ms=edge.speech_ms, busy=True)
        except EngineFailed as error:
            log.warning("an utterance was lost: %s", error)
        except asyncio.CancelledError:
            if recognizer is not None:
                recognizer.abandon()
            raise
        except Exception:  # the outermost loop of an utterance: the call must not go deaf and mute for it
            log.exception("an engine broke")
        if went_on and isinstance(told, Nothing) and not told.busy:
            told = Aside()
        if before is not None:
            await asyncio.wait((before,))
        if asyncio.current_task() in self._decoding:
            self._decoding.remove(asyncio.current_task())  # type: ignore[arg-type]
            self._tell(told)
