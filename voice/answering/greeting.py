"""Who took the call: from speech, tones and words, as they come. PURE; time is counted in frames.

A person says "алло" and waits; a machine talks on. So a short utterance and the silence after it are a person, who is
answered at once, and what can't be sure yet is watched while we already speak: words, a beep or a voice that talks on
over ours may still prove a machine. To take a person for a machine costs a call, the reverse a sentence: in doubt it is
a person. Anchors: ITU-T P.59 puts the mean talk-spurt at 1 s; published detectors (Asterisk's AMD: 1.5 s of greeting,
0.8 s of silence after it) take one receptionist in five for a machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from voice.answering.tones import FAX_CNG_HZ, Heard, Tone, Tones
from voice.answering.words import Speaker, who_speaks
from voice.audio import FRAME_MS, Frame, level

By = Literal["human", "machine", "fax", "busy", "unknown"]

ON, OFF = 0.5, 0.35  # P(speech) at which it begins and goes on
UNDER_DB = 26.0  # under the loudest frame of the utterance: the detector's tail, or a room
ONSET_MS = 60  # shorter is a click
SHORTEST_MS = 160  # of an utterance: "да"; shorter is a breath
JOINED_MS = 800  # a longer pause begins another utterance
FIRST_PAUSE_MS = 160  # of silence, then what was said is recognised while we wait on
KNOWN_MS = 240  # of silence after words that only a person says
PATIENCE = ((900, 440), (1_700, 600), (3_800, 900))  # speech up to so long: silence that makes it a person's
UNRECOGNISED_MS = 1_200  # of silence that we wait for words at most
LONG_MS = 5_000  # of speech without a pause: nobody's hello
LONG_UNCLEAR_MS = 6_000  # likewise where its words were recognised and are not a machine's: a receptionist
SNAPSHOTS_MS = (2_400, 4_000, 6_500, 10_000)  # of speech that goes on: recognised so far
SNAPSHOTS = 8  # a call
NOBODY_MS = 3_000  # of silence since the answer: we speak first
RINGING_ON_MS = 5_000  # after a ringing tone: the next one is due in 4 s
RINGING_S = 40
WATCH_MS = 16_000  # after the verdict, for a machine
LATE_BEEP_MS = (8_000, 140)  # after a person's verdict: how late it may come, and how long it must last
LATE_BEEP_SURE_MS = 280  # likewise where the words were a person's
MUTE_MS = 2_600  # of silence after a machine's greeting: it takes the message without a beep
GREETING_S = 45  # the longest greeting we listen to


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognise:
    """Wanted: the words between these, ms since the first frame. `Greeting.words` takes them, if they come."""

    from_ms: int
    to_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Who it is. The first may be followed by one of a machine. why: "hello", "words", "beep", "long", "silence",
    "tone", "key", "announcement". message: whether a message could be left. at_ms: since the first frame; ended_ms:
    where their speech ended, 0 where there was none."""

    by: By
    why: str
    message: bool = False
    at_ms: int
    ended_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The machine takes the message now: its beep is over, or it has fallen silent."""

    at_ms: int
    beep: bool


Sign = Recognise | Verdict | Ready


class Greeting:
    """One a call that was answered: `hear` every frame until `over`."""

    def __init__(self, *, ears: bool) -> None:
        """ears: whether words may come; they are not waited for otherwise."""
        self.by: By | None = None
        self._ears = ears
        self._tones = Tones()
        self._frames = 0
        self._run = 0  # frames of speech in a row, before it is sure
        self._began = self._last = -1  # frames: of the utterance; -1 for none
        self._spoken = False  # anything at all
        self._loudest = -90.0
        self._asked = 0  # requests for words, of all the call
        self._snapshots = 0  # likewise of this utterance
        self._pause_asked = -1  # `_last` of the pause whose words were asked for
        self._waiting = 0  # words asked for that have not come
        self._speaker = Speaker.UNCLEAR
        self._known = -1  # `_last` when the words that have come were asked for
        self._asked_at: list[int] = []
        self._decided = 0  # ms
        self._message = False
        self._ready = False
        self._ringing = -1  # ms of the last ringing tone

    # --- what comes in ---------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        """Nothing more will be told."""
        if self.by is None:
            return False
        if self.by == "machine":
            return self._ready or not self._message
        return self.by in ("fax", "busy") or self._now - self._decided > WATCH_MS

    @property
    def speaking(self) -> bool:
        """They speak now."""
        return self._began >= 0 and self._now - self._last_ms < FIRST_PAUSE_MS

    def hear(self, frame: Frame, probability: float) -> tuple[Sign, ...]:
        """Take 20 ms, and the VAD's latest P(speech)."""
        self._frames += 1
        if self.over:
            return ()
        out: list[Sign] = []
        for tone in self._tones.hear(frame):
            out += self._on_tone(tone)
        self._follow(frame, probability)
        if self.by == "machine":
            return (*out, *self._message_time())
        return (*out, *self._judge())

    def words(self, text: str) -> tuple[Sign, ...]:
        """What was recognised, oldest request first; "" for nothing."""
        if self._asked_at:
            self._known = self._asked_at.pop(0)
            self._waiting -= 1
        return self._on_words(text, by_sound=self.by is None)

    def said(self, text: str) -> tuple[Sign, ...]:
        """What they said while the conversation was already going on."""
        return () if self.over else self._on_words(text)

    def pressed(self) -> tuple[Sign, ...]:
        """A key: machines press none."""
        if self.by is None:
            return self._decide("human", "key")
        self._decided = -WATCH_MS * 10 if self.by in ("human", "unknown") else self._decided
        return ()

    # --- speech ----------------------------------------------------------------------------------------

    @property
    def _now(self) -> int:
        return self._frames * FRAME_MS

    @property
    def _last_ms(self) -> int:
        return self._last * FRAME_MS

    @property
    def _length(self) -> int:
        """ms of the utterance, short pauses in it counted."""
        return (self._last - self._began) * FRAME_MS if self._began >= 0 else 0

    def _follow(self, frame: Frame, probability: float) -> None:
        loud = level(frame)
        going = self._began >= 0 and self._now - self._last_ms < FIRST_PAUSE_MS
        speech = probability >= (OFF if going else ON) and not self._tones.sounding
        speech = speech and loud > self._loudest - UNDER_DB
        if self._began >= 0 and self._now - self._last_ms > JOINED_MS and (self.by is not None or self._too_short):
            self._began, self._snapshots, self._loudest = -1, 0, -90.0  # it is over; what follows is another
        if not speech:
            self._run = 0
            return
        self._run += 1
        if self._run * FRAME_MS < ONSET_MS:
            return
        if self._began < 0:
            self._began = self._frames - self._run
        self._last = self._frames
        self._loudest = max(self._loudest, loud)
        self._spoken = self._spoken or not self._too_short

    @property
    def _too_short(self) -> bool:
        return self._length < SHORTEST_MS

    # --- the verdict -----------------------------------------------------------------------------------

    def _judge(self) -> tuple[Sign, ...]:
        """What follows of time alone: silence that lasts, speech that lasts."""
        if self._began < 0 or self._too_short:
            if self.by is None and not self._spoken and self._nobody:
                return self._decide("unknown", "silence")
            return ()
        silence = self._now - self._last_ms
        if silence < FIRST_PAUSE_MS:
            return self._talks_on()
        out = self._pause()
        if self.by is None and self._enough(silence):
            out = (*out, *self._decide("human", "hello"))
        return out

    @property
    def _nobody(self) -> bool:
        if self._ringing >= 0:
            return self._now - self._ringing > RINGING_ON_MS or self._now > RINGING_S * 1000
        return self._now >= NOBODY_MS and not self._tones.sounding

    def _talks_on(self) -> tuple[Sign, ...]:
        length = self._length
        clear = self._ears and self._known >= self._began
        if length >= (LONG_UNCLEAR_MS if clear or self.by is not None else LONG_MS):
            if self._speaker is Speaker.PERSON:
                return ()
            return self._decide("machine", "long", message=True)
        if self._snapshots < len(SNAPSHOTS_MS) and length >= SNAPSHOTS_MS[self._snapshots]:
            self._snapshots += 1
            return self._ask()
        return ()

    def _pause(self) -> tuple[Sign, ...]:
        if self._pause_asked == self._last:
            return ()
        self._pause_asked = self._last
        return self._ask()

    def _ask(self) -> tuple[Sign, ...]:
        if not self._ears or self._asked >= SNAPSHOTS:
            return ()
        self._asked += 1
        self._waiting += 1
        self._asked_at.append(self._last)
        return (Recognise(from_ms=max(0, self._began * FRAME_MS - 200), to_ms=self._now),)

    def _enough(self, silence: int) -> bool:
        """Whether the silence after what they said makes it a person's."""
        fresh = self._known == self._last
        if fresh and self._speaker is Speaker.PERSON:
            return silence >= KNOWN_MS
        patience = next((wait for longest, wait in PATIENCE if self._length <= longest), PATIENCE[-1][1])
        if self._waiting and self._length > PATIENCE[0][0]:
            return silence >= UNRECOGNISED_MS
        return silence >= patience

    def _on_words(self, text: str, *, by_sound: bool = False) -> tuple[Sign, ...]:
        speaker = who_speaks(text, by_sound=by_sound)
        if speaker is Speaker.UNCLEAR:
            return ()
        if speaker is Speaker.PERSON:
            self._speaker = Speaker.PERSON if self._speaker is Speaker.UNCLEAR else self._speaker
            return ()
        self._speaker = speaker
        if self.by == "machine":
            self._message = self._message and speaker is Speaker.MACHINE
            return ()
        if speaker is Speaker.ANNOUNCEMENT:
            return self._decide("machine", "announcement")
        return self._decide("machine", "words", message=True)

    def _on_tone(self, heard: Heard) -> tuple[Sign, ...]:
        if heard.tone is Tone.RINGING:
            self._ringing = self._now
            return ()
        early = self.by is None
        if heard.tone is Tone.BUSY:
            return self._decide("busy", "tone") if early else ()
        if heard.tone is Tone.SIT:
            return self._decide("machine", "announcement") if self.by != "machine" else ()
        if heard.tone is Tone.FAX and not (self._spoken and abs(heard.hz - FAX_CNG_HZ) < 100):
            return self._decide("fax", "tone") if early else ()
        return self._on_beep(heard)

    def _on_beep(self, heard: Heard) -> tuple[Sign, ...]:
        if self.by == "machine":
            self._ready = True
            return (Ready(at_ms=self._now, beep=True),) if self._message else ()
        if self.by is not None:
            longest, least = LATE_BEEP_MS
            least = LATE_BEEP_SURE_MS if self._speaker is Speaker.PERSON else least
            if self._now - self._decided > longest or heard.ms < least:
                return ()
        self._ready = True
        verdict = self._decide("machine", "beep", message=True)
        return (*verdict, Ready(at_ms=self._now, beep=True))

    def _message_time(self) -> tuple[Sign, ...]:
        if self._ready or not self._message:
            return ()
        quiet = self._now - max(self._last_ms, self._decided if not self._spoken else 0)
        if (quiet < MUTE_MS or self._tones.sounding) and self._now - self._decided < GREETING_S * 1000:
            return ()
        self._ready = True
        return (Ready(at_ms=self._now, beep=False),)

    def _decide(self, by: By, why: str, *, message: bool = False) -> tuple[Sign, ...]:
        self.by, self._message = by, message
        self._decided = self._now
        ended = self._last_ms if self._last >= 0 else 0
        return (Verdict(by=by, why=why, message=message, at_ms=self._now, ended_ms=ended),)
