"""When the caller starts and stops speaking. PURE: probabilities in, edges out; time is counted in windows.

The silence that ends an utterance is the price of every answer, so it depends on what is expected
(`PATIENCE`) and on whether the words so far already are a whole answer (`settle`). Measured on 24
utterances with a pause of 300-600 ms inside: 300 ms of patience cuts 18 of them, 500 cuts 8, 700 cuts 1. So who
has not said a whole answer yet is waited for, and who has is answered at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from voice.audio import SILENCE_DBFS
from voice.ports import Kind

WINDOW_MS = 32  # Silero at 8 kHz: 256 samples
NOISE_MS = 4_000  # of the line that tell its noise; in so much of a talk there are pauses
NOISE_SHARE = 0.3  # of its windows are as quiet: in speech, those are the pauses
NOISE_EVERY = 8  # windows between two looks
OVER_NOISE_DB = 9.0
CUT_MS = 800  # after the end of a caller's speech: the answer has hardly begun, so it is no answer to it that they say
CUT_STEP_MS = 200
NEAR_MS = 100  # three windows: who goes on with less to spare would have been cut by a breath
PAUSE_STEP_MS = 100
MOST_EXTRA_MS = 200
SURE_WINDOWS = 2
FAINT_DBFS = -55.0  # a prompt's own echo from the far end of the line is about that loud, callers are not


class Mark(Enum):
    SPEECH_STARTED = "speech started"  # stop the prompt
    PAUSE = "pause"  # the first silence: start decoding now
    RESUMED = "resumed"  # speech went on: throw that decode away
    SPEECH_ENDED = "speech ended"  # the utterance is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """at_ms: when it was decided; from_ms: where in the sound it happened, which is earlier (the onset of
    the speech, the beginning of the silence). speech_ms: speech so far in this utterance, pauses not
    counted. All but the last are ms from the beginning of the stream."""

    mark: Mark
    at_ms: int
    from_ms: int
    speech_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """silence_ms: of silence that ends an utterance. whole_ms: the same once the words so far are known to
    be a whole answer. longest_ms: of one utterance, then it is ended by force (a television in the
    background)."""

    silence_ms: int
    whole_ms: int
    longest_ms: int = 15_000


PATIENCE: Mapping[Kind, Patience] = {
    "yesno": Patience(silence_ms=600, whole_ms=430, longest_ms=8_000),  # "да … всё правильно"
    "menu": Patience(silence_ms=700, whole_ms=300),
    "choice": Patience(silence_ms=600, whole_ms=300),
    "number": Patience(silence_ms=600, whole_ms=350),
    "digits": Patience(silence_ms=900, whole_ms=400, longest_ms=25_000),  # read off a card or a letter, with pauses
    "money": Patience(silence_ms=700, whole_ms=400),
    "code": Patience(silence_ms=900, whole_ms=450, longest_ms=25_000),  # read off a paper, letter by letter
    "email": Patience(silence_ms=1_000, whole_ms=500, longest_ms=30_000),  # spelled, with pauses to think
    "address": Patience(silence_ms=900, whole_ms=500, longest_ms=25_000),  # the street, the house, and the flat
    "datetime": Patience(silence_ms=700, whole_ms=350),  # the day, and after a breath the hour
    "date": Patience(silence_ms=700, whole_ms=350),
    "time": Patience(silence_ms=600, whole_ms=350),
    "person": Patience(silence_ms=750, whole_ms=350),
    "phone": Patience(silence_ms=900, whole_ms=450, longest_ms=25_000),  # digit groups with pauses between
    "text": Patience(silence_ms=700, whole_ms=400, longest_ms=25_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """How speech is told from silence.

    start, stay: probability that begins speech, and that keeps it. onset: windows of speech that make a
    start, one more between them may be none: a burst and the closure after it ("к то…") begin many a word. Three
    are 96 ms, a cough is often shorter. sure, loud_dbfs: two windows in a row that are surely speech, and as loud as
    speech, make one too. resume: windows that make a pause speech again, so that one click doesn't throw a decode
    away. pause: windows of silence before PAUSE. gate_db: below the utterance's loudest window by so much, it is
    silence whatever the VAD says: Silero's tail is 105 ms long."""

    start: float = 0.5
    stay: float = 0.35
    onset: int = 3
    sure: float = 0.8
    loud_dbfs: float = -40.0
    resume: int = 2
    pause: int = 2
    gate_db: float = 30.0


class Habit:
    """How this caller pauses: PURE, counted. `take` every edge; `extra_ms` is added to the silence that ends them.

    Who goes on within CUT_MS of being answered was cut, and is waited for longer from then on; so is, by less, who was
    nearly cut: went on with less than NEAR_MS to spare. A pause that is long and yet nowhere near its end costs
    nothing: every ms of extra is paid at every answer. Other utterances take it back, step by step."""

    def __init__(self) -> None:
        self.extra_ms = 0
        self.cuts = 0
        self._ended = -CUT_MS * 2
        self._nearly = False

    def take(self, edge: Edge, spare_ms: float) -> None:
        """spare_ms: of silence, until this utterance would have ended."""
        if edge.mark is Mark.SPEECH_STARTED:
            if edge.from_ms - self._ended < CUT_MS:
                self.cuts += 1
                self._more(CUT_STEP_MS)
        elif edge.mark is Mark.RESUMED:
            self._nearly |= spare_ms < NEAR_MS
        elif edge.mark is Mark.SPEECH_ENDED:
            self._ended = edge.from_ms
            self._more(PAUSE_STEP_MS if self._nearly else -PAUSE_STEP_MS // 2)
            self._nearly = False

    def _more(self, ms: int) -> None:
        self.extra_ms = min(MOST_EXTRA_MS, max(0, self.extra_ms + ms))


class Noise:
    """What the line always sounds like, of its last seconds: `hear` the level of each window.

    Over a prompt only what `rises` above that stops it, by OVER_NOISE_DB: other people's talk behind the caller is
    speech to any detector. Where nobody speaks to the caller that gate is open: words in noise are worth hearing.
    """

    def __init__(self, window_ms: int = WINDOW_MS) -> None:
        self._levels: deque[float] = deque(maxlen=NOISE_MS // window_ms)
        self._floor = SILENCE_DBFS
        self._since = 0

    def hear(self, level: float) -> None:
        self._levels.append(level)
        self._since += 1
        if self._since >= NOISE_EVERY or len(self._levels) < NOISE_EVERY:
            self._since = 0
            self._floor = sorted(self._levels)[int(len(self._levels) * NOISE_SHARE)]

    def rises(self, level: float) -> bool:
        return level >= max(self._floor + OVER_NOISE_DB, FAINT_DBFS)


class Endpointer:
    """One a call. `hear` each window in order; set `patience` whenever what is expected changes."""

    def __init__(self, patience: Patience, ear: Ear | None = None, window_ms: int = WINDOW_MS) -> None:
        self.patience = patience
        self._ear = ear or Ear()
        self._window_ms = window_ms
        self._now = 0  # windows heard
        self._habit = Habit()
        self._rest()

    @property
    def now_ms(self) -> int:
        return self._now * self._window_ms

    @property
    def speaking(self) -> bool:
        """Between SPEECH_STARTED and SPEECH_ENDED, pauses included."""
        return self._speaking

    @property
    def silent_ms(self) -> int:
        """Of the pause under way; 0 outside utterances."""
        return self._silence * self._window_ms

    def settle(self, whole: bool) -> None:
        """The decode begun at the last PAUSE is back: the words so far are, or are not, a whole answer."""
        self._whole = whole

    def lean(self, ms: int) -> None:
        """This pause sounds like an end (below 0) or like a breath: so much less or more silence ends it, where the
        words don't tell."""
        self._leaning = ms

    @property
    def extra_ms(self) -> int:
        """What this caller's way to pause adds to every silence."""
        return self._habit.extra_ms

    def hear(self, probability: float, level: float = 0.0) -> tuple[Edge, ...]:
        """One window: P(speech) 0..1 and its level in dBFS; at most two edges, in order."""
        self._now += 1
        spare_ms = self._enough_ms - (self._silence + 1) * self._window_ms  # were this window silent, too
        edges = self._while_speaking(probability, level) if self._speaking else self._while_quiet(probability, level)
        for edge in edges:
            self._habit.take(edge, spare_ms)
        return edges

    def _rest(self) -> None:
        self._speaking = self._paused = self._whole = False
        self._leaning = 0
        self._run = 0  # windows of speech in a row
        self._sure = 0  # of them, those that surely are
        self._lately = 0  # the last windows, a bit each: was it speech
        self._silence = 0  # windows since speech was last sure
        self._speech = 0  # windows of speech in this utterance
        self._began = 0
        self._peak = SILENCE_DBFS

    def _while_quiet(self, probability: float, level: float) -> tuple[Edge, ...]:
        ear = self._ear
        if probability < ear.start:
            self._sure, self._lately = 0, self._lately << 1 & (1 << ear.onset) - 1
            if not self._lately:
                self._peak = SILENCE_DBFS
            return ()
        self._sure = self._sure + 1 if probability >= ear.sure and level >= ear.loud_dbfs else 0
        self._lately = self._lately << 1 & (1 << ear.onset + 1) - 1 | 1
        self._peak = max(self._peak, level)
        if self._lately.bit_count() < ear.onset and self._sure < SURE_WINDOWS:
            return ()
        self._speaking, self._speech = True, self._lately.bit_count()
        self._began = self._now - self._lately.bit_length()
        return (self._edge(Mark.SPEECH_STARTED, self._began),)

    def _while_speaking(self, probability: float, level: float) -> tuple[Edge, ...]:
        self._peak = max(self._peak, level if probability >= self._ear.start else SILENCE_DBFS)
        needed = self._ear.start if self._paused else self._ear.stay
        if probability >= needed and level >= self._peak - self._ear.gate_db:
            return self._speech_window()
        self._run = 0
        self._silence += 1
        edges: tuple[Edge, ...] = ()
        if not self._paused and self._silence >= self._ear.pause:
            self._paused = True
            edges = (self._edge(Mark.PAUSE, self._now - self._silence),)
        return edges + self._ended()

    def _speech_window(self) -> tuple[Edge, ...]:
        self._run += 1
        if self._paused and self._run < self._ear.resume:
            self._silence += 1  # a click, until the next window says otherwise
            return ()
        edges: tuple[Edge, ...] = ()
        if self._paused:
            self._paused = self._whole = False
            self._leaning = 0
            self._speech += self._run - 1
            edges = (self._edge(Mark.RESUMED, self._now - self._run),)
        self._speech += 1
        self._silence = 0
        return edges + self._ended()

    @property
    def _enough_ms(self) -> int:
        """Of silence that ends this utterance, as far as it is known."""
        patience, extra = self.patience, self._habit.extra_ms
        if self._whole:
            return patience.whole_ms + extra // 2
        return max(patience.whole_ms, patience.silence_ms + extra + self._leaning)

    def _ended(self) -> tuple[Edge, ...]:
        too_long = (self._now - self._began) * self._window_ms >= self.patience.longest_ms
        if self._silence * self._window_ms < self._enough_ms and not too_long:
            return ()
        edge = self._edge(Mark.SPEECH_ENDED, self._now - self._silence)
        self._rest()
        return (edge,)

    def _edge(self, mark: Mark, since: int) -> Edge:
        width = self._window_ms
        return Edge(mark=mark, at_ms=self._now * width, from_ms=since * width, speech_ms=self._speech * width)
